#include "demo_world_fixture.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_fixtures.h"
#include "demo/demo_git.h"

struct demo_world *demo_world_fixture_new(double speed)
{
    struct demo_world *world = alloc_new(struct demo_world);
    world->speed = speed;
    world->scale = 1;
    world->seed = 7;
    world->born_ms = clock_wall_ms();
    world->git = demo_git_new(world->seed);
    world->chronicle = demo_chronicle_new();
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        world->stores[region] = demo_store_new(demo_world_region(region), world->seed + (uint64_t)region);
        world->logs[region] = demo_logs_new();
    }
    demo_fixtures_load(world);
    return world;
}

void demo_world_fixture_free(struct demo_world *world)
{
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        demo_store_free(world->stores[region]);
        demo_logs_free(world->logs[region]);
    }
    demo_chronicle_free(world->chronicle);
    demo_git_free(world->git);
    free(world);
}

bool demo_world_fixture_wait(struct demo_world *world, int region, enum demo_kind_id kind, const char *name_space,
                             const char *name, bool (*holds)(const json_t *object, const void *context),
                             const void *context, int timeout_ms)
{
    int64_t end_ms = clock_monotonic_ms() + timeout_ms;
    uint64_t cursor = demo_store_version(world->stores[region]);
    for (;;) {
        json_t *object = demo_store_get(world->stores[region], kind, name_space, name);
        bool is_so = object && holds(object, context);
        json_decref(object);
        int64_t left_ms = end_ms - clock_monotonic_ms();
        if (is_so || left_ms <= 0)
            return is_so;
        struct demo_event event = {0};
        demo_store_next(world->stores[region], demo_kinds_at(kind), &cursor, left_ms < 100 ? (int)left_ms : 100,
                        &event);
        demo_event_clear(&event);
    }
}
