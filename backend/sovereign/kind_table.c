/* The built-in kinds as data, and finding one by what a person types. */
#include "sovereign/kind_table.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/span.h"
#include "sovereign/kind_fields.h"

#define FLUX_SOURCE .group = "source.toolkit.fluxcd.io", .version = "v1", .versions = "v1beta2 v1beta1", .namespaced = true
#define CONFIGMAP .singular = "ConfigMap", .group = "", .version = "v1", .plural = "configmaps", .namespaced = true

struct entry {
    struct kind kind;
    const struct kind_fields *fields;
};

static struct entry entries[] = {
    {{.id = KIND_ID_ORGANIZATIONS, .title = "Organizations", .singular = "Organization", .group = "orgs.openova.io",
      .version = "v1", .plural = "organizations", .aliases = "org orgs"}, &KIND_FIELDS_ORGANIZATION},
    {{.id = KIND_ID_ENVIRONMENTS, .title = "Environments", .singular = "Environment", .group = "catalyst.openova.io",
      .version = "v1", .plural = "environments", .aliases = "env envs"}, &KIND_FIELDS_ENVIRONMENT},
    {{.id = KIND_ID_APPLICATIONS, .title = "Applications", .singular = "Application", .group = "apps.openova.io",
      .version = "v1", .plural = "applications", .aliases = "app apps", .namespaced = true}, &KIND_FIELDS_APPLICATION},
    {{.id = KIND_ID_BLUEPRINTS, .title = "Blueprints", .singular = "Blueprint", .group = "catalyst.openova.io",
      .version = "v1", .versions = "v1alpha1", .plural = "blueprints", .aliases = "bp bps",
      .feed = KIND_FEED_ON_DEMAND}, &KIND_FIELDS_BLUEPRINT},
    {{.id = KIND_ID_HELMRELEASES, .title = "HelmReleases", .singular = "HelmRelease", .group = "helm.toolkit.fluxcd.io",
      .version = "v2", .versions = "v2beta2 v2beta1", .plural = "helmreleases", .aliases = "hr hrs",
      .namespaced = true}, &KIND_FIELDS_HELMRELEASE},
    {{.id = KIND_ID_KUSTOMIZATIONS, .title = "Kustomizations", .singular = "Kustomization",
      .group = "kustomize.toolkit.fluxcd.io", .version = "v1", .versions = "v1beta2 v1beta1", .plural = "kustomizations",
      .aliases = "ks", .namespaced = true}, &KIND_FIELDS_KUSTOMIZATION},
    {{.id = KIND_ID_GITREPOSITORIES, .title = "GitRepositories", .singular = "GitRepository", FLUX_SOURCE,
      .plural = "gitrepositories", .aliases = "gitrepo gr"}, &KIND_FIELDS_GITREPOSITORY},
    {{.id = KIND_ID_HELMREPOSITORIES, .title = "HelmRepositories", .singular = "HelmRepository", FLUX_SOURCE,
      .plural = "helmrepositories", .aliases = "helmrepo hrepo"}, &KIND_FIELDS_HELMREPOSITORY},
    {{.id = KIND_ID_OCIREPOSITORIES, .title = "OCIRepositories", .singular = "OCIRepository", FLUX_SOURCE,
      .plural = "ocirepositories", .aliases = "ocirepo"}, &KIND_FIELDS_OCIREPOSITORY},
    {{.id = KIND_ID_NODES, .title = "Nodes", .singular = "Node", .group = "", .version = "v1", .plural = "nodes",
      .aliases = "no"}, &KIND_FIELDS_NODE},
    {{.id = KIND_ID_PODS, .title = "Pods", .singular = "Pod", .group = "", .version = "v1", .plural = "pods",
      .aliases = "po", .namespaced = true, .feed = KIND_FEED_ON_DEMAND}, &KIND_FIELDS_POD},
    {{.id = KIND_ID_NAMESPACES, .title = "Namespaces", .singular = "Namespace", .group = "", .version = "v1",
      .plural = "namespaces", .aliases = "ns", .feed = KIND_FEED_ON_DEMAND}, &KIND_FIELDS_NAMESPACE},
    {{.id = KIND_ID_DEPLOYMENTS, .title = "Deployments", .singular = "Deployment", .group = "apps", .version = "v1",
      .plural = "deployments", .aliases = "deploy", .namespaced = true}, &KIND_FIELDS_DEPLOYMENT},
    {{.id = KIND_ID_STATEFULSETS, .title = "StatefulSets", .singular = "StatefulSet", .group = "apps", .version = "v1",
      .plural = "statefulsets", .aliases = "sts", .namespaced = true}, &KIND_FIELDS_STATEFULSET},
    {{.id = KIND_ID_DAEMONSETS, .title = "DaemonSets", .singular = "DaemonSet", .group = "apps", .version = "v1",
      .plural = "daemonsets", .aliases = "ds", .namespaced = true}, &KIND_FIELDS_DAEMONSET},
    {{.id = KIND_ID_JOBS, .title = "Jobs", .singular = "Job", .group = "batch", .version = "v1", .plural = "jobs",
      .aliases = "", .namespaced = true}, &KIND_FIELDS_JOB},
    {{.id = KIND_ID_CUTOVER_STEPS, .title = "Cutover steps", CONFIGMAP, .aliases = "steps", .namespace = "catalyst",
      .label_selector = "app.kubernetes.io/part-of=self-sovereign-cutover,app.kubernetes.io/component=cutover-step"},
     &KIND_FIELDS_CUTOVER_STEP},
    {{.id = KIND_ID_CUTOVER_STATUS, .title = "Cutover status", CONFIGMAP, .aliases = "", .namespace = "catalyst",
      .field_selector = "metadata.name=self-sovereign-cutover-status"}, &KIND_FIELDS_CUTOVER_STATUS},
    {{.id = KIND_ID_CUTOVER_PODS, .title = "Cutover pods", .singular = "Pod", .group = "", .version = "v1", .plural = "pods",
      .aliases = "", .namespaced = true, .namespace = "catalyst", .feed = KIND_FEED_ON_DEMAND}, &KIND_FIELDS_POD},
    {{.id = KIND_ID_SOVEREIGN_FQDN, .title = "Sovereign FQDN", CONFIGMAP, .aliases = "", .namespace = "catalyst-system",
      .field_selector = "metadata.name=sovereign-fqdn"}, &KIND_FIELDS_CONFIGMAP},
    {{.id = KIND_ID_RUNTIME_CONFIG, .title = "Catalyst runtime configuration", CONFIGMAP, .aliases = "",
      .namespace = "catalyst-system", .field_selector = "metadata.name=catalyst-runtime-config"}, &KIND_FIELDS_CONFIGMAP},
    {{.id = KIND_ID_PROVIDERS, .title = "Crossplane providers", .singular = "Provider", .group = "pkg.crossplane.io",
      .version = "v1", .plural = "providers", .aliases = ""}, &KIND_FIELDS_PROVIDER},
    {{.id = KIND_ID_EGRESS_POLICIES, .title = "Cilium clusterwide policies", .singular = "CiliumClusterwideNetworkPolicy",
      .group = "cilium.io", .version = "v2", .plural = "ciliumclusterwidenetworkpolicies", .aliases = "ccnp"},
     &KIND_FIELDS_EGRESS_POLICY},
};

