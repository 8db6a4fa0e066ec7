/* All feeds of one Sovereign: one per region, catalyst-api, NATS. They run on the HTTP thread and nats.c's threads and change
 * the store only through the inbox. Everything here is called on the UI thread. */
#ifndef FEED_FEED_SET_H
#define FEED_FEED_SET_H

#include <stdbool.h>

#include "base/inbox.h"
#include "base/worker.h"
#include "sovereign/sovereign.h"
#include "store/store.h"
#include "transport/http_thread.h"

struct feed_set_options {
    /* All borrowed; they outlive the set. Free the worker first of them: its jobs use HTTP thread, inbox and Sovereign. */
    struct sovereign *sovereign;
    struct http_thread *thread;
    struct inbox *inbox;
    struct store *store;
    struct worker *worker;
    struct worker *logins; /* for token commands, which may take 30 s; NULL: `worker` */
    bool without_catalyst, without_nats; /* headless commands that need Kubernetes only */
};

struct feed_set;

/* Adds the regions, lamps and names of the Sovereign to the store and starts. */
struct feed_set *feed_set_start(const struct feed_set_options *options);

/* Closes everything and waits for it (milliseconds, never for the network). Messages of the feeds left in the inbox do
 * nothing when applied later. */
void feed_set_stop(struct feed_set *set);

/* A kind is wanted by somebody more / less. ALWAYS kinds need no want. Kinds nobody wants are kept for 30 s, then dropped. */
void feed_set_want(struct feed_set *set, const struct kind *kind);
void feed_set_unwant(struct feed_set *set, const struct kind *kind);

/* Finds the kind a person names, built-in or of the server, and calls `opened` later on the UI thread: kind, or NULL and why. */
void feed_set_open_kind(struct feed_set *set, const char *word,
                        void (*opened)(void *context, const struct kind *kind, const struct error *err), void *context);

/* Do not wait any longer: try everything that waits again now. */
void feed_set_retry(struct feed_set *set);

/* Ask catalyst-api again now (a start was sent). */
void feed_set_refresh_cutover(struct feed_set *set);

/* Who we are at catalyst-api has changed (a login, a logout): ask it anew now. */
void feed_set_renew_catalyst(struct feed_set *set);

/* NATS' link, to ask and follow more over it; NULL: no NATS. Gone with the set. */
struct nats_link *feed_set_nats(const struct feed_set *set);

/* Every feed has said what there is to say at start: all wanted kinds are complete or in an error state, and catalyst-api
 * and NATS have answered or failed once. For the idle probe (together with an empty inbox). */
bool feed_set_is_settled(const struct feed_set *set);

#endif
