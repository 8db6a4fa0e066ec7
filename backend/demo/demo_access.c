/* Users, grants and the decision; see demo_access.h. The grants are data: a role is a few rows. */
#include "demo/demo_access.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"

#define GROUPS_MAX 8

struct token {
    char *text, *user;
    char *groups[GROUPS_MAX]; /* ends with NULL */
};

struct demo_access {
    pthread_mutex_t lock;            /* of the grants */
    ARRAY(struct demo_grant) grants; /* texts owned */
    ARRAY(struct token) tokens;
};

#define READ_VERBS "get,list,watch"
#define VIEWER "group:openova:tier-viewer"
#define DEVELOPER "group:openova:tier-developer"

static const struct demo_grant built_in[] = {
    {"group:system:masters", NULL, "*", "*", "*", NULL},
    {"group:system:authenticated", NULL, "authorization.k8s.io", "selfsubjectaccessreviews,selfsubjectrulesreviews",
     "create", NULL},
    {"group:system:authenticated", NULL, "authentication.k8s.io", "selfsubjectreviews", "create", NULL},
    {VIEWER, NULL, "", "namespaces,nodes,pods,pods/log,services,configmaps,serviceaccounts,events,"
     "persistentvolumeclaims,persistentvolumes", READ_VERBS, NULL},
    {VIEWER, NULL, "apps,batch,coordination.k8s.io,storage.k8s.io,apiextensions.k8s.io,rbac.authorization.k8s.io,"
     "source.toolkit.fluxcd.io,helm.toolkit.fluxcd.io,kustomize.toolkit.fluxcd.io,orgs.openova.io,catalyst.openova.io,"
     "apps.openova.io,dr.openova.io,access.openova.io,pkg.crossplane.io,cilium.io,cert-manager.io,external-secrets.io",
     "*", READ_VERBS, NULL},
    {DEVELOPER, "", "", "pods,pods/log,services,configmaps,secrets,serviceaccounts,events,persistentvolumeclaims",
     READ_VERBS ",create,update,patch,delete", NULL},
    {DEVELOPER, "", "apps,batch,apps.openova.io,helm.toolkit.fluxcd.io", "*", READ_VERBS ",create,update,patch,delete",
     NULL},
};

/* Readers hold it as const: the lock is no part of what they may not change. */
static void lock(const struct demo_access *access)
{
    pthread_mutex_lock((pthread_mutex_t *)(uintptr_t)&access->lock);
}

static void unlock(const struct demo_access *access)
{
    pthread_mutex_unlock((pthread_mutex_t *)(uintptr_t)&access->lock);
}

void demo_access_grant(struct demo_access *access, const struct demo_grant *grant)
{
    struct demo_grant copy = {alloc_strdup(grant->subject),   alloc_strdup(grant->name_space),
                              alloc_strdup(grant->groups),    alloc_strdup(grant->resources),
                              alloc_strdup(grant->verbs),     alloc_strdup(grant->names)};
    lock(access);
    ARRAY_PUSH(&access->grants, copy);
    unlock(access);
}

static void free_grant(const struct demo_grant *grant)
{
    const char *texts[] = {grant->subject, grant->name_space, grant->groups, grant->resources, grant->verbs, grant->names};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        free((char *)(uintptr_t)texts[i]);
}

void demo_access_revoke(struct demo_access *access, const char *subject)
{
    lock(access);
    for (size_t i = access->grants.count; i-- > 0;) {
        if (strcmp(access->grants.items[i].subject, subject) != 0)
            continue;
        free_grant(&access->grants.items[i]);
        ARRAY_REMOVE(&access->grants, i);
    }
    unlock(access);
}

struct demo_access *demo_access_new(const char *developer_namespace)
{
    struct demo_access *access = alloc_new(struct demo_access);
    pthread_mutex_init(&access->lock, NULL);
    for (size_t i = 0; i < ARRAY_LENGTH(built_in); i++) {
        struct demo_grant grant = built_in[i];
        if (grant.name_space != NULL)
            grant.name_space = developer_namespace;
        demo_access_grant(access, &grant);
    }
    return access;
}

void demo_access_free(struct demo_access *access)
{
    if (access == NULL)
        return;
    for (size_t i = 0; i < access->grants.count; i++)
        free_grant(&access->grants.items[i]);
    for (size_t i = 0; i < access->tokens.count; i++) {
        struct token *token = &access->tokens.items[i];
        free(token->text);
        free(token->user);
        for (size_t j = 0; j < GROUPS_MAX; j++)
            free(token->groups[j]);
    }
    ARRAY_FREE(&access->grants);
    ARRAY_FREE(&access->tokens);
    pthread_mutex_destroy(&access->lock);
    free(access);
}

