/* Messages as texts; see spine_message.h. */
#include "spine/spine_message.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/sanitize.h"
#include "base/timestamp.h"

#define NOT_SHOWN "(looks like a secret: not shown)"
#define HEADERS_MAXIMUM ((size_t)16 << 10)
#define HEX_MAXIMUM 4096
#define DEPTH_MAXIMUM 32

static const char *const SECRET_WORDS[] = {"password", "passwd", "secret", "token", "credential", "private", "apikey", "api-key", "api_key", "seed"};

bool spine_message_is_secret(struct span name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(SECRET_WORDS); i++)
        if (span_contains_folded(name, span_of(SECRET_WORDS[i])))
            return true;
    return false;
}

static void mask(json_t *value, int depth)
{
    const char *key;
    json_t *member;
    size_t index;
    if (depth > DEPTH_MAXIMUM)
        return;
    json_object_foreach(value, key, member)
    {
        if (spine_message_is_secret(span_of(key)) && !json_is_object(member) && !json_is_array(member) && !json_is_number(member))
            json_object_set_new(value, key, json_string(NOT_SHOWN));
        else
            mask(member, depth + 1);
    }
    json_array_foreach(value, index, member) mask(member, depth + 1);
}

/* The payload as JSON with secrets masked; NULL when it is none. */
static json_t *parse(const struct spine_message *message)
{
    bool could = message->kept == message->size && message->size > 1 && (message->payload[0] == '{' || message->payload[0] == '[');
    json_t *root = could ? json_loadb(message->payload, message->kept, JSON_ALLOW_NUL, NULL) : NULL;
    mask(root, 0);
    return root;
}

/* What looks like JSON, cannot be read as it (broken, or too long) and names a secret is not shown at all: where it stands is not known. */
static bool hides(const struct spine_message *message, const json_t *root)
{
    if (message->size == 0)
        return false;
    bool like_json = message->payload[0] == '{' || message->payload[0] == '[';
    return spine_message_is_secret(span_of(message->subject)) ||
           (like_json && root == NULL && spine_message_is_secret(span_make(message->payload, message->kept)));
}

static bool is_binary(const struct spine_message *message)
{
    size_t odd = 0, looked = message->kept < 4096 ? message->kept : 4096;
    for (size_t i = 0; i < looked; i++) {
        unsigned char c = (unsigned char)message->payload[i];
        odd += (c < 32 && c != '\n' && c != '\t' && c != '\r') || c == 127 || c == 0xff || c == 0xc0;
    }
    return odd * 10 > looked;
}

static void make_preview(struct spine_message *message)
{
    char *text = NULL;
    json_t *root = parse(message);
    if (hides(message, root)) {
        json_decref(root);
        snprintf(message->preview, sizeof message->preview, NOT_SHOWN);
        return;
    }
    if (root != NULL)
        text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    if (text != NULL)
        sanitize_line_into(message->preview, sizeof message->preview, text, strlen(text));
    else if (is_binary(message))
        snprintf(message->preview, sizeof message->preview, "(%zu bytes, binary)", message->size);
    else
        sanitize_line_into(message->preview, sizeof message->preview, message->payload, message->kept);
    free(text);
}

static void copy_headers(struct spine_message *copy, const struct nats_tail_message *message)
{
    struct bytebuf text;
    bytebuf_init(&text, HEADERS_MAXIMUM);
    copy->operation = 'P';
    for (size_t i = 0; i < message->header_count; i++) {
        const struct nats_header *header = &message->headers[i];
        if (span_equals_text(header->name, "KV-Operation"))
            copy->operation = span_equals_text(header->value, "DEL") ? 'D' : span_equals_text(header->value, "PURGE") ? 'X' : 'P';
        sanitize_line(&text, header->name);
        bytebuf_append_text(&text, ": ");
        sanitize_line(&text, spine_message_is_secret(header->name) ? SPAN_LITERAL(NOT_SHOWN) : header->value);
        bytebuf_append_text(&text, "\n");
    }
    copy->headers = text.length > 0 ? bytebuf_take(&text) : alloc_strdup("");
    bytebuf_done(&text);
}

struct spine_message *spine_message_new(const struct nats_tail_message *message)
{
    struct spine_message *copy = alloc_new(struct spine_message);
    copy->sequence = message->sequence;
    copy->at_ms = message->at_ms;
    copy->is_whole = message->is_whole;
    snprintf(copy->stream, sizeof copy->stream, "%s", message->stream);
    copy->subject = sanitize_dup(message->subject, 1024);
    copy->size = message->payload.length;
    copy->kept = copy->size < SPINE_MESSAGE_KEPT_MAX ? copy->size : SPINE_MESSAGE_KEPT_MAX;
    copy->payload = alloc_zeroed(copy->kept + 1, 1);
    if (copy->kept > 0)
        memcpy(copy->payload, message->payload.data, copy->kept);
    copy_headers(copy, message);
    make_preview(copy);
    return copy;
}

