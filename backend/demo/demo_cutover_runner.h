/* What Kubernetes does for the cutover without being asked by catalyst-api: runs every Job that carries the label
 * cutover.openova.io/step, whoever made it (cutover contract 3.2, 3.5), lets the DaemonSet registry-pivot sweep the nodes,
 * answers day-two requests, and does what a scenario has planned. Threads of its own. */
#ifndef DEMO_DEMO_CUTOVER_RUNNER_H
#define DEMO_DEMO_CUTOVER_RUNNER_H

#include "demo/demo_cutover.h"

#define DEMO_CUTOVER_RUNNER_JOBS_MAX 16  /* Jobs at a time; further ones wait as Kubernetes' would for a node */
#define DEMO_CUTOVER_RUNNER_PLANS_MAX 16 /* planned deeds of a scenario */

struct demo_cutover_runner;

struct demo_cutover_runner *demo_cutover_runner_new(struct demo_cutover *cutover);
void demo_cutover_runner_free(struct demo_cutover_runner *runner); /* after demo_cutover_runner_stop */
void demo_cutover_runner_begin(struct demo_cutover_runner *runner); /* a second call does nothing */
void demo_cutover_runner_stop(struct demo_cutover_runner *runner);  /* cutover->is_stopping is set: waits for the threads */

/* Before it begins. */
void demo_cutover_runner_set_twist(struct demo_cutover_runner *runner, const struct demo_cutover_twist *twist);
void demo_cutover_runner_plan(struct demo_cutover_runner *runner, double after_s, demo_cutover_deed_fn deed);

#endif
