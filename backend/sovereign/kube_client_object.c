/* Calls about one object and about ourselves: get, patch, delete, log, access reviews. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "sovereign/kube_client.h"
#include "transport/http_url.h"

#define PATH_MAXIMUM 2048
#define REVIEW_MAXIMUM ((size_t)1 << 20)

/* "HelmRelease flux-system/bp-harbor" */
static void name_object(char out[192], const struct kind *kind, const char *namespace, const char *name)
{
    bool qualified = kind->namespaced && namespace != NULL && namespace[0] != '\0';
    snprintf(out, 192, "%s %s%s%s", kind->singular, qualified ? namespace : "", qualified ? "/" : "", name);
}

static enum status call_object(struct kube_client *client, struct kube_call call, const struct kind *kind, const char *namespace,
                               const char *name, const char *query, struct bytebuf *reply, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf path;
    char what[192];
    bytebuf_init(&path, PATH_MAXIMUM);
    enum status status = kube_client_object_path(client, kind, namespace, name, NULL, &path, err);
    if (status != STATUS_OK)
        return status;
    if (query != NULL)
        bytebuf_printf(&path, "?%s", query);
    name_object(what, kind, namespace, name);
    call.path = bytebuf_text(&path);
    call.what = what;
    return kube_client_call(client, &call, reply, err);
}

enum status kube_client_get(struct kube_client *client, const struct kind *kind, const char *namespace, const char *name,
                            struct bytebuf *reply, struct error *err)
{
    return call_object(client, (struct kube_call){0}, kind, namespace, name, NULL, reply, err);
}

const char *kube_client_patch_type(enum kube_patch patch)
{
    static const char *const TYPES[] = {
        [KUBE_PATCH_MERGE] = "application/merge-patch+json",
        [KUBE_PATCH_JSON] = "application/json-patch+json",
        [KUBE_PATCH_STRATEGIC] = "application/strategic-merge-patch+json",
        [KUBE_PATCH_APPLY] = "application/apply-patch+yaml",
    };
    return TYPES[patch];
}

enum status kube_client_patch(struct kube_client *client, const struct kind *kind, const char *namespace, const char *name,
                              enum kube_patch patch, bool dry_run, struct span body, struct bytebuf *reply, struct error *err)
{
    struct kube_call call = {.method = "PATCH", .content_type = kube_client_patch_type(patch), .body = body};
    const char *query = dry_run ? "fieldManager=" KUBE_CLIENT_FIELD_MANAGER "&dryRun=All" : "fieldManager=" KUBE_CLIENT_FIELD_MANAGER;
    return call_object(client, call, kind, namespace, name, query, reply, err);
}

enum status kube_client_delete(struct kube_client *client, const struct kind *kind, const char *namespace, const char *name,
                               const char *uid, bool dry_run, struct error *err)
{
    json_t *options = json_pack("{s:s, s:s}", "kind", "DeleteOptions", "apiVersion", "v1");
    if (uid != NULL)
        json_object_set_new(options, "preconditions", json_pack("{s:s}", "uid", uid));
    if (dry_run)
        json_object_set_new(options, "dryRun", json_pack("[s]", "All"));
    char *body = json_dumps(options, JSON_COMPACT);
    json_decref(options);
    struct kube_call call = {.method = "DELETE", .body = span_of(body)};
    enum status status = call_object(client, call, kind, namespace, name, NULL, NULL, err);
    free(body);
    return status;
}

enum status kube_client_log(struct kube_client *client, const char *namespace, const char *pod, const char *container,
                            unsigned tail_lines, struct bytebuf *text, struct error *err)
{
    static const struct kind POD = {.group = "", .plural = "pods", .singular = "Pod", .namespaced = true};
    CLEANUP(bytebuf_done) struct bytebuf path;
    char what[192], lines[24];
    bytebuf_init(&path, PATH_MAXIMUM);
    kube_client_path(&path, &POD, "v1", namespace, pod, "log");
    snprintf(lines, sizeof lines, "%u", tail_lines);
    http_url_append_query(&path, "tailLines", span_of(lines));
    if (container != NULL)
        http_url_append_query(&path, "container", span_of(container));
    snprintf(what, sizeof what, "log of Pod %s/%s", namespace, pod);
    struct kube_call call = {.path = bytebuf_text(&path), .what = what, .accept = "*/*", .maximum = KUBE_CLIENT_LOG_MAXIMUM};
    return kube_client_call(client, &call, text, err);
}

/* Posts a review and gives its status object back; *document owns it. */
static enum status review(struct kube_client *client, const char *path, const char *what, json_t *spec, json_t **document,
                          struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf reply;
    bytebuf_init(&reply, REVIEW_MAXIMUM);
    char *body = json_dumps(spec, JSON_COMPACT);
    json_decref(spec);
    struct kube_call call = {.method = "POST", .path = path, .what = what, .body = span_of(body), .maximum = REVIEW_MAXIMUM,
                             .repeatable = true};
    enum status status = kube_client_call(client, &call, &reply, err);
    free(body);
    if (status != STATUS_OK)
        return status;
    *document = json_loadb(bytebuf_text(&reply), reply.length, 0, NULL);
    if (*document == NULL)
        return error_set(err, STATUS_INVALID, "%s: %s: the reply is not JSON", kube_client_region(client), what);
    return STATUS_OK;
}

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL)
        json_object_set_new(object, key, json_string(text));
}

