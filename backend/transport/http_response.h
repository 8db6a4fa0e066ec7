/* What came back: status line, the headers that matter, the body, and how the connection was. */
#ifndef TRANSPORT_HTTP_RESPONSE_H
#define TRANSPORT_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytebuf.h"
#include "base/error.h"
#include "base/span.h"

#define HTTP_RESPONSE_HEADERS_MAXIMUM ((size_t)128 << 10)

/* The status line and headers of a response. Borrowed by callbacks for the time of the call. */
struct http_head {
    int code;               /* 200 … */
    char protocol[12];      /* "HTTP/1.1", "HTTP/2" */
    char content_type[96];  /* lower case, without parameters: "application/json"; "" when absent */
    int64_t retry_after_ms; /* -1: no Retry-After */
    int64_t date_ms;        /* the server's Date; TIMESTAMP_NONE */
    struct bytebuf lines;   /* raw header lines of the final response */
};

/* Value of the first header called `name` (any case), trimmed and raw (untrusted); the empty span when absent. */
struct span http_head_get(const struct http_head *head, const char *name);

#define HTTP_PEER_CHAIN_MAX 8

/* One certificate. Sanitized. */
struct http_certificate {
    char subject[256];
    char issuer[256];
    char names[320]; /* of the servers it is for: "api.acme.example, 10.0.0.1" */
    int64_t not_before_ms, not_after_ms; /* TIMESTAMP_NONE when unreadable */
};

/* Who answered, and how the connection is protected, when asked for (http_request.want_peer). Also filled when the transfer
 * failed after the certificates arrived. */
struct http_peer {
    bool known;              /* chain[0], the server's own, was read */
    char tls_version[16];    /* "TLSv1.3"; "" without TLS, or when the handshake failed */
    char cipher[64];         /* "TLS_AES_128_GCM_SHA256" */
    struct http_certificate chain[HTTP_PEER_CHAIN_MAX]; /* as the server sent it: its own first */
    size_t chain_count, chain_left_out;
};

/* Where the time went, in microseconds. What was not done (a reused connection, no TLS) took 0. */
struct http_timing {
    int64_t lookup_us, connect_us, tls_us;
    int64_t request_us; /* from the request's first byte to the answer's first byte */
    bool reused;        /* no connection was made for it */
};

struct http_response {
    struct http_head head;
    struct bytebuf body;
    struct http_peer peer;
    struct http_timing timing;
    int64_t total_ms;
    uint64_t bytes_received; /* on the wire, headers included, compressed as sent */
};

void http_response_init(struct http_response *response, size_t maximum_body);
void http_response_done(struct http_response *response);

/* STATUS_OK for 2xx; 401, 403, 404, 409, 410, 413, 422, 429 and 5xx as base/error.h names them; STATUS_INVALID otherwise. */
enum status http_response_code_status(int code);

/* Reason phrase of a code: "Not Found"; "" when unknown. */
const char *http_response_reason(int code);

#endif
