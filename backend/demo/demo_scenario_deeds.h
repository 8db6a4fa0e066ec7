/* What the rows of demo_scenario.c do to a world, in order of their incidents in each file (cutover contract section 7). */
#ifndef DEMO_DEMO_SCENARIO_DEEDS_H
#define DEMO_DEMO_SCENARIO_DEEDS_H

#include "demo/demo_cutover_run.h"
#include "demo/demo_world.h"

/* ---- left behind, or come back, after a run (demo_scenario_residues.c) ---- */

void demo_scenario_residues_loft(struct demo_world *world);           /* 4 */
void demo_scenario_residues_organizations(struct demo_world *world);  /* 5 */
void demo_scenario_residues_relay(struct demo_world *world);          /* 6 */
void demo_scenario_residues_duplicate_key(struct demo_world *world);  /* 11 */
void demo_scenario_residues_mirror_value(struct demo_world *world);   /* 14 */
void demo_scenario_residues_stripped(struct demo_world *world);       /* 15 */
void demo_scenario_residues_no_credentials(struct demo_world *world); /* 17 */
void demo_scenario_residues_newcomer(struct demo_world *world);       /* 29 */
void demo_scenario_residues_resync(struct demo_world *world);         /* 37: the CronJob is there ... */
void demo_scenario_residues_resync_runs(struct demo_world *world);    /* ... and does its work */
void demo_scenario_residues_revoked(struct demo_world *world);        /* 38 */
void demo_scenario_residues_force_push(struct demo_world *world);     /* 40 */
void demo_scenario_residues_provider(struct demo_world *world);       /* 41 */

/* ---- what status, Jobs and rights say (demo_scenario_claims.c) ---- */

void demo_scenario_claims_reset_prepare(struct demo_world *world);    /* 8 */
void demo_scenario_claims_reset(struct demo_world *world);
void demo_scenario_claims_restamped(struct demo_world *world);        /* 9 */
void demo_scenario_claims_policy_rights(struct demo_world *world);    /* 13, before */
void demo_scenario_claims_policy_warned(struct demo_world *world);    /* 13, after */
void demo_scenario_claims_total_eight(struct demo_world *world);      /* 19 */
void demo_scenario_claims_release_rights(struct demo_world *world);   /* 20 */
void demo_scenario_claims_namespace_rights(struct demo_world *world); /* 21 */
void demo_scenario_claims_hold_twice(struct demo_world *world);       /* 22 */
void demo_scenario_claims_no_job(struct demo_world *world);           /* 23 */
void demo_scenario_claims_gateway_error(struct demo_world *world);    /* 24 */
void demo_scenario_claims_drift(struct demo_world *world);            /* 30 */
void demo_scenario_claims_unauthorized(struct demo_world *world);     /* 34 */
void demo_scenario_claims_too_early(struct demo_world *world);        /* 35 */
void demo_scenario_claims_kubeconfigs(struct demo_world *world);      /* failedStep secondary-kubeconfigs */
void demo_scenario_claims_garbage(struct demo_world *world);
void demo_scenario_claims_unmirrored(struct demo_world *world);       /* 31 */

/* ---- nodes, network, volumes (demo_scenario_cluster.c) ---- */

void demo_scenario_cluster_attachments(struct demo_world *world); /* 25 */
void demo_scenario_cluster_daemonset(struct demo_world *world);   /* 27 */
void demo_scenario_cluster_dead_address(struct demo_world *world); /* 28 */
void demo_scenario_cluster_volumes(struct demo_world *world);     /* 32 */
void demo_scenario_cluster_gateway(struct demo_world *world);     /* 36 */
void demo_scenario_cluster_dead_node(struct demo_world *world);

/* ---- stories and work of running and failing steps (demo_scenario_runs.c) ---- */

bool demo_scenario_runs_hold(struct demo_cutover_run *run); /* a sound hold, its first 200 s */
bool demo_scenario_runs_hold_on(struct demo_cutover_run *run);
bool demo_scenario_runs_four_addresses(struct demo_cutover_run *run); /* 10 */
bool demo_scenario_runs_no_policy(struct demo_cutover_run *run);      /* 12 */
bool demo_scenario_runs_prewarm(struct demo_cutover_run *run);        /* 26: 84 of 140 images in 75 minutes */
bool demo_scenario_runs_prewarm_on(struct demo_cutover_run *run);
bool demo_scenario_runs_gateway(struct demo_cutover_run *run);        /* 28, 36: waits for an answer of the registry */
bool demo_scenario_runs_gateway_on(struct demo_cutover_run *run);
bool demo_scenario_runs_wait_on(struct demo_cutover_run *run);        /* does nothing more */
bool demo_scenario_runs_volumes(struct demo_cutover_run *run);        /* 32 */
bool demo_scenario_runs_false_leak(struct demo_cutover_run *run);     /* 33 */

#endif
