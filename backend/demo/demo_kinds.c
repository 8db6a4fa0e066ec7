/* The table of served kinds; see demo_kinds.h. A further kind is one more row. */
#include "demo/demo_kinds.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"

#define CUSTOM .is_custom = true, .has_status = true, .has_generation = true
#define FLUX_SOURCE .group = "source.toolkit.fluxcd.io", .version = "v1", .namespaced = true, CUSTOM, \
                    .status_manager = "source-controller"
#define OPENOVA CUSTOM, .categories = {"catalyst", "openova"}

static const struct demo_kind kinds[DEMO_KIND_COUNT] = {
    [DEMO_KIND_NAMESPACE] = {.group = "", .version = "v1", .plural = "namespaces", .singular = "namespace",
        .kind = "Namespace", .list_kind = "NamespaceList", .short_names = {"ns"}, .has_status = true,
        .selectable = {"status.phase"}, .status_manager = "kube-controller-manager", .columns = demo_columns_namespace},
    [DEMO_KIND_NODE] = {.group = "", .version = "v1", .plural = "nodes", .singular = "node", .kind = "Node",
        .list_kind = "NodeList", .short_names = {"no"}, .has_status = true, .selectable = {"spec.unschedulable"},
        .status_manager = "kubelet", .columns = demo_columns_node},
    [DEMO_KIND_POD] = {.group = "", .version = "v1", .plural = "pods", .singular = "pod", .kind = "Pod",
        .list_kind = "PodList", .short_names = {"po"}, .categories = {"all"}, .namespaced = true, .has_status = true,
        .selectable = {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
                       "status.phase", "status.podIP", "status.nominatedNodeName"},
        .status_manager = "kubelet", .columns = demo_columns_pod},
    [DEMO_KIND_SERVICE] = {.group = "", .version = "v1", .plural = "services", .singular = "service",
        .kind = "Service", .list_kind = "ServiceList", .short_names = {"svc"}, .categories = {"all"},
        .namespaced = true, .has_status = true, .status_manager = "cloud-controller-manager",
        .selectable = {"spec.clusterIP", "spec.type"}, .columns = demo_columns_service},
    [DEMO_KIND_CONFIGMAP] = {.group = "", .version = "v1", .plural = "configmaps", .singular = "configmap",
        .kind = "ConfigMap", .list_kind = "ConfigMapList", .short_names = {"cm"}, .namespaced = true,
        .columns = demo_columns_configmap},
    [DEMO_KIND_SECRET] = {.group = "", .version = "v1", .plural = "secrets", .singular = "secret", .kind = "Secret",
        .list_kind = "SecretList", .namespaced = true, .selectable = {"type"}, .columns = demo_columns_secret},
    [DEMO_KIND_SERVICEACCOUNT] = {.group = "", .version = "v1", .plural = "serviceaccounts",
        .singular = "serviceaccount", .kind = "ServiceAccount", .list_kind = "ServiceAccountList",
        .short_names = {"sa"}, .namespaced = true, .columns = demo_columns_serviceaccount},
    [DEMO_KIND_EVENT] = {.group = "", .version = "v1", .plural = "events", .singular = "event", .kind = "Event",
        .list_kind = "EventList", .short_names = {"ev"}, .namespaced = true,
        .selectable = {"involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
                       "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath",
                       "reason", "type"},
        .columns = demo_columns_event},
    [DEMO_KIND_PERSISTENTVOLUMECLAIM] = {.group = "", .version = "v1", .plural = "persistentvolumeclaims",
        .singular = "persistentvolumeclaim", .kind = "PersistentVolumeClaim", .list_kind = "PersistentVolumeClaimList",
        .short_names = {"pvc"}, .namespaced = true, .has_status = true, .status_manager = "kube-controller-manager",
        .columns = demo_columns_claim},
    [DEMO_KIND_PERSISTENTVOLUME] = {.group = "", .version = "v1", .plural = "persistentvolumes",
        .singular = "persistentvolume", .kind = "PersistentVolume", .list_kind = "PersistentVolumeList",
        .short_names = {"pv"}, .has_status = true, .status_manager = "kube-controller-manager",
        .columns = demo_columns_volume},
    [DEMO_KIND_DEPLOYMENT] = {.group = "apps", .version = "v1", .plural = "deployments", .singular = "deployment",
        .kind = "Deployment", .list_kind = "DeploymentList", .short_names = {"deploy"}, .categories = {"all"},
        .namespaced = true, .has_status = true, .has_generation = true, .status_manager = "kube-controller-manager",
        .columns = demo_columns_deployment},
    [DEMO_KIND_STATEFULSET] = {.group = "apps", .version = "v1", .plural = "statefulsets", .singular = "statefulset",
        .kind = "StatefulSet", .list_kind = "StatefulSetList", .short_names = {"sts"}, .categories = {"all"},
        .namespaced = true, .has_status = true, .has_generation = true, .status_manager = "kube-controller-manager",
        .columns = demo_columns_statefulset},
    [DEMO_KIND_DAEMONSET] = {.group = "apps", .version = "v1", .plural = "daemonsets", .singular = "daemonset",
        .kind = "DaemonSet", .list_kind = "DaemonSetList", .short_names = {"ds"}, .categories = {"all"},
        .namespaced = true, .has_status = true, .has_generation = true, .status_manager = "kube-controller-manager",
        .columns = demo_columns_daemonset},
    [DEMO_KIND_REPLICASET] = {.group = "apps", .version = "v1", .plural = "replicasets", .singular = "replicaset",
        .kind = "ReplicaSet", .list_kind = "ReplicaSetList", .short_names = {"rs"}, .categories = {"all"},
        .namespaced = true, .has_status = true, .has_generation = true, .status_manager = "kube-controller-manager",
        .columns = demo_columns_replicaset},
    [DEMO_KIND_JOB] = {.group = "batch", .version = "v1", .plural = "jobs", .singular = "job", .kind = "Job",
        .list_kind = "JobList", .categories = {"all"}, .namespaced = true, .has_status = true, .has_generation = true,
        .status_manager = "kube-controller-manager", .columns = demo_columns_job},
    [DEMO_KIND_CRONJOB] = {.group = "batch", .version = "v1", .plural = "cronjobs", .singular = "cronjob",
        .kind = "CronJob", .list_kind = "CronJobList", .short_names = {"cj"}, .categories = {"all"},
        .namespaced = true, .has_status = true, .has_generation = true, .status_manager = "kube-controller-manager",
        .columns = demo_columns_cronjob},
    [DEMO_KIND_LEASE] = {.group = "coordination.k8s.io", .version = "v1", .plural = "leases", .singular = "lease",
        .kind = "Lease", .list_kind = "LeaseList", .namespaced = true, .columns = demo_columns_lease},
    [DEMO_KIND_VOLUMEATTACHMENT] = {.group = "storage.k8s.io", .version = "v1", .plural = "volumeattachments",
        .singular = "volumeattachment", .kind = "VolumeAttachment", .list_kind = "VolumeAttachmentList",
        .has_status = true, .status_manager = "csi-attacher", .columns = demo_columns_attachment},
    [DEMO_KIND_CUSTOMRESOURCEDEFINITION] = {.group = "apiextensions.k8s.io", .version = "v1",
        .plural = "customresourcedefinitions", .singular = "customresourcedefinition",
        .kind = "CustomResourceDefinition", .list_kind = "CustomResourceDefinitionList",
        .short_names = {"crd", "crds"}, .categories = {"api-extensions"}, .has_status = true, .has_generation = true,
        .status_manager = "kube-apiserver", .columns = demo_columns_definition},
    [DEMO_KIND_CLUSTERROLE] = {.group = "rbac.authorization.k8s.io", .version = "v1", .plural = "clusterroles",
        .singular = "clusterrole", .kind = "ClusterRole", .list_kind = "ClusterRoleList",
        .columns = demo_columns_role},
    [DEMO_KIND_CLUSTERROLEBINDING] = {.group = "rbac.authorization.k8s.io", .version = "v1",
        .plural = "clusterrolebindings", .singular = "clusterrolebinding", .kind = "ClusterRoleBinding",
        .list_kind = "ClusterRoleBindingList", .columns = demo_columns_binding},
    [DEMO_KIND_GITREPOSITORY] = {FLUX_SOURCE, .other_versions = {"v1beta2"}, .plural = "gitrepositories",
        .singular = "gitrepository", .kind = "GitRepository", .list_kind = "GitRepositoryList",
        .short_names = {"gitrepo"}, .columns = demo_columns_source},
    [DEMO_KIND_HELMREPOSITORY] = {FLUX_SOURCE, .other_versions = {"v1beta2"}, .plural = "helmrepositories",
        .singular = "helmrepository", .kind = "HelmRepository", .list_kind = "HelmRepositoryList",
        .short_names = {"helmrepo"}, .columns = demo_columns_source},
    [DEMO_KIND_HELMCHART] = {FLUX_SOURCE, .other_versions = {"v1beta2"}, .plural = "helmcharts",
        .singular = "helmchart", .kind = "HelmChart", .list_kind = "HelmChartList", .short_names = {"hc"},
        .columns = demo_columns_chart},
    [DEMO_KIND_OCIREPOSITORY] = {.group = "source.toolkit.fluxcd.io", .version = "v1beta2", .namespaced = true, CUSTOM,
        .status_manager = "source-controller", .plural = "ocirepositories", .singular = "ocirepository",
        .kind = "OCIRepository", .list_kind = "OCIRepositoryList", .short_names = {"ocirepo"},
        .columns = demo_columns_source},
    [DEMO_KIND_HELMRELEASE] = {.group = "helm.toolkit.fluxcd.io", .version = "v2",
        .other_versions = {"v2beta2", "v2beta1"}, .namespaced = true, CUSTOM, .status_manager = "helm-controller",
        .plural = "helmreleases", .singular = "helmrelease", .kind = "HelmRelease", .list_kind = "HelmReleaseList",
        .short_names = {"hr"}, .columns = demo_columns_flux},
    [DEMO_KIND_KUSTOMIZATION] = {.group = "kustomize.toolkit.fluxcd.io", .version = "v1", .other_versions = {"v1beta2"},
        .namespaced = true, CUSTOM, .status_manager = "kustomize-controller", .plural = "kustomizations",
        .singular = "kustomization", .kind = "Kustomization", .list_kind = "KustomizationList", .short_names = {"ks"},
        .columns = demo_columns_flux},
    [DEMO_KIND_ORGANIZATION] = {.group = "orgs.openova.io", .version = "v1", OPENOVA, .plural = "organizations",
        .singular = "organization", .kind = "Organization", .list_kind = "OrganizationList",
        .short_names = {"org", "orgs"}, .status_manager = "organization-controller",
        .columns = demo_columns_organization},
    [DEMO_KIND_ENVIRONMENT] = {.group = "catalyst.openova.io", .version = "v1", OPENOVA, .plural = "environments",
        .singular = "environment", .kind = "Environment", .list_kind = "EnvironmentList",
        .short_names = {"env", "envs"}, .status_manager = "environment-controller",
        .columns = demo_columns_environment},
    [DEMO_KIND_BLUEPRINT] = {.group = "catalyst.openova.io", .version = "v1", .other_versions = {"v1alpha1"}, OPENOVA,
        .plural = "blueprints", .singular = "blueprint", .kind = "Blueprint", .list_kind = "BlueprintList",
        .short_names = {"bp", "bps"}, .status_manager = "blueprint-controller", .columns = demo_columns_blueprint},
    [DEMO_KIND_APPLICATION] = {.group = "apps.openova.io", .version = "v1", OPENOVA, .namespaced = true,
        .plural = "applications", .singular = "application", .kind = "Application", .list_kind = "ApplicationList",
        .short_names = {"app", "apps"}, .status_manager = "application-controller",
        .columns = demo_columns_application},
    [DEMO_KIND_CONTINUUM] = {.group = "dr.openova.io", .version = "v1", OPENOVA, .namespaced = true,
        .plural = "continuums", .singular = "continuum", .kind = "Continuum", .list_kind = "ContinuumList",
        .short_names = {"dr"}, .status_manager = "continuum-controller", .columns = demo_columns_continuum},
    [DEMO_KIND_CNPGPAIR] = {.group = "dr.openova.io", .version = "v1", OPENOVA, .namespaced = true,
        .plural = "cnpgpairs", .singular = "cnpgpair", .kind = "CNPGPair", .list_kind = "CNPGPairList",
        .short_names = {"cpp"}, .status_manager = "continuum-controller", .columns = demo_columns_cnpgpair},
    [DEMO_KIND_USERACCESS] = {.group = "access.openova.io", .version = "v1alpha1", OPENOVA, .plural = "useraccesses",
        .singular = "useraccess", .kind = "UserAccess", .list_kind = "UserAccessList",
        .status_manager = "useraccess-controller", .columns = demo_columns_useraccess},
    [DEMO_KIND_PROVIDER] = {.group = "pkg.crossplane.io", .version = "v1", CUSTOM, .categories = {"crossplane", "pkg"},
        .plural = "providers", .singular = "provider", .kind = "Provider", .list_kind = "ProviderList",
        .status_manager = "crossplane", .columns = demo_columns_provider},
    [DEMO_KIND_IMAGECONFIG] = {.group = "pkg.crossplane.io", .version = "v1beta1", CUSTOM, .plural = "imageconfigs",
        .singular = "imageconfig", .kind = "ImageConfig", .list_kind = "ImageConfigList",
        .status_manager = "crossplane", .columns = demo_columns_image_config},
    [DEMO_KIND_CILIUMNETWORKPOLICY] = {.group = "cilium.io", .version = "v2", CUSTOM, .namespaced = true,
        .plural = "ciliumnetworkpolicies", .singular = "ciliumnetworkpolicy", .kind = "CiliumNetworkPolicy",
        .list_kind = "CiliumNetworkPolicyList", .short_names = {"cnp", "ciliumnp"}, .categories = {"cilium", "ciliumpolicy"},
        .status_manager = "cilium-operator", .columns = demo_columns_policy},
    [DEMO_KIND_CILIUMCLUSTERWIDENETWORKPOLICY] = {.group = "cilium.io", .version = "v2", CUSTOM,
        .plural = "ciliumclusterwidenetworkpolicies", .singular = "ciliumclusterwidenetworkpolicy",
        .kind = "CiliumClusterwideNetworkPolicy", .list_kind = "CiliumClusterwideNetworkPolicyList",
        .short_names = {"ccnp"}, .categories = {"cilium", "ciliumpolicy"}, .status_manager = "cilium-operator",
        .columns = demo_columns_policy},
    [DEMO_KIND_CERTIFICATE] = {.group = "cert-manager.io", .version = "v1", CUSTOM, .namespaced = true,
        .plural = "certificates", .singular = "certificate", .kind = "Certificate", .list_kind = "CertificateList",
        .short_names = {"cert", "certs"}, .categories = {"cert-manager"},
        .status_manager = "cert-manager-certificates-readiness", .columns = demo_columns_certificate},
    [DEMO_KIND_EXTERNALSECRET] = {.group = "external-secrets.io", .version = "v1beta1", CUSTOM, .namespaced = true,
        .plural = "externalsecrets", .singular = "externalsecret", .kind = "ExternalSecret",
        .list_kind = "ExternalSecretList", .short_names = {"es"}, .categories = {"externalsecrets"},
        .status_manager = "external-secrets", .columns = demo_columns_external_secret},
    [DEMO_KIND_GATEWAY] = {.group = "gateway.networking.k8s.io", .version = "v1", .other_versions = {"v1beta1"}, CUSTOM,
        .namespaced = true, .plural = "gateways", .singular = "gateway", .kind = "Gateway", .list_kind = "GatewayList",
        .short_names = {"gtw"}, .categories = {"gateway-api"}, .status_manager = "cilium-operator",
        .columns = demo_columns_gateway},
};

