/* ClusterRoles looked up and matched; see demo_roles.h. */
#include "demo/demo_roles.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/span.h"
#include "demo/demo_build.h"
#include "demo/demo_json.h"

#define ACCOUNT_PREFIX "system:serviceaccount:"

static bool holds(const json_t *list, const char *text)
{
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item) {
        const char *value = json_string_value(item);
        if (value && (strcmp(value, "*") == 0 || strcmp(value, text) == 0))
            return true;
    }
    return false;
}

static bool is_granted(const json_t *role, const struct demo_attributes *wanted)
{
    size_t index;
    json_t *rule;
    json_array_foreach(json_object_get(role, "rules"), index, rule) {
        const json_t *names = json_object_get(rule, "resourceNames");
        if (holds(json_object_get(rule, "verbs"), wanted->verb) &&
            holds(json_object_get(rule, "apiGroups"), wanted->group) &&
            holds(json_object_get(rule, "resources"), wanted->resource) && (!names || holds(names, wanted->name)))
            return true;
    }
    return false;
}

static bool is_bound(const json_t *binding, const char *name_space, const char *name)
{
    size_t index;
    json_t *subject;
    json_array_foreach(json_object_get(binding, "subjects"), index, subject)
        if (strcmp(demo_json_text(subject, "kind"), "ServiceAccount") == 0 &&
            strcmp(demo_json_text(subject, "namespace"), name_space) == 0 &&
            strcmp(demo_json_text(subject, "name"), name) == 0)
            return true;
    return false;
}

bool demo_roles_allow(struct demo_store *store, const char *user, const struct demo_attributes *wanted)
{
    if (strncmp(user, ACCOUNT_PREFIX, strlen(ACCOUNT_PREFIX)) != 0)
        return false;
    struct span rest = span_of(user + strlen(ACCOUNT_PREFIX)), part;
    char name_space[128], name[256];
    if (!span_split(&rest, ':', &part))
        return false;
    snprintf(name_space, sizeof name_space, "%.*s", SPAN_PRINT(part));
    snprintf(name, sizeof name, "%.*s", SPAN_PRINT(rest));
    bool allowed = false;
    size_t index;
    json_t *binding;
    json_t *bindings = demo_store_list(store, DEMO_KIND_CLUSTERROLEBINDING, NULL);
    json_array_foreach(bindings, index, binding) {
        if (allowed || !is_bound(binding, name_space, name))
            continue;
        json_t *role = demo_store_get(store, DEMO_KIND_CLUSTERROLE, "", demo_json_text(binding, "roleRef.name"));
        allowed = is_granted(role, wanted);
        json_decref(role);
    }
    json_decref(bindings);
    return allowed;
}

/* ---- the cutover's own role ---- */

static const struct {
    const char *group, *resources, *verbs;
} RULES[] = {
    {"", "configmaps,secrets", "create,get,list,watch,update,patch"},
    {"", "secrets,pods", "delete"},
    {"", "events", "create,patch"},
    {"", "pods/exec", "create,get"},
    {"", "pods,pods/log,nodes,persistentvolumes,persistentvolumeclaims,services,namespaces", "get,list,watch"},
    {"", "nodes", "patch"},
    {"batch", "jobs", "create,get,list,watch"},
    {"batch", "cronjobs", "get,list,watch,delete"},
    {"apps", "deployments,daemonsets,statefulsets", "get,list,watch,update,patch"},
    {"apps", "replicasets", "get,list,watch"},
    {"source.toolkit.fluxcd.io", "gitrepositories,helmrepositories", "get,list,watch,update,patch"},
    {"source.toolkit.fluxcd.io", "ocirepositories", "get,list,watch"},
    {"helm.toolkit.fluxcd.io", "helmreleases", "get,list,watch,update,patch"},
    {"kustomize.toolkit.fluxcd.io", "kustomizations", "get,list,watch,update,patch"},
    {"cilium.io", "ciliumnetworkpolicies", "create,delete,get,list,watch,update,patch"},
    {"cilium.io", "ciliumclusterwidenetworkpolicies", "create,delete,get,patch,update"},
    {"gateway.networking.k8s.io", "gateways", "get,list,watch"},
    {"pkg.crossplane.io", "providers", "get,list,watch,update,patch"},
    {"pkg.crossplane.io", "imageconfigs", "create,get,list,watch,update,patch"},
    {"apiextensions.k8s.io", "customresourcedefinitions", "get,list,watch"},
    {"storage.k8s.io", "volumeattachments", "get,list,watch,delete"},
};

