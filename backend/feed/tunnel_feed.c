/* The tunnels' threads only say that something changed; what it is, is read on the UI thread. */
#include "feed/tunnel_feed.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "feed/feed_post.h"

struct tunnel_feed {
    struct sovereign_tunnels *tunnels;
    struct inbox *inbox;
    struct store *store;
    struct feed_anchor *anchor;
    void (*ready)(void *context);
    void *context;
    bool was_ready[SOVEREIGN_TUNNELS_MAX];
};

static void apply_change(void *owner, void *data)
{
    struct tunnel_feed *feed = owner;
    bool opened = false;
    for (size_t i = 0; i < feed->tunnels->count; i++) {
        const struct sovereign_tunnel *item = &feed->tunnels->items[i];
        struct tunnel_status status;
        tunnel_status(item->tunnel, &status);
        struct feed_health *health = store_feed(feed->store, item->feed, item->region);
        if (health != NULL && feed_health_blame(health, status.text))
            store_touch(feed->store);
        opened = opened || (status.state == TUNNEL_READY && !feed->was_ready[i]);
        feed->was_ready[i] = status.state == TUNNEL_READY;
    }
    if (opened)
        feed->ready(feed->context);
}

/* On a tunnel's thread. */
static void post_change(void *context)
{
    struct tunnel_feed *feed = context;
    struct feed_message message = {.apply = apply_change, .data = alloc_zeroed(1, 1), .size = 1,
                                   .coalesce = ((uint64_t)(uintptr_t)feed * 0x9e3779b97f4a7c15u) | 1};
    feed_post(feed->anchor, feed->inbox, &message);
}

struct tunnel_feed *tunnel_feed_start(struct sovereign *sovereign, struct inbox *inbox, struct store *store, void (*ready)(void *context),
                                      void *context)
{
    if (sovereign->tunnels.count == 0)
        return NULL;
    struct tunnel_feed *feed = alloc_new(struct tunnel_feed);
    *feed = (struct tunnel_feed){.tunnels = &sovereign->tunnels, .inbox = inbox, .store = store, .ready = ready, .context = context};
    feed->anchor = feed_anchor_new(feed);
    sovereign_tunnels_start(feed->tunnels, post_change, feed);
    apply_change(feed, NULL); /* they may be running already */
    return feed;
}

void tunnel_feed_free(struct tunnel_feed *feed)
{
    if (feed == NULL)
        return;
    sovereign_tunnels_mute(feed->tunnels);
    feed_anchor_mute(feed->anchor);
    feed_anchor_unref(feed->anchor);
    free(feed);
}
