/* Columns of the built-in kinds except workloads, computed as the API server's printers do
 * (pkg/printers/internalversion). */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/timestamp.h"
#include "demo/demo_cell.h"
#include "demo/demo_columns.h"
#include "demo/demo_json.h"

#define LIST_TEXT_MAX 65536

#define NAME {.name = "Name", .type = "string", .format = "name", .path = ".metadata.name"}
#define AGE {.name = "Age", .type = "string", .cell = demo_cell_age}
#define CELL(title, fn) {.name = title, .type = "string", .cell = fn}
#define WIDE_CELL(title, fn) {.name = title, .type = "string", .cell = fn, .priority = 1}
#define COUNT(title, fn) {.name = title, .type = "integer", .cell = fn}

static void phase(const json_t *object, struct demo_cell *cell)
{
    const char *text = demo_json_text(object, "status.phase");
    demo_cell_text(cell, demo_json_at(object, "metadata.deletionTimestamp") != NULL ? "Terminating" : text);
}

/* ---- nodes ---- */

static void node_status(const json_t *object, struct demo_cell *cell)
{
    const char *ready = demo_json_text(object, "status.conditions[?(@.type==\"Ready\")].status");
    const char *word = strcmp(ready, "True") == 0 ? "Ready" : ready[0] == '\0' ? "Unknown" : "NotReady";
    demo_cell_format(cell, "%s%s", word, demo_json_bool(object, "spec.unschedulable") ? ",SchedulingDisabled" : "");
}

static void node_roles(const json_t *object, struct demo_cell *cell)
{
    static const char prefix[] = "node-role.kubernetes.io/";
    struct bytebuf text;
    bytebuf_init(&text, LIST_TEXT_MAX);
    const char *key;
    json_t *value;
    json_object_foreach(demo_json_at(object, "metadata.labels"), key, value) {
        if (strncmp(key, prefix, sizeof prefix - 1) == 0)
            bytebuf_printf(&text, "%s%s", text.length > 0 ? "," : "", key + sizeof prefix - 1);
    }
    demo_cell_text(cell, text.length == 0 ? "<none>" : bytebuf_text(&text));
    bytebuf_done(&text);
}

static void node_version(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "status.nodeInfo.kubeletVersion", "");
}

static void node_internal(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "status.addresses[?(@.type==\"InternalIP\")].address", "<none>");
}

static void node_external(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "status.addresses[?(@.type==\"ExternalIP\")].address", "<none>");
}

static void node_image(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "status.nodeInfo.osImage", "<unknown>");
}

static void node_kernel(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "status.nodeInfo.kernelVersion", "<unknown>");
}

static void node_runtime(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "status.nodeInfo.containerRuntimeVersion", "<unknown>");
}

/* ---- pods ---- */

static size_t ready_containers(const json_t *object)
{
    size_t ready = 0, index;
    json_t *status;
    json_array_foreach(demo_json_at(object, "status.containerStatuses"), index, status) {
        if (demo_json_bool(status, "ready"))
            ready++;
    }
    return ready;
}

static void pod_ready(const json_t *object, struct demo_cell *cell)
{
    demo_cell_format(cell, "%zu/%zu", ready_containers(object), json_array_size(demo_json_at(object, "spec.containers")));
}

/* Reason of a waiting or terminated container, "" when it runs. */
static const char *container_reason(const json_t *status)
{
    const char *reason = demo_json_text(status, "state.waiting.reason");
    if (reason[0] == '\0')
        reason = demo_json_text(status, "state.terminated.reason");
    if (reason[0] == '\0' && demo_json_at(status, "state.terminated") != NULL)
        reason = "Error";
    return reason;
}

/* "Init:1/2", "Init:CrashLoopBackOff", or false when every init container is done. */
static bool init_status(const json_t *object, char *out, size_t size)
{
    const json_t *statuses = demo_json_at(object, "status.initContainerStatuses");
    size_t index;
    json_t *status;
    json_array_foreach(statuses, index, status) {
        if (demo_json_at(status, "state.terminated") != NULL &&
            demo_json_integer(status, "state.terminated.exitCode", 0) == 0)
            continue;
        const char *reason = container_reason(status);
        if (reason[0] != '\0' && strcmp(reason, "PodInitializing") != 0)
            snprintf(out, size, "Init:%s", reason);
        else
            snprintf(out, size, "Init:%zu/%zu", index, json_array_size(demo_json_at(object, "spec.initContainers")));
        return true;
    }
    return false;
}

