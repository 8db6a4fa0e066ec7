/* The HTTP thread's half of a kube_feed: discovery, probe, and the subscriptions that are open. Internal to the layer. */
#ifndef FEED_KUBE_FEED_MACHINE_H
#define FEED_KUBE_FEED_MACHINE_H

#include "base/array.h"
#include "feed/feed_fetch.h"
#include "feed/feed_gate.h"
#include "feed/feed_post.h"
#include "feed/kube_subscription.h"
#include "sovereign/discovery.h"

#define KUBE_FEED_PROBE_MS 2000
#define KUBE_FEED_RECHECK_MS 60000 /* kinds that the server did not have */
#define KUBE_FEED_DISCOVER_MS 5000 /* at least between two readings of what the server has, whoever asks */
#define KUBE_FEED_BELLS 2          /* kinds whose changes mean that what the server has changed */
#define KUBE_FEED_DOCUMENTS_MAX 32 /* discovery requests at once */

/* What a probe found; the UI thread makes the lamp of it. */
struct kube_feed_proof {
    enum status status; /* STATUS_OK: alive */
    char text[256], protocol[32];
    int64_t latency_ms; /* -1: unknown */
    uint64_t dropped;
};

enum kube_feed_phase {
    KUBE_FEED_PHASE_RESOLVING, /* waits for discovery */
    KUBE_FEED_PHASE_OPEN,
    KUBE_FEED_PHASE_ABSENT, /* the server does not have it, or its part of the server is away: looked at again later */
};

struct kube_feed_member {
    struct kube_subscription *subscription;
    enum kube_feed_phase phase;
    int64_t opened_ms;
    uint32_t allowed; /* by the search for rights: bits of its namespaces */
};

struct kube_feed_bell {
    struct kube_feed_machine *machine;
    size_t kind;
    struct kube_watch *watch; /* NULL: not open */
    bool heard;               /* its first list is over: what follows is news */
};

/* Where may be listed what may not be listed everywhere; kube_feed_rights.c. */
struct kube_feed_rights {
    bool running, again, has_more; /* again: somebody was refused while it ran */
    unsigned in_flight;
    int timer;
    int64_t finished_ms; /* of the last search; -1: none */
    char namespaces[KUBE_SUBSCRIPTION_NAMESPACES_MAX][64];
    size_t count, next;
};

struct kube_feed_machine {
    struct http_thread *thread;
    struct kube_client *client;
    struct inbox *inbox;
    struct feed_gate *gate;
    struct feed_anchor *anchor; /* of the kube_feed */
    void (*proved)(void *feed, void *proof); /* UI: a struct kube_feed_proof */
    struct json_reader *reader;
    struct discovery *discovery;
    ARRAY(struct kube_feed_member) members;
    struct { char path[DISCOVERY_PATH_MAX]; bool used; uint64_t transfer; } documents[KUBE_FEED_DOCUMENTS_MAX]; /* being fetched */
    struct kube_watch_server server;
    struct kube_feed_bell bells[KUBE_FEED_BELLS];
    struct kube_feed_rights rights;
    uint64_t probe;             /* transfer id; 0: none */
    int probe_timer, recheck_timer;
    int64_t recheck_due_ms, discovered_ms; /* when the recheck comes; when the server was asked last (-1: never) */
    unsigned rings;             /* rechecks that the bells still want */
    int64_t probe_began_ms, alive_ms, alive_posted_ms;
    uint64_t dropped;           /* of subscriptions that are gone */
    unsigned running;           /* transfers */
    bool is_down, is_denied, closing, left;
};

struct kube_feed_machine *kube_feed_machine_new(const struct kube_feed_machine *parts); /* UI: takes thread..proved */
void kube_feed_machine_free(struct kube_feed_machine *machine); /* UI: after the gate */
void kube_feed_machine_start(struct kube_feed_machine *machine); /* UI: enters the gate */
void kube_feed_machine_add(struct kube_feed_machine *machine, struct kube_subscription *subscription);    /* UI */
void kube_feed_machine_remove(struct kube_feed_machine *machine, struct kube_subscription *subscription); /* UI */
void kube_feed_machine_retry(struct kube_feed_machine *machine); /* UI */
void kube_feed_machine_close(struct kube_feed_machine *machine); /* UI: leaves the gate when all is over */

/* What a subscription calls, with the machine as owner. HTTP. */
void kube_feed_machine_alive(void *machine);
void kube_feed_machine_absent(void *machine, struct kube_subscription *subscription);
void kube_feed_machine_denied(void *machine, struct kube_subscription *subscription);
void kube_feed_machine_closed(void *machine, struct kube_subscription *subscription);

/* Between the machine's files. HTTP. A fetch counts as running until its `done` has called kube_feed_machine_fetched: false there:
 * the machine is closing, touch nothing of it. */
struct kube_feed_fetch {
    const char *path, *accept; /* accept NULL: application/json */
    struct span body;          /* not empty: a POST of this JSON */
    int64_t timeout_ms;
};
uint64_t kube_feed_machine_fetch(struct kube_feed_machine *machine, const struct kube_feed_fetch *fetch,
                                 void (*done)(void *context, const struct feed_fetch_reply *reply), void *context);
bool kube_feed_machine_fetched(struct kube_feed_machine *machine);
struct kube_feed_member *kube_feed_machine_member(struct kube_feed_machine *machine, const struct kube_subscription *subscription);
void kube_feed_machine_leave(struct kube_feed_machine *machine); /* the gate, when closing and nothing runs any more */

void kube_feed_discovery_resolve(struct kube_feed_machine *machine, struct kube_feed_member *member);
void kube_feed_discovery_resolve_all(struct kube_feed_machine *machine);
void kube_feed_discovery_recheck(struct kube_feed_machine *machine, int64_t delay_ms); /* in so long, or sooner if planned */
void kube_feed_discovery_close(struct kube_feed_machine *machine);

void kube_feed_rights_search(struct kube_feed_machine *machine); /* soon */
void kube_feed_rights_close(struct kube_feed_machine *machine);

void kube_feed_bell_open(struct kube_feed_machine *machine);
void kube_feed_bell_close(struct kube_feed_machine *machine);
bool kube_feed_bell_is_open(const struct kube_feed_machine *machine);

#endif