const struct demo_kind *demo_kinds_at(enum demo_kind_id id)
{
    return &kinds[id];
}

enum demo_kind_id demo_kinds_id(const struct demo_kind *kind)
{
    return (enum demo_kind_id)(kind - kinds);
}

bool demo_kinds_serves(const struct demo_kind *kind, const char *version)
{
    if (strcmp(kind->version, version) == 0)
        return true;
    for (size_t i = 0; i < DEMO_KIND_NAMES_MAX && kind->other_versions[i] != NULL; i++) {
        if (strcmp(kind->other_versions[i], version) == 0)
            return true;
    }
    return false;
}

const struct demo_kind *demo_kinds_find(const char *group, const char *version, const char *plural)
{
    for (size_t i = 0; i < DEMO_KIND_COUNT; i++) {
        if (strcmp(kinds[i].plural, plural) == 0 && strcmp(kinds[i].group, group) == 0 &&
            demo_kinds_serves(&kinds[i], version))
            return &kinds[i];
    }
    return NULL;
}

const struct demo_kind *demo_kinds_by_kind(const char *api_version, const char *kind)
{
    const char *slash = strchr(api_version, '/');
    size_t group_length = slash == NULL ? 0 : (size_t)(slash - api_version);
    const char *version = slash == NULL ? api_version : slash + 1;
    for (size_t i = 0; i < DEMO_KIND_COUNT; i++) {
        if (strcmp(kinds[i].kind, kind) == 0 && strlen(kinds[i].group) == group_length &&
            memcmp(kinds[i].group, api_version, group_length) == 0 && demo_kinds_serves(&kinds[i], version))
            return &kinds[i];
    }
    return NULL;
}

void demo_kinds_api_version(const struct demo_kind *kind, const char *version, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s", kind->group, kind->group[0] == '\0' ? "" : "/",
             version == NULL ? kind->version : version);
}
