/* Lines do not depend on how the bytes were cut. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "support/leak_check.h"
#include "transport/line_splitter.h"

static void take_line(void *context, struct span line)
{
    bytebuf_printf(context, "[%.*s]", SPAN_PRINT(line));
}

static void take_overlong(void *context, size_t length)
{
    bytebuf_printf(context, "<%zu>", length);
}

static const struct {
    const char *input, *lines;
    uint64_t overlong;
} CASES[] = {
    {"", "", 0},
    {"a\nb\n", "[a][b]", 0},
    {"a\r\nb\r\n\r\n", "[a][b][]", 0},
    {"\n\n", "[][]", 0},
    {"last without end", "<16>", 1},
    {"ends", "[ends]", 0},
    {"12345678\n", "[12345678]", 0},
    {"123456789\nok\n", "<9>[ok]", 1},
    {"ok\n12345678901234567890\nok\n", "[ok]<20>[ok]", 1},
    {"1234567890123\n1234567890\nx", "<13><10>[x]", 2},
};

static void feed_in_steps(const char *input, size_t step, size_t first, struct bytebuf *out, uint64_t *overlong)
{
    struct line_splitter splitter;
    line_splitter_init(&splitter, 8, take_line, take_overlong, out);
    struct span rest = span_of(input);
    size_t now = first;
    while (rest.length > 0) {
        line_splitter_feed(&splitter, span_first(rest, now));
        rest = span_from(rest, now);
        now = step;
    }
    line_splitter_finish(&splitter);
    *overlong = splitter.overlong_lines;
    line_splitter_done(&splitter);
}

Test(line_splitter, every_chunking_gives_the_same_lines)
{
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        size_t length = strlen(CASES[i].input);
        for (size_t step = 1; step <= length + 1; step++) {
            for (size_t first = 1; first <= step; first++) {
                struct bytebuf out;
                uint64_t overlong;
                bytebuf_init(&out, 4096);
                feed_in_steps(CASES[i].input, step, first, &out, &overlong);
                cr_assert_str_eq(bytebuf_text(&out), CASES[i].lines, "case %zu, steps of %zu after %zu", i, step, first);
                cr_assert_eq(overlong, CASES[i].overlong);
                bytebuf_done(&out);
            }
        }
    }
    TEST_NO_LEAKS();
}

Test(line_splitter, an_overlong_line_holds_no_memory)
{
    struct bytebuf out;
    struct line_splitter splitter;
    char block[4096];
    bytebuf_init(&out, 4096);
    memset(block, 'x', sizeof block);
    line_splitter_init(&splitter, 10000, take_line, take_overlong, &out);
    for (int i = 0; i < 5000; i++) {
        line_splitter_feed(&splitter, span_make(block, sizeof block));
        cr_assert_leq(splitter.pending.capacity, 32768u);
    }
    line_splitter_feed(&splitter, SPAN_LITERAL("\nnext\n"));
    cr_assert_str_eq(bytebuf_text(&out), "<20480000>[next]");
    line_splitter_done(&splitter);
    bytebuf_done(&out);
    TEST_NO_LEAKS();
}
