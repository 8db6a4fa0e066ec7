/* The one door for text from outside: names, messages, logs, events, NATS payloads, error bodies, files.
 *
 * What comes out is valid UTF-8 that cannot move the cursor, colour, title, clipboard or direction of a terminal:
 * C0, C1 and DEL become U+FFFD (tab and line ends a space, unless kept), invalid bytes become U+FFFD, bidirectional
 * controls, zero-width and other invisible format characters become U+FFFD, a combining mark without a base gets
 * U+25CC before it, and more than SANITIZE_MARKS_MAX marks on one base are dropped. Idempotent. Any thread. */
#ifndef BASE_SANITIZE_H
#define BASE_SANITIZE_H

#include <stddef.h>

#include "base/bytebuf.h"
#include "base/span.h"

#define SANITIZE_MARKS_MAX 4

/* Appends `raw` as one line to `out`. False when `out` is full (the part that fits is there, whole characters only). */
bool sanitize_line(struct bytebuf *out, struct span raw);

/* The same, but '\n' stays and '\t' becomes spaces to the next multiple of 8 (for logs and documents). */
bool sanitize_text(struct bytebuf *out, struct span raw);

/* One line into a fixed, NUL-terminated buffer, cut at a whole character. */
void sanitize_line_into(char *out, size_t size, const char *raw, size_t length);

/* New NUL-terminated sanitized copy of at most `maximum` bytes; caller frees. */
char *sanitize_dup(struct span raw, size_t maximum);

#endif
