/* Merge, JSON and strategic merge patches; see demo_patch.h. */
#include "demo/demo_patch.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/span.h"

void demo_patch_merge(json_t *document, const json_t *patch)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)patch, key, value) {
        if (json_is_null(value)) {
            json_object_del(document, key);
        } else if (!json_is_object(value)) {
            json_object_set_new(document, key, json_deep_copy(value));
        } else {
            if (!json_is_object(json_object_get(document, key)))
                json_object_set_new(document, key, json_object());
            demo_patch_merge(json_object_get(document, key), value);
        }
    }
}

/* ---- strategic ---- */

static const struct {
    const char *list, *key;
} merge_keys[] = {
    {"containers", "name"},     {"initContainers", "name"}, {"ephemeralContainers", "name"}, {"env", "name"},
    {"volumes", "name"},        {"volumeMounts", "mountPath"}, {"ports", "containerPort"},   {"imagePullSecrets", "name"},
    {"conditions", "type"},     {"ownerReferences", "uid"}, {"secrets", "name"},             {"taints", "key"},
    {"hostAliases", "ip"},      {"topologySpreadConstraints", "topologyKey"},
};

static const char *merge_key_of(const char *list)
{
    for (size_t i = 0; i < ARRAY_LENGTH(merge_keys); i++) {
        if (strcmp(merge_keys[i].list, list) == 0)
            return merge_keys[i].key;
    }
    return NULL;
}

static size_t index_of(const json_t *list, const char *key, const json_t *wanted)
{
    size_t index;
    json_t *item;
    json_array_foreach((json_t *)list, index, item) {
        const json_t *value = json_object_get(item, key);
        if (value != NULL && json_equal(value, wanted))
            break;
    }
    return index;
}

static bool is_directive(const json_t *item, const char *directive)
{
    const char *text = json_string_value(json_object_get(item, "$patch"));
    return text != NULL && strcmp(text, directive) == 0;
}

static void merge_list(json_t *list, const json_t *patch, const char *key)
{
    size_t index;
    json_t *item;
    json_array_foreach((json_t *)patch, index, item) {
        size_t at = index_of(list, key, json_object_get(item, key));
        bool is_there = at < json_array_size(list);
        if (is_directive(item, "replace")) {
            json_array_clear(list);
        } else if (is_directive(item, "delete")) {
            if (is_there)
                json_array_remove(list, at);
        } else if (is_there) {
            demo_patch_strategic(json_array_get(list, at), item);
        } else {
            json_array_append_new(list, json_deep_copy(item));
        }
    }
}

static void delete_primitives(json_t *list, const json_t *values)
{
    for (size_t i = json_array_size(list); i-- > 0;) {
        size_t index;
        json_t *value;
        json_array_foreach((json_t *)values, index, value) {
            if (json_equal(json_array_get(list, i), value)) {
                json_array_remove(list, i);
                break;
            }
        }
    }
}

static void merge_member(json_t *document, const char *key, json_t *value)
{
    static const char deletion[] = "$deleteFromPrimitiveList/";
    json_t *mine = json_object_get(document, key);
    const char *list_key = json_is_array(value) ? merge_key_of(key) : NULL;
    if (strncmp(key, deletion, sizeof deletion - 1) == 0)
        delete_primitives(json_object_get(document, key + sizeof deletion - 1), value);
    else if (key[0] == '$')
        return;
    else if (json_is_null(value))
        json_object_del(document, key);
    else if (json_is_object(value) && json_is_object(mine))
        demo_patch_strategic(mine, value);
    else if (list_key != NULL && json_is_array(mine))
        merge_list(mine, value, list_key);
    else if (json_is_array(value) && json_is_array(mine) && strcmp(key, "finalizers") == 0)
        json_array_extend(mine, value);
    else
        json_object_set_new(document, key, json_deep_copy(value));
}

void demo_patch_strategic(json_t *document, const json_t *patch)
{
    if (is_directive(patch, "replace"))
        json_object_clear(document);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)patch, key, value)
        merge_member(document, key, value);
}

/* ---- RFC 6902 ---- */

/* A resolved pointer: the container and the last token. */
struct place {
    json_t *parent;
    char *token;
};

static char *unescape(struct span token)
{
    char *text = span_dup(token);
    char *out = text;
    for (const char *at = text; *at != '\0'; at++) {
        if (at[0] == '~' && (at[1] == '0' || at[1] == '1'))
            *out++ = *++at == '0' ? '~' : '/';
        else
            *out++ = *at;
    }
    *out = '\0';
    return text;
}

