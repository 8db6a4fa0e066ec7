/* Questions are rows of a table; at most one of each is under way. The events stream says that something changed, GET status
 * says what: events are replayed, repeated and lost (contract 3.3), so they never change the store by themselves. */
#include "feed/catalyst_feed_machine.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "feed/catalyst_feed_stream.h"
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
    unsigned login;  /* number of the login it was sent with */
    const char *url; /* host it was sent to */
    bool by_version; /* HEALTH: asked for the version, not for /healthz */
};

struct catalyst_feed_machine {
    struct catalyst_feed_machine_options options;
    struct asking asking[CATALYST_FEED_QUESTION_COUNT];
    uint64_t transfers[CATALYST_FEED_QUESTION_COUNT]; /* 0: not under way */
    struct catalyst_feed_stream *stream; /* NULL before the start and after the close */
    struct login *login; /* NULL: none under way */
    unsigned logins;     /* that gave a token, or another identity */
    bool refused[CATALYST_FEED_QUESTION_COUNT]; /* 401 was the last word */
    char first_text[256]; /* why the first host of this round was left; "" */
    char deployment_id[64];
    int probe_timer, poll_timer, soon_timer;
    int64_t probe_began_ms, alive_ms, login_ms;
    bool asks_again; /* the cutover's status under way may be older than what was done */
    bool is_up, is_running, has_hopped, saw_expiry, closing, left;
};

static void ask(struct catalyst_feed_machine *machine, enum catalyst_feed_question question);
static void renew(struct catalyst_feed_machine *machine);

static const char *const PATHS[] = {
    [CATALYST_FEED_QUESTION_HEALTH] = "health",
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
    snprintf(copy->url, sizeof copy->url, "%s", catalyst_client_url(machine->options.client));
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
            renew(machine);
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
    if (machine->refused[CATALYST_FEED_QUESTION_WHOAMI]) /* a token file may have changed */
        ask(machine, CATALYST_FEED_QUESTION_WHOAMI);
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
    ask(machine, CATALYST_FEED_QUESTION_RECONCILERS);
    if (machine->stream != NULL && catalyst_feed_stream_is_refused(machine->stream))
        catalyst_feed_stream_reopen(machine->stream);
}

static void renew(struct catalyst_feed_machine *machine)
{
    machine->logins++;
    machine->saw_expiry = false;
    ask_everything(machine);
}

static void probe(void *context)
{
    struct catalyst_feed_machine *machine = context;
    machine->probe_timer = 0;
    machine->probe_began_ms = clock_monotonic_ms();
    machine->has_hopped = false;
    machine->first_text[0] = '\0';
    ask(machine, CATALYST_FEED_QUESTION_HEALTH);
    if (catalyst_client_login_is_due(machine->options.client))
        log_in(machine);
    if (!machine->saw_expiry && catalyst_client_is_expired(machine->options.client)) { /* the server's word decides */
        machine->saw_expiry = true;
        ask(machine, CATALYST_FEED_QUESTION_WHOAMI);
        ask(machine, CATALYST_FEED_QUESTION_CUTOVER);
    }
}

/* ---- hosts */

/* Another host is in use: everything that was going to the old one goes there. */
static void follow_host(struct catalyst_feed_machine *machine)
{
    if (machine->stream != NULL)
        catalyst_feed_stream_rehost(machine->stream);
    ask_everything(machine);
}

/* A failed probe, or a probe answered by something else. True: asked again elsewhere, the answer is not to be told. */
static bool seek_health(struct catalyst_feed_machine *machine, const struct asking *asking, struct catalyst_feed_answer *answer,
                        enum catalyst_host_word word)
{
    struct catalyst_hosts *hosts = catalyst_client_hosts(machine->options.client);
    if (word != CATALYST_HOST_SILENT && !asking->by_version && answer->status != STATUS_OK) {
        catalyst_hosts_distrust_health(hosts, asking->url); /* the browser's, not catalyst-api's */
        ask(machine, CATALYST_FEED_QUESTION_HEALTH);
        return true;
    }
    if (!asking->by_version && answer->status == STATUS_OK)
        return false; /* alive; who serves is told by the other answers */
    bool had_served = catalyst_hosts_has_served(hosts, asking->url);
    if (!catalyst_hosts_note(hosts, asking->url, word, answer->text)) {
        if (word != CATALYST_HOST_SERVES && machine->first_text[0] != '\0')
            snprintf(answer->text, sizeof answer->text, "%s", machine->first_text);
        return false;
    }
    bool first = !machine->has_hopped;
    machine->has_hopped = true;
    if (!first) {
        snprintf(answer->text, sizeof answer->text, "%s", machine->first_text);
        return false;
    }
    snprintf(machine->first_text, sizeof machine->first_text, "%s", answer->text);
    follow_host(machine);
    machine->probe_began_ms = clock_monotonic_ms();
    ask(machine, CATALYST_FEED_QUESTION_HEALTH);
    return !had_served;
}

