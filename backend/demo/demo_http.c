/* HTTPS on libmicrohttpd, one thread per connection; see demo_http.h. Blocking in handlers and streams is allowed, so a
 * watch is a plain loop. */
#include "demo/demo_http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/bytebuf.h"
#include "demo/demo_faults.h"
#include "demo/demo_json.h"
#include "demo/demo_outflow.h"
#include "demo/demo_peer.h"

#define CONNECTION_MEMORY (256u << 10)
#define CONNECTIONS_MAX 2000
#define STREAM_BLOCK (128u << 10)
#define HEADERS_MAX 16
#define PATH_BYTES_MAX 8192

struct header {
    char *name, *value;
};

struct demo_http_reply {
    int code;
    char *content_type;
    char *bytes; /* whole body, or NULL when streamed */
    size_t length;
    struct demo_http_stream stream;
    struct header headers[HEADERS_MAX];
    size_t header_count;
};

struct demo_http {
    struct MHD_Daemon *daemon;
    struct demo_http_options options; /* texts owned */
    struct demo_faults *faults;
    int port;
    bool is_stopping; /* atomic */
};

/* One request while its body arrives and its handler runs. */
struct demo_http_connection {
    struct demo_http *http;
    struct MHD_Connection *mhd;
    struct bytebuf body;
    char *query; /* raw */
    bool is_started;
};

/* ---- requests ---- */

const char *demo_http_header(const struct demo_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection->mhd, MHD_HEADER_KIND, name);
}

const char *demo_http_query(const struct demo_http_request *request, const char *name)
{
    const char *value = NULL;
    size_t length = 0;
    if (MHD_lookup_connection_value_n(request->connection->mhd, MHD_GET_ARGUMENT_KIND, name, strlen(name), &value,
                                      &length) == MHD_NO)
        return NULL;
    return value == NULL ? "" : value;
}

const char *demo_http_bearer(const struct demo_http_request *request)
{
    static const char scheme[] = "Bearer ";
    const char *value = demo_http_header(request, "Authorization");
    if (value == NULL || strncasecmp(value, scheme, sizeof scheme - 1) != 0)
        return NULL;
    return value + sizeof scheme - 1;
}

/* ---- replies ---- */

void demo_http_reply_header(struct demo_http_reply *reply, const char *name, const char *value)
{
    if (reply->header_count < HEADERS_MAX)
        reply->headers[reply->header_count++] = (struct header){alloc_strdup(name), alloc_strdup(value)};
}

void demo_http_reply_take(struct demo_http_reply *reply, int code, const char *content_type, char *bytes, size_t length)
{
    free(reply->bytes);
    free(reply->content_type);
    reply->code = code;
    reply->content_type = alloc_strdup(content_type);
    reply->bytes = bytes;
    reply->length = length;
}

void demo_http_reply_text(struct demo_http_reply *reply, int code, const char *content_type, const char *text)
{
    demo_http_reply_take(reply, code, content_type, alloc_strdup(text), strlen(text));
}

void demo_http_reply_json(struct demo_http_reply *reply, int code, json_t *value)
{
    char *text = demo_json_dump(value);
    json_decref(value);
    demo_http_reply_take(reply, code, "application/json", text, strlen(text));
}

void demo_http_reply_stream(struct demo_http_reply *reply, int code, const char *content_type,
                            struct demo_http_stream stream)
{
    demo_http_reply_take(reply, code, content_type, NULL, 0);
    reply->stream = stream;
}

static void clear_reply(struct demo_http_reply *reply)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        free(reply->headers[i].name);
        free(reply->headers[i].value);
    }
    free(reply->bytes);
    free(reply->content_type);
    if (reply->stream.free != NULL)
        reply->stream.free(reply->stream.state);
    *reply = (struct demo_http_reply){0};
}

static int socket_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

static ssize_t pull(void *context, uint64_t position, char *out, size_t size)
{
    ssize_t count = demo_outflow_pull(context, out, size);
    if (count == DEMO_HTTP_STREAM_END)
        return MHD_CONTENT_READER_END_OF_STREAM;
    return count < 0 ? MHD_CONTENT_READER_END_WITH_ERROR : count;
}

static void free_outflow(void *context)
{
    demo_outflow_free(context);
}

