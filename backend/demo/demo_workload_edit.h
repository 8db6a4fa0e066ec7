/* Edits of workload templates, as Helm upgrades and the cutover's Jobs make them. The rollout that follows is
 * demo_workload_sync's. */
#ifndef DEMO_DEMO_WORKLOAD_EDIT_H
#define DEMO_DEMO_WORKLOAD_EDIT_H

#include <jansson.h>
#include <stdbool.h>

#include "demo/demo_world.h"

/* Sets one environment variable of every container of a Deployment. False when there is no such Deployment. */
bool demo_workload_edit_env(struct demo_world *world, int region, const char *name_space, const char *name,
                            const char *variable, const char *value, const char *manager);

/* Template annotation kubectl.kubernetes.io/restartedAt or any other: makes the pods roll. */
bool demo_workload_edit_annotation(struct demo_world *world, int region, enum demo_kind_id kind, const char *name_space,
                                   const char *name, const char *key, const char *value, const char *manager);

/* Where an image comes from when it is pulled from the Sovereign's own registries (cutover contract 2.2, hostProjects);
 * NULL when the reference needs no change or is excluded. Caller frees. */
char *demo_workload_edit_local_image(const char *image);

/* Points every template image of the workload that is not local yet to the local registries; the images before go to
 * annotation bp.openova.io/cutover-podspec-preimage. True when something changed. */
bool demo_workload_edit_images(struct demo_world *world, int region, enum demo_kind_id kind, const char *name_space,
                               const char *name, const char *manager);

#endif
