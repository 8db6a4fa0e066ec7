/* Takes every request of one region's Kubernetes API from its path to the part that answers it: identity, rights,
 * discovery, then the kind's verb. See demo_kube.h. */
#include "demo/demo_kube.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_call.h"
#include "demo/demo_delete.h"
#include "demo/demo_discovery.h"
#include "demo/demo_json.h"
#include "demo/demo_list.h"
#include "demo/demo_pod_logs.h"
#include "demo/demo_review.h"
#include "demo/demo_scale.h"
#include "demo/demo_watch.h"
#include "demo/demo_write.h"

#define DEFAULT_VERSION "v1.30.4+k3s1"
#define SEGMENTS_MAX 8

struct demo_kube {
    struct demo_kube_options options;
    struct demo_http *http;
    bool has_watch_list, is_plain; /* atomic; is_plain: no aggregated discovery, as before 1.27 */
};

/* The resource part of a path, cut into its segments. */
struct segments {
    char text[2048];
    const char *items[SEGMENTS_MAX];
    size_t count;
};

static bool split_path(const char *path, struct segments *segments)
{
    segments->count = 0;
    size_t length = strlen(path);
    if (length >= sizeof segments->text)
        return false;
    memcpy(segments->text, path, length + 1);
    char *rest = segments->text;
    while (rest != NULL && *rest != '\0') {
        char *part = strsep(&rest, "/");
        if (*part == '\0')
            continue;
        if (segments->count == SEGMENTS_MAX)
            return false;
        segments->items[segments->count++] = part;
    }
    return true;
}

/* ---- identity ---- */

/* kubectl --as: only for those who may do everything. */
static void impersonate(struct demo_call *call, const char **groups)
{
    const char *user = demo_http_header(call->request, "Impersonate-User");
    if (user == NULL || !demo_access_is_admin(&call->user))
        return;
    groups[0] = demo_http_header(call->request, "Impersonate-Group");
    call->user = (struct demo_user){user, groups};
}

static bool identify(struct demo_call *call)
{
    if (demo_access_identify(call->access, call->request, &call->user))
        return true;
    demo_http_reply_json(call->reply, 401, demo_call_status(401, "Unauthorized", "Unauthorized", NULL, NULL));
    return false;
}

static bool start_call(struct demo_call *call, const struct demo_http_request *request, struct demo_http_reply *reply,
                       const struct demo_kube *kube, const char **groups)
{
    *call = (struct demo_call){.store = kube->options.store, .logs = kube->options.logs,
        .access = kube->options.access, .request = request, .reply = reply, .verb = "",
        .has_watch_list = __atomic_load_n(&kube->has_watch_list, __ATOMIC_ACQUIRE)};
    if (!identify(call))
        return false;
    impersonate(call, groups);
    return true;
}

/* ---- small documents ---- */

static void not_found(struct demo_http_reply *reply)
{
    demo_http_reply_json(reply, 404, demo_call_status(404, "NotFound", "the server could not find the requested resource",
                                                      NULL, NULL));
}

static void reply_or_not_found(struct demo_http_reply *reply, json_t *document)
{
    if (document == NULL)
        not_found(reply);
    else
        demo_http_reply_json(reply, 200, document);
}

static void get_health(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    const char *groups[2] = {NULL};
    struct demo_call call;
    if (!start_call(&call, request, reply, context, groups))
        return;
    if (demo_http_query(request, "verbose") == NULL)
        demo_http_reply_text(reply, 200, "text/plain; charset=utf-8", "ok");
    else
        demo_http_reply_text(reply, 200, "text/plain; charset=utf-8",
                             "[+]ping ok\n[+]log ok\n[+]etcd ok\n[+]poststarthook/start-apiextensions-controllers ok\n"
                             "livez check passed\n");
}

static void get_version(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    const struct demo_kube *kube = context;
    const char *groups[2] = {NULL};
    struct demo_call call;
    if (start_call(&call, request, reply, kube, groups))
        demo_http_reply_json(reply, 200, demo_discovery_version(kube->options.version));
}

/* True when the client asked for it: replied. */
static bool reply_aggregated(const struct demo_http_request *request, struct demo_http_reply *reply, const struct demo_kube *kube,
                             bool is_core)
{
    const char *version = demo_discovery_aggregated_version(demo_http_header(request, "Accept"));
    if (version == NULL || __atomic_load_n(&kube->is_plain, __ATOMIC_ACQUIRE))
        return false;
    char type[96];
    json_t *document = demo_discovery_aggregated(is_core, version);
    char *text = demo_json_dump(document);
    json_decref(document);
    snprintf(type, sizeof type, "application/json;g=apidiscovery.k8s.io;v=%s;as=APIGroupDiscoveryList", version);
    demo_http_reply_header(reply, "Vary", "Accept");
    demo_http_reply_take(reply, 200, type, text, strlen(text));
    return true;
}

static void get_core_versions(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    const char *groups[2] = {NULL};
    struct demo_call call;
    if (start_call(&call, request, reply, context, groups) && !reply_aggregated(request, reply, context, true))
        demo_http_reply_json(reply, 200, demo_discovery_core_versions());
}

