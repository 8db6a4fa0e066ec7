/* Step ConfigMaps as other versions of the chart ship them (cutover contract 2.1). Before a run is told. */
#ifndef DEMO_DEMO_SCENARIO_CHARTS_H
#define DEMO_DEMO_SCENARIO_CHARTS_H

#include "demo/demo_world.h"

void demo_scenario_charts_eight(struct demo_world *world);   /* the first charts: egress-block-test 8th and last */
void demo_scenario_charts_nine(struct demo_world *world);    /* ... and gitea-token-mint 9th, behind it */
void demo_scenario_charts_ten(struct demo_world *world);     /* ... and vcluster-registry-pivot 10th */
void demo_scenario_charts_older(struct demo_world *world);   /* eleven steps, egress-block-test still 8th */
void demo_scenario_charts_old_names(struct demo_world *world); /* eight; the sixth is called helmrepo-patches */
void demo_scenario_charts_unknown(struct demo_world *world); /* two steps more that nobody knows */
void demo_scenario_charts_invalid(struct demo_world *world); /* one without its order */
void demo_scenario_charts_none(struct demo_world *world);

#endif
