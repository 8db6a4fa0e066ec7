/* libcurl's multi_socket interface on epoll; see http_pool.h.
 *
 * libcurl 7.88 closes the sockets of connection attempts it gives up without a word, and only then says that it lost interest in
 * the number, which may be another file's by then. So what is registered is never remembered here but asked of the kernel, and
 * each pool has its own epoll: a late "remove" finds nothing and harms nobody.
 */
#include "transport/http_pool.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define EPOLL_BATCH 64

int64_t http_pool_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *unused)
{
    struct http_pool *pool = context;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(pool->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    struct epoll_event event = {.data.fd = fd};
    event.events = ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0u) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0u);
    if (epoll_ctl(pool->epoll_fd, EPOLL_CTL_MOD, fd, &event) != 0 && errno == ENOENT)
        epoll_ctl(pool->epoll_fd, EPOLL_CTL_ADD, fd, &event);
    return 0;
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct http_pool *pool = context;
    pool->due_ms = timeout_ms < 0 ? -1 : http_pool_now_ms() + timeout_ms;
    return 0;
}

void http_pool_init(struct http_pool *pool)
{
    *pool = (struct http_pool){.multi = curl_multi_init(), .epoll_fd = epoll_create1(EPOLL_CLOEXEC), .due_ms = -1};
    curl_multi_setopt(pool->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(pool->multi, CURLMOPT_SOCKETDATA, pool);
    curl_multi_setopt(pool->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(pool->multi, CURLMOPT_TIMERDATA, pool);
    curl_multi_setopt(pool->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
}

void http_pool_done(struct http_pool *pool)
{
    curl_multi_cleanup(pool->multi);
    close(pool->epoll_fd);
}

static void tell(struct http_pool *pool, const struct epoll_event *event)
{
    int running;
    int mask = ((event->events & (EPOLLIN | EPOLLHUP)) != 0 ? CURL_CSELECT_IN : 0) |
               ((event->events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
               ((event->events & EPOLLERR) != 0 ? CURL_CSELECT_ERR : 0);
    curl_multi_socket_action(pool->multi, event->data.fd, mask, &running);
}

void http_pool_work(struct http_pool *pool)
{
    struct epoll_event events[EPOLL_BATCH];
    int running, count = epoll_wait(pool->epoll_fd, events, EPOLL_BATCH, 0);
    for (int i = 0; i < count; i++)
        tell(pool, &events[i]);
    if (pool->due_ms < 0 || http_pool_now_ms() < pool->due_ms)
        return;
    pool->due_ms = -1;
    curl_multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}
