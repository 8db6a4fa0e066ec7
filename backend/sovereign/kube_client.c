/* One region's API server: paths, one request with its errors put into words, and which kinds it serves. What is asked of the
 * server in more than one request lives in kube_client_list.c and kube_client_watch.c. */
#include "sovereign/kube_client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "sovereign/dynamic_kind.h"
#include "sovereign/kind_table.h"
#include "transport/http_url.h"

#define DISCOVERY_BODY_MAXIMUM ((size_t)8 << 20)
#define PATH_MAXIMUM 2048
#define DISCOVERY_AGE_MS 30000 /* what was absent longer ago is looked for again */

struct kube_client {
    struct http_thread *thread;
    struct tls_identity *identity;
    char *region, *server, *namespace, *user, *proxy;
    int index;
    int64_t request_timeout_ms;
    const atomic_bool *cancel;
    pthread_mutex_t lock; /* of what follows */
    struct discovery *discovery;
    int64_t discovered_ms; /* monotonic time of the oldest document in it */
    ARRAY(struct kind *) dynamic;
};

struct kube_client *kube_client_new(struct http_thread *thread, const struct kube_client_options *options)
{
    struct kube_client *client = alloc_new(struct kube_client);
    client->thread = thread;
    client->identity = options->identity != NULL ? tls_identity_ref(options->identity) : NULL;
    client->region = alloc_strdup(options->region);
    client->server = alloc_strdup(options->server);
    client->namespace = alloc_strdup(options->namespace != NULL && options->namespace[0] != '\0' ? options->namespace : "default");
    client->user = alloc_strdup(options->user != NULL ? options->user : "");
    client->proxy = options->proxy != NULL && options->proxy[0] != '\0' ? alloc_strdup(options->proxy) : NULL;
    client->index = options->index;
    client->request_timeout_ms = options->request_timeout_ms;
    client->discovery = discovery_new();
    client->discovered_ms = clock_monotonic_ms();
    pthread_mutex_init(&client->lock, NULL);
    return client;
}

struct kube_client *kube_client_twin(const struct kube_client *client, const atomic_bool *cancel)
{
    struct kube_client_options options = {.region = client->region, .server = client->server, .namespace = client->namespace,
                                          .user = client->user, .proxy = client->proxy, .identity = client->identity,
                                          .index = client->index, .request_timeout_ms = client->request_timeout_ms};
    struct kube_client *twin = kube_client_new(client->thread, &options);
    twin->cancel = cancel;
    return twin;
}

void kube_client_free(struct kube_client *client)
{
    if (client == NULL)
        return;
    for (size_t i = 0; i < client->dynamic.count; i++)
        dynamic_kind_free(client->dynamic.items[i]);
    ARRAY_FREE(&client->dynamic);
    discovery_free(client->discovery);
    tls_identity_unref(client->identity);
    pthread_mutex_destroy(&client->lock);
    free(client->region);
    free(client->server);
    free(client->namespace);
    free(client->user);
    free(client->proxy);
    free(client);
}

const char *kube_client_region(const struct kube_client *client)
{
    return client->region;
}

const char *kube_client_server(const struct kube_client *client)
{
    return client->server;
}

const char *kube_client_namespace(const struct kube_client *client)
{
    return client->namespace;
}

const char *kube_client_user(const struct kube_client *client)
{
    return client->user;
}

int64_t kube_client_request_timeout(const struct kube_client *client)
{
    return client->request_timeout_ms;
}

const char *kube_client_proxy(const struct kube_client *client)
{
    return client->proxy;
}

int kube_client_index(const struct kube_client *client)
{
    return client->index;
}

struct tls_identity *kube_client_identity(const struct kube_client *client)
{
    return client->identity;
}

struct http_thread *kube_client_thread(const struct kube_client *client)
{
    return client->thread;
}

void kube_client_set_cancel(struct kube_client *client, const atomic_bool *cancel)
{
    client->cancel = cancel;
}

const atomic_bool *kube_client_cancel(const struct kube_client *client)
{
    return client->cancel;
}

