/* catalyst-api over the HTTP thread; every refusal gets the sentence that the contract has for it. */
#include "sovereign/catalyst_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/timestamp.h"
#include "sovereign/catalyst_client_inside.h"
#include "transport/http_url.h"

#define BODY_MAXIMUM ((size_t)2 << 20)
#define URL_MAXIMUM 1024
#define HEALTH_TIMEOUT_MS 2000

struct catalyst_client *catalyst_client_new(struct http_thread *thread, const struct catalyst_client_options *options)
{
    struct catalyst_client *client = alloc_new(struct catalyst_client);
    client->thread = thread;
    client->identity = options->identity != NULL ? tls_identity_ref(options->identity) : NULL;
    client->hosts = catalyst_hosts_new(options->url, options->other_url, options->fqdn);
    client->fqdn = alloc_strdup(options->fqdn != NULL ? options->fqdn : "");
    client->token_file = options->token_file != NULL ? alloc_strdup(options->token_file) : NULL;
    client->token_expires_ms = client->session.expires_ms = TIMESTAMP_NONE;
    pthread_mutex_init(&client->lock, NULL);
    if (options->token_command != NULL && options->token_command[0] != NULL) {
        struct secret_source_options command = {.what = "token of catalyst-api", .command = options->token_command,
                                                .refresh_ms = options->refresh_ms};
        client->command = secret_source_new(&command);
        client->command_name = alloc_strdup(options->token_command[0]);
    }
    client->method = client->command != NULL    ? CATALYST_METHOD_TOKEN_COMMAND
                     : client->token_file != NULL  ? CATALYST_METHOD_TOKEN_FILE
                                                   : CATALYST_METHOD_NONE;
    client->keeps_session = options->keeps_session && client->method == CATALYST_METHOD_NONE;
    if (client->keeps_session)
        catalyst_client_restore(client);
    return client;
}

void catalyst_client_free(struct catalyst_client *client)
{
    if (client == NULL)
        return;
    secret_source_free(client->command);
    free(client->command_name);
    tls_identity_unref(client->identity);
    catalyst_hosts_free(client->hosts);
    catalyst_session_wipe(&client->session);
    pthread_mutex_destroy(&client->lock);
    free(client->token_file);
    free(client->fqdn);
    free(client);
}

const char *catalyst_client_url(const struct catalyst_client *client)
{
    return catalyst_hosts_url(client->hosts);
}

struct catalyst_hosts *catalyst_client_hosts(const struct catalyst_client *client)
{
    return client->hosts;
}

struct tls_identity *catalyst_client_identity(const struct catalyst_client *client)
{
    return client->identity;
}

bool catalyst_client_can_login(const struct catalyst_client *client)
{
    return client->command != NULL && client->method != CATALYST_METHOD_PIN;
}

bool catalyst_client_login_is_due(struct catalyst_client *client)
{
    return catalyst_client_can_login(client) && client->has_command_token && secret_source_is_due(client->command);
}

void catalyst_client_set_cancel(struct catalyst_client *client, const atomic_bool *cancel)
{
    client->cancel = cancel;
}

enum status catalyst_client_login(struct catalyst_client *client, struct error *err)
{
    return catalyst_client_login_until(client, NULL, err);
}

enum status catalyst_client_login_until(struct catalyst_client *client, const atomic_bool *cancel, struct error *err)
{
    if (!catalyst_client_can_login(client))
        return error_set(err, STATUS_UNSUPPORTED, "no token command is configured for catalyst-api");
    char *token;
    if (client->has_command_token && !secret_source_is_due(client->command))
        secret_source_refuse(client->command); /* we are here because of a 401 */
    enum status status = secret_source_get(client->command, cancel != NULL ? cancel : client->cancel, &token, err);
    if (status != STATUS_OK)
        return status;
    pthread_mutex_lock(&client->lock);
    client->has_command_token = true;
    client->token_expires_ms = catalyst_session_token_expiry(span_of(token));
    pthread_mutex_unlock(&client->lock);
    tls_identity_set_token(client->identity, token);
    secret_source_wipe(token);
    return STATUS_OK;
}

