/* FieldsV1 sets as JSON trees: "f:name" for a member, "k:{...}" for an item of a keyed list, "." for the map itself,
 * {} for a leaf. See demo_managed_fields.h. */
#include "demo/demo_managed_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_json.h"

/* Metadata the server itself owns. */
static const char *const system_fields[] = {"name", "namespace", "uid", "resourceVersion", "generation",
    "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "selfLink", NULL};

static bool is_listed(const char *const *names, const char *name)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* The key member of a keyed list, or NULL for an atomic one. */
static const char *list_key(const json_t *array, bool is_custom)
{
    static const char *const keys[] = {"type", "name", NULL};
    if (is_custom || json_array_size(array) == 0)
        return NULL;
    for (size_t i = 0; keys[i] != NULL; i++) {
        size_t index, matched = 0;
        json_t *item;
        json_array_foreach(array, index, item)
            matched += json_is_string(json_object_get(item, keys[i])) ? 1 : 0;
        if (matched == json_array_size(array))
            return keys[i];
    }
    return NULL;
}

static const json_t *item_with(const json_t *array, const char *key, const char *value)
{
    size_t index;
    json_t *item;
    json_array_foreach((json_t *)array, index, item) {
        const char *text = json_string_value(json_object_get(item, key));
        if (text != NULL && strcmp(text, value) == 0)
            return item;
    }
    return NULL;
}

static char *field_name(const char *key)
{
    return alloc_printf("f:%s", key);
}

static char *item_name(const char *key, const char *value)
{
    json_t *selector = json_pack("{s:s}", key, value);
    char *text = demo_json_dump(selector);
    char *name = alloc_printf("k:%s", text);
    free(text);
    json_decref(selector);
    return name;
}

static json_t *changed(const json_t *before, const json_t *after, bool is_custom);

static json_t *changed_members(const json_t *before, const json_t *after, bool is_custom)
{
    json_t *set = json_object();
    if (!json_is_object(before) && json_object_size(after) > 0)
        json_object_set_new(set, ".", json_object());
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)after, key, value) {
        json_t *part = changed(json_object_get(before, key), value, is_custom);
        if (part == NULL)
            continue;
        char *name = field_name(key);
        json_object_set_new(set, name, part);
        free(name);
    }
    if (json_object_size(set) > 0 || !json_is_object(before))
        return set;
    json_decref(set);
    return NULL;
}

static json_t *changed_items(const json_t *before, const json_t *after, const char *key, bool is_custom)
{
    json_t *set = json_object();
    if (!json_is_array(before))
        json_object_set_new(set, ".", json_object());
    size_t index;
    json_t *item;
    json_array_foreach((json_t *)after, index, item) {
        const char *id = json_string_value(json_object_get(item, key));
        json_t *part = changed(item_with(before, key, id), item, is_custom);
        if (part == NULL)
            continue;
        char *name = item_name(key, id);
        json_object_set_new(set, name, part);
        free(name);
    }
    if (json_object_size(set) > 0)
        return set;
    json_decref(set);
    return NULL;
}

/* Paths of `after` that are new or different; NULL when none. */
static json_t *changed(const json_t *before, const json_t *after, bool is_custom)
{
    if (json_is_object(after))
        return changed_members(before, after, is_custom);
    if (before != NULL && json_equal(before, after))
        return NULL;
    const char *key = json_is_array(after) ? list_key(after, is_custom) : NULL;
    return key != NULL ? changed_items(before, after, key, is_custom) : json_object();
}

static void merge(json_t *into, const json_t *from)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)from, key, value) {
        json_t *mine = json_object_get(into, key);
        if (mine == NULL)
            json_object_set_new(into, key, json_deep_copy(value));
        else
            merge(mine, value);
    }
}

/* Removes the leaves of `set` from `tree`. */
static void subtract(json_t *tree, const json_t *set)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)set, key, value) {
        json_t *mine = json_object_get(tree, key);
        if (mine == NULL)
            continue;
        if (json_object_size(value) > 0)
            subtract(mine, value);
        if (json_object_size(value) == 0 || json_object_size(mine) == 0)
            json_object_del(tree, key);
    }
}

/* What the path element `name` of a FieldsV1 tree names inside `value`. */
static const json_t *named(const json_t *value, const char *name)
{
    if (strncmp(name, "f:", 2) == 0)
        return json_object_get(value, name + 2);
    if (strncmp(name, "k:", 2) != 0)
        return value;
    const json_t *found = NULL;
    json_t *selector = json_loads(name + 2, 0, NULL);
    const char *key;
    json_t *wanted;
    json_object_foreach(selector, key, wanted) {
        if (json_is_string(wanted))
            found = item_with(value, key, json_string_value(wanted));
    }
    json_decref(selector);
    return found;
}

