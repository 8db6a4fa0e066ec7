/* Small reads and edits on jansson documents, by path. Pure functions; a document belongs to one thread at a time. */
#ifndef DEMO_DEMO_JSON_H
#define DEMO_DEMO_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/span.h"

/* Value at a JSONPath of printer columns: ".spec.chart", ".status.conditions[?(@.type==\"Ready\")].status",
 * ".spec.containers[0].image". A leading dot may be left out. Borrowed; NULL when absent. */
json_t *demo_json_at(const json_t *document, const char *path);

/* The string at `path`, or "" (never NULL; borrowed). */
const char *demo_json_text(const json_t *document, const char *path);
json_int_t demo_json_integer(const json_t *document, const char *path, json_int_t absent);
bool demo_json_bool(const json_t *document, const char *path); /* absent: false */

/* Sets the value at a path of plain keys ("status.lastAppliedRevision"), making objects on the way. Takes `value`;
 * a NULL value removes the key. */
void demo_json_set(json_t *document, const char *path, json_t *value);

/* Sets the condition of `type` in status.conditions, moving lastTransitionTime only when `status` changes. */
void demo_json_set_condition(json_t *document, const char *type, const char *status, const char *reason,
                             const char *message);

/* Time of the injectable clock as RFC 3339, `offset_ms` later. New reference. */
json_t *demo_json_time(int64_t offset_ms);

/* Reads text; STATUS_INVALID with the place of the error. *ret is a new reference. */
enum status demo_json_parse(struct span text, json_t **ret, struct error *err);

/* Compact text with sorted keys, as an API server writes unstructured objects; caller frees. */
char *demo_json_dump(const json_t *value);

#endif
