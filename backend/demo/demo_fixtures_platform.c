/* The ground of one region: namespaces, nodes, CRDs, services, credentials, configuration, packages, certificates. */
#include "demo/demo_fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "demo/demo_build.h"
#include "demo/demo_estate.h"
#include "demo/demo_json.h"
#include "demo/demo_kit.h"
#include "demo/demo_workload.h"
#include "demo/demo_workload_edit.h"

#define AGE (DEMO_FIXTURES_AGE_DAYS * DEMO_BUILD_DAY)

/* ---- namespaces and nodes ---- */

static void put_namespace(struct demo_world *world, int region, const char *name, const char *organization)
{
    json_t *have = demo_store_get(world->stores[region], DEMO_KIND_NAMESPACE, "", name);
    if (have) {
        json_decref(have);
        return;
    }
    json_t *labels =
        json_pack("{s:s, s:s}", "kubernetes.io/metadata.name", name, "openova.io/sovereign", DEMO_WORLD_FQDN);
    if (organization)
        json_object_set_new(labels, "openova.io/organization", json_string(organization));
    json_t *document = demo_build_object(NULL, name, labels, AGE);
    json_object_set_new(document, "spec", json_pack("{s:[s]}", "finalizers", "kubernetes"));
    json_object_set_new(document, "status", json_pack("{s:s}", "phase", "Active"));
    demo_store_put(world->stores[region], DEMO_KIND_NAMESPACE, document, "kustomize-controller");
}

static void put_namespaces(struct demo_world *world, int region)
{
    static const char *const ALWAYS[] = {"default",         "kube-system", "kube-public",
                                         "kube-node-lease", "flux-system", "org-services"};
    for (size_t i = 0; i < ARRAY_LENGTH(ALWAYS); i++)
        put_namespace(world, region, ALWAYS[i], NULL);
    size_t count = 0;
    const struct demo_kit_row *rows = demo_kit_rows(&count);
    for (size_t i = 0; i < count; i++)
        put_namespace(world, region, rows[i].target, NULL);
    const struct demo_estate_organization *organizations = demo_estate_organizations(&count);
    for (size_t i = 0; i < count; i++)
        put_namespace(world, region, organizations[i].slug, organizations[i].slug);
}

static void set_node_conditions(json_t *node)
{
    static const char *const PRESSURES[][3] = {
        {"MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"},
        {"DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
        {"PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"}};
    for (size_t i = 0; i < ARRAY_LENGTH(PRESSURES); i++)
        demo_build_condition(node, PRESSURES[i][0], "False", PRESSURES[i][1], PRESSURES[i][2], AGE, -1);
    demo_build_condition(node, "Ready", "True", "KubeletReady", "kubelet is posting ready status", AGE, -1);
}

static void put_node(struct demo_world *world, int region, int index)
{
    const char *name = demo_workload_node(region, index);
    json_t *labels = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s+, s:s}", "kubernetes.io/hostname", name,
                               "kubernetes.io/os", "linux", "kubernetes.io/arch", "amd64", "openova.io/region",
                               demo_world_region(region), "topology.kubernetes.io/region", demo_world_region(region),
                               "topology.kubernetes.io/zone", demo_world_region(region), "1-dc14",
                               "node.kubernetes.io/instance-type", index == 0 ? "cpx41" : "cpx51");
    if (index == 0) {
        json_object_set_new(labels, "node-role.kubernetes.io/control-plane", json_string("true"));
        json_object_set_new(labels, "node-role.kubernetes.io/etcd", json_string("true"));
    }
    json_t *document = demo_build_object(NULL, name, labels, AGE);
    json_object_set_new(document, "spec",
                        json_pack("{s:s+, s:s+}", "providerID", "hcloud://4711", name, "podCIDR", "10.42.0.0/2", "4"));
    char *address = alloc_printf("10.%d.0.%d", region, 10 + index);
    json_object_set_new(
        document, "status",
        json_pack(
            "{s:[{s:s, s:s}, {s:s, s:s}], s:{s:s, s:s, s:s}, s:{s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s, s:s, s:s}}",
            "addresses", "type", "InternalIP", "address", address, "type", "Hostname", "address", name, "capacity",
            "cpu", "16", "memory", "32Gi", "pods", "50", "allocatable", "cpu", "15500m", "memory", "30Gi", "pods", "50",
            "nodeInfo", "kubeletVersion", "v1.30.4+k3s1", "osImage", "Ubuntu 24.04.1 LTS", "kernelVersion",
            "6.8.0-49-generic", "containerRuntimeVersion", "containerd://1.7.20-k3s1", "architecture", "amd64",
            "operatingSystem", "linux"));
    free(address);
    set_node_conditions(document);
    demo_store_put(world->stores[region], DEMO_KIND_NODE, document, "k3s");
}