static void append_part(struct bytebuf *path, const char *part)
{
    bytebuf_append_byte(path, '/');
    http_url_append_escaped(path, span_of(part));
}

void kube_client_path(struct bytebuf *path, const struct kind *kind, const char *version, const char *namespace,
                      const char *name, const char *subresource)
{
    bytebuf_append_text(path, kind->group[0] != '\0' ? "/apis/" : "/api");
    bytebuf_append_text(path, kind->group);
    bytebuf_printf(path, "/%s", version);
    if (kind->namespaced && namespace != NULL && namespace[0] != '\0') {
        bytebuf_append_text(path, "/namespaces");
        append_part(path, namespace);
    }
    bytebuf_printf(path, "/%s", kind->plural);
    if (name != NULL)
        append_part(path, name);
    if (subresource != NULL)
        bytebuf_printf(path, "/%s", subresource);
}

void kube_client_selectors(struct bytebuf *query, const struct kind *kind)
{
    if (kind->label_selector != NULL) {
        bytebuf_append_text(query, "labelSelector=");
        http_url_append_escaped(query, span_of(kind->label_selector));
    }
    if (kind->field_selector != NULL) {
        bytebuf_append_text(query, query->length > 0 ? "&fieldSelector=" : "fieldSelector=");
        http_url_append_escaped(query, span_of(kind->field_selector));
    }
}

/* A refusal in words: the code, and what the server says about it. */
static enum status explain(const struct http_response *response, struct error *err)
{
    char message[ERROR_TEXT_MAX - 64];
    struct json_reader *reader = json_reader_new();
    row_decoder_status_message(reader, bytebuf_span(&response->body), message, sizeof message);
    json_reader_free(reader);
    int code = response->head.code;
    if (message[0] == '\0' && strcmp(response->head.content_type, "text/plain") == 0) {
        struct span rest = span_trim(bytebuf_span(&response->body)), line = SPAN_EMPTY;
        span_split(&rest, '\n', &line);
        sanitize_line_into(message, sizeof message, line.data, line.length);
    }
    return error_set(err, http_response_code_status(code), "%d %s%s%s", code, http_response_reason(code),
                     message[0] != '\0' ? ": " : "", message);
}

enum status kube_client_call(struct kube_client *client, const struct kube_call *call, struct bytebuf *reply, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf url;
    bytebuf_init(&url, PATH_MAXIMUM + 512);
    bytebuf_append_text(&url, client->server);
    const char *method = call->method != NULL ? call->method : "GET";
    char what[256];
    snprintf(what, sizeof what, "%s: %s %s", client->region, method, call->what != NULL ? call->what : call->path);
    if (!bytebuf_append_text(&url, call->path))
        return error_set(err, STATUS_TOO_BIG, "%s: the path is too long", what);
    bool has_body = call->body.length > 0;
    struct http_request request = {
        .method = method,
        .url = bytebuf_text(&url),
        .identity = client->identity,
        .accept = call->accept,
        .content_type = call->content_type != NULL ? call->content_type : has_body ? "application/json" : NULL,
        .body = call->body,
        .repeatable = call->repeatable,
        .proxy = client->proxy,
        .total_timeout_ms = call->timeout_ms > 0 ? call->timeout_ms : client->request_timeout_ms,
        .maximum_body = call->maximum > 0 ? call->maximum : KUBE_CLIENT_OBJECT_MAXIMUM,
    };
    struct http_response response;
    http_response_init(&response, request.maximum_body);
    enum status status = http_thread_fetch(client->thread, &request, client->cancel, &response, err);
    if (status == STATUS_OK && http_response_code_status(response.head.code) != STATUS_OK)
        status = explain(&response, err);
    if (status != STATUS_OK)
        error_prefix(err, "%s", what);
    if (reply != NULL && response.body.length > 0) {
        bytebuf_done(reply);
        *reply = response.body;
        response.body = (struct bytebuf){.maximum = request.maximum_body};
    }
    http_response_done(&response);
    return status;
}

