/* The states a demo Sovereign can start in: healthy enough, in the middle of a cutover, after one, or in a recorded incident
 * (cutover contract section 7). Rows of one table. */
#ifndef DEMO_DEMO_SCENARIO_H
#define DEMO_DEMO_SCENARIO_H

#include "base/error.h"
#include "demo/demo_world.h"

struct demo_scenario {
    const char *name, *summary;
    const struct demo_cutover_past *past; /* NULL: no cutover was ever started */
    bool resumes;                         /* the run goes on by itself once everything serves */
    bool secondary_is_stuck;              /* incident 3: Ready is stale, generation and observedGeneration differ */
};

const struct demo_scenario *demo_scenario_find(const char *name, struct error *err); /* NULL: unknown; the error lists them */
size_t demo_scenario_count(void);
const struct demo_scenario *demo_scenario_at(size_t index);
void demo_scenario_apply(const struct demo_scenario *scenario, struct demo_world *world); /* before anything serves or lives */

#endif
