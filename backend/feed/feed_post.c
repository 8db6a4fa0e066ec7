/* The envelope around every message of a feed. */
#include "feed/feed_post.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/alloc.h"

struct feed_anchor {
    atomic_uint count;
    void *feed;
    bool muted; /* UI thread */
};

struct envelope {
    struct feed_anchor *anchor;
    struct feed_message message;
};

struct feed_anchor *feed_anchor_new(void *feed)
{
    struct feed_anchor *anchor = alloc_new(struct feed_anchor);
    atomic_init(&anchor->count, 1);
    anchor->feed = feed;
    return anchor;
}

struct feed_anchor *feed_anchor_ref(struct feed_anchor *anchor)
{
    atomic_fetch_add(&anchor->count, 1);
    return anchor;
}

void feed_anchor_unref(struct feed_anchor *anchor)
{
    if (anchor != NULL && atomic_fetch_sub(&anchor->count, 1) == 1)
        free(anchor);
}

void feed_anchor_mute(struct feed_anchor *anchor)
{
    anchor->muted = true;
}

static void apply(void *payload, void *context)
{
    struct envelope *envelope = payload;
    if (!envelope->anchor->muted)
        envelope->message.apply(envelope->anchor->feed, envelope->message.data);
}

static void dispose(void *payload)
{
    struct envelope *envelope = payload;
    if (envelope->message.dispose != NULL)
        envelope->message.dispose(envelope->message.data);
    else
        free(envelope->message.data);
    feed_anchor_unref(envelope->anchor);
    free(envelope);
}

bool feed_post(struct feed_anchor *anchor, struct inbox *inbox, const struct feed_message *message)
{
    struct envelope *envelope = alloc_new(struct envelope);
    envelope->anchor = feed_anchor_ref(anchor);
    envelope->message = *message;
    return inbox_post(inbox, (struct inbox_message){.apply = apply, .dispose = dispose, .payload = envelope,
                                                    .size = sizeof *envelope + message->size, .coalesce = message->coalesce});
}
