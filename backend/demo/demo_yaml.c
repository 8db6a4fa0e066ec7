/* Reads YAML with libyaml's parser events into jansson values and writes jansson values as block style YAML.
 * Only what Kubernetes manifests need: no tags, no anchors. */
#include "demo/demo_yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/alloc.h"

#define DEPTH_MAX 64

struct reading {
    yaml_parser_t parser;
    struct error *err;
};

static json_t *scalar_value(const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return json_stringn_nocheck(text, length);
    if (length == 0 || strcmp(text, "~") == 0 || strcmp(text, "null") == 0)
        return json_null();
    if (strcasecmp(text, "true") == 0)
        return json_true();
    if (strcasecmp(text, "false") == 0)
        return json_false();
    int64_t integer = 0;
    bool padded = length > 1 && text[0] == '0';
    if (!padded && text[0] != '+' && span_to_int64(span_make(text, length), &integer))
        return json_integer(integer);
    char *end = NULL;
    double real = strtod(text, &end);
    if (*end == '\0' && strspn(text, "0123456789.-+eE") == length)
        return json_real(real);
    return json_stringn_nocheck(text, length);
}

static enum status fail_at(struct reading *reading, const yaml_mark_t *mark, const char *what, const char *name)
{
    return error_set(reading->err, STATUS_INVALID, "yaml: line %zu: %s%s%s", mark->line + 1, what, name[0] ? " " : "",
                     name);
}

static enum status next_event(struct reading *reading, yaml_event_t *event)
{
    if (yaml_parser_parse(&reading->parser, event))
        return STATUS_OK;
    const char *problem = reading->parser.problem ? reading->parser.problem : "unreadable";
    return fail_at(reading, &reading->parser.problem_mark, problem, "");
}

static enum status read_node(struct reading *reading, yaml_event_t *event, int depth, json_t **ret);

static enum status read_sequence(struct reading *reading, int depth, json_t *list)
{
    for (;;) {
        yaml_event_t event;
        enum status status = next_event(reading, &event);
        if (status != STATUS_OK)
            return status;
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return STATUS_OK;
        }
        json_t *item = NULL;
        status = read_node(reading, &event, depth, &item);
        yaml_event_delete(&event);
        if (status != STATUS_OK)
            return status;
        json_array_append_new(list, item);
    }
}

static enum status read_pair(struct reading *reading, const yaml_event_t *key, int depth, json_t *map)
{
    const char *name = (const char *)key->data.scalar.value;
    if (key->type != YAML_SCALAR_EVENT)
        return fail_at(reading, &key->start_mark, "only plain keys are supported", "");
    if (json_object_get(map, name))
        return fail_at(reading, &key->start_mark, "mapping key already defined:", name);
    yaml_event_t event;
    enum status status = next_event(reading, &event);
    if (status != STATUS_OK)
        return status;
    json_t *value = NULL;
    status = read_node(reading, &event, depth, &value);
    yaml_event_delete(&event);
    if (status == STATUS_OK)
        json_object_set_new_nocheck(map, name, value);
    return status;
}

static enum status read_mapping(struct reading *reading, int depth, json_t *map)
{
    for (;;) {
        yaml_event_t key;
        enum status status = next_event(reading, &key);
        if (status != STATUS_OK)
            return status;
        bool done = key.type == YAML_MAPPING_END_EVENT;
        if (!done)
            status = read_pair(reading, &key, depth, map);
        yaml_event_delete(&key);
        if (done || status != STATUS_OK)
            return status;
    }
}

static enum status read_node(struct reading *reading, yaml_event_t *event, int depth, json_t **ret)
{
    if (depth > DEPTH_MAX)
        return fail_at(reading, &event->start_mark, "nested too deeply", "");
    if (event->type == YAML_SCALAR_EVENT) {
        *ret = scalar_value(event);
        return STATUS_OK;
    }
    bool is_map = event->type == YAML_MAPPING_START_EVENT;
    if (!is_map && event->type != YAML_SEQUENCE_START_EVENT)
        return fail_at(reading, &event->start_mark, "aliases are not supported", "");
    json_t *value = is_map ? json_object() : json_array();
    enum status status = is_map ? read_mapping(reading, depth + 1, value) : read_sequence(reading, depth + 1, value);
    if (status != STATUS_OK) {
        json_decref(value);
        return status;
    }
    *ret = value;
    return STATUS_OK;
}

