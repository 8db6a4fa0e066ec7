/* The bootstrap kit's releases: slots, names, target namespaces, versions and the real dependency graph. Data only. */
#include "demo/demo_kit.h"

#include <string.h>

#include "base/array.h"

#define VCLUSTER_VALUES(role, presence)                                                                              \
    "{\"" role "Vcluster\":{\"enabled\":true,\"hostNamespace\":\"" role "\",\"vclusterName\":\"" role                \
    "\",\"role\":\"" presence "\",\"image\":{\"repository\":\"harbor.openova.io/proxy-ghcr/loft-sh/vcluster\","       \
    "\"tag\":\"0.20.0\"},\"nodeSelector\":{\"regionLabelKey\":\"openova.io/region\"}},"                               \
    "\"global\":{\"registryMirror\":\"harbor.openova.io\"},"                                                          \
    "\"vcluster\":{\"controlPlane\":{\"statefulSet\":{\"image\":{\"registry\":\"harbor.openova.io\","                 \
    "\"repository\":\"proxy-ghcr/loft-sh/vcluster\"},\"resources\":{\"limits\":{\"memory\":\"2Gi\"},"                 \
    "\"requests\":{\"cpu\":\"200m\",\"memory\":\"256Mi\"}}},\"backingStore\":{\"etcd\":{\"embedded\":"                \
    "{\"enabled\":true}}}}}}"

static const char PLATFORM_VALUES[] =
    "{\"global\":{\"sovereignFQDN\":\"${SOVEREIGN_FQDN}\",\"imageRegistry\":\"\"},"
    "\"catalog\":{\"helmRepository\":{\"url\":\"oci://ghcr.io/openova-io\",\"interval\":\"15m\"}},"
    "\"ingress\":{\"hosts\":{\"console\":{\"host\":\"console.${SOVEREIGN_FQDN}\"},"
    "\"admin\":{\"host\":\"admin.${SOVEREIGN_FQDN}\"},\"marketplace\":{\"host\":\"${SOVEREIGN_FQDN}\"},"
    "\"api\":{\"host\":\"api.${SOVEREIGN_FQDN}\"}},\"gateway\":{\"enabled\":true,\"name\":\"cilium-gateway\"}}}";

static const char REGISTRY_VALUES[] = "{\"global\":{\"imageRegistry\":\"\"}}";

