/* Typed paths to one value of a document; see value_path.h. */
#include "decode/value_path.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/bytebuf.h"

#define KEY_MAX 1024
#define TEXT_MAX ((size_t)64 << 10)

void value_path_done(struct value_path *path)
{
    for (size_t i = 0; i < path->count; i++)
        free(path->items[i].key);
    ARRAY_FREE(path);
}

static enum status complain(struct error *err, struct span text, const char *why)
{
    return error_set(err, STATUS_USAGE, "'%.*s' is not a path: %s", SPAN_PRINT(span_first(text, 200)), why);
}

/* Reads a key at *rest up to an unescaped '.', '[' or the end. NULL: fine, else what is wrong. */
static const char *read_key(struct span *rest, struct bytebuf *key)
{
    size_t at = 0;
    bool quoted = rest->length > 0 && rest->data[0] == '"';
    if (quoted)
        at++;
    for (; at < rest->length; at++) {
        char byte = rest->data[at];
        if (quoted ? byte == '"' : byte == '.' || byte == '[')
            break;
        if (!quoted && (byte == ']' || byte == '"'))
            return "a bracket or quote stands alone (put a backslash before it)";
        if (byte == '\\' && ++at == rest->length)
            return "it ends in a backslash";
        if (!bytebuf_append_byte(key, rest->data[at]))
            return "a key is too long";
    }
    if (quoted && at++ == rest->length)
        return "a quote is not closed";
    *rest = span_from(*rest, at);
    return key->length == 0 ? "a key is empty" : NULL;
}

static const char *read_index(struct span *rest, size_t *index)
{
    ptrdiff_t end = span_find_byte(*rest, ']');
    int64_t number;
    if (end < 0)
        return "'[' is not closed";
    if (!span_to_int64(span_from(span_first(*rest, (size_t)end), 1), &number) || number < 0 || number > 1000000)
        return "between '[' and ']' belongs the number of a list element, counted from 0";
    *rest = span_from(*rest, (size_t)end + 1);
    *index = (size_t)number;
    return NULL;
}

static const char *read_step(struct span *rest, bool first, struct value_step *step)
{
    if (rest->data[0] == '[')
        return first ? "it begins with a list element" : read_index(rest, &step->index);
    if (!first) {
        if (rest->data[0] != '.')
            return "a '.' or '[' is expected behind a ']' or a quote";
        *rest = span_from(*rest, 1);
    }
    CLEANUP(bytebuf_done) struct bytebuf key;
    bytebuf_init(&key, KEY_MAX);
    const char *wrong = read_key(rest, &key);
    if (wrong == NULL)
        step->key = bytebuf_take(&key);
    return wrong;
}

enum status value_path_parse(struct span text, struct value_path *ret, struct error *err)
{
    struct value_path path = {0};
    struct span rest = text;
    const char *wrong = text.length == 0 ? "it is empty" : NULL;
    while (wrong == NULL && rest.length > 0) {
        struct value_step step = {0};
        wrong = path.count == VALUE_PATH_STEPS_MAX ? "it has too many steps" : read_step(&rest, path.count == 0, &step);
        if (wrong == NULL)
            ARRAY_PUSH(&path, step);
    }
    if (wrong != NULL) {
        value_path_done(&path);
        return complain(err, text, wrong);
    }
    *ret = path;
    return STATUS_OK;
}

void value_path_copy(const struct value_path *path, struct value_path *ret)
{
    *ret = (struct value_path){0};
    for (size_t i = 0; i < path->count; i++)
        ARRAY_PUSH(ret, ((struct value_step){alloc_strdup(path->items[i].key), path->items[i].index}));
}

void value_path_prepend(struct value_path *path, const char *const *keys)
{
    struct value_path longer = {0};
    for (; *keys != NULL; keys++)
        ARRAY_PUSH(&longer, ((struct value_step){alloc_strdup(*keys), 0}));
    for (size_t i = 0; i < path->count; i++)
        ARRAY_PUSH(&longer, path->items[i]);
    ARRAY_FREE(path);
    *path = longer;
}