static json_t *child(const json_t *parent, const char *token)
{
    int64_t index = 0;
    if (json_is_object(parent))
        return json_object_get(parent, token);
    return span_to_int64(span_of(token), &index) && index >= 0 ? json_array_get(parent, (size_t)index) : NULL;
}

/* False when something on the way is absent. place->token is to be freed either way. */
static bool resolve(json_t *document, const char *pointer, struct place *place)
{
    *place = (struct place){document, NULL};
    struct span rest = span_of(pointer);
    struct span token;
    if (!span_starts_with(rest, "/"))
        return false;
    rest = span_from(rest, 1);
    for (;;) {
        ptrdiff_t slash = span_find_byte(rest, '/');
        token = slash < 0 ? rest : span_first(rest, (size_t)slash);
        free(place->token);
        place->token = unescape(token);
        if (slash < 0)
            return place->parent != NULL;
        place->parent = child(place->parent, place->token);
        if (place->parent == NULL)
            return false;
        rest = span_from(rest, (size_t)slash + 1);
    }
}

static bool add_at(const struct place *place, const json_t *value)
{
    if (json_is_object(place->parent))
        return json_object_set_new(place->parent, place->token, json_deep_copy(value)) == 0;
    if (!json_is_array(place->parent))
        return false;
    if (strcmp(place->token, "-") == 0)
        return json_array_append_new(place->parent, json_deep_copy(value)) == 0;
    int64_t index = 0;
    return span_to_int64(span_of(place->token), &index) && index >= 0 &&
           json_array_insert_new(place->parent, (size_t)index, json_deep_copy(value)) == 0;
}

static bool remove_at(const struct place *place)
{
    if (json_is_object(place->parent))
        return json_object_del(place->parent, place->token) == 0;
    int64_t index = 0;
    return span_to_int64(span_of(place->token), &index) && index >= 0 &&
           json_array_remove(place->parent, (size_t)index) == 0;
}

static bool replace_at(const struct place *place, const json_t *value)
{
    if (child(place->parent, place->token) == NULL)
        return false;
    if (json_is_object(place->parent))
        return json_object_set_new(place->parent, place->token, json_deep_copy(value)) == 0;
    return remove_at(place) && (add_at(place, value));
}

static bool is_operation(const json_t *step, const char *name)
{
    const char *operation = json_string_value(json_object_get(step, "op"));
    return operation != NULL && strcmp(operation, name) == 0;
}

/* "move" and "copy". */
static bool transfer(json_t *document, const json_t *step, const struct place *to)
{
    struct place from;
    const char *pointer = json_string_value(json_object_get(step, "from"));
    bool is_done = pointer != NULL && resolve(document, pointer, &from);
    if (pointer == NULL)
        return false;
    json_t *value = is_done ? json_deep_copy(child(from.parent, from.token)) : NULL;
    is_done = value != NULL && (is_operation(step, "copy") || remove_at(&from)) && add_at(to, value);
    json_decref(value);
    free(from.token);
    return is_done;
}

static bool apply_step(json_t *document, const json_t *step, const struct place *place)
{
    const json_t *value = json_object_get(step, "value");
    if (is_operation(step, "remove"))
        return remove_at(place);
    if (is_operation(step, "move") || is_operation(step, "copy"))
        return transfer(document, step, place);
    if (value == NULL)
        return false;
    if (is_operation(step, "add"))
        return add_at(place, value);
    if (is_operation(step, "replace"))
        return replace_at(place, value);
    const json_t *there = child(place->parent, place->token);
    return is_operation(step, "test") && there != NULL && json_equal(there, value);
}

enum status demo_patch_json(json_t *document, const json_t *patch, struct error *err)
{
    size_t index;
    json_t *step;
    if (!json_is_array(patch))
        return error_set(err, STATUS_INVALID, "error decoding patch: a JSON Patch is a list of operations");
    json_array_foreach((json_t *)patch, index, step) {
        struct place place = {0};
        const char *path = json_string_value(json_object_get(step, "path"));
        bool is_done = path != NULL && resolve(document, path, &place) && apply_step(document, step, &place);
        free(place.token);
        if (!is_done)
            return error_set(err, STATUS_UNSUPPORTED,
                             "the server rejected our request due to an error in our request");
    }
    return STATUS_OK;
}
