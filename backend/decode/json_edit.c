/* Single JSON documents: a thin, bounded layer over jansson; see json_edit.h. */
#include "decode/json_edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void json_edit_unref(json_t **document)
{
    json_decref(*document);
    *document = NULL;
}

enum status json_edit_parse(const char *what, struct span text, json_t **ret, struct error *err)
{
    json_error_t problem;
    json_t *document = json_loadb(text.length > 0 ? text.data : "", text.length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
    if (document == NULL)
        return error_set(err, STATUS_INVALID, "%s is not JSON: %s (line %d, column %d)", what, problem.text, problem.line,
                         problem.column);
    *ret = document;
    return STATUS_OK;
}

static char *print(const json_t *document, size_t flags)
{
    char *text = json_dumps(document, flags | JSON_ENCODE_ANY);
    return text != NULL ? text : alloc_strdup("null");
}

char *json_edit_print(const json_t *document)
{
    return print(document, JSON_COMPACT | JSON_SORT_KEYS);
}

char *json_edit_print_pretty(const json_t *document)
{
    char *text = print(document, JSON_INDENT(2));
    char *line = alloc_printf("%s\n", text);
    free(text);
    return line;
}

const json_t *json_edit_at(const json_t *document, const char *const *keys)
{
    while (document != NULL && *keys != NULL)
        document = json_object_get(document, *keys++);
    return document;
}

const char *json_edit_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

const char *json_edit_metadata(const json_t *object, const char *key)
{
    return json_edit_text(json_object_get(object, "metadata"), key);
}

const char *json_edit_type_name(const json_t *value)
{
    if (value == NULL)
        return "nothing";
    switch (json_typeof(value)) {
    case JSON_OBJECT: return "a map";
    case JSON_ARRAY: return "a list";
    case JSON_STRING: return "a text";
    case JSON_INTEGER: return "a whole number";
    case JSON_REAL: return "a number";
    case JSON_TRUE:
    case JSON_FALSE: return "a boolean";
    case JSON_NULL: return "null";
    }
    return "nothing";
}

static json_t *merge(json_t *target, const json_t *patch, unsigned depth)
{
    if (!json_is_object(patch) || depth == 0) {
        json_decref(target);
        return json_deep_copy(patch);
    }
    if (!json_is_object(target)) {
        json_decref(target);
        target = json_object();
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)patch, key, value) {
        if (json_is_null(value))
            json_object_del(target, key);
        else
            json_object_set_new(target, key, merge(json_incref(json_object_get(target, key)), value, depth - 1));
    }
    return target;
}

json_t *json_edit_merge(json_t *target, const json_t *patch)
{
    return merge(target, patch, JSON_EDIT_DEPTH_MAX);
}

static bool holds_null(const json_t *value, unsigned depth)
{
    const char *key;
    json_t *member;
    if (json_is_null(value) || depth == 0)
        return true;
    if (json_is_object(value)) {
        json_object_foreach((json_t *)value, key, member)
            if (holds_null(member, depth - 1))
                return true;
    }
    return false; /* a list is replaced as a whole: nulls inside it survive */
}

static json_t *between(const json_t *before, const json_t *after, bool *exact, unsigned depth)
{
    json_t *patch = json_object();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)before, key, value)
        if (json_object_get(after, key) == NULL)
            json_object_set_new(patch, key, json_null());
    json_object_foreach((json_t *)after, key, value) {
        json_t *old = json_object_get(before, key);
        if (old != NULL && json_equal(old, value))
            continue;
        if (json_is_object(old) && json_is_object(value) && depth > 0) {
            json_object_set_new(patch, key, between(old, value, exact, depth - 1));
            continue;
        }
        if (holds_null(value, JSON_EDIT_DEPTH_MAX))
            *exact = false;
        json_object_set_new(patch, key, json_deep_copy(value));
    }
    return patch;
}

json_t *json_edit_merge_between(const json_t *before, const json_t *after, bool *exact)
{
    *exact = true;
    return between(before, after, exact, JSON_EDIT_DEPTH_MAX);
}

static void append(json_t *patch, const char *verb, const char *pointer, const json_t *value)
{
    json_t *step = json_object();
    json_object_set_new(step, "op", json_string(verb));
    json_object_set_new(step, "path", json_string(pointer));
    if (value != NULL)
        json_object_set_new(step, "value", json_deep_copy(value));
    json_array_append_new(patch, step);
}

void json_edit_add_test(json_t *patch, const char *pointer, const json_t *value)
{
    append(patch, "test", pointer, value);
}

void json_edit_add_replace(json_t *patch, const char *pointer, const json_t *value)
{
    append(patch, "replace", pointer, value);
}

void json_edit_add_add(json_t *patch, const char *pointer, const json_t *value)
{
    append(patch, "add", pointer, value);
}

void json_edit_add_remove(json_t *patch, const char *pointer)
{
    append(patch, "remove", pointer, NULL);
}
