/* One HTTP request as a value. Everything in it is borrowed: http_thread_submit and http_thread_fetch copy what they need
 * (and take their own reference of the identity) before they return. */
#ifndef TRANSPORT_HTTP_REQUEST_H
#define TRANSPORT_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "transport/tls_identity.h"

#define HTTP_REQUEST_CONNECT_TIMEOUT_MS 5000
#define HTTP_REQUEST_TOTAL_TIMEOUT_MS 30000
#define HTTP_REQUEST_HEAD_TIMEOUT_MS 30000
#define HTTP_REQUEST_BODY_MAXIMUM ((size_t)32 << 20)

enum http_request_class {
    HTTP_REQUEST_CLASS_REQUEST, /* short: has a total time-out; runs in the pool of requests */
    HTTP_REQUEST_CLASS_STREAM,  /* watch, SSE, log: time-out until the headers only; its own connections; never compressed */
};

struct http_request {
    const char *method; /* NULL: GET */
    const char *url;    /* http or https only; redirects are never followed */
    enum http_request_class class;
    struct tls_identity *identity; /* NULL: the system's CAs, no credentials */
    const char *accept;            /* NULL: application/json */
    const char *content_type;      /* NULL: none sent */
    struct span body;
    const char *const *headers; /* further "Name: value" lines, NULL-terminated; NULL: none */
    const char *proxy;          /* NULL: as the environment says (HTTPS_PROXY, NO_PROXY) */
    int64_t connect_timeout_ms; /* 0: HTTP_REQUEST_CONNECT_TIMEOUT_MS; in clock.h milliseconds */
    int64_t total_timeout_ms;   /* 0: HTTP_REQUEST_TOTAL_TIMEOUT_MS; ignored for streams; in clock.h milliseconds */
    int64_t head_timeout_ms;    /* 0: HTTP_REQUEST_HEAD_TIMEOUT_MS; streams only, in clock.h milliseconds */
    int64_t stall_timeout_ms;   /* 0: none. For lists: cut when less than 1 byte/s arrives for this long */
    size_t maximum_body;        /* 0: HTTP_REQUEST_BODY_MAXIMUM for requests (after decompression); streams: no limit */
    bool accept_compressed;     /* for lists only */
    bool force_http1;
    bool repeatable; /* GET and HEAD always are. Others: libcurl may send it again when a kept-alive connection turns out dead
                        (access reviews, dry runs); without it they always get a connection of their own, and are sent once */
    bool want_peer;  /* fill http_response.peer / http_result.peer (doctor) */
};

#endif
