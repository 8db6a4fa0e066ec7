/* Nodes that die, addresses that are wrong, volumes that do not attach; see demo_scenario_deeds.h. */
#include <stdio.h>
#include <string.h>

#include "demo/demo_build.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_json.h"
#include "demo/demo_scenario_deeds.h"
#include "demo/demo_scenario_tools.h"
#include "demo/demo_workload.h"

#define DEAD_NODE "fsn-w2"

static void tell(struct demo_world *world, const struct demo_scenario_object *about, const char *reason,
                 const char *message, const char *component)
{
    json_t *object = demo_store_get(world->stores[about->region], about->kind, about->name_space, about->name);
    struct demo_chronicle_entry entry = {"Warning", reason, message, component, 120};
    if (object)
        demo_chronicle_write(world, about->region, object, &entry);
    json_decref(object);
}

/* ---- volumes ---- */

static void put_attachment(struct demo_world *world, const char *name, const char *node, const char *volume, int age_s,
                           bool is_leaving)
{
    json_t *document = demo_build_object(NULL, name, NULL, age_s);
    json_object_set_new(document, "spec", json_pack("{s:s, s:s, s:{s:s}}", "attacher", "csi.hetzner.cloud", "nodeName", node,
                                                    "source", "persistentVolumeName", volume));
    json_object_set_new(document, "status", json_pack("{s:b}", "attached", is_leaving));
    if (is_leaving) {
        demo_json_set(document, "metadata.deletionTimestamp", demo_build_ago(age_s - 60));
        demo_json_set(document, "metadata.finalizers", json_pack("[s]", "external-attacher/csi-hetzner-cloud"));
        demo_json_set(document, "status.detachError",
                      json_pack("{s:o, s:s}", "time", demo_build_ago(90), "message",
                                "rpc error: code = Unavailable desc = Post \"https://api.hetzner.cloud/v1/volumes\": i/o "
                                "timeout"));
    } else {
        demo_json_set(document, "status.attachError",
                      json_pack("{s:o, s:s}", "time", demo_build_ago(60), "message",
                                "rpc error: code = Unavailable desc = failed to publish volume: Post "
                                "\"https://api.hetzner.cloud/v1/volumes\": context deadline exceeded"));
    }
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_VOLUMEATTACHMENT, document, "kube-controller-manager");
}

/* First pod of the workload waits for its volume. */
static void strand_pod(struct demo_world *world, const char *name_space, const char *pod, const char *message)
{
    struct demo_scenario_object about = {DEMO_WORLD_PRIMARY, DEMO_KIND_POD, name_space, pod};
    demo_workload_set_waiting(world, DEMO_WORLD_PRIMARY, name_space, pod, "ContainerCreating", "", 0);
    demo_workload_count(world, DEMO_WORLD_PRIMARY, DEMO_KIND_STATEFULSET, name_space, "postgres-shared");
    tell(world, &about, "FailedAttachVolume", message, "attachdetach-controller");
}

void demo_scenario_cluster_attachments(struct demo_world *world)
{
    put_attachment(world, "csi-6d1f0a9c2b", "fsn-w1", "pvc-data-postgres-shared-1", 5400, false);
    put_attachment(world, "csi-91c7be4412", "fsn-w2", "pvc-data-loki-0", 4800, false);
    put_attachment(world, "csi-a02d77f3e9", "fsn-w3.hz", "pvc-data-mimir-0", 3000, false);
    strand_pod(world, "shared-data", "postgres-shared-1",
               "AttachVolume.Attach failed for volume \"pvc-data-postgres-shared-1\" : rpc error: code = Unavailable desc = "
               "failed to publish volume: context deadline exceeded (4596 blocked calls to the cloud API)");
}

void demo_scenario_cluster_volumes(struct demo_world *world)
{
    put_attachment(world, "csi-47e1d0b8aa", "fsn-w1", "pvc-data-postgres-shared-0", 2400, true);
    put_attachment(world, "csi-5b90c6ef13", "fsn-w3.hz", "pvc-data-postgres-shared-0", 1500, false);
    strand_pod(world, "shared-data", "postgres-shared-0",
               "Multi-Attach error for volume \"pvc-data-postgres-shared-0\" Volume is already exclusively attached to one "
               "node and can't be attached to another");
    struct demo_scenario_object node = {DEMO_WORLD_PRIMARY, DEMO_KIND_NODE, "", "fsn-w3.hz"};
    demo_scenario_set(world, &node, "spec.unschedulable", json_true(), DEMO_CUTOVER_MANAGER);
}

/* ---- nodes ---- */

static bool is_pivot_pod(const json_t *pod)
{
    return strcmp(demo_json_text(pod, "metadata.labels.app"), "registry-pivot") == 0;
}

