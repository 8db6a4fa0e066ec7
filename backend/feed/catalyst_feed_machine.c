/* Questions are rows of a table; at most one of each is under way. The events stream says that something changed, GET status
 * says what: events are replayed, repeated and lost (contract 3.3), so they never change the store by themselves. */
#include "feed/catalyst_feed_machine.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "feed/feed_fetch.h"
#include "transport/http_url.h"

#define PROBE_TIMEOUT_MS 2000
#define QUESTION_TIMEOUT_MS 10000
#define SOON_MS 200 /* events come in bursts */
#define LOGIN_PAUSE_MS 60000
#define URL_MAXIMUM 1024

/* A login on the worker outlives the machine when its command hangs. */
struct login {
    atomic_uint count;
    bool cancelled; /* HTTP thread */
    struct catalyst_feed_machine *machine;
    struct catalyst_client *client;
    struct http_thread *thread;
    struct error error;
};

struct asking {
    struct catalyst_feed_machine *machine;
    enum catalyst_feed_question question;
    unsigned login; /* number of the login it was sent with */
};

struct catalyst_feed_machine {
    struct catalyst_feed_machine_options options;
    struct asking asking[CATALYST_FEED_QUESTION_COUNT];
    uint64_t transfers[CATALYST_FEED_QUESTION_COUNT]; /* 0: not under way */
    struct sse_stream *stream;
    enum sse_stream_state stream_state;
    struct login *login; /* NULL: none under way */
    unsigned logins;     /* that gave a token */
    char deployment_id[64];
    int probe_timer, poll_timer, soon_timer;
    int64_t probe_began_ms, alive_ms, login_ms;
    bool is_up, is_running, closing, left;
};

static void ask(struct catalyst_feed_machine *machine, enum catalyst_feed_question question);

static const char *const PATHS[] = {
    [CATALYST_FEED_QUESTION_HEALTH] = "/healthz",
    [CATALYST_FEED_QUESTION_SELF] = "/api/v1/sovereign/self",
    [CATALYST_FEED_QUESTION_WHOAMI] = "/api/v1/whoami",
    [CATALYST_FEED_QUESTION_CUTOVER] = "/api/v1/sovereign/cutover/status",
    [CATALYST_FEED_QUESTION_RECONCILERS] = "/api/v1/deployments/",
};

static void leave_when_done(struct catalyst_feed_machine *machine)
{
    bool busy = machine->stream != NULL;
    for (size_t i = 0; i < CATALYST_FEED_QUESTION_COUNT; i++)
        busy |= machine->transfers[i] != 0;
    if (!machine->closing || machine->left || busy)
        return;
    machine->left = true;
    feed_gate_leave(machine->options.gate); /* the UI thread may free the machine from here on */
}

static uint64_t coalesce_key(const struct catalyst_feed_machine *machine, enum catalyst_feed_question question)
{
    return ((uint64_t)(uintptr_t)machine * 0x9e3779b97f4a7c15u << 4) | (uint64_t)question << 1 | 1;
}

static bool post(struct catalyst_feed_machine *machine, const struct catalyst_feed_answer *answer)
{
    struct catalyst_feed_answer *copy = alloc_new(struct catalyst_feed_answer);
    *copy = *answer;
    struct feed_message message = {.apply = machine->options.answered, .data = copy, .size = sizeof *copy,
                                   .coalesce = coalesce_key(machine, answer->question)};
    return feed_post(machine->options.anchor, machine->options.inbox, &message);
}

/* ---- login */

static void unref_login(void *context)
{
    struct login *login = context;
    if (atomic_fetch_sub(&login->count, 1) == 1)
        free(login);
}

static void login_done(void *context)
{
    struct login *login = context;
    struct catalyst_feed_machine *machine = login->machine;
    if (!login->cancelled) {
        machine->login = NULL;
        if (login->error.status == STATUS_OK) {
            machine->logins++;
            ask(machine, CATALYST_FEED_QUESTION_WHOAMI);
            ask(machine, CATALYST_FEED_QUESTION_CUTOVER);
            if (machine->stream != NULL)
                sse_stream_reopen(machine->stream);
        } else {
            struct catalyst_feed_answer answer = {.question = CATALYST_FEED_QUESTION_WHOAMI, .status = login->error.status};
            snprintf(answer.text, sizeof answer.text, "%s", login->error.text);
            post(machine, &answer);
        }
        unref_login(login);
    }
    unref_login(login);
}

