/* Paths into JSON documents; see json_path.h. */
#include "decode/json_path.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"

enum step_kind { STEP_KEY, STEP_INDEX, STEP_EVERY, STEP_MATCH };

struct step {
    enum step_kind kind;
    char *key;   /* STEP_KEY, STEP_MATCH */
    char *equal; /* STEP_MATCH */
    size_t index;
};

struct json_path {
    ARRAY(struct step) steps;
};

void json_path_free(struct json_path *path)
{
    if (path == NULL)
        return;
    for (size_t i = 0; i < path->steps.count; i++) {
        free(path->steps.items[i].key);
        free(path->steps.items[i].equal);
    }
    ARRAY_FREE(&path->steps);
    free(path);
}

/* Reads one key at *rest: quoted, or up to '.' or '['. */
static bool read_key(struct span *rest, struct span *key)
{
    if (rest->length > 0 && rest->data[0] == '"') {
        *rest = span_from(*rest, 1);
        ptrdiff_t end = span_find_byte(*rest, '"');
        if (end < 0)
            return false;
        *key = span_first(*rest, (size_t)end);
        *rest = span_from(*rest, (size_t)end + 1);
        return key->length > 0;
    }
    size_t length = 0;
    while (length < rest->length && rest->data[length] != '.' && rest->data[length] != '[')
        length++;
    *key = span_first(*rest, length);
    *rest = span_from(*rest, length);
    return length > 0;
}

static bool read_bracket(struct span *rest, struct step *step)
{
    ptrdiff_t end = span_find_byte(*rest, ']');
    if (end < 2)
        return false;
    struct span inside = span_from(span_first(*rest, (size_t)end), 1);
    *rest = span_from(*rest, (size_t)end + 1);
    int64_t index;
    ptrdiff_t equal = span_find_byte(inside, '=');
    if (span_equals_text(inside, "*")) {
        step->kind = STEP_EVERY;
    } else if (equal > 0) {
        step->kind = STEP_MATCH;
        step->key = span_dup(span_first(inside, (size_t)equal));
        step->equal = span_dup(span_from(inside, (size_t)equal + 1));
    } else if (span_to_int64(inside, &index) && index >= 0) {
        step->kind = STEP_INDEX;
        step->index = (size_t)index;
    } else {
        return false;
    }
    return true;
}

struct json_path *json_path_compile(const char *text, struct error *err)
{
    struct json_path *path = alloc_new(struct json_path);
    struct span rest = span_of(text);
    bool good = rest.length > 0;
    while (good && rest.length > 0) {
        struct step step = {0};
        if (rest.data[0] == '[') {
            good = read_bracket(&rest, &step);
        } else {
            struct span key;
            if (rest.data[0] == '.')
                rest = span_from(rest, 1);
            good = read_key(&rest, &key);
            if (good)
                step.key = span_dup(key);
        }
        if (good)
            ARRAY_PUSH(&path->steps, step);
    }
    if (good)
        return path;
    error_set(err, STATUS_INVALID, "'%s' is not a path (stuck before '%.*s')", text, SPAN_PRINT(rest));
    json_path_free(path);
    return NULL;
}

struct walk {
    const struct json_path *path;
    size_t maximum, count;
    void (*found)(struct json_value value, void *context);
    void *context;
};

static void walk_from(struct walk *walk, size_t at, struct json_value value);

static void walk_elements(struct walk *walk, size_t at, const struct step *step, struct json_value value)
{
    struct json_iterator it = json_reader_iterate(value);
    while (walk->count < walk->maximum && json_reader_next(&it)) {
        if (step->kind == STEP_EVERY) {
            walk_from(walk, at + 1, it.value);
        } else if (span_equals_text(json_reader_string(json_reader_get(it.value, step->key)), step->equal)) {
            walk_from(walk, at + 1, it.value);
            return;
        }
    }
}

static void walk_from(struct walk *walk, size_t at, struct json_value value)
{
    if (value.document == NULL || walk->count >= walk->maximum)
        return;
    if (at == walk->path->steps.count) {
        walk->count++;
        walk->found(value, walk->context);
        return;
    }
    const struct step *step = &walk->path->steps.items[at];
    if (step->kind == STEP_KEY)
        walk_from(walk, at + 1, json_reader_get(value, step->key));
    else if (step->kind == STEP_INDEX)
        walk_from(walk, at + 1, json_reader_at(value, step->index));
    else
        walk_elements(walk, at, step, value);
}

size_t json_path_each(const struct json_path *path, struct json_value root, size_t maximum,
                      void (*found)(struct json_value value, void *context), void *context)
{
    struct walk walk = {path, maximum, 0, found, context};
    walk_from(&walk, 0, root);
    return walk.count;
}

static void keep(struct json_value value, void *context)
{
    *(struct json_value *)context = value;
}

struct json_value json_path_first(const struct json_path *path, struct json_value root)
{
    struct json_value value = {0};
    json_path_each(path, root, 1, keep, &value);
    return value;
}