static const struct demo_kit_row ROWS[] = {
    {"01", "bp-cilium", "kube-system", "1.3.4", "1.16.5", "", NULL,
     "{\"cilium\":{\"l7Proxy\":true,\"envoyConfig\":{\"enabled\":true},\"encryption\":{\"enabled\":true,\"type\":"
     "\"wireguard\"},\"hubble\":{\"relay\":{\"enabled\":true},\"ui\":{\"enabled\":false}},\"gatewayAPI\":{\"enabled\":"
     "true},\"ipam\":{\"mode\":\"kubernetes\"},\"kubeProxyReplacement\":true}}", DEMO_KIT_EVERY_REGION},
    {"01a", "bp-gateway-api", "kube-system", "1.0.2", "1.2.1", "bp-cilium", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"02", "bp-cert-manager", "cert-manager", "1.2.3", "1.16.2", "bp-cilium", NULL,
     "{\"certManager\":{\"crds\":{\"enabled\":true},\"replicaCount\":2,\"webhook\":{\"timeoutSeconds\":30}}}",
     DEMO_KIT_EVERY_REGION},
    {"02a", "bp-cert-manager-issuers", "cert-manager", "1.1.0", "1.1.0",
     "bp-cert-manager bp-cert-manager-powerdns-webhook", "bp-cert-manager",
     "{\"issuer\":{\"email\":\"ops@${SOVEREIGN_FQDN}\",\"production\":true}}", DEMO_KIT_EVERY_REGION},
    {"03", "bp-flux", "flux-system", "1.2.0", "2.4.0", "bp-cert-manager", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"04", "bp-crossplane", "crossplane-system", "1.2.1", "1.17.1", "bp-flux", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"05", "bp-sealed-secrets", "kube-system", "1.1.4", "0.27.2", "bp-cert-manager", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"05a", "bp-reflector", "reflector", "1.0.3", "7.1.288", "bp-flux", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"06", "bp-dragonfly", "dragonfly", "1.0.8", "2.2.0", "bp-cert-manager", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"06a", "bp-self-sovereign-cutover", "catalyst", "0.1.172", "0.1.172", "bp-gitea bp-harbor bp-dragonfly", NULL,
     "{\"sovereignFQDN\":\"${SOVEREIGN_FQDN}\",\"egressBlockTest\":{\"enforceCIDRBlock\":true,\"holdSeconds\":600},"
     "\"trigger\":{\"auto\":true},\"fireCutoverOnHandover\":false,\"mirrorResync\":{\"enabled\":false}}",
     DEMO_KIT_SUSPENDED_ON_SECONDARY},
    {"07", "bp-nats-jetstream", "nats-system", "1.2.0", "2.10.24", "bp-flux", NULL,
     "{\"nats\":{\"config\":{\"cluster\":{\"enabled\":true,\"replicas\":3},"
     "\"jetstream\":{\"enabled\":true,\"fileStore\":"
     "{\"pvc\":{\"size\":\"10Gi\"}}}}}}", DEMO_KIT_EVERY_REGION},
    {"08", "bp-openbao", "openbao", "1.2.63", "2.1.0", "bp-cert-manager", NULL,
     "{\"openbao\":{\"server\":{\"ha\":{\"enabled\":true,\"replicas\":3,\"raft\":{\"enabled\":true}}}}}",
     DEMO_KIT_EVERY_REGION},
    {"09", "bp-keycloak", "keycloak", "1.3.9", "26.0.7", "bp-cert-manager", NULL,
     "{\"keycloak\":{\"hostname\":\"auth.${SOVEREIGN_FQDN}\",\"production\":true,\"proxy\":\"edge\"}}",
     DEMO_KIT_EVERY_REGION},
    {"10", "bp-gitea", "gitea", "1.2.7", "1.22.6", "bp-keycloak", NULL,
     "{\"gitea\":{\"config\":{\"server\":{\"DOMAIN\":\"gitea.${SOVEREIGN_FQDN}\",\"ROOT_URL\":"
     "\"https://gitea.${SOVEREIGN_FQDN}/\"}}}}", DEMO_KIT_EVERY_REGION},
    {"11", "bp-powerdns", "powerdns", "1.2.5", "4.9.2", "bp-cert-manager", NULL,
     "{\"powerdns\":{\"replicas\":3,\"dnssec\":true,\"luaRecords\":true,\"api\":{\"host\":\"pdns.${SOVEREIGN_FQDN}\"}}}",
     DEMO_KIT_EVERY_REGION},
    {"11a", "bp-powerdns-admin", "powerdns", "1.0.4", "0.4.2", "bp-powerdns bp-keycloak", "bp-powerdns", NULL,
     DEMO_KIT_EVERY_REGION},
    {"12", "bp-external-dns", "external-dns", "1.1.6", "0.15.1", "bp-cert-manager bp-powerdns", NULL,
     "{\"externalDns\":{\"domainFilters\":[\"${SOVEREIGN_FQDN}\"],\"policy\":\"sync\",\"provider\":\"pdns\"}}",
     DEMO_KIT_EVERY_REGION},
    {"12a", "bp-sovereign-tls-vars", "flux-system", "1.0.1", "1.0.1", "bp-cert-manager-issuers", NULL, NULL,
     DEMO_KIT_EVERY_REGION},
    {"13", "bp-catalyst-platform", "catalyst-system", "1.4.166", "1.4.166",
     "bp-gateway-api bp-keycloak bp-openbao bp-gitea", NULL, PLATFORM_VALUES, DEMO_KIT_EVERY_REGION},
    {"13b", "bp-sso-bridge", "catalyst-system", "0.3.2", "0.3.2", "bp-keycloak", NULL,
     "{\"global\":{\"registryMirror\":\"harbor.openova.io\"},\"image\":{\"repository\":"
     "\"harbor.openova.io/proxy-dockerhub/alpine/k8s\",\"tag\":\"1.31.4\"},\"realm\":\"sovereign\"}",
     DEMO_KIT_PRIMARY_ONLY},
    {"13c", "bp-oidc-gate", "catalyst-system", "0.2.6", "7.7.1", "bp-keycloak", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"13d", "bp-openova-mcp", "catalyst-system", "0.4.0", "0.4.0", "bp-catalyst-platform", NULL,
     "{\"host\":\"mcp.${SOVEREIGN_FQDN}\"}", DEMO_KIT_EVERY_REGION},
    {"13e", "bp-catalyst-secondary-edge", "catalyst-system", "0.2.1", "0.2.1", "bp-catalyst-platform", NULL, NULL,
     DEMO_KIT_SUSPENDED_ON_PRIMARY},
    {"13f", "bp-chargeback", "catalyst-system", "0.1.9", "0.1.9", "bp-catalyst-platform", NULL, NULL,
     DEMO_KIT_EVERY_REGION},
    {"14", "bp-crossplane-claims", "crossplane-system", "1.1.2", "1.1.2", "bp-crossplane", NULL, NULL,
     DEMO_KIT_EVERY_REGION},
    {"15", "bp-external-secrets", "external-secrets-system", "1.0.7", "0.10.7", "bp-openbao bp-cert-manager", NULL,
     NULL,
     DEMO_KIT_EVERY_REGION},
    {"15a", "bp-external-secrets-stores", "external-secrets-system", "1.0.3", "1.0.3", "bp-external-secrets",
     "bp-external-secrets",
     "{\"store\":{\"server\":\"http://openbao.openbao.svc.cluster.local:8200\","
     "\"path\":\"secret\",\"version\":\"v2\"}}",
     DEMO_KIT_EVERY_REGION},
    {"16", "bp-cnpg", "cnpg-system", "1.0.6", "1.24.1", "bp-flux", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"16a", "bp-postgres-shared", "shared-data", "1.0.9", "16.6", "bp-cnpg", NULL,
     "{\"cluster\":{\"instances\":3,\"storage\":{\"size\":\"20Gi\"},\"synchronous\":\"remote_apply\"}}",
     DEMO_KIT_EVERY_REGION},
    {"16b", "bp-cnpg-pair", "cnpg", "0.3.3", "0.3.3", "bp-cnpg bp-postgres-shared", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"16c", "bp-postgres-shared-b", "shared-data", "1.0.9", "16.6", "bp-cnpg", "bp-postgres-shared", NULL,
     DEMO_KIT_EVERY_REGION},
    {"16d", "bp-postgres-shared-c", "shared-data", "1.0.9", "16.6", "bp-cnpg", "bp-postgres-shared", NULL,
     DEMO_KIT_EVERY_REGION},
    {"17", "bp-valkey", "valkey", "1.0.5", "8.0.1", "bp-flux", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"18", "bp-seaweedfs", "seaweedfs", "1.1.2", "3.80", "bp-flux bp-cert-manager", NULL,
     "{\"seaweedfs\":{\"volume\":{\"replicas\":3,\"dataDirs\":[{\"name\":\"data\",\"size\":\"100Gi\"}]}}}",
     DEMO_KIT_EVERY_REGION},
    {"19", "bp-harbor", "harbor", "1.4.2", "2.12.1", "bp-cnpg bp-seaweedfs bp-cert-manager", NULL,
     "{\"harbor\":{\"externalURL\":\"https://registry.${SOVEREIGN_FQDN}\",\"persistence\":{\"imageChartStorage\":"
     "{\"type\":\"s3\"}},\"trivy\":{\"enabled\":false}}}", DEMO_KIT_EVERY_REGION},
    {"20", "bp-opentelemetry", "opentelemetry", "1.0.4", "0.117.0", "bp-cert-manager", NULL, NULL,
     DEMO_KIT_EVERY_REGION},
    {"21", "bp-alloy", "alloy", "1.0.4", "1.5.1", "bp-opentelemetry", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"22", "bp-loki", "loki", "1.0.7", "3.3.2", "bp-seaweedfs", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"23", "bp-mimir", "mimir", "1.0.6", "2.14.3", "bp-seaweedfs", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"24", "bp-tempo", "tempo", "1.0.5", "2.6.1", "bp-seaweedfs", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"25", "bp-grafana", "grafana", "1.1.1", "11.4.0", "bp-cnpg bp-loki bp-mimir bp-tempo bp-keycloak", NULL,
     "{\"grafana\":{\"domain\":\"grafana.${SOVEREIGN_FQDN}\",\"replicas\":2}}", DEMO_KIT_EVERY_REGION},
    {"26", "bp-network-policies", "kube-system", "0.2.4", "0.2.4", "bp-cilium", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"26a", "bp-langfuse", "langfuse", "1.0.3", "2.95.1", "bp-cnpg bp-keycloak bp-cert-manager", NULL, NULL,
     DEMO_KIT_EVERY_REGION},
    {"26b", "bp-plane-isolation", "kube-system", "0.1.8", "0.1.8", "bp-network-policies", NULL, NULL,
     DEMO_KIT_EVERY_REGION},
    {"27", "bp-kyverno", "kyverno", "1.0.8", "1.13.2", "bp-cilium", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"27a", "bp-kyverno-policies", "kyverno", "1.0.12", "1.0.12", "bp-kyverno", "bp-kyverno", NULL,
     DEMO_KIT_EVERY_REGION},
    {"28", "bp-reloader", "reloader", "1.0.2", "1.2.0", "", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"29", "bp-vpa", "vpa", "1.0.2", "1.2.1", "", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"30", "bp-trivy", "trivy-system", "1.0.4", "0.24.1", "bp-cert-manager", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"31", "bp-falco", "falco", "1.0.3", "0.39.2", "bp-cilium", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"32", "bp-sigstore", "sigstore-system", "1.0.2", "0.10.2", "bp-cert-manager", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"33", "bp-syft-grype", "syft-grype", "1.0.2", "0.86.1", "bp-cert-manager", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"34", "bp-velero", "velero", "1.1.0", "1.15.0", "bp-seaweedfs", NULL,
     "{\"velero\":{\"schedules\":{\"daily\":{\"schedule\":\"0 2 * * *\",\"ttl\":\"720h\"}}}}", DEMO_KIT_EVERY_REGION},
    {"35", "bp-coraza", "coraza", "1.0.3", "1.0.3", "bp-cilium bp-cert-manager", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"49", "bp-cert-manager-powerdns-webhook", "cert-manager", "0.2.2", "3.2.5", "bp-cert-manager bp-powerdns", NULL,
     NULL,
     DEMO_KIT_EVERY_REGION},
    {"50", "bp-cluster-autoscaler-hcloud", "kube-system", "0.1.7", "1.31.1", "bp-cilium", NULL, NULL,
     DEMO_KIT_EVERY_REGION},
    {"51", "bp-k8s-ws-proxy", "catalyst-system", "0.2.3", "0.2.3", "bp-catalyst-platform", NULL, REGISTRY_VALUES,
     DEMO_KIT_EVERY_REGION},
    {"52", "bp-guacamole", "guacamole", "0.3.1", "1.5.5", "bp-cnpg bp-keycloak", NULL, REGISTRY_VALUES,
     DEMO_KIT_EVERY_REGION},
    {"54", "bp-dmz-vcluster", "dmz", "0.2.1", "0.23.0", "bp-cilium bp-cert-manager", NULL, VCLUSTER_VALUES("dmz",
     "every-region"),
     DEMO_KIT_EVERY_REGION},
    {"55", "bp-hcloud-ccm", "kube-system", "0.1.4", "1.21.0", "bp-cilium", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"55a", "bp-hcloud-csi", "kube-system", "0.1.5", "2.11.0", "bp-hcloud-ccm", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"56", "bp-openova-flow-server", "catalyst-system", "0.3.0", "0.3.0", "bp-catalyst-platform bp-nats-jetstream",
     NULL,
     REGISTRY_VALUES, DEMO_KIT_EVERY_REGION},
    {"57", "bp-openova-flow-emitter", "catalyst-system", "0.3.0", "0.3.0", "bp-openova-flow-server",
     "bp-openova-flow-server", REGISTRY_VALUES,
     DEMO_KIT_EVERY_REGION},
    {"58", "bp-mgmt-vcluster", "mgmt", "0.2.15", "0.23.0", "bp-cilium bp-cert-manager", NULL, VCLUSTER_VALUES("mgmt",
     "primary"),
     DEMO_KIT_PRIMARY_ONLY},
    {"59", "bp-rtz-vcluster", "rtz", "0.2.4", "0.23.0", "bp-cilium bp-cert-manager", NULL, VCLUSTER_VALUES("rtz",
     "secondary"),
     DEMO_KIT_SECONDARY_ONLY},
    {"60", "bp-vcluster-helmrepo", "vcluster-system", "0.1.1", "0.1.1", "bp-flux", NULL, NULL, DEMO_KIT_EVERY_REGION},
    {"62", "bp-continuum", "catalyst-system", "0.4.5", "0.4.5", "bp-catalyst-platform bp-cnpg-pair", NULL,
     REGISTRY_VALUES,
     DEMO_KIT_EVERY_REGION},
    {"80", "bp-newapi", "newapi", "0.2.8", "0.6.0", "bp-cnpg bp-external-secrets-stores", NULL, REGISTRY_VALUES,
     DEMO_KIT_EVERY_REGION},
};

const struct demo_kit_row *demo_kit_rows(size_t *count)
{
    *count = ARRAY_LENGTH(ROWS);
    return ROWS;
}

const struct demo_kit_row *demo_kit_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(ROWS); i++)
        if (strcmp(ROWS[i].name, name) == 0)
            return &ROWS[i];
    return NULL;
}
