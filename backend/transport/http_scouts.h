/* Who goes first: of several requests to a server that may speak HTTP/2, one makes the connection and the others wait for it, to share
 * it. libcurl has this (CURLOPT_PIPEWAIT), but 7.88 forgets transfers that wait when the first one is cancelled or its connection
 * breaks: they would stay silent until their own limit, minutes later. Inside transport only; HTTP thread only. */
#ifndef TRANSPORT_HTTP_SCOUTS_H
#define TRANSPORT_HTTP_SCOUTS_H

#include "transport/http_transfer.h"

#define HTTP_SCOUTS_MAXIMUM 32

struct http_scouts {
    char single[HTTP_SCOUTS_MAXIMUM][HTTP_URL_ORIGIN_MAX]; /* servers that spoke HTTP/1: nothing to share, nobody waits */
    unsigned next;
};

/* Sets transfer->scouting or transfer->held from what runs already (a list). */
void http_scouts_place(const struct http_scouts *scouts, const struct http_transfer *running, struct http_transfer *transfer);

/* The transfer has connected, or is about to go: what its server spoke is remembered, and it is no scout any more. */
void http_scouts_learn(struct http_scouts *scouts, struct http_transfer *transfer);

/* A held transfer whose scout has connected or failed; NULL: none. */
struct http_transfer *http_scouts_next(struct http_transfer *running);

#endif
