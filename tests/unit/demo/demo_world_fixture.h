/* A demo world without servers, for the tests of this layer. */
#ifndef TESTS_UNIT_DEMO_DEMO_WORLD_FIXTURE_H
#define TESTS_UNIT_DEMO_DEMO_WORLD_FIXTURE_H

#include "demo/demo_world.h"

/* Loaded with the default fixtures; time runs `speed` times as fast. */
struct demo_world *demo_world_fixture_new(double speed);
void demo_world_fixture_free(struct demo_world *world);

/* Waits for the region's store to show an object for which `holds` is true, looking again at every change; false after
 * timeout_ms. */
bool demo_world_fixture_wait(struct demo_world *world, int region, enum demo_kind_id kind, const char *name_space,
                             const char *name, bool (*holds)(const json_t *object, const void *context),
                             const void *context, int timeout_ms);

#endif
