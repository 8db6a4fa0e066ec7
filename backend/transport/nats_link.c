/* The link's thread: connect, probe, look after the tails, say what changed; see nats_link.h. It alone changes the session and
 * reports states, so that states come in order whatever the library's threads do. */
#include "transport/nats_link.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "transport/nats_failure.h"
#include "transport/nats_link_inside.h"
#include "transport/nats_settings.h"

#define RECONNECT_WAIT_MS 1000
#define PROBE_MS 2000
#define REQUEST_WAIT_MS 2000
#define SILENT_PROBES_MAXIMUM 2
#define LIBRARY_CLOSE_MS 3000

void nats_link_poke(struct nats_link *link)
{
    pthread_mutex_lock(&link->lock);
    link->poked = true;
    pthread_cond_signal(&link->wake);
    pthread_mutex_unlock(&link->lock);
}

static void poke_callback(void *context)
{
    nats_link_poke(context);
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Only what is new is told: a server that stays away is tried every second. */
static void report(struct nats_link *link, enum nats_link_state state, const struct error *why)
{
    struct nats_link_status status = {.state = state, .status = why->status, .text = why->text};
    bool known = link->reported && link->state == state && strcmp(link->told.text, why->text) == 0;
    if (known)
        return;
    link->state = state;
    link->told = *why;
    link->reported = true;
    pthread_mutex_lock(&link->callback_lock);
    link->callbacks.on_state(link->context, &status);
    pthread_mutex_unlock(&link->callback_lock);
}

static void report_live(struct nats_link *link)
{
    struct error connected;
    char server[NATS_FAILURE_SERVER_MAX] = "the server";
    (void)nats_link_server(link, server, sizeof server);
    error_set(&connected, STATUS_OK, "connected to %s", server);
    link->silent_probes = 0;
    report(link, NATS_LINK_STATE_LIVE, &connected);
}

static void set_session(struct nats_link *link, struct nats_session *session)
{
    pthread_mutex_lock(&link->lock);
    link->session = session;
    pthread_mutex_unlock(&link->lock);
}

static void drop_session(struct nats_link *link)
{
    struct nats_session *session = link->session;
    nats_tail_suspend_all(link);
    set_session(link, NULL);
    nats_session_free(session);
}

static bool is_refusal(enum status status)
{
    return status == STATUS_UNAUTHENTICATED || status == STATUS_FORBIDDEN || status == STATUS_UNTRUSTED;
}

static void open_session(struct nats_link *link)
{
    natsStatus code = NATS_OK;
    char detail[300];
    struct error error;
    struct nats_session *session = nats_session_new(link->options, poke_callback, link, &code, detail, sizeof detail);
    if (session != NULL) {
        set_session(link, session);
        report_live(link);
        return;
    }
    nats_failure_connect(link->urls[0], code, detail, &error);
    report(link, is_refusal(error.status) ? NATS_LINK_STATE_REFUSED : NATS_LINK_STATE_CONNECTING, &error);
}

static void lose_session(struct nats_link *link)
{
    struct error error;
    natsStatus reason = link->session->reason;
    nats_failure_connect(link->urls[0], reason == NATS_NO_SERVER ? NATS_OK : reason, "", &error);
    drop_session(link);
    report(link, NATS_LINK_STATE_CONNECTING, &error);
}

/* A ping through the whole connection. Two in a row without an answer end it: the peer may be gone without a word. */
static void probe(struct nats_link *link)
{
    int64_t began_us = now_us();
    natsStatus s = natsConnection_FlushTimeout(link->session->connection, link->probe_ms);
    if (s == NATS_OK) {
        if (link->state == NATS_LINK_STATE_CONNECTING)
            report_live(link);
        link->silent_probes = 0;
        pthread_mutex_lock(&link->callback_lock);
        if (link->callbacks.on_alive != NULL)
            link->callbacks.on_alive(link->context, now_us() - began_us);
        pthread_mutex_unlock(&link->callback_lock);
        return;
    }
    if (nats_session_is_closed(link->session))
        return;
    struct error silent;
    char server[NATS_FAILURE_SERVER_MAX] = "the server";
    (void)nats_link_server(link, server, sizeof server);
    error_set(&silent, STATUS_TIMEOUT, "%s: no answer to a ping within %.1f s", server, (double)link->probe_ms / 1000);
    if (++link->silent_probes >= SILENT_PROBES_MAXIMUM)
        drop_session(link);
    report(link, NATS_LINK_STATE_CONNECTING, &silent);
}

/* Sleeps until `until_us`, or until poked or stopped. False when stopping. */
static bool rest(struct nats_link *link, int64_t until_us)
{
    struct timespec until = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};
    pthread_mutex_lock(&link->lock);
    bool late = false;
    while (!link->stopping && !link->poked && !late)
        late = pthread_cond_timedwait(&link->wake, &link->lock, &until) != 0;
    link->poked = false;
    bool stopping = link->stopping;
    pthread_mutex_unlock(&link->lock);
    return !stopping;
}