enum status kube_client_can(struct kube_client *client, const struct kube_access *access, bool *allowed, char *reason,
                            size_t reason_size, struct error *err)
{
    json_t *attributes = json_object();
    set_text(attributes, "verb", access->verb);
    set_text(attributes, "group", access->group);
    set_text(attributes, "resource", access->resource);
    set_text(attributes, "subresource", access->subresource);
    set_text(attributes, "namespace", access->namespace);
    set_text(attributes, "name", access->name);
    json_t *spec = json_pack("{s:s, s:s, s:{s:o}}", "kind", "SelfSubjectAccessReview", "apiVersion", "authorization.k8s.io/v1",
                             "spec", "resourceAttributes", attributes);
    json_t *document = NULL;
    enum status status =
        review(client, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "access review", spec, &document, err);
    if (status != STATUS_OK)
        return status;
    json_t *answer = json_object_get(document, "status");
    *allowed = json_is_true(json_object_get(answer, "allowed"));
    const char *words = json_string_value(json_object_get(answer, "reason"));
    if (reason != NULL)
        sanitize_line_into(reason, reason_size, words != NULL ? words : "", words != NULL ? strlen(words) : 0);
    json_decref(document);
    return STATUS_OK;
}

enum status kube_client_rules(struct kube_client *client, const char *namespace, struct bytebuf *reply, struct error *err)
{
    json_t *spec = json_pack("{s:s, s:s, s:{s:s}}", "kind", "SelfSubjectRulesReview", "apiVersion", "authorization.k8s.io/v1",
                             "spec", "namespace", namespace);
    char *body = json_dumps(spec, JSON_COMPACT);
    json_decref(spec);
    struct kube_call call = {.method = "POST", .path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
                             .what = "rules review", .body = span_of(body), .maximum = REVIEW_MAXIMUM, .repeatable = true};
    enum status status = kube_client_call(client, &call, reply, err);
    free(body);
    return status;
}

static void join_groups(const json_t *groups, char *out, size_t size)
{
    size_t index, used = 0;
    json_t *group;
    out[0] = '\0';
    json_array_foreach(groups, index, group) {
        const char *name = json_string_value(group);
        char clean[160];
        sanitize_line_into(clean, sizeof clean, name != NULL ? name : "", name != NULL ? strlen(name) : 0);
        int added = snprintf(out + used, size - used, "%s%s", used > 0 ? "," : "", clean);
        used += added > 0 ? (size_t)added : 0;
        if (used >= size)
            return;
    }
}

enum status kube_client_self(struct kube_client *client, struct kube_self *ret, struct error *err)
{
    json_t *spec = json_pack("{s:s, s:s}", "kind", "SelfSubjectReview", "apiVersion", "authentication.k8s.io/v1");
    json_t *document = NULL;
    *ret = (struct kube_self){0};
    enum status status = review(client, "/apis/authentication.k8s.io/v1/selfsubjectreviews", "who we are", spec, &document, err);
    if (status == STATUS_NOT_FOUND)
        return error_set(err, STATUS_UNSUPPORTED, "%s: the server does not tell who we are (Kubernetes before 1.28)",
                         kube_client_region(client));
    if (status != STATUS_OK)
        return status;
    json_t *info = json_object_get(json_object_get(document, "status"), "userInfo");
    const char *name = json_string_value(json_object_get(info, "username"));
    sanitize_line_into(ret->user, sizeof ret->user, name != NULL ? name : "", name != NULL ? strlen(name) : 0);
    join_groups(json_object_get(info, "groups"), ret->groups, sizeof ret->groups);
    json_decref(document);
    return STATUS_OK;
}

void kube_client_whoami(struct kube_client *client, char *user, size_t size)
{
    struct kube_self self;
    if (kube_client_self(client, &self, NULL) != STATUS_OK)
        self.user[0] = '\0';
    struct tls_identity_summary summary = {0};
    if (self.user[0] == '\0' && kube_client_identity(client) != NULL)
        tls_identity_summary(kube_client_identity(client), &summary);
    const char *known = self.user[0] != '\0' ? self.user : summary.certificate_name;
    snprintf(user, size, "%s", known[0] != '\0' ? known : kube_client_user(client));
}

enum status kube_client_server_version(struct kube_client *client, char *version, size_t size, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf reply;
    bytebuf_init(&reply, REVIEW_MAXIMUM);
    struct kube_call call = {.path = "/version", .maximum = REVIEW_MAXIMUM};
    enum status status = kube_client_call(client, &call, &reply, err);
    if (status != STATUS_OK)
        return status;
    json_t *document = json_loadb(bytebuf_text(&reply), reply.length, 0, NULL);
    const char *text = json_string_value(json_object_get(document, "gitVersion"));
    sanitize_line_into(version, size, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
    json_decref(document);
    return STATUS_OK;
}
