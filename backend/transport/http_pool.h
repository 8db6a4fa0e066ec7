/* One curl_multi handle and an epoll of its sockets: the connections of streams, or of requests. Inside transport only; HTTP
 * thread only. */
#ifndef TRANSPORT_HTTP_POOL_H
#define TRANSPORT_HTTP_POOL_H

#include <stdint.h>

#include <curl/curl.h>

struct http_pool {
    CURLM *multi;
    int epoll_fd;   /* readable when http_pool_work has something to do */
    int64_t due_ms; /* real monotonic time of libcurl's next time-out; -1: none */
};

void http_pool_init(struct http_pool *pool);
void http_pool_done(struct http_pool *pool);
void http_pool_work(struct http_pool *pool); /* tells libcurl about sockets that are ready and time-outs that are due */

int64_t http_pool_now_ms(void); /* CLOCK_MONOTONIC, never scaled: network time is real time */

#endif