/* Takes the body and the fault over. */
static struct MHD_Response *make_response(struct demo_http_connection *connection, struct demo_http_reply *reply,
                                          struct demo_fault *fault)
{
    struct demo_outflow *flow = alloc_new(struct demo_outflow);
    *flow = (struct demo_outflow){.faults = connection->http->faults, .is_stopping = &connection->http->is_stopping,
        .fd = socket_of(connection->mhd), .bytes = reply->bytes, .length = reply->length, .stream = reply->stream,
        .fault = *fault};
    bool is_whole = reply->bytes != NULL && fault->action < DEMO_FAULT_BREAK;
    reply->bytes = NULL;
    reply->stream = (struct demo_http_stream){0};
    *fault = (struct demo_fault){0};
    uint64_t size = is_whole ? flow->length : MHD_SIZE_UNKNOWN;
    return MHD_create_response_from_callback(size, STREAM_BLOCK, pull, flow, free_outflow);
}

static enum MHD_Result queue(struct demo_http_connection *connection, struct demo_http_reply *reply,
                             struct demo_fault *fault)
{
    int code = reply->code;
    struct MHD_Response *response = make_response(connection, reply, fault);
    if (reply->content_type != NULL)
        MHD_add_response_header(response, "Content-Type", reply->content_type);
    for (size_t i = 0; i < reply->header_count; i++)
        MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    enum MHD_Result result = MHD_queue_response(connection->mhd, (unsigned)code, response);
    MHD_destroy_response(response);
    return result;
}

/* ---- identity ---- */

static void notify_connection(void *context, struct MHD_Connection *mhd, void **socket_context,
                              enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = alloc_new(struct demo_peer);
        return;
    }
    demo_peer_free(*socket_context);
    *socket_context = NULL;
}

static void identify(struct MHD_Connection *mhd, struct demo_peer *peer)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (info != NULL && info->tls_session != NULL)
        demo_peer_identify(peer, info->tls_session);
}

static void fill_peer(struct demo_http_connection *connection, struct demo_http_request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct demo_peer *peer = info == NULL ? NULL : info->socket_context;
    if (peer == NULL || connection->http->options.client_ca_pem == NULL)
        return;
    if (!peer->is_known)
        identify(connection->mhd, peer);
    request->peer_name = peer->name;
    for (size_t i = 0; i < DEMO_HTTP_GROUPS_MAX; i++)
        request->peer_groups[i] = peer->groups[i];
}

/* ---- routes ---- */

/* Matches `path`; captures are copied into `text` (as long as the path with room for their ends). */
static bool match_route(const char *pattern, const char *path, char *text, const char **captures)
{
    size_t captured = 0;
    while (*pattern == '/' && *path == '/') {
        pattern++;
        path++;
        bool is_rest = strcmp(pattern, "**") == 0;
        size_t pattern_length = strcspn(pattern, "/");
        size_t length = is_rest ? strlen(path) : strcspn(path, "/");
        bool is_wild = is_rest || (pattern_length == 1 && pattern[0] == '*');
        if (is_wild ? length == 0 && !is_rest : length != pattern_length || memcmp(path, pattern, length) != 0)
            return false;
        if (is_wild && captured < DEMO_HTTP_CAPTURES_MAX) {
            captures[captured++] = text;
            memcpy(text, path, length);
            text[length] = '\0';
            text += length + 1;
        }
        pattern += pattern_length;
        path += length;
    }
    return *pattern == '\0' && *path == '\0';
}

static void control_faults(struct demo_http *http, const struct demo_http_request *request,
                           struct demo_http_reply *reply)
{
    struct error err;
    json_t *words = NULL;
    if (strcmp(request->method, "DELETE") == 0)
        demo_faults_remove_all(http->faults);
    if (strcmp(request->method, "POST") == 0) {
        if (demo_json_parse(request->body, &words, &err) != STATUS_OK ||
            (json_object_get(words, "action") != NULL && demo_faults_add(http->faults, words, &err) != STATUS_OK)) {
            demo_http_reply_text(reply, 400, "text/plain", err.text);
            json_decref(words);
            return;
        }
        if (http->options.control != NULL)
            http->options.control(words, http->options.context);
        json_decref(words);
    }
    demo_http_reply_json(reply, 200, demo_faults_list(http->faults));
}

