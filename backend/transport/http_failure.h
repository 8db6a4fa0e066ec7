/* libcurl's ways to fail, as status and one sentence naming host:port. Inside transport only. */
#ifndef TRANSPORT_HTTP_FAILURE_H
#define TRANSPORT_HTTP_FAILURE_H

#include "base/error.h"
#include "transport/http_easy.h"

struct http_failure {
    struct error error;
    bool refused; /* connection refused */
    bool silent;  /* connected, then no answer in time: the connection may be dead */
};

/* Call before the handle is cleaned up. `code` is not CURLE_OK. */
void http_failure_read(struct http_easy *easy, CURLcode code, struct http_failure *ret);

#endif
