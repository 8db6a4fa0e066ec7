/* Makes workloads and keeps their pods in step with their templates: what kube-controller-manager and kubelet do. */
#include "demo/demo_workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_build.h"
#include "demo/demo_json.h"

#define CONTROLLER "kube-controller-manager"
#define NAME_SIZE 256

const char *demo_workload_node(int region, int index)
{
    static const char *const NODES[DEMO_WORLD_REGIONS][DEMO_WORKLOAD_NODES] = {
        {"fsn-cp1", "fsn-w1", "fsn-w2", "fsn-w3.hz"}, {"hel-cp1", "hel-w1", "hel-w2", "hel-w3.hz"}};
    return NODES[region][index % DEMO_WORKLOAD_NODES];
}

/* Text of at most 10 letters that names a template, as pod-template-hash does. */
static void template_hash(const json_t *workload, char out[11])
{
    char *digest = demo_build_digest(demo_json_at(workload, "spec.template"));
    static const char ALPHABET[] = "bcdfghjklmnpqrstvwxz2456789";
    for (int i = 0; i < 10; i++)
        out[i] =
            ALPHABET[((unsigned char)digest[7 + 2 * i] * 7 + (unsigned char)digest[8 + 2 * i]) % (sizeof ALPHABET - 1)];
    out[10] = '\0';
    free(digest);
}

static json_t *container_of(struct span name, struct span image)
{
    return json_pack("{s:s%, s:s%, s:s, s:{s:{s:s, s:s}, s:{s:s}}, s:[{s:s, s:i, s:s}]}", "name", name.data,
                     name.length, "image", image.data, image.length, "imagePullPolicy", "IfNotPresent", "resources",
                     "requests", "cpu", "100m", "memory", "256Mi", "limits", "memory", "1Gi", "ports", "name", "http",
                     "containerPort", 8080, "protocol", "TCP");
}

static json_t *containers_of(const char *text)
{
    json_t *list = json_array();
    struct span rest = span_of(text), part;
    while (span_split(&rest, ' ', &part)) {
        struct span name;
        if (span_split(&part, '=', &name))
            json_array_append_new(list, container_of(name, part));
    }
    return list;
}

static json_t *labels_of(const struct demo_workload_spec *spec)
{
    json_t *labels = json_pack("{s:s, s:s, s:s, s:s}", "app", spec->name, "app.kubernetes.io/name", spec->name,
                               "app.kubernetes.io/managed-by", "Helm", "helm.toolkit.fluxcd.io/name",
                               spec->release ? spec->release : spec->name);
    if (spec->organization)
        json_object_set_new(labels, "openova.io/organization", json_string(spec->organization));
    if (spec->application)
        json_object_set_new(labels, "openova.io/application", json_string(spec->application));
    return labels;
}

static json_t *pod_spec_of(const struct demo_workload_spec *spec)
{
    json_t *pod_spec = json_pack("{s:o, s:s, s:s, s:i}", "containers", containers_of(spec->containers), "restartPolicy",
                                 "Always", "serviceAccountName", spec->name, "terminationGracePeriodSeconds", 30);
    if (spec->image_pull_secret)
        json_object_set_new(pod_spec, "imagePullSecrets", json_pack("[{s:s}]", "name", spec->image_pull_secret));
    return pod_spec;
}

static json_t *document_of(const struct demo_workload_spec *spec)
{
    json_t *document = demo_build_object(spec->name_space, spec->name, labels_of(spec), spec->age_seconds);
    json_t *body =
        json_pack("{s:{s:{s:s}}, s:{s:{s:o}, s:o}, s:i}", "selector", "matchLabels", "app", spec->name, "template",
                  "metadata", "labels", labels_of(spec), "spec", pod_spec_of(spec), "revisionHistoryLimit", 3);
    if (spec->kind != DEMO_KIND_DAEMONSET)
        json_object_set_new(body, "replicas", json_integer(spec->replicas));
    if (spec->kind == DEMO_KIND_STATEFULSET)
        json_object_set_new(body, "serviceName", json_string(spec->name));
    json_object_set_new(document, "spec", body);
    demo_json_set(document, "metadata.annotations",
                  json_pack("{s:s, s:s}", "meta.helm.sh/release-name", spec->release ? spec->release : spec->name,
                            "meta.helm.sh/release-namespace", spec->name_space));
    return document;
}

