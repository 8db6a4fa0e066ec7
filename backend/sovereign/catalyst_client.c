/* catalyst-api over the HTTP thread; every refusal gets the sentence that the contract has for it. */
#include "sovereign/catalyst_client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "transport/http_url.h"

#define BODY_MAXIMUM ((size_t)2 << 20)
#define URL_MAXIMUM 1024
#define HEALTH_TIMEOUT_MS 2000
#define TOKEN_TIMEOUT_MS 30000

struct catalyst_client {
    struct http_thread *thread;
    struct tls_identity *identity;
    char *url;
    char **token_command;
    const atomic_bool *cancel;
};

struct catalyst_client *catalyst_client_new(struct http_thread *thread, const struct catalyst_client_options *options)
{
    struct catalyst_client *client = alloc_new(struct catalyst_client);
    client->thread = thread;
    client->identity = options->identity != NULL ? tls_identity_ref(options->identity) : NULL;
    client->url = alloc_strdup(options->url);
    for (size_t length = strlen(client->url); length > 0 && client->url[length - 1] == '/'; length--)
        client->url[length - 1] = '\0';
    size_t count = 0;
    while (options->token_command != NULL && options->token_command[count] != NULL)
        count++;
    if (count > 0)
        client->token_command = alloc_zeroed(count + 1, sizeof *client->token_command);
    for (size_t i = 0; i < count; i++)
        client->token_command[i] = alloc_strdup(options->token_command[i]);
    return client;
}

void catalyst_client_free(struct catalyst_client *client)
{
    if (client == NULL)
        return;
    for (size_t i = 0; client->token_command != NULL && client->token_command[i] != NULL; i++)
        free(client->token_command[i]);
    free(client->token_command);
    tls_identity_unref(client->identity);
    free(client->url);
    free(client);
}

const char *catalyst_client_url(const struct catalyst_client *client)
{
    return client->url;
}

struct tls_identity *catalyst_client_identity(const struct catalyst_client *client)
{
    return client->identity;
}

bool catalyst_client_can_login(const struct catalyst_client *client)
{
    return client->token_command != NULL;
}

void catalyst_client_set_cancel(struct catalyst_client *client, const atomic_bool *cancel)
{
    client->cancel = cancel;
}

