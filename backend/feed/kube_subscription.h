/* One kind of one region: list and watch on the HTTP thread, decoded rows to the table on the UI thread. Where the kind may not be
 * listed everywhere, it is listed and watched in each namespace where it may be, into the same table. Internal to the layer.
 *
 * Made and dropped by the UI thread; what is marked HTTP runs there. */
#ifndef FEED_KUBE_SUBSCRIPTION_H
#define FEED_KUBE_SUBSCRIPTION_H

#include "base/inbox.h"
#include "decode/json_reader.h"
#include "sovereign/kube_client.h"
#include "store/store.h"
#include "transport/kube_watch.h"

#define KUBE_SUBSCRIPTION_NAMESPACES_MAX 32
#define KUBE_SUBSCRIPTION_LISTING_AGAIN "listing again"

struct kube_subscription;

/* Borrowed parts of the feed it belongs to. */
struct kube_subscription_options {
    struct kube_client *client;
    struct inbox *inbox;
    struct store *store;
    struct table *table;
    struct json_reader *reader;       /* used on the HTTP thread only */
    struct kube_watch_server *server; /* likewise */
    void (*alive)(void *machine);                                          /* HTTP: a byte came */
    void (*absent)(void *machine, struct kube_subscription *subscription); /* HTTP: 404: look for another version */
    void (*denied)(void *machine, struct kube_subscription *subscription); /* HTTP: may not list everywhere: kube_subscription_narrow */
    void (*closed)(void *machine, struct kube_subscription *subscription); /* HTTP: no callback will follow; free it */
    void (*changed)(void *feed);                                           /* UI: a table's state changed */
    void *machine, *feed;
};

struct kube_subscription *kube_subscription_new(const struct kube_subscription_options *options, const struct kind *kind);
void kube_subscription_free(struct kube_subscription *subscription); /* HTTP: after `closed` */
void kube_subscription_mute(struct kube_subscription *subscription); /* UI: last call before it is closed */

const struct kind *kube_subscription_kind(const struct kube_subscription *subscription);
struct table *kube_subscription_table(const struct kube_subscription *subscription); /* UI */

/* HTTP */
void kube_subscription_open(struct kube_subscription *subscription, const char *version);
void kube_subscription_close(struct kube_subscription *subscription); /* `closed` follows, perhaps at once */
void kube_subscription_pause(struct kube_subscription *subscription); /* ends the watches; may be opened again once they are gone */
bool kube_subscription_is_open(const struct kube_subscription *subscription);
void kube_subscription_retry(struct kube_subscription *subscription); /* a fresh list now: after an outage, or when a person asks */
void kube_subscription_tick(struct kube_subscription *subscription); /* every 2 s: says again what a full inbox refused */
void kube_subscription_report(struct kube_subscription *subscription, enum table_state state, const char *text);
uint64_t kube_subscription_dropped(const struct kube_subscription *subscription);

/* Whether it is refused as a whole and could do with namespaces. */
bool kube_subscription_is_denied(const struct kube_subscription *subscription);

/* Follow exactly these namespaces (copied) while the kind may not be listed everywhere; `more`: there are others. None: it may
 * be listed nowhere that is known. Meanwhile the whole is tried again every minute. */
void kube_subscription_narrow(struct kube_subscription *subscription, const char *const *namespaces, size_t count, bool more);

#endif
