/* Paths into jansson documents; see demo_json.h. */
#include "demo/demo_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/timestamp.h"

/* One member of `value` named by the bytes `key` (jansson wants a NUL-terminated key). */
static json_t *member(const json_t *value, struct span key)
{
    char name[256];
    if (key.length >= sizeof name)
        return NULL;
    memcpy(name, key.data, key.length);
    name[key.length] = '\0';
    return json_object_get(value, name);
}

/* [?(@.type=="Ready")] or [2]; `inside` is the text between the brackets. */
static json_t *element(const json_t *array, struct span inside)
{
    if (!span_starts_with(inside, "?(@.")) {
        int64_t index = 0;
        return span_to_int64(inside, &index) && index >= 0 ? json_array_get(array, (size_t)index) : NULL;
    }
    struct span rest = span_from(inside, 4);
    struct span key = {0};
    if (!span_split(&rest, '=', &key) || rest.length < 4)
        return NULL;
    struct span wanted = span_make(rest.data + 2, rest.length - 4); /* ="Ready") */
    size_t index;
    json_t *item;
    json_array_foreach(array, index, item) {
        const char *text = json_string_value(member(item, key));
        if (text != NULL && span_equals_text(wanted, text))
            return item;
    }
    return NULL;
}

json_t *demo_json_at(const json_t *document, const char *path)
{
    const json_t *value = document;
    while (*path != '\0' && value != NULL) {
        if (*path == '.') {
            path++;
        } else if (*path == '[') {
            const char *end = strchr(path, ']');
            if (end == NULL)
                return NULL;
            value = element(value, span_make(path + 1, (size_t)(end - path - 1)));
            path = end + 1;
        } else {
            size_t length = strcspn(path, ".[");
            value = member(value, span_make(path, length));
            path += length;
        }
    }
    return (json_t *)value;
}

const char *demo_json_text(const json_t *document, const char *path)
{
    const char *text = json_string_value(demo_json_at(document, path));
    return text == NULL ? "" : text;
}

json_int_t demo_json_integer(const json_t *document, const char *path, json_int_t absent)
{
    const json_t *value = demo_json_at(document, path);
    return json_is_integer(value) ? json_integer_value(value) : absent;
}

bool demo_json_bool(const json_t *document, const char *path)
{
    return json_is_true(demo_json_at(document, path));
}

void demo_json_set(json_t *document, const char *path, json_t *value)
{
    struct span rest = span_of(path);
    struct span part;
    char name[256];
    json_t *parent = document;
    while (span_split(&rest, '.', &part)) {
        if (part.length == 0 || part.length >= sizeof name)
            continue;
        memcpy(name, part.data, part.length);
        name[part.length] = '\0';
        if (rest.length == 0)
            break;
        json_t *next = json_object_get(parent, name);
        if (!json_is_object(next)) {
            next = json_object();
            json_object_set_new(parent, name, next);
        }
        parent = next;
    }
    if (value == NULL)
        json_object_del(parent, name);
    else
        json_object_set_new(parent, name, value);
}

/* The condition of `type`, appended when there is none. Borrowed. */
static json_t *condition_of(json_t *document, const char *type)
{
    json_t *conditions = demo_json_at(document, "status.conditions");
    if (!json_is_array(conditions)) {
        conditions = json_array();
        demo_json_set(document, "status.conditions", conditions);
    }
    size_t index;
    json_t *condition;
    json_array_foreach(conditions, index, condition) {
        if (strcmp(demo_json_text(condition, "type"), type) == 0)
            return condition;
    }
    condition = json_pack("{s:s}", "type", type);
    json_array_append_new(conditions, condition);
    return condition;
}

void demo_json_set_condition(json_t *document, const char *type, const char *status, const char *reason,
                             const char *message)
{
    json_t *condition = condition_of(document, type);
    if (strcmp(demo_json_text(condition, "status"), status) != 0)
        json_object_set_new(condition, "lastTransitionTime", demo_json_time(0));
    json_object_set_new(condition, "status", json_string(status));
    json_object_set_new(condition, "reason", json_string(reason));
    json_object_set_new(condition, "message", json_string(message));
    json_t *generation = demo_json_at(document, "metadata.generation");
    if (generation != NULL)
        json_object_set(condition, "observedGeneration", generation);
}

json_t *demo_json_time(int64_t offset_ms)
{
    char text[TIMESTAMP_TEXT_MAX];
    timestamp_format(text, clock_wall_ms() + offset_ms);
    return json_string(text);
}

enum status demo_json_parse(struct span text, json_t **ret, struct error *err)
{
    json_error_t where;
    json_t *value = json_loadb(text.data, text.length, JSON_DECODE_ANY, &where);
    if (value == NULL)
        return error_set(err, STATUS_INVALID, "not JSON: %s at line %d, column %d", where.text, where.line, where.column);
    *ret = value;
    return STATUS_OK;
}

char *demo_json_dump(const json_t *value)
{
    return json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
}
