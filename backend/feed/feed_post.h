/* Messages of a feed to the UI thread that outlive the feed harmlessly: each holds the feed's anchor, and once the UI thread
 * has muted the anchor they do nothing when applied. */
#ifndef FEED_FEED_POST_H
#define FEED_FEED_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/inbox.h"

struct feed_anchor;

struct feed_anchor *feed_anchor_new(void *feed); /* one reference */
struct feed_anchor *feed_anchor_ref(struct feed_anchor *anchor); /* any thread */
void feed_anchor_unref(struct feed_anchor *anchor);
void feed_anchor_mute(struct feed_anchor *anchor); /* UI thread; the feed may be freed afterwards */

struct feed_message {
    void (*apply)(void *feed, void *data); /* UI thread; may take out of *data what dispose then does not find */
    void (*dispose)(void *data);           /* NULL: free */
    void *data;                            /* owned from the call on */
    size_t size;
    uint64_t coalesce;
};

/* Any thread. False: the inbox is full and the message is gone. */
bool feed_post(struct feed_anchor *anchor, struct inbox *inbox, const struct feed_message *message);

#endif
