/* kustomize-controller: server-side apply with force of what Git declares, and removal of what managers named
 * kubectl... added to the same objects. What Git does not declare stays. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_flux.h"
#include "demo/demo_json.h"
#include "demo/demo_life_region.h"

static void merge(json_t *live, const json_t *declared)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)declared, key, value) {
        json_t *have = json_object_get(live, key);
        if (json_is_object(have) && json_is_object(value))
            merge(have, value);
        else if (!have || !json_equal(have, value))
            json_object_set_new(live, key, json_deep_copy(value));
    }
}

/* Removes from `live` the leaves of a FieldsV1 tree that `declared` does not have. */
static void strip(json_t *live, const json_t *declared, const json_t *fields)
{
    const char *name = NULL;
    json_t *part = NULL;
    json_object_foreach((json_t *)fields, name, part) {
        if (strncmp(name, "f:", 2) != 0)
            continue;
        json_t *value = json_object_get(live, name + 2);
        const json_t *wanted = json_object_get(declared, name + 2);
        if (json_object_size(part) == 0 && value && !wanted)
            json_object_del(live, name + 2);
        else if (json_is_object(value))
            strip(value, wanted, part);
        if (value && !wanted && json_is_object(json_object_get(live, name + 2)) && json_object_size(value) == 0 &&
            json_object_get(part, "."))
            json_object_del(live, name + 2);
    }
}

static enum status edit_apply(json_t *live, void *context, struct error *err)
{
    const json_t *declared = context;
    size_t index = 0;
    json_t *entry = NULL;
    json_t *entries = json_deep_copy(demo_json_at(live, "metadata.managedFields"));
    json_array_foreach(entries, index, entry)
        if (strncmp(demo_json_text(entry, "manager"), "kubectl", 7) == 0 && !demo_json_text(entry, "subresource")[0])
            strip(live, declared, json_object_get(entry, "fieldsV1"));
    json_decref(entries);
    merge(json_object_get(live, "spec"), json_object_get(declared, "spec"));
    const json_t *labels = demo_json_at(declared, "metadata.labels");
    if (labels && demo_json_at(live, "metadata.labels"))
        merge(demo_json_at(live, "metadata.labels"), labels);
    return STATUS_OK;
}

static uint64_t version_of(struct demo_life_region *at, const struct demo_kind *kind, const char *name_space,
                           const char *name)
{
    struct demo_object *object = demo_store_find(at->store, kind, name_space, name);
    uint64_t version = object ? object->version : 0;
    demo_object_unref(object);
    return version;
}

void demo_life_kustomizations_forget(struct demo_life_region *at)
{
    free(at->applied);
    at->applied = alloc_zeroed(json_array_size(at->artifact) + 1, sizeof *at->applied);
}

/* An object that has not changed since it was last found in order is left alone. */
static void apply(struct demo_life_region *at, size_t index)
{
    const json_t *declared = json_array_get(at->artifact, index);
    const struct demo_kind *kind =
        demo_kinds_by_kind(demo_json_text(declared, "apiVersion"), demo_json_text(declared, "kind"));
    const char *name_space = demo_json_text(declared, "metadata.namespace"),
               *name = demo_json_text(declared, "metadata.name");
    if (!kind || !name[0])
        return;
    uint64_t version = version_of(at, kind, name_space, name);
    if (version && version == at->applied[index])
        return;
    enum status status = demo_store_update(at->store, demo_kinds_id(kind), name_space, name, edit_apply,
                                           (void *)(uintptr_t)declared, "kustomize-controller");
    if (status == STATUS_NOT_FOUND)
        demo_store_put(at->store, demo_kinds_id(kind), json_deep_copy(declared), "kustomize-controller");
    else
        at->applied[index] = version; /* a write made a newer one, which is looked at next time */
}

struct outcome {
    const char *revision, *reason, *message;
};

static enum status edit_outcome(json_t *kustomization, void *context, struct error *err)
{
    const struct outcome *outcome = context;
    demo_flux_handle_request(kustomization);
    if (outcome->reason)
        demo_flux_kustomization_failed(kustomization, outcome->reason, outcome->message);
    else
        demo_flux_kustomization_applied(kustomization, outcome->revision);
    return STATUS_OK;
}

/* Whether everything the Kustomization depends on is ready; otherwise `message` says what is not. */
static bool has_dependencies(struct demo_life_region *at, const json_t *kustomization, char *message, size_t size)
{
    size_t index = 0;
    json_t *dependency = NULL;
    json_array_foreach(demo_json_at(kustomization, "spec.dependsOn"), index, dependency) {
        const char *name = demo_json_text(dependency, "name");
        json_t *there = demo_store_get(at->store, DEMO_KIND_KUSTOMIZATION, "flux-system", name);
        bool is_ready = there && demo_flux_is_ready(there);
        json_decref(there);
        if (is_ready)
            continue;
        snprintf(message, size, "dependency 'flux-system/%s' is not ready", name);
        return false;
    }
    return true;
}

static bool is_kit(const json_t *kustomization)
{
    return strcmp(demo_json_text(kustomization, "metadata.name"), "bootstrap-kit") == 0;
}

static void report_failure(struct demo_life_region *at, const json_t *kustomization, const struct outcome *outcome)
{
    struct demo_chronicle_entry entry = {"Warning", outcome->reason, outcome->message, "kustomize-controller", 0};
    demo_chronicle_write(at->world, at->region, kustomization, &entry);
}

void demo_life_kustomizations_apply(struct demo_life_region *at, const struct demo_life_due *due)
{
    json_t *kustomization = demo_store_get(at->store, DEMO_KIND_KUSTOMIZATION, due->name_space, due->name);
    if (!at->artifact_sha[0])
        demo_life_sources_keep_old(at);
    if (!kustomization || demo_flux_is_suspended(kustomization) || !at->artifact_sha[0]) {
        json_decref(kustomization);
        return;
    }
    char *revision = alloc_printf("main@sha1:%s", at->artifact_sha);
    struct outcome outcome = {.revision = revision};
    char message[160];
    if (!has_dependencies(at, kustomization, message, sizeof message)) {
        outcome.reason = "DependencyNotReady";
        outcome.message = message;
    } else if (is_kit(kustomization) && at->build_error) {
        outcome.reason = "BuildFailed";
        outcome.message = at->build_error;
        report_failure(at, kustomization, &outcome);
    } else if (is_kit(kustomization)) {
        for (size_t index = 0; index < json_array_size(at->artifact); index++)
            apply(at, index);
    }
    demo_store_update(at->store, DEMO_KIND_KUSTOMIZATION, due->name_space, due->name, edit_outcome, &outcome,
                      "kustomize-controller");
    free(revision);
    json_decref(kustomization);
}

void demo_life_kustomizations_tick(struct demo_life_region *at, const struct demo_life_due *due)
{
    json_t *kustomizations = demo_store_list(at->store, DEMO_KIND_KUSTOMIZATION, NULL);
    size_t index = 0;
    json_t *kustomization = NULL;
    json_array_foreach(kustomizations, index, kustomization)
        demo_life_region_plan(at, 20 * (int64_t)index, DEMO_LIFE_KUSTOMIZATION_APPLY, DEMO_KIND_KUSTOMIZATION,
                              demo_json_text(kustomization, "metadata.namespace"),
                              demo_json_text(kustomization, "metadata.name"));
    json_decref(kustomizations);
    demo_life_region_plan(at, demo_life_region_pace(at, 60, 400, 60000), DEMO_LIFE_KUSTOMIZATION_TICK,
                          DEMO_KIND_KUSTOMIZATION, "", "");
}