static void run_login(void *context)
{
    struct login *login = context;
    catalyst_client_login(login->client, &login->error);
    atomic_fetch_add(&login->count, 1);
    if (!http_thread_call(login->thread, login_done, login))
        unref_login(login);
}

/* A token has run out, or there never was one: run the command, but not again and again. */
static void log_in(struct catalyst_feed_machine *machine)
{
    bool soon = machine->login_ms >= 0 && clock_monotonic_ms() - machine->login_ms < LOGIN_PAUSE_MS;
    if (machine->login != NULL || soon || !catalyst_client_can_login(machine->options.client))
        return;
    machine->login_ms = clock_monotonic_ms();
    struct login *login = alloc_new(struct login);
    atomic_init(&login->count, 2); /* the machine's and the worker's */
    login->machine = machine;
    login->client = machine->options.client;
    login->thread = machine->options.thread;
    machine->login = login;
    if (!worker_submit(machine->options.worker, run_login, unref_login, login)) {
        machine->login = NULL;
        unref_login(login);
    }
}

/* ---- polling */

static void poll_now(void *context)
{
    struct catalyst_feed_machine *machine = context;
    machine->poll_timer = 0;
    ask(machine, CATALYST_FEED_QUESTION_CUTOVER);
    ask(machine, CATALYST_FEED_QUESTION_RECONCILERS);
}

static void plan_poll(struct catalyst_feed_machine *machine)
{
    http_thread_cancel_timer(machine->options.thread, machine->poll_timer);
    machine->poll_timer = http_thread_add_timer(machine->options.thread,
                                                machine->is_running ? CATALYST_FEED_POLL_RUNNING_MS : CATALYST_FEED_POLL_IDLE_MS,
                                                poll_now, machine);
}

static void soon(void *context)
{
    struct catalyst_feed_machine *machine = context;
    machine->soon_timer = 0;
    ask(machine, CATALYST_FEED_QUESTION_CUTOVER);
}

static void ask_soon(struct catalyst_feed_machine *machine)
{
    if (machine->soon_timer == 0 && !machine->closing)
        machine->soon_timer = http_thread_add_timer(machine->options.thread, SOON_MS, soon, machine);
}

/* The server closes the stream after a terminal event; it is opened again while a run is on (contract 3.3). */
static void reopen_stream(struct catalyst_feed_machine *machine)
{
    if (machine->stream != NULL && machine->is_running && machine->stream_state == SSE_STREAM_STATE_ENDED)
        sse_stream_reopen(machine->stream);
}

/* ---- answers */

static enum status read_reply(struct catalyst_feed_answer *answer, struct span body, struct error *err)
{
    switch (answer->question) {
    case CATALYST_FEED_QUESTION_SELF: return catalyst_reply_self(body, &answer->told.self, err);
    case CATALYST_FEED_QUESTION_WHOAMI: return catalyst_reply_whoami(body, &answer->told.whoami, err);
    case CATALYST_FEED_QUESTION_CUTOVER: return catalyst_reply_cutover(body, &answer->told.cutover, err);
    case CATALYST_FEED_QUESTION_RECONCILERS: return catalyst_reply_reconcilers(body, &answer->told.reconcilers, err);
    default: return STATUS_OK;
    }
}

static void learn_deployment(struct catalyst_feed_machine *machine, const char *id)
{
    if (id[0] == '\0' || strcmp(machine->deployment_id, id) == 0)
        return;
    snprintf(machine->deployment_id, sizeof machine->deployment_id, "%s", id);
    ask(machine, CATALYST_FEED_QUESTION_RECONCILERS);
}

static void ask_everything(struct catalyst_feed_machine *machine)
{
    ask(machine, CATALYST_FEED_QUESTION_SELF);
    ask(machine, CATALYST_FEED_QUESTION_WHOAMI);
    ask(machine, CATALYST_FEED_QUESTION_CUTOVER);
    if (machine->stream != NULL && machine->stream_state == SSE_STREAM_STATE_RETRYING)
        sse_stream_reopen(machine->stream);
}

static void probe(void *context)
{
    struct catalyst_feed_machine *machine = context;
    machine->probe_timer = 0;
    machine->probe_began_ms = clock_monotonic_ms();
    ask(machine, CATALYST_FEED_QUESTION_HEALTH);
}