static void get_groups(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    const char *groups[2] = {NULL};
    struct demo_call call;
    if (start_call(&call, request, reply, context, groups) && !reply_aggregated(request, reply, context, false))
        demo_http_reply_json(reply, 200, demo_discovery_groups());
}

static void get_group(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    const char *groups[2] = {NULL};
    struct demo_call call;
    if (start_call(&call, request, reply, context, groups))
        reply_or_not_found(reply, demo_discovery_group(request->captures[0]));
}

static void get_openapi(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    const struct demo_kube *kube = context;
    const char *groups[2] = {NULL};
    const char *accept = demo_http_header(request, "Accept");
    struct demo_call call;
    if (!start_call(&call, request, reply, kube, groups))
        return;
    if (accept == NULL || strstr(accept, "proto-openapi") == NULL) {
        demo_http_reply_json(reply, 200, demo_discovery_openapi(kube->options.version));
        return;
    }
    struct bytebuf out;
    bytebuf_init(&out, 8u << 20);
    demo_discovery_openapi_protobuf(&out, kube->options.version);
    size_t length = out.length;
    demo_http_reply_take(reply, 200, DEMO_DISCOVERY_PROTOBUF, bytebuf_take(&out), length);
}

/* ---- resources ---- */

static const char *verb_of(const struct demo_call *call)
{
    const char *method = call->request->method;
    if (strcmp(method, "GET") == 0)
        return call->name[0] != '\0' ? "get" : demo_call_flag(call, "watch") ? "watch" : "list";
    if (strcmp(method, "POST") == 0)
        return "create";
    if (strcmp(method, "PUT") == 0)
        return "update";
    if (strcmp(method, "PATCH") == 0)
        return "patch";
    return strcmp(method, "DELETE") != 0 ? "" : call->name[0] != '\0' ? "delete" : "deletecollection";
}

static bool authorize(struct demo_call *call)
{
    char resource[200], scope[DEMO_CALL_NAME_MAX + 32];
    snprintf(resource, sizeof resource, "%s%s%s", call->kind->plural, call->subresource[0] == '\0' ? "" : "/",
             call->subresource);
    struct demo_attributes attributes = {call->verb, call->kind->group, resource, call->name_space, call->name};
    if (demo_access_is_allowed(call->access, &call->user, &attributes))
        return true;
    if (call->name_space[0] == '\0')
        snprintf(scope, sizeof scope, "at the cluster scope");
    else
        snprintf(scope, sizeof scope, "in the namespace \"%s\"", call->name_space);
    char full[160];
    demo_call_resource_name(call->kind, full, sizeof full);
    const char *quote = call->name[0] == '\0' ? "" : "\"";
    demo_call_refuse(call, 403, "Forbidden",
                     "%s%s%s%s%s is forbidden: User \"%s\" cannot %s resource \"%s\" in API group \"%s\" %s", full,
                     call->name[0] == '\0' ? "" : " ", quote, call->name, quote, call->user.name, call->verb, resource,
                     call->kind->group, scope);
    return false;
}

static void answer_subresource(struct demo_call *call)
{
    bool is_get = strcmp(call->verb, "get") == 0;
    if (strcmp(call->subresource, "log") == 0 && demo_kinds_id(call->kind) == DEMO_KIND_POD && is_get)
        demo_pod_logs_reply(call);
    else if (strcmp(call->subresource, "scale") == 0)
        demo_scale_reply(call);
    else if (strcmp(call->subresource, "status") != 0 || !call->kind->has_status)
        not_found(call->reply);
    else if (is_get)
        demo_list_get(call);
    else if (strcmp(call->verb, "patch") == 0)
        demo_write_patch(call);
    else
        demo_write_update(call);
}

static const struct {
    const char *verb;
    void (*answer)(struct demo_call *call);
} answers[] = {
    {"get", demo_list_get},           {"list", demo_list_reply},     {"watch", demo_watch_reply},
    {"create", demo_write_create},    {"update", demo_write_update}, {"patch", demo_write_patch},
    {"delete", demo_delete_reply},
};

static void answer(struct demo_call *call)
{
    call->verb = verb_of(call);
    if (!authorize(call))
        return;
    if (call->subresource[0] != '\0') {
        answer_subresource(call);
        return;
    }
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        bool needs_name = strcmp(call->verb, "update") == 0 || strcmp(call->verb, "patch") == 0;
        if (strcmp(answers[i].verb, call->verb) == 0 && !(needs_name && call->name[0] == '\0')) {
            answers[i].answer(call);
            return;
        }
    }
    demo_call_refuse(call, 405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
}

