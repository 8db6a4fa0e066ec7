/* Preconditions and the bodies made from them; see precondition.h. */
#include "operation/precondition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/bytebuf.h"
#include "base/timestamp.h"

struct precondition *precondition_new(json_t *live)
{
    struct precondition *made = alloc_new(struct precondition);
    made->live = live;
    made->last_attempt_ms = TIMESTAMP_NONE;
    snprintf(made->uid, sizeof made->uid, "%s", json_edit_metadata(live, "uid"));
    made->generation = json_integer_value(json_object_get(json_object_get(live, "metadata"), "generation"));
    return made;
}

void precondition_free(struct precondition *precondition)
{
    if (precondition == NULL)
        return;
    for (size_t i = 0; i < precondition->changes.count; i++) {
        struct precondition_change *change = &precondition->changes.items[i];
        value_path_done(&change->path);
        json_decref(change->before);
        json_decref(change->after);
    }
    ARRAY_FREE(&precondition->changes);
    json_decref(precondition->live);
    free(precondition);
}

static bool is_set(const struct precondition *precondition, const struct value_path *path)
{
    CLEANUP(alloc_free_pointer) char *wanted = value_path_pointer(path, path->count);
    bool found = false;
    for (size_t i = 0; i < precondition->changes.count && !found; i++) {
        char *pointer = value_path_pointer(&precondition->changes.items[i].path, VALUE_PATH_STEPS_MAX + 2);
        found = strcmp(pointer, wanted) == 0;
        free(pointer);
    }
    return found;
}

enum status precondition_add(struct precondition *precondition, const struct value_path *path, json_t *after, struct error *err)
{
    struct precondition_change change = {.after = after};
    value_path_copy(path, &change.path);
    change.before = json_incref(value_path_get(path, precondition->live));
    bool twice = is_set(precondition, path);
    ARRAY_PUSH(&precondition->changes, change);
    if (twice) {
        CLEANUP(alloc_free_pointer) char *text = value_path_text(path);
        return error_set(err, STATUS_USAGE, "%s is given twice", text);
    }
    CLEANUP(json_edit_unref) json_t *trial = json_deep_copy(precondition->live);
    return value_path_set(path, trial, after, err);
}

json_t *precondition_apply(const struct precondition *precondition)
{
    json_t *after = json_deep_copy(precondition->live);
    for (size_t i = 0; i < precondition->changes.count; i++)
        value_path_set(&precondition->changes.items[i].path, after, precondition->changes.items[i].after, NULL);
    return after;
}

/* `value` inside the maps that the steps from `from` on would have made. New reference. */
static json_t *nest(const struct value_path *path, size_t from, json_t *value)
{
    json_t *nested = json_incref(value);
    for (size_t i = path->count; i-- > from;) {
        json_t *map = json_object();
        json_object_set_new(map, path->items[i].key, nested);
        nested = map;
    }
    return nested;
}

static void append_change(json_t *patch, const json_t *live, const struct precondition_change *change)
{
    size_t depth = value_path_depth(&change->path, live);
    bool exists = depth == change->path.count;
    if (!exists && change->after == NULL)
        return;
    char *pointer = value_path_pointer(&change->path, exists ? depth : depth + 1);
    if (exists) {
        json_edit_add_test(patch, pointer, change->before);
        if (change->after != NULL)
            json_edit_add_replace(patch, pointer, change->after);
        else
            json_edit_add_remove(patch, pointer);
    } else {
        json_t *value = nest(&change->path, depth + 1, change->after);
        json_edit_add_add(patch, pointer, value);
        json_decref(value);
    }
    free(pointer);
}

static json_t *json_patch_body(const struct precondition *precondition, const char *version)
{
    json_t *patch = json_array();
    CLEANUP(json_edit_unref) json_t *uid = json_string(precondition->uid), *fresh = json_string(version != NULL ? version : "");
    json_edit_add_test(patch, "/metadata/uid", uid);
    if (version != NULL)
        json_edit_add_replace(patch, "/metadata/resourceVersion", fresh);
    CLEANUP(json_edit_unref) json_t *state = json_deep_copy(precondition->live);
    for (size_t i = 0; i < precondition->changes.count; i++) {
        const struct precondition_change *change = &precondition->changes.items[i];
        append_change(patch, state, change);
        value_path_set(&change->path, state, change->after, NULL);
    }
    return patch;
}

