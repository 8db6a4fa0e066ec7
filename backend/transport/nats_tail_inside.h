/* What a tail's two files share: nats_tail.c decides when and in which streams, nats_tail_subscription.c follows one. */
#ifndef TRANSPORT_NATS_TAIL_INSIDE_H
#define TRANSPORT_NATS_TAIL_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include <nats/nats.h>

#include "transport/nats_link_inside.h"
#include "transport/nats_tail.h"

struct nats_tail {
    struct nats_link *link;
    struct nats_tail *next;
    struct nats_tail *leader; /* NULL: the one its owner knows; else we follow one stream for it */
    char *subject;
    enum nats_tail_start start;
    uint64_t last;
    bool one_stream, core, with_headers;
    struct nats_tail_callbacks callbacks;
    void *context;
    atomic_bool closing;
    bool parted; /* under the link's callback lock: on_closed has run, or need not */

    /* link's thread only */
    jsCtx *js;
    natsSubscription *subscription;
    char stream[NATS_LINK_STREAM_NAME_MAX];
    char created[48]; /* of the stream followed; "": none yet */
    bool is_whole;
    int64_t next_ms; /* of the next attempt, or of the next look at the stream */
    enum nats_tail_state state;
    enum status status;
    bool reported;
    char text[ERROR_TEXT_MAX];

    /* between the link's thread and the dispatcher */
    pthread_mutex_t lock;
    pthread_cond_t completed;
    bool complete;           /* the subscription's last message has been delivered */
    uint64_t seen;           /* stream sequence of the last message; 0: none */
    uint64_t dropped_before; /* by the subscription, when last looked at */
    struct nats_tail_counters counters; /* the leader's, when there is one */
};

/* Follows tail->stream from where it should. What failed is in *err. */
enum status nats_tail_subscription_open(struct nats_tail *tail, struct error *err);
enum status nats_tail_subscription_open_core(struct nats_tail *tail, struct error *err);

/* Unsubscribing deletes the consumer on the server. False when the library still has a message under way after a long wait: then
 * the tail's memory must stay. */
bool nats_tail_subscription_close(struct nats_tail *tail, bool connected);

/* STATUS_NOT_FOUND: the stream is gone, or was made anew. Anything but that and STATUS_OK: it could not be asked. */
enum status nats_tail_subscription_check(struct nats_tail *tail);
void nats_tail_subscription_count_dropped(struct nats_tail *tail);

struct nats_tail *nats_tail_root(struct nats_tail *tail); /* the leader, or itself */

#endif
