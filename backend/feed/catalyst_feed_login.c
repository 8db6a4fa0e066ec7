/* One request after the other, each with an anchor of its own, so that the answer of one given up finds nobody. */
#include "feed/catalyst_feed_login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "feed/feed_fetch.h"
#include "feed/feed_post.h"

#define URL_MAXIMUM 1024
#define BODY_MAXIMUM ((size_t)64 << 10)

struct catalyst_feed_login {
    struct catalyst_feed_login_options options;
    struct catalyst_login state;
    struct feed_anchor *anchor; /* NULL: nothing under way */
    uint64_t transfer;
    enum catalyst_login_call call;
    int64_t began_ms;
};

/* A request on its way: made on the UI thread, sent and answered on the HTTP thread, applied on the UI thread. */
struct errand {
    struct feed_anchor *anchor;
    struct inbox *inbox;
    struct http_thread *thread;
    struct catalyst_login login; /* as it was when the request was sent, then as the reply left it */
    enum catalyst_login_call call;
};

static void free_errand(void *data)
{
    struct errand *errand = data;
    catalyst_login_done(&errand->login);
    feed_anchor_unref(errand->anchor);
    free(errand);
}

/* ---- keeping the session ---- */

struct keeping {
    struct feed_anchor *anchor;
    struct inbox *inbox;
    struct catalyst_client *client;
    void (*kept)(void *context, const struct error *err);
    void *context;
    struct error error;
};

static void free_keeping(void *data)
{
    struct keeping *keeping = data;
    feed_anchor_unref(keeping->anchor);
    free(keeping);
}

static void apply_kept(void *owner, void *data)
{
    struct keeping *keeping = data;
    if (keeping->error.status != STATUS_OK && keeping->kept != NULL)
        keeping->kept(keeping->context, &keeping->error);
}

static void run_keep(void *data)
{
    struct keeping *keeping = data;
    catalyst_client_save_session(keeping->client, &keeping->error);
}

static void post_kept(void *data)
{
    struct keeping *keeping = data;
    struct feed_message message = {.apply = apply_kept, .dispose = free_keeping, .data = keeping, .size = sizeof *keeping};
    feed_post(keeping->anchor, keeping->inbox, &message);
}

static void keep(struct catalyst_feed_login *login)
{
    struct keeping *keeping = alloc_new(struct keeping);
    *keeping = (struct keeping){.anchor = feed_anchor_new(keeping), .inbox = login->options.inbox, .client = login->options.client,
                                .kept = login->options.kept, .context = login->options.context};
    worker_submit(login->options.worker, run_keep, post_kept, keeping);
}

/* ---- answers ---- */

static void let_go(struct catalyst_feed_login *login)
{
    if (login->anchor != NULL) {
        feed_anchor_mute(login->anchor);
        feed_anchor_unref(login->anchor);
    }
    login->anchor = NULL;
    login->transfer = 0;
}

static void apply_answer(void *owner, void *data)
{
    struct catalyst_feed_login *login = owner;
    struct errand *errand = data;
    let_go(login);
    catalyst_login_done(&login->state);
    login->state = errand->login;
    if (login->state.state == CATALYST_LOGIN_DONE) {
        catalyst_client_take_session(login->options.client, &login->state.session);
        catalyst_session_wipe(&login->state.session);
        keep(login);
    }
    login->options.answered(login->options.context);
}

static void on_reply(void *context, const struct feed_fetch_reply *reply)
{
    struct errand *errand = context;
    struct catalyst_login_reply told = {.status = reply->status, .text = reply->text, .code = reply->status == STATUS_OK ? reply->code : 0,
                                        .head = reply->head, .body = reply->body};
    catalyst_login_take(&errand->login, errand->call, &told);
    struct feed_message message = {.apply = apply_answer, .dispose = free_errand, .data = errand, .size = sizeof *errand};
    feed_post(errand->anchor, errand->inbox, &message);
}

/* ---- requests ---- */

static void send_request(struct catalyst_feed_login *login, enum catalyst_login_call call, const char *pin)
{
    CLEANUP(bytebuf_done) struct bytebuf url, body;
    if (catalyst_feed_login_is_busy(login))
        return;
    bytebuf_init(&url, URL_MAXIMUM);
    bytebuf_init(&body, URL_MAXIMUM);
    bytebuf_printf(&url, "%s%s", catalyst_client_url(login->options.client), catalyst_login_path(call));
    catalyst_login_body(&login->state, call, pin, &body);
    struct http_request request = {.method = "POST", .url = bytebuf_text(&url), .body = bytebuf_span(&body),
                                   .identity = catalyst_client_identity(login->options.client), .content_type = "application/json",
                                   .total_timeout_ms = CATALYST_LOGIN_TIMEOUT_MS, .maximum_body = BODY_MAXIMUM};
    struct errand *errand = alloc_new(struct errand);
    login->anchor = feed_anchor_new(login);
    *errand = (struct errand){.anchor = feed_anchor_ref(login->anchor), .inbox = login->options.inbox, .thread = login->options.thread,
                              .login = login->state, .call = call};
    login->call = call;
    login->began_ms = clock_monotonic_ms();
    login->state.status = STATUS_OK;
    login->state.text[0] = '\0';
    login->transfer = feed_fetch(login->options.thread, &request, on_reply, errand);
    explicit_bzero(body.data, body.length);
    if (login->transfer == 0) { /* the HTTP thread is stopping */
        free_errand(errand);
        let_go(login);
    }
}

struct catalyst_feed_login *catalyst_feed_login_new(const struct catalyst_feed_login_options *options, const char *email)
{
    struct catalyst_feed_login *login = alloc_new(struct catalyst_feed_login);
    login->options = *options;
    catalyst_login_init(&login->state, email);
    return login;
}

static void cancel(struct catalyst_feed_login *login)
{
    if (login->transfer != 0)
        http_thread_cancel(login->options.thread, login->transfer);
    let_go(login);
}

void catalyst_feed_login_free(struct catalyst_feed_login *login)
{
    if (login == NULL)
        return;
    cancel(login);
    catalyst_login_done(&login->state);
    free(login);
}

struct catalyst_login *catalyst_feed_login_state(struct catalyst_feed_login *login)
{
    return &login->state;
}

bool catalyst_feed_login_is_busy(const struct catalyst_feed_login *login)
{
    return login->anchor != NULL;
}

int64_t catalyst_feed_login_busy_ms(const struct catalyst_feed_login *login)
{
    return login->anchor != NULL ? clock_monotonic_ms() - login->began_ms : 0;
}

void catalyst_feed_login_issue(struct catalyst_feed_login *login)
{
    send_request(login, CATALYST_LOGIN_ISSUE, NULL);
}

void catalyst_feed_login_verify(struct catalyst_feed_login *login, const char *pin)
{
    send_request(login, CATALYST_LOGIN_VERIFY, pin);
}

void catalyst_feed_login_give_up(struct catalyst_feed_login *login)
{
    struct catalyst_login_reply none = {.status = STATUS_INTERRUPTED, .text = "The request was given up", .body = SPAN_EMPTY};
    if (!catalyst_feed_login_is_busy(login))
        return;
    cancel(login);
    catalyst_login_take(&login->state, login->call, &none);
}