static void dispatch(struct demo_http *http, struct demo_http_request *request, struct demo_http_reply *reply)
{
    char text[PATH_BYTES_MAX + DEMO_HTTP_CAPTURES_MAX];
    if (strcmp(request->path, "/demo/faults") == 0 && http->options.may_control != NULL) {
        if (http->options.may_control(request, http->options.context))
            control_faults(http, request, reply);
        else
            demo_http_reply_text(reply, 403, "text/plain", "only the admin identity may set faults\n");
        return;
    }
    bool is_too_long = strlen(request->path) >= PATH_BYTES_MAX;
    for (const struct demo_http_route *route = http->options.routes; !is_too_long && route->pattern != NULL; route++) {
        if (route->method != NULL && strcmp(route->method, request->method) != 0)
            continue;
        memset(request->captures, 0, sizeof request->captures);
        if (!match_route(route->pattern, request->path, text, request->captures))
            continue;
        route->handler(request, reply, http->options.context);
        if (reply->code == 0)
            demo_http_reply_text(reply, 500, "text/plain", "the handler gave no reply\n");
        return;
    }
    demo_http_reply_text(reply, 404, "text/plain; charset=utf-8", "404 page not found\n");
}

static void reply_fault(struct demo_http_reply *reply, const struct demo_fault *fault)
{
    char seconds[16];
    snprintf(seconds, sizeof seconds, "%d", fault->retry_after_s);
    if (fault->retry_after_s > 0)
        demo_http_reply_header(reply, "Retry-After", seconds);
    if (fault->body != NULL) {
        demo_http_reply_text(reply, fault->code, fault->content_type, fault->body);
        return;
    }
    const char *reason = fault->code == 403   ? "Forbidden"
                         : fault->code == 429 ? "TooManyRequests"
                         : fault->code == 503 ? "ServiceUnavailable"
                                              : "InternalError";
    demo_http_reply_json(reply, fault->code,
                         json_pack("{s:s, s:s, s:{}, s:s, s:s, s:s, s:i}", "kind", "Status", "apiVersion", "v1", "metadata",
                                   "status", "Failure", "message", "a fault was switched on for this request", "reason",
                                   reason, "code", fault->code));
}

static enum MHD_Result serve(struct demo_http_connection *connection, struct demo_http_request *request)
{
    struct demo_http *http = connection->http;
    struct demo_http_reply reply = {0};
    char *url = alloc_printf("%s%s%s", request->path, request->query[0] == '\0' ? "" : "?", request->query);
    struct demo_fault fault = {0};
    if (strcmp(request->path, "/demo/faults") != 0)
        fault = demo_faults_match(http->faults, request->method, url);
    free(url);
    request->is_spoiled = fault.action >= DEMO_FAULT_BREAK;
    bool is_alive = fault.action != DEMO_FAULT_DROP;
    if (fault.action == DEMO_FAULT_STALL) {
        struct demo_outflow waiting = {.faults = http->faults, .is_stopping = &http->is_stopping,
            .fd = socket_of(connection->mhd), .fault = fault};
        is_alive = demo_outflow_stall(&waiting, fault.delay_ms);
    }
    if (is_alive && fault.action == DEMO_FAULT_STATUS)
        reply_fault(&reply, &fault);
    else if (is_alive)
        dispatch(http, request, &reply);
    enum MHD_Result result = is_alive ? queue(connection, &reply, &fault) : MHD_NO;
    demo_faults_clear_match(&fault);
    clear_reply(&reply);
    return result;
}

/* ---- libmicrohttpd's callbacks ---- */

/* The request target as it came, kept until the request is over: the query is wanted raw. */
static void *log_uri(void *context, const char *uri, struct MHD_Connection *mhd)
{
    struct demo_http_connection *connection = alloc_new(struct demo_http_connection);
    connection->http = context;
    connection->mhd = mhd;
    bytebuf_init(&connection->body, DEMO_HTTP_BODY_MAX);
    const char *query = strchr(uri, '?');
    connection->query = alloc_strdup(query == NULL ? "" : query + 1);
    return connection;
}

