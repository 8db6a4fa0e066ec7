/* The rights sovdeck needs, as data. A new capability is a few lines here. */
#include "sovereign/capability_table.h"

#include <string.h>

#include "base/array.h"
#include "base/span.h"

#define LOOK "list watch"
#define FLUX_HELM .group = "helm.toolkit.fluxcd.io", .is_namespaced = true
#define FLUX_KUSTOMIZE .group = "kustomize.toolkit.fluxcd.io", .is_namespaced = true
#define FLUX_SOURCE .group = "source.toolkit.fluxcd.io", .is_namespaced = true
#define CORE .group = ""
#define APPS .group = "apps", .is_namespaced = true

static const struct capability_right RIGHTS[] = {
    {"see releases", LOOK, FLUX_HELM, .resource = "helmreleases"},
    {"see releases", LOOK, FLUX_KUSTOMIZE, .resource = "kustomizations"},
    {"see releases", LOOK, FLUX_SOURCE, .resource = "gitrepositories"},
    {"see releases", LOOK, FLUX_SOURCE, .resource = "helmrepositories"},
    {"see releases", LOOK, FLUX_SOURCE, .resource = "ocirepositories"},

    {"see the estate", LOOK, .group = "orgs.openova.io", .resource = "organizations"},
    {"see the estate", LOOK, .group = "catalyst.openova.io", .resource = "environments"},
    {"see the estate", LOOK, .group = "apps.openova.io", .resource = "applications", .is_namespaced = true},
    {"see the estate", LOOK, .group = "catalyst.openova.io", .resource = "blueprints", .is_optional = true},

    {"see workloads", LOOK, CORE, .resource = "nodes"},
    {"see workloads", LOOK, CORE, .resource = "pods", .is_namespaced = true},
    {"see workloads", LOOK, CORE, .resource = "namespaces"},
    {"see workloads", LOOK, APPS, .resource = "deployments"},
    {"see workloads", LOOK, APPS, .resource = "statefulsets"},
    {"see workloads", LOOK, APPS, .resource = "daemonsets"},
    {"see workloads", LOOK, .group = "batch", .resource = "jobs", .is_namespaced = true},

    {"see the cutover", LOOK, CORE, .resource = "configmaps", .namespace = "catalyst", .is_namespaced = true},
    {"see the cutover", LOOK, CORE, .resource = "configmaps", .namespace = "catalyst-system", .is_namespaced = true},
    {"see the cutover", LOOK, .group = "batch", .resource = "jobs", .namespace = "catalyst", .is_namespaced = true},
    {"see the cutover", LOOK, .group = "cilium.io", .resource = "ciliumclusterwidenetworkpolicies"},

    {"audit tethers", LOOK, .group = "pkg.crossplane.io", .resource = "providers"},
    {"audit tethers", "list", FLUX_HELM, .resource = "helmreleases"},
    {"audit tethers", "list", FLUX_SOURCE, .resource = "gitrepositories"},
    {"audit tethers", "list", FLUX_SOURCE, .resource = "helmrepositories"},
    {"audit tethers", "list", FLUX_SOURCE, .resource = "ocirepositories"},
    {"audit tethers", "list", APPS, .resource = "deployments"},
    {"audit tethers", "list", APPS, .resource = "statefulsets"},
    {"audit tethers", "list", APPS, .resource = "daemonsets"},
    {"audit tethers", "list", CORE, .resource = "nodes"},

    {"open and compare", "get", FLUX_HELM, .resource = "helmreleases"},
    {"open and compare", "get", FLUX_KUSTOMIZE, .resource = "kustomizations"},
    {"open and compare", "get", FLUX_SOURCE, .resource = "helmrepositories"},
    {"open and compare", "get", CORE, .resource = "pods", .is_namespaced = true},
    {"open and compare", "get", CORE, .resource = "configmaps", .is_namespaced = true},

    {"read events", "list", CORE, .resource = "events", .is_namespaced = true, .is_optional = true},
    {"read logs", "get", CORE, .resource = "pods", .subresource = "log", .is_namespaced = true, .is_optional = true},

    {"change releases", "get patch watch", FLUX_HELM, .resource = "helmreleases", .is_optional = true},
    {"steer Flux", "get patch", FLUX_KUSTOMIZE, .resource = "kustomizations", .is_optional = true},
    {"steer Flux", "get patch", FLUX_SOURCE, .resource = "gitrepositories", .is_optional = true},
    {"steer Flux", "get patch", FLUX_SOURCE, .resource = "helmrepositories", .is_optional = true},
    {"steer Flux", "get patch", FLUX_SOURCE, .resource = "ocirepositories", .is_optional = true},
};

size_t capability_table_count(void)
{
    return ARRAY_LENGTH(RIGHTS);
}

const struct capability_right *capability_table_at(size_t index)
{
    return &RIGHTS[index];
}

void capability_table_rule(const struct capability_right *right, const char *verbs, struct bytebuf *out)
{
    struct span rest = span_of(verbs != NULL ? verbs : right->verbs), verb;
    bytebuf_printf(out, "{apiGroups: [\"%s\"], resources: [\"%s%s%s\"], verbs: [", right->group, right->resource,
                   right->subresource != NULL ? "/" : "", right->subresource != NULL ? right->subresource : "");
    for (bool first = true; span_split(&rest, ' ', &verb); first = false)
        bytebuf_printf(out, "%s\"%.*s\"", first ? "" : ", ", SPAN_PRINT(verb));
    bytebuf_append_text(out, "]}");
}
