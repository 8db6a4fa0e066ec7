/* What differs between two documents, as the unified diff of their YAML-like rendering. Pure.
 *
 * Lines: '@' the path of the map or list a hunk lies in · ' ' context · '-' before · '+' after. Texts are sanitized. */
#ifndef DECODE_JSON_DIFF_H
#define DECODE_JSON_DIFF_H

#include "decode/json_edit.h"

#define JSON_DIFF_LINES_MAX 20000 /* of one document; what is behind it is not compared, and a line says so */

struct json_diff_line {
    char sign; /* ' ', '+', '-', '@' */
    char *text;
};

struct json_diff {
    struct json_diff_line *items;
    size_t count, capacity;
    size_t added, removed;
};

/* Either document may be NULL (created, removed). `context`: unchanged lines around a change. */
void json_diff_make(const json_t *before, const json_t *after, size_t context, struct json_diff *ret);
void json_diff_done(struct json_diff *diff);

/* A copy of a Kubernetes object without what changes by itself: managedFields, resourceVersion, generation, status,
 * the last-applied annotation. New reference. */
json_t *json_diff_strip(const json_t *object);

/* The whole document as YAML-like text, ends in '\n', sanitized. Caller frees. */
char *json_diff_render(const json_t *document);

#endif