/* ---- CRDs ---- */

static void put_definition(struct demo_world *world, int region, const struct demo_kind *kind)
{
    char *name = alloc_printf("%s.%s", kind->plural, kind->group);
    json_t *document = demo_build_object(NULL, name, NULL, AGE);
    json_object_set_new(document, "spec",
                        json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s}, s:[{s:s, s:b, s:b}]}", "group", kind->group,
                                  "scope", kind->namespaced ? "Namespaced" : "Cluster", "names", "kind", kind->kind,
                                  "listKind", kind->list_kind, "plural", kind->plural, "singular", kind->singular,
                                  "versions", "name", kind->version, "served", 1, "storage", 1));
    json_object_set_new(document, "status", json_pack("{s:[s]}", "storedVersions", kind->version));
    demo_build_condition(document, "Established", "True", "InitialNamesAccepted",
                         "the initial names have been accepted", AGE, -1);
    demo_store_put(world->stores[region], DEMO_KIND_CUSTOMRESOURCEDEFINITION, document, "kustomize-controller");
    free(name);
}

/* ---- services ---- */

struct service_row {
    const char *name_space, *name, *type;
    int port;
};

static void put_service(struct demo_world *world, int region, const struct service_row *row, int index)
{
    json_t *document =
        demo_build_object(row->name_space, row->name, json_pack("{s:s}", "app.kubernetes.io/name", row->name), AGE);
    char *address = alloc_printf("10.43.%d.%d", 10 + index, 20 + index);
    json_object_set_new(document, "spec",
                        json_pack("{s:s, s:s, s:[s], s:[{s:s, s:i, s:i, s:s}], s:{s:s}, s:s}", "type", row->type,
                                  "clusterIP", address, "clusterIPs", address, "ports", "name", "main", "port",
                                  row->port, "targetPort", row->port, "protocol", "TCP", "selector", "app", row->name,
                                  "sessionAffinity", "None"));
    free(address);
    bool is_balanced = strcmp(row->type, "LoadBalancer") == 0;
    json_object_set_new(document, "status",
                        is_balanced ? json_pack("{s:{s:[{s:s}]}}", "loadBalancer", "ingress", "ip",
                                                region == DEMO_WORLD_PRIMARY ? "203.0.113.10" : "203.0.113.20")
                                    : json_pack("{s:{}}", "loadBalancer"));
    demo_store_put(world->stores[region], DEMO_KIND_SERVICE, document, "helm-controller");
}

static void put_services(struct demo_world *world, int region)
{
    static const struct service_row SERVICES[] = {{"default", "kubernetes", "ClusterIP", 443},
                                                  {"kube-system", "kube-dns", "ClusterIP", 53},
                                                  {"kube-system", "cilium-gateway-cilium-gateway", "LoadBalancer", 443},
                                                  {"catalyst-system", "catalyst-api", "ClusterIP", 8080},
                                                  {"catalyst-system", "catalyst-ui", "ClusterIP", 80},
                                                  {"gitea", "gitea-http", "ClusterIP", 3000},
                                                  {"harbor", "harbor-core", "ClusterIP", 80},
                                                  {"harbor", "harbor-registry", "ClusterIP", 5000},
                                                  {"keycloak", "keycloak", "ClusterIP", 8080},
                                                  {"openbao", "openbao", "ClusterIP", 8200},
                                                  {"nats-system", "nats-jetstream", "ClusterIP", 4222},
                                                  {"grafana", "grafana", "ClusterIP", 80},
                                                  {"powerdns", "powerdns", "LoadBalancer", 53},
                                                  {"seaweedfs", "seaweedfs-filer", "ClusterIP", 8333},
                                                  {"shared-data", "postgres-shared-rw", "ClusterIP", 5432},
                                                  {"valkey", "valkey", "ClusterIP", 6379}};
    for (size_t i = 0; i < ARRAY_LENGTH(SERVICES); i++)
        put_service(world, region, &SERVICES[i], (int)i);
}

