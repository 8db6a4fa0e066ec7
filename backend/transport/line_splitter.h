/* Chunks of any size to lines. Pure; the result does not depend on how the bytes were cut into chunks. */
#ifndef TRANSPORT_LINE_SPLITTER_H
#define TRANSPORT_LINE_SPLITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytebuf.h"
#include "base/span.h"

struct line_splitter {
    struct bytebuf pending;
    size_t maximum_line;
    bool skipping;         /* inside a line that is too long */
    size_t skipped_length; /* bytes of that line so far */
    uint64_t overlong_lines;
    void (*on_line)(void *context, struct span line);  /* without '\n' and a '\r' before it; borrowed for the call */
    void (*on_overlong)(void *context, size_t length); /* the line ended; it was `length` bytes. NULL for none */
    void *context;
};

void line_splitter_init(struct line_splitter *splitter, size_t maximum_line, void (*on_line)(void *context, struct span line),
                        void (*on_overlong)(void *context, size_t length), void *context);
void line_splitter_done(struct line_splitter *splitter);
void line_splitter_feed(struct line_splitter *splitter, struct span chunk);
void line_splitter_finish(struct line_splitter *splitter); /* the stream ended: delivers a last line without '\n', if any */
void line_splitter_clear(struct line_splitter *splitter);  /* forgets what is pending; counters stay */

#endif
