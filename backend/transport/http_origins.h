/* Servers whose old connections are not to be trusted: libcurl keeps connections, and cannot know that a peer went silent.
 * Inside transport only; HTTP thread only. */
#ifndef TRANSPORT_HTTP_ORIGINS_H
#define TRANSPORT_HTTP_ORIGINS_H

#include <stdbool.h>
#include <stdint.h>

#include "transport/http_easy.h"

#define HTTP_ORIGINS_MAXIMUM 32
#define HTTP_ORIGINS_POOLS 2

struct http_origin {
    char authority[HTTP_URL_ORIGIN_MAX]; /* "": unused */
    int64_t cut_ms;                      /* real monotonic time; connections older than this are dead */
    bool renewed[HTTP_ORIGINS_POOLS];    /* a connection made since then exists in that pool */
};

struct http_origins {
    struct http_origin items[HTTP_ORIGINS_MAXIMUM];
};

/* From now on connections to `authority` made before now are not used; the oldest entry gives way when full. */
void http_origins_cut(struct http_origins *origins, const char *authority, int64_t now_ms);

/* Tells the handle, about to start in `pool`, which connections it may use. */
void http_origins_apply(struct http_origins *origins, struct http_easy *easy, int pool, int64_t now_ms);

#endif
