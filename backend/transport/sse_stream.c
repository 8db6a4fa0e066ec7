/* A reconnecting Server-Sent-Events stream; see sse_stream.h. Everything but the public functions runs on the HTTP thread; the
 * one running transfer's on_done decides what comes next. */
#include "transport/sse_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

#define RECHECK_MS 60000
#define REOPEN_MS 1000
#define HEALTHY_MS 10000
#define FAILURE_LINE_MAXIMUM 200

struct sse_stream {
    struct http_thread *thread;
    struct sse_stream_callbacks callbacks;
    void *context;
    char *name, *url, *proxy;
    struct tls_identity *identity;
    bool force_http1, reopen_after_end;
    struct retry_policy retry;

    struct sse_parser parser;
    struct bytebuf refusal; /* the beginning of a body that is no event stream */
    uint64_t transfer;      /* 0: none runs */
    int timer;
    unsigned attempt;
    bool closing, restart, live;
    int64_t live_since_ms;
};

static const struct {
    int code;
    enum sse_stream_state state;
    const char *text;
} STANDING[] = {
    {401, SSE_STREAM_STATE_UNAUTHENTICATED, "the server does not accept our credentials (401)"},
    {403, SSE_STREAM_STATE_DENIED, "not allowed (403)"},
    {404, SSE_STREAM_STATE_ABSENT, "the server does not have this stream (404)"},
};

static void open_stream(struct sse_stream *stream);

static void report(struct sse_stream *stream, struct sse_stream_status status)
{
    stream->callbacks.on_state(stream->context, &status);
}

static void report_plain(struct sse_stream *stream, enum sse_stream_state state)
{
    report(stream, (struct sse_stream_status){.state = state, .text = "", .retry_in_ms = -1});
}

static void wake(void *context)
{
    struct sse_stream *stream = context;
    stream->timer = 0;
    open_stream(stream);
}

static void stop_waiting(struct sse_stream *stream)
{
    http_thread_cancel_timer(stream->thread, stream->timer);
    stream->timer = 0;
}

static void wait_for(struct sse_stream *stream, enum sse_stream_state state, const struct error *error, int64_t delay_ms)
{
    stream->timer = http_thread_add_timer(stream->thread, delay_ms, wake, stream);
    report(
        stream,
        (struct sse_stream_status){
            .state = state, .status = error->status, .text = error->text, .retry_in_ms = delay_ms, .attempt = stream->attempt});
}

static void fail(struct sse_stream *stream, struct error *error, const struct http_result *result)
{
    stream->attempt++;
    struct retry_failure failure = {
        .attempt = stream->attempt, .refused = result->refused, .retry_after_ms = result->head->retry_after_ms};
    error_prefix(error, "%s", stream->name);
    wait_for(stream, SSE_STREAM_STATE_RETRYING, error, retry_policy_delay_ms(&stream->retry, failure, arc4random()));
}

/* First line of a text body, for the error text. */
static struct span said(const struct sse_stream *stream, const struct http_head *head)
{
    struct span body = bytebuf_span(&stream->refusal), line = SPAN_EMPTY;
    if (strcmp(head->content_type, "text/plain") == 0)
        span_split(&body, '\n', &line);
    return span_trim(line);
}

static void refuse(struct sse_stream *stream, const struct http_result *result)
{
    int code = result->head->code;
    struct span line = said(stream, result->head);
    const char *colon = line.length > 0 ? ": " : "";
    struct error error;
    for (size_t i = 0; i < sizeof STANDING / sizeof STANDING[0]; i++) {
        if (STANDING[i].code != code)
            continue;
        error_set(&error, http_response_code_status(code), "%s: %s%s%.*s", stream->name, STANDING[i].text, colon,
                  SPAN_PRINT(line));
        wait_for(stream, STANDING[i].state, &error, RECHECK_MS);
        return;
    }
    if (code == 200) {
        error_set(&error, STATUS_UNSUPPORTED, "%s: what answers there is no event stream but '%s'", stream->name,
                  result->head->content_type);
        wait_for(stream, SSE_STREAM_STATE_ABSENT, &error, RECHECK_MS);
        return;
    }
    error_set(&error, http_response_code_status(code), "the server answers %d %s%s%.*s", code, http_response_reason(code), colon,
              SPAN_PRINT(line));
    fail(stream, &error, result);
}

static void take_head(void *context, const struct http_head *head)
{
    struct sse_stream *stream = context;
    stream->live = head->code == 200 && strcmp(head->content_type, "text/event-stream") == 0;
    if (!stream->live || stream->closing || stream->restart)
        return;
    stream->live_since_ms = clock_monotonic_ms();
    report_plain(stream, SSE_STREAM_STATE_LIVE);
}

static bool take_data(void *context, struct span data)
{
    struct sse_stream *stream = context;
    if (stream->closing || stream->restart)
        return true; /* the cancel is on its way */
    if (stream->callbacks.on_alive != NULL)
        stream->callbacks.on_alive(stream->context);
    if (stream->live) {
        sse_parser_feed(&stream->parser, data);
        return true;
    }
    size_t room = FAILURE_LINE_MAXIMUM - stream->refusal.length;
    (void)bytebuf_append_span(&stream->refusal, span_first(data, room));
    return stream->refusal.length < FAILURE_LINE_MAXIMUM; /* a page that is no event stream may be endless */
}

