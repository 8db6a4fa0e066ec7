/* The demo's catalyst-api: server, sessions, and the small answers; see demo_catalyst.h. */
#include "demo/demo_catalyst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_catalyst_internal.h"

void demo_catalyst_refuse(struct demo_http_reply *reply, int status, const char *code, const char *detail)
{
    json_t *body = json_pack("{s:s}", "error", code);
    if (detail != NULL)
        json_object_set_new(body, "detail", json_string(detail));
    demo_http_reply_json(reply, status, body);
}

/* Value of the cookie catalyst_session into out; false when there is none. */
static bool cookie_token(const struct demo_http_request *request, char *out, size_t size)
{
    const char *cookies = demo_http_header(request, "Cookie");
    const char *at = cookies == NULL ? NULL : strstr(cookies, "catalyst_session=");
    if (at == NULL)
        return false;
    at += strlen("catalyst_session=");
    snprintf(out, size, "%.*s", (int)strcspn(at, "; "), at);
    return true;
}

const struct demo_catalyst_session *demo_catalyst_session_find(const struct demo_catalyst *catalyst, const struct demo_http_request *request)
{
    char cookie[512];
    const char *token = demo_http_bearer(request);
    if (token == NULL)
        token = demo_http_query(request, "access_token");
    if (token == NULL && cookie_token(request, cookie, sizeof cookie))
        token = cookie;
    size_t count = atomic_load(&catalyst->session_count);
    for (size_t i = 0; token != NULL && i < count; i++) {
        long long end_ms = atomic_load(&catalyst->session_ends[i]);
        if (strcmp(catalyst->sessions[i].token, token) == 0 && (end_ms == 0 || clock_wall_ms() < end_ms))
            return &catalyst->sessions[i];
    }
    return NULL;
}

bool demo_catalyst_is_console(const struct demo_http_request *request)
{
    const char *host = demo_http_header(request, "Host");
    return host != NULL && strncmp(host, "console.", 8) == 0;
}

/* The login page of something that stands before the API; true when it took the request. */
static bool ask_proxy(const struct demo_catalyst *catalyst, struct demo_http_reply *reply)
{
    switch ((enum demo_catalyst_proxy)atomic_load(&catalyst->proxy)) {
    case DEMO_CATALYST_PROXY_REDIRECT:
        demo_http_reply_header(reply, "Location", "https://auth." DEMO_WORLD_FQDN "/oauth2/start?rd=%2F");
        demo_http_reply_text(reply, 302, "text/html; charset=utf-8", "<a href=\"/oauth2/start\">Found</a>.\n");
        return true;
    case DEMO_CATALYST_PROXY_PAGE:
        demo_http_reply_text(reply, 200, "text/html; charset=utf-8", "<!doctype html><html><title>Sign in</title></html>\n");
        return true;
    default: return false;
    }
}

/* What a customer's session may reach (contract 2.2). */
static bool is_open_to_organizations(const char *path)
{
    static const char *const PREFIXES[] = {"/api/v1/whoami", "/api/v1/auth", "/api/v1/sovereign/self", "/api/v1/sovereign/apps", "/api/v1/catalog"};
    for (size_t i = 0; i < sizeof PREFIXES / sizeof PREFIXES[0]; i++) {
        size_t length = strlen(PREFIXES[i]);
        if (strncmp(path, PREFIXES[i], length) == 0 && (path[length] == '\0' || path[length] == '/'))
            return true;
    }
    return false;
}

const struct demo_catalyst_session *demo_catalyst_session_of(const struct demo_catalyst *catalyst, const struct demo_http_request *request,
                                                             struct demo_http_reply *reply)
{
    if (ask_proxy(catalyst, reply))
        return NULL;
    const struct demo_catalyst_session *session = demo_catalyst_session_find(catalyst, request);
    if (session == NULL) {
        demo_http_reply_header(reply, "Set-Cookie", "catalyst_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        demo_catalyst_refuse(reply, 401, "unauthenticated", NULL);
    } else if (strcmp(session->tier, "org-admin") == 0 && !is_open_to_organizations(request->path)) {
        demo_catalyst_refuse(reply, 403, "org-scoped-forbidden", "this session is scoped to one Organization");
        return NULL;
    }
    return session;
}

bool demo_catalyst_is_ours(const struct demo_http_request *request, struct demo_http_reply *reply)
{
    if (strcmp(request->captures[0], DEMO_WORLD_DEPLOYMENT) == 0 || strcmp(request->captures[0], "sovereign-" DEMO_WORLD_FQDN) == 0)
        return true;
    demo_catalyst_refuse(reply, 404, "deployment not found", NULL);
    return false;
}

bool demo_catalyst_may_operate(const struct demo_catalyst_session *session)
{
    return strcmp(session->tier, "operator") == 0 || strcmp(session->tier, "admin") == 0 || strcmp(session->tier, "owner") == 0;
}

/* Whatever the browser's router may know: the single page of the console. */
static void get_page(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    if (demo_catalyst_is_console(request) && strncmp(request->path, "/api/", 5) != 0)
        demo_http_reply_text(reply, 200, "text/html", "<!doctype html><html><head><title>Catalyst</title></head><body><div id=root></div></body></html>\n");
    else
        demo_http_reply_text(reply, 404, "text/plain; charset=utf-8", "404 page not found\n");
}

static void get_healthz(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    if (demo_catalyst_is_console(request))
        get_page(request, reply, context);
    else
        demo_http_reply_text(reply, 200, "text/plain; charset=utf-8", "ok");
}

static void get_version(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    char built[TIMESTAMP_TEXT_MAX];
    timestamp_format(built, catalyst->started_ms);
    demo_http_reply_json(reply, 200,
                         json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "service", "catalyst-api", "sha", "fad88bd", "gitSha", "fad88bd",
                                   "version", "1.4.166", "chartVersion", "1.4.166", "buildTime", built, "go", "go1.26.0", "buildTimeSource",
                                   "ldflag"));
}