/* Contract 3.1 and section 2, in words. */
static const struct {
    int code;
    const char *error; /* NULL: any */
    enum status status;
    const char *sentence;
} REFUSALS[] = {
    {301, NULL, STATUS_UNAUTHENTICATED, "a redirect to a login page answered instead of catalyst-api"},
    {302, NULL, STATUS_UNAUTHENTICATED, "a redirect to a login page answered instead of catalyst-api"},
    {303, NULL, STATUS_UNAUTHENTICATED, "a redirect to a login page answered instead of catalyst-api"},
    {307, NULL, STATUS_UNAUTHENTICATED, "a redirect to a login page answered instead of catalyst-api"},
    {401, NULL, STATUS_UNAUTHENTICATED, "not logged in: no token, or it has expired"},
    {403, "org-scoped-forbidden", STATUS_FORBIDDEN, "this session belongs to one Organization and may not see the Sovereign"},
    {403, NULL, STATUS_FORBIDDEN, "this identity is not allowed to do that"},
    {404, NULL, STATUS_NOT_FOUND, "catalyst-api does not have that, or it belongs to somebody else"},
    {409, "cutover-in-progress", STATUS_CONFLICT, "a cutover is already running"},
    {424, "no-steps-found", STATUS_UNSUPPORTED, "no cutover steps are installed (HelmRelease bp-self-sovereign-cutover)"},
    {502, "status-read-failed", STATUS_UNREACHABLE, "catalyst-api could not read the status ConfigMap from its cluster"},
    {502, "step-discovery-failed", STATUS_INVALID, "the step ConfigMaps could not be read: one of them is broken"},
    {502, NULL, STATUS_UNREACHABLE, "catalyst-api is away: the gateway has no backend (it restarts in step catalyst-api-env-patch)"},
    {503, "cutover-unconfigured", STATUS_UNSUPPORTED, "this catalyst-api does not run in a cluster and cannot cut over"},
    {503, NULL, STATUS_UNREACHABLE, "catalyst-api is not ready"},
    {504, NULL, STATUS_UNREACHABLE, "catalyst-api did not answer the gateway in time"},
};

bool catalyst_client_is_page(int code, struct span body)
{
    return code / 100 == 3 || (code / 100 == 2 && span_starts_with(span_trim(body), "<"));
}

enum status catalyst_client_explain(const char *what, int code, struct span body, struct error *err)
{
    char word[64], detail[256];
    catalyst_reply_failure(body, word, sizeof word, detail, sizeof detail);
    if (code / 100 == 2)
        return error_set(err, STATUS_UNAUTHENTICATED, "%s: a web page answered instead of catalyst-api: a login page of a proxy, as it seems", what);
    for (size_t i = 0; i < ARRAY_LENGTH(REFUSALS); i++) {
        if (REFUSALS[i].code != code || (REFUSALS[i].error != NULL && strcmp(REFUSALS[i].error, word) != 0))
            continue;
        return error_set(err, REFUSALS[i].status, "%s: %s (%d%s%s%s%s)", what, REFUSALS[i].sentence, code, word[0] != '\0' ? " " : "",
                         word, detail[0] != '\0' ? ": " : "", detail);
    }
    return error_set(err, http_response_code_status(code), "%s: %d %s%s%s%s%s", what, code, http_response_reason(code),
                     word[0] != '\0' ? ": " : "", word, detail[0] != '\0' ? ": " : "", detail);
}

static enum status fetch_at(struct catalyst_client *client, const char *base, struct http_request request, const char *path,
                            const char *what, struct http_response *response, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf url;
    char name[96];
    bytebuf_init(&url, URL_MAXIMUM);
    bytebuf_printf(&url, "%s%s", base, path);
    request.url = bytebuf_text(&url);
    request.identity = client->identity;
    request.maximum_body = BODY_MAXIMUM;
    enum status status = http_thread_fetch(client->thread, &request, client->cancel, response, err);
    if (status != STATUS_OK)
        return error_prefix(err, "catalyst-api: %s", what);
    struct span body = bytebuf_span(&response->body);
    if (response->head.code / 100 == 2 && !catalyst_client_is_page(response->head.code, body))
        return STATUS_OK;
    snprintf(name, sizeof name, "catalyst-api: %s", what);
    return catalyst_client_explain(name, response->head.code, body, err);
}

