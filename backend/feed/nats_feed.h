/* NATS' feed: a link with its proof of life, and the tail of `catalyst.>` from whatever stream stores it (domain.md 3.3), with
 * an ephemeral ordered consumer that disturbs nobody. Messages become timeline entries. Made, used and dropped on the UI thread. */
#ifndef FEED_NATS_FEED_H
#define FEED_NATS_FEED_H

#include "base/inbox.h"
#include "sovereign/sovereign.h"
#include "store/store.h"

#define NATS_FEED_SUBJECT "catalyst.>"
#define NATS_FEED_REPLAY 200 /* messages of the past shown at start */

struct nats_feed_options {
    struct inbox *inbox;
    struct store *store;
    const struct sovereign *sovereign;
};

struct nats_feed;

struct nats_feed *nats_feed_start(const struct nats_feed_options *options); /* adds the lamp, also when it is off */
void nats_feed_free(struct nats_feed *feed); /* closes the link and waits for its threads; NULL is fine */
/* To ask or follow something else over the same connection; NULL: there is none. Gone with the feed. */
struct nats_link *nats_feed_link(const struct nats_feed *feed);
bool nats_feed_is_settled(const struct nats_feed *feed);

#endif
