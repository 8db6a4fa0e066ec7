/* Fast read-only JSON (simdjson). For lists and watch events, which become rows; the single document that a person looks
 * at or edits is jansson's (json_edit.h).
 *
 * A reader owns the memory of the document it parsed last: values stay valid until the next parse on that reader.
 * One reader, one thread. An absent value answers everything with its empty form, so that lookups chain. */
#ifndef DECODE_JSON_READER_H
#define DECODE_JSON_READER_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "base/error.h"
#include "base/span.h"

/* Bytes that must be readable (any content) behind a text given to json_reader_parse_padded. */
#define JSON_READER_PADDING 64

enum json_kind {
    JSON_KIND_ABSENT,
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_INTEGER,
    JSON_KIND_REAL,
    JSON_KIND_STRING,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT,
};

struct json_value {
    const void *document; /* NULL: absent */
    size_t at;
};

struct json_reader;

struct json_reader *json_reader_new(void);
void json_reader_free(struct json_reader *reader);
void json_reader_trim(struct json_reader *reader); /* gives the memory of the last documents back; their values are gone */

/* Parses a whole document (copied). STATUS_INVALID with the parser's reason otherwise. */
enum status json_reader_parse(struct json_reader *reader, struct span text, struct json_value *root, struct error *err);

/* The same without the copy: JSON_READER_PADDING bytes behind the text must be readable. */
enum status json_reader_parse_padded(struct json_reader *reader, struct span text, struct json_value *root, struct error *err);

enum json_kind json_reader_kind(struct json_value value);
struct json_value json_reader_get(struct json_value object, const char *key);
struct json_value json_reader_get_span(struct json_value object, struct span key);
struct json_value json_reader_at(struct json_value array, size_t index);
size_t json_reader_count(struct json_value container);

struct span json_reader_string(struct json_value value); /* unescaped; empty for anything but a string */
int64_t json_reader_integer(struct json_value value, int64_t otherwise);
bool json_reader_bool(struct json_value value, bool otherwise);

/* Text of any scalar (numbers and booleans printed into `scratch`); empty for null, containers and absent. */
struct span json_reader_scalar(struct json_value value, char scratch[32]);

/* Iterates an array or object: for (it = json_reader_iterate(v); json_reader_next(&it);) it.key (objects), it.value */
struct json_iterator {
    struct span key;
    struct json_value value;
    struct json_value container;
    size_t at, end; /* tape positions, private */
    bool is_object;
};
struct json_iterator json_reader_iterate(struct json_value container);
bool json_reader_next(struct json_iterator *iterator);

#ifdef __cplusplus
}
#endif

#endif
