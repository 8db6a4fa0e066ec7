/* catalyst-api's feed: a probe of /healthz every 2 s, who we are, the cutover's status (every 5 s while one runs, else every
 * 30 s, and at once when an event says that something changed), its events, and how many reconcilers are fine (contract
 * sections 2.4, 3, 4.3). Made, used and dropped on the UI thread. */
#ifndef FEED_CATALYST_FEED_H
#define FEED_CATALYST_FEED_H

#include "base/inbox.h"
#include "base/worker.h"
#include "feed/feed_gate.h"
#include "sovereign/sovereign.h"
#include "store/store.h"

struct catalyst_feed_options {
    struct http_thread *thread;
    struct inbox *inbox;
    struct store *store;
    struct worker *worker; /* runs the token command; must be freed before the HTTP thread and the Sovereign */
    struct feed_gate *gate;
    const struct sovereign *sovereign;
};

struct catalyst_feed;

struct catalyst_feed *catalyst_feed_start(const struct catalyst_feed_options *options); /* adds the lamp, also when it is off */
void catalyst_feed_close(struct catalyst_feed *feed);
void catalyst_feed_free(struct catalyst_feed *feed); /* after the gate was waited for */
void catalyst_feed_retry(struct catalyst_feed *feed);
void catalyst_feed_renew(struct catalyst_feed *feed);   /* the client's identity was changed: everything is asked anew */
void catalyst_feed_refresh(struct catalyst_feed *feed); /* read the cutover's status now */
bool catalyst_feed_is_settled(const struct catalyst_feed *feed);

#endif
