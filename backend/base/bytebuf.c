/* Growable bytes; see bytebuf.h. */
#include "base/bytebuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void bytebuf_init(struct bytebuf *buf, size_t maximum)
{
    *buf = (struct bytebuf){.maximum = maximum};
}

void bytebuf_done(struct bytebuf *buf)
{
    free(buf->data);
    *buf = (struct bytebuf){.maximum = buf->maximum};
}

void bytebuf_clear(struct bytebuf *buf)
{
    buf->length = 0;
    buf->overflowed = false;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

bool bytebuf_append(struct bytebuf *buf, const void *data, size_t length)
{
    if (length > buf->maximum - buf->length) {
        buf->overflowed = true;
        return false;
    }
    size_t needed = buf->length + length + 1;
    if (needed > buf->capacity) {
        size_t capacity = buf->capacity < 256 ? 256 : buf->capacity * 2;
        if (capacity < needed)
            capacity = needed;
        buf->data = alloc_resize(buf->data, capacity, 1);
        buf->capacity = capacity;
    }
    if (length > 0)
        memcpy(buf->data + buf->length, data, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
    return true;
}

bool bytebuf_append_text(struct bytebuf *buf, const char *text)
{
    return bytebuf_append(buf, text, strlen(text));
}

bool bytebuf_append_span(struct bytebuf *buf, struct span span)
{
    return bytebuf_append(buf, span.data, span.length);
}

bool bytebuf_append_byte(struct bytebuf *buf, char byte)
{
    return bytebuf_append(buf, &byte, 1);
}

bool bytebuf_printf(struct bytebuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *text = alloc_vprintf(format, args);
    va_end(args);
    return bytebuf_append_text(buf, text);
}

void bytebuf_drop_front(struct bytebuf *buf, size_t length)
{
    if (length >= buf->length) {
        bytebuf_clear(buf);
        return;
    }
    memmove(buf->data, buf->data + length, buf->length - length + 1);
    buf->length -= length;
}

struct span bytebuf_span(const struct bytebuf *buf)
{
    return (struct span){buf->data, buf->length};
}

const char *bytebuf_text(const struct bytebuf *buf)
{
    return buf->length == 0 ? "" : buf->data;
}

char *bytebuf_take(struct bytebuf *buf)
{
    char *data = buf->data != NULL ? buf->data : alloc_strdup("");
    *buf = (struct bytebuf){.maximum = buf->maximum};
    return data;
}