json_t *precondition_body(struct precondition *precondition, const char *version)
{
    bool exact;
    CLEANUP(json_edit_unref) json_t *after = precondition_apply(precondition);
    json_t *patch = json_edit_merge_between(precondition->live, after, &exact);
    precondition->json_patch = !exact;
    for (size_t i = 0; i < precondition->changes.count; i++)
        if (value_path_has_index(&precondition->changes.items[i].path))
            precondition->json_patch = true;
    if (precondition->json_patch) {
        json_decref(patch);
        return json_patch_body(precondition, version);
    }
    if (version != NULL) {
        json_t *metadata = json_object_get(patch, "metadata");
        if (metadata == NULL) {
            metadata = json_object();
            json_object_set_new(patch, "metadata", metadata);
        }
        json_object_set_new(metadata, "resourceVersion", json_string(version));
    }
    return patch;
}

static bool is_same(const json_t *a, const json_t *b)
{
    return a == NULL || b == NULL ? a == b : json_equal(a, b);
}

static char *short_text(const json_t *value)
{
    if (value == NULL)
        return alloc_strdup("absent");
    char *text = json_edit_print(value);
    if (strlen(text) > 80)
        memcpy(text + 77, "...", 4);
    return text;
}

enum status precondition_check(const struct precondition *precondition, const json_t *now, const char *what, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf changes;
    bytebuf_init(&changes, 400);
    if (strcmp(json_edit_metadata(now, "uid"), precondition->uid) != 0)
        bytebuf_append_text(&changes, "it was deleted and made again");
    for (size_t i = 0; i < precondition->changes.count && changes.length == 0; i++) {
        const struct precondition_change *change = &precondition->changes.items[i];
        const json_t *value = value_path_get(&change->path, now);
        if (is_same(value, change->before))
            continue;
        char *path = value_path_text(&change->path), *is = short_text(value), *was = short_text(change->before);
        bytebuf_printf(&changes, "%s is now %s (previewed: %s)", path, is, was);
        free(path);
        free(is);
        free(was);
    }
    int64_t generation = json_integer_value(json_object_get(json_object_get(now, "metadata"), "generation"));
    if (changes.length == 0 && generation != precondition->generation)
        bytebuf_printf(&changes, "its generation is now %lld (previewed: %lld)", (long long)generation,
                       (long long)precondition->generation);
    if (changes.length == 0)
        return STATUS_OK;
    return error_set(err, STATUS_CONFLICT, "%s changed since the preview: %s; nothing was sent, preview it again", what,
                     bytebuf_text(&changes));
}

bool precondition_holds(const struct precondition *precondition, const json_t *now)
{
    for (size_t i = 0; i < precondition->changes.count; i++)
        if (!is_same(value_path_get(&precondition->changes.items[i].path, now), precondition->changes.items[i].after))
            return false;
    return true;
}

static bool reads_as(const json_t *wanted, struct json_value value, unsigned depth)
{
    char scratch[32];
    enum json_kind kind = json_reader_kind(value);
    if (wanted == NULL || depth == 0)
        return kind == JSON_KIND_ABSENT;
    switch (json_typeof(wanted)) {
    case JSON_STRING: return kind == JSON_KIND_STRING && span_equals_text(json_reader_string(value), json_string_value(wanted));
    case JSON_INTEGER: return kind == JSON_KIND_INTEGER && json_reader_integer(value, 0) == json_integer_value(wanted);
    case JSON_TRUE:
    case JSON_FALSE: return kind == JSON_KIND_BOOL && json_reader_bool(value, false) == json_is_true(wanted);
    case JSON_NULL: return kind == JSON_KIND_NULL;
    case JSON_REAL: {
        struct span text = json_reader_scalar(value, scratch);
        char *copy = span_dup(text);
        bool same = (kind == JSON_KIND_REAL || kind == JSON_KIND_INTEGER) && strtod(copy, NULL) == json_real_value(wanted);
        free(copy);
        return same;
    }
    case JSON_ARRAY: {
        bool same = kind == JSON_KIND_ARRAY && json_reader_count(value) == json_array_size(wanted);
        for (size_t i = 0; same && i < json_array_size(wanted); i++)
            same = reads_as(json_array_get(wanted, i), json_reader_at(value, i), depth - 1);
        return same;
    }
    case JSON_OBJECT: {
        bool same = kind == JSON_KIND_OBJECT && json_reader_count(value) == json_object_size(wanted);
        const char *key;
        json_t *member;
        json_object_foreach((json_t *)wanted, key, member)
            same = same && reads_as(member, json_reader_get(value, key), depth - 1);
        return same;
    }
    }
    return false;
}

bool precondition_holds_in(const struct precondition *precondition, struct json_value now)
{
    for (size_t i = 0; i < precondition->changes.count; i++) {
        const struct precondition_change *change = &precondition->changes.items[i];
        struct json_value value = now;
        for (size_t step = 0; step < change->path.count; step++) {
            const struct value_step *at = &change->path.items[step];
            value = at->key != NULL ? json_reader_get(value, at->key) : json_reader_at(value, at->index);
        }
        if (!reads_as(change->after, value, JSON_EDIT_DEPTH_MAX))
            return false;
    }
    return true;
}
