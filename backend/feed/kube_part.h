/* One list and watch of a subscription: its kind everywhere, or in one namespace of it. Pages, events and initial events become
 * messages to the table; what it lives through becomes a state. Internal to the layer; HTTP thread, but for what is posted. */
#ifndef FEED_KUBE_PART_H
#define FEED_KUBE_PART_H

#include "feed/feed_post.h"
#include "feed/kube_subscription.h"
#include "transport/kube_watch.h"

#define KUBE_PART_NAMESPACE_MAX 64

struct kube_part {
    struct kube_subscription *subscription;
    char namespace[KUBE_PART_NAMESPACE_MAX]; /* "": as the kind says */
    size_t slot;             /* among the subscription's marks */
    struct kube_watch *watch; /* NULL: not open */
    bool ending;             /* the watch was told to close */
    bool initial;            /* events belong to a list */
    bool listed;             /* a complete list was posted */
    struct row_decoder_page batch; /* of initial events */
    bool batch_is_first;
    size_t largest_page;
    enum kube_watch_state state;
    char text[256];
};

/* Opens the watch of the collection at this version. */
void kube_part_open(struct kube_part *part, const char *version);
void kube_part_close(struct kube_part *part); /* kube_subscription_part_closed follows, perhaps at once */
void kube_part_done(struct kube_part *part);  /* gives back what it still holds */

#endif
