/* A borrowed slice of bytes: not NUL-terminated, not owned. The empty span has length 0 (data may be NULL). */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
    const char *data;
    size_t length;
};

#define SPAN_LITERAL(text) ((struct span){(text), sizeof(text) - 1})
#define SPAN_EMPTY ((struct span){NULL, 0})
/* printf("%.*s", SPAN_PRINT(span)) */
#define SPAN_PRINT(span) (int)(span).length, ((span).length > 0 ? (span).data : "")

struct span span_of(const char *text); /* NULL gives the empty span */
struct span span_make(const char *data, size_t length);
bool span_is_empty(struct span span);
bool span_equals(struct span a, struct span b);
bool span_equals_text(struct span a, const char *b);
int span_compare(struct span a, struct span b); /* byte order, shorter first */
bool span_starts_with(struct span span, const char *prefix);
bool span_ends_with(struct span span, const char *suffix);
bool span_contains(struct span span, const char *needle);                 /* case-sensitive */
bool span_contains_folded(struct span span, struct span needle);         /* ASCII case-insensitive */
ptrdiff_t span_find_byte(struct span span, char byte);                    /* -1: absent */
struct span span_from(struct span span, size_t start);                    /* clamped */
struct span span_first(struct span span, size_t length);                  /* clamped */
struct span span_trim(struct span span);                                  /* ASCII white space on both ends */

/* Takes the part of *rest before `separator` (or all of it) and moves *rest behind it. False when *rest is used up. */
bool span_split(struct span *rest, char separator, struct span *part);

bool span_to_int64(struct span span, int64_t *value); /* whole span, decimal, optional '-' */
uint64_t span_hash(struct span span);                 /* seeded per process */
char *span_dup(struct span span);                     /* new NUL-terminated copy; caller frees */

#endif
