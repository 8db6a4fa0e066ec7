/* What the link and its tails share. Only nats_link*.c and nats_tail*.c include it. */
#ifndef TRANSPORT_NATS_LINK_INSIDE_H
#define TRANSPORT_NATS_LINK_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/worker.h"
#include "transport/nats_address.h"
#include "transport/nats_failure.h"
#include "transport/nats_link.h"
#include "transport/nats_session.h"

struct nats_tail;

struct nats_link {
    struct nats_link_callbacks callbacks;
    void *context;
    struct nats_address addresses[NATS_ADDRESSES_MAX];
    natsOptions *options[NATS_ADDRESSES_MAX]; /* one per address */
    char identities[NATS_ADDRESSES_MAX][160]; /* who we say we are there, in words */
    size_t address_count;
    char *credentials_file; /* NULL: none */
    bool has_certificate, uses_tls;
    char *username; /* for secrets read later */
    enum status (*read_secrets)(void *context, bool refused, struct nats_link_secrets *ret, struct error *err);
    void (*free_secrets)(void *context);
    void *secrets_context;
    char *api_prefix;   /* "$JS.API" */
    char *domain;       /* NULL: none */
    char *inbox_prefix; /* "_INBOX" */
    int64_t reconnect_wait_ms, probe_ms;
    int pending_messages;

    pthread_mutex_t callback_lock; /* one callback at a time; never taken while `lock` is held */
    bool muted;                    /* under callback_lock: freed, no callback any more */
    pthread_mutex_t lock;
    pthread_cond_t wake; /* under lock: stopping, poked */
    bool stopping, poked;
    struct nats_session *session; /* changed by the link's thread under lock; borrowed by others under lock */
    struct nats_tail *tails;      /* list, under lock */
    struct worker *worker;        /* made when first wanted, under lock */

    /* link's thread only */
    size_t at; /* address of the session, or the one to try first */
    enum nats_link_state state;
    bool reported;
    struct error told; /* the text reported last */
    int silent_probes;
};

void nats_link_poke(struct nats_link *link); /* the link's thread shall look at its tails. Any thread */

/* The link's session with its connection borrowed, or NULL. */
struct nats_session *nats_link_borrow(struct nats_link *link, natsConnection **ret);

/* `why` becomes STATUS_FORBIDDEN and names the subject when the server denied us publishing to `subject`, or our inbox. */
enum status nats_link_explain_denial(struct nats_link *link, struct nats_session *session, const char *what, const char *subject,
                                     enum status status, struct error *why);

/* Link's thread. tend: subscribe, look after and close tails, connected. suspend: the connection is going, release what hangs
 * on it. finish: close every tail that is left. */
void nats_tail_tend_all(struct nats_link *link);
void nats_tail_suspend_all(struct nats_link *link);
void nats_tail_finish_all(struct nats_link *link);
/* Callback lock held, link muted: tells every tail's owner that it is closed. */
void nats_tail_part_all(struct nats_link *link);

#endif
