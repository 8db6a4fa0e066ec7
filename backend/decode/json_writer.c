/* JSON text as it is written: separators and indentation follow from the stack of open containers. */
#include "decode/json_writer.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/timestamp.h"
#include "base/utf8.h"

void json_writer_init(struct json_writer *writer, struct bytebuf *out)
{
    memset(writer, 0, sizeof *writer);
    writer->out = out;
}

static void newline(struct json_writer *writer)
{
    bytebuf_append_byte(writer->out, '\n');
    for (int i = 0; i < writer->depth; i++)
        bytebuf_append_text(writer->out, "  ");
}

static void escape(struct bytebuf *out, unsigned char byte)
{
    static const char SHORT[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    if (byte == '"' || byte == '\\')
        bytebuf_printf(out, "\\%c", byte);
    else if (byte < sizeof SHORT && SHORT[byte] != 0)
        bytebuf_printf(out, "\\%c", SHORT[byte]);
    else
        bytebuf_printf(out, "\\u%04x", byte);
}

static void quote(struct bytebuf *out, struct span text)
{
    bytebuf_append_byte(out, '"');
    size_t plain = 0;
    while (plain < text.length) {
        bool valid = true;
        uint32_t code = 0;
        size_t length = utf8_decode(span_from(text, plain), &code, &valid);
        bool special = !valid || code < 0x20 || code == 0x7f || code == '"' || code == '\\';
        if (!special) {
            plain += length;
            continue;
        }
        bytebuf_append(out, text.data, plain);
        if (valid)
            escape(out, (unsigned char)code);
        else
            bytebuf_append_text(out, "\\ufffd");
        text = span_from(text, plain + length);
        plain = 0;
    }
    bytebuf_append(out, text.data, text.length);
    bytebuf_append_byte(out, '"');
}

static void member(struct json_writer *writer, const char *key)
{
    if (writer->depth > 0) {
        bool *has_members = &writer->has_members[writer->depth - 1];
        if (*has_members)
            bytebuf_append_byte(writer->out, ',');
        *has_members = true;
        newline(writer);
    }
    if (key != NULL) {
        quote(writer->out, span_of(key));
        bytebuf_append_text(writer->out, ": ");
    }
}

static void begin(struct json_writer *writer, const char *key, bool is_array)
{
    assert(writer->depth < JSON_WRITER_DEPTH_MAX);
    member(writer, key);
    bytebuf_append_byte(writer->out, is_array ? '[' : '{');
    writer->is_array[writer->depth] = is_array;
    writer->has_members[writer->depth] = false;
    writer->depth++;
}

void json_writer_begin_object(struct json_writer *writer, const char *key)
{
    begin(writer, key, false);
}

void json_writer_begin_array(struct json_writer *writer, const char *key)
{
    begin(writer, key, true);
}

void json_writer_end(struct json_writer *writer)
{
    assert(writer->depth > 0);
    writer->depth--;
    if (writer->has_members[writer->depth])
        newline(writer);
    bytebuf_append_byte(writer->out, writer->is_array[writer->depth] ? ']' : '}');
    if (writer->depth == 0)
        bytebuf_append_byte(writer->out, '\n');
}

void json_writer_span(struct json_writer *writer, const char *key, struct span text)
{
    member(writer, key);
    quote(writer->out, text);
}

void json_writer_text(struct json_writer *writer, const char *key, const char *text)
{
    if (text == NULL)
        json_writer_null(writer, key);
    else
        json_writer_span(writer, key, span_of(text));
}

void json_writer_integer(struct json_writer *writer, const char *key, int64_t number)
{
    member(writer, key);
    bytebuf_printf(writer->out, "%" PRId64, number);
}

void json_writer_bool(struct json_writer *writer, const char *key, bool value)
{
    member(writer, key);
    bytebuf_append_text(writer->out, value ? "true" : "false");
}

void json_writer_null(struct json_writer *writer, const char *key)
{
    member(writer, key);
    bytebuf_append_text(writer->out, "null");
}

void json_writer_time(struct json_writer *writer, const char *key, int64_t at_ms)
{
    char text[TIMESTAMP_TEXT_MAX];
    timestamp_format(text, at_ms);
    json_writer_text(writer, key, text[0] == '\0' ? NULL : text);
}