void demo_scenario_cluster_daemonset(struct demo_world *world)
{
    json_t *pods = demo_store_list(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE);
    size_t index = 0;
    json_t *pod = NULL;
    json_array_foreach(pods, index, pod) {
        if (!is_pivot_pod(pod))
            continue;
        const char *name = demo_json_text(pod, "metadata.name");
        struct demo_log_key key = {DEMO_CUTOVER_NAMESPACE, name, "registry-pivot", false};
        demo_logs_append(world->logs[DEMO_WORLD_PRIMARY], &key, "[registry-pivot] registriesYamlActive=v2");
        demo_logs_append(world->logs[DEMO_WORLD_PRIMARY], &key, "/scripts/registry-pivot.sh: line 84: nsenter: not found");
        struct demo_scenario_object one = {DEMO_WORLD_PRIMARY, DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE, name};
        demo_scenario_set_condition(world, &one, "Ready", "False", "ContainersNotReady",
                                    "containers with unready status: [registry-pivot]");
        demo_scenario_set_condition(world, &one, "ContainersReady", "False", "ContainersNotReady",
                                    "containers with unready status: [registry-pivot]");
        tell(world, &one, "Unhealthy", "Readiness probe failed: cat: can't open '/tmp/ready': No such file or directory",
             "kubelet");
    }
    json_decref(pods);
    demo_workload_count(world, DEMO_WORLD_PRIMARY, DEMO_KIND_DAEMONSET, DEMO_CUTOVER_NAMESPACE, "registry-pivot");
}

static enum status edit_unacknowledged(json_t *map, void *context, struct error *err)
{
    json_object_del(json_object_get(map, "data"), "node." DEAD_NODE ".registriesYaml");
    return STATUS_OK;
}

/* The claim is of a run that tolerated one missing acknowledgement (CATALYST_CUTOVER_ACK_TOLERANCE=1). */
void demo_scenario_cluster_dead_node(struct demo_world *world)
{
    struct demo_store *store = world->stores[DEMO_WORLD_PRIMARY];
    struct demo_scenario_object node = {DEMO_WORLD_PRIMARY, DEMO_KIND_NODE, "", DEAD_NODE};
    demo_store_update(store, DEMO_KIND_CONFIGMAP, DEMO_CUTOVER_NAMESPACE, DEMO_CUTOVER_STATUS, edit_unacknowledged, NULL,
                      "catalyst-api");
    demo_scenario_set_condition(world, &node, "Ready", "Unknown", "NodeStatusUnknown",
                                "Kubelet stopped posting node status.");
    demo_scenario_set(world, &node, "spec.taints",
                      json_pack("[{s:s, s:s}, {s:s, s:s}]", "key", "node.kubernetes.io/unreachable", "effect", "NoSchedule",
                                "key", "node.kubernetes.io/unreachable", "effect", "NoExecute"),
                      "kube-controller-manager");
    json_t *pods = demo_store_list(store, DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE);
    size_t index = 0;
    json_t *pod = NULL;
    json_array_foreach(pods, index, pod) {
        if (!is_pivot_pod(pod) || strcmp(demo_json_text(pod, "spec.nodeName"), DEAD_NODE) != 0)
            continue;
        const char *name = demo_json_text(pod, "metadata.name");
        struct demo_scenario_object one = {DEMO_WORLD_PRIMARY, DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE, name};
        demo_scenario_set_condition(world, &one, "Ready", "False", "NodeStatusUnknown", "");
        demo_logs_remove(world->logs[DEMO_WORLD_PRIMARY], DEMO_CUTOVER_NAMESPACE, name);
    }
    json_decref(pods);
    demo_workload_count(world, DEMO_WORLD_PRIMARY, DEMO_KIND_DAEMONSET, DEMO_CUTOVER_NAMESPACE, "registry-pivot");
}

/* ---- addresses ---- */

void demo_scenario_cluster_dead_address(struct demo_world *world)
{
    struct demo_scenario_object pin = {DEMO_WORLD_PRIMARY, DEMO_KIND_CONFIGMAP, "kube-system", "coredns-custom"};
    demo_scenario_set(world, &pin, "data",
                      json_pack("{s:s}", "registry.override",
                                "49.12.16.160 " DEMO_CUTOVER_REGISTRY " # managed-by self-sovereign-cutover"),
                      DEMO_CUTOVER_MANAGER);
    json_t *pods = demo_store_list(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE);
    size_t index = 0;
    json_t *pod = NULL;
    json_array_foreach(pods, index, pod) {
        struct demo_log_key key = {DEMO_CUTOVER_NAMESPACE, demo_json_text(pod, "metadata.name"), "registry-pivot", false};
        if (!is_pivot_pod(pod))
            continue;
        demo_logs_append(world->logs[DEMO_WORLD_PRIMARY], &key,
                         "[registry-pivot] pinned 49.12.16.160 " DEMO_CUTOVER_REGISTRY " in /etc/hosts (wildcard DNS)");
        demo_logs_append(world->logs[DEMO_WORLD_PRIMARY], &key,
                         "[registry-pivot] WARN https://" DEMO_CUTOVER_REGISTRY "/v2/: dial tcp 49.12.16.160:443: i/o "
                         "timeout");
    }
    json_decref(pods);
}

void demo_scenario_cluster_gateway(struct demo_world *world)
{
    struct demo_scenario_object gateway = {DEMO_WORLD_PRIMARY, DEMO_KIND_GATEWAY, "kube-system", "cilium-gateway"};
    demo_scenario_set_condition(world, &gateway, "Programmed", "False", "AddressNotAssigned",
                                "Waiting for the Service cilium-gateway-cilium-gateway to get an address");
    demo_scenario_set(world, &gateway, "status.addresses", json_array(), "cilium-operator");
    struct demo_scenario_object service = {DEMO_WORLD_PRIMARY, DEMO_KIND_SERVICE, "kube-system",
                                           "cilium-gateway-cilium-gateway"};
    demo_scenario_set(world, &service, "status.loadBalancer", json_object(), "hcloud-cloud-controller-manager");
}
