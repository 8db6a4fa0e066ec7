/* Server-Sent Events as the standard says, whatever the chunks. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "support/leak_check.h"
#include "transport/sse_parser.h"

#define MAXIMUM 64

static void take_event(void *context, const struct sse_event *event)
{
    bytebuf_printf(context, "{%.*s|%.*s|%.*s}", SPAN_PRINT(event->name), SPAN_PRINT(event->data), SPAN_PRINT(event->id));
}

static void take_comment(void *context, struct span text)
{
    bytebuf_printf(context, "(%.*s)", SPAN_PRINT(text));
}

#define LONG_40 "0123456789012345678901234567890123456789"

static const struct {
    const char *name, *input, *events;
    uint64_t overflows;
} CASES[] = {
    {"cutover frame", "event: cutover-started\ndata: {\"a\":1}\n\n", "{cutover-started|{\"a\":1}|}", 0},
    {"no event field", "data: x\n\n", "{message|x|}", 0},
    {"data of several lines", "data: a\ndata:b\ndata\ndata:  c\n\n", "{message|a\nb\n\n c|}", 0},
    {"CR LF", "event: e\r\ndata: x\r\n\r\n", "{e|x|}", 0},
    {"lone CR", "event: e\rdata: x\r\r", "{e|x|}", 0},
    {"comments", ": connected\n\n: ping\n\ndata: x\n\n", "(connected)(ping){message|x|}", 0},
    {"frame without data", "event: e\n\ndata: x\n\n", "{message|x|}", 0},
    {"empty data", "data\n\n", "{message||}", 0},
    {"id stays", "id: 7\ndata: a\n\ndata: b\n\n", "{message|a|7}{message|b|7}", 0},
    {"id with NUL is ignored by the standard; unknown fields too", "foo: 1\nretry: 10\ndata: x\n\n", "{message|x|}", 0},
    {"byte order mark",
     "\xEF\xBB\xBF"
     "data: x\n\n",
     "{message|x|}", 0},
    {"unfinished frame", "data: x\n", "", 0},
    {"too long a line", "event: e\ndata: " LONG_40 LONG_40 "\n\ndata: y\n\n", "{message|y|}", 1},
    {"too much data", "data: " LONG_40 "\ndata: " LONG_40 "\n\ndata: y\n\n", "{message|y|}", 1},
};

static void feed_in_steps(const char *input, size_t step, struct bytebuf *out, struct sse_parser *parser)
{
    sse_parser_init(parser, MAXIMUM, take_event, take_comment, out);
    struct span rest = span_of(input);
    for (; rest.length > 0; rest = span_from(rest, step))
        sse_parser_feed(parser, span_first(rest, step));
}

Test(sse_parser, every_chunking_gives_the_same_events)
{
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        for (size_t step = 1; step <= strlen(CASES[i].input); step++) {
            struct bytebuf out;
            struct sse_parser parser;
            bytebuf_init(&out, 4096);
            feed_in_steps(CASES[i].input, step, &out, &parser);
            cr_assert_str_eq(bytebuf_text(&out), CASES[i].events, "%s in steps of %zu: '%s'", CASES[i].name, step,
                             bytebuf_text(&out));
            cr_assert_eq(parser.overflows, CASES[i].overflows, "%s in steps of %zu", CASES[i].name, step);
            sse_parser_done(&parser);
            bytebuf_done(&out);
        }
    }
    TEST_NO_LEAKS();
}

Test(sse_parser, a_new_connection_forgets_the_unfinished_frame_but_not_the_id)
{
    struct bytebuf out;
    struct sse_parser parser;
    bytebuf_init(&out, 4096);
    feed_in_steps("id: 3\ndata: a\n\nevent: half\ndata: lost", 5, &out, &parser);
    sse_parser_reset(&parser);
    sse_parser_feed(&parser, SPAN_LITERAL("data: b\n\nretry: 2500\n\n"));
    cr_assert_str_eq(bytebuf_text(&out), "{message|a|3}{message|b|3}");
    cr_assert_eq(parser.retry_ms, 2500);
    sse_parser_done(&parser);
    bytebuf_done(&out);
    TEST_NO_LEAKS();
}
