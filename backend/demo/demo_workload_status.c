/* Statuses of workloads and pods: counts, conditions, container states. */
#include "demo/demo_workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_build.h"
#include "demo/demo_flux_scan.h"
#include "demo/demo_json.h"

struct counts {
    enum demo_kind_id kind;
    int pods, ready;
};

static void set_count(json_t *workload, const char *key, int value)
{
    json_object_set_new(json_object_get(workload, "status"), key, json_integer(value));
}

static void count_daemonset(json_t *workload, const struct counts *counts)
{
    set_count(workload, "desiredNumberScheduled", DEMO_WORKLOAD_NODES);
    set_count(workload, "currentNumberScheduled", counts->pods);
    set_count(workload, "updatedNumberScheduled", counts->pods);
    set_count(workload, "numberReady", counts->ready);
    set_count(workload, "numberAvailable", counts->ready);
    set_count(workload, "numberUnavailable", DEMO_WORKLOAD_NODES - counts->ready);
    set_count(workload, "numberMisscheduled", 0);
}

static void count_replicas(json_t *workload, const struct counts *counts)
{
    int wanted = (int)demo_json_integer(workload, "spec.replicas", 1);
    set_count(workload, "replicas", counts->pods);
    set_count(workload, "updatedReplicas", counts->pods);
    set_count(workload, "readyReplicas", counts->ready);
    set_count(workload, "availableReplicas", counts->ready);
    if (counts->kind == DEMO_KIND_STATEFULSET) {
        set_count(workload, "currentReplicas", counts->pods);
        return;
    }
    if (counts->ready < wanted)
        set_count(workload, "unavailableReplicas", wanted - counts->ready);
    else
        json_object_del(json_object_get(workload, "status"), "unavailableReplicas");
    bool is_available = counts->ready >= wanted, is_first = demo_json_at(workload, "status.conditions") == NULL;
    demo_json_set_condition(workload, "Available", is_available ? "True" : "False",
                            is_available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                            is_available ? "Deployment has minimum availability."
                                         : "Deployment does not have minimum availability.");
    demo_json_set_condition(workload, "Progressing", "True",
                            is_available ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
                            is_available ? "ReplicaSet has successfully progressed." : "ReplicaSet is progressing.");
    if (is_first) /* a workload that was there before the demo began is as old as it says */
        demo_build_date_conditions(workload, demo_json_at(workload, "metadata.creationTimestamp"));
}

static enum status apply_counts(json_t *workload, void *context, struct error *err)
{
    const struct counts *counts = context;
    if (!json_object_get(workload, "status"))
        json_object_set_new(workload, "status", json_object());
    json_int_t generation = demo_json_integer(workload, "metadata.generation", 1);
    json_object_set_new(json_object_get(workload, "status"), "observedGeneration", json_integer(generation));
    if (counts->kind == DEMO_KIND_DAEMONSET)
        count_daemonset(workload, counts);
    else
        count_replicas(workload, counts);
    return STATUS_OK;
}

void demo_workload_count(struct demo_world *world, int region, enum demo_kind_id kind, const char *name_space,
                         const char *name)
{
    struct demo_store *store = world->stores[region];
    struct counts counts = {.kind = kind};
    struct demo_snapshot snapshot = {0};
    demo_store_snapshot(store, demo_kinds_at(DEMO_KIND_POD), name_space, 0, &snapshot);
    for (size_t i = 0; i < snapshot.count; i++) {
        const struct demo_object *pod = snapshot.objects[i];
        const char *app = json_string_value(json_object_get(pod->labels, "app"));
        if (!app || strcmp(app, name) != 0)
            continue;
        counts.pods++;
        counts.ready += demo_flux_scan_is_ready(pod); /* pods write the condition the same way */
    }
    demo_store_release(&snapshot);
    demo_store_update(store, kind, name_space, name, apply_counts, &counts, "kube-controller-manager");
}

static void set_ready(json_t *pod, bool is_ready)
{
    const char *status = is_ready ? "True" : "False", *reason = is_ready ? "" : "ContainersNotReady";
    demo_json_set_condition(pod, "Ready", status, reason, "");
    demo_json_set_condition(pod, "ContainersReady", status, reason, "");
}

static enum status start(json_t *pod, void *context, struct error *err)
{
    if (strcmp(demo_json_text(pod, "status.phase"), "Pending") != 0)
        return error_set(err, STATUS_CONFLICT, "the pod is not pending");
    demo_json_set(pod, "status.phase", json_string("Running"));
    size_t index = 0;
    json_t *status = NULL;
    json_array_foreach(demo_json_at(pod, "status.containerStatuses"), index, status) {
        json_object_set_new(status, "state", json_pack("{s:{s:o}}", "running", "startedAt", demo_build_ago(0)));
        json_object_set_new(status, "ready", json_true());
        json_object_set_new(status, "started", json_true());
    }
    set_ready(pod, true);
    return STATUS_OK;
}

bool demo_workload_start_pod(struct demo_world *world, int region, const char *name_space, const char *pod)
{
    return demo_store_update(world->stores[region], DEMO_KIND_POD, name_space, pod, start, NULL, "kubelet") ==
           STATUS_OK;
}

struct waiting {
    const char *reason, *message;
    int restarts;
};

static enum status set_waiting(json_t *pod, void *context, struct error *err)
{
    const struct waiting *waiting = context;
    json_t *status = json_array_get(demo_json_at(pod, "status.containerStatuses"), 0);
    if (!status)
        return error_set(err, STATUS_NOT_FOUND, "the pod has no container");
    json_object_set_new(status, "restartCount",
                        json_integer(demo_json_integer(status, "restartCount", 0) + waiting->restarts));
    if (waiting->restarts)
        json_object_set_new(status, "lastState",
                            json_pack("{s:{s:i, s:s, s:o, s:o}}", "terminated", "exitCode", 1, "reason", "Error",
                                      "startedAt", demo_build_ago(12), "finishedAt", demo_build_ago(2)));
    json_object_set_new(status, "ready", json_boolean(waiting->reason == NULL));
    json_object_set_new(
        status, "state",
        waiting->reason ? json_pack("{s:{s:s, s:s}}", "waiting", "reason", waiting->reason, "message", waiting->message)
                        : json_pack("{s:{s:o}}", "running", "startedAt", demo_build_ago(0)));
    set_ready(pod, waiting->reason == NULL);
    return STATUS_OK;
}

void demo_workload_set_waiting(struct demo_world *world, int region, const char *name_space, const char *pod,
                               const char *reason, const char *message, int restarts)
{
    struct waiting waiting = {reason, message, restarts};
    demo_store_update(world->stores[region], DEMO_KIND_POD, name_space, pod, set_waiting, &waiting, "kubelet");
}

bool demo_workload_of_pod(struct demo_world *world, int region, const json_t *pod, enum demo_kind_id *kind, char *name,
                          size_t size)
{
    const json_t *owner = json_array_get(demo_json_at(pod, "metadata.ownerReferences"), 0);
    const char *owner_kind = demo_json_text(owner, "kind"), *app = demo_json_text(pod, "metadata.labels.app");
    if (strcmp(owner_kind, "ReplicaSet") == 0)
        *kind = DEMO_KIND_DEPLOYMENT;
    else if (strcmp(owner_kind, "StatefulSet") == 0)
        *kind = DEMO_KIND_STATEFULSET;
    else if (strcmp(owner_kind, "DaemonSet") == 0)
        *kind = DEMO_KIND_DAEMONSET;
    else
        return false;
    snprintf(name, size, "%s", app);
    return app[0] != '\0';
}
