/* RFC 3339 time stamps and short ages, for people and for wire formats. Milliseconds since the Unix epoch, UTC.
 * Go's zero time (0001-01-01T00:00:00Z) and the empty text mean "none" (catalyst-api contract section 11, trap 15). */
#ifndef BASE_TIMESTAMP_H
#define BASE_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define TIMESTAMP_NONE INT64_MIN
#define TIMESTAMP_TEXT_MAX 40

/* RFC 3339 with optional fraction and offset; TIMESTAMP_NONE when empty, zero or not a time. */
int64_t timestamp_parse(struct span text);

/* "2026-07-27T04:56:51Z"; "" for TIMESTAMP_NONE. */
void timestamp_format(char out[TIMESTAMP_TEXT_MAX], int64_t at_ms);
/* With milliseconds: "2026-07-27T04:56:51.123Z". */
void timestamp_format_ms(char out[TIMESTAMP_TEXT_MAX], int64_t at_ms);
void timestamp_format_clock(char out[TIMESTAMP_TEXT_MAX], int64_t at_ms);   /* "04:56:51" UTC */
void timestamp_format_minutes(char out[TIMESTAMP_TEXT_MAX], int64_t at_ms); /* "04:56" UTC */

/* Duration as kubectl writes ages: "45s", "3m10s", "16m", "2h5m", "3d4h", "41d". Negative counts as 0. */
void timestamp_format_age(char out[TIMESTAMP_TEXT_MAX], int64_t duration_ms);

#endif
