/* The blocking way to fetch, on top of http_thread_submit; contract in http_thread.h. */
#include "transport/http_thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "transport/http_url.h"

#define CANCEL_LOOK_MS 50

struct fetch {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool done;
    struct http_response *response;
    struct error error;
};

static bool take_data(void *context, struct span data)
{
    struct fetch *fetch = context;
    return bytebuf_append_span(&fetch->response->body, data);
}

static void copy_head(struct http_head *to, const struct http_head *from)
{
    struct bytebuf lines = to->lines;
    bytebuf_clear(&lines);
    (void)bytebuf_append_span(&lines, bytebuf_span(&from->lines));
    *to = *from;
    to->lines = lines;
}

static void take_result(void *context, const struct http_result *result)
{
    struct fetch *fetch = context;
    struct http_response *response = fetch->response;
    copy_head(&response->head, result->head);
    response->peer = *result->peer;
    response->timing = result->timing;
    response->total_ms = result->total_ms;
    response->bytes_received = result->bytes_received;
    pthread_mutex_lock(&fetch->lock);
    fetch->error = result->error;
    if (response->body.overflowed && result->status == STATUS_INTERRUPTED)
        error_set(&fetch->error, STATUS_TOO_BIG, "the answer is over the maximum of %zu KiB", response->body.maximum >> 10);
    fetch->done = true;
    pthread_cond_signal(&fetch->ended);
    pthread_mutex_unlock(&fetch->lock);
}

/* Looks at the flag now and then; on_done comes in any case, so the wait after a cancel is short and certain. */
static void wait_end(struct http_thread *thread, struct fetch *fetch, uint64_t id, const atomic_bool *cancel)
{
    bool cancelled = cancel == NULL;
    pthread_mutex_lock(&fetch->lock);
    while (!fetch->done) {
        if (!cancelled && atomic_load(cancel)) {
            cancelled = true;
            http_thread_cancel(thread, id);
        }
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += CANCEL_LOOK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        if (cancelled)
            pthread_cond_wait(&fetch->ended, &fetch->lock);
        else
            pthread_cond_timedwait(&fetch->ended, &fetch->lock, &until);
    }
    pthread_mutex_unlock(&fetch->lock);
}

enum status http_thread_fetch(struct http_thread *thread, const struct http_request *request, const atomic_bool *cancel,
                              struct http_response *response, struct error *err)
{
    static const struct http_callbacks CALLBACKS = {.on_data = take_data, .on_done = take_result};
    struct fetch fetch = {.response = response};
    struct http_request bounded = *request;
    size_t room = response->body.maximum;
    if (bounded.maximum_body == 0 || bounded.maximum_body > room)
        bounded.maximum_body = room;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&fetch.ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&fetch.lock, NULL);
    bytebuf_clear(&response->body);
    uint64_t id = http_thread_submit(thread, &bounded, &CALLBACKS, &fetch);
    if (id == 0)
        error_set(&fetch.error, STATUS_INTERRUPTED, "sovdeck is closing its connections");
    else
        wait_end(thread, &fetch, id, cancel);
    pthread_cond_destroy(&fetch.ended);
    pthread_mutex_destroy(&fetch.lock);
    if (err != NULL)
        *err = fetch.error;
    return fetch.error.status;
}

enum status http_thread_fetch_ok(struct http_thread *thread, const struct http_request *request, const atomic_bool *cancel,
                                 struct http_response *response, struct error *err)
{
    enum status status = http_thread_fetch(thread, request, cancel, response, err);
    if (status != STATUS_OK)
        return status;
    int code = response->head.code;
    status = http_response_code_status(code);
    if (status == STATUS_OK)
        return STATUS_OK;
    char authority[HTTP_URL_ORIGIN_MAX];
    struct http_url url = {0};
    http_url_authority(request->url, authority);
    http_url_parse(request->url, &url);
    struct span path = span_first(url.path, 160), body = bytebuf_span(&response->body), line = SPAN_EMPTY;
    if (strncmp(response->head.content_type, "text/plain", 10) == 0)
        span_split(&body, '\n', &line);
    line = span_first(span_trim(line), 200);
    return error_set(err, status, "%s %s%.*s: %d %s%s%.*s", request->method != NULL ? request->method : "GET", authority,
                     SPAN_PRINT(path), code, http_response_reason(code), line.length > 0 ? ": " : "", SPAN_PRINT(line));
}
