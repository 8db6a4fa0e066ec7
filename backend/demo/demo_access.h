/* Who may do what: the users of the demo Sovereign and the RBAC decision every Kubernetes request passes.
 * Tokens are given before the servers start; grants come and go at any time. Any thread. */
#ifndef DEMO_DEMO_ACCESS_H
#define DEMO_DEMO_ACCESS_H

#include <jansson.h>
#include <stdbool.h>

#include "demo/demo_http.h"

struct demo_access;

struct demo_user {
    const char *name;
    const char *const *groups; /* ends with NULL */
};

/* One rule, granted to a user or a group. Lists are comma-separated; "*" is any. */
struct demo_grant {
    const char *subject;    /* user name, or "group:NAME" */
    const char *name_space; /* NULL: everywhere */
    const char *groups;     /* API groups: "*" or ",apps,batch" ("" between commas is core) */
    const char *resources;  /* "pods,pods/log" */
    const char *verbs;      /* "get,list,watch" */
    const char *names;      /* NULL: any object */
};

struct demo_attributes {
    const char *verb;       /* get list watch create update patch delete */
    const char *group;
    const char *resource;   /* with the subresource: "pods/log" */
    const char *name_space; /* "" for cluster scope or all */
    const char *name;       /* "" for lists */
};

/* The built-in grants: group system:masters may do everything; group openova:tier-viewer reads everything except
 * Secrets; group openova:tier-developer works inside namespace `developer_namespace` only. */
struct demo_access *demo_access_new(const char *developer_namespace);
void demo_access_free(struct demo_access *access);
void demo_access_grant(struct demo_access *access, const struct demo_grant *grant);
void demo_access_revoke(struct demo_access *access, const char *subject); /* every grant of that subject */
void demo_access_add_token(struct demo_access *access, const char *token, const char *user, const char *const *groups);

/* The identity behind a request: client certificate first, then bearer token. False: nobody. `user` borrows from the
 * request or from `access`. */
bool demo_access_identify(const struct demo_access *access, const struct demo_http_request *request,
                          struct demo_user *user);
bool demo_access_is_allowed(const struct demo_access *access, const struct demo_user *user,
                            const struct demo_attributes *attributes);
bool demo_access_is_admin(const struct demo_user *user);

/* resourceRules of a SelfSubjectRulesReview for one namespace. New reference. */
json_t *demo_access_rules(const struct demo_access *access, const struct demo_user *user, const char *name_space);

#endif