/* Reads [namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]] behind GROUP and VERSION. False: no such resource. */
static bool resolve(struct demo_call *call, const char *group, const struct segments *segments, size_t at)
{
    const char *const *items = segments->items;
    size_t left = segments->count - at;
    if (left >= 3 && strcmp(items[at], "namespaces") == 0 && demo_kinds_find(group, call->version, items[at + 2])) {
        snprintf(call->name_space, sizeof call->name_space, "%s", items[at + 1]);
        at += 2;
        left -= 2;
    }
    call->kind = demo_kinds_find(group, call->version, items[at]);
    if (call->kind == NULL || left > 3 || (call->name_space[0] != '\0' && !call->kind->namespaced))
        return false;
    if (left > 1)
        snprintf(call->name, sizeof call->name, "%s", items[at + 1]);
    if (left > 2)
        snprintf(call->subresource, sizeof call->subresource, "%s", items[at + 2]);
    return left == 1 || !call->kind->namespaced || call->name_space[0] != '\0';
}

/* Everything behind /api/VERSION and /apis/GROUP/VERSION; `at` is the index of the version. */
static void handle_version(struct demo_call *call, const char *group, const struct segments *segments, size_t at)
{
    snprintf(call->version, sizeof call->version, "%s", segments->items[at]);
    if (segments->count == at + 1) {
        reply_or_not_found(call->reply, demo_discovery_resources(group, call->version));
        return;
    }
    const char *last = segments->items[segments->count - 1];
    if (strcmp(call->request->method, "POST") == 0 && demo_review_reply(call, group, call->version, last))
        return;
    if (resolve(call, group, segments, at + 1))
        answer(call);
    else
        not_found(call->reply);
}

static void handle_core(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    const char *groups[2] = {NULL};
    struct segments segments;
    struct demo_call call;
    if (!start_call(&call, request, reply, context, groups))
        return;
    if (!split_path(request->captures[0], &segments) || segments.count == 0)
        not_found(reply);
    else
        handle_version(&call, "", &segments, 0);
}

static void handle_group(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    const char *groups[2] = {NULL};
    struct segments segments;
    struct demo_call call;
    if (!start_call(&call, request, reply, context, groups))
        return;
    if (!split_path(request->captures[0], &segments) || segments.count < 2)
        not_found(reply);
    else
        handle_version(&call, segments.items[0], &segments, 1);
}

static void handle_unknown(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    const char *groups[2] = {NULL};
    struct demo_call call;
    if (start_call(&call, request, reply, context, groups))
        not_found(reply);
}

static const struct demo_http_route routes[] = {
    {"GET", "/livez", get_health},       {"GET", "/readyz", get_health},   {"GET", "/healthz", get_health},
    {"GET", "/version", get_version},    {"GET", "/api", get_core_versions}, {"GET", "/apis", get_groups},
    {"GET", "/apis/*", get_group},       {"GET", "/openapi/v2", get_openapi}, {NULL, "/api/**", handle_core},
    {NULL, "/apis/**", handle_group},    {NULL, "/**", handle_unknown},    {NULL, NULL, NULL},
};

/* ---- life ---- */

static bool may_control(const struct demo_http_request *request, void *context)
{
    const struct demo_kube *kube = context;
    struct demo_user user;
    return demo_access_identify(kube->options.access, request, &user) && demo_access_is_admin(&user);
}

static void control(const json_t *words, void *context)
{
    struct demo_kube *kube = context;
    const json_t *watch_list = json_object_get(words, "watchList"), *plain = json_object_get(words, "plainDiscovery");
    if (demo_json_bool(words, "expireWatches"))
        demo_store_expire(kube->options.store);
    if (watch_list != NULL)
        __atomic_store_n(&kube->has_watch_list, json_is_true(watch_list), __ATOMIC_RELEASE);
    if (plain != NULL)
        __atomic_store_n(&kube->is_plain, json_is_true(plain), __ATOMIC_RELEASE);
}

enum status demo_kube_start(struct demo_kube **ret, const struct demo_kube_options *options, struct error *err)
{
    struct demo_tls_pair pair;
    enum status status = demo_tls_server_pair(options->tls, NULL, &pair, err);
    if (status != STATUS_OK)
        return status;
    struct demo_kube *kube = alloc_new(struct demo_kube);
    kube->options = *options;
    kube->has_watch_list = options->has_watch_list;
    kube->options.version = alloc_strdup(options->version == NULL ? DEFAULT_VERSION : options->version);
    struct demo_http_options http = {.port = options->port, .certificate_pem = pair.certificate_pem,
        .key_pem = pair.key_pem, .client_ca_pem = demo_tls_ca_pem(options->tls), .routes = routes, .context = kube,
        .may_control = may_control, .control = control};
    status = demo_http_start(&kube->http, &http, err);
    demo_tls_pair_clear(&pair);
    if (status != STATUS_OK) {
        demo_kube_stop(kube);
        return status;
    }
    *ret = kube;
    return STATUS_OK;
}

int demo_kube_port(const struct demo_kube *kube)
{
    return demo_http_port(kube->http);
}

struct demo_http *demo_kube_http(struct demo_kube *kube)
{
    return kube->http;
}

void demo_kube_stop(struct demo_kube *kube)
{
    if (kube == NULL)
        return;
    demo_store_stop(kube->options.store);
    demo_logs_stop(kube->options.logs);
    demo_http_stop(kube->http);
    free((char *)(uintptr_t)kube->options.version);
    free(kube);
}
