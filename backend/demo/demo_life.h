/* The demo Sovereign lives: one thread per region plays Flux, kube-controller-manager, kubelet and the small
 * controllers. It reacts to what changes in the region's store and does what is due; every write goes through the
 * store. */
#ifndef DEMO_DEMO_LIFE_H
#define DEMO_DEMO_LIFE_H

#include <stdbool.h>

#include "demo/demo_world.h"

struct demo_life;

struct demo_life *demo_life_start(struct demo_world *world); /* both regions */
void demo_life_stop(struct demo_life *life);                 /* waits for the threads; NULL allowed */

/* Without threads: brings every release, workload and package of both regions to where their specs want them, at once.
 * For scenarios, before anything serves. */
void demo_life_settle(struct demo_world *world);

#endif