/* Asks for one discovery document. Refusals other than 404 are errors: nothing is concluded from them. */
static enum status fetch_document(struct kube_client *client, const char *path, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf body;
    bytebuf_init(&body, DISCOVERY_BODY_MAXIMUM);
    bool is_groups = strcmp(path, "/apis") == 0;
    struct kube_call call = {.path = path, .what = path, .maximum = DISCOVERY_BODY_MAXIMUM, .accept = is_groups ? DISCOVERY_ACCEPT : NULL};
    struct error problem = {0};
    enum status status = kube_client_call(client, &call, &body, &problem);
    bool is_broken = status == STATUS_UNREACHABLE && strncmp(path, "/apis/", 6) == 0 && body.length > 0;
    bool is_refused = status == STATUS_FORBIDDEN && is_groups;
    if (status != STATUS_OK && status != STATUS_NOT_FOUND && !is_broken && !is_refused) {
        error_set(err, status, "%s", problem.text);
        return status;
    }
    pthread_mutex_lock(&client->lock);
    if (is_broken)
        discovery_break(client->discovery, path);
    if (is_refused)
        discovery_without_groups(client->discovery);
    if (is_broken || is_refused) {
        pthread_mutex_unlock(&client->lock);
        return STATUS_OK;
    }
    enum status taken = discovery_take(client->discovery, path, status == STATUS_OK ? 200 : 404, bytebuf_span(&body), err);
    pthread_mutex_unlock(&client->lock);
    return taken == STATUS_OK ? STATUS_OK : error_prefix(err, "%s", client->region);
}

/* Something is missing: is that still so? True when everything was forgotten, to be asked again. */
static bool look_again(struct kube_client *client)
{
    pthread_mutex_lock(&client->lock);
    bool old = clock_monotonic_ms() - client->discovered_ms > DISCOVERY_AGE_MS;
    if (old) {
        discovery_clear(client->discovery);
        client->discovered_ms = clock_monotonic_ms();
    }
    pthread_mutex_unlock(&client->lock);
    return old;
}

enum status kube_client_version(struct kube_client *client, const struct kind *kind, char version[DISCOVERY_VERSION_MAX],
                                struct error *err)
{
    if (kind->group[0] == '\0' || kind->dynamic_count > 0) {
        snprintf(version, DISCOVERY_VERSION_MAX, "%s", kind->version);
        return STATUS_OK;
    }
    for (;;) {
        char missing[DISCOVERY_PATH_MAX];
        pthread_mutex_lock(&client->lock);
        enum discovery_answer answer = discovery_version(client->discovery, kind, version, missing);
        pthread_mutex_unlock(&client->lock);
        if (answer == DISCOVERY_ANSWER_SERVED)
            return STATUS_OK;
        if (answer != DISCOVERY_ANSWER_UNKNOWN && look_again(client))
            continue;
        if (answer == DISCOVERY_ANSWER_ABSENT)
            return error_set(err, STATUS_UNSUPPORTED, "%s: the server does not have %s.%s", client->region, kind->plural,
                             kind->group);
        if (answer == DISCOVERY_ANSWER_BROKEN)
            return error_set(err, STATUS_UNREACHABLE, "%s: the API service behind %s is away", client->region, missing);
        enum status status = fetch_document(client, missing, err);
        if (status != STATUS_OK)
            return status;
    }
}

enum status kube_client_object_path(struct kube_client *client, const struct kind *kind, const char *namespace,
                                    const char *name, const char *subresource, struct bytebuf *path, struct error *err)
{
    char version[DISCOVERY_VERSION_MAX];
    enum status status = kube_client_version(client, kind, version, err);
    if (status == STATUS_OK)
        kube_client_path(path, kind, version, namespace, name, subresource);
    return status;
}

