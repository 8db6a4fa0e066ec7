/* The demo Sovereign's objects through the whole read path (decoder, rows, tables), without servers and threads: what a real
 * cluster would say in these shapes. Only for tests that link backend_demo and backend_sovereign. */
#ifndef SUPPORT_DEMO_READING_H
#define SUPPORT_DEMO_READING_H

#include "demo/demo_world.h"
#include "store/store.h"

/* A world with its fixtures, as it is before anything serves or lives. */
struct demo_world *demo_reading_world(void);
void demo_reading_free(struct demo_world *world);

/* A new store with every built-in kind of both regions, complete and live. */
struct store *demo_reading_store(struct demo_world *world);

#endif