static void pod_status(const json_t *object, struct demo_cell *cell)
{
    char text[256];
    const char *reason = demo_json_text(object, "status.reason");
    snprintf(text, sizeof text, "%s", reason[0] == '\0' ? demo_json_text(object, "status.phase") : reason);
    if (!init_status(object, text, sizeof text)) {
        size_t index;
        json_t *status;
        json_array_foreach(demo_json_at(object, "status.containerStatuses"), index, status) {
            const char *why = container_reason(status);
            if (why[0] != '\0')
                snprintf(text, sizeof text, "%s", why);
        }
    }
    demo_cell_text(cell, demo_json_at(object, "metadata.deletionTimestamp") != NULL ? "Terminating" : text);
}

static void pod_restarts(const json_t *object, struct demo_cell *cell)
{
    json_int_t restarts = 0;
    int64_t last_ms = TIMESTAMP_NONE;
    size_t index;
    json_t *status;
    json_array_foreach(demo_json_at(object, "status.containerStatuses"), index, status) {
        restarts += demo_json_integer(status, "restartCount", 0);
        int64_t at_ms = timestamp_parse(span_of(demo_json_text(status, "lastState.terminated.finishedAt")));
        if (at_ms != TIMESTAMP_NONE && at_ms > last_ms)
            last_ms = at_ms;
    }
    if (restarts == 0 || last_ms == TIMESTAMP_NONE) {
        demo_cell_format(cell, "%" JSON_INTEGER_FORMAT, restarts);
        return;
    }
    cell->since_ms = last_ms;
    cell->before = alloc_printf("\"%" JSON_INTEGER_FORMAT " (", restarts);
    cell->after = alloc_strdup(" ago)\"");
}

static void pod_ip(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "status.podIP", "<none>");
}

static void pod_node(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.nodeName", "<none>");
}

static void pod_nominated(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "status.nominatedNodeName", "<none>");
}

static void pod_gates(const json_t *object, struct demo_cell *cell)
{
    demo_cell_text(cell, "<none>");
}

/* ---- services, configuration, storage ---- */

static void service_type(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.type", "ClusterIP");
}

static void service_ip(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.clusterIP", "<none>");
}

static void service_external(const json_t *object, struct demo_cell *cell)
{
    bool is_balanced = strcmp(demo_json_text(object, "spec.type"), "LoadBalancer") == 0;
    demo_cell_path(cell, object, "status.loadBalancer.ingress[0].ip", is_balanced ? "<pending>" : "<none>");
}

static void service_ports(const json_t *object, struct demo_cell *cell)
{
    struct bytebuf text;
    bytebuf_init(&text, LIST_TEXT_MAX);
    size_t index;
    json_t *port;
    json_array_foreach(demo_json_at(object, "spec.ports"), index, port) {
        const char *protocol = demo_json_text(port, "protocol");
        json_int_t node_port = demo_json_integer(port, "nodePort", 0);
        bytebuf_printf(&text, "%s%" JSON_INTEGER_FORMAT, index > 0 ? "," : "", demo_json_integer(port, "port", 0));
        if (node_port != 0)
            bytebuf_printf(&text, ":%" JSON_INTEGER_FORMAT, node_port);
        bytebuf_printf(&text, "/%s", protocol[0] == '\0' ? "TCP" : protocol);
    }
    demo_cell_text(cell, text.length == 0 ? "<none>" : bytebuf_text(&text));
    bytebuf_done(&text);
}

static void service_selector(const json_t *object, struct demo_cell *cell)
{
    demo_cell_selector(cell, demo_json_at(object, "spec.selector"));
}

static void data_count(const json_t *object, struct demo_cell *cell)
{
    demo_cell_integer(cell, (json_int_t)(json_object_size(demo_json_at(object, "data")) +
                                   json_object_size(demo_json_at(object, "binaryData"))));
}

