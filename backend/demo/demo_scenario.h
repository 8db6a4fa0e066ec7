/* The states a demo Sovereign can start in: healthy enough, in the middle of a cutover, after one, or in a recorded incident
 * (cutover contract section 7). Rows of one table. */
#ifndef DEMO_DEMO_SCENARIO_H
#define DEMO_DEMO_SCENARIO_H

#include "base/error.h"
#include "demo/demo_cutover.h"
#include "demo/demo_world.h"

enum demo_scenario_engine {
    DEMO_SCENARIO_ENGINE_IDLE,
    DEMO_SCENARIO_ENGINE_RESUMES,   /* as after a restart of catalyst-api */
    DEMO_SCENARIO_ENGINE_CONTINUES, /* it was there all the time */
};

struct demo_scenario {
    const char *name;
    const char *incidents; /* numbers of the contract, "2" or "7, 27"; "": none */
    const char *summary;
    void (*before)(struct demo_world *world); /* the chart, rights; NULL: nothing */
    const struct demo_cutover_past *past;     /* NULL: no cutover was ever started */
    void (*after)(struct demo_world *world);  /* what went wrong; NULL: nothing */
    struct demo_cutover_twist twist;          /* of one step that runs now or later; without a step: none */
    demo_cutover_deed_fn deed;                /* what happens deed_after_s contract seconds later; NULL: nothing */
    double deed_after_s;
    double first_reconcile_s; /* Flux first looks at Git then; 0: at once */
    enum demo_scenario_engine engine;
    bool secondary_is_stuck;    /* Ready is stale, generation and observedGeneration differ */
    bool secondary_applies_old; /* ... and what it fetched from upstream is applied over and over */
};

const struct demo_scenario *demo_scenario_find(const char *name, struct error *err); /* NULL: unknown; the error lists them */
size_t demo_scenario_count(void);
const struct demo_scenario *demo_scenario_at(size_t index);
void demo_scenario_apply(const struct demo_scenario *scenario, struct demo_world *world); /* before anything serves or lives */
void demo_scenario_begin(const struct demo_scenario *scenario, struct demo_world *world); /* once everything serves and lives */

#endif
