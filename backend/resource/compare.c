/* Cleaning, pairing and path-wise comparison of two objects; see compare.h. */
#include "resource/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/bytebuf.h"

#define PATHS_MAX 2000
#define PATH_MAX_BYTES ((size_t)4 << 10)
#define HIDDEN "(not shown)"

/* ---- cleaning ---- */

static const char *const SERVER_METADATA[] = {"uid", "resourceVersion", "generation", "managedFields", "creationTimestamp", "selfLink",
                                              "deletionTimestamp"};
static const char *const SERVER_ANNOTATIONS[] = {"kubectl.kubernetes.io/last-applied-configuration", "reconcile.fluxcd.io/requestedAt",
                                                 "reconcile.fluxcd.io/forceAt", "reconcile.fluxcd.io/resetAt",
                                                 "deployment.kubernetes.io/revision", "kubectl.kubernetes.io/restartedAt"};
static const char *const STATUS_TIMES[] = {"lastTransitionTime", "lastProbeTime", "lastUpdateTime", "lastHandledReconcileAt",
                                           "lastUpdated", "observedGeneration", "startTime", "startedAt", "finishedAt",
                                           "completionTime", "firstDeployed", "lastDeployed"};

static void remove_members(json_t *object, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        json_object_del(object, names[i]);
}

static void remove_times(json_t *value, unsigned depth)
{
    const char *key;
    size_t index;
    json_t *member;
    if (depth == 0)
        return;
    if (json_is_object(value)) {
        remove_members(value, STATUS_TIMES, ARRAY_LENGTH(STATUS_TIMES));
        json_object_foreach(value, key, member)
            remove_times(member, depth - 1);
    }
    json_array_foreach(value, index, member)
        remove_times(member, depth - 1);
}

static void hide_values(json_t *object, const char *name)
{
    const char *key;
    json_t *value;
    json_t *hidden = json_object();
    json_object_foreach(json_object_get(object, name), key, value)
        json_object_set_new(hidden, key, json_string(HIDDEN));
    if (json_object_size(hidden) > 0)
        json_object_set(object, name, hidden);
    json_decref(hidden);
}

static void remove_if_empty(json_t *object, const char *name)
{
    if (json_is_object(json_object_get(object, name)) && json_object_size(json_object_get(object, name)) == 0)
        json_object_del(object, name);
}

json_t *compare_clean(const json_t *object, unsigned show)
{
    if (object == NULL)
        return NULL;
    json_t *copy = json_deep_copy(object), *metadata = json_object_get(copy, "metadata");
    json_t *annotations = json_object_get(metadata, "annotations");
    if (strcmp(json_edit_text(copy, "kind"), "Secret") == 0) {
        hide_values(copy, "data");
        hide_values(copy, "stringData");
        json_object_del(annotations, SERVER_ANNOTATIONS[0]); /* holds the values */
    }
    if ((show & COMPARE_SHOW_STATUS) == 0)
        json_object_del(copy, "status");
    if ((show & COMPARE_SHOW_NOISE) == 0) {
        remove_members(metadata, SERVER_METADATA, ARRAY_LENGTH(SERVER_METADATA));
        remove_members(annotations, SERVER_ANNOTATIONS, ARRAY_LENGTH(SERVER_ANNOTATIONS));
        remove_times(json_object_get(copy, "status"), JSON_EDIT_DEPTH_MAX);
    }
    remove_if_empty(metadata, "annotations");
    remove_if_empty(metadata, "labels");
    return copy;
}

/* Servers print members in one order, people and tools write them in another: names decide. */
static json_t *sorted(const json_t *object)
{
    char *text = object == NULL ? NULL : json_dumps(object, JSON_SORT_KEYS | JSON_COMPACT);
    json_t *copy = text == NULL ? NULL : json_loads(text, 0, NULL);
    free(text);
    return copy;
}

/* ---- pairs ---- */

static void push_pair(struct compare *compare, char sign, const char *left, const char *right)
{
    ARRAY_PUSH(compare, ((struct compare_pair){sign, left, right}));
}

