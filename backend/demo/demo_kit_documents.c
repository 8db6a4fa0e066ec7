/* Builds the HelmRepository and HelmRelease documents of a kit row and the text of its slot file. */
#include "demo/demo_kit_documents.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "demo/demo_yaml.h"

#define SLOT_TEXT_MAX (256u << 10)

static const char COMPONENT[] =
    "{\"replicaCount\":1,\"revisionHistoryLimit\":3,"
    "\"image\":{\"pullPolicy\":\"IfNotPresent\"},"
    "\"resources\":{\"requests\":{\"cpu\":\"100m\",\"memory\":\"256Mi\",\"ephemeral-storage\":\"256Mi\"},"
    "\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\",\"ephemeral-storage\":\"2Gi\"}},"
    "\"podSecurityContext\":{\"fsGroup\":1001,\"runAsGroup\":1001,\"runAsNonRoot\":true,\"runAsUser\":1001,"
    "\"seccompProfile\":{\"type\":\"RuntimeDefault\"}},"
    "\"securityContext\":{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]},"
    "\"privileged\":false,\"readOnlyRootFilesystem\":true},"
    "\"livenessProbe\":{\"enabled\":true,\"failureThreshold\":6,\"initialDelaySeconds\":30,\"periodSeconds\":10,"
    "\"successThreshold\":1,\"timeoutSeconds\":5},"
    "\"readinessProbe\":{\"enabled\":true,\"failureThreshold\":3,\"initialDelaySeconds\":5,\"periodSeconds\":10,"
    "\"successThreshold\":1,\"timeoutSeconds\":5},"
    "\"startupProbe\":{\"enabled\":false,\"failureThreshold\":30,\"periodSeconds\":5},"
    "\"autoscaling\":{\"enabled\":false,\"minReplicas\":1,\"maxReplicas\":3,\"targetCPUUtilizationPercentage\":80},"
    "\"podDisruptionBudget\":{\"enabled\":true,\"maxUnavailable\":1},"
    "\"nodeSelector\":{\"kubernetes.io/os\":\"linux\"},"
    "\"tolerations\":[{\"effect\":\"NoExecute\",\"key\":\"node.kubernetes.io/unreachable\",\"operator\":\"Exists\","
    "\"tolerationSeconds\":60}],"
    "\"affinity\":{\"podAntiAffinity\":{\"preferredDuringSchedulingIgnoredDuringExecution\":[{\"weight\":100,"
    "\"podAffinityTerm\":{\"topologyKey\":\"kubernetes.io/hostname\"}}]}},"
    "\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxSurge\":1,\"maxUnavailable\":0}},"
    "\"service\":{\"type\":\"ClusterIP\",\"ports\":{\"http\":8080,\"metrics\":9090},\"sessionAffinity\":\"None\"},"
    "\"persistence\":{\"enabled\":false,\"storageClass\":\"hcloud-volumes\",\"size\":\"10Gi\",\"accessModes\":["
    "\"ReadWriteOnce\"]},"
    "\"networkPolicy\":{\"enabled\":true,\"allowExternal\":false,\"ingressRules\":{\"fromGateway\":true}},"
    "\"serviceAccount\":{\"create\":true,\"automountServiceAccountToken\":false},"
    "\"extraEnv\":[{\"name\":\"LOG_LEVEL\",\"value\":\"info\"},{\"name\":\"OTEL_EXPORTER_OTLP_ENDPOINT\","
    "\"value\":\"http://opentelemetry-collector.opentelemetry.svc.cluster.local:4317\"}]}";

static const char MONITORING[] =
    "{\"serviceMonitor\":{\"enabled\":false,\"interval\":\"30s\",\"scrapeTimeout\":\"10s\",\"honorLabels\":false},"
    "\"prometheusRule\":{\"enabled\":false,\"groupInterval\":\"1m\"},"
    "\"dashboards\":{\"enabled\":true,\"label\":\"grafana_dashboard\",\"folder\":\"Catalyst\"}}";

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    return value ? value : json_object();
}

static void merge(json_t *into, json_t *from)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(from, key, value) {
        json_t *have = json_object_get(into, key);
        if (json_is_object(have) && json_is_object(value))
            merge(have, value);
        else
            json_object_set(into, key, value);
    }
}

