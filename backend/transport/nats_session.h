/* One connection of the library, from connect to its last callback. The library's callbacks come late and on its own threads, so
 * each connection has its own object that outlives them. Inside transport only. */
#ifndef TRANSPORT_NATS_SESSION_H
#define TRANSPORT_NATS_SESSION_H

#include <pthread.h>
#include <stdbool.h>

#include <nats/nats.h>

#define NATS_SESSION_DENIALS_MAX 16

/* "Permissions Violation for Publish to "$JS.API.STREAM.LIST"": the server says so at any time, without naming our request. */
struct nats_denial {
    bool publish; /* else a subscription */
    char subject[200];
};

struct nats_session {
    natsConnection *connection;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int users;                     /* requests of other threads under way */
    bool closed;                   /* the library's last callback for this connection has run */
    bool lame_duck;                /* the server announced its shutdown */
    natsStatus reason;             /* why it closed */
    char words[200];               /* the server's, when it closed or refused; "" for none. Raw */
    struct nats_denial denials[NATS_SESSION_DENIALS_MAX]; /* the last ones, a ring */
    size_t denial_count;                                  /* ever */
    void (*notify)(void *context); /* something above changed; any thread */
    void *context;
};

/* Blocks up to 2 s per server. NULL: could not connect; *code and detail (the library's words) say why. `options` is changed. */
struct nats_session *nats_session_new(natsOptions *options, void (*notify)(void *context), void *context, natsStatus *code,
                                      char *detail, size_t size);

/* The connection, kept alive until nats_session_release. NULL when it is closed. */
natsConnection *nats_session_borrow(struct nats_session *session);
void nats_session_release(struct nats_session *session);

bool nats_session_is_closed(struct nats_session *session);
bool nats_session_is_lame_duck(struct nats_session *session);

/* Looks at the connection's last error now. The library keeps only one: behind a flush it is about what was sent before it, in the
 * error callback it may be about something later. */
void nats_session_note_denial(struct nats_session *session);

/* Was publishing to (else subscribing) `subject` denied? A subject ending in '*' or '>' takes every one that begins like it. */
bool nats_session_is_denied(struct nats_session *session, bool publish, const char *subject);

/* Closes the connection, waits for borrowers and for the library's last callback, frees. Subscriptions are gone before. */
void nats_session_free(struct nats_session *session);

#endif
