/* Collects a body and hands it over once. */
#include "feed/feed_fetch.h"

#include <stdlib.h>

#include "base/alloc.h"

#define BODY_MAXIMUM ((size_t)8 << 20)

struct fetch {
    struct bytebuf body;
    void (*done)(void *context, const struct feed_fetch_reply *reply);
    void *context;
};

static bool on_data(void *context, struct span data)
{
    struct fetch *fetch = context;
    return bytebuf_append_span(&fetch->body, data);
}

static void on_done(void *context, const struct http_result *result)
{
    struct fetch *fetch = context;
    bool too_big = fetch->body.overflowed;
    struct feed_fetch_reply reply = {
        .status = too_big ? STATUS_TOO_BIG : result->status,
        .text = too_big ? "the reply is too big" : result->error.text,
        .code = result->head != NULL ? result->head->code : 0,
        .body = bytebuf_span(&fetch->body),
        .content_type = result->head != NULL ? result->head->content_type : "",
        .head = result->head,
        .protocol = result->head != NULL ? result->head->protocol : "",
        .total_ms = result->total_ms,
    };
    fetch->done(fetch->context, &reply);
    bytebuf_done(&fetch->body);
    free(fetch);
}

uint64_t feed_fetch(struct http_thread *thread, const struct http_request *request,
                    void (*done)(void *context, const struct feed_fetch_reply *reply), void *context)
{
    struct fetch *fetch = alloc_new(struct fetch);
    struct http_callbacks callbacks = {.on_data = on_data, .on_done = on_done};
    bytebuf_init(&fetch->body, request->maximum_body > 0 ? request->maximum_body : BODY_MAXIMUM);
    fetch->done = done;
    fetch->context = context;
    uint64_t id = http_thread_submit(thread, request, &callbacks, fetch);
    if (id == 0) {
        bytebuf_done(&fetch->body);
        free(fetch);
    }
    return id;
}
