/* Server-Sent Events; see sse_parser.h. Bytes are gathered to lines here and not in line_splitter, because a lone CR ends
 * a line too. A frame with any part over the maximum is dropped whole. */
#include "transport/sse_parser.h"

#include <stdio.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

void sse_parser_init(struct sse_parser *parser, size_t maximum_event,
                     void (*on_event)(void *context, const struct sse_event *event),
                     void (*on_comment)(void *context, struct span text), void *context)
{
    *parser = (struct sse_parser){.maximum_event = maximum_event,
                                  .at_start = true,
                                  .retry_ms = -1,
                                  .on_event = on_event,
                                  .on_comment = on_comment,
                                  .context = context};
    bytebuf_init(&parser->line, maximum_event);
    bytebuf_init(&parser->data, maximum_event);
}

void sse_parser_done(struct sse_parser *parser)
{
    bytebuf_done(&parser->line);
    bytebuf_done(&parser->data);
}

static void start_frame(struct sse_parser *parser)
{
    parser->name[0] = '\0';
    parser->has_data = false;
    parser->overflowed = false;
    bytebuf_clear(&parser->data);
}

void sse_parser_reset(struct sse_parser *parser)
{
    start_frame(parser);
    bytebuf_clear(&parser->line);
    parser->at_start = true;
    parser->after_return = false;
}

static void dispatch(struct sse_parser *parser)
{
    if (parser->overflowed) {
        parser->overflows++;
    } else if (parser->has_data) {
        struct sse_event event = {
            .name = span_of(parser->name[0] != '\0' ? parser->name : "message"),
            .data = bytebuf_span(&parser->data),
            .id = span_of(parser->id),
        };
        parser->events++;
        parser->on_event(parser->context, &event);
    }
    start_frame(parser);
}

static void set_text(struct sse_parser *parser, char *out, size_t size, struct span value)
{
    if (value.length >= size || memchr(value.data != NULL ? value.data : "", '\0', value.length) != NULL) {
        parser->overflowed = parser->overflowed || value.length >= size;
        return;
    }
    snprintf(out, size, "%.*s", SPAN_PRINT(value));
}

static void add_data(struct sse_parser *parser, struct span value)
{
    bool added = !parser->has_data || bytebuf_append_byte(&parser->data, '\n');
    added = added && bytebuf_append_span(&parser->data, value);
    parser->has_data = true;
    parser->overflowed = parser->overflowed || !added;
}

static void take_field(struct sse_parser *parser, struct span field, struct span value)
{
    int64_t number;
    if (span_equals_text(field, "data"))
        add_data(parser, value);
    else if (span_equals_text(field, "event"))
        set_text(parser, parser->name, sizeof parser->name, value);
    else if (span_equals_text(field, "id"))
        set_text(parser, parser->id, sizeof parser->id, value);
    else if (span_equals_text(field, "retry") && span_to_int64(value, &number) && number >= 0)
        parser->retry_ms = number;
}

static void take_line(struct sse_parser *parser, struct span line)
{
    if (parser->at_start && span_starts_with(line, BYTE_ORDER_MARK))
        line = span_from(line, strlen(BYTE_ORDER_MARK));
    parser->at_start = false;
    if (line.length == 0) {
        dispatch(parser);
        return;
    }
    if (line.data[0] == ':') {
        parser->comments++;
        if (parser->on_comment != NULL)
            parser->on_comment(parser->context, span_trim(span_from(line, 1)));
        return;
    }
    ptrdiff_t colon = span_find_byte(line, ':');
    struct span field = colon < 0 ? line : span_first(line, (size_t)colon);
    struct span value = colon < 0 ? SPAN_EMPTY : span_from(line, (size_t)colon + 1);
    if (span_starts_with(value, " "))
        value = span_from(value, 1);
    take_field(parser, field, value);
}

static void end_line(struct sse_parser *parser)
{
    if (parser->line.overflowed)
        parser->overflowed = true;
    else
        take_line(parser, bytebuf_span(&parser->line));
    bytebuf_clear(&parser->line);
}

static size_t find_line_end(struct span chunk)
{
    size_t at = 0;
    while (at < chunk.length && chunk.data[at] != '\n' && chunk.data[at] != '\r')
        at++;
    return at;
}

void sse_parser_feed(struct sse_parser *parser, struct span chunk)
{
    while (chunk.length > 0) {
        if (parser->after_return && chunk.data[0] == '\n')
            chunk = span_from(chunk, 1);
        parser->after_return = false;
        if (chunk.length == 0)
            return;
        size_t end = find_line_end(chunk);
        if (!parser->line.overflowed)
            (void)bytebuf_append(&parser->line, chunk.data, end);
        if (end == chunk.length)
            return;
        parser->after_return = chunk.data[end] == '\r';
        end_line(parser);
        chunk = span_from(chunk, end + 1);
    }
}
