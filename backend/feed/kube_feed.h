/* One region's Kubernetes feed: discovery, list and watch of every wanted kind, and a probe of /livez every 2 s that lights the
 * region's lamp. Made, used and dropped on the UI thread. */
#ifndef FEED_KUBE_FEED_H
#define FEED_KUBE_FEED_H

#include "base/inbox.h"
#include "feed/feed_gate.h"
#include "sovereign/sovereign.h"
#include "store/store.h"

struct kube_feed_options {
    struct http_thread *thread;
    struct inbox *inbox;
    struct store *store;
    struct feed_gate *gate;
    const struct sovereign_region *region; /* without a client: the lamp and the tables say why */
    int index;                             /* of the region in the store */
};

struct kube_feed;

/* Adds the lamp and wants all ALWAYS kinds. */
struct kube_feed *kube_feed_start(const struct kube_feed_options *options);

/* Begins to close; nothing of the feed touches the store from now on. */
void kube_feed_close(struct kube_feed *feed);
void kube_feed_free(struct kube_feed *feed); /* after the gate was waited for */

void kube_feed_want(struct kube_feed *feed, const struct kind *kind);
void kube_feed_unwant(struct kube_feed *feed, const struct kind *kind);
void kube_feed_retry(struct kube_feed *feed);
bool kube_feed_is_settled(const struct kube_feed *feed);

#endif