static enum status read_stream(struct reading *reading, json_t *documents)
{
    for (;;) {
        yaml_event_t event;
        enum status status = next_event(reading, &event);
        if (status != STATUS_OK)
            return status;
        yaml_event_type_t type = event.type;
        json_t *value = NULL;
        if (type == YAML_SCALAR_EVENT || type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT)
            status = read_node(reading, &event, 0, &value);
        yaml_event_delete(&event);
        if (status != STATUS_OK)
            return status;
        if (value && !json_is_null(value))
            json_array_append(documents, value);
        json_decref(value);
        if (type == YAML_STREAM_END_EVENT)
            return STATUS_OK;
    }
}

enum status demo_yaml_parse(struct span text, json_t **ret, struct error *err)
{
    struct reading reading = {.err = err};
    if (!yaml_parser_initialize(&reading.parser))
        return error_set(err, STATUS_INVALID, "yaml: the parser cannot start");
    yaml_parser_set_input_string(&reading.parser, (const unsigned char *)text.data, text.length);
    json_t *documents = json_array();
    enum status status = read_stream(&reading, documents);
    yaml_parser_delete(&reading.parser);
    if (status != STATUS_OK) {
        json_decref(documents);
        return status;
    }
    *ret = documents;
    return STATUS_OK;
}

/* Whether the text would read back as this very string without quotes. */
static bool is_plain(const char *text)
{
    static const char *const WORDS[] = {"true", "false", "null", "yes", "no", "on", "off", "~"};
    if (text[0] == '\0' || strchr("!&*-?#|>@`\"'%{[]},: ", text[0]))
        return false;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strcasecmp(text, WORDS[i]) == 0)
            return false;
    size_t length = strlen(text);
    if (strspn(text, "0123456789.-+eExX_") == length || text[length - 1] == ' ' || text[length - 1] == ':')
        return false;
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == '\\' || (*at == ':' && at[1] == ' ') || (*at == ' ' && at[1] == '#'))
            return false;
    return true;
}

static void append_string(struct bytebuf *out, const char *text)
{
    if (is_plain(text)) {
        bytebuf_append_text(out, text);
        return;
    }
    bytebuf_append_byte(out, '"');
    for (const char *at = text; *at; at++) {
        if (*at == '\n')
            bytebuf_append_text(out, "\\n");
        else if (*at == '"' || *at == '\\')
            bytebuf_printf(out, "\\%c", *at);
        else if ((unsigned char)*at < 0x20)
            bytebuf_printf(out, "\\x%02x", (unsigned)*at);
        else
            bytebuf_append_byte(out, *at);
    }
    bytebuf_append_byte(out, '"');
}

static void append_scalar(struct bytebuf *out, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING: append_string(out, json_string_value(value)); break;
    case JSON_INTEGER: bytebuf_printf(out, "%lld", (long long)json_integer_value(value)); break;
    case JSON_REAL: bytebuf_printf(out, "%g", json_real_value(value)); break;
    case JSON_TRUE: bytebuf_append_text(out, "true"); break;
    case JSON_FALSE: bytebuf_append_text(out, "false"); break;
    case JSON_OBJECT: bytebuf_append_text(out, "{}"); break;
    case JSON_ARRAY: bytebuf_append_text(out, "[]"); break;
    default: bytebuf_append_text(out, "null"); break;
    }
}

static bool is_block(const json_t *value)
{
    return json_object_size(value) > 0 || json_array_size(value) > 0;
}

static void append_map(struct bytebuf *out, const json_t *map, int indent, bool first_is_placed)
{
    const char *key = NULL;
    json_t *value = NULL;
    bool placed = first_is_placed;
    json_object_foreach((json_t *)map, key, value) {
        if (!placed)
            bytebuf_printf(out, "%*s", indent, "");
        placed = false;
        append_string(out, key);
        bytebuf_append_byte(out, ':');
        if (is_block(value)) {
            bytebuf_append_byte(out, '\n');
            demo_yaml_append(out, value, indent + 2);
        } else {
            bytebuf_append_byte(out, ' ');
            append_scalar(out, value);
            bytebuf_append_byte(out, '\n');
        }
    }
}

void demo_yaml_append(struct bytebuf *out, const json_t *value, int indent)
{
    if (json_is_object(value) && is_block(value)) {
        append_map(out, value, indent, false);
        return;
    }
    if (!json_is_array(value) || !is_block(value)) {
        bytebuf_printf(out, "%*s", indent, "");
        append_scalar(out, value);
        bytebuf_append_byte(out, '\n');
        return;
    }
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach((json_t *)value, index, item) {
        bytebuf_printf(out, "%*s- ", indent, "");
        if (json_is_object(item) && is_block(item)) {
            append_map(out, item, indent + 2, true);
        } else if (is_block(item)) {
            bytebuf_append_byte(out, '\n');
            demo_yaml_append(out, item, indent + 2);
        } else {
            append_scalar(out, item);
            bytebuf_append_byte(out, '\n');
        }
    }
}