/* Drops paths that `value` no longer has. */
static void prune(json_t *tree, const json_t *value)
{
    const char *key;
    json_t *part;
    void *next;
    json_object_foreach_safe(tree, next, key, part) {
        const json_t *there = named(value, key);
        if (there != NULL && strcmp(key, ".") != 0 && json_object_size(part) > 0) {
            prune(part, there);
            if (json_object_size(part) == 0)
                there = NULL;
        }
        if (there == NULL)
            json_object_del(tree, key);
    }
}

/* Splits the change into what is outside status and what is inside. NULL when there is none. */
static void split(const json_t *before, const json_t *after, bool is_custom, json_t **main_set, json_t **status_set)
{
    static const char *const identity[] = {"apiVersion", "kind", NULL};
    *main_set = json_object();
    *status_set = json_object();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)after, key, value) {
        if (is_listed(identity, key))
            continue;
        json_t *part = changed(json_object_get(before, key), value, is_custom);
        for (size_t i = 0; strcmp(key, "metadata") == 0 && system_fields[i] != NULL; i++) {
            char *name = field_name(system_fields[i]);
            json_object_del(part, name);
            free(name);
        }
        json_object_del(part, ".");
        if (json_object_size(part) == 0 && (json_is_object(value) || part == NULL)) {
            json_decref(part);
            continue;
        }
        char *name = field_name(key);
        json_object_set_new(strcmp(key, "status") == 0 ? *status_set : *main_set, name, part);
        free(name);
    }
}

static bool is_entry_of(const json_t *entry, const char *manager, const char *operation, const char *subresource)
{
    return strcmp(demo_json_text(entry, "manager"), manager) == 0 &&
           strcmp(demo_json_text(entry, "operation"), operation) == 0 &&
           strcmp(demo_json_text(entry, "subresource"), subresource) == 0;
}

static json_t *new_entry(const struct demo_writer *writer, const char *manager, const char *operation,
                         const char *subresource)
{
    json_t *entry = json_pack("{s:s, s:s, s:s, s:s, s:{}}", "manager", manager, "operation", operation, "apiVersion",
                              writer->api_version, "fieldsType", "FieldsV1", "fieldsV1");
    if (subresource[0] != '\0')
        json_object_set_new(entry, "subresource", json_string(subresource));
    return entry;
}

/* Gives the paths of `set` to one manager's entry and takes them from the others. */
static void assign(json_t *entries, const struct demo_writer *writer, const char *manager, const char *subresource,
                   const json_t *set)
{
    if (json_object_size(set) == 0)
        return;
    const char *operation = writer->is_apply && subresource[0] == '\0' ? "Apply" : "Update";
    json_t *own = NULL;
    size_t index;
    json_t *entry;
    json_array_foreach(entries, index, entry) {
        if (is_entry_of(entry, manager, operation, subresource))
            own = entry;
        else
            subtract(json_object_get(entry, "fieldsV1"), set);
    }
    if (own == NULL) {
        own = new_entry(writer, manager, operation, subresource);
        json_array_append_new(entries, own);
    }
    merge(json_object_get(own, "fieldsV1"), set);
    json_object_set_new(own, "time", demo_json_time(0));
}

void demo_managed_fields_record(const json_t *before, json_t *after, const struct demo_writer *writer)
{
    json_t *metadata = json_object_get(after, "metadata");
    json_t *entries = json_object_get(metadata, "managedFields");
    if (!json_is_array(entries)) {
        entries = json_array();
        json_object_set_new(metadata, "managedFields", entries);
    }
    json_t *main_set, *status_set;
    split(before, after, writer->is_custom, &main_set, &status_set);
    assign(entries, writer, writer->manager, "", main_set);
    assign(entries, writer, writer->status_manager == NULL ? writer->manager : writer->status_manager, "status",
           status_set);
    json_decref(main_set);
    json_decref(status_set);
    for (size_t i = json_array_size(entries); i-- > 0;) {
        json_t *fields = json_object_get(json_array_get(entries, i), "fieldsV1");
        if (before != NULL)
            prune(fields, after);
        if (json_object_size(fields) == 0)
            json_array_remove(entries, i);
    }
    if (json_array_size(entries) == 0)
        json_object_del(metadata, "managedFields");
}
