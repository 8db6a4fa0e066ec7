/* Paths that a person types to one value of a document: a.b\.c.d[0]
 *
 *   image.tag                        key after key
 *   annotations.reconcile\.fluxcd\.io/requestedAt   a backslash takes the next character as it is
 *   annotations."a.b/c"              or the key in double quotes
 *   env[0].value                     an element of a list
 * Pure. */
#ifndef DECODE_VALUE_PATH_H
#define DECODE_VALUE_PATH_H

#include "decode/json_edit.h"

#define VALUE_PATH_STEPS_MAX 32

struct value_step {
    char *key; /* NULL: an index */
    size_t index;
};

struct value_path {
    struct value_step *items;
    size_t count, capacity;
};

/* Reads the whole text. STATUS_USAGE with what is wrong and where. *ret is set only on success. */
enum status value_path_parse(struct span text, struct value_path *ret, struct error *err);
void value_path_done(struct value_path *path);
void value_path_copy(const struct value_path *path, struct value_path *ret);

/* Puts `keys` (NULL-terminated) before the path. */
void value_path_prepend(struct value_path *path, const char *const *keys);

char *value_path_text(const struct value_path *path);    /* canonical; parses back. Caller frees */
char *value_path_pointer(const struct value_path *path, size_t steps); /* RFC 6901, of the first `steps`. Caller frees */
bool value_path_has_index(const struct value_path *path);
bool value_path_starts_with(const struct value_path *path, const char *const *keys);

json_t *value_path_get(const struct value_path *path, const json_t *document); /* borrowed; NULL: absent */

/* Sets the value (borrowed) at the path, making the maps on the way; NULL removes it. STATUS_USAGE when the way leads through
 * something that is neither map nor list, or to a list element that is not there. */
enum status value_path_set(const struct value_path *path, json_t *document, json_t *value, struct error *err);

/* Number of leading steps that exist in `document` (count: the value itself does). */
size_t value_path_depth(const struct value_path *path, const json_t *document);

#endif
