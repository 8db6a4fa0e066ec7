/* Callbacks of the link's threads only copy and post; the lamp is made of the link's and the tail's last words. */
#include "feed/nats_feed.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "feed/feed_post.h"
#include "feed/nats_event.h"
#include "transport/nats_tail.h"

#define DROPPED_SHOWN_MS 60000

struct nats_feed {
    struct nats_feed_options options;
    struct nats_link *link; /* NULL: not configured, or its options cannot work */
    struct nats_tail *tail;
    struct feed_anchor *anchor;
    struct feed_health *health;
    atomic_uint_fast64_t dropped; /* messages that the inbox refused */
    /* UI thread */
    bool link_known, tail_known;
    enum nats_link_state link_state;
    enum nats_tail_state tail_state;
    char link_text[256], tail_text[256];
    char dropped_text[128];
    int64_t dropped_until_ms;
};

/* A state of link or tail on its way to the UI thread. */
struct news {
    int state;
    char text[256], server[32];
};

/* ---- UI thread */

static enum feed_state judge(const struct nats_feed *feed, const char **text)
{
    *text = feed->link_text;
    if (!feed->link_known)
        return FEED_STATE_STARTING;
    if (feed->link_state == NATS_LINK_STATE_REFUSED)
        return FEED_STATE_DENIED;
    if (feed->link_state == NATS_LINK_STATE_CONNECTING)
        return FEED_STATE_DOWN;
    if (feed->link_state == NATS_LINK_STATE_DRAINING)
        return FEED_STATE_LIMITED;
    *text = feed->tail_text;
    if (feed->tail_known && feed->tail_state != NATS_TAIL_STATE_LIVE && feed->tail_state != NATS_TAIL_STATE_WAITING)
        return FEED_STATE_LIMITED;
    *text = feed->dropped_until_ms > clock_monotonic_ms() ? feed->dropped_text : "";
    return (*text)[0] != '\0' ? FEED_STATE_LIMITED : FEED_STATE_LIVE;
}

/* What is lost because we are slow is said for a minute, and counted for ever. */
static void count_dropped(struct nats_feed *feed)
{
    uint64_t dropped = atomic_load(&feed->dropped);
    if (feed->tail != NULL)
        dropped += nats_tail_counters(feed->tail).dropped;
    if (dropped > feed->health->dropped) {
        feed->dropped_until_ms = clock_monotonic_ms() + DROPPED_SHOWN_MS;
        snprintf(feed->dropped_text, sizeof feed->dropped_text, "%llu messages were dropped: sovdeck cannot keep up with them",
                 (unsigned long long)dropped);
    }
    feed->health->dropped = dropped;
}

static void refresh_lamp(struct nats_feed *feed)
{
    const char *text;
    count_dropped(feed);
    enum feed_state before = feed->health->state, state = judge(feed, &text);
    if (before == FEED_STATE_DOWN && state != FEED_STATE_DOWN)
        feed->health->reconnects++;
    if (feed_health_set(feed->health, state, text))
        store_touch(feed->options.store);
}

static void apply_link(void *owner, void *data)
{
    struct nats_feed *feed = owner;
    const struct news *news = data;
    feed->link_known = true;
    feed->link_state = (enum nats_link_state)news->state;
    snprintf(feed->link_text, sizeof feed->link_text, "%s", news->text);
    if (news->server[0] != '\0')
        snprintf(feed->health->protocol, sizeof feed->health->protocol, "%s", news->server);
    refresh_lamp(feed);
}

static void apply_tail(void *owner, void *data)
{
    struct nats_feed *feed = owner;
    const struct news *news = data;
    feed->tail_known = true;
    feed->tail_state = (enum nats_tail_state)news->state;
    snprintf(feed->tail_text, sizeof feed->tail_text, "%s", news->text);
    refresh_lamp(feed);
}

static void apply_alive(void *owner, void *data)
{
    struct nats_feed *feed = owner;
    const int64_t *round_trip_us = data;
    feed_health_proof(feed->health, *round_trip_us / 1000);
    refresh_lamp(feed);
}

static void apply_entry(void *owner, void *data)
{
    struct nats_feed *feed = owner;
    store_note(feed->options.store, data);
}

/* ---- the link's threads */

enum topic { TOPIC_LINK = 1, TOPIC_TAIL, TOPIC_ALIVE };