void demo_workload_install(struct demo_world *world, int region, const struct demo_workload_spec *spec)
{
    demo_store_put(world->stores[region], spec->kind, document_of(spec), "helm-controller");
    demo_workload_sync(world, region, spec->kind, spec->name_space, spec->name, DEMO_WORKLOAD_ALL);
}

/* ---- pods ---- */

static json_t *container_statuses(const json_t *pod_spec, bool is_running, int64_t age_seconds)
{
    json_t *list = json_array();
    size_t index = 0;
    json_t *container = NULL;
    json_array_foreach(demo_json_at(pod_spec, "containers"), index, container) {
        const char *image = demo_json_text(container, "image");
        json_t *state = is_running ? json_pack("{s:{s:o}}", "running", "startedAt", demo_build_ago(age_seconds))
                                   : json_pack("{s:{s:s}}", "waiting", "reason", "ContainerCreating");
        json_t *image_name = json_string(image);
        char *digest = demo_build_digest(image_name);
        json_decref(image_name);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s++, s:b, s:b, s:i, s:o}", "name",
                                              demo_json_text(container, "name"), "image", image, "imageID", image, "@",
                                              is_running ? digest : "", "ready", is_running, "started", is_running,
                                              "restartCount", 0, "state", state));
        free(digest);
    }
    return list;
}

static void set_pod_conditions(json_t *pod, bool is_running, int64_t age_seconds)
{
    const char *ready = is_running ? "True" : "False";
    demo_json_set(pod, "status.conditions", json_array());
    demo_build_condition(pod, "Initialized", "True", "", "", age_seconds, -1);
    demo_build_condition(pod, "Ready", ready, is_running ? "" : "ContainersNotReady", "", age_seconds, -1);
    demo_build_condition(pod, "ContainersReady", ready, is_running ? "" : "ContainersNotReady", "", age_seconds, -1);
    demo_build_condition(pod, "PodScheduled", "True", "", "", age_seconds, -1);
}

static json_t *make_pod(struct demo_world *world, int region, const char *name_space, const char *name,
                        const json_t *pod_spec, json_t *labels, const json_t *owner, bool is_running, int node,
                        int64_t age_seconds)
{
    json_t *pod = demo_build_object(name_space, name, labels, age_seconds);
    if (owner)
        demo_build_owner(pod, owner);
    json_t *spec = json_deep_copy(pod_spec);
    json_object_set_new(spec, "nodeName", json_string(demo_workload_node(region, node)));
    json_object_set_new(spec, "schedulerName", json_string("default-scheduler"));
    json_object_set_new(pod, "spec", spec);
    struct demo_luck luck = demo_luck_from(world->seed, name);
    char *ip = alloc_printf("10.42.%d.%d", node % DEMO_WORKLOAD_NODES, 2 + demo_luck_below(&luck, 250));
    char *host = alloc_printf("10.%d.0.%d", region, 10 + node % DEMO_WORKLOAD_NODES);
    json_object_set_new(pod, "status",
                        json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "phase", is_running ? "Running" : "Pending",
                                  "podIP", ip, "hostIP", host, "qosClass", "Burstable", "startTime",
                                  demo_build_ago(age_seconds), "containerStatuses",
                                  container_statuses(pod_spec, is_running, age_seconds)));
    set_pod_conditions(pod, is_running, age_seconds);
    free(ip);
    free(host);
    return pod;
}

json_t *demo_workload_pod(struct demo_world *world, int region, const char *name_space, const char *name,
                          const json_t *pod_spec, json_t *labels, const json_t *owner, bool is_running)
{
    struct demo_luck luck = demo_luck_from(world->seed, name);
    return make_pod(world, region, name_space, name, pod_spec, labels, owner, is_running,
                    1 + demo_luck_below(&luck, DEMO_WORKLOAD_NODES - 1), 0);
}

/* ---- syncing ---- */

struct syncing {
    struct demo_world *world;
    int region;
    enum demo_kind_id kind;
    json_t *workload;
    json_t *owner; /* of the pods: the ReplicaSet of a Deployment, otherwise the workload */
    json_t *pods;  /* those of this workload */
    char hash[11];
    bool runs_at_once;
    int64_t age_seconds;
};

static int wanted_pods(const struct syncing *at)
{
    if (at->kind == DEMO_KIND_DAEMONSET)
        return DEMO_WORKLOAD_NODES;
    return (int)demo_json_integer(at->workload, "spec.replicas", 1);
}

