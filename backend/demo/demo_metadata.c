/* The server's own part of metadata; see demo_metadata.h. */
#include "demo/demo_metadata.h"

#include <string.h>

#include "base/array.h"
#include "demo/demo_json.h"
#include "demo/demo_managed_fields.h"

static json_t *metadata_of(json_t *document)
{
    json_t *metadata = json_object_get(document, "metadata");
    if (!json_is_object(metadata)) {
        metadata = json_object();
        json_object_set_new(document, "metadata", metadata);
    }
    return metadata;
}

static void fill_identity(const struct demo_kind *kind, json_t *document)
{
    char api_version[128];
    demo_kinds_api_version(kind, NULL, api_version, sizeof api_version);
    json_object_set_new(document, "apiVersion", json_string(api_version));
    json_object_set_new(document, "kind", json_string(kind->kind));
    if (!kind->namespaced)
        json_object_del(metadata_of(document), "namespace");
}

static void record(const struct demo_kind *kind, const json_t *before, json_t *after,
                   const struct demo_authorship *authorship)
{
    char api_version[128];
    demo_kinds_api_version(kind, NULL, api_version, sizeof api_version);
    struct demo_writer writer = {.manager = authorship->manager, .status_manager = authorship->status_manager,
        .api_version = api_version, .is_apply = authorship->is_apply, .is_custom = kind->is_custom};
    demo_managed_fields_record(before, after, &writer);
}

void demo_metadata_complete(const struct demo_kind *kind, json_t *document, json_t *uid,
                            const struct demo_authorship *authorship)
{
    fill_identity(kind, document);
    json_t *metadata = metadata_of(document);
    if (json_object_get(metadata, "uid") == NULL)
        json_object_set(metadata, "uid", uid);
    json_decref(uid);
    if (json_object_get(metadata, "creationTimestamp") == NULL)
        json_object_set_new(metadata, "creationTimestamp", demo_json_time(0));
    if (kind->has_generation && json_object_get(metadata, "generation") == NULL)
        json_object_set_new(metadata, "generation", json_integer(1));
    if (json_object_get(metadata, "managedFields") == NULL)
        record(kind, NULL, document, authorship);
}

/* Puts back what only the server may set. */
static void keep_system_metadata(const json_t *before, json_t *after)
{
    static const char *const names[] = {"name", "namespace", "uid", "creationTimestamp", "generation",
        "resourceVersion", "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"};
    const json_t *old = json_object_get(before, "metadata");
    json_t *metadata = metadata_of(after);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        json_t *value = json_object_get(old, names[i]);
        if (value == NULL)
            json_object_del(metadata, names[i]);
        else
            json_object_set_new(metadata, names[i], json_deep_copy(value));
    }
}

/* True when something outside metadata and status differs. */
static bool is_spec_changed(const json_t *before, const json_t *after)
{
    const json_t *sides[2][2] = {{before, after}, {after, before}};
    for (size_t i = 0; i < 2; i++) {
        const char *key;
        json_t *value;
        json_object_foreach((json_t *)sides[i][0], key, value) {
            if (strcmp(key, "metadata") == 0 || strcmp(key, "status") == 0)
                continue;
            const json_t *other = json_object_get(sides[i][1], key);
            if (other == NULL || !json_equal(value, other))
                return true;
        }
    }
    return false;
}

static void set_member(json_t *into, const json_t *from, const char *name)
{
    json_t *value = json_object_get(from, name);
    if (value == NULL)
        json_object_del(into, name);
    else
        json_object_set_new(into, name, json_deep_copy(value));
}

/* Leaves in `after` only what the write may change. */
static void limit_to_part(const struct demo_kind *kind, enum demo_part part, const json_t *before, json_t *after)
{
    if (part == DEMO_PART_ALL || !kind->has_status)
        return;
    if (part == DEMO_PART_MAIN) {
        set_member(after, before, "status");
        return;
    }
    json_t *status = json_incref(json_object_get(after, "status"));
    json_object_clear(after);
    json_t *copy = json_deep_copy(before);
    json_object_update(after, copy);
    json_decref(copy);
    if (status == NULL)
        json_object_del(after, "status");
    else
        json_object_set_new(after, "status", status);
}

bool demo_metadata_settle(const struct demo_kind *kind, const json_t *before, json_t *after,
                          const struct demo_authorship *authorship)
{
    fill_identity(kind, after);
    keep_system_metadata(before, after);
    limit_to_part(kind, authorship->part, before, after);
    if (json_equal(before, after))
        return false;
    if (kind->has_generation && is_spec_changed(before, after)) {
        json_int_t generation = demo_json_integer(before, "metadata.generation", 0);
        demo_json_set(after, "metadata.generation", json_integer(generation + 1));
    }
    record(kind, before, after, authorship);
    return true;
}

bool demo_metadata_is_finished(const json_t *document)
{
    return demo_json_at(document, "metadata.deletionTimestamp") != NULL &&
           json_array_size(demo_json_at(document, "metadata.finalizers")) == 0;
}