/* The fields live in another file, so that their number is not known to the compiler here. */
static void join_fields(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(entries); i++) {
        entries[i].kind.fields = entries[i].fields->fields;
        entries[i].kind.field_count = entries[i].fields->count;
    }
}

size_t kind_table_count(void)
{
    return ARRAY_LENGTH(entries);
}

const struct kind *kind_table_at(size_t index)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, join_fields);
    return &entries[index].kind;
}

const struct kind *kind_table_get(const char *id)
{
    for (size_t i = 0; i < kind_table_count(); i++)
        if (strcmp(kind_table_at(i)->id, id) == 0)
            return kind_table_at(i);
    return NULL;
}

static bool same_word(struct span a, const char *b)
{
    return a.length == strlen(b) && span_contains_folded(a, span_of(b));
}

static bool has_alias(const struct kind *kind, struct span word)
{
    struct span rest = span_of(kind->aliases), alias;
    while (span_split(&rest, ' ', &alias))
        if (alias.length > 0 && alias.length == word.length && span_contains_folded(alias, word))
            return true;
    return false;
}

/* A kind that shows a part of its resource only ("cutover-steps" of ConfigMaps) must not answer to the resource's names. */
static bool is_whole(const struct kind *kind)
{
    return kind->namespace == NULL && kind->label_selector == NULL && kind->field_selector == NULL;
}

static bool is_meant(const struct kind *kind, struct span word)
{
    if (same_word(word, kind->id) || has_alias(kind, word))
        return true;
    if (!is_whole(kind))
        return false;
    char full[192];
    snprintf(full, sizeof full, "%s.%s", kind->plural, kind->group);
    return same_word(word, kind->plural) || same_word(word, kind->singular) || same_word(word, full);
}

const struct kind *kind_table_find(const char *word)
{
    for (size_t i = 0; i < kind_table_count(); i++)
        if (is_meant(kind_table_at(i), span_of(word)))
            return kind_table_at(i);
    return NULL;
}

void kind_table_hint(char hint[NEAREST_HINT_MAX], const char *word)
{
    const char *names[ARRAY_LENGTH(entries) * 2];
    size_t count = 0;
    for (size_t i = 0; i < kind_table_count(); i++) {
        names[count++] = kind_table_at(i)->id;
        if (is_whole(kind_table_at(i)))
            names[count++] = kind_table_at(i)->singular;
    }
    nearest_hint(hint, span_of(word), names, count);
}