static uint64_t coalesce_key(const struct nats_feed *feed, enum topic topic)
{
    return ((uint64_t)(uintptr_t)feed * 0x9e3779b97f4a7c15u << 3) | (uint64_t)topic;
}

static void post_news(struct nats_feed *feed, enum topic topic, void (*apply)(void *owner, void *data), int state,
                      const char *text, const char *server)
{
    struct news *news = alloc_new(struct news);
    news->state = state;
    snprintf(news->text, sizeof news->text, "%s", text != NULL ? text : "");
    snprintf(news->server, sizeof news->server, "%s", server);
    struct feed_message message = {.apply = apply, .data = news, .size = sizeof *news, .coalesce = coalesce_key(feed, topic)};
    feed_post(feed->anchor, feed->options.inbox, &message);
}

static void on_link_state(void *context, const struct nats_link_status *status)
{
    post_news(context, TOPIC_LINK, apply_link, (int)status->state, status->text, "");
}

static void on_alive(void *context, int64_t round_trip_us)
{
    struct nats_feed *feed = context;
    int64_t *copy = alloc_new(int64_t);
    *copy = round_trip_us;
    struct feed_message message = {.apply = apply_alive, .data = copy, .size = sizeof *copy, .coalesce = coalesce_key(feed, TOPIC_ALIVE)};
    feed_post(feed->anchor, feed->options.inbox, &message);
}

static void on_tail_state(void *context, const struct nats_tail_status *status)
{
    post_news(context, TOPIC_TAIL, apply_tail, (int)status->state, status->text, "");
}

static void on_message(void *context, const struct nats_tail_message *message)
{
    struct nats_feed *feed = context;
    struct timeline_entry *entry = alloc_new(struct timeline_entry);
    nats_event_read(message->subject, message->payload, message->at_ms, entry);
    struct feed_message posted = {.apply = apply_entry, .data = entry, .size = sizeof *entry};
    if (!feed_post(feed->anchor, feed->options.inbox, &posted))
        atomic_fetch_add(&feed->dropped, 1);
}

/* ---- life */

static void connect_link(struct nats_feed *feed)
{
    static const struct nats_link_callbacks LINK = {.on_state = on_link_state, .on_alive = on_alive};
    static const struct nats_tail_callbacks TAIL = {.on_message = on_message, .on_state = on_tail_state};
    struct error err = {0};
    snprintf(feed->health->address, sizeof feed->health->address, "%s", feed->options.sovereign->nats->shown);
    feed_health_set(feed->health, FEED_STATE_STARTING, "connecting");
    if (sovereign_open_nats(feed->options.sovereign, &LINK, feed, &feed->link, &err) != STATUS_OK) {
        feed->link = NULL;
        feed_health_set(feed->health, FEED_STATE_DOWN, err.text);
        return;
    }
    struct nats_tail_options wanted = {.subject = NATS_FEED_SUBJECT, .last = NATS_FEED_REPLAY, .core = true};
    feed->tail = nats_tail_new(feed->link, &wanted, &TAIL, feed);
}

struct nats_feed *nats_feed_start(const struct nats_feed_options *options)
{
    struct nats_feed *feed = alloc_new(struct nats_feed);
    feed->options = *options;
    feed->anchor = feed_anchor_new(feed);
    feed->health = store_add_feed(options->store, FEED_KIND_NATS, -1, "nats");
    if (feed->health == NULL)
        return feed;
    if (sovereign_has_nats(options->sovereign))
        connect_link(feed);
    else
        feed_health_set(feed->health, FEED_STATE_OFF, "NATS is not configured");
    return feed;
}

void nats_feed_free(struct nats_feed *feed)
{
    if (feed == NULL)
        return;
    feed_anchor_mute(feed->anchor);
    if (feed->tail != NULL)
        nats_tail_close(feed->tail);
    if (feed->link != NULL)
        nats_link_free(feed->link);
    feed_anchor_unref(feed->anchor);
    free(feed);
}

struct nats_link *nats_feed_link(const struct nats_feed *feed)
{
    return feed->link;
}

bool nats_feed_is_settled(const struct nats_feed *feed)
{
    if (feed->link == NULL)
        return true;
    if (!feed->link_known)
        return false;
    return feed->link_state != NATS_LINK_STATE_LIVE || (feed->tail_known && feed->tail_state != NATS_TAIL_STATE_WAITING);
}
