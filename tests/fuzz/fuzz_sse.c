/* Any split of the bytes gives the same events. */
#include "base/span.h"
#include "fuzz.h"
#include "transport/sse_parser.h"

static void fold(void *context, const struct sse_event *event)
{
    uint64_t *sum = context;
    struct span parts[] = {event->name, event->data, event->id};
    for (int i = 0; i < 3; i++)
        *sum = *sum * 31 + span_hash(parts[i]);
}

static uint64_t run(const uint8_t *data, size_t size, size_t chunk)
{
    struct sse_parser parser;
    uint64_t sum = 0;
    sse_parser_init(&parser, 4096, fold, NULL, &sum);
    for (size_t at = 0; at < size; at += chunk)
        sse_parser_feed(&parser, span_make((const char *)data + at, size - at < chunk ? size - at : chunk));
    sum += parser.events;
    sse_parser_done(&parser);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t whole = run(data, size, size > 0 ? size : 1);
    FUZZ_REQUIRE(run(data, size, 1) == whole);
    FUZZ_REQUIRE(run(data, size, 7) == whole);
    return 0;
}
