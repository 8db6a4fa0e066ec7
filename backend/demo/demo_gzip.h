/* Streamed bodies, packed on their way out. */
#ifndef DEMO_DEMO_GZIP_H
#define DEMO_DEMO_GZIP_H

#include "demo/demo_http.h"

bool demo_gzip_is_accepted(const struct demo_http_request *request);

/* Takes `inner` over. Its pauses (0) and its abort pass through. */
struct demo_http_stream demo_gzip_stream(struct demo_http_stream inner);

#endif