static void secret_type(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "type", "Opaque");
}

static void account_secrets(const json_t *object, struct demo_cell *cell)
{
    demo_cell_integer(cell, (json_int_t)json_array_size(demo_json_at(object, "secrets")));
}

static void claim_volume(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.volumeName", "");
}

static void claim_capacity(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "status.capacity.storage", "");
}

static void access_modes(const json_t *object, struct demo_cell *cell)
{
    static const struct { const char *mode, *shown; } modes[] = {
        {"ReadWriteOnce", "RWO"}, {"ReadOnlyMany", "ROX"}, {"ReadWriteMany", "RWX"}, {"ReadWriteOncePod", "RWOP"}};
    char text[64] = "";
    size_t index;
    json_t *mode;
    json_array_foreach(demo_json_at(object, "spec.accessModes"), index, mode) {
        for (size_t i = 0; i < ARRAY_LENGTH(modes); i++) {
            size_t used = strlen(text);
            if (json_is_string(mode) && strcmp(json_string_value(mode), modes[i].mode) == 0)
                snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? "," : "", modes[i].shown);
        }
    }
    demo_cell_text(cell, text);
}

static void storage_class(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.storageClassName", "");
}

static void volume_mode(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.volumeMode", "<unset>");
}

static void volume_capacity(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.capacity.storage", "");
}

static void reclaim_policy(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.persistentVolumeReclaimPolicy", "");
}

static void volume_claim(const json_t *object, struct demo_cell *cell)
{
    const char *name = demo_json_text(object, "spec.claimRef.name");
    if (name[0] == '\0')
        demo_cell_text(cell, "");
    else
        demo_cell_format(cell, "%s/%s", demo_json_text(object, "spec.claimRef.namespace"), name);
}

static void attachment_attacher(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.attacher", "");
}

static void attachment_volume(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.source.persistentVolumeName", "");
}

static void attachment_node(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.nodeName", "");
}

static void attachment_attached(const json_t *object, struct demo_cell *cell)
{
    cell->before = alloc_strdup(demo_json_bool(object, "status.attached") ? "true" : "false");
}

/* ---- events ---- */

static void event_last_seen(const json_t *object, struct demo_cell *cell)
{
    const char *at = demo_json_text(object, "series.lastObservedTime");
    if (at[0] == '\0')
        at = demo_json_text(object, "lastTimestamp");
    demo_cell_since(cell, at[0] == '\0' ? demo_json_text(object, "eventTime") : at, "<unknown>");
}

static void event_first_seen(const json_t *object, struct demo_cell *cell)
{
    const char *at = demo_json_text(object, "firstTimestamp");
    demo_cell_since(cell, at[0] == '\0' ? demo_json_text(object, "eventTime") : at, "<unknown>");
}

static void event_type(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "type", "");
}

static void event_reason(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "reason", "");
}

static void event_object(const json_t *object, struct demo_cell *cell)
{
    char kind[64];
    snprintf(kind, sizeof kind, "%s", demo_json_text(object, "involvedObject.kind"));
    for (char *at = kind; *at != '\0'; at++) {
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    }
    demo_cell_format(cell, "%s/%s", kind, demo_json_text(object, "involvedObject.name"));
}

static void event_subobject(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "involvedObject.fieldPath", "");
}

static void event_source(const json_t *object, struct demo_cell *cell)
{
    const char *component = demo_json_text(object, "source.component");
    const char *host = demo_json_text(object, "source.host");
    if (component[0] == '\0')
        component = demo_json_text(object, "reportingComponent");
    demo_cell_format(cell, "%s%s%s", component, host[0] == '\0' ? "" : ", ", host);
}

static void event_message(const json_t *object, struct demo_cell *cell)
{
    struct span text = span_trim(span_of(demo_json_text(object, "message")));
    demo_cell_format(cell, "%.*s", SPAN_PRINT(text));
}

static void event_count(const json_t *object, struct demo_cell *cell)
{
    demo_cell_integer(cell, demo_json_integer(object, "series.count", demo_json_integer(object, "count", 1)));
}