static bool has_label(const struct demo_object *object, const char *key, const char *value)
{
    const char *have = json_string_value(json_object_get(object->labels, key));
    return have && strcmp(have, value) == 0;
}

/* The workload's own pods; others of the namespace are not decoded. */
static json_t *pods_of(struct demo_world *world, int region, const char *name_space, const char *name)
{
    json_t *pods = json_array();
    struct demo_snapshot snapshot = {0};
    demo_store_snapshot(world->stores[region], demo_kinds_at(DEMO_KIND_POD), name_space, 0, &snapshot);
    for (size_t i = 0; i < snapshot.count; i++) {
        json_t *pod = has_label(snapshot.objects[i], "app", name) ? demo_object_document(snapshot.objects[i]) : NULL;
        if (demo_json_at(pod, "metadata.ownerReferences"))
            json_array_append(pods, pod);
        json_decref(pod);
    }
    demo_store_release(&snapshot);
    return pods;
}

static const char *pod_hash(const struct syncing *at, const json_t *pod)
{
    const json_t *labels = demo_json_at(pod, "metadata.labels");
    const char *key = at->kind == DEMO_KIND_DEPLOYMENT ? "pod-template-hash" : "controller-revision-hash";
    const char *value = json_string_value(json_object_get(labels, key));
    return value ? value : "";
}

static bool has_pod(const struct syncing *at, const char *name)
{
    size_t index = 0;
    json_t *pod = NULL;
    json_array_foreach(at->pods, index, pod)
        if (strcmp(demo_json_text(pod, "metadata.name"), name) == 0)
            return true;
    return false;
}

static void pod_name(const struct syncing *at, int index, char *out, size_t size)
{
    const char *name = demo_json_text(at->workload, "metadata.name");
    if (at->kind == DEMO_KIND_STATEFULSET) {
        snprintf(out, size, "%s-%d", name, index);
        return;
    }
    char purpose[NAME_SIZE * 2];
    snprintf(purpose, sizeof purpose, "%s %s %d %d", name, at->hash, index, at->region);
    struct demo_luck luck = demo_luck_from(at->world->seed, purpose);
    do {
        char tail[6];
        for (int i = 0; i < 5; i++)
            tail[i] = "bcdfghjklmnpqrstvwxz2456789"[demo_luck_below(&luck, 27)];
        tail[5] = '\0';
        if (at->kind == DEMO_KIND_DEPLOYMENT)
            snprintf(out, size, "%s-%s-%s", name, at->hash, tail);
        else
            snprintf(out, size, "%s-%s", name, tail);
    } while (has_pod(at, out));
}

static void add_pod(struct syncing *at, int index)
{
    char name[NAME_SIZE];
    pod_name(at, index, name, sizeof name);
    json_t *labels = json_deep_copy(demo_json_at(at->workload, "spec.template.metadata.labels"));
    const char *key = at->kind == DEMO_KIND_DEPLOYMENT ? "pod-template-hash" : "controller-revision-hash";
    json_object_set_new(labels, key, json_string(at->hash));
    struct demo_luck luck = demo_luck_from(at->world->seed, name);
    int node = at->kind == DEMO_KIND_DAEMONSET ? index : demo_luck_below(&luck, DEMO_WORKLOAD_NODES);
    json_t *pod = make_pod(at->world, at->region, demo_json_text(at->workload, "metadata.namespace"), name,
                           demo_json_at(at->workload, "spec.template.spec"), labels, at->owner, at->runs_at_once, node,
                           at->age_seconds);
    json_array_append(at->pods, pod);
    demo_store_put(at->world->stores[at->region], DEMO_KIND_POD, pod, CONTROLLER);
}

static void remove_pod(struct syncing *at, size_t index)
{
    const json_t *pod = json_array_get(at->pods, index);
    demo_store_remove(at->world->stores[at->region], DEMO_KIND_POD, demo_json_text(pod, "metadata.namespace"),
                      demo_json_text(pod, "metadata.name"));
    json_array_remove(at->pods, index);
}

/* Index of a pod of another template, or beyond the wanted number; -1 when none. */
static int surplus_pod(const struct syncing *at)
{
    for (size_t i = 0; i < json_array_size(at->pods); i++)
        if (strcmp(pod_hash(at, json_array_get(at->pods, i)), at->hash) != 0)
            return (int)i;
    int count = (int)json_array_size(at->pods);
    return count > wanted_pods(at) ? count - 1 : -1;
}

