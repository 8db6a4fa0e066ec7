/* Server-Sent-Events streams that end, break, are refused, and come back. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/alloc.h"
#include "support/fake_server.h"
#include "support/leak_check.h"
#include "support/trace.h"
#include "transport/sse_stream.h"

static const struct retry_policy QUICK = {.first_ms = 4, .maximum_ms = 50, .refused_ms = 20, .retry_after_ms = 30};

struct scene {
    struct trace trace;
    struct fake_server *server;
    struct http_thread *thread;
    struct sse_stream *stream;
    void (*answer)(struct fake_exchange *exchange);
    bool reopen;
};

static void handle(void *context, struct fake_exchange *exchange)
{
    struct scene *scene = context;
    char *id = strstr(exchange->headers, "Last-Event-ID: ");
    trace_line(&scene->trace, "open %.*s", id != NULL ? (int)strcspn(id, "\r") : 2, id != NULL ? id : "no");
    scene->answer(exchange);
}

static void see_event(void *context, const struct sse_event *event)
{
    struct scene *scene = context;
    trace_line(&scene->trace, "event %.*s %.*s", SPAN_PRINT(event->name), SPAN_PRINT(event->data));
}

static void see_state(void *context, const struct sse_stream_status *status)
{
    static const char *const NAMES[] = {"connecting", "live", "ended", "retrying", "unauthenticated", "denied", "absent"};
    struct scene *scene = context;
    trace_line(&scene->trace, "state %s %s", NAMES[status->state], status->text);
}

static void see_closed(void *context)
{
    struct scene *scene = context;
    trace_line(&scene->trace, "closed");
}

static void begin(struct scene *scene)
{
    static const struct sse_stream_callbacks SEE = {.on_event = see_event, .on_state = see_state, .on_closed = see_closed};
    trace_init(&scene->trace);
    scene->server = fake_server_new((struct fake_server_options){.handle = handle, .context = scene});
    scene->thread = http_thread_new();
    struct sse_stream_options options = {
        .name = "cutover events", .url = fake_server_url(scene->server), .reopen_after_end = scene->reopen, .retry = &QUICK};
    scene->stream = sse_stream_new(scene->thread, &options, &SEE, scene);
}

static void end(struct scene *scene)
{
    sse_stream_close(scene->stream);
    cr_assert(trace_wait(&scene->trace, "closed", 1));
    http_thread_free(scene->thread);
    fake_server_free(scene->server);
    trace_done(&scene->trace);
    TEST_NO_LEAKS();
}

#define EVENT_STREAM "Content-Type: text/event-stream\r\n"

static void answer_and_end(struct fake_exchange *exchange)
{
    fake_server_begin(exchange, 200, EVENT_STREAM);
    fake_server_print(exchange, "event: cutover-completed\nid: 9\nda");
    fake_server_print(exchange, "ta: {}\n\nevent: half");
    fake_server_end(exchange);
}

Test(sse_stream, a_clean_end_stays_ended_until_reopened)
{
    struct scene scene = {.answer = answer_and_end};
    begin(&scene);
    cr_assert(trace_wait(&scene.trace, "state ended", 1));
    sse_stream_reopen(scene.stream);
    cr_assert(trace_wait(&scene.trace, "state ended", 2));
    CLEANUP(alloc_free_pointer) char *text = trace_copy(&scene.trace);
    cr_assert_str_eq(text, "state connecting \nopen no\nstate live \nevent cutover-completed {}\nstate ended \n"
                           "state connecting \nopen Last-Event-ID: 9\nstate live \nevent cutover-completed {}\nstate ended \n");
    end(&scene);
}

static void answer_by_request(struct fake_exchange *exchange)
{
    switch (exchange->request) {
    case 1:
        fake_server_begin(exchange, 200, EVENT_STREAM);
        fake_server_print(exchange, "data: one\n\n");
        fake_server_cut(exchange);
        break;
    case 2: fake_server_reply(exchange, 502, "Content-Type: text/plain\r\n", "upstream is restarting\n"); break;
    default:
        fake_server_begin(exchange, 200, EVENT_STREAM);
        fake_server_print(exchange, "data: two\n\n");
        fake_server_stall(exchange);
    }
}

Test(sse_stream, comes_back_after_a_cut_and_a_gateway_error)
{
    struct scene scene = {.answer = answer_by_request};
    begin(&scene);
    cr_assert(trace_wait(&scene.trace, "event message two", 1));
    cr_assert(trace_wait(&scene.trace, "state retrying cutover events: ", 2));
    cr_assert(trace_wait(&scene.trace, "the server answers 502 Bad Gateway: upstream is restarting", 1));
    sse_stream_reset(scene.stream);
    cr_assert(trace_wait(&scene.trace, "event message two", 2));
    end(&scene);
}

static void answer_refusals(struct fake_exchange *exchange)
{
    static const int CODES[] = {401, 403, 404};
    if (exchange->request <= 3) {
        fake_server_reply(exchange, CODES[exchange->request - 1], "", "{}");
        return;
    }
    fake_server_begin(exchange, 200, "Content-Type: text/html\r\n");
    for (int i = 0; i < 100; i++)
        fake_server_print(exchange, "<p>login</p>");
    fake_server_stall(exchange);
}

Test(sse_stream, refusals_are_states)
{
    struct scene scene = {.answer = answer_refusals};
    begin(&scene);
    static const char *const EXPECTED[] = {
        "state unauthenticated cutover events: the server does not accept our credentials (401)",
        "state denied cutover events: not allowed (403)",
        "state absent cutover events: the server does not have this stream (404)",
        "state absent cutover events: what answers there is no event stream but 'text/html'",
    };
    for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++) {
        cr_assert(trace_wait(&scene.trace, EXPECTED[i], 1));
        sse_stream_reopen(scene.stream);
    }
    end(&scene);
}