static void event_name(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "metadata.name", "");
}

static void lease_holder(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.holderIdentity", "");
}

static void created_at(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "metadata.creationTimestamp", "<unknown>");
}

static void binding_role(const json_t *object, struct demo_cell *cell)
{
    demo_cell_format(cell, "%s/%s", demo_json_text(object, "roleRef.kind"), demo_json_text(object, "roleRef.name"));
}

const struct demo_column demo_columns_plain[] = {NAME, AGE, {0}};
const struct demo_column demo_columns_namespace[] = {NAME, CELL("Status", phase), AGE, {0}};
const struct demo_column demo_columns_node[] = {NAME, CELL("Status", node_status), CELL("Roles", node_roles), AGE,
    CELL("Version", node_version), WIDE_CELL("Internal-IP", node_internal), WIDE_CELL("External-IP", node_external),
    WIDE_CELL("OS-Image", node_image), WIDE_CELL("Kernel-Version", node_kernel),
    WIDE_CELL("Container-Runtime", node_runtime), {0}};
const struct demo_column demo_columns_pod[] = {NAME, CELL("Ready", pod_ready), CELL("Status", pod_status),
    CELL("Restarts", pod_restarts), AGE, WIDE_CELL("IP", pod_ip), WIDE_CELL("Node", pod_node),
    WIDE_CELL("Nominated Node", pod_nominated), WIDE_CELL("Readiness Gates", pod_gates), {0}};
const struct demo_column demo_columns_service[] = {NAME, CELL("Type", service_type), CELL("Cluster-IP", service_ip),
    CELL("External-IP", service_external), CELL("Port(s)", service_ports), AGE,
    WIDE_CELL("Selector", service_selector), {0}};
const struct demo_column demo_columns_configmap[] = {NAME, COUNT("Data", data_count), AGE, {0}};
const struct demo_column demo_columns_secret[] = {NAME, CELL("Type", secret_type), COUNT("Data", data_count), AGE, {0}};
const struct demo_column demo_columns_serviceaccount[] = {NAME, COUNT("Secrets", account_secrets), AGE, {0}};
const struct demo_column demo_columns_event[] = {CELL("Last Seen", event_last_seen), CELL("Type", event_type),
    CELL("Reason", event_reason), CELL("Object", event_object), WIDE_CELL("Subobject", event_subobject),
    WIDE_CELL("Source", event_source), CELL("Message", event_message), WIDE_CELL("First Seen", event_first_seen),
    {.name = "Count", .type = "integer", .cell = event_count, .priority = 1},
    {.name = "Name", .type = "string", .format = "name", .cell = event_name, .priority = 1}, {0}};
const struct demo_column demo_columns_claim[] = {NAME, CELL("Status", phase), CELL("Volume", claim_volume),
    CELL("Capacity", claim_capacity), CELL("Access Modes", access_modes), CELL("StorageClass", storage_class), AGE,
    WIDE_CELL("VolumeMode", volume_mode), {0}};
const struct demo_column demo_columns_volume[] = {NAME, CELL("Capacity", volume_capacity),
    CELL("Access Modes", access_modes), CELL("Reclaim Policy", reclaim_policy), CELL("Status", phase),
    CELL("Claim", volume_claim), CELL("StorageClass", storage_class), AGE, WIDE_CELL("VolumeMode", volume_mode), {0}};
const struct demo_column demo_columns_lease[] = {NAME, CELL("Holder", lease_holder), AGE, {0}};
const struct demo_column demo_columns_attachment[] = {NAME, CELL("Attacher", attachment_attacher),
    CELL("PV", attachment_volume), CELL("Node", attachment_node),
    {.name = "Attached", .type = "boolean", .cell = attachment_attached}, AGE, {0}};
const struct demo_column demo_columns_definition[] = {NAME, CELL("Created At", created_at), {0}};
const struct demo_column demo_columns_role[] = {NAME, CELL("Created At", created_at), {0}};
const struct demo_column demo_columns_binding[] = {NAME, CELL("Role", binding_role), AGE, {0}};
