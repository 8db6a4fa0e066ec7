/* One running transfer: libcurl's callbacks on one side, the submitter's on the other. Inside transport only. Made on any
 * thread, then used on the HTTP thread only. */
#ifndef TRANSPORT_HTTP_TRANSFER_H
#define TRANSPORT_HTTP_TRANSFER_H

#include "transport/http_easy.h"
#include "transport/http_response.h"
#include "transport/http_thread.h"

struct http_transfer {
    uint64_t id;
    enum http_request_class class;
    struct http_callbacks callbacks;
    void *context;
    struct http_easy easy;
    struct error made; /* why it could not be made; STATUS_OK */
    struct http_head head;
    bool head_complete, received, muted;
    bool connected;      /* its request is being sent */
    bool scouting, held; /* makes the connection that others wait for; waits for one (http_scouts), and libcurl does not know it */
    bool again, tried_again; /* 401 to credentials that have been, or will be replaced: one more try, nobody is told */
    struct http_peer *peer; /* NULL: not wanted */
    struct http_thread *thread; /* set when started */
    int limit_timer;            /* ends the wait for a stream's headers, or for a whole request; 0: none */
    int64_t limit_ms;
    int connect_timer; /* ends the wait for a connection; 0: none */
    int64_t connect_ms;
    enum status stopped; /* why our own callbacks ended it; STATUS_OK when they did not */
    size_t maximum_body, body_length;
    struct http_transfer *next;
};

struct http_transfer *http_transfer_new(uint64_t id, const struct http_request *request, const struct http_callbacks *callbacks,
                                        void *context);

void http_transfer_discard(struct http_transfer *transfer); /* never started: frees it, no callback */

/* Back to before the start, for another try with other credentials. */
void http_transfer_rewind(struct http_transfer *transfer);

/* libcurl says it is over. Runs on_done and frees the transfer (removed from its multi handle before). Returns whether the
 * connection went silent (see http_failure). */
bool http_transfer_finish(struct http_transfer *transfer, CURLcode code);

/* The same for a transfer ended by us, or that could not be made: on_done with this error. */
void http_transfer_abort(struct http_transfer *transfer, const struct error *error);

#endif
