/* Deployments, StatefulSets and DaemonSets of a region with the ReplicaSets and pods that follow from them. */
#ifndef DEMO_DEMO_WORKLOAD_H
#define DEMO_DEMO_WORKLOAD_H

#include <jansson.h>
#include <stdbool.h>

#include "demo/demo_kinds.h"
#include "demo/demo_world.h"

#define DEMO_WORKLOAD_NODES 4

struct demo_workload_spec {
    enum demo_kind_id kind; /* DEPLOYMENT, STATEFULSET or DAEMONSET */
    const char *name_space, *name;
    int replicas;
    const char *containers;        /* "name=image name=image" */
    const char *release;           /* HelmRelease that installs it, for the label helm.toolkit.fluxcd.io/name */
    const char *organization;      /* label openova.io/organization; NULL for none */
    const char *application;       /* label openova.io/application; NULL for none */
    const char *image_pull_secret; /* NULL for none */
    int64_t age_seconds;
};

const char *demo_workload_node(int region, int index); /* node name */

/* Puts the workload, its ReplicaSet and its running pods into the region's store. */
void demo_workload_install(struct demo_world *world, int region, const struct demo_workload_spec *spec);

/* How far one call may bring the pods towards the template. */
enum demo_workload_step {
    DEMO_WORKLOAD_ONE, /* one pod replaced or created, as a rollout does; it starts as ContainerCreating */
    DEMO_WORKLOAD_ALL, /* everything at once, running (fixtures) */
};

/* Brings pods and status towards the workload's template and replicas. True when nothing is left to do. */
bool demo_workload_sync(struct demo_world *world, int region, enum demo_kind_id kind, const char *name_space,
                        const char *name, enum demo_workload_step step);

/* ContainerCreating -> Running. False when the pod is gone or was running already. */
bool demo_workload_start_pod(struct demo_world *world, int region, const char *name_space, const char *pod);

/* The workload that a pod belongs to. False when it has none. */
bool demo_workload_of_pod(struct demo_world *world, int region, const json_t *pod, enum demo_kind_id *kind, char *name,
                          size_t size);

/* Sets a pod's first container waiting with that reason (CrashLoopBackOff, ImagePullBackOff) or running again (NULL).
 * `restarts` are added. */
void demo_workload_set_waiting(struct demo_world *world, int region, const char *name_space, const char *pod,
                               const char *reason, const char *message, int restarts);

/* Status of the workload follows from its pods. */
void demo_workload_count(struct demo_world *world, int region, enum demo_kind_id kind, const char *name_space,
                         const char *name);

/* A pod document for a finished or running Job or anything else without a controller: owner may be NULL. */
json_t *demo_workload_pod(struct demo_world *world, int region, const char *name_space, const char *name,
                          const json_t *pod_spec, json_t *labels, const json_t *owner, bool is_running);

#endif
