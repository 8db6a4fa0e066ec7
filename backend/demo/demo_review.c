/* Reviews answered from the access table; see demo_review.h. */
#include "demo/demo_review.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "demo/demo_json.h"
#include "demo/demo_roles.h"

static json_t *user_groups(const struct demo_user *user)
{
    json_t *groups = json_array();
    for (size_t i = 0; user->groups != NULL && user->groups[i] != NULL; i++)
        json_array_append_new(groups, json_string(user->groups[i]));
    json_array_append_new(groups, json_string("system:authenticated"));
    return groups;
}

/* A verb on a path such as /version: everybody who is known may read those. */
static bool is_path_allowed(const struct demo_user *user, const json_t *attributes)
{
    return demo_access_is_admin(user) || strcmp(demo_json_text(attributes, "verb"), "get") == 0;
}

static bool is_allowed(const struct demo_call *call, const struct demo_user *user, const json_t *spec)
{
    const json_t *wanted = json_object_get(spec, "resourceAttributes");
    const json_t *path = json_object_get(spec, "nonResourceAttributes");
    if (wanted == NULL)
        return path != NULL && is_path_allowed(user, path);
    char resource[256];
    const char *subresource = demo_json_text(wanted, "subresource");
    snprintf(resource, sizeof resource, "%s%s%s", demo_json_text(wanted, "resource"), subresource[0] == '\0' ? "" : "/",
             subresource);
    struct demo_attributes attributes = {.verb = demo_json_text(wanted, "verb"), .group = demo_json_text(wanted, "group"),
        .resource = resource, .name_space = demo_json_text(wanted, "namespace"), .name = demo_json_text(wanted, "name")};
    return demo_access_is_allowed(call->access, user, &attributes) ||
           demo_roles_allow(call->store, user->name, &attributes);
}

static void review_self(struct demo_call *call, json_t *review)
{
    bool allowed = is_allowed(call, &call->user, json_object_get(review, "spec"));
    json_t *status = json_pack("{s:b}", "allowed", (int)allowed);
    if (allowed)
        json_object_set_new(status, "reason", json_sprintf("RBAC: allowed to user \"%s\"", call->user.name));
    json_object_set_new(review, "status", status);
}

static void review_other(struct demo_call *call, json_t *review)
{
    const json_t *spec = json_object_get(review, "spec");
    const char *groups[DEMO_HTTP_GROUPS_MAX] = {NULL};
    size_t index, count = 0;
    json_t *group;
    json_array_foreach(json_object_get(spec, "groups"), index, group) {
        if (count + 1 < DEMO_HTTP_GROUPS_MAX && json_is_string(group))
            groups[count++] = json_string_value(group);
    }
    struct demo_user user = {demo_json_text(spec, "user"), groups};
    json_object_set_new(review, "status", json_pack("{s:b}", "allowed", (int)is_allowed(call, &user, spec)));
}

static void review_rules(struct demo_call *call, json_t *review)
{
    json_t *rules = demo_access_rules(call->access, &call->user, demo_json_text(review, "spec.namespace"));
    json_t *paths = json_pack("[{s:[s], s:[s,s,s,s,s,s,s,s]}]", "verbs", "get", "nonResourceURLs", "/api", "/api/*", "/apis",
                              "/apis/*", "/healthz", "/livez", "/openapi/*", "/version");
    json_object_set_new(review, "status", json_pack("{s:o, s:o, s:b}", "resourceRules", rules, "nonResourceRules", paths,
                                                    "incomplete", 0));
}

static void review_identity(struct demo_call *call, json_t *review)
{
    json_object_set_new(review, "status", json_pack("{s:{s:s, s:o}}", "userInfo", "username", call->user.name, "groups",
                                                    user_groups(&call->user)));
}

static const struct {
    const char *group, *resource, *kind;
    void (*answer)(struct demo_call *call, json_t *review);
    const char *spec; /* required member; NULL: none */
} reviews[] = {
    {"authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", review_self, "spec"},
    {"authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", review_other, "spec"},
    {"authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview", review_other, "spec"},
    {"authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview", review_rules, "spec"},
    {"authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview", review_identity, NULL},
};

static void answer(struct demo_call *call, size_t index, const char *group, const char *version)
{
    struct error err;
    json_t *review = NULL;
    struct demo_attributes attributes = {"create", group, reviews[index].resource, "", ""};
    if (!demo_access_is_allowed(call->access, &call->user, &attributes)) {
        demo_call_refuse(call, 403, "Forbidden", "%s.%s is forbidden: User \"%s\" cannot create resource \"%s\" in API "
                         "group \"%s\" at the cluster scope", reviews[index].resource, group, call->user.name,
                         reviews[index].resource, group);
        return;
    }
    if (demo_json_parse(call->request->body, &review, &err) != STATUS_OK || !json_is_object(review) ||
        (reviews[index].spec != NULL && !json_is_object(json_object_get(review, reviews[index].spec)))) {
        demo_call_refuse(call, 400, "BadRequest", "the object provided is unrecognized (must be of type %s)",
                         reviews[index].kind);
        json_decref(review);
        return;
    }
    reviews[index].answer(call, review);
    json_object_set_new(review, "kind", json_string(reviews[index].kind));
    json_object_set_new(review, "apiVersion", json_sprintf("%s/%s", group, version));
    json_object_set_new(review, "metadata", json_pack("{s:n}", "creationTimestamp"));
    demo_http_reply_json(call->reply, 201, review);
}

bool demo_review_reply(struct demo_call *call, const char *group, const char *version, const char *resource)
{
    for (size_t i = 0; i < ARRAY_LENGTH(reviews); i++) {
        if (strcmp(reviews[i].group, group) == 0 && strcmp(reviews[i].resource, resource) == 0 &&
            strcmp(version, "v1") == 0) {
            answer(call, i, group, version);
            return true;
        }
    }
    return false;
}
