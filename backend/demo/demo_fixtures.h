/* Fills the stores of a fresh demo Sovereign: two tethered regions that have run for nine days. Called once, before
 * anything serves. Each part is a file of its own. */
#ifndef DEMO_DEMO_FIXTURES_H
#define DEMO_DEMO_FIXTURES_H

#include "demo/demo_world.h"

#define DEMO_FIXTURES_AGE_DAYS 9

/* Everything below, in both regions. */
void demo_fixtures_load(struct demo_world *world);

/* Namespaces, nodes, CRDs, services, packages, certificates; calls demo_fixtures_secrets. */
void demo_fixtures_platform(struct demo_world *world, int region);
void demo_fixtures_secrets(struct demo_world *world, int region); /* credentials and configuration */

/* Sources, Kustomizations, the kit's releases; then what those releases run. */
void demo_fixtures_flux(struct demo_world *world, int region);
void demo_fixtures_workloads(struct demo_world *world, int region);

/* Organizations, Environments, Blueprints; their Applications, in both regions; Continuums, CNPG pairs, user access. */
void demo_fixtures_estate(struct demo_world *world);
void demo_fixtures_applications(struct demo_world *world);
void demo_fixtures_recovery(struct demo_world *world);

/* Step ConfigMaps, status, DaemonSet; primary region. */
void demo_fixtures_cutover(struct demo_world *world);
void demo_fixtures_cutover_status(struct demo_world *world); /* the status ConfigMap as the chart first renders it */

/* A deployed HelmRelease's status: `versions` history entries, the last one `age_seconds` old. */
void demo_fixtures_deploy(json_t *release, const char *app_version, int versions, int64_t age_seconds);

#endif
