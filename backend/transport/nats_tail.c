/* Tails: one ordered consumer per connection and stream, made by the link's thread; see nats_tail.h. Where to start is decided
 * from the stream's own state each time, so that interruptions lose nothing the stream still holds, and what it no longer holds
 * is counted. */
#include "transport/nats_tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "transport/nats_failure.h"
#include "transport/nats_link_inside.h"

#define CHECK_MS 10000
#define RETRY_MS 2000
#define JETSTREAM_WAIT_MS 2000
#define PENDING_MESSAGES_MAXIMUM 4096
#define PENDING_BYTES_MAXIMUM (8 << 20)
#define LAST_MESSAGE_WAIT_S 5

struct nats_tail {
    struct nats_link *link;
    struct nats_tail *next;
    char *subject;
    uint64_t last;
    struct nats_tail_callbacks callbacks;
    void *context;
    atomic_bool closing;

    /* link's thread only */
    jsCtx *js;
    natsSubscription *subscription;
    char stream[128];
    int64_t created_ns; /* of the stream followed; 0: none yet */
    int64_t next_ms;    /* of the next attempt, or of the next look at the stream */
    enum nats_tail_state state;
    bool reported;

    /* between the link's thread and the dispatcher */
    pthread_mutex_t lock;
    pthread_cond_t completed;
    bool complete;           /* the subscription's last message has been delivered */
    uint64_t seen;           /* stream sequence of the last message; 0: none */
    uint64_t dropped_before; /* by earlier subscriptions */
    struct nats_tail_counters counters;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void report(struct nats_tail *tail, enum nats_tail_state state, enum status why, const char *text)
{
    if (tail->reported && tail->state == state && state != NATS_TAIL_STATE_FAILED)
        return;
    char stream[sizeof tail->stream];
    sanitize_line_into(stream, sizeof stream, tail->stream, strlen(tail->stream));
    struct nats_tail_status status = {.state = state, .status = why, .stream = stream, .text = text};
    tail->state = state;
    tail->reported = true;
    pthread_mutex_lock(&tail->link->callback_lock);
    tail->callbacks.on_state(tail->context, &status);
    pthread_mutex_unlock(&tail->link->callback_lock);
}

/* --- the library's side --------------------------------------------------------------------------------------------- */

static void take_message(natsConnection *connection, natsSubscription *subscription, natsMsg *raw, void *context)
{
    struct nats_tail *tail = context;
    jsMsgMetaData *about = NULL;
    if (natsMsg_GetMetaData(&about, raw) == NATS_OK && !atomic_load(&tail->closing)) {
        struct nats_tail_message message = {
            .subject = span_of(natsMsg_GetSubject(raw)),
            .payload = span_make(natsMsg_GetData(raw), (size_t)natsMsg_GetDataLength(raw)),
            .sequence = about->Sequence.Stream,
            .at_ms = about->Timestamp / 1000000,
            .pending = about->NumPending,
        };
        pthread_mutex_lock(&tail->lock);
        tail->seen = message.sequence;
        tail->counters.messages++;
        pthread_mutex_unlock(&tail->lock);
        pthread_mutex_lock(&tail->link->callback_lock);
        tail->callbacks.on_message(tail->context, &message);
        pthread_mutex_unlock(&tail->link->callback_lock);
    }
    jsMsgMetaData_Destroy(about);
    natsMsg_Destroy(raw);
}

static void note_complete(void *context)
{
    struct nats_tail *tail = context;
    pthread_mutex_lock(&tail->lock);
    tail->complete = true;
    pthread_cond_broadcast(&tail->completed);
    pthread_mutex_unlock(&tail->lock);
}

static void poll_dropped(struct nats_tail *tail)
{
    int64_t dropped = 0;
    if (tail->subscription == NULL || natsSubscription_GetDropped(tail->subscription, &dropped) != NATS_OK)
        return;
    pthread_mutex_lock(&tail->lock);
    tail->counters.dropped = tail->dropped_before + (uint64_t)dropped;
    pthread_mutex_unlock(&tail->lock);
}

/* Unsubscribing deletes the consumer on the server (destroying does not, since 3.4). Returns false when the library still has a
 * message under way after a long wait: then the tail's memory must stay. */
static bool unsubscribe(struct nats_tail *tail, bool connected)
{
    if (tail->subscription == NULL)
        return true;
    poll_dropped(tail);
    if (connected)
        natsSubscription_Unsubscribe(tail->subscription);
    else
        natsConnection_Close(tail->link->session->connection);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LAST_MESSAGE_WAIT_S;
    bool late = false;
    pthread_mutex_lock(&tail->lock);
    while (!tail->complete && !late)
        late = pthread_cond_timedwait(&tail->completed, &tail->lock, &until) != 0;
    tail->dropped_before = tail->counters.dropped;
    pthread_mutex_unlock(&tail->lock);
    natsSubscription_Destroy(tail->subscription);
    jsCtx_Destroy(tail->js);
    tail->subscription = NULL;
    tail->js = NULL;
    return !late;
}

/* --- where to start ------------------------------------------------------------------------------------------------- */

static uint64_t first_start(const struct nats_tail *tail, const jsStreamState *state)
{
    uint64_t after_last = state->LastSeq + 1;
    uint64_t wanted = after_last > tail->last ? after_last - tail->last : 1;
    uint64_t least = state->FirstSeq > 0 ? state->FirstSeq : 1;
    return tail->last == 0 || wanted > least ? wanted : least;
}

/* Sequence to start from; counts what is lost since the last time. */
static uint64_t choose_start(struct nats_tail *tail, const jsStreamInfo *info)
{
    const jsStreamState *state = &info->State;
    bool again = tail->created_ns != 0;
    bool same = again && tail->created_ns == info->Created && state->LastSeq >= tail->seen;
    pthread_mutex_lock(&tail->lock);
    uint64_t start = tail->seen + 1;
    if (!again || (same && tail->seen == 0)) {
        start = first_start(tail, state);
    } else if (!same) {
        tail->counters.restarts++;
        tail->seen = 0;
        start = state->FirstSeq > 0 ? state->FirstSeq : 1;
    } else if (state->FirstSeq > start) {
        tail->counters.gaps++;
        tail->counters.missing += state->FirstSeq - start;
        start = state->FirstSeq;
    }
    pthread_mutex_unlock(&tail->lock);
    tail->created_ns = info->Created;
    return start;
}

static natsStatus subscribe_from(struct nats_tail *tail, uint64_t start, jsErrCode *js_code)
{
    jsSubOptions options;
    jsSubOptions_Init(&options);
    options.Stream = tail->stream;
    options.Ordered = true;
    options.Config.DeliverPolicy = js_DeliverByStartSequence;
    options.Config.OptStartSeq = start;
    tail->complete = false;
    natsStatus s = js_Subscribe(&tail->subscription, tail->js, tail->subject, take_message, tail, NULL, &options, js_code);
    if (s == NATS_OK)
        s = natsSubscription_SetPendingLimits(tail->subscription, PENDING_MESSAGES_MAXIMUM, PENDING_BYTES_MAXIMUM);
    if (s == NATS_OK)
        s = natsSubscription_SetOnCompleteCB(tail->subscription, note_complete, tail);
    return s;
}

static natsStatus subscribe(struct nats_tail *tail, jsErrCode *js_code)
{
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = JETSTREAM_WAIT_MS;
    natsStatus s = natsConnection_JetStream(&tail->js, tail->link->session->connection, &options);
    jsStreamInfo *info = NULL;
    if (s == NATS_OK)
        s = js_GetStreamInfo(&info, tail->js, tail->stream, NULL, js_code);
    if (s == NATS_OK)
        s = subscribe_from(tail, choose_start(tail, info), js_code);
    jsStreamInfo_Destroy(info);
    if (s != NATS_OK && tail->subscription == NULL) {
        jsCtx_Destroy(tail->js);
        tail->js = NULL;
    }
    return s;
}

/* --- looking after -------------------------------------------------------------------------------------------------- */

static void try_follow(struct nats_tail *tail)
{
    struct error error = {0};
    jsErrCode js_code = 0;
    tail->next_ms = now_ms() + RETRY_MS;
    enum status status = nats_link_find_stream(tail->link, tail->subject, tail->stream, sizeof tail->stream, &error);
    if (status != STATUS_OK) {
        tail->stream[0] = '\0';
        bool none = status == STATUS_NOT_FOUND || status == STATUS_UNSUPPORTED;
        report(tail, none ? NATS_TAIL_STATE_NO_STREAM : NATS_TAIL_STATE_FAILED, status, error.text);
        return;
    }
    natsStatus s = subscribe(tail, &js_code);
    if (s == NATS_OK) {
        tail->next_ms = now_ms() + CHECK_MS;
        report(tail, NATS_TAIL_STATE_LIVE, STATUS_OK, "");
        return;
    }
    char what[300];
    snprintf(what, sizeof what, "following '%.100s' in stream '%.100s'", tail->subject, tail->stream);
    nats_failure_request(what, s, js_code, &error);
    report(tail, NATS_TAIL_STATE_FAILED, error.status, error.text);
}

/* The stream may have been deleted or made anew under us; the library would wait for sequences that never come. */
static void check_stream(struct nats_tail *tail)
{
    jsErrCode js_code = 0;
    jsStreamInfo *info = NULL;
    tail->next_ms = now_ms() + CHECK_MS;
    natsStatus s = js_GetStreamInfo(&info, tail->js, tail->stream, NULL, &js_code);
    bool gone = s == NATS_NOT_FOUND || (s == NATS_OK && info->Created != tail->created_ns);
    jsStreamInfo_Destroy(info);
    poll_dropped(tail);
    if (!gone)
        return;
    (void)unsubscribe(tail, true);
    try_follow(tail);
}

static void tend(struct nats_tail *tail)
{
    if (tail->link->session == NULL || nats_session_is_closed(tail->link->session)) {
        report(tail, NATS_TAIL_STATE_WAITING, STATUS_UNREACHABLE, "not connected to NATS");
        return;
    }
    if (now_ms() < tail->next_ms)
        return;
    if (tail->subscription == NULL)
        try_follow(tail);
    else
        check_stream(tail);
}

static void unlink_tail(struct nats_tail *tail)
{
    pthread_mutex_lock(&tail->link->lock);
    struct nats_tail **at = &tail->link->tails;
    while (*at != tail)
        at = &(*at)->next;
    *at = tail->next;
    pthread_mutex_unlock(&tail->link->lock);
}

static void finish(struct nats_tail *tail)
{
    struct nats_session *session = tail->link->session;
    bool safe = unsubscribe(tail, session != NULL && !nats_session_is_closed(session));
    unlink_tail(tail);
    pthread_mutex_lock(&tail->link->callback_lock);
    if (tail->callbacks.on_closed != NULL)
        tail->callbacks.on_closed(tail->context);
    pthread_mutex_unlock(&tail->link->callback_lock);
    if (!safe)
        return;
    pthread_cond_destroy(&tail->completed);
    pthread_mutex_destroy(&tail->lock);
    free(tail->subject);
    free(tail);
}

static struct nats_tail *first_tail(struct nats_link *link)
{
    pthread_mutex_lock(&link->lock);
    struct nats_tail *tail = link->tails;
    pthread_mutex_unlock(&link->lock);
    return tail;
}

static struct nats_tail *next_tail(struct nats_tail *tail)
{
    pthread_mutex_lock(&tail->link->lock);
    struct nats_tail *next = tail->next;
    pthread_mutex_unlock(&tail->link->lock);
    return next;
}

/* New tails are put in front, and only this thread takes tails out: walking is safe without the lock held. */
void nats_tail_tend_all(struct nats_link *link)
{
    for (struct nats_tail *tail = first_tail(link), *next; tail != NULL; tail = next) {
        next = next_tail(tail);
        if (atomic_load(&tail->closing))
            finish(tail);
        else
            tend(tail);
    }
}

void nats_tail_suspend_all(struct nats_link *link)
{
    for (struct nats_tail *tail = first_tail(link); tail != NULL; tail = next_tail(tail)) {
        (void)unsubscribe(tail, false);
        tail->next_ms = 0;
        report(tail, NATS_TAIL_STATE_WAITING, STATUS_UNREACHABLE, "not connected to NATS");
    }
}

void nats_tail_finish_all(struct nats_link *link)
{
    for (struct nats_tail *tail; (tail = first_tail(link)) != NULL;) {
        atomic_store(&tail->closing, true);
        finish(tail);
    }
}

/* --- public --------------------------------------------------------------------------------------------------------- */

struct nats_tail *nats_tail_new(struct nats_link *link, const char *subject, uint64_t last,
                                const struct nats_tail_callbacks *callbacks, void *context)
{
    struct nats_tail *tail = alloc_new(struct nats_tail);
    tail->link = link;
    tail->subject = alloc_strdup(subject);
    tail->last = last;
    tail->callbacks = *callbacks;
    tail->context = context;
    pthread_mutex_init(&tail->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&tail->completed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_lock(&link->lock);
    tail->next = link->tails;
    link->tails = tail;
    pthread_mutex_unlock(&link->lock);
    nats_link_poke(link);
    return tail;
}

void nats_tail_close(struct nats_tail *tail)
{
    struct nats_link *link = tail->link;
    atomic_store(&tail->closing, true);
    nats_link_poke(link);
}

struct nats_tail_counters nats_tail_counters(struct nats_tail *tail)
{
    pthread_mutex_lock(&tail->lock);
    struct nats_tail_counters counters = tail->counters;
    pthread_mutex_unlock(&tail->lock);
    return counters;
}
