/* Growable bytes with a mandatory maximum. Always NUL-terminated behind `length` once something was appended. */
#ifndef BASE_BYTEBUF_H
#define BASE_BYTEBUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct bytebuf {
    char *data;
    size_t length;
    size_t capacity;
    size_t maximum;
    bool overflowed; /* an append was refused; what was there before stays */
};

void bytebuf_init(struct bytebuf *buf, size_t maximum);
void bytebuf_done(struct bytebuf *buf);
void bytebuf_clear(struct bytebuf *buf); /* keeps the memory */
bool bytebuf_append(struct bytebuf *buf, const void *data, size_t length); /* false, and nothing added, over the maximum */
bool bytebuf_append_text(struct bytebuf *buf, const char *text);
bool bytebuf_append_span(struct bytebuf *buf, struct span span);
bool bytebuf_append_byte(struct bytebuf *buf, char byte);
bool bytebuf_printf(struct bytebuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void bytebuf_drop_front(struct bytebuf *buf, size_t length);
struct span bytebuf_span(const struct bytebuf *buf);
const char *bytebuf_text(const struct bytebuf *buf); /* never NULL */
char *bytebuf_take(struct bytebuf *buf);             /* caller frees; buf becomes empty */

#endif
