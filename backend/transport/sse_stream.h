/* A Server-Sent-Events stream that comes back by itself. Runs on the HTTP thread; all callbacks run there. */
#ifndef TRANSPORT_SSE_STREAM_H
#define TRANSPORT_SSE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "transport/http_thread.h"
#include "transport/retry_policy.h"
#include "transport/sse_parser.h"

#define SSE_STREAM_EVENT_MAXIMUM ((size_t)1 << 20)

enum sse_stream_state {
    SSE_STREAM_STATE_CONNECTING,
    SSE_STREAM_STATE_LIVE,  /* 200 with text/event-stream */
    SSE_STREAM_STATE_ENDED, /* the server closed it and reopen_after_end is off: sse_stream_reopen opens it again */
    SSE_STREAM_STATE_RETRYING,
    SSE_STREAM_STATE_UNAUTHENTICATED, /* 401; tried again every 60 s */
    SSE_STREAM_STATE_DENIED,          /* 403; tried again every 60 s */
    SSE_STREAM_STATE_ABSENT,          /* 404 or not an event stream; tried again every 60 s */
};

struct sse_stream_status {
    enum sse_stream_state state;
    enum status status;  /* why; STATUS_OK while connecting, live or ended */
    const char *text;    /* one sentence, "" when there is nothing to say. Borrowed for the call */
    int64_t retry_in_ms; /* -1: no attempt planned */
    unsigned attempt;    /* failures in a row */
};

struct sse_stream_options {
    const char *name; /* "cutover events", first words of error texts */
    const char *url;
    struct tls_identity *identity; /* referenced */
    const char *proxy;
    bool force_http1;
    bool reopen_after_end;            /* the server's clean end is not the end (first pause 1 s) */
    const struct retry_policy *retry; /* NULL: RETRY_POLICY_DEFAULT. Copied */
};

struct sse_stream_callbacks {
    void (*on_event)(void *context, const struct sse_event *event); /* raw (untrusted), borrowed for the call */
    void (*on_alive)(void *context);                                /* any byte arrived: a proof of life; NULL for none */
    void (*on_state)(void *context, const struct sse_stream_status *status);
    void (*on_closed)(void *context); /* the last one; context may be freed in it. NULL for none */
};

struct sse_stream;

/* Starts at once: from another thread than the HTTP thread, callbacks may run before this returns. options are copied.
 * Last-Event-ID is sent when the server gave ids. */
struct sse_stream *sse_stream_new(struct http_thread *thread, const struct sse_stream_options *options,
                                  const struct sse_stream_callbacks *callbacks, void *context);
void sse_stream_reopen(struct sse_stream *stream); /* now, whatever it waits for; nothing when connecting or live. Any thread */
void sse_stream_reset(struct sse_stream *stream);  /* cuts the connection and opens a new one. Any thread */
void sse_stream_close(struct sse_stream *stream);  /* ends and frees it; on_closed follows on the HTTP thread. Any thread */

#endif