/* True: something else answered there, and another host is asked now. */
static bool seek_answer(struct catalyst_feed_machine *machine, const struct asking *asking, const struct catalyst_feed_answer *answer,
                        enum catalyst_host_word word)
{
    struct catalyst_hosts *hosts = catalyst_client_hosts(machine->options.client);
    if (word == CATALYST_HOST_SILENT || asking->question == CATALYST_FEED_QUESTION_RECONCILERS)
        return false; /* silence is the probe's matter; a 404 about one deployment says nothing about the host */
    if (!catalyst_hosts_note(hosts, asking->url, word, answer->text))
        return false;
    follow_host(machine);
    return true;
}

/* False: the answer says nothing (a slow reply while bytes keep coming). */
static bool conclude_health(struct catalyst_feed_machine *machine, const struct catalyst_feed_answer *answer)
{
    http_thread_cancel_timer(machine->options.thread, machine->probe_timer);
    bool at_once = answer->status == STATUS_TIMEOUT && machine->alive_ms >= machine->probe_began_ms; /* as a region's probe */
    machine->probe_timer = http_thread_add_timer(machine->options.thread, at_once ? 0 : CATALYST_FEED_PROBE_MS, probe, machine);
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
        if (machine->stream != NULL) /* the server closes it after an end; it is opened again while a run is on (contract 3.3) */
            catalyst_feed_stream_note_run(machine->stream, machine->is_running);
        plan_poll(machine);
        break;
    default: break;
    }
    bool is_stale = machine->asking[answer->question].login != machine->logins; /* a login overtook it */
    machine->refused[answer->question] = answer->status == STATUS_UNAUTHENTICATED;
    if (good && answer->question == CATALYST_FEED_QUESTION_CUTOVER && machine->refused[CATALYST_FEED_QUESTION_WHOAMI])
        ask_everything(machine); /* accepted again: a token file was renewed */
    if (answer->status == STATUS_UNAUTHENTICATED && is_stale)
        ask(machine, answer->question);
    else if (answer->status == STATUS_UNAUTHENTICATED)
        log_in(machine);
}

/* The sentence for a 401, a login page or a redirect to one. */
static void explain_denial(const struct catalyst_feed_machine *machine, int code, struct span body, struct catalyst_feed_answer *answer)
{
    char denial[200];
    catalyst_client_explain_denial(machine->options.client, denial, sizeof denial);
    snprintf(answer->text, sizeof answer->text, "%s%s", denial,
             catalyst_client_is_page(code, body) ? "; a login page answers instead of catalyst-api" : "");
}

static void read_answer(struct catalyst_feed_machine *machine, const struct feed_fetch_reply *reply, struct catalyst_feed_answer *answer)
{
    struct error err = {0};
    const char *what = PATHS[answer->question];
    if (reply->status != STATUS_OK)
        error_set(&err, reply->status, "%s", reply->text);
    else if (reply->code / 100 != 2 || catalyst_client_is_page(reply->code, reply->body))
        catalyst_client_explain(what, reply->code, reply->body, &err);
    else
        read_reply(answer, reply->body, &err);
    answer->status = err.status;
    snprintf(answer->text, sizeof answer->text, "%s", err.text);
    snprintf(answer->protocol, sizeof answer->protocol, "%s", reply->protocol);
}

static void on_reply(void *context, const struct feed_fetch_reply *reply)
{
    struct asking asking = *(struct asking *)context; /* a new question may take the place */
    struct catalyst_feed_machine *machine = asking.machine;
    bool is_health = asking.question == CATALYST_FEED_QUESTION_HEALTH;
    machine->transfers[asking.question] = 0;
    if (machine->closing) {
        leave_when_done(machine);
        return;
    }
    struct catalyst_feed_answer answer = {.question = asking.question, .latency_ms = reply->total_ms};
    read_answer(machine, reply, &answer);
    enum catalyst_host_word word = catalyst_hosts_judge(reply->status == STATUS_OK ? reply->code : 0, reply->content_type, reply->body);
    if (is_health ? seek_health(machine, &asking, &answer, word) : seek_answer(machine, &asking, &answer, word))
        return;
    if (answer.status == STATUS_UNAUTHENTICATED)
        explain_denial(machine, reply->code, reply->body, &answer);
    bool counts = !is_health || conclude_health(machine, &answer);
    conclude(machine, &answer);
    if (asking.question == CATALYST_FEED_QUESTION_CUTOVER && machine->asks_again) {
        machine->asks_again = false;
        ask(machine, CATALYST_FEED_QUESTION_CUTOVER);
    }
    if (counts && !post(machine, &answer) && !is_health)
        ask_soon(machine);
}

