/* Any split of the bytes gives the same lines, and no line is longer than allowed. */
#include "base/span.h"
#include "fuzz.h"
#include "transport/line_splitter.h"

#define LINE_MAX_BYTES 64

static void fold(void *context, struct span line)
{
    uint64_t *sum = context;
    FUZZ_REQUIRE(line.length <= LINE_MAX_BYTES);
    *sum = *sum * 31 + span_hash(line);
}

static uint64_t run(const uint8_t *data, size_t size, size_t chunk)
{
    struct line_splitter splitter;
    uint64_t sum = 0;
    line_splitter_init(&splitter, LINE_MAX_BYTES, fold, NULL, &sum);
    for (size_t at = 0; at < size; at += chunk)
        line_splitter_feed(&splitter, span_make((const char *)data + at, size - at < chunk ? size - at : chunk));
    line_splitter_finish(&splitter);
    sum += splitter.overlong_lines;
    line_splitter_done(&splitter);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t whole = run(data, size, size > 0 ? size : 1);
    FUZZ_REQUIRE(run(data, size, 1) == whole);
    FUZZ_REQUIRE(run(data, size, 13) == whole);
    return 0;
}
