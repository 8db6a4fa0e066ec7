/* The three cutover endpoints of the demo's catalyst-api (contract section 3): status with alphabetical steps, start with its codes,
 * and the event stream that replays, snapshots, follows and closes after the first live end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/span.h"
#include "demo/demo_catalyst_internal.h"
#include "demo/demo_cutover_events.h"

#define STATUS_NAMESPACE "catalyst"
#define STATUS_NAME "self-sovereign-cutover-status"
#define STREAM_WAIT_MS 200

/* Data of the status ConfigMap, new reference; an empty object when there is none. */
static json_t *read_data(struct demo_catalyst *catalyst)
{
    json_t *map = demo_store_get(catalyst->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CONFIGMAP, STATUS_NAMESPACE, STATUS_NAME);
    json_t *data = json_incref(json_object_get(map, "data"));
    json_decref(map);
    return data == NULL ? json_object() : data;
}

static const char *text_of(const json_t *data, const char *key)
{
    const char *text = json_string_value(json_object_get(data, key));
    return text == NULL ? "" : text;
}

/* Sets `to` from the key unless it is empty: Go's omitempty. */
static void set_text(json_t *body, const char *to, const json_t *data, const char *key)
{
    const char *text = text_of(data, key);
    if (text[0] != '\0')
        json_object_set_new(body, to, json_string(text));
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Step names out of the step.<name>.result keys, sorted alphabetically as the server does it (trap 1). */
static size_t list_steps(json_t *data, char *names[], size_t maximum)
{
    const char *key;
    json_t *value;
    size_t count = 0;
    json_object_foreach(data, key, value) {
        struct span name = span_of(key);
        if (count == maximum || !span_starts_with(name, "step.") || !span_ends_with(name, ".result") || span_contains(name, ".region."))
            continue;
        names[count++] = span_dup(span_from(span_first(name, name.length - strlen(".result")), strlen("step.")));
    }
    qsort(names, count, sizeof *names, compare_names);
    return count;
}

static json_t *describe_steps(json_t *data)
{
    static const char *const PARTS[] = {"startedAt", "finishedAt", "jobName"};
    char *names[64], key[256];
    size_t count = list_steps(data, names, 64);
    json_t *steps = json_array();
    for (size_t i = 0; i < count; i++) {
        snprintf(key, sizeof key, "step.%s.result", names[i]);
        json_t *step = json_pack("{s:s, s:s}", "name", names[i], "result", text_of(data, key));
        for (size_t part = 0; part < 3; part++) {
            snprintf(key, sizeof key, "step.%s.%s", names[i], PARTS[part]);
            set_text(step, PARTS[part], data, key);
        }
        json_array_append_new(steps, step);
        free(names[i]);
    }
    return steps;
}

static json_t *describe_status(json_t *data)
{
    static const char *const TEXTS[] = {"cutoverStartedAt", "cutoverFinishedAt", "cutoverLastAttemptStartedAt", "currentStep", "failedStep", "lastError"};
    bool complete = strcmp(text_of(data, "cutoverComplete"), "true") == 0;
    json_t *body = json_pack("{s:s, s:b}", "state", complete ? "sovereign" : "tethered", "cutoverComplete", complete);
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        set_text(body, TEXTS[i], data, TEXTS[i]);
    json_object_set_new(body, "currentStepIndex", json_integer(atoi(text_of(data, "currentStepIndex"))));
    json_object_set_new(body, "totalSteps", json_integer(atoi(text_of(data, "totalSteps"))));
    json_object_set_new(body, "progressPercent", json_integer(atoi(text_of(data, "progressPercent"))));
    json_object_set_new(body, "steps", describe_steps(data));
    if (json_object_size(data) > 0)
        json_object_set(body, "raw", data);
    return body;
}

static void reply_status(struct demo_catalyst *catalyst, struct demo_http_reply *reply)
{
    json_t *data = read_data(catalyst);
    demo_http_reply_json(reply, 200, describe_status(data));
    json_decref(data);
}

void demo_catalyst_cutover_status(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    if (demo_catalyst_session_of(context, request, reply) != NULL)
        reply_status(context, reply);
}

void demo_catalyst_cutover_start(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    struct error err = {0};
    if (demo_catalyst_session_of(catalyst, request, reply) == NULL)
        return;
    switch (demo_cutover_start(catalyst->world->cutover, DEMO_CUTOVER_BY_OPERATOR, &err)) {
    case STATUS_OK:
    case STATUS_FOUND: /* complete already: a no-op that is not an error (trap 8) */
        reply_status(catalyst, reply);
        break;
    case STATUS_CONFLICT:
        demo_catalyst_refuse(reply, 409, "cutover-in-progress", "a cutover is already running on this catalyst-api Pod");
        break;
    case STATUS_NOT_FOUND:
        demo_catalyst_refuse(reply, 424, "no-steps-found",
                             "no cutover-step ConfigMaps found in namespace \"catalyst\" — bp-self-sovereign-cutover not installed?");
        break;
    default:
        demo_catalyst_refuse(reply, 502, "step-discovery-failed", err.text);
    }
}

/* --- events --- */

enum stream_stage { STREAM_REPLAY, STREAM_LIVE, STREAM_ENDED };

struct event_stream {
    struct demo_catalyst *catalyst;
    struct demo_cutover_subscriber *subscriber;
    enum stream_stage stage;
    char *held; /* frame that waits for the snapshot before it */
    enum demo_cutover_next held_kind;
    char *pending;
    size_t offset;
};

/* The synthetic snapshot: the flat map as a JSON string inside the JSON message (trap 4). */
static char *snapshot_frame(struct demo_catalyst *catalyst)
{
    json_t *data = read_data(catalyst);
    char *message = json_dumps(data, JSON_COMPACT | JSON_SORT_KEYS);
    struct demo_cutover_event event = {.phase = "cutover-status", .level = "info", .message = message, .at_ms = clock_wall_ms()};
    char *frame = demo_cutover_events_frame(&event);
    free(message);
    json_decref(data);
    return frame;
}

static void end_stream(struct event_stream *stream)
{
    stream->stage = STREAM_ENDED;
}

/* The next frame to send into stream->pending; leaves it NULL when there is none yet. */
static void fetch_frame(struct event_stream *stream)
{
    char *frame = NULL;
    if (stream->held != NULL) {
        stream->pending = stream->held;
        stream->held = NULL;
        if (stream->held_kind == DEMO_CUTOVER_NEXT_LAST)
            end_stream(stream);
        return;
    }
    enum demo_cutover_next next = demo_cutover_events_next(stream->subscriber, stream->stage == STREAM_REPLAY ? 0 : STREAM_WAIT_MS, &frame);
    if (next == DEMO_CUTOVER_NEXT_END) {
        end_stream(stream);
    } else if (stream->stage == STREAM_REPLAY && next != DEMO_CUTOVER_NEXT_REPLAY) {
        stream->stage = STREAM_LIVE; /* the ring is through: snapshot, then what is live */
        stream->pending = snapshot_frame(stream->catalyst);
        stream->held = frame;
        stream->held_kind = next;
    } else {
        stream->pending = frame;
        if (next == DEMO_CUTOVER_NEXT_LAST)
            end_stream(stream);
    }
}

static ssize_t read_events(void *state, char *out, size_t size)
{
    struct event_stream *stream = state;
    if (stream->pending == NULL && stream->stage == STREAM_ENDED)
        return DEMO_HTTP_STREAM_END;
    if (stream->pending == NULL)
        fetch_frame(stream);
    if (stream->pending == NULL)
        return stream->stage == STREAM_ENDED ? DEMO_HTTP_STREAM_END : 0;
    size_t length = strlen(stream->pending + stream->offset);
    if (length > size)
        length = size;
    memcpy(out, stream->pending + stream->offset, length);
    stream->offset += length;
    if (stream->pending[stream->offset] == '\0') {
        free(stream->pending);
        stream->pending = NULL;
        stream->offset = 0;
    }
    return (ssize_t)length;
}

static void free_events(void *state)
{
    struct event_stream *stream = state;
    demo_cutover_events_unsubscribe(stream->subscriber);
    free(stream->pending);
    free(stream->held);
    free(stream);
}

void demo_catalyst_cutover_events(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    if (demo_catalyst_session_of(catalyst, request, reply) == NULL)
        return;
    struct event_stream *stream = alloc_new(struct event_stream);
    stream->catalyst = catalyst;
    stream->subscriber = demo_cutover_events_subscribe(demo_cutover_bus(catalyst->world->cutover));
    demo_http_reply_header(reply, "Cache-Control", "no-cache");
    demo_http_reply_header(reply, "X-Accel-Buffering", "no");
    demo_http_reply_stream(reply, 200, "text/event-stream", (struct demo_http_stream){read_events, free_events, stream});
}