/* A run of removed lines and the run of added ones behind it stand beside each other. */
static size_t pair_run(struct compare *compare, size_t at)
{
    const struct json_diff_line *lines = compare->diff.items;
    size_t count = compare->diff.count, removed = at;
    while (removed < count && lines[removed].sign == '-')
        removed++;
    size_t added = removed;
    while (added < count && lines[added].sign == '+')
        added++;
    for (size_t i = 0; at + i < removed || removed + i < added; i++) {
        bool has_left = at + i < removed, has_right = removed + i < added;
        push_pair(compare, has_left && has_right ? '~' : has_left ? '-' : '+', has_left ? lines[at + i].text : "",
                  has_right ? lines[removed + i].text : "");
    }
    return added;
}

void compare_make(const json_t *left, const json_t *right, unsigned show, size_t context, struct compare *ret)
{
    json_t *clean_left = compare_clean(left, show), *clean_right = compare_clean(right, show);
    json_t *before = sorted(clean_left), *after = sorted(clean_right);
    *ret = (struct compare){0};
    json_diff_make(before, after, context, &ret->diff);
    for (size_t at = 0; at < ret->diff.count;) {
        const struct json_diff_line *line = &ret->diff.items[at];
        if (line->sign == '-' || line->sign == '+') {
            at = pair_run(ret, at);
        } else {
            push_pair(ret, line->sign, line->text, line->text);
            at++;
        }
    }
    json_decref(before);
    json_decref(after);
    json_decref(clean_left);
    json_decref(clean_right);
}

void compare_done(struct compare *compare)
{
    json_diff_done(&compare->diff);
    ARRAY_FREE(compare);
}

/* ---- paths ---- */

static void note_path(json_t *paths, const struct bytebuf *path, const json_t *left, const json_t *right)
{
    if (json_array_size(paths) >= PATHS_MAX)
        return;
    json_t *entry = json_pack("{s:s}", "path", bytebuf_text(path));
    if (left != NULL)
        json_object_set(entry, "left", (json_t *)left);
    if (right != NULL)
        json_object_set(entry, "right", (json_t *)right);
    json_array_append_new(paths, entry);
}

static void append_key(struct bytebuf *path, const char *key)
{
    bool is_plain = key[0] != '\0' && strpbrk(key, ".[]\" ") == NULL;
    bytebuf_printf(path, is_plain ? "%s%s" : "%s\"%s\"", path->length > 0 ? "." : "", key);
}

static void walk(json_t *paths, struct bytebuf *path, const json_t *left, const json_t *right, unsigned depth);

static void walk_maps(json_t *paths, struct bytebuf *path, const json_t *left, const json_t *right, unsigned depth)
{
    const char *key;
    json_t *value;
    size_t length = path->length;
    json_object_foreach((json_t *)left, key, value) {
        append_key(path, key);
        walk(paths, path, value, json_object_get(right, key), depth);
        path->length = length;
    }
    json_object_foreach((json_t *)right, key, value) {
        if (json_object_get(left, key) != NULL)
            continue;
        append_key(path, key);
        walk(paths, path, NULL, value, depth);
        path->length = length;
    }
}

static void walk(json_t *paths, struct bytebuf *path, const json_t *left, const json_t *right, unsigned depth)
{
    size_t length = path->length;
    bytebuf_append_text(path, ""); /* ends the text where an earlier, longer path did not */
    if (path->data != NULL)
        path->data[path->length] = '\0';
    if (left != NULL && right != NULL && json_equal(left, right))
        return;
    if (depth > 0 && json_is_object(left) && json_is_object(right)) {
        walk_maps(paths, path, left, right, depth - 1);
        return;
    }
    if (depth == 0 || !json_is_array(left) || !json_is_array(right)) {
        note_path(paths, path, left, right);
        return;
    }
    size_t count = json_array_size(left) > json_array_size(right) ? json_array_size(left) : json_array_size(right);
    for (size_t i = 0; i < count; i++) {
        bytebuf_printf(path, "[%zu]", i);
        walk(paths, path, json_array_get(left, i), json_array_get(right, i), depth - 1);
        path->length = length;
    }
}

json_t *compare_paths(const json_t *left, const json_t *right, unsigned show)
{
    json_t *clean_left = compare_clean(left, show), *clean_right = compare_clean(right, show), *paths = json_array();
    CLEANUP(bytebuf_done) struct bytebuf path;
    bytebuf_init(&path, PATH_MAX_BYTES);
    if (clean_left != NULL || clean_right != NULL)
        walk(paths, &path, clean_left, clean_right, JSON_EDIT_DEPTH_MAX);
    json_decref(clean_left);
    json_decref(clean_right);
    return paths;
}
