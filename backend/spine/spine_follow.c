/* The queue between a tail's threads and the UI thread; see spine_follow.h. The tail holds one reference, its owner another: the
 * tail's last callback may come after the owner has left. */
#include "spine/spine_follow.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "feed/feed_post.h"

struct spine_follow {
    atomic_int holders;
    struct nats_tail *tail;
    struct inbox *inbox;
    struct feed_anchor *anchor;
    void (*woken)(void *context);
    void *context;
    pthread_mutex_t lock;
    ARRAY(struct spine_message *) waiting;
    size_t bytes;
    uint64_t overflowed;
    struct spine_follow_state state;
};

static void release(void *context)
{
    struct spine_follow *follow = context;
    if (atomic_fetch_sub(&follow->holders, 1) != 1)
        return;
    for (size_t i = 0; i < follow->waiting.count; i++)
        spine_message_free(follow->waiting.items[i]);
    ARRAY_FREE(&follow->waiting);
    feed_anchor_unref(follow->anchor);
    pthread_mutex_destroy(&follow->lock);
    free(follow);
}

static void apply(void *owner, void *data)
{
    struct spine_follow *follow = owner;
    if (follow->woken != NULL)
        follow->woken(follow->context);
}

static void wake(struct spine_follow *follow)
{
    struct feed_message message = {.apply = apply, .size = 1, .coalesce = (uint64_t)(uintptr_t)follow * 0x9e3779b97f4a7c15u | 1};
    if (follow->inbox != NULL)
        feed_post(follow->anchor, follow->inbox, &message);
}

static void drop_oldest(struct spine_follow *follow)
{
    size_t drop = 0;
    while (follow->waiting.count - drop > SPINE_FOLLOW_WAITING_MAX || (follow->bytes > SPINE_FOLLOW_BYTES_MAX && drop < follow->waiting.count)) {
        follow->bytes -= spine_message_cost(follow->waiting.items[drop]);
        spine_message_free(follow->waiting.items[drop++]);
    }
    if (drop > 0)
        memmove(follow->waiting.items, follow->waiting.items + drop, (follow->waiting.count - drop) * sizeof *follow->waiting.items);
    follow->waiting.count -= drop;
    follow->overflowed += drop;
}

static void on_message(void *context, const struct nats_tail_message *raw)
{
    struct spine_follow *follow = context;
    struct spine_message *message = spine_message_new(raw);
    pthread_mutex_lock(&follow->lock);
    bool first = follow->waiting.count == 0;
    follow->bytes += spine_message_cost(message);
    ARRAY_PUSH(&follow->waiting, message);
    drop_oldest(follow);
    pthread_mutex_unlock(&follow->lock);
    if (first)
        wake(follow);
}

static void on_state(void *context, const struct nats_tail_status *status)
{
    struct spine_follow *follow = context;
    pthread_mutex_lock(&follow->lock);
    follow->state.state = status->state;
    snprintf(follow->state.stream, sizeof follow->state.stream, "%s", status->stream);
    snprintf(follow->state.text, sizeof follow->state.text, "%s", status->text);
    pthread_mutex_unlock(&follow->lock);
    wake(follow);
}

struct spine_follow *spine_follow_new(struct nats_link *link, const struct nats_tail_options *options, struct inbox *inbox,
                                      void (*woken)(void *context), void *context)
{
    static const struct nats_tail_callbacks CALLBACKS = {.on_message = on_message, .on_state = on_state, .on_closed = release};
    struct spine_follow *follow = alloc_new(struct spine_follow);
    atomic_init(&follow->holders, 2);
    follow->inbox = inbox;
    follow->woken = woken;
    follow->context = context;
    follow->anchor = feed_anchor_new(follow);
    pthread_mutex_init(&follow->lock, NULL);
    struct nats_tail_options wanted = *options;
    wanted.with_headers = true;
    follow->tail = nats_tail_new(link, &wanted, &CALLBACKS, follow);
    return follow;
}

void spine_follow_free(struct spine_follow *follow, bool link_is_alive)
{
    if (follow == NULL)
        return;
    feed_anchor_mute(follow->anchor);
    if (link_is_alive)
        nats_tail_close(follow->tail);
    release(follow);
}

bool spine_follow_take(struct spine_follow *follow, struct spine_log *log)
{
    pthread_mutex_lock(&follow->lock);
    struct spine_message **items = follow->waiting.items;
    size_t count = follow->waiting.count;
    follow->waiting.items = NULL;
    follow->waiting.count = follow->waiting.capacity = 0;
    follow->bytes = 0;
    pthread_mutex_unlock(&follow->lock);
    for (size_t i = 0; i < count; i++)
        spine_log_add(log, items[i]);
    free(items);
    return count > 0;
}

void spine_follow_look(struct spine_follow *follow, struct spine_follow_state *ret)
{
    pthread_mutex_lock(&follow->lock);
    *ret = follow->state;
    ret->waiting = follow->waiting.count;
    ret->overflowed = follow->overflowed;
    pthread_mutex_unlock(&follow->lock);
    ret->counters = nats_tail_counters(follow->tail);
}