void demo_access_add_token(struct demo_access *access, const char *text, const char *user, const char *const *groups)
{
    struct token token = {.text = alloc_strdup(text), .user = alloc_strdup(user)};
    for (size_t i = 0; i + 1 < GROUPS_MAX && groups[i] != NULL; i++)
        token.groups[i] = alloc_strdup(groups[i]);
    ARRAY_PUSH(&access->tokens, token);
}

bool demo_access_identify(const struct demo_access *access, const struct demo_http_request *request,
                          struct demo_user *user)
{
    if (request->peer_name != NULL) {
        *user = (struct demo_user){request->peer_name, request->peer_groups};
        return true;
    }
    const char *bearer = demo_http_bearer(request);
    for (size_t i = 0; bearer != NULL && i < access->tokens.count; i++) {
        const struct token *token = &access->tokens.items[i];
        if (strcmp(token->text, bearer) == 0) {
            *user = (struct demo_user){token->user, (const char *const *)token->groups};
            return true;
        }
    }
    return false;
}

static bool is_member(const struct demo_user *user, const char *group)
{
    for (size_t i = 0; user->groups != NULL && user->groups[i] != NULL; i++) {
        if (strcmp(user->groups[i], group) == 0)
            return true;
    }
    return strcmp(group, "system:authenticated") == 0;
}

static bool is_subject(const struct demo_grant *grant, const struct demo_user *user)
{
    if (strncmp(grant->subject, "group:", 6) == 0)
        return is_member(user, grant->subject + 6);
    return strcmp(grant->subject, user->name) == 0;
}

/* Whether `word` is in a comma-separated list. */
static bool is_in(const char *list, const char *word)
{
    if (strcmp(list, "*") == 0 || strcmp(list, word) == 0)
        return true;
    size_t length = strlen(word);
    for (const char *at = list;; at++) {
        size_t part = strcspn(at, ",");
        if (part == length && memcmp(at, word, length) == 0)
            return true;
        at += part;
        if (*at == '\0')
            return false;
    }
}

static bool is_granted(const struct demo_grant *grant, const struct demo_attributes *wanted)
{
    if (grant->name_space != NULL && strcmp(grant->name_space, wanted->name_space) != 0)
        return false;
    if (grant->names != NULL && (wanted->name[0] == '\0' || !is_in(grant->names, wanted->name)))
        return false;
    return is_in(grant->groups, wanted->group) && is_in(grant->resources, wanted->resource) &&
           is_in(grant->verbs, wanted->verb);
}

bool demo_access_is_allowed(const struct demo_access *access, const struct demo_user *user,
                            const struct demo_attributes *attributes)
{
    bool allowed = false;
    lock(access);
    for (size_t i = 0; i < access->grants.count && !allowed; i++) {
        const struct demo_grant *grant = &access->grants.items[i];
        allowed = is_subject(grant, user) && is_granted(grant, attributes);
    }
    unlock(access);
    return allowed;
}

bool demo_access_is_admin(const struct demo_user *user)
{
    return is_member(user, "system:masters");
}

static json_t *split_list(const char *list)
{
    json_t *array = json_array();
    for (const char *at = list;; at++) {
        size_t length = strcspn(at, ",");
        json_array_append_new(array, json_stringn(at, length));
        at += length;
        if (*at == '\0')
            return array;
    }
}

json_t *demo_access_rules(const struct demo_access *access, const struct demo_user *user, const char *name_space)
{
    json_t *rules = json_array();
    lock(access);
    for (size_t i = 0; i < access->grants.count; i++) {
        const struct demo_grant *grant = &access->grants.items[i];
        bool is_elsewhere = grant->name_space != NULL && strcmp(grant->name_space, name_space) != 0;
        if (is_elsewhere || !is_subject(grant, user))
            continue;
        json_t *rule = json_object();
        json_object_set_new(rule, "verbs", split_list(grant->verbs));
        json_object_set_new(rule, "apiGroups", split_list(grant->groups));
        json_object_set_new(rule, "resources", split_list(grant->resources));
        if (grant->names != NULL)
            json_object_set_new(rule, "resourceNames", split_list(grant->names));
        json_array_append_new(rules, rule);
    }
    unlock(access);
    return rules;
}