/* Reads the command's output until it ends, the buffer is full or the time is over. False: time over. */
static bool read_output(int fd, char *out, size_t size, size_t *length)
{
    int64_t end_ms = clock_monotonic_ms() + TOKEN_TIMEOUT_MS;
    *length = 0;
    while (*length < size) {
        int64_t left_ms = end_ms - clock_monotonic_ms();
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (left_ms <= 0 || poll(&ready, 1, (int)clock_unscale(left_ms)) == 0)
            return false;
        ssize_t count = read(fd, out + *length, size - *length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return true;
        *length += (size_t)count;
    }
    return true;
}

static enum status spawn(char *const *argv, pid_t *pid, int *fd, struct error *err)
{
    int ends[2];
    extern char **environ;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set(err, STATUS_IO, "token command: no pipe: %s", strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none); /* ours has everything blocked */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int problem = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(ends[1]);
    if (problem == 0) {
        *fd = ends[0];
        return STATUS_OK;
    }
    close(ends[0]);
    return error_set(err, STATUS_IO, "token command '%s' cannot be started: %s", argv[0], strerror(problem));
}

static enum status check_exit(const char *name, int state, size_t length, struct error *err)
{
    if (!WIFEXITED(state) || WEXITSTATUS(state) != 0)
        return error_set(err, STATUS_UNAUTHENTICATED, "token command '%s' ended with %s %d", name,
                         WIFEXITED(state) ? "exit code" : "signal", WIFEXITED(state) ? WEXITSTATUS(state) : WTERMSIG(state));
    if (length == 0)
        return error_set(err, STATUS_UNAUTHENTICATED, "token command '%s' printed no token", name);
    return STATUS_OK;
}

enum status catalyst_client_login(struct catalyst_client *client, struct error *err)
{
    if (client->token_command == NULL)
        return error_set(err, STATUS_UNSUPPORTED, "no token command is configured for catalyst-api");
    pid_t pid = 0;
    int fd = -1, state = 0;
    enum status status = spawn(client->token_command, &pid, &fd, err);
    if (status != STATUS_OK)
        return status;
    char *output = alloc_zeroed(1, TLS_IDENTITY_TOKEN_MAXIMUM + 1);
    size_t length = 0;
    bool in_time = read_output(fd, output, TLS_IDENTITY_TOKEN_MAXIMUM, &length);
    close(fd);
    if (!in_time)
        kill(pid, SIGKILL);
    while (waitpid(pid, &state, 0) < 0 && errno == EINTR) {
    }
    output[strcspn(output, "\r\n")] = '\0';
    status = in_time ? check_exit(client->token_command[0], state, strlen(output), err)
                     : error_set(err, STATUS_TIMEOUT, "token command '%s' gave no token within %d s", client->token_command[0],
                                 TOKEN_TIMEOUT_MS / 1000);
    if (status == STATUS_OK)
        tls_identity_set_token(client->identity, output);
    explicit_bzero(output, TLS_IDENTITY_TOKEN_MAXIMUM);
    free(output);
    return status;
}

/* Contract 3.1 and section 2, in words. */
static const struct {
    int code;
    const char *error; /* NULL: any */
    enum status status;
    const char *sentence;
} REFUSALS[] = {
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

enum status catalyst_client_explain(const char *what, int code, struct span body, struct error *err)
{
    char word[64], detail[256];
    catalyst_reply_failure(body, word, sizeof word, detail, sizeof detail);
    for (size_t i = 0; i < ARRAY_LENGTH(REFUSALS); i++) {
        if (REFUSALS[i].code != code || (REFUSALS[i].error != NULL && strcmp(REFUSALS[i].error, word) != 0))
            continue;
        return error_set(err, REFUSALS[i].status, "%s: %s (%d%s%s%s%s)", what, REFUSALS[i].sentence, code, word[0] != '\0' ? " " : "",
                         word, detail[0] != '\0' ? ": " : "", detail);
    }
    return error_set(err, http_response_code_status(code), "%s: %d %s%s%s%s%s", what, code, http_response_reason(code),
                     word[0] != '\0' ? ": " : "", word, detail[0] != '\0' ? ": " : "", detail);
}

static enum status fetch(struct catalyst_client *client, const char *method, const char *path, const char *what,
                         int64_t timeout_ms, struct http_response *response, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf url;
    bytebuf_init(&url, URL_MAXIMUM);
    bytebuf_printf(&url, "%s%s", client->url, path);
    struct http_request request = {.method = method, .url = bytebuf_text(&url), .identity = client->identity,
                                   .total_timeout_ms = timeout_ms, .maximum_body = BODY_MAXIMUM};
    if (strcmp(method, "POST") == 0) {
        request.body = SPAN_LITERAL("{}"); /* ignored by the server, but its own caller sends it (contract 3.1) */
        request.content_type = "application/json";
    }
    enum status status = http_thread_fetch(client->thread, &request, client->cancel, response, err);
    if (status != STATUS_OK)
        return error_prefix(err, "catalyst-api: %s", what);
    if (response->head.code / 100 == 2)
        return STATUS_OK;
    char name[96];
    snprintf(name, sizeof name, "catalyst-api: %s", what);
    return catalyst_client_explain(name, response->head.code, bytebuf_span(&response->body), err);
}

/* A token command's token is fetched when there is none yet or it has run out. */
static enum status call(struct catalyst_client *client, const char *method, const char *path, const char *what,
                        struct http_response *response, struct error *err)
{
    enum status status = fetch(client, method, path, what, 0, response, err);
    if (status != STATUS_UNAUTHENTICATED || client->token_command == NULL)
        return status;
    status = catalyst_client_login(client, err);
    if (status != STATUS_OK)
        return status;
    http_response_done(response);
    http_response_init(response, BODY_MAXIMUM);
    return fetch(client, method, path, what, 0, response, err);
}

enum status catalyst_client_health(struct catalyst_client *client, struct error *err)
{
    struct http_response response;
    http_response_init(&response, BODY_MAXIMUM);
    enum status status = fetch(client, "GET", "/healthz", "health", HEALTH_TIMEOUT_MS, &response, err);
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
    READ(client, "/api/v1/whoami", "whoami", catalyst_reply_whoami, ret, err);
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
    bytebuf_printf(url, "%s/api/v1/sovereign/cutover/start", client->url);
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
