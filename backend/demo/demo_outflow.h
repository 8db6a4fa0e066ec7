/* One reply body on its way out: a whole text or a stream, spoiled by a fault where one is set. Belongs to the
 * connection's thread. A stream that has nothing to say is asked again after looking whether the client is still there
 * (libmicrohttpd itself does not look while a reply is being sent). */
#ifndef DEMO_DEMO_OUTFLOW_H
#define DEMO_DEMO_OUTFLOW_H

#include "demo/demo_faults.h"
#include "demo/demo_http.h"

struct demo_outflow {
    struct demo_faults *faults; /* borrowed */
    const bool *is_stopping;    /* borrowed, read atomically */
    int fd;                     /* the client's socket */
    char *bytes;                /* owned; NULL: `stream` */
    size_t length;
    struct demo_http_stream stream;
    struct demo_fault fault;
    size_t sent;
    bool is_spoiled;
};

/* The next bytes of the body, DEMO_HTTP_STREAM_END or DEMO_HTTP_STREAM_ABORT; blocks until there is one of them. */
ssize_t demo_outflow_pull(struct demo_outflow *flow, char *out, size_t size);

/* Waits while the rule of flow->fault stands, at most delay_ms (negative: without end). False: the client or the server
 * is going. */
bool demo_outflow_stall(const struct demo_outflow *flow, int64_t delay_ms);

void demo_outflow_free(struct demo_outflow *flow);

#endif
