/* One request whose whole reply is wanted, on the HTTP thread without blocking it. */
#ifndef FEED_FEED_FETCH_H
#define FEED_FEED_FETCH_H

#include "transport/http_thread.h"

struct feed_fetch_reply {
    enum status status; /* STATUS_OK: a complete reply came, whatever its code */
    const char *text;   /* why not, one sentence; "" */
    int code;
    struct span body;
    const char *content_type; /* "application/json"; "" */
    const struct http_head *head; /* NULL: no reply */
    const char *protocol; /* "HTTP/2"; "" */
    int64_t total_ms;
};

/* `done` runs once, on the HTTP thread, with borrowed data. Returns the transfer's id for http_thread_cancel (then `done` runs
 * with STATUS_INTERRUPTED), or 0 when the HTTP thread is stopping: then `done` never runs. Off the HTTP thread `done` may run before
 * this returns. Any thread. */
uint64_t feed_fetch(struct http_thread *thread, const struct http_request *request,
                    void (*done)(void *context, const struct feed_fetch_reply *reply), void *context);

#endif