/* One pod closer; false when nothing is left to do. */
static bool step_pods(struct syncing *at)
{
    int surplus = surplus_pod(at);
    if (surplus >= 0) {
        remove_pod(at, (size_t)surplus);
    } else if ((int)json_array_size(at->pods) >= wanted_pods(at)) {
        return false;
    }
    if ((int)json_array_size(at->pods) >= wanted_pods(at))
        return true;
    int index = 0;
    char name[NAME_SIZE];
    if (at->kind == DEMO_KIND_STATEFULSET)
        for (pod_name(at, index, name, sizeof name); has_pod(at, name); pod_name(at, ++index, name, sizeof name))
            continue;
    else
        index = (int)json_array_size(at->pods);
    add_pod(at, index);
    return true;
}

/* The ReplicaSet of the Deployment's present template, made when missing; older ones go down to zero replicas. */
static json_t *replica_set(struct syncing *at)
{
    struct demo_store *store = at->world->stores[at->region];
    const char *name_space = demo_json_text(at->workload, "metadata.namespace");
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%s-%s", demo_json_text(at->workload, "metadata.name"), at->hash);
    json_t *set = demo_store_get(store, DEMO_KIND_REPLICASET, name_space, name);
    if (set)
        return set;
    json_t *labels = json_deep_copy(demo_json_at(at->workload, "spec.template.metadata.labels"));
    json_object_set_new(labels, "pod-template-hash", json_string(at->hash));
    set = demo_build_object(name_space, name, labels, at->age_seconds);
    demo_build_owner(set, at->workload);
    int replicas = wanted_pods(at);
    json_object_set_new(set, "spec",
                        json_pack("{s:i, s:O, s:O}", "replicas", replicas, "selector",
                                  demo_json_at(at->workload, "spec.selector"), "template",
                                  demo_json_at(at->workload, "spec.template")));
    json_object_set_new(set, "status",
                        json_pack("{s:i, s:i, s:i, s:i}", "replicas", replicas, "readyReplicas", replicas,
                                  "availableReplicas", replicas, "observedGeneration", 1));
    demo_store_put(store, DEMO_KIND_REPLICASET, set, CONTROLLER);
    return demo_store_get(store, DEMO_KIND_REPLICASET, name_space, name);
}

static void remove_old_sets(struct syncing *at)
{
    struct demo_store *store = at->world->stores[at->region];
    const char *name = demo_json_text(at->workload, "metadata.name");
    struct demo_snapshot snapshot = {0};
    demo_store_snapshot(store, demo_kinds_at(DEMO_KIND_REPLICASET), demo_json_text(at->workload, "metadata.namespace"),
                        0, &snapshot);
    for (size_t i = 0; i < snapshot.count; i++)
        if (has_label(snapshot.objects[i], "app", name) &&
            !has_label(snapshot.objects[i], "pod-template-hash", at->hash))
            demo_store_remove(store, DEMO_KIND_REPLICASET, snapshot.objects[i]->name_space, snapshot.objects[i]->name);
    demo_store_release(&snapshot);
}

bool demo_workload_sync(struct demo_world *world, int region, enum demo_kind_id kind, const char *name_space,
                        const char *name, enum demo_workload_step step)
{
    struct syncing at = {.world = world, .region = region, .kind = kind, .runs_at_once = step == DEMO_WORKLOAD_ALL};
    at.workload = demo_store_get(world->stores[region], kind, name_space, name);
    if (!at.workload)
        return true;
    struct demo_luck luck = demo_luck_from(world->seed, name);
    at.age_seconds = step == DEMO_WORKLOAD_ALL ? DEMO_BUILD_HOUR * (2 + demo_luck_below(&luck, 100)) : 0;
    template_hash(at.workload, at.hash);
    at.owner = kind == DEMO_KIND_DEPLOYMENT ? replica_set(&at) : json_incref(at.workload);
    at.pods = pods_of(world, region, name_space, name);
    bool more = step_pods(&at);
    while (more && step == DEMO_WORKLOAD_ALL)
        more = step_pods(&at);
    if (!more && kind == DEMO_KIND_DEPLOYMENT)
        remove_old_sets(&at);
    json_decref(at.pods);
    json_decref(at.owner);
    json_decref(at.workload);
    demo_workload_count(world, region, kind, name_space, name);
    return !more;
}
