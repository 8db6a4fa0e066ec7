/* Chunks to lines; see line_splitter.h. A line that lies whole inside a chunk is handed on without being copied. */
#include "transport/line_splitter.h"

#include <string.h>

void line_splitter_init(struct line_splitter *splitter, size_t maximum_line, void (*on_line)(void *context, struct span line),
                        void (*on_overlong)(void *context, size_t length), void *context)
{
    *splitter =
        (struct line_splitter){.maximum_line = maximum_line, .on_line = on_line, .on_overlong = on_overlong, .context = context};
    bytebuf_init(&splitter->pending, maximum_line);
}

void line_splitter_done(struct line_splitter *splitter)
{
    bytebuf_done(&splitter->pending);
}

void line_splitter_clear(struct line_splitter *splitter)
{
    bytebuf_clear(&splitter->pending);
    splitter->skipping = false;
    splitter->skipped_length = 0;
}

/* A part of a line without its end. */
static void collect(struct line_splitter *splitter, struct span part)
{
    if (!splitter->skipping && !bytebuf_append_span(&splitter->pending, part)) {
        splitter->skipping = true;
        splitter->skipped_length = splitter->pending.length;
        bytebuf_done(&splitter->pending);
    }
    if (splitter->skipping)
        splitter->skipped_length += part.length;
}

static void deliver(struct line_splitter *splitter, struct span line)
{
    if (line.length > 0 && line.data[line.length - 1] == '\r')
        line.length--;
    splitter->on_line(splitter->context, line);
}

static void end_line(struct line_splitter *splitter, struct span part)
{
    bool direct = splitter->pending.length == 0 && !splitter->skipping && part.length <= splitter->maximum_line;
    if (direct) {
        deliver(splitter, part);
        return;
    }
    collect(splitter, part);
    if (!splitter->skipping) {
        deliver(splitter, bytebuf_span(&splitter->pending));
        bytebuf_clear(&splitter->pending);
        return;
    }
    size_t length = splitter->skipped_length;
    splitter->overlong_lines++;
    line_splitter_clear(splitter);
    if (splitter->on_overlong != NULL)
        splitter->on_overlong(splitter->context, length);
}

void line_splitter_feed(struct line_splitter *splitter, struct span chunk)
{
    while (chunk.length > 0) {
        ptrdiff_t end = span_find_byte(chunk, '\n');
        if (end < 0) {
            collect(splitter, chunk);
            return;
        }
        end_line(splitter, span_first(chunk, (size_t)end));
        chunk = span_from(chunk, (size_t)end + 1);
    }
}

void line_splitter_finish(struct line_splitter *splitter)
{
    if (splitter->pending.length > 0 || splitter->skipping)
        end_line(splitter, SPAN_EMPTY);
}
