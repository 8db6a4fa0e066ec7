/* When a tail subscribes, and in which streams; see nats_tail.h. A tail without a stream of its own is a leader: it looks for the
 * streams that store the subject, has one follower for each, and speaks for them. Runs on the link's thread. */
#include "transport/nats_tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "transport/nats_tail_inside.h"

#define CHECK_MS 10000
#define RETRY_MS 2000

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct nats_tail *nats_tail_root(struct nats_tail *tail)
{
    return tail->leader != NULL ? tail->leader : tail;
}

/* Keeps the state; tells it to the owner, when it is a leader's or a lone one's and new. */
static void report_streams(struct nats_tail *tail, enum nats_tail_state state, enum status why, const char *streams, const char *text)
{
    bool known = tail->reported && tail->state == state && strcmp(tail->text, text) == 0;
    tail->state = state;
    tail->status = why;
    tail->reported = true;
    snprintf(tail->text, sizeof tail->text, "%s", text);
    if (known || tail->leader != NULL)
        return;
    char shown[ERROR_TEXT_MAX];
    sanitize_line_into(shown, sizeof shown, streams, strlen(streams));
    struct nats_tail_status status = {.state = state, .status = why, .stream = shown, .text = text};
    pthread_mutex_lock(&tail->link->callback_lock);
    if (!tail->link->muted && !tail->parted)
        tail->callbacks.on_state(tail->context, &status);
    pthread_mutex_unlock(&tail->link->callback_lock);
}

static void report(struct nats_tail *tail, enum nats_tail_state state, enum status why, const char *text)
{
    report_streams(tail, state, why, tail->stream, text);
}

static enum nats_tail_state state_of(enum status status)
{
    if (status == STATUS_NOT_FOUND || status == STATUS_UNSUPPORTED)
        return NATS_TAIL_STATE_NO_STREAM;
    return status == STATUS_FORBIDDEN ? NATS_TAIL_STATE_DENIED : NATS_TAIL_STATE_FAILED;
}

/* --- following one stream ------------------------------------------------------------------------------------------- */

static void follow(struct nats_tail *tail)
{
    struct error error = {0};
    enum status status = nats_tail_subscription_open(tail, &error);
    tail->next_ms = now_ms() + (status == STATUS_OK ? CHECK_MS : RETRY_MS);
    if (status == STATUS_OK)
        report(tail, NATS_TAIL_STATE_LIVE, STATUS_OK, "");
    else
        report(tail, state_of(status), status, error.text);
}

/* The stream may have been deleted or made anew under us; the library would wait for sequences that never come. */
static void check(struct nats_tail *tail)
{
    tail->next_ms = now_ms() + CHECK_MS;
    if (nats_tail_subscription_check(tail) != STATUS_NOT_FOUND)
        return;
    (void)nats_tail_subscription_close(tail, true);
    follow(tail);
}

/* Denials come any time after the subscription: of its subject, or of the inbox it delivers to. */
static bool is_denied(struct nats_tail *tail, char *text, size_t size)
{
    char inbox[160];
    snprintf(inbox, sizeof inbox, "%.150s.>", tail->link->inbox_prefix);
    const char *subject = tail->js != NULL ? inbox : tail->subject;
    if (tail->subscription == NULL || !nats_session_is_denied(tail->link->session, false, subject))
        return false;
    snprintf(text, size, "the server does not permit subscribing to '%.200s'", subject);
    return true;
}

static void tend_one(struct nats_tail *tail)
{
    char denied[ERROR_TEXT_MAX], clean[ERROR_TEXT_MAX];
    nats_tail_subscription_count_dropped(tail);
    if (is_denied(tail, denied, sizeof denied) && tail->state != NATS_TAIL_STATE_DENIED) {
        sanitize_line_into(clean, sizeof clean, denied, strlen(denied));
        report(tail, NATS_TAIL_STATE_DENIED, STATUS_FORBIDDEN, clean);
    }
    if (now_ms() < tail->next_ms)
        return;
    if (tail->subscription == NULL)
        follow(tail);
    else
        check(tail);
}

/* --- leading -------------------------------------------------------------------------------------------------------- */

static void add_to_link(struct nats_tail *tail)
{
    pthread_mutex_lock(&tail->link->lock);
    tail->next = tail->link->tails;
    tail->link->tails = tail;
    pthread_mutex_unlock(&tail->link->lock);
}

