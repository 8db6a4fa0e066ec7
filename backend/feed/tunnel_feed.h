/* What the tunnels of a Sovereign are doing, brought to the lamps of the feeds that go through them. Made, used and dropped on the UI
 * thread. */
#ifndef FEED_TUNNEL_FEED_H
#define FEED_TUNNEL_FEED_H

#include "base/inbox.h"
#include "sovereign/sovereign.h"
#include "store/store.h"

struct tunnel_feed;

/* Starts the tunnels; the lamps are there already. `ready` is called on the UI thread when one opened: what waits should try again. NULL
 * when the Sovereign has no tunnels. */
struct tunnel_feed *tunnel_feed_start(struct sovereign *sovereign, struct inbox *inbox, struct store *store, void (*ready)(void *context),
                                      void *context);
void tunnel_feed_free(struct tunnel_feed *feed); /* the tunnels go on until the Sovereign is freed; NULL is fine */

#endif