static enum MHD_Result answer(void *context, struct MHD_Connection *mhd, const char *path, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **state)
{
    struct demo_http_connection *connection = *state;
    if (!connection->is_started) {
        connection->is_started = true;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        bytebuf_append(&connection->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    struct demo_http_request request = {.method = method, .path = path, .query = connection->query,
        .body = bytebuf_span(&connection->body), .connection = connection};
    if (connection->body.overflowed) {
        struct demo_http_reply reply = {0};
        struct demo_fault none = {0};
        demo_http_reply_text(&reply, 413, "text/plain", "request body too large\n");
        enum MHD_Result result = queue(connection, &reply, &none);
        clear_reply(&reply);
        return result;
    }
    fill_peer(connection, &request);
    return serve(connection, &request);
}

static void request_completed(void *context, struct MHD_Connection *mhd, void **state,
                              enum MHD_RequestTerminationCode code)
{
    struct demo_http_connection *connection = *state;
    if (connection == NULL)
        return;
    bytebuf_done(&connection->body);
    free(connection->query);
    free(connection);
    *state = NULL;
}

/* libmicrohttpd reports every client that goes away; that is no news here. */
__attribute__((format(printf, 2, 0))) static void ignore_message(void *context, const char *format, va_list args)
{
}

/* ---- life ---- */

static enum status listen_on(struct demo_http *http, struct error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http->port)};
    const char *where = http->options.address == NULL ? "127.0.0.1" : http->options.address;
    if (inet_pton(AF_INET, where, &address.sin_addr) != 1)
        return error_set(err, STATUS_USAGE, "demo server: %s is not an IPv4 address", where);
    struct MHD_OptionItem options[8] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)http->options.certificate_pem},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)http->options.key_pem},
        {MHD_OPTION_HTTPS_MEM_TRUST, 0, (void *)(uintptr_t)http->options.client_ca_pem},
    };
    bool is_tls = http->options.certificate_pem != NULL;
    size_t count = !is_tls ? 0 : http->options.client_ca_pem == NULL ? 2 : 3;
    options[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG | (is_tls ? MHD_USE_TLS : 0);
    http->daemon = MHD_start_daemon(
        flags, (uint16_t)http->port, NULL, NULL, answer, http, MHD_OPTION_EXTERNAL_LOGGER, ignore_message, NULL,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_URI_LOG_CALLBACK, log_uri, http,
        MHD_OPTION_NOTIFY_COMPLETED, request_completed, http, MHD_OPTION_NOTIFY_CONNECTION, notify_connection, http,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (http->daemon == NULL)
        return error_set(err, STATUS_IO, "demo server: cannot listen on %s port %d", where, http->port);
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
    http->port = info == NULL ? http->port : info->port;
    return STATUS_OK;
}

enum status demo_http_start(struct demo_http **ret, const struct demo_http_options *options, struct error *err)
{
    struct demo_http *http = alloc_new(struct demo_http);
    http->options = *options;
    http->options.address = alloc_strdup(options->address);
    http->options.certificate_pem = alloc_strdup(options->certificate_pem);
    http->options.key_pem = alloc_strdup(options->key_pem);
    http->options.client_ca_pem = alloc_strdup(options->client_ca_pem);
    http->faults = demo_faults_new();
    http->port = options->port;
    enum status status = listen_on(http, err);
    if (status != STATUS_OK) {
        demo_http_stop(http);
        return status;
    }
    *ret = http;
    return STATUS_OK;
}

struct demo_faults *demo_http_faults(struct demo_http *http)
{
    return http->faults;
}

int demo_http_port(const struct demo_http *http)
{
    return http->port;
}

void demo_http_pause(struct demo_http *http)
{
    __atomic_store_n(&http->is_stopping, true, __ATOMIC_RELEASE);
    if (http->daemon != NULL)
        MHD_stop_daemon(http->daemon);
    http->daemon = NULL;
}

enum status demo_http_resume(struct demo_http *http, struct error *err)
{
    if (http->daemon != NULL)
        return STATUS_OK;
    __atomic_store_n(&http->is_stopping, false, __ATOMIC_RELEASE);
    return listen_on(http, err);
}

void demo_http_stop(struct demo_http *http)
{
    if (http == NULL)
        return;
    demo_http_pause(http);
    demo_faults_free(http->faults);
    free((char *)(uintptr_t)http->options.address);
    free((char *)(uintptr_t)http->options.certificate_pem);
    free((char *)(uintptr_t)http->options.key_pem);
    free((char *)(uintptr_t)http->options.client_ca_pem);
    free(http);
}