static struct nats_tail *create(struct nats_link *link, const char *subject)
{
    struct nats_tail *tail = alloc_new(struct nats_tail);
    tail->link = link;
    tail->subject = alloc_strdup(subject);
    pthread_mutex_init(&tail->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&tail->completed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return tail;
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

static struct nats_tail *find_follower(struct nats_tail *leader, const char *stream)
{
    for (struct nats_tail *tail = first_tail(leader->link); tail != NULL; tail = next_tail(tail))
        if (tail->leader == leader && strcmp(tail->stream, stream) == 0)
            return tail;
    return NULL;
}

static void add_follower(struct nats_tail *leader, const char *stream)
{
    struct nats_tail *tail = create(leader->link, leader->subject);
    tail->leader = leader;
    tail->one_stream = true;
    tail->start = leader->start;
    tail->last = leader->last;
    tail->with_headers = leader->with_headers;
    snprintf(tail->stream, sizeof tail->stream, "%s", stream);
    add_to_link(tail);
    follow(tail);
}

/* One word for all followers: the worst state, or live with the names of the streams. */
static void report_followers(struct nats_tail *leader)
{
    char names[ERROR_TEXT_MAX] = "";
    const struct nats_tail *worst = NULL;
    for (struct nats_tail *tail = first_tail(leader->link); tail != NULL; tail = next_tail(tail)) {
        if (tail->leader != leader || atomic_load(&tail->closing))
            continue;
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "", tail->stream);
        if (tail->state != NATS_TAIL_STATE_LIVE)
            worst = tail;
    }
    if (worst != NULL)
        report_streams(leader, worst->state, worst->status, names, worst->text);
    else if (names[0] != '\0')
        report_streams(leader, NATS_TAIL_STATE_LIVE, STATUS_OK, names, "");
}

static void go_core(struct nats_tail *leader, const struct error *why)
{
    struct error error = {0};
    char text[ERROR_TEXT_MAX];
    bool open = leader->subscription != NULL || nats_tail_subscription_open_core(leader, &error) == STATUS_OK;
    if (!open) {
        report(leader, NATS_TAIL_STATE_FAILED, error.status, error.text);
    } else if (leader->state != NATS_TAIL_STATE_DENIED) {
        snprintf(text, sizeof text, "%.400s; only what is published from now on is seen", why->text);
        report_streams(leader, NATS_TAIL_STATE_CORE, why->status, "", text);
    }
}

/* Asks which streams there are, and has a follower for each. Followers of streams that are gone end. */
static void look_for_streams(struct nats_tail *leader)
{
    struct error error = {0};
    char(*names)[NATS_LINK_STREAM_NAME_MAX] = alloc_zeroed(NATS_TAIL_STREAMS_MAX, sizeof *names);
    size_t count = 0;
    enum status status = nats_link_find_streams(leader->link, leader->subject, names, NATS_TAIL_STREAMS_MAX, &count, &error);
    leader->next_ms = now_ms() + (status == STATUS_OK ? CHECK_MS : RETRY_MS);
    if (status == STATUS_OK && leader->subscription != NULL)
        (void)nats_tail_subscription_close(leader, true);
    bool sure = status == STATUS_OK || status == STATUS_NOT_FOUND;
    for (struct nats_tail *tail = first_tail(leader->link); sure && tail != NULL; tail = next_tail(tail)) {
        bool kept = tail->leader != leader;
        for (size_t i = 0; i < count && !kept; i++)
            kept = strcmp(names[i], tail->stream) == 0;
        if (!kept)
            atomic_store(&tail->closing, true);
    }
    for (size_t i = 0; i < count; i++)
        if (find_follower(leader, names[i]) == NULL)
            add_follower(leader, names[i]);
    free(names);
    if (status == STATUS_OK)
        report_followers(leader);
    else if (leader->core && status != STATUS_UNREACHABLE)
        go_core(leader, &error);
    else
        report_streams(leader, state_of(status), status, "", error.text);
}

static void tend_leader(struct nats_tail *leader)
{
    char denied[ERROR_TEXT_MAX];
    nats_tail_subscription_count_dropped(leader);
    if (is_denied(leader, denied, sizeof denied) && leader->state != NATS_TAIL_STATE_DENIED)
        report(leader, NATS_TAIL_STATE_DENIED, STATUS_FORBIDDEN, denied);
    if (now_ms() >= leader->next_ms)
        look_for_streams(leader);
    else if (leader->subscription == NULL)
        report_followers(leader);
}

static void tend(struct nats_tail *tail)
{
    if (tail->link->session == NULL || nats_session_is_closed(tail->link->session))
        report(tail, NATS_TAIL_STATE_WAITING, STATUS_UNREACHABLE, "not connected to NATS");
    else if (tail->one_stream)
        tend_one(tail);
    else
        tend_leader(tail);
}

/* --- ending --------------------------------------------------------------------------------------------------------- */

static void unlink_tail(struct nats_tail *tail)
{
    pthread_mutex_lock(&tail->link->lock);
    struct nats_tail **at = &tail->link->tails;
    while (*at != tail)
        at = &(*at)->next;
    *at = tail->next;
    pthread_mutex_unlock(&tail->link->lock);
}

static bool is_led(struct nats_tail *leader)
{
    for (struct nats_tail *tail = first_tail(leader->link); tail != NULL; tail = next_tail(tail))
        if (tail->leader == leader) {
            atomic_store(&tail->closing, true);
            return true;
        }
    return false;
}

static void finish(struct nats_tail *tail)
{
    struct nats_session *session = tail->link->session;
    bool safe = nats_tail_subscription_close(tail, session != NULL && !nats_session_is_closed(session));
    unlink_tail(tail);
    pthread_mutex_lock(&tail->link->callback_lock);
    if (tail->leader == NULL && !tail->parted && tail->callbacks.on_closed != NULL)
        tail->callbacks.on_closed(tail->context);
    tail->parted = true;
    pthread_mutex_unlock(&tail->link->callback_lock);
    if (!safe)
        return;
    pthread_cond_destroy(&tail->completed);
    pthread_mutex_destroy(&tail->lock);
    free(tail->subject);
    free(tail);
}

static void finish_followers(struct nats_tail *leader)
{
    while (is_led(leader))
        for (struct nats_tail *tail = first_tail(leader->link), *next; tail != NULL; tail = next) {
            next = next_tail(tail);
            if (tail->leader == leader)
                finish(tail);
        }
}

/* New tails are put in front, and only this thread takes tails out: walking is safe without the lock held. Ending a leader takes
 * out others, so the walk begins again. */
void nats_tail_tend_all(struct nats_link *link)
{
    struct nats_tail *tail = first_tail(link);
    while (tail != NULL) {
        struct nats_tail *next = next_tail(tail);
        bool closing = atomic_load(&tail->closing);
        if (closing && tail->leader == NULL) {
            finish_followers(tail);
            finish(tail);
            next = first_tail(link);
        } else if (closing) {
            finish(tail);
        } else {
            tend(tail);
        }
        tail = next;
    }
}

void nats_tail_suspend_all(struct nats_link *link)
{
    for (struct nats_tail *tail = first_tail(link); tail != NULL; tail = next_tail(tail)) {
        (void)nats_tail_subscription_close(tail, false);
        tail->next_ms = 0;
        report(tail, NATS_TAIL_STATE_WAITING, STATUS_UNREACHABLE, "not connected to NATS");
    }
}

void nats_tail_finish_all(struct nats_link *link)
{
    for (struct nats_tail *tail = first_tail(link); tail != NULL; tail = first_tail(link)) {
        if (tail->leader == NULL)
            finish_followers(tail);
        finish(tail);
    }
}

void nats_tail_part_all(struct nats_link *link)
{
    for (struct nats_tail *tail = first_tail(link); tail != NULL; tail = next_tail(tail)) {
        if (tail->leader == NULL && !tail->parted && tail->callbacks.on_closed != NULL)
            tail->callbacks.on_closed(tail->context);
        tail->parted = true;
    }
}

/* --- public --------------------------------------------------------------------------------------------------------- */

struct nats_tail *nats_tail_new(struct nats_link *link, const struct nats_tail_options *options,
                                const struct nats_tail_callbacks *callbacks, void *context)
{
    struct nats_tail *tail = create(link, options->subject);
    tail->start = options->start;
    tail->last = options->last;
    tail->core = options->core;
    tail->with_headers = options->with_headers;
    tail->one_stream = options->stream != NULL;
    snprintf(tail->stream, sizeof tail->stream, "%s", options->stream != NULL ? options->stream : "");
    tail->callbacks = *callbacks;
    tail->context = context;
    add_to_link(tail);
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