static void put_gateway(struct demo_world *world, int region)
{
    json_t *document = demo_build_object("kube-system", "cilium-gateway", NULL, AGE);
    json_object_set_new(document, "spec",
                        json_pack("{s:s, s:[{s:s, s:i, s:s, s:s}]}", "gatewayClassName", "cilium", "listeners", "name",
                                  "https", "port", 443, "protocol", "HTTPS", "hostname", "*." DEMO_WORLD_FQDN));
    json_object_set_new(document, "status",
                        json_pack("{s:[{s:s, s:s}]}", "addresses", "type", "IPAddress", "value",
                                  region == DEMO_WORLD_PRIMARY ? "203.0.113.10" : "203.0.113.20"));
    demo_build_condition(document, "Accepted", "True", "Accepted", "Gateway successfully scheduled", AGE, 1);
    demo_build_condition(document, "Programmed", "True", "Programmed", "Gateway successfully reconciled", AGE, 1);
    demo_store_put(world->stores[region], DEMO_KIND_GATEWAY, document, "helm-controller");
}

/* ---- Crossplane packages and certificates ---- */

static void put_providers(struct demo_world *world, int region)
{
    static const char *const PACKAGES[][2] = {
        {"provider-kubernetes", "xpkg.upbound.io/crossplane-contrib/provider-kubernetes:v0.16.0"},
        {"provider-helm", "xpkg.upbound.io/crossplane-contrib/provider-helm:v0.20.0"},
        {"provider-terraform", "xpkg.upbound.io/upbound/provider-terraform:v0.19.0"},
        {"provider-hcloud", "harbor.openova.io/proxy-xpkg/openova-io/provider-hcloud:v0.4.1"}};
    for (size_t i = 0; i < ARRAY_LENGTH(PACKAGES); i++) {
        json_t *document = demo_build_object(NULL, PACKAGES[i][0], NULL, AGE);
        json_object_set_new(document, "spec",
                            json_pack("{s:s, s:s, s:s, s:i}", "package", PACKAGES[i][1], "packagePullPolicy",
                                      "IfNotPresent", "revisionActivationPolicy", "Automatic", "revisionHistoryLimit",
                                      1));
        json_object_set_new(document, "status",
                            json_pack("{s:s, s:s+}", "currentIdentifier", PACKAGES[i][1], "currentRevision",
                                      PACKAGES[i][0], "-6f1c2a7d9b30"));
        demo_build_condition(document, "Installed", "True", "ActivePackageRevision", "", AGE, -1);
        demo_build_condition(document, "Healthy", "True", "HealthyPackageRevision", "", AGE, -1);
        demo_store_put(world->stores[region], DEMO_KIND_PROVIDER, document, "kustomize-controller");
    }
}

struct certificate_row {
    const char *name_space, *name, *host;
    int days_left;
};

static void put_certificates(struct demo_world *world, int region)
{
    static const struct certificate_row CERTIFICATES[] = {
        {"kube-system", "sovereign-wildcard-tls", "*." DEMO_WORLD_FQDN, 74},
        {"catalyst-system", "catalyst-api-tls", "api." DEMO_WORLD_FQDN, 61},
        {"gitea", "gitea-tls", "gitea." DEMO_WORLD_FQDN, 61},
        {"harbor", "harbor-tls", "registry." DEMO_WORLD_FQDN, 61},
        {"keycloak", "keycloak-tls", "auth." DEMO_WORLD_FQDN, 61},
        {"bluewave", "shop-tls", "shop.bluewave." DEMO_WORLD_FQDN, 12},
        {"finovate", "ledger-tls", "ledger.finovate." DEMO_WORLD_FQDN, 80}};
    for (size_t i = 0; i < ARRAY_LENGTH(CERTIFICATES); i++) {
        const struct certificate_row *row = &CERTIFICATES[i];
        json_t *document = demo_build_object(row->name_space, row->name, NULL, AGE);
        json_object_set_new(document, "spec",
                            json_pack("{s:s, s:[s], s:{s:s, s:s}, s:s, s:s}", "secretName", row->name, "dnsNames",
                                      row->host, "issuerRef", "kind", "ClusterIssuer", "name", "letsencrypt-prod",
                                      "duration", "2160h0m0s", "renewBefore", "720h0m0s"));
        int64_t left = (int64_t)row->days_left * DEMO_BUILD_DAY;
        json_object_set_new(document, "status",
                            json_pack("{s:o, s:o, s:o, s:i}", "notBefore", demo_build_ago(90 * DEMO_BUILD_DAY - left),
                                      "notAfter", demo_build_ago(-left), "renewalTime",
                                      demo_build_ago(-left + 30 * DEMO_BUILD_DAY), "revision", 1));
        demo_build_condition(document, "Ready", "True", "Ready", "Certificate is up to date and has not expired", AGE,
                             1);
        demo_store_put(world->stores[region], DEMO_KIND_CERTIFICATE, document, "helm-controller");
    }
}