static enum status fetch_table(struct kube_client *client, const struct discovery_resource *resource, const char *namespace,
                               struct bytebuf *body, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf path;
    bytebuf_init(&path, PATH_MAXIMUM);
    struct kind bare = {.group = resource->group, .plural = resource->plural, .namespaced = resource->namespaced};
    kube_client_path(&path, &bare, resource->version, namespace, NULL, NULL);
    bytebuf_append_text(&path, "?limit=1");
    struct kube_call call = {.path = bytebuf_text(&path), .what = resource->plural, .accept = ROW_DECODER_TABLE_ACCEPT,
                             .maximum = DISCOVERY_BODY_MAXIMUM};
    return kube_client_call(client, &call, body, err);
}

/* The columns of a resource, from a Table with at most one row. Who may not list everywhere may in the context's namespace. */
static enum status make_kind(struct kube_client *client, const struct discovery_resource *resource, struct kind **ret,
                             struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf body;
    struct error narrow = {0};
    bytebuf_init(&body, DISCOVERY_BODY_MAXIMUM);
    enum status status = fetch_table(client, resource, NULL, &body, err);
    if (status == STATUS_FORBIDDEN && resource->namespaced)
        status = fetch_table(client, resource, client->namespace, &body, &narrow);
    if (status == STATUS_OK)
        return dynamic_kind_new(resource, bytebuf_span(&body), ret, err);
    return narrow.status == STATUS_OK || narrow.status == STATUS_FORBIDDEN ? status : error_set(err, status, "%s", narrow.text);
}

/* One kind for a resource, however often and by whichever name it is asked for: rows point to it. */
static const struct kind *remember(struct kube_client *client, struct kind *kind)
{
    pthread_mutex_lock(&client->lock);
    struct kind *known = NULL;
    for (size_t i = 0; i < client->dynamic.count && known == NULL; i++)
        if (strcmp(client->dynamic.items[i]->id, kind->id) == 0)
            known = client->dynamic.items[i];
    if (known == NULL)
        ARRAY_PUSH(&client->dynamic, kind);
    pthread_mutex_unlock(&client->lock);
    if (known != NULL)
        dynamic_kind_free(kind);
    return known != NULL ? known : kind;
}

static enum status refuse_word(struct kube_client *client, const char *word, struct error *err)
{
    char hint[NEAREST_HINT_MAX];
    kind_table_hint(hint, word);
    pthread_mutex_lock(&client->lock);
    size_t count = discovery_count(client->discovery);
    const char **names = alloc_zeroed(count, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = discovery_at(client->discovery, i)->plural;
    if (hint[0] == '\0')
        nearest_hint(hint, span_of(word), names, count);
    free(names);
    const char *broken = discovery_broken(client->discovery);
    enum status status = broken == NULL ? error_set(err, STATUS_NOT_FOUND, "%s: the server has no kind '%s'%s", client->region, word, hint)
        : error_set(err, STATUS_UNREACHABLE, "%s: what answers has no kind '%s'%s, but the API service behind %s is away", client->region,
                    word, hint, broken);
    pthread_mutex_unlock(&client->lock);
    return status;
}

enum status kube_client_find_kind(struct kube_client *client, const char *word, const struct kind **kind, struct error *err)
{
    *kind = kind_table_find(word);
    if (*kind != NULL)
        return STATUS_OK;
    for (;;) {
        char missing[DISCOVERY_PATH_MAX];
        const struct discovery_resource *found;
        struct discovery_resource resource = {0};
        pthread_mutex_lock(&client->lock);
        enum discovery_answer answer = discovery_find(client->discovery, word, &found, missing);
        if (answer == DISCOVERY_ANSWER_SERVED)
            resource = *found;
        pthread_mutex_unlock(&client->lock);
        if (answer == DISCOVERY_ANSWER_ABSENT && look_again(client))
            continue;
        if (answer == DISCOVERY_ANSWER_ABSENT)
            return refuse_word(client, word, err);
        if (answer == DISCOVERY_ANSWER_SERVED) {
            struct kind *made = NULL;
            enum status status = make_kind(client, &resource, &made, err);
            if (status == STATUS_OK)
                *kind = remember(client, made);
            return status;
        }
        enum status status = fetch_document(client, missing, err);
        if (status != STATUS_OK)
            return status;
    }
}
