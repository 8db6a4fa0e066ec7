/* Scenarios as rows; see demo_scenario.h. */
#include "demo/demo_scenario.h"

#include <string.h>

#include "base/bytebuf.h"
#include "demo/demo_cutover.h"

#define HOURS 3600

static const struct demo_cutover_past COMPLETE = {.started_ago_s = 26 * HOURS};
static const struct demo_cutover_past HALF_WAY = {.started_ago_s = 30 * 60, .until = "helmrepository-patches"};
static const struct demo_cutover_past FAILED = {.started_ago_s = 2 * HOURS, .failing = "helmrepository-patches"};
static const struct demo_cutover_past FORGOTTEN = {.started_ago_s = 26 * HOURS, .forgets_secondary = true};
static const struct demo_cutover_past STUCK_V1 = {.started_ago_s = 5 * HOURS, .keeps_registries_v1 = true};
static const struct demo_cutover_past LEAKED = {.started_ago_s = 26 * HOURS, .leaks_policy = true};

static const struct demo_scenario SCENARIOS[] = {
    {"default", "tethered, a few things need attention, the cutover was never started", NULL, false, false},
    {"untethered", "the cutover completed yesterday", &COMPLETE, false, false},
    {"running", "a cutover runs, half way through", &HALF_WAY, true, false},
    {"failed", "the cutover failed at helmrepository-patches", &FAILED, false, false},
    {"region-b-forgotten", "incident 1: complete, but the second region was never touched", &FORGOTTEN, false, false},
    {"stale-ready", "incident 3: complete, but the second region's source is Ready for an old generation", &COMPLETE,
     false, true},
    {"registries-stuck-v1", "incident 7: every step succeeded, yet the nodes never switched", &STUCK_V1, false, false},
    {"policy-leaked", "incident 25: complete, but the egress policy was left behind", &LEAKED, false, false},
};

size_t demo_scenario_count(void)
{
    return sizeof SCENARIOS / sizeof SCENARIOS[0];
}

const struct demo_scenario *demo_scenario_at(size_t index)
{
    return &SCENARIOS[index];
}

const struct demo_scenario *demo_scenario_find(const char *name, struct error *err)
{
    struct bytebuf names;
    for (size_t i = 0; i < demo_scenario_count(); i++)
        if (strcmp(SCENARIOS[i].name, name) == 0)
            return &SCENARIOS[i];
    bytebuf_init(&names, 400);
    for (size_t i = 0; i < demo_scenario_count(); i++)
        bytebuf_printf(&names, "%s%s", i > 0 ? ", " : "", SCENARIOS[i].name);
    error_set(err, STATUS_USAGE, "there is no scenario '%s'; there are: %s", name, bytebuf_text(&names));
    bytebuf_done(&names);
    return NULL;
}

void demo_scenario_apply(const struct demo_scenario *scenario, struct demo_world *world)
{
    if (scenario->past == NULL)
        return;
    if (scenario->secondary_is_stuck) /* before the past run: what it asked of the region was never looked at */
        atomic_store(&world->is_stuck[DEMO_WORLD_SECONDARY], true);
    demo_cutover_replay(world->cutover, scenario->past);
}
