/* Follows a subject in whatever stream stores it, with an ephemeral ordered consumer: the last N messages, then new ones.
 * It is made again after a reconnect, a lost consumer or a re-created stream, continuing behind the last sequence seen;
 * what is missing in between is counted. Callbacks run on the library's or the link's thread, and only copy and post. */
#ifndef TRANSPORT_NATS_TAIL_H
#define TRANSPORT_NATS_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "transport/nats_link.h"

struct nats_tail_message {
    struct span subject; /* raw (untrusted), as is payload; borrowed for the call */
    struct span payload;
    uint64_t sequence; /* in the stream */
    int64_t at_ms;     /* when the stream stored it, Unix epoch */
    uint64_t pending;  /* messages of the stream still to come: 0 means caught up */
};

enum nats_tail_state {
    NATS_TAIL_STATE_WAITING,   /* link not connected */
    NATS_TAIL_STATE_NO_STREAM, /* no stream stores the subject (text says so); looked for again every 2 s */
    NATS_TAIL_STATE_FAILED,    /* text says why; tried again */
    NATS_TAIL_STATE_LIVE,
};

struct nats_tail_status {
    enum nats_tail_state state;
    enum status status;
    const char *stream; /* "" when none; sanitized */
    const char *text;   /* one sentence; "" when live */
};

struct nats_tail_counters {
    uint64_t messages;
    uint64_t gaps;     /* after an interruption the stream no longer held what followed the message seen last */
    uint64_t missing;  /* stream sequences lost in those gaps (of any subject) */
    uint64_t dropped;  /* messages the client library dropped because we were slow; it asks for them again */
    uint64_t restarts; /* the stream was re-created: sequences began again */
};

struct nats_tail_callbacks {
    void (*on_message)(void *context, const struct nats_tail_message *message);
    void (*on_state)(void *context, const struct nats_tail_status *status);
    void (*on_closed)(void *context); /* the last one; context may be freed in it. NULL for none */
};

struct nats_tail;

/* Starts when the link is live; callbacks may run before this returns. `last` messages of the stream are replayed first (0:
 * none). Any thread. */
struct nats_tail *nats_tail_new(struct nats_link *link, const char *subject, uint64_t last,
                                const struct nats_tail_callbacks *callbacks, void *context);
void nats_tail_close(struct nats_tail *tail); /* ends and frees it; on_closed follows. Any thread, before nats_link_free */
struct nats_tail_counters nats_tail_counters(struct nats_tail *tail); /* any thread, before close */

#endif
