/* The HTTP thread's half of a kube_feed: discovery, probe, and the subscriptions that are open. Internal to the layer. */
#ifndef FEED_KUBE_FEED_MACHINE_H
#define FEED_KUBE_FEED_MACHINE_H

#include "base/array.h"
#include "feed/feed_gate.h"
#include "feed/feed_post.h"
#include "feed/kube_subscription.h"
#include "sovereign/discovery.h"

#define KUBE_FEED_PROBE_MS 2000
#define KUBE_FEED_RECHECK_MS 60000 /* kinds that the server did not have */
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
    KUBE_FEED_PHASE_ABSENT,
};

struct kube_feed_member {
    struct kube_subscription *subscription;
    enum kube_feed_phase phase;
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
    uint64_t probe;             /* transfer id; 0: none */
    int probe_timer, recheck_timer;
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
void kube_feed_machine_closed(void *machine, struct kube_subscription *subscription);

#endif
