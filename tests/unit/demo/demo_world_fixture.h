/* A demo world without servers, for the tests of this layer. */
#ifndef TESTS_UNIT_DEMO_DEMO_WORLD_FIXTURE_H
#define TESTS_UNIT_DEMO_DEMO_WORLD_FIXTURE_H

#include "demo/demo_world.h"

/* Loaded with the default fixtures; time runs `speed` times as fast. */
struct demo_world *demo_world_fixture_new(double speed);
void demo_world_fixture_free(struct demo_world *world);

#endif