static json_t *words(const char *text)
{
    json_t *list = json_array();
    struct span rest = span_of(text), part;
    while (span_split(&rest, ',', &part))
        json_array_append_new(list, json_stringn(part.data, part.length));
    return list;
}

void demo_roles_put_runner(struct demo_store *store, int64_t age_seconds)
{
    json_t *rules = json_array();
    for (size_t i = 0; i < ARRAY_LENGTH(RULES); i++)
        json_array_append_new(rules, json_pack("{s:[s], s:o, s:o}", "apiGroups", RULES[i].group, "resources",
                                               words(RULES[i].resources), "verbs", words(RULES[i].verbs)));
    json_t *role = demo_build_object(NULL, DEMO_ROLES_RUNNER, NULL, age_seconds);
    json_object_set_new(role, "rules", rules);
    demo_store_put(store, DEMO_KIND_CLUSTERROLE, role, "helm-controller");
    json_t *binding = demo_build_object(NULL, DEMO_ROLES_RUNNER, NULL, age_seconds);
    json_object_set_new(binding, "roleRef", json_pack("{s:s, s:s, s:s}", "apiGroup", "rbac.authorization.k8s.io", "kind",
                                                      "ClusterRole", "name", DEMO_ROLES_RUNNER));
    json_object_set_new(binding, "subjects", json_pack("[{s:s, s:s, s:s}]", "kind", "ServiceAccount", "name",
                                                       DEMO_ROLES_RUNNER, "namespace", "catalyst"));
    demo_store_put(store, DEMO_KIND_CLUSTERROLEBINDING, binding, "helm-controller");
}

struct forgetting {
    const char *group, *resource, *verbs;
};

static void remove_words(json_t *list, const char *words_text)
{
    json_t *gone = words(words_text);
    for (size_t i = json_array_size(list); i-- > 0;)
        if (holds(gone, json_string_value(json_array_get(list, i))))
            json_array_remove(list, i);
    json_decref(gone);
}

/* The rule loses the resource; a rule of its own keeps the other verbs. */
static enum status edit_forget(json_t *role, void *context, struct error *err)
{
    const struct forgetting *forgetting = context;
    json_t *rules = json_object_get(role, "rules");
    size_t count = json_array_size(rules);
    for (size_t i = 0; i < count; i++) {
        json_t *rule = json_array_get(rules, i);
        if (!holds(json_object_get(rule, "apiGroups"), forgetting->group) ||
            !holds(json_object_get(rule, "resources"), forgetting->resource))
            continue;
        json_t *verbs = json_deep_copy(json_object_get(rule, "verbs"));
        remove_words(json_object_get(rule, "resources"), forgetting->resource);
        remove_words(verbs, forgetting->verbs);
        json_array_append_new(rules, json_pack("{s:[s], s:[s], s:o}", "apiGroups", forgetting->group, "resources",
                                               forgetting->resource, "verbs", verbs));
    }
    for (size_t i = json_array_size(rules); i-- > 0;)
        if (json_array_size(json_object_get(json_array_get(rules, i), "resources")) == 0 ||
            json_array_size(json_object_get(json_array_get(rules, i), "verbs")) == 0)
            json_array_remove(rules, i);
    return STATUS_OK;
}

void demo_roles_forget(struct demo_store *store, const char *group, const char *resource, const char *verbs)
{
    struct forgetting forgetting = {group, resource, verbs};
    demo_store_update(store, DEMO_KIND_CLUSTERROLE, "", DEMO_ROLES_RUNNER, edit_forget, &forgetting, "helm-controller");
}