/* False: the answer says nothing (a slow reply while bytes keep coming). */
static bool conclude_health(struct catalyst_feed_machine *machine, const struct catalyst_feed_answer *answer)
{
    http_thread_cancel_timer(machine->options.thread, machine->probe_timer);
    machine->probe_timer = http_thread_add_timer(machine->options.thread, CATALYST_FEED_PROBE_MS, probe, machine);
    if (answer->status == STATUS_TIMEOUT) {
        if (machine->alive_ms >= machine->probe_began_ms)
            return false;
        http_thread_cut(machine->options.thread, catalyst_client_url(machine->options.client));
    }
    bool was_up = machine->is_up;
    machine->is_up = answer->status == STATUS_OK;
    if (machine->is_up && !was_up)
        ask_everything(machine);
    return true;
}

static void conclude(struct catalyst_feed_machine *machine, const struct catalyst_feed_answer *answer)
{
    bool good = answer->status == STATUS_OK;
    switch (answer->question) {
    case CATALYST_FEED_QUESTION_SELF:
        if (good)
            learn_deployment(machine, answer->told.self.deployment_id);
        break;
    case CATALYST_FEED_QUESTION_WHOAMI:
        if (good && machine->deployment_id[0] == '\0')
            learn_deployment(machine, answer->told.whoami.deployment_id);
        break;
    case CATALYST_FEED_QUESTION_CUTOVER:
        if (good)
            machine->is_running = catalyst_reply_is_running(&answer->told.cutover);
        reopen_stream(machine);
        plan_poll(machine);
        break;
    default: break;
    }
    bool is_stale = machine->asking[answer->question].login != machine->logins; /* a login overtook it */
    if (answer->status == STATUS_UNAUTHENTICATED && is_stale)
        ask(machine, answer->question);
    else if (answer->status == STATUS_UNAUTHENTICATED)
        log_in(machine);
}

static void on_reply(void *context, const struct feed_fetch_reply *reply)
{
    struct asking *asking = context;
    struct catalyst_feed_machine *machine = asking->machine;
    machine->transfers[asking->question] = 0;
    if (machine->closing) {
        leave_when_done(machine);
        return;
    }
    struct catalyst_feed_answer answer = {.question = asking->question, .latency_ms = reply->total_ms};
    struct error err = {0};
    if (reply->status != STATUS_OK)
        error_set(&err, reply->status, "%s", reply->text);
    else if (reply->code / 100 != 2)
        catalyst_client_explain(PATHS[asking->question], reply->code, reply->body, &err);
    else
        read_reply(&answer, reply->body, &err);
    answer.status = err.status;
    snprintf(answer.text, sizeof answer.text, "%s", err.text);
    snprintf(answer.protocol, sizeof answer.protocol, "%s", reply->protocol);
    bool counts = asking->question != CATALYST_FEED_QUESTION_HEALTH || conclude_health(machine, &answer);
    conclude(machine, &answer);
    if (counts && !post(machine, &answer) && asking->question != CATALYST_FEED_QUESTION_HEALTH)
        ask_soon(machine);
}

static void ask(struct catalyst_feed_machine *machine, enum catalyst_feed_question question)
{
    bool needs_id = question == CATALYST_FEED_QUESTION_RECONCILERS;
    if (machine->closing || machine->transfers[question] != 0 || (needs_id && machine->deployment_id[0] == '\0'))
        return;
    CLEANUP(bytebuf_done) struct bytebuf url;
    bytebuf_init(&url, URL_MAXIMUM);
    bytebuf_printf(&url, "%s%s", catalyst_client_url(machine->options.client), PATHS[question]);
    if (needs_id) {
        http_url_append_escaped(&url, span_of(machine->deployment_id));
        bytebuf_append_text(&url, "/reconcilers");
    }
    int64_t timeout_ms = question == CATALYST_FEED_QUESTION_HEALTH ? PROBE_TIMEOUT_MS : QUESTION_TIMEOUT_MS;
    struct http_request request = {.url = bytebuf_text(&url), .identity = catalyst_client_identity(machine->options.client),
                                   .accept = question == CATALYST_FEED_QUESTION_HEALTH ? "*/*" : NULL,
                                   .connect_timeout_ms = timeout_ms, .total_timeout_ms = timeout_ms};
    machine->asking[question] = (struct asking){machine, question, machine->logins};
    machine->transfers[question] = feed_fetch(machine->options.thread, &request, on_reply, &machine->asking[question]);
}

/* ---- events */