static void get_self(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    demo_http_reply_json(reply, 200, json_pack("{s:s, s:s}", "deploymentId", DEMO_WORLD_DEPLOYMENT, "sovereignFQDN", DEMO_WORLD_FQDN));
}

static void get_whoami(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    const struct demo_catalyst_session *session = demo_catalyst_session_of(context, request, reply);
    char role[64];
    if (session == NULL)
        return;
    snprintf(role, sizeof role, "catalyst-%s", session->tier);
    if (strcmp(session->tier, "org-admin") == 0) {
        demo_http_reply_json(reply, 200,
                             json_pack("{s:s, s:s, s:b, s:s, s:b, s:s}", "email", session->email, "sub", session->email, "verified", 1, "tier",
                                       session->tier, "orgScoped", 1, "org", "bluewave"));
        return;
    }
    demo_http_reply_json(reply, 200,
                         json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:{s:[s]}}", "email", session->email, "sub", session->email, "verified", 1,
                                   "deploymentId", DEMO_WORLD_DEPLOYMENT, "sovereignFQDN", DEMO_WORLD_FQDN, "mode", "sovereign", "tier",
                                   session->tier, "realm_access", "roles", role));
}

static void get_jobs(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    size_t index;
    json_t *item;
    if (demo_catalyst_session_of(catalyst, request, reply) == NULL)
        return;
    json_t *jobs = demo_store_list(catalyst->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_JOB, NULL);
    json_t *rows = json_array();
    json_array_foreach(jobs, index, item) {
        const json_t *metadata = json_object_get(item, "metadata"), *state = json_object_get(item, "status");
        const char *name = json_string_value(json_object_get(metadata, "name"));
        const char *namespace = json_string_value(json_object_get(metadata, "namespace"));
        const char *started = json_string_value(json_object_get(state, "startTime"));
        const char *finished = json_string_value(json_object_get(state, "completionTime"));
        const char *word = json_integer_value(json_object_get(state, "succeeded")) > 0 ? "succeeded"
                           : json_integer_value(json_object_get(state, "active")) > 0  ? "running"
                           : json_integer_value(json_object_get(state, "failed")) > 0  ? "failed"
                                                                                       : "pending";
        char id[512];
        snprintf(id, sizeof id, "job/%s/%s", namespace, name);
        json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", id, "name", name, "namespace", namespace, "kind", "Job",
                                              "status", word, "startedAt", started == NULL ? "0001-01-01T00:00:00Z" : started, "finishedAt",
                                              finished == NULL ? "0001-01-01T00:00:00Z" : finished)); /* trap 15: zero times */
    }
    json_decref(jobs);
    demo_http_reply_json(reply, 200, json_pack("{s:o}", "jobs", rows));
}