static int64_t reconnect_at_us(const struct nats_link *link)
{
    int64_t jitter_us = (int64_t)arc4random_uniform((uint32_t)link->reconnect_wait_ms * 200 + 1);
    return now_us() + link->reconnect_wait_ms * 1000 + jitter_us;
}

static void serve_session(struct nats_link *link)
{
    if (nats_session_is_closed(link->session)) {
        lose_session(link);
        return;
    }
    if (nats_session_is_lame_duck(link->session) && link->state == NATS_LINK_STATE_LIVE) {
        struct error draining;
        error_set(&draining, STATUS_OK, "the server is shutting down in good order; reconnecting when it is gone");
        report(link, NATS_LINK_STATE_DRAINING, &draining);
    }
    nats_tail_tend_all(link);
}

static void *run(void *argument)
{
    struct nats_link *link = argument;
    int64_t next_us = 0; /* of the next attempt to connect, or of the next probe */
    do {
        if (link->session != NULL)
            serve_session(link);
        bool due = now_us() >= next_us;
        if (link->session == NULL && due) {
            open_session(link);
            nats_tail_tend_all(link);
            next_us = link->session != NULL ? now_us() + link->probe_ms * 1000 : reconnect_at_us(link);
        } else if (link->session == NULL) {
            nats_tail_tend_all(link);
        } else if (due) {
            probe(link);
            next_us = link->session != NULL ? now_us() + link->probe_ms * 1000 : reconnect_at_us(link);
        }
    } while (rest(link, next_us));
    nats_tail_finish_all(link);
    if (link->session != NULL)
        drop_session(link);
    nats_ReleaseThreadMemory();
    return NULL;
}

static void copy_urls(struct nats_link *link, const char *const *urls)
{
    while (urls[link->url_count] != NULL)
        link->url_count++;
    link->urls = alloc_zeroed(link->url_count, sizeof *link->urls);
    for (size_t i = 0; i < link->url_count; i++)
        link->urls[i] = alloc_strdup(urls[i]);
}

static void create(struct nats_link *link)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_create(&link->thread, NULL, run, link);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setname_np(link->thread, "nats");
}

