/* Opening, reopening and moving the events stream, and telling each event once. A cut of an idle stream is no failure: it is
 * opened again without a word. */
#include "feed/catalyst_feed_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

#define URL_MAXIMUM 1024
#define REOPEN_MS 1000
#define IDLE_MS 60000 /* a stream that lived this long was cut for being idle, or with its server */

struct catalyst_feed_stream {
    struct http_thread *thread;
    struct catalyst_client *client;
    struct catalyst_feed_stream_callbacks callbacks;
    void *context;
    struct sse_stream *stream;
    enum sse_stream_state state;
    int64_t opened_ms; /* monotonic, of the connection that is or was open */
    int timer;
    bool ended_by_event, is_moving, is_closing; /* moving: `stream` is being closed */
    uint64_t seen[CATALYST_FEED_STREAM_SEEN_MAX]; /* a ring */
    size_t seen_count;
};

static void open_here(struct catalyst_feed_stream *stream);

/* ---- events ---- */

/* Time, phase, step and message are all there is to tell two events apart (contract 3.3). */
static uint64_t hash_event(const struct catalyst_event *event)
{
    char text[512];
    snprintf(text, sizeof text, "%lld|%s|%s|%s", (long long)event->at_ms, event->phase, event->step, event->message);
    return span_hash(span_of(text));
}

static bool was_seen(const struct catalyst_feed_stream *stream, uint64_t hash)
{
    size_t kept = stream->seen_count < CATALYST_FEED_STREAM_SEEN_MAX ? stream->seen_count : CATALYST_FEED_STREAM_SEEN_MAX;
    for (size_t i = 0; i < kept; i++)
        if (stream->seen[i] == hash)
            return true;
    return false;
}

static void tell(struct catalyst_feed_stream *stream, const struct catalyst_event *event)
{
    uint64_t hash = hash_event(event);
    if (!was_seen(stream, hash) && stream->callbacks.told(stream->context, event))
        stream->seen[stream->seen_count++ % CATALYST_FEED_STREAM_SEEN_MAX] = hash;
}

static void take_event(void *context, const struct sse_event *raw)
{
    struct catalyst_feed_stream *stream = context;
    stream->ended_by_event = span_equals_text(raw->name, "cutover-completed") || span_equals_text(raw->name, "cutover-step-failed");
    stream->callbacks.changed(stream->context);
    if (span_equals_text(raw->name, "cutover-status"))
        return; /* a snapshot: GET status says the same, and better */
    struct catalyst_event *event = alloc_new(struct catalyst_event);
    if (catalyst_reply_event(raw->data, event, NULL) == STATUS_OK)
        tell(stream, event);
    free(event);
}

static void take_alive(void *context)
{
    struct catalyst_feed_stream *stream = context;
    stream->callbacks.alive(stream->context);
}

/* ---- states ---- */

static void wake(void *context)
{
    struct catalyst_feed_stream *stream = context;
    stream->timer = 0;
    catalyst_feed_stream_reopen(stream);
}

/* After an end by an event it stays closed until a run is on; after any other end it is opened again. */
static void follow_end(struct catalyst_feed_stream *stream)
{
    bool lived = clock_monotonic_ms() - stream->opened_ms >= IDLE_MS;
    stream->callbacks.changed(stream->context);
    if (lived && !stream->ended_by_event && stream->timer == 0)
        stream->timer = http_thread_add_timer(stream->thread, REOPEN_MS, wake, stream);
}

static void take_state(void *context, const struct sse_stream_status *status)
{
    struct catalyst_feed_stream *stream = context;
    if (stream->is_moving || stream->is_closing)
        return;
    stream->state = status->state;
    switch (status->state) {
    case SSE_STREAM_STATE_LIVE:
        stream->opened_ms = clock_monotonic_ms();
        stream->ended_by_event = false;
        stream->callbacks.standing(stream->context, STATUS_OK, "");
        stream->callbacks.changed(stream->context); /* what happened while it was away */
        break;
    case SSE_STREAM_STATE_ENDED: follow_end(stream); break;
    case SSE_STREAM_STATE_UNAUTHENTICATED:
    case SSE_STREAM_STATE_DENIED:
    case SSE_STREAM_STATE_ABSENT: stream->callbacks.standing(stream->context, status->status, status->text); break;
    default: break;
    }
}

static void take_closed(void *context)
{
    struct catalyst_feed_stream *stream = context;
    stream->stream = NULL;
    stream->is_moving = false;
    if (!stream->is_closing) {
        open_here(stream);
        return;
    }
    void (*closed)(void *) = stream->callbacks.closed;
    void *owner = stream->context;
    free(stream);
    closed(owner);
}

static void open_here(struct catalyst_feed_stream *stream)
{
    static const struct sse_stream_callbacks CALLBACKS = {
        .on_event = take_event, .on_alive = take_alive, .on_state = take_state, .on_closed = take_closed};
    CLEANUP(bytebuf_done) struct bytebuf url;
    bytebuf_init(&url, URL_MAXIMUM);
    bytebuf_printf(&url, "%s/api/v1/sovereign/cutover/events", catalyst_client_url(stream->client));
    struct sse_stream_options options = {.name = "cutover events", .url = bytebuf_text(&url),
                                         .identity = catalyst_client_identity(stream->client)};
    stream->stream = sse_stream_new(stream->thread, &options, &CALLBACKS, stream);
}

struct catalyst_feed_stream *catalyst_feed_stream_new(struct http_thread *thread, struct catalyst_client *client,
                                                      const struct catalyst_feed_stream_callbacks *callbacks, void *context)
{
    struct catalyst_feed_stream *stream = alloc_new(struct catalyst_feed_stream);
    stream->thread = thread;
    stream->client = client;
    stream->callbacks = *callbacks;
    stream->context = context;
    open_here(stream);
    return stream;
}

void catalyst_feed_stream_close(struct catalyst_feed_stream *stream)
{
    http_thread_cancel_timer(stream->thread, stream->timer);
    stream->timer = 0;
    stream->is_closing = true;
    if (!stream->is_moving)
        sse_stream_close(stream->stream);
}

void catalyst_feed_stream_reopen(struct catalyst_feed_stream *stream)
{
    if (!stream->is_moving && !stream->is_closing)
        sse_stream_reopen(stream->stream);
}

void catalyst_feed_stream_rehost(struct catalyst_feed_stream *stream)
{
    if (stream->is_moving || stream->is_closing)
        return;
    stream->is_moving = true;
    sse_stream_close(stream->stream); /* take_closed opens the new one */
}

bool catalyst_feed_stream_is_refused(const struct catalyst_feed_stream *stream)
{
    return stream->state == SSE_STREAM_STATE_UNAUTHENTICATED || stream->state == SSE_STREAM_STATE_RETRYING ||
           stream->state == SSE_STREAM_STATE_ABSENT;
}

void catalyst_feed_stream_note_run(struct catalyst_feed_stream *stream, bool is_running)
{
    if (is_running && stream->state == SSE_STREAM_STATE_ENDED)
        catalyst_feed_stream_reopen(stream);
}
