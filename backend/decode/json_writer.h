/* Writing JSON as text, value after value, into a bounded buffer: reports and `-o json`, without a document in memory.
 * Two-space indent, keys in the order they are written. Bytes that are not UTF-8 become U+FFFD. One thread. */
#ifndef DECODE_JSON_WRITER_H
#define DECODE_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytebuf.h"
#include "base/span.h"

#define JSON_WRITER_DEPTH_MAX 32

struct json_writer {
    struct bytebuf *out; /* borrowed */
    int depth;
    bool is_array[JSON_WRITER_DEPTH_MAX];
    bool has_members[JSON_WRITER_DEPTH_MAX];
};

void json_writer_init(struct json_writer *writer, struct bytebuf *out);

/* `key` is the member's name in an object and NULL in an array or at the top. */
void json_writer_begin_object(struct json_writer *writer, const char *key);
void json_writer_begin_array(struct json_writer *writer, const char *key);
void json_writer_end(struct json_writer *writer);
void json_writer_text(struct json_writer *writer, const char *key, const char *text); /* NULL: null */
void json_writer_span(struct json_writer *writer, const char *key, struct span text);
void json_writer_integer(struct json_writer *writer, const char *key, int64_t number);
void json_writer_bool(struct json_writer *writer, const char *key, bool value);
void json_writer_null(struct json_writer *writer, const char *key);

/* RFC 3339 text, or null for TIMESTAMP_NONE. */
void json_writer_time(struct json_writer *writer, const char *key, int64_t at_ms);

#endif
