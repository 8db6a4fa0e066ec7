/* What each step's script does to the API, and what it prints when its ServiceAccount may not (cutover contract 3.6). */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_roles.h"

#define ACCOUNT "system:serviceaccount:" DEMO_CUTOVER_NAMESPACE ":" DEMO_ROLES_RUNNER

struct deed {
    const char *step, *verb, *group, *resource, *name_space, *name;
};

static const struct deed DEEDS[] = {
    {"gitea-mirror", "get", "", "secrets", "catalyst-system", "catalyst-gitea-token"},
    {"gitea-mirror", "delete", "batch", "cronjobs", "catalyst", "gitea-mirror-resync"},
    {"harbor-projects", "get", "", "secrets", "harbor", "harbor-admin"},
    {"harbor-prewarm", "list", "helm.toolkit.fluxcd.io", "helmreleases", "", ""},
    {"harbor-prewarm", "list", "", "pods", "", ""},
    {"flux-gitrepository-patch", "patch", "source.toolkit.fluxcd.io", "gitrepositories", "flux-system", "openova"},
    {"helmrepository-patches", "get", "gateway.networking.k8s.io", "gateways", "kube-system", "cilium-gateway"},
    {"helmrepository-patches", "patch", "", "secrets", "flux-system", "ghcr-pull"},
    {"helmrepository-patches", "patch", "source.toolkit.fluxcd.io", "helmrepositories", "flux-system", "bp-cilium"},
    {"catalyst-api-env-patch", "patch", "helm.toolkit.fluxcd.io", "helmreleases", "flux-system", "bp-catalyst-platform"},
    {"catalyst-api-env-patch", "patch", "apps", "deployments", "catalyst-system", "catalyst-api"},
    {"gitea-token-mint", "patch", "", "secrets", "org-services", "provisioning-github-token"},
    {"vcluster-registry-pivot", "patch", "helm.toolkit.fluxcd.io", "helmreleases", "flux-system", "bp-mgmt-vcluster"},
    {"crossplane-provider-pivot", "patch", "pkg.crossplane.io", "providers", "", "provider-kubernetes"},
    {"egress-block-test", "list", "", "namespaces", "", ""},
    {"egress-block-test", "create", "cilium.io", "ciliumclusterwidenetworkpolicies", "", "cutover-egress-block"},
    {"egress-block-test", "patch", "cilium.io", "ciliumclusterwidenetworkpolicies", "", "cutover-egress-block"},
};

static void log_refusal(struct demo_cutover_run *run, const struct deed *deed)
{
    char object[160] = "", scope[160] = "at the cluster scope";
    if (deed->name[0])
        snprintf(object, sizeof object, " \"%s\"", deed->name);
    if (deed->name_space[0])
        snprintf(scope, sizeof scope, "in the namespace \"%s\"", deed->name_space);
    demo_cutover_run_log(run,
                         "Error from server (Forbidden): %s%s%s%s is forbidden: User \"" ACCOUNT
                         "\" cannot %s resource \"%s\" in API group \"%s\" %s",
                         deed->resource, deed->group[0] ? "." : "", deed->group, object, deed->verb, deed->resource,
                         deed->group, scope);
}

bool demo_cutover_rights_check(struct demo_cutover_run *run)
{
    for (size_t i = 0; i < ARRAY_LENGTH(DEEDS); i++) {
        const struct deed *deed = &DEEDS[i];
        struct demo_attributes wanted = {deed->verb, deed->group, deed->resource, deed->name_space, deed->name};
        if (strcmp(deed->step, run->step) != 0 ||
            demo_roles_allow(run->world->stores[DEMO_WORLD_PRIMARY], ACCOUNT, &wanted))
            continue;
        log_refusal(run, deed);
        return demo_cutover_run_fail(run, "cannot %s %s", deed->verb, deed->resource);
    }
    return true;
}
