/* The single JSON document that a person looks at or edits (jansson): parse, print, compare, patch.
 * Lists and watch events are json_reader.h's. One document, one thread. Documents are json_t, freed with json_decref. */
#ifndef DECODE_JSON_EDIT_H
#define DECODE_JSON_EDIT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/span.h"

#define JSON_EDIT_DEPTH_MAX 256 /* of our own walks over a document; deeper parts compare and patch as a whole */

/* For CLEANUP(json_edit_unref) json_t *document = NULL; */
void json_edit_unref(json_t **document);

/* Any JSON value; duplicate keys are refused. `what` begins the error text. STATUS_INVALID. */
enum status json_edit_parse(const char *what, struct span text, json_t **ret, struct error *err);

char *json_edit_print(const json_t *document);        /* compact, keys sorted; caller frees. Raw: sanitize before showing */
char *json_edit_print_pretty(const json_t *document); /* two-space indent, keys in document order, ends in '\n' */

/* Member at a chain of keys ("metadata", "uid", NULL); NULL when absent. Borrowed. */
const json_t *json_edit_at(const json_t *document, const char *const *keys);
const char *json_edit_text(const json_t *object, const char *key); /* string member; "" when absent or not a string */
const char *json_edit_metadata(const json_t *object, const char *key); /* string member of metadata; "" */

const char *json_edit_type_name(const json_t *value); /* "a number", "a map", "nothing" … for error texts */

/* RFC 7386: changes `target` (may be replaced) by `patch` (borrowed). Returns the new target, owned by the caller. */
json_t *json_edit_merge(json_t *target, const json_t *patch);

/* The smallest RFC 7386 patch that turns `before` into `after` (both objects): changed keys, null for removed ones.
 * New object. Sets *exact to false when no merge patch can (a null inside `after` that is not in `before`). */
json_t *json_edit_merge_between(const json_t *before, const json_t *after, bool *exact);

/* JSON Patch (RFC 6902) operations, appended to the array `patch`. `value` is borrowed. */
void json_edit_add_test(json_t *patch, const char *pointer, const json_t *value);
void json_edit_add_replace(json_t *patch, const char *pointer, const json_t *value);
void json_edit_add_add(json_t *patch, const char *pointer, const json_t *value);
void json_edit_add_remove(json_t *patch, const char *pointer);

#endif