/* A GET goes to the other host when this one does not serve catalyst-api. */
static enum status fetch(struct catalyst_client *client, const char *method, const char *path, const char *what,
                         struct http_response *response, struct error *err)
{
    struct http_request request = {.method = method};
    bool is_get = strcmp(method, "GET") == 0;
    struct error problem = {0};
    if (strcmp(method, "POST") == 0) {
        request.body = SPAN_LITERAL("{}"); /* ignored by the server, but its own caller sends it (contract 3.1) */
        request.content_type = "application/json";
    }
    for (int attempt = 0;; attempt++) {
        const char *base = catalyst_hosts_url(client->hosts);
        enum status status = fetch_at(client, base, request, path, what, response, &problem);
        enum catalyst_host_word word =
            catalyst_hosts_judge(response->head.code, response->head.content_type, bytebuf_span(&response->body));
        bool moved = status != STATUS_INTERRUPTED && catalyst_hosts_note(client->hosts, base, word, problem.text);
        if (status == STATUS_OK || !moved || !is_get || attempt > 0) {
            if (status != STATUS_OK)
                error_set(err, status, "%s", problem.text);
            return status;
        }
        http_response_done(response);
        http_response_init(response, BODY_MAXIMUM);
        error_clear(&problem);
    }
}

/* A token command's token is fetched when there is none yet or it has run out. */
static enum status call(struct catalyst_client *client, const char *method, const char *path, const char *what,
                        struct http_response *response, struct error *err)
{
    enum status status = fetch(client, method, path, what, response, err);
    if (status != STATUS_UNAUTHENTICATED || !catalyst_client_can_login(client))
        return status;
    status = catalyst_client_login(client, err);
    if (status != STATUS_OK)
        return status;
    http_response_done(response);
    http_response_init(response, BODY_MAXIMUM);
    return fetch(client, method, path, what, response, err);
}

enum status catalyst_client_health(struct catalyst_client *client, struct error *err)
{
    struct http_response response;
    struct http_request request = {.accept = "*/*", .total_timeout_ms = HEALTH_TIMEOUT_MS};
    http_response_init(&response, BODY_MAXIMUM);
    enum status status = fetch_at(client, catalyst_hosts_url(client->hosts), request, catalyst_hosts_health_path(client->hosts), "health",
                                  &response, err);
    http_response_done(&response);
    return status;
}

enum status catalyst_client_find_host(struct catalyst_client *client, struct error *err)
{
    struct catalyst_version version;
    return catalyst_client_version(client, &version, err);
}

enum status catalyst_client_login_call(struct catalyst_client *client, struct catalyst_login *login, enum catalyst_login_call call,
                                       const char *pin)
{
    struct http_response response;
    struct error problem = {0};
    CLEANUP(bytebuf_done) struct bytebuf url, body;
    bytebuf_init(&url, URL_MAXIMUM);
    bytebuf_init(&body, URL_MAXIMUM);
    bytebuf_printf(&url, "%s%s", catalyst_client_url(client), catalyst_login_path(call));
    catalyst_login_body(login, call, pin, &body);
    struct http_request request = {.method = "POST", .url = bytebuf_text(&url), .identity = client->identity, .body = bytebuf_span(&body),
                                   .content_type = "application/json", .total_timeout_ms = CATALYST_LOGIN_TIMEOUT_MS,
                                   .maximum_body = BODY_MAXIMUM};
    http_response_init(&response, BODY_MAXIMUM);
    enum status status = http_thread_fetch(client->thread, &request, client->cancel, &response, &problem);
    struct catalyst_login_reply reply = {.status = status, .text = problem.text, .code = response.head.code, .head = &response.head,
                                         .body = bytebuf_span(&response.body)};
    catalyst_login_take(login, call, &reply);
    http_response_done(&response);
    explicit_bzero(body.data, body.length);
    return login->status;
}