static void on_event(void *context, const struct sse_event *event)
{
    struct catalyst_feed_machine *machine = context;
    ask_soon(machine);
    if (span_equals_text(event->name, "cutover-status"))
        return; /* a snapshot: GET status says the same, and better */
    struct catalyst_event *read = alloc_new(struct catalyst_event);
    if (catalyst_reply_event(event->data, read, NULL) != STATUS_OK) {
        free(read);
        return;
    }
    struct feed_message message = {.apply = machine->options.happened, .data = read, .size = sizeof *read};
    feed_post(machine->options.anchor, machine->options.inbox, &message);
}

static void on_alive(void *context)
{
    struct catalyst_feed_machine *machine = context;
    machine->alive_ms = clock_monotonic_ms();
}

static void on_state(void *context, const struct sse_stream_status *status)
{
    struct catalyst_feed_machine *machine = context;
    machine->stream_state = status->state;
    if (status->state == SSE_STREAM_STATE_ENDED)
        ask_soon(machine);
    else if (status->state == SSE_STREAM_STATE_UNAUTHENTICATED)
        log_in(machine);
}

static void on_closed(void *context)
{
    struct catalyst_feed_machine *machine = context;
    machine->stream = NULL;
    leave_when_done(machine);
}

/* ---- life */

static void start_on_thread(void *context)
{
    static const struct sse_stream_callbacks CALLBACKS = {
        .on_event = on_event, .on_alive = on_alive, .on_state = on_state, .on_closed = on_closed};
    struct catalyst_feed_machine *machine = context;
    CLEANUP(bytebuf_done) struct bytebuf url;
    bytebuf_init(&url, URL_MAXIMUM);
    bytebuf_printf(&url, "%s/api/v1/sovereign/cutover/events", catalyst_client_url(machine->options.client));
    struct sse_stream_options options = {.name = "cutover events", .url = bytebuf_text(&url),
                                         .identity = catalyst_client_identity(machine->options.client)};
    machine->stream = sse_stream_new(machine->options.thread, &options, &CALLBACKS, machine);
    probe(machine);
    plan_poll(machine);
}

struct catalyst_feed_machine *catalyst_feed_machine_new(const struct catalyst_feed_machine_options *options)
{
    struct catalyst_feed_machine *machine = alloc_new(struct catalyst_feed_machine);
    machine->options = *options;
    machine->alive_ms = machine->login_ms = -1;
    return machine;
}

void catalyst_feed_machine_start(struct catalyst_feed_machine *machine)
{
    feed_gate_enter(machine->options.gate);
    if (!http_thread_call(machine->options.thread, start_on_thread, machine))
        feed_gate_leave(machine->options.gate);
}

static void close_on_thread(void *context)
{
    struct catalyst_feed_machine *machine = context;
    int *timers[] = {&machine->probe_timer, &machine->poll_timer, &machine->soon_timer};
    for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
        http_thread_cancel_timer(machine->options.thread, *timers[i]);
        *timers[i] = 0;
    }
    machine->closing = true;
    if (machine->login != NULL) {
        machine->login->cancelled = true;
        unref_login(machine->login);
        machine->login = NULL;
    }
    if (machine->stream != NULL)
        sse_stream_close(machine->stream);
    for (size_t i = 0; i < CATALYST_FEED_QUESTION_COUNT; i++)
        if (machine->transfers[i] != 0)
            http_thread_cancel(machine->options.thread, machine->transfers[i]);
    leave_when_done(machine);
}

void catalyst_feed_machine_close(struct catalyst_feed_machine *machine)
{
    if (!http_thread_call(machine->options.thread, close_on_thread, machine))
        feed_gate_leave(machine->options.gate);
}

void catalyst_feed_machine_free(struct catalyst_feed_machine *machine)
{
    free(machine);
}

static void retry_on_thread(void *context)
{
    struct catalyst_feed_machine *machine = context;
    machine->login_ms = -1;
    ask(machine, CATALYST_FEED_QUESTION_HEALTH);
    ask_everything(machine);
}

void catalyst_feed_machine_retry(struct catalyst_feed_machine *machine)
{
    http_thread_call(machine->options.thread, retry_on_thread, machine);
}

static void refresh_on_thread(void *context)
{
    ask(context, CATALYST_FEED_QUESTION_CUTOVER);
}

void catalyst_feed_machine_refresh(struct catalyst_feed_machine *machine)
{
    http_thread_call(machine->options.thread, refresh_on_thread, machine);
}
