/* One curl_multi handle driven by the HTTP thread's epoll: connections of streams, or of requests. Inside transport only;
 * HTTP thread only. */
#ifndef TRANSPORT_HTTP_POOL_H
#define TRANSPORT_HTTP_POOL_H

#include <stdint.h>

#include <curl/curl.h>

struct http_pool {
    CURLM *multi;
    int epoll_fd; /* borrowed */
    uint32_t tag; /* upper half of the epoll data, so that the loop knows whose descriptor is ready */
    int64_t due_ms; /* real monotonic time of libcurl's next time-out; -1: none */
};

void http_pool_init(struct http_pool *pool, int epoll_fd, uint32_t tag);
void http_pool_done(struct http_pool *pool);
void http_pool_ready(struct http_pool *pool, int fd, uint32_t epoll_events);
void http_pool_tick(struct http_pool *pool, int64_t now_ms); /* runs libcurl's time-outs that are due */

int64_t http_pool_now_ms(void); /* CLOCK_MONOTONIC, never scaled: network time is real time */

#endif