static const struct demo_http_route ROUTES[] = {
    {"GET", "/healthz", get_healthz},
    {"GET", "/readyz", get_healthz},
    {"GET", "/api/v1/version", get_version},
    {"GET", "/api/v1/sovereign/self", get_self},
    {"GET", "/api/v1/whoami", get_whoami},
    {"POST", "/api/v1/auth/pin/issue", demo_catalyst_auth_issue},
    {"POST", "/api/v1/auth/pin/verify", demo_catalyst_auth_verify},
    {NULL, "/api/v1/auth/session", demo_catalyst_auth_logout},
    {"GET", "/api/v1/auth/callback", demo_catalyst_auth_old_flow},
    {"GET", "/api/v1/auth/magic", demo_catalyst_auth_old_flow},
    {"GET", "/api/v1/sovereign/status", demo_catalyst_estate_status},
    {"GET", "/api/v1/sovereign/jobs", get_jobs},
    {"GET", "/api/v1/sovereign/cutover/status", demo_catalyst_cutover_status},
    {"POST", "/api/v1/sovereign/cutover/start", demo_catalyst_cutover_start},
    {"GET", "/api/v1/sovereign/cutover/events", demo_catalyst_cutover_events},
    {NULL, "/api/v1/internal/cutover/trigger", demo_catalyst_cutover_trigger},
    {"GET", "/api/v1/organizations", demo_catalyst_estate_organizations},
    {"GET", "/api/v1/organizations/*", demo_catalyst_estate_organization},
    {"GET", "/api/v1/sovereigns/*/applications", demo_catalyst_estate_applications},
    {"GET", "/api/v1/deployments/*/jobs", demo_catalyst_jobs_list},
    {"GET", "/api/v1/deployments/*/jobs/*", demo_catalyst_jobs_get},
    {"GET", "/api/v1/actions/executions/*/logs", demo_catalyst_jobs_logs},
    {"GET", "/api/v1/deployments/*/reconcilers", demo_catalyst_flux_list},
    {"GET", "/api/v1/deployments/*/reconcilers/*/*/*/logs", demo_catalyst_logs_get},
    {"POST", "/api/v1/deployments/*/reconcilers/*/*/*/*", demo_catalyst_flux_act},
    {"GET", "/**", get_page},
    {NULL, NULL, NULL},
};

static bool may_control(const struct demo_http_request *request, void *context)
{
    const struct demo_catalyst_session *session = demo_catalyst_session_find(context, request);
    return session != NULL && (strcmp(session->tier, "admin") == 0 || strcmp(session->tier, "owner") == 0);
}

static void control(const json_t *request, void *context)
{
    struct demo_catalyst *catalyst = context;
    const json_t *failing = json_object_get(request, "failStep");
    if (failing != NULL)
        demo_cutover_set_failure(catalyst->world->cutover, json_string_value(failing));
    demo_catalyst_auth_control(catalyst, request);
}

static void go_away(void *context)
{
    struct demo_catalyst *catalyst = context;
    demo_http_pause(catalyst->http);
    demo_catalyst_auth_forget_pins(catalyst);
}

static void come_back(void *context)
{
    struct demo_catalyst *catalyst = context;
    struct error err;
    catalyst->started_ms = clock_wall_ms();
    if (demo_http_resume(catalyst->http, &err) != STATUS_OK)
        fprintf(stderr, "demo: catalyst-api does not come back: %s\n", err.text);
}

enum status demo_catalyst_start(struct demo_catalyst **ret, const struct demo_catalyst_options *options, struct error *err)
{
    struct demo_catalyst *catalyst = alloc_new(struct demo_catalyst);
    catalyst->world = options->world;
    catalyst->started_ms = clock_wall_ms();
    pthread_mutex_init(&catalyst->lock, NULL);
    demo_catalyst_auth_init(catalyst);
    catalyst->folder = alloc_strdup(options->folder);
    catalyst->runner_token = alloc_strdup(options->runner_token);
    for (const struct demo_catalyst_session *from = options->sessions; from->token != NULL && catalyst->session_count < DEMO_CATALYST_SESSIONS_MAX; from++)
        catalyst->sessions[catalyst->session_count++] =
            (struct demo_catalyst_session){alloc_strdup(from->token), alloc_strdup(from->email), alloc_strdup(from->tier)};
    struct demo_http_options http = {.port = options->port, .certificate_pem = options->certificate_pem, .key_pem = options->key_pem,
                                     .routes = ROUTES, .context = catalyst, .may_control = may_control, .control = control};
    enum status status = demo_http_start(&catalyst->http, &http, err);
    if (status != STATUS_OK) {
        demo_catalyst_stop(catalyst);
        return status;
    }
    demo_cutover_set_restart(options->world->cutover, (struct demo_cutover_restart){go_away, come_back, catalyst});
    *ret = catalyst;
    return STATUS_OK;
}

struct demo_http *demo_catalyst_http(struct demo_catalyst *catalyst)
{
    return catalyst->http;
}

int demo_catalyst_port(const struct demo_catalyst *catalyst)
{
    return demo_http_port(catalyst->http);
}

void demo_catalyst_stop(struct demo_catalyst *catalyst)
{
    if (catalyst == NULL)
        return;
    demo_http_stop(catalyst->http);
    pthread_mutex_destroy(&catalyst->lock);
    free(catalyst->folder);
    free(catalyst->runner_token);
    for (size_t i = 0; i < catalyst->session_count; i++) {
        free((char *)catalyst->sessions[i].token);
        free((char *)catalyst->sessions[i].email);
        free((char *)catalyst->sessions[i].tier);
    }
    free(catalyst);
}