enum status nats_link_new(const struct nats_link_options *options, const struct nats_link_callbacks *callbacks, void *context,
                          struct nats_link **ret, struct error *err)
{
    natsOptions *settings = NULL;
    enum status status = nats_settings_new(options, &settings, err);
    if (status != STATUS_OK)
        return status;
    struct nats_link *link = alloc_new(struct nats_link);
    link->callbacks = *callbacks;
    link->context = context;
    link->options = settings;
    link->reconnect_wait_ms = options->reconnect_wait_ms > 0 ? options->reconnect_wait_ms : RECONNECT_WAIT_MS;
    link->probe_ms = options->probe_ms > 0 ? options->probe_ms : PROBE_MS;
    copy_urls(link, options->urls);
    pthread_mutex_init(&link->callback_lock, NULL);
    pthread_mutex_init(&link->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&link->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    create(link);
    *ret = link;
    return STATUS_OK;
}

void nats_link_free(struct nats_link *link)
{
    if (link == NULL)
        return;
    pthread_mutex_lock(&link->lock);
    link->stopping = true;
    pthread_cond_signal(&link->wake);
    pthread_mutex_unlock(&link->lock);
    pthread_join(link->thread, NULL);
    natsOptions_Destroy(link->options);
    for (size_t i = 0; i < link->url_count; i++)
        free(link->urls[i]);
    free(link->urls);
    pthread_cond_destroy(&link->wake);
    pthread_mutex_destroy(&link->lock);
    pthread_mutex_destroy(&link->callback_lock);
    free(link);
}

void nats_link_shutdown_library(void)
{
    nats_CloseAndWait(LIBRARY_CLOSE_MS);
}

/* --- questions ------------------------------------------------------------------------------------------------------ */

/* The link's session with its connection borrowed, or NULL. */
static struct nats_session *borrow(struct nats_link *link, natsConnection **ret)
{
    pthread_mutex_lock(&link->lock);
    struct nats_session *session = link->session;
    *ret = session != NULL ? nats_session_borrow(session) : NULL;
    pthread_mutex_unlock(&link->lock);
    return *ret != NULL ? session : NULL;
}

static enum status not_connected(const struct nats_link *link, struct error *err)
{
    char server[NATS_FAILURE_SERVER_MAX];
    nats_failure_server(link->urls[0], server);
    return error_set(err, STATUS_UNREACHABLE, "%s: not connected to NATS", server);
}

static natsStatus ask_streams(natsConnection *connection, const char *subject, char *name, size_t size, jsErrCode *js_code)
{
    jsOptions options;
    jsCtx *js = NULL;
    jsStreamNamesList *names = NULL;
    jsOptions_Init(&options);
    options.Wait = REQUEST_WAIT_MS;
    options.Stream.Info.SubjectsFilter = subject;
    natsStatus s = natsConnection_JetStream(&js, connection, &options);
    if (s == NATS_OK)
        s = js_StreamNames(&names, js, &options, js_code);
    if (s == NATS_OK && (names == NULL || names->Count == 0))
        s = NATS_NOT_FOUND;
    if (s == NATS_OK)
        snprintf(name, size, "%s", names->List[0]);
    jsStreamNamesList_Destroy(names);
    jsCtx_Destroy(js);
    return s;
}

enum status nats_link_find_stream(struct nats_link *link, const char *subject, char *name, size_t size, struct error *err)
{
    natsConnection *connection;
    struct nats_session *session = borrow(link, &connection);
    if (session == NULL)
        return not_connected(link, err);
    jsErrCode js_code = 0;
    natsStatus s = ask_streams(connection, subject, name, size, &js_code);
    nats_session_release(session);
    if (s == NATS_OK)
        return STATUS_OK;
    if (s == NATS_NOT_FOUND)
        return error_set(err, STATUS_NOT_FOUND, "no JetStream stream stores '%s'", subject);
    char what[200];
    snprintf(what, sizeof what, "looking for the stream of '%.120s'", subject);
    return nats_failure_request(what, s, js_code, err);
}

enum status nats_link_request(struct nats_link *link, const char *subject, struct span payload, int64_t timeout_ms, char **ret,
                              size_t *ret_length, struct error *err)
{
    natsConnection *connection;
    struct nats_session *session = borrow(link, &connection);
    if (session == NULL)
        return not_connected(link, err);
    natsMsg *reply = NULL;
    natsStatus s = natsConnection_Request(&reply, connection, subject, payload.data, (int)payload.length, timeout_ms);
    if (s == NATS_OK) {
        *ret_length = (size_t)natsMsg_GetDataLength(reply);
        *ret = alloc_zeroed(*ret_length + 1, 1);
        memcpy(*ret, natsMsg_GetData(reply), *ret_length);
    }
    natsMsg_Destroy(reply);
    nats_session_release(session);
    char what[200];
    snprintf(what, sizeof what, "asking '%.120s'", subject);
    return s == NATS_OK ? STATUS_OK : nats_failure_request(what, s, 0, err);
}

bool nats_link_server(struct nats_link *link, char *text, size_t size)
{
    natsConnection *connection;
    struct nats_session *session = borrow(link, &connection);
    if (session == NULL)
        return false;
    char url[NATS_FAILURE_SERVER_MAX], server[NATS_FAILURE_SERVER_MAX];
    natsStatus s = natsConnection_GetConnectedUrl(connection, url, sizeof url);
    nats_session_release(session);
    if (s != NATS_OK)
        return false;
    nats_failure_server(url, server);
    snprintf(text, size, "%s", server);
    return true;
}
