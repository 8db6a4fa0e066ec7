/* The three cutover endpoints of the demo's catalyst-api (contract section 3): status with alphabetical steps, start with its codes,
 * and the event stream that replays, snapshots, follows and closes after the first live end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/span.h"
#include "demo/demo_catalyst_internal.h"
#include "demo/demo_cutover_discovery.h"
#include "demo/demo_cutover_events.h"

#define STATUS_NAMESPACE "catalyst"
#define STATUS_NAME "self-sovereign-cutover-status"
#define STREAM_WAIT_MS 200
#define STEPS_MAX 64
#define NGINX_READ_TIMEOUT_MS 300000

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

/* Step names out of the step.<name>.<field> keys, cut at the last dot and sorted alphabetically as the server does it (trap 1). A region
 * key thereby makes a step "<name>.region.<key>", which is the server's own flaw (cutover contract 3.3). */
static size_t list_steps(json_t *data, char *names[], size_t maximum)
{
    const char *key;
    json_t *value;
    size_t count = 0;
    json_object_foreach(data, key, value) {
        const char *dot = strrchr(key, '.');
        if (strncmp(key, "step.", 5) != 0 || dot <= key + 5)
            continue;
        struct span name = span_make(key + 5, (size_t)(dot - key) - 5);
        size_t i = 0;
        while (i < count && !span_equals_text(name, names[i]))
            i++;
        if (i == count && count < maximum)
            names[count++] = span_dup(name);
    }
    qsort(names, count, sizeof *names, compare_names);
    return count;
}

static json_t *describe_step(json_t *data, const char *name)
{
    static const char *const PARTS[] = {"startedAt", "finishedAt", "jobName"};
    char key[256];
    snprintf(key, sizeof key, "step.%s.result", name);
    json_t *step = json_pack("{s:s, s:s}", "name", name, "result", text_of(data, key));
    for (size_t part = 0; part < 3; part++) {
        snprintf(key, sizeof key, "step.%s.%s", name, PARTS[part]);
        set_text(step, PARTS[part], data, key);
    }
    return step;
}

static json_t *describe_steps(json_t *data)
{
    char *names[STEPS_MAX];
    size_t count = list_steps(data, names, STEPS_MAX);
    json_t *steps = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(steps, describe_step(data, names[i]));
        free(names[i]);
    }
    return steps;
}

/* The reply of a start that began a run: the discovered steps in running order, and their number. */
static void put_discovered(struct demo_world *world, json_t *data, json_t *body)
{
    struct demo_cutover_discovery found;
    if (demo_cutover_discovery_read(world, &found, NULL) != STATUS_OK)
        return;
    json_t *steps = json_array();
    for (int i = 0; i < found.count; i++)
        json_array_append_new(steps, describe_step(data, found.steps[i].name));
    json_object_set_new(body, "steps", steps);
    json_object_set_new(body, "totalSteps", json_integer(found.count));
    demo_cutover_discovery_clear(&found);
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

static void reply_status(struct demo_catalyst *catalyst, struct demo_http_reply *reply, bool began)
{
    json_t *data = read_data(catalyst);
    json_t *body = describe_status(data);
    if (began)
        put_discovered(catalyst->world, data, body);
    demo_http_reply_json(reply, 200, body);
    json_decref(data);
}

void demo_catalyst_cutover_status(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    if (demo_catalyst_session_of(context, request, reply) != NULL)
        reply_status(context, reply, false);
}

static void start(struct demo_catalyst *catalyst, enum demo_cutover_source source, struct demo_http_reply *reply)
{
    struct error err = {0};
    switch (demo_cutover_start(catalyst->world->cutover, source, &err)) {
    case STATUS_OK: reply_status(catalyst, reply, true); break;
    case STATUS_FOUND: reply_status(catalyst, reply, false); break; /* complete already: a no-op that is not an error (trap 8) */
    case STATUS_CONFLICT: demo_catalyst_refuse(reply, 409, "cutover-in-progress", err.text); break;
    case STATUS_NOT_FOUND: demo_catalyst_refuse(reply, 424, "no-steps-found", err.text); break;
    default: demo_catalyst_refuse(reply, 502, "step-discovery-failed", err.text);
    }
}

/* Any session may: the real server checks no tier here. */
void demo_catalyst_cutover_start(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    if (demo_catalyst_session_of(context, request, reply) != NULL)
        start(context, DEMO_CUTOVER_BY_OPERATOR, reply);
}

void demo_catalyst_cutover_trigger(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    const char *token = demo_http_bearer(request);
    if (strcmp(request->method, "POST") != 0)
        demo_catalyst_refuse(reply, 405, "method-not-allowed", NULL);
    else if (token == NULL)
        demo_catalyst_refuse(reply, 401, "missing-bearer", "a ServiceAccount token is required");
    else if (catalyst->runner_token != NULL && strcmp(token, catalyst->runner_token) == 0 && catalyst->world->lacks_handover)
        demo_catalyst_refuse(reply, 425, "handover-incomplete", "catalyst/tofu-phase0-archive is not in OpenBao yet; retry after the handover");
    else if (catalyst->runner_token != NULL && strcmp(token, catalyst->runner_token) == 0)
        start(catalyst, DEMO_CUTOVER_BY_TRIGGER, reply);
    else if (demo_catalyst_session_find(catalyst, request) != NULL)
        demo_catalyst_refuse(reply, 403, "unauthorized-sa", "only system:serviceaccount:catalyst:bp-self-sovereign-cutover-runner may trigger");
    else
        demo_catalyst_refuse(reply, 502, "token-review-failed", "the token was not accepted");
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
    int64_t spoke_ms; /* monotonic, of the last byte */
    bool is_console;
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

/* nginx's proxy_read_timeout: the connection is closed, the reply is not ended (contract 1.1). */
static bool is_cut(const struct event_stream *stream)
{
    int64_t limit_ms = atomic_load(&stream->catalyst->idle_cut_ms);
    if (limit_ms == 0 && stream->is_console)
        limit_ms = NGINX_READ_TIMEOUT_MS;
    return limit_ms > 0 && stream->pending == NULL && clock_monotonic_ms() - stream->spoke_ms >= limit_ms;
}

static ssize_t read_events(void *state, char *out, size_t size)
{
    struct event_stream *stream = state;
    if (is_cut(stream))
        return DEMO_HTTP_STREAM_ABORT;
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
    stream->spoke_ms = clock_monotonic_ms();
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
    stream->spoke_ms = clock_monotonic_ms();
    stream->is_console = demo_catalyst_is_console(request);
    stream->subscriber = demo_cutover_events_subscribe(demo_cutover_bus(catalyst->world->cutover));
    demo_http_reply_header(reply, "Cache-Control", "no-cache");
    demo_http_reply_header(reply, "X-Accel-Buffering", "no");
    demo_http_reply_stream(reply, 200, "text/event-stream", (struct demo_http_stream){read_events, free_events, stream});
}
