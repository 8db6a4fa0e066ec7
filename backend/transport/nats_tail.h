/* Follows a subject: in every stream that stores it, or in one, with ephemeral ordered consumers that acknowledge nothing; without
 * a stream, if wanted, as it is published (core NATS). It is made again after a reconnect, a lost consumer or a re-created stream,
 * continuing behind the last sequence seen; what is missing in between is counted. Callbacks run on the library's or the link's
 * thread, and only copy and post. */
#ifndef TRANSPORT_NATS_TAIL_H
#define TRANSPORT_NATS_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "transport/nats_link.h"

#define NATS_TAIL_HEADERS_MAX 32
#define NATS_TAIL_STREAMS_MAX 8

enum nats_tail_start {
    NATS_TAIL_START_LAST,         /* the last N messages of each stream, then new ones */
    NATS_TAIL_START_EACH_SUBJECT, /* the last message of each subject (a KV bucket's values), then new ones */
};

/* Borrowed by nats_tail_new, which copies. */
struct nats_tail_options {
    const char *subject; /* may have wildcards */
    const char *stream;  /* NULL: every stream that stores the subject, up to NATS_TAIL_STREAMS_MAX */
    enum nats_tail_start start;
    uint64_t last;     /* for NATS_TAIL_START_LAST; a narrow subject is read back as far as it takes when that is not far */
    bool core;         /* no stream (or no JetStream, or we may not ask): follow what is published from now on */
    bool with_headers; /* fill in messages' headers */
};

struct nats_header {
    struct span name, value; /* raw (untrusted) */
};

struct nats_tail_message {
    struct span subject; /* raw (untrusted), as is payload; borrowed for the call, as all of it */
    struct span payload;
    const char *stream; /* raw; "" for core NATS */
    bool is_whole;      /* the subject takes all that the stream stores: then sequences without a gap are expected */
    uint64_t sequence;  /* in the stream; 0 for core NATS */
    int64_t at_ms;      /* when the stream stored it (core NATS: when it came), Unix epoch */
    uint64_t pending;   /* messages of the stream still to come: 0 means caught up */
    size_t header_count;
    struct nats_header headers[NATS_TAIL_HEADERS_MAX];
};

enum nats_tail_state {
    NATS_TAIL_STATE_WAITING,   /* link not connected */
    NATS_TAIL_STATE_NO_STREAM, /* no stream stores the subject (text says so); looked for again */
    NATS_TAIL_STATE_FAILED,    /* text says why; tried again */
    NATS_TAIL_STATE_DENIED,    /* the server does not permit it: text names the subject; tried again */
    NATS_TAIL_STATE_CORE,      /* without a stream: only what is published while somebody looks; text says why */
    NATS_TAIL_STATE_LIVE,
};

struct nats_tail_status {
    enum nats_tail_state state;
    enum status status;
    const char *stream; /* "" when none, "A, B" for several; sanitized */
    const char *text;   /* one sentence; "" when live */
};

struct nats_tail_counters {
    uint64_t messages;
    uint64_t gaps;     /* after an interruption the stream no longer held what followed the message seen last */
    uint64_t missing;  /* stream sequences lost in those gaps (of any subject) */
    uint64_t dropped;  /* messages the client library dropped because we were slow; a stream's are asked for again */
    uint64_t restarts; /* the stream was re-created: sequences began again */
};

struct nats_tail_callbacks {
    void (*on_message)(void *context, const struct nats_tail_message *message);
    void (*on_state)(void *context, const struct nats_tail_status *status);
    void (*on_closed)(void *context); /* the last one; context may be freed in it. NULL for none */
};

struct nats_tail;

/* Starts when the link is live; callbacks may run before this returns. Any thread. */
struct nats_tail *nats_tail_new(struct nats_link *link, const struct nats_tail_options *options,
                                const struct nats_tail_callbacks *callbacks, void *context);
void nats_tail_close(struct nats_tail *tail); /* ends and frees it; on_closed follows. Any thread, before nats_link_free */
struct nats_tail_counters nats_tail_counters(struct nats_tail *tail); /* any thread, before close */

#endif