json_t *demo_kit_usual_values(const char *name, unsigned variation)
{
    json_t *server = parse(COMPONENT), *worker = parse(COMPONENT), *cache = parse(COMPONENT);
    json_object_set_new(server, "replicaCount", json_integer(1 + (json_int_t)(variation % 3)));
    json_object_set_new(json_object_get(server, "serviceAccount"), "name", json_string(name));
    char memory[24];
    snprintf(memory, sizeof memory, "%uMi", 128u << (variation % 4));
    json_object_set_new(json_object_get(json_object_get(worker, "resources"), "requests"), "memory",
                        json_string(memory));
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "fullnameOverride", name, "server", server, "worker", worker, "cache",
                     cache, "monitoring", parse(MONITORING));
}

const char *demo_kit_repository_name(const struct demo_kit_row *row)
{
    return row->repository ? row->repository : row->name;
}

json_t *demo_kit_repository_document(const struct demo_kit_row *row)
{
    return json_pack("{s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s, s:s, s:{s:s}}}", "apiVersion",
                     "source.toolkit.fluxcd.io/v1", "kind", "HelmRepository", "metadata", "name",
                     demo_kit_repository_name(row), "namespace", "flux-system", "spec", "type", "oci", "interval",
                     "15m", "url", "oci://ghcr.io/openova-io", "secretRef", "name", "ghcr-pull");
}

static json_t *depends_on(const char *names)
{
    json_t *list = json_array();
    struct span rest = span_of(names), name;
    while (span_split(&rest, ' ', &name))
        if (!span_is_empty(name))
            json_array_append_new(list, json_pack("{s:s%}", "name", name.data, name.length));
    return list;
}

static json_t *release_labels(const struct demo_kit_row *row)
{
    json_t *labels = json_pack("{s:s}", "catalyst.openova.io/slot", row->slot);
    if (strstr(row->name, "-vcluster") && row->values) {
        json_object_set_new(labels, "catalyst.openova.io/vcluster-role", json_string(row->target));
        json_object_set_new(labels, "catalyst.openova.io/topology", json_string("dod-a4"));
    }
    return labels;
}

static void set_suspend(json_t *spec, enum demo_kit_presence presence)
{
    if (presence == DEMO_KIT_SUSPENDED_ON_SECONDARY)
        json_object_set_new(spec, "suspend", json_string("${SECONDARY_HR_SUSPEND:=false}"));
    if (presence == DEMO_KIT_SUSPENDED_ON_PRIMARY)
        json_object_set_new(spec, "suspend", json_string("${PRIMARY_HR_SUSPEND:=false}"));
}

json_t *demo_kit_release_document(const struct demo_kit_row *row)
{
    const char *short_name = row->name + strlen("bp-");
    json_t *spec = json_pack("{s:s, s:s, s:s, s:s}", "interval", "15m", "timeout", "15m", "releaseName", short_name,
                             "targetNamespace", row->target);
    set_suspend(spec, row->presence);
    if (row->depends[0])
        json_object_set_new(spec, "dependsOn", depends_on(row->depends));
    json_object_set_new(spec, "chart",
                        json_pack("{s:{s:s, s:s, s:{s:s, s:s, s:s}}}", "spec", "chart", row->name, "version",
                                  row->version, "sourceRef", "kind", "HelmRepository", "name",
                                  demo_kit_repository_name(row), "namespace", "flux-system"));
    json_object_set_new(spec, "install", json_pack("{s:b, s:{s:i}}", "disableWait", 1, "remediation", "retries", 3));
    json_object_set_new(spec, "upgrade", json_pack("{s:b, s:{s:i}}", "disableWait", 1, "remediation", "retries", 3));
    json_t *values = demo_kit_usual_values(short_name, (unsigned)(strlen(row->name) + (size_t)row->version[0]));
    if (row->values) {
        json_t *special = parse(row->values);
        merge(values, special);
        json_decref(special);
    }
    json_object_set_new(spec, "values", values);
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:o}, s:o}", "apiVersion", "helm.toolkit.fluxcd.io/v2", "kind",
                     "HelmRelease", "metadata", "name", row->name, "namespace", "flux-system", "labels",
                     release_labels(row), "spec", spec);
}

char *demo_kit_slot_text(const struct demo_kit_row *row)
{
    struct bytebuf out;
    bytebuf_init(&out, SLOT_TEXT_MAX);
    bytebuf_printf(&out,
                   "# %s: Catalyst bootstrap kit, slot %s.\n# Reconciled by Flux on every region of the Sovereign.\n",
                   row->name, row->slot);
    json_t *repository = demo_kit_repository_document(row), *release = demo_kit_release_document(row);
    if (!row->repository) {
        bytebuf_append_text(&out, "---\n");
        demo_yaml_append(&out, repository, 0);
    }
    bytebuf_append_text(&out, "---\n");
    demo_yaml_append(&out, release, 0);
    json_decref(repository);
    json_decref(release);
    return bytebuf_take(&out);
}