void spine_message_free(struct spine_message *message)
{
    if (message == NULL)
        return;
    free(message->subject);
    free(message->headers);
    free(message->payload);
    free(message);
}

size_t spine_message_cost(const struct spine_message *message)
{
    return sizeof *message + message->kept + (message->headers != NULL ? strlen(message->headers) : 0) + 64;
}

static void write_hex(const struct spine_message *message, struct bytebuf *out)
{
    size_t length = message->kept < HEX_MAXIMUM ? message->kept : HEX_MAXIMUM;
    for (size_t at = 0; at < length; at += 16) {
        bytebuf_printf(out, "%08zx ", at);
        for (size_t i = 0; i < 16; i++)
            if (at + i < length)
                bytebuf_printf(out, " %02x", (unsigned char)message->payload[at + i]);
            else
                bytebuf_append_text(out, "   ");
        bytebuf_append_text(out, "  ");
        for (size_t i = 0; i < 16 && at + i < length; i++)
            bytebuf_append_byte(out, (char)(isprint((unsigned char)message->payload[at + i]) ? message->payload[at + i] : '.'));
        bytebuf_append_text(out, "\n");
    }
    if (length < message->size)
        bytebuf_printf(out, "(the first %zu of %zu bytes)\n", length, message->size);
}

static void write_content(const struct spine_message *message, struct bytebuf *out)
{
    if (message->size == 0) {
        bytebuf_append_text(out, "(no content)\n");
        return;
    }
    json_t *root = parse(message);
    if (hides(message, root)) {
        json_decref(root);
        bytebuf_append_text(out, NOT_SHOWN "\n");
        return;
    }
    char *text = root != NULL ? json_dumps(root, JSON_INDENT(2)) : NULL;
    json_decref(root);
    if (text != NULL)
        sanitize_text(out, span_of(text));
    else if (is_binary(message))
        write_hex(message, out);
    else
        sanitize_text(out, span_make(message->payload, message->kept));
    bytebuf_append_text(out, "\n");
    if (text == NULL && message->kept < message->size)
        bytebuf_printf(out, "(the first %zu of %zu bytes)\n", message->kept, message->size);
    free(text);
}

void spine_message_write(const struct spine_message *message, struct bytebuf *out)
{
    char at[TIMESTAMP_TEXT_MAX], stream[NATS_LINK_STREAM_NAME_MAX];
    timestamp_format_ms(at, message->at_ms);
    sanitize_line_into(stream, sizeof stream, message->stream, strlen(message->stream));
    bytebuf_printf(out, "Subject   %s\n", message->subject);
    if (message->sequence > 0)
        bytebuf_printf(out, "Stream    %s, sequence %llu\n", stream, (unsigned long long)message->sequence);
    else
        bytebuf_append_text(out, "Stream    none: seen as it was published\n");
    bytebuf_printf(out, "Time      %s\nSize      %zu bytes\n", at, message->size);
    if (message->headers[0] != '\0')
        bytebuf_printf(out, "\nHeaders\n%s", message->headers);
    bytebuf_append_text(out, "\n");
    write_content(message, out);
}

/* NATS' own rule: '*' is one token, '>' the rest. */
static bool matches_subject(struct span pattern, struct span subject)
{
    struct span p, s;
    while (span_split(&pattern, '.', &p)) {
        bool more = span_split(&subject, '.', &s);
        if (span_equals_text(p, ">"))
            return more;
        if (!more || (!span_equals_text(p, "*") && !span_equals(p, s)))
            return false;
    }
    return !span_split(&subject, '.', &s);
}

bool spine_message_passes(const struct spine_message *message, struct span filter)
{
    if (filter.length == 0)
        return true;
    if (message->missing > 0)
        return false;
    if (span_find_byte(filter, '*') >= 0 || span_find_byte(filter, '>') >= 0)
        return matches_subject(filter, span_of(message->subject));
    return span_contains_folded(span_of(message->subject), filter) || span_contains_folded(span_of(message->preview), filter);
}

void spine_message_age(char *out, size_t size, int64_t at_ms, int64_t now_ms)
{
    char text[TIMESTAMP_TEXT_MAX] = "";
    int64_t age_ms = now_ms - at_ms;
    if (at_ms == TIMESTAMP_NONE)
        age_ms = 0;
    else if (age_ms < 60000)
        snprintf(text, sizeof text, "<1m");
    else
        timestamp_format_age(text, age_ms / 60000 * 60000);
    size_t length = strlen(text);
    if (length > 2 && strcmp(text + length - 2, "0s") == 0 && text[length - 3] == 'm')
        text[length - 2] = '\0';
    snprintf(out, size, "%s", text);
}

void spine_message_bytes(char *out, size_t size, uint64_t bytes)
{
    static const char *const UNITS[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 1024 && unit + 1 < ARRAY_LENGTH(UNITS); unit++)
        value /= 1024;
    snprintf(out, size, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
}