char *value_path_text(const struct value_path *path)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, TEXT_MAX);
    for (size_t i = 0; i < path->count; i++) {
        const struct value_step *step = &path->items[i];
        if (step->key == NULL) {
            bytebuf_printf(&out, "[%zu]", step->index);
            continue;
        }
        if (i > 0)
            bytebuf_append_byte(&out, '.');
        for (const char *at = step->key; *at != '\0'; at++) {
            if (strchr(".[]\"\\=:", *at) != NULL)
                bytebuf_append_byte(&out, '\\');
            bytebuf_append_byte(&out, *at);
        }
    }
    bytebuf_append_text(&out, "");
    return alloc_strdup(bytebuf_text(&out));
}

char *value_path_pointer(const struct value_path *path, size_t steps)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, TEXT_MAX);
    for (size_t i = 0; i < steps && i < path->count; i++) {
        bytebuf_append_byte(&out, '/');
        if (path->items[i].key == NULL)
            bytebuf_printf(&out, "%zu", path->items[i].index);
        for (const char *at = path->items[i].key; at != NULL && *at != '\0'; at++) {
            if (*at == '~' || *at == '/')
                bytebuf_append_text(&out, *at == '~' ? "~0" : "~1");
            else
                bytebuf_append_byte(&out, *at);
        }
    }
    return alloc_strdup(bytebuf_text(&out));
}

bool value_path_has_index(const struct value_path *path)
{
    for (size_t i = 0; i < path->count; i++)
        if (path->items[i].key == NULL)
            return true;
    return false;
}

bool value_path_starts_with(const struct value_path *path, const char *const *keys)
{
    for (size_t i = 0; keys[i] != NULL; i++)
        if (i >= path->count || path->items[i].key == NULL || strcmp(path->items[i].key, keys[i]) != 0)
            return false;
    return true;
}

static json_t *step_into(const struct value_step *step, const json_t *value)
{
    return step->key != NULL ? json_object_get(value, step->key) : json_array_get(value, step->index);
}

size_t value_path_depth(const struct value_path *path, const json_t *document)
{
    size_t depth = 0;
    while (depth < path->count && (document = step_into(&path->items[depth], document)) != NULL)
        depth++;
    return depth;
}

json_t *value_path_get(const struct value_path *path, const json_t *document)
{
    const json_t *value = document;
    for (size_t i = 0; i < path->count && value != NULL; i++)
        value = step_into(&path->items[i], value);
    return (json_t *)value;
}

static enum status lead_astray(const struct value_path *path, size_t at, const json_t *value, struct error *err)
{
    struct value_path way = {path->items, at, 0};
    char *text = value_path_text(&way);
    enum status status;
    if (json_is_array(value) && path->items[at].key == NULL)
        status = error_set(err, STATUS_USAGE, "%s has %zu elements, there is no [%zu]", text, json_array_size(value),
                           path->items[at].index);
    else
        status = error_set(err, STATUS_USAGE, "%s is %s, not %s", at == 0 ? "the document" : text, json_edit_type_name(value),
                           path->items[at].key == NULL ? "a list" : "a map");
    free(text);
    return status;
}

static void put(const struct value_step *step, json_t *parent, json_t *value)
{
    if (step->key != NULL && value != NULL)
        json_object_set(parent, step->key, value);
    else if (step->key != NULL)
        json_object_del(parent, step->key);
    else if (value != NULL)
        json_array_set(parent, step->index, value);
    else
        json_array_remove(parent, step->index);
}

enum status value_path_set(const struct value_path *path, json_t *document, json_t *value, struct error *err)
{
    json_t *parent = document;
    for (size_t i = 0; i < path->count; i++) {
        const struct value_step *step = &path->items[i];
        bool fits = step->key != NULL ? json_is_object(parent) : json_is_array(parent) && step->index < json_array_size(parent);
        if (!fits)
            return lead_astray(path, i, parent, err);
        if (i + 1 == path->count) {
            put(step, parent, value);
            break;
        }
        json_t *child = step_into(step, parent);
        bool missing = child == NULL || json_is_null(child);
        if (missing && value == NULL)
            break;
        if (missing && path->items[i + 1].key != NULL) {
            child = json_object();
            put(step, parent, child);
            json_decref(child);
        }
        parent = child;
    }
    return STATUS_OK;
}