static void ask(struct catalyst_feed_machine *machine, enum catalyst_feed_question question)
{
    bool needs_id = question == CATALYST_FEED_QUESTION_RECONCILERS;
    if (machine->closing || machine->transfers[question] != 0 || (needs_id && machine->deployment_id[0] == '\0'))
        return;
    CLEANUP(bytebuf_done) struct bytebuf url;
    bytebuf_init(&url, URL_MAXIMUM);
    const char *base = catalyst_client_url(machine->options.client);
    struct catalyst_hosts *hosts = catalyst_client_hosts(machine->options.client);
    bool is_health = question == CATALYST_FEED_QUESTION_HEALTH;
    bytebuf_printf(&url, "%s%s", base, is_health ? catalyst_hosts_health_path(hosts) : PATHS[question]);
    if (needs_id) {
        http_url_append_escaped(&url, span_of(machine->deployment_id));
        bytebuf_append_text(&url, "/reconcilers");
    }
    int64_t timeout_ms = is_health ? PROBE_TIMEOUT_MS : QUESTION_TIMEOUT_MS;
    struct http_request request = {.url = bytebuf_text(&url), .identity = catalyst_client_identity(machine->options.client),
                                   .accept = is_health ? "*/*" : NULL,
                                   .connect_timeout_ms = timeout_ms, .total_timeout_ms = timeout_ms};
    machine->asking[question] = (struct asking){machine, question, machine->logins, base,
                                                is_health && strcmp(catalyst_hosts_health_path(hosts), "/healthz") != 0};
    machine->transfers[question] = feed_fetch(machine->options.thread, &request, on_reply, &machine->asking[question]);
}

/* ---- events */

static bool told(void *context, const struct catalyst_event *event)
{
    struct catalyst_feed_machine *machine = context;
    struct catalyst_event *copy = alloc_new(struct catalyst_event);
    *copy = *event;
    struct feed_message message = {.apply = machine->options.happened, .data = copy, .size = sizeof *copy};
    return feed_post(machine->options.anchor, machine->options.inbox, &message);
}

static void changed(void *context)
{
    ask_soon(context);
}

static void alive(void *context)
{
    struct catalyst_feed_machine *machine = context;
    machine->alive_ms = clock_monotonic_ms();
}

/* A refusal here may be the first that is seen of a session's end: the other questions find out. */
static void standing(void *context, enum status status, const char *text)
{
    struct catalyst_feed_machine *machine = context;
    struct catalyst_feed_answer answer = {.question = CATALYST_FEED_QUESTION_EVENTS, .status = status};
    snprintf(answer.text, sizeof answer.text, "%s", text);
    post(machine, &answer);
    if (status == STATUS_UNAUTHENTICATED && !machine->refused[CATALYST_FEED_QUESTION_WHOAMI])
        ask(machine, CATALYST_FEED_QUESTION_WHOAMI);
    if (status == STATUS_UNAUTHENTICATED)
        log_in(machine);
}

static void closed(void *context)
{
    struct catalyst_feed_machine *machine = context;
    machine->stream = NULL;
    leave_when_done(machine);
}

/* ---- life */

static void start_on_thread(void *context)
{
    static const struct catalyst_feed_stream_callbacks CALLBACKS = {
        .told = told, .changed = changed, .alive = alive, .standing = standing, .closed = closed};
    struct catalyst_feed_machine *machine = context;
    machine->stream = catalyst_feed_stream_new(machine->options.thread, machine->options.client, &CALLBACKS, machine);
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
        catalyst_feed_stream_close(machine->stream);
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
    struct catalyst_feed_machine *machine = context;
    machine->asks_again = machine->transfers[CATALYST_FEED_QUESTION_CUTOVER] != 0;
    ask(machine, CATALYST_FEED_QUESTION_CUTOVER);
}

void catalyst_feed_machine_refresh(struct catalyst_feed_machine *machine)
{
    http_thread_call(machine->options.thread, refresh_on_thread, machine);
}

static void renew_on_thread(void *context)
{
    renew(context);
}

void catalyst_feed_machine_renew(struct catalyst_feed_machine *machine)
{
    http_thread_call(machine->options.thread, renew_on_thread, machine);
}
