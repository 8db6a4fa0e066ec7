/* What the link and its tails share. Only nats_link.c and nats_tail.c include it. */
#ifndef TRANSPORT_NATS_LINK_INSIDE_H
#define TRANSPORT_NATS_LINK_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "transport/nats_link.h"
#include "transport/nats_session.h"

struct nats_tail;

struct nats_link {
    struct nats_link_callbacks callbacks;
    void *context;
    char **urls;
    size_t url_count;
    natsOptions *options;
    int64_t reconnect_wait_ms, probe_ms;
    pthread_t thread;

    pthread_mutex_t callback_lock; /* one callback at a time; never taken while `lock` is held */
    pthread_mutex_t lock;
    pthread_cond_t wake; /* under lock: stopping, poked */
    bool stopping, poked;
    struct nats_session *session; /* changed by the link's thread under lock; borrowed by others under lock */
    struct nats_tail *tails;      /* list, under lock */

    /* link's thread only */
    enum nats_link_state state;
    bool reported;
    struct error told; /* the text reported last */
    int silent_probes;
};

void nats_link_poke(struct nats_link *link); /* the link's thread shall look at its tails. Any thread */

/* Link's thread. tend: subscribe, look after and close tails, connected. suspend: the connection is going, release what hangs
 * on it. finish: close every tail that is left. */
void nats_tail_tend_all(struct nats_link *link);
void nats_tail_suspend_all(struct nats_link *link);
void nats_tail_finish_all(struct nats_link *link);

#endif
