/* Paths into JSON documents, compiled once, for the columns and rules of the kinds table.
 *
 *   metadata.name                             key after key; a key with dots in quotes: metadata.labels."bp.openova.io/order"
 *   status.conditions[type=Ready].status      the first array element whose key equals the text
 *   spec.containers[*].image                  every element: several results
 *   status.history[0].chartVersion            one element
 * Pure; compiled paths are immutable and may be shared by threads. */
#ifndef DECODE_JSON_PATH_H
#define DECODE_JSON_PATH_H

#include "base/error.h"
#include "decode/json_reader.h"

struct json_path;

/* NULL and *err set when the text is not a path. */
struct json_path *json_path_compile(const char *text, struct error *err);
void json_path_free(struct json_path *path);

/* First result; absent value when there is none. */
struct json_value json_path_first(const struct json_path *path, struct json_value root);

/* Calls `found` with every result, in document order, at most `maximum`; returns how many. */
size_t json_path_each(const struct json_path *path, struct json_value root, size_t maximum,
                      void (*found)(struct json_value value, void *context), void *context);

#endif