enum status catalyst_client_logout(struct catalyst_client *client, struct error *err)
{
    struct http_response response;
    http_response_init(&response, BODY_MAXIMUM);
    enum status status = fetch(client, "DELETE", "/api/v1/auth/session", "logout", &response, err);
    http_response_done(&response);
    return status;
}

#define READ(client, path, what, reader, ret, err)                                 \
    do {                                                                           \
        struct http_response response_;                                            \
        http_response_init(&response_, BODY_MAXIMUM);                              \
        enum status status_ = call(client, "GET", path, what, &response_, err);    \
        if (status_ == STATUS_OK)                                                  \
            status_ = reader(bytebuf_span(&response_.body), ret, err);             \
        http_response_done(&response_);                                            \
        return status_;                                                            \
    } while (0)

enum status catalyst_client_version(struct catalyst_client *client, struct catalyst_version *ret, struct error *err)
{
    READ(client, "/api/v1/version", "version", catalyst_reply_version, ret, err);
}

enum status catalyst_client_self(struct catalyst_client *client, struct catalyst_self *ret, struct error *err)
{
    READ(client, "/api/v1/sovereign/self", "sovereign/self", catalyst_reply_self, ret, err);
}

enum status catalyst_client_whoami(struct catalyst_client *client, struct catalyst_whoami *ret, struct error *err)
{
    struct http_response response;
    http_response_init(&response, BODY_MAXIMUM);
    enum status status = call(client, "GET", "/api/v1/whoami", "whoami", &response, err);
    if (status == STATUS_OK)
        status = catalyst_reply_whoami(bytebuf_span(&response.body), ret, err);
    if (status == STATUS_OK)
        catalyst_client_note_whoami(client, ret);
    http_response_done(&response);
    return status;
}

enum status catalyst_client_cutover(struct catalyst_client *client, struct catalyst_cutover *ret, struct error *err)
{
    READ(client, "/api/v1/sovereign/cutover/status", "cutover status", catalyst_reply_cutover, ret, err);
}

enum status catalyst_client_reconcilers(struct catalyst_client *client, const char *deployment_id,
                                        struct catalyst_reconcilers *ret, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf path;
    bytebuf_init(&path, URL_MAXIMUM);
    bytebuf_append_text(&path, "/api/v1/deployments/");
    http_url_append_escaped(&path, span_of(deployment_id));
    bytebuf_append_text(&path, "/reconcilers");
    READ(client, bytebuf_text(&path), "reconcilers", catalyst_reply_reconcilers, ret, err);
}

void catalyst_client_start_url(const struct catalyst_client *client, struct bytebuf *url)
{
    bytebuf_printf(url, "%s/api/v1/sovereign/cutover/start", catalyst_hosts_url(client->hosts));
}

/* No reply, or a gateway's: the request may have arrived. */
static bool is_outcome_unknown(enum status status, const struct http_response *response)
{
    char word[64], detail[64];
    if (response->head.code == 0)
        return status == STATUS_TIMEOUT || status == STATUS_INTERRUPTED || status == STATUS_UNREACHABLE;
    catalyst_reply_failure(bytebuf_span(&response->body), word, sizeof word, detail, sizeof detail);
    return response->head.code == 504 || (response->head.code == 502 && word[0] == '\0');
}

enum status catalyst_client_start(struct catalyst_client *client, struct catalyst_cutover *ret, struct error *err)
{
    struct http_response response;
    struct error problem = {0};
    http_response_init(&response, BODY_MAXIMUM);
    enum status status = call(client, "POST", "/api/v1/sovereign/cutover/start", "start of the cutover", &response, &problem);
    if (status == STATUS_OK)
        status = catalyst_reply_cutover(bytebuf_span(&response.body), ret, &problem);
    else if (is_outcome_unknown(status, &response))
        status = STATUS_UNMEASURED;
    if (status == STATUS_UNMEASURED)
        error_set(err, status, "%.*s; it may have been taken all the same: look at the status before trying again",
                  ERROR_TEXT_MAX - 96, problem.text);
    else if (status != STATUS_OK)
        error_set(err, status, "%s", problem.text);
    http_response_done(&response);
    return status;
}