static void take_event(void *context, const struct sse_event *event)
{
    struct sse_stream *stream = context;
    stream->attempt = 0;
    stream->callbacks.on_event(stream->context, event);
}

static void destroy(struct sse_stream *stream)
{
    void (*on_closed)(void *context) = stream->callbacks.on_closed;
    void *context = stream->context;
    sse_parser_done(&stream->parser);
    bytebuf_done(&stream->refusal);
    tls_identity_unref(stream->identity);
    free(stream->name);
    free(stream->url);
    free(stream->proxy);
    free(stream);
    if (on_closed != NULL)
        on_closed(context);
}

static void end_cleanly(struct sse_stream *stream)
{
    report_plain(stream, SSE_STREAM_STATE_ENDED);
    if (stream->reopen_after_end)
        stream->timer = http_thread_add_timer(stream->thread, REOPEN_MS, wake, stream);
}

static void end_transfer(void *context, const struct http_result *result)
{
    struct sse_stream *stream = context;
    bool restart = stream->restart, live = stream->live;
    stream->transfer = 0;
    stream->restart = stream->live = false;
    if (live && clock_monotonic_ms() - stream->live_since_ms >= HEALTHY_MS)
        stream->attempt = 0;
    struct error error = result->error;
    if (stream->closing)
        destroy(stream);
    else if (restart)
        open_stream(stream);
    else if (live && result->status == STATUS_OK)
        end_cleanly(stream);
    else if (result->head->code != 0 && !live)
        refuse(stream, result);
    else
        fail(stream, &error, result);
}

static void open_stream(struct sse_stream *stream)
{
    static const struct http_callbacks CALLBACKS = {.on_head = take_head, .on_data = take_data, .on_done = end_transfer};
    char last_id[sizeof stream->parser.id + 32];
    snprintf(last_id, sizeof last_id, "Last-Event-ID: %s", stream->parser.id);
    const char *const headers[] = {"Cache-Control: no-cache", stream->parser.id[0] != '\0' ? last_id : NULL, NULL};
    struct http_request request = {
        .url = stream->url,
        .class = HTTP_REQUEST_CLASS_STREAM,
        .identity = stream->identity,
        .accept = "text/event-stream",
        .headers = headers,
        .proxy = stream->proxy,
        .force_http1 = stream->force_http1,
    };
    stop_waiting(stream);
    sse_parser_reset(&stream->parser);
    bytebuf_clear(&stream->refusal);
    stream->live = false;
    if (stream->attempt == 0)
        report_plain(stream, SSE_STREAM_STATE_CONNECTING);
    stream->transfer = http_thread_submit(stream->thread, &request, &CALLBACKS, stream);
}

static void start_on_thread(void *context)
{
    open_stream(context);
}

static void reopen_on_thread(void *context)
{
    struct sse_stream *stream = context;
    if (stream->transfer == 0)
        open_stream(stream);
}

static void reset_on_thread(void *context)
{
    struct sse_stream *stream = context;
    if (stream->transfer == 0) {
        open_stream(stream);
        return;
    }
    stream->restart = true;
    http_thread_cancel(stream->thread, stream->transfer);
}

static void close_on_thread(void *context)
{
    struct sse_stream *stream = context;
    stop_waiting(stream);
    stream->closing = true;
    if (stream->transfer == 0)
        destroy(stream);
    else
        http_thread_cancel(stream->thread, stream->transfer);
}

struct sse_stream *sse_stream_new(struct http_thread *thread, const struct sse_stream_options *options,
                                  const struct sse_stream_callbacks *callbacks, void *context)
{
    struct sse_stream *stream = alloc_new(struct sse_stream);
    *stream = (struct sse_stream){
        .thread = thread,
        .callbacks = *callbacks,
        .context = context,
        .name = alloc_strdup(options->name),
        .url = alloc_strdup(options->url),
        .proxy = alloc_strdup(options->proxy),
        .identity = tls_identity_ref(options->identity),
        .force_http1 = options->force_http1,
        .reopen_after_end = options->reopen_after_end,
        .retry = options->retry != NULL ? *options->retry : RETRY_POLICY_DEFAULT,
    };
    sse_parser_init(&stream->parser, SSE_STREAM_EVENT_MAXIMUM, take_event, NULL, stream);
    bytebuf_init(&stream->refusal, FAILURE_LINE_MAXIMUM);
    http_thread_call(thread, start_on_thread, stream);
    return stream;
}

void sse_stream_reopen(struct sse_stream *stream)
{
    http_thread_call(stream->thread, reopen_on_thread, stream);
}

void sse_stream_reset(struct sse_stream *stream)
{
    http_thread_call(stream->thread, reset_on_thread, stream);
}

void sse_stream_close(struct sse_stream *stream)
{
    if (!http_thread_call(stream->thread, close_on_thread, stream))
        destroy(stream); /* the HTTP thread has ended: nothing of it runs any more */
}