static void put_claims(struct demo_world *world, int region)
{
    json_t *sets = demo_store_list(world->stores[region], DEMO_KIND_STATEFULSET, NULL);
    size_t index = 0;
    json_t *set = NULL;
    json_array_foreach(sets, index, set) {
        for (int i = 0; i < demo_json_integer(set, "spec.replicas", 1); i++) {
            char *name = alloc_printf("data-%s-%d", demo_json_text(set, "metadata.name"), i);
            json_t *document = demo_build_object(demo_json_text(set, "metadata.namespace"), name, NULL, AGE);
            json_object_set_new(document, "spec",
                                json_pack("{s:[s], s:s, s:s+, s:{s:{s:s}}}", "accessModes", "ReadWriteOnce",
                                          "storageClassName", "hcloud-volumes", "volumeName", "pvc-", name, "resources",
                                          "requests", "storage", "10Gi"));
            json_object_set_new(document, "status",
                                json_pack("{s:s, s:[s], s:{s:s}}", "phase", "Bound", "accessModes", "ReadWriteOnce",
                                          "capacity", "storage", "10Gi"));
            demo_store_put(world->stores[region], DEMO_KIND_PERSISTENTVOLUMECLAIM, document, "kube-controller-manager");
            free(name);
        }
    }
    json_decref(sets);
}

/* Workloads outside the kit: the Organization services, whose environment the cutover changes. */
static void put_organization_services(struct demo_world *world, int region)
{
    static const char *const NAMES[] = {"tenant", "billing", "provisioning", "domain", "notification"};
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES); i++) {
        char *containers = alloc_printf("%s=ghcr.io/openova-io/openova/services-%s:fad88bd", NAMES[i], NAMES[i]);
        struct demo_workload_spec spec = {.kind = DEMO_KIND_DEPLOYMENT,
                                          .name_space = "org-services",
                                          .name = NAMES[i],
                                          .replicas = 1,
                                          .containers = containers,
                                          .release = "bp-catalyst-platform",
                                          .image_pull_secret = "ghcr-pull",
                                          .age_seconds = AGE};
        demo_workload_install(world, region, &spec);
        free(containers);
    }
    static const char *const VARIABLES[][3] = {
        {"catalyst-api", "CATALYST_GITOPS_REPO_URL", "https://github.com/openova-io/openova"},
        {"catalyst-api", "CATALYST_PIN_ISSUER", "https://console.openova.io"},
        {"catalyst-api", "CATALYST_HANDOVER_JWT_ISSUER", "https://console.openova.io"},
        {"catalyst-api", "CATALYST_NATS_URL", "nats://nats-jetstream.nats-system.svc.cluster.local:4222"},
        {"catalyst-organization-controller", "CATALYST_VCLUSTER_IMAGE_REGISTRY", "harbor.openova.io"}};
    for (size_t i = 0; i < ARRAY_LENGTH(VARIABLES); i++) {
        demo_workload_edit_env(world, region, "catalyst-system", VARIABLES[i][0], VARIABLES[i][1], VARIABLES[i][2],
                               "helm-controller");
        demo_workload_sync(world, region, DEMO_KIND_DEPLOYMENT, "catalyst-system", VARIABLES[i][0], DEMO_WORKLOAD_ALL);
    }
}

void demo_fixtures_platform(struct demo_world *world, int region)
{
    put_namespaces(world, region);
    for (int i = 0; i < DEMO_WORKLOAD_NODES; i++)
        put_node(world, region, i);
    for (int i = 0; i < DEMO_KIND_COUNT; i++)
        if (demo_kinds_at((enum demo_kind_id)i)->is_custom)
            put_definition(world, region, demo_kinds_at((enum demo_kind_id)i));
    put_services(world, region);
    put_gateway(world, region);
    put_providers(world, region);
    put_certificates(world, region);
    put_organization_services(world, region);
    put_claims(world, region);
    demo_fixtures_secrets(world, region);
}
