/* Server-Sent Events, as the WHATWG HTML standard 9.2.6 says, from chunks of any size. Pure and chunk-invariant. */
#ifndef TRANSPORT_SSE_PARSER_H
#define TRANSPORT_SSE_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytebuf.h"
#include "base/span.h"

struct sse_event {
    struct span name; /* "message" when the frame had no event field */
    struct span data; /* data lines joined by '\n' */
    struct span id;   /* last id seen on this stream; empty: none */
};

struct sse_parser {
    struct bytebuf line, data;
    char name[128], id[256];
    size_t maximum_event;
    bool has_data, after_return, at_start, overflowed;
    int64_t retry_ms;                                               /* last "retry:" seen; -1: none */
    uint64_t events, comments;                                      /* comments are a sign of life */
    uint64_t overflows;                                             /* frames dropped for being longer than maximum_event */
    void (*on_event)(void *context, const struct sse_event *event); /* borrowed for the call, raw (untrusted) */
    void (*on_comment)(void *context, struct span text);            /* NULL for none */
    void *context;
};

void sse_parser_init(struct sse_parser *parser, size_t maximum_event,
                     void (*on_event)(void *context, const struct sse_event *event),
                     void (*on_comment)(void *context, struct span text), void *context);
void sse_parser_done(struct sse_parser *parser);
void sse_parser_feed(struct sse_parser *parser, struct span chunk);

/* A new connection: forgets an unfinished frame (it is never delivered), keeps the last id and the counters. */
void sse_parser_reset(struct sse_parser *parser);

#endif
