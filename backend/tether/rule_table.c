/* Ten rules of cutover contract 5.3, as data. Sources first, then releases and their values, workloads, packages: the
 * dedicated rules of one value stand before the deep scan (T-REL-07), which leaves alone what they found. */
#include "tether/rule_table.h"

#include <string.h>

#include "base/array.h"
#include "store/kind.h"

#define VCLUSTERS "flux-system/bp-mgmt-vcluster flux-system/bp-dmz-vcluster flux-system/bp-rtz-vcluster"
#define WORKLOADS                                                                                                                \
    {                                                                                                                            \
        KIND_ID_DEPLOYMENTS, KIND_ID_STATEFULSETS, KIND_ID_DAEMONSETS                                                            \
    }
#define IMAGES_PATH "spec.template.spec.*.image"

static const struct rule RULES[] = {
    {
        .id = "T-GIT-01",
        .title = "Flux reads Git from a host that is not the Sovereign's own",
        .kinds = {KIND_ID_GITREPOSITORIES},
        .facts = {{.field = FIELD_URL, .path = "spec.url", .value = RULE_VALUE_URL}},
        .match = RULE_MATCH_NOT_LOCAL,
        .severity = RULE_SEVERITY_CRIT,
        .absent_kind_is_clean = true,
        .zero_is_a_gap = true,
        .step = "flux-gitrepository-patch",
        .remedy = "point it at the local Gitea, with its secretRef",
        .patch = "{\"spec\":{\"url\":\"http://gitea-http.gitea.svc.cluster.local:3000/openova/openova\","
                 "\"secretRef\":{\"name\":\"cutover-gitea-git-auth\"}}}",
        .basis = 'V',
    },
    {
        .id = "T-HR-01",
        .title = "Helm charts come from a host that is not the Sovereign's own",
        .kinds = {KIND_ID_HELMREPOSITORIES},
        .facts = {{.field = FIELD_URL, .path = "spec.url", .value = RULE_VALUE_URL}},
        .match = RULE_MATCH_NOT_LOCAL,
        .severity = RULE_SEVERITY_CRIT,
        .strangers_are_high = true,
        .absent_kind_is_clean = true,
        .zero_is_a_gap = true,
        .step = "helmrepository-patches",
        .remedy = "point it at the local registry, live and in its slot file",
        .patch = "{\"spec\":{\"url\":\"oci://registry.{fqdn}/openova-io\",\"certSecretRef\":{\"name\":\"cutover-harbor-ca\"}}}",
        .basis = 'V',
    },
    {
        .id = "T-OCI-01",
        .title = "OCI artifacts come from a host that is not the Sovereign's own",
        .kinds = {KIND_ID_OCIREPOSITORIES},
        .facts = {{.field = FIELD_URL, .path = "spec.url", .value = RULE_VALUE_URL}},
        .match = RULE_MATCH_NOT_LOCAL,
        .severity = RULE_SEVERITY_HIGH,
        .absent_kind_is_clean = true,
        .remedy = "no step does it: patch spec.url by hand, live and in Git",
        .basis = 'V',
    },
    {
        .id = "T-REL-01",
        .title = "A vCluster pulls its control plane from a host that is not harbor.{fqdn}",
        .kinds = {KIND_ID_HELMRELEASES},
        .objects = VCLUSTERS,
        .facts = {{.field = FIELD_VALUES_VCLUSTER_IMAGE,
                   .path = "spec.values.{role}Vcluster.image.repository",
                   .value = RULE_VALUE_IMAGE,
                   .is_required = true},
                  {.field = FIELD_VALUES_VCLUSTER_REGISTRY,
                   .path = "spec.values.vcluster.controlPlane.statefulSet.image.registry",
                   .value = RULE_VALUE_URL,
                   .is_required = true},
                  {.field = FIELD_VALUES_VCLUSTER_REPOSITORY,
                   .path = "spec.values.vcluster.controlPlane.statefulSet.image.repository",
                   .value = RULE_VALUE_REPOSITORY}},
        .match = RULE_MATCH_NOT_LOCAL,
        .severity = RULE_SEVERITY_CRIT,
        .step = "vcluster-registry-pivot",
        .remedy = "set the three values, live and in the slot file",
        .patch = "{\"spec\":{\"values\":{\"{role}Vcluster\":{\"image\":{\"repository\":\"harbor.{fqdn}/proxy-ghcr/loft-sh/"
                 "vcluster\"}},"
                 "\"vcluster\":{\"controlPlane\":{\"statefulSet\":{\"image\":{\"registry\":\"harbor.{fqdn}\","
                 "\"repository\":\"proxy-ghcr/loft-sh/vcluster\"}}}}}}}",
        .basis = 'V',
    },
    {
        .id = "T-REL-02",
        .title = "A release's registry mirror is the mothership's",
        .kinds = {KIND_ID_HELMRELEASES},
        .objects = VCLUSTERS " flux-system/bp-sso-bridge",
        .facts = {{.field = FIELD_VALUES_REGISTRY_MIRROR, .path = "spec.values.global.registryMirror", .value = RULE_VALUE_URL}},
        .match = RULE_MATCH_MOTHERSHIP,
        .severity = RULE_SEVERITY_CRIT,
        .step = "vcluster-registry-pivot",
        .remedy = "phase 1d: swap the host, live and in the slot file",
        .patch = "{\"spec\":{\"values\":{\"global\":{\"registryMirror\":\"harbor.{fqdn}\"}}}}",
        .basis = 'V',
    },
    {
        .id = "T-REL-03",
        .title = "The SSO bridge's image comes from the mothership",
        .kinds = {KIND_ID_HELMRELEASES},
        .objects = "flux-system/bp-sso-bridge",
        .facts = {{.field = FIELD_VALUES_IMAGE_REPOSITORY, .path = "spec.values.image.repository", .value = RULE_VALUE_IMAGE}},
        .match = RULE_MATCH_MOTHERSHIP,
        .severity = RULE_SEVERITY_CRIT,
        .step = "vcluster-registry-pivot",
        .remedy = "phase 1b: swap the host, live and in the slot file",
        .patch = "{\"spec\":{\"values\":{\"image\":{\"repository\":\"harbor.{fqdn}/proxy-dockerhub/alpine/k8s\"}}}}",
        .basis = 'V',
    },
    {
        .id = "T-REL-07",
        .title = "A release's values name the mothership or an upstream host",
        .kinds = {KIND_ID_HELMRELEASES},
        .facts = {{.field = FIELD_VALUES_SUSPECT, .path = "spec.values", .value = RULE_VALUE_LEAVES}},
        .match = RULE_MATCH_TETHER,
        .severity = RULE_SEVERITY_HIGH,
        .zero_is_a_gap = true,
        .remedy = "no step does it: patch the value in the HelmRelease and in its slot file",
        .basis = 'I',
    },
    {
        .id = "T-IMG-01",
        .title = "A workload's image comes from the mothership",
        .kinds = WORKLOADS,
        .facts = {{.field = FIELD_IMAGES, .path = IMAGES_PATH, .value = RULE_VALUE_IMAGES}},
        .match = RULE_MATCH_MOTHERSHIP,
        .severity = RULE_SEVERITY_CRIT,
        .zero_is_a_gap = true,
        .step = "catalyst-api-env-patch",
        .remedy = "set the registry in the chart's values (phase 4 sweeps what is left)",
        .basis = 'V',
    },
    {
        .id = "T-IMG-02",
        .title = "A workload's image is named at ghcr.io/openova-io",
        .kinds = WORKLOADS,
        .facts = {{.field = FIELD_IMAGES, .path = IMAGES_PATH, .value = RULE_VALUE_IMAGES}},
        .match = RULE_MATCH_OPENOVA_IMAGE,
        .severity = RULE_SEVERITY_HIGH,
        .redirected_is_info = true,
        .zero_is_a_gap = true,
        .step = "catalyst-api-env-patch",
        .remedy = "phase 4, or the registry in the chart's values; harmless only while every node redirects it",
        .basis = 'V',
    },
    {
        .id = "T-XP-01",
        .title = "A Crossplane Provider's package comes from a host that is not the Sovereign's own",
        .kinds = {KIND_ID_PROVIDERS},
        .facts = {{.field = FIELD_PACKAGE, .path = "spec.package", .value = RULE_VALUE_IMAGE}},
        .match = RULE_MATCH_NOT_LOCAL,
        .severity = RULE_SEVERITY_CRIT,
        .absent_kind_is_clean = true,
        .step = "crossplane-provider-pivot",
        .remedy = "spec.package: harbor.{fqdn}/proxy-xpkg/<path>@sha256:<digest>, live and in Git",
        .basis = 'V',
    },
};

size_t rule_table_count(void)
{
    return ARRAY_LENGTH(RULES);
}

const struct rule *rule_table_at(size_t index)
{
    return index < ARRAY_LENGTH(RULES) ? &RULES[index] : NULL;
}

const struct rule *rule_table_find(const char *id)
{
    for (size_t i = 0; i < ARRAY_LENGTH(RULES); i++) {
        if (strcmp(RULES[i].id, id) == 0)
            return &RULES[i];
    }
    return NULL;
}

size_t rule_table_index(const struct rule *rule)
{
    return (size_t)(rule - RULES);
}
