/* Versions, generations, managers, finalizers and history of the object store. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

#include "demo/demo_json.h"
#include "demo/demo_store.h"
#include "support/leak_check.h"

static json_t *release(const char *name, const char *interval)
{
    return json_pack("{s:{s:s, s:s}, s:{s:s}, s:{s:i}}", "metadata", "name", name, "namespace", "flux-system", "spec", "interval",
                     interval, "status", "observedGeneration", 1);
}

static enum status set_interval(json_t *document, void *context, struct error *err)
{
    demo_json_set(document, "spec.interval", json_string(context));
    return STATUS_OK;
}

static enum status set_status(json_t *document, void *context, struct error *err)
{
    demo_json_set(document, "status.lastAttemptedRevision", json_string(context));
    return STATUS_OK;
}

static enum status refuse(json_t *document, void *context, struct error *err)
{
    demo_json_set(document, "spec.interval", json_string("never"));
    return error_set(err, STATUS_INVALID, "no");
}

static enum status drop_finalizers(json_t *document, void *context, struct error *err)
{
    demo_json_set(document, "metadata.finalizers", NULL);
    return STATUS_OK;
}

static json_int_t number(struct demo_store *store, const char *name, const char *path)
{
    json_t *object = demo_store_get(store, DEMO_KIND_HELMRELEASE, "flux-system", name);
    json_int_t value = demo_json_integer(object, path, -1);
    json_decref(object);
    return value;
}

static bool is_text(struct demo_store *store, const char *name, const char *path, const char *wanted)
{
    json_t *object = demo_store_get(store, DEMO_KIND_HELMRELEASE, "flux-system", name);
    bool is_so = strcmp(demo_json_text(object, path), wanted) == 0;
    json_decref(object);
    return is_so;
}

Test(demo_store, generation_counts_spec_changes_only)
{
    struct demo_store *store = demo_store_new("fsn", 1);
    demo_store_put(store, DEMO_KIND_HELMRELEASE, release("a", "1m"), "kustomize-controller");
    uint64_t first = demo_store_version(store);
    cr_assert_eq(number(store, "a", "metadata.generation"), 1);
    cr_assert_eq(demo_store_update(store, DEMO_KIND_HELMRELEASE, "flux-system", "a", set_interval, (void *)"5m", "kubectl"), STATUS_OK);
    cr_assert_eq(number(store, "a", "metadata.generation"), 2);
    demo_store_update(store, DEMO_KIND_HELMRELEASE, "flux-system", "a", set_status, (void *)"1.0.0", "helm-controller");
    cr_assert_eq(number(store, "a", "metadata.generation"), 2, "a status change is no new generation");
    uint64_t before = demo_store_version(store);
    demo_store_update(store, DEMO_KIND_HELMRELEASE, "flux-system", "a", set_interval, (void *)"5m", "kubectl");
    cr_assert_eq(demo_store_version(store), before, "an edit without effect makes no version");
    cr_assert_eq(before, first + 2);
    cr_assert_eq(demo_store_update(store, DEMO_KIND_HELMRELEASE, "flux-system", "a", refuse, NULL, "x"), STATUS_INVALID);
    cr_assert(is_text(store, "a", "spec.interval", "5m"), "a refused edit changes nothing");
    cr_assert_eq(demo_store_update(store, DEMO_KIND_HELMRELEASE, "flux-system", "b", refuse, NULL, "x"), STATUS_NOT_FOUND);
    demo_store_free(store);
    TEST_NO_LEAKS();
}

Test(demo_store, managers_own_what_they_set)
{
    struct demo_store *store = demo_store_new("fsn", 1);
    demo_store_put(store, DEMO_KIND_HELMRELEASE, release("a", "1m"), "kustomize-controller");
    demo_store_update(store, DEMO_KIND_HELMRELEASE, "flux-system", "a", set_interval, (void *)"5m", "kubectl-patch");
    json_t *object = demo_store_get(store, DEMO_KIND_HELMRELEASE, "flux-system", "a");
    json_t *entries = demo_json_at(object, "metadata.managedFields");
    cr_assert_eq(json_array_size(entries), 2, "kustomize-controller lost its only field");
    cr_assert_str_eq(demo_json_text(entries, "[0].manager"), "helm-controller");
    cr_assert_str_eq(demo_json_text(entries, "[0].subresource"), "status");
    cr_assert_str_eq(demo_json_text(entries, "[1].manager"), "kubectl-patch");
    cr_assert_str_eq(demo_json_text(entries, "[1].operation"), "Update");
    cr_assert(demo_json_at(entries, "[1].fieldsV1.f:spec.f:interval"));
    json_decref(object);
    demo_store_free(store);
    TEST_NO_LEAKS();
}

Test(demo_store, finalizers_hold_an_object)
{
    struct demo_store *store = demo_store_new("fsn", 1);
    json_t *held = release("a", "1m");
    demo_json_set(held, "metadata.finalizers", json_pack("[s]", "finalizers.fluxcd.io"));
    demo_store_put(store, DEMO_KIND_HELMRELEASE, held, "kustomize-controller");
    cr_assert_eq(demo_store_delete(store, DEMO_KIND_HELMRELEASE, "flux-system", "a"), STATUS_OK);
    cr_assert_not(is_text(store, "a", "metadata.deletionTimestamp", ""));
    uint64_t cursor = demo_store_version(store);
    demo_store_update(store, DEMO_KIND_HELMRELEASE, "flux-system", "a", drop_finalizers, NULL, "helm-controller");
    cr_assert_eq(demo_store_count(store, DEMO_KIND_HELMRELEASE), 0);
    struct demo_event event;
    cr_assert_eq(demo_store_next(store, NULL, &cursor, 0, &event), STATUS_OK);
    cr_assert_eq(event.type, DEMO_EVENT_DELETED);
    cr_assert_eq(event.object->version, event.version);
    demo_event_clear(&event);
    demo_store_free(store);
    TEST_NO_LEAKS();
}

Test(demo_store, old_lists_can_be_read_until_history_is_dropped)
{
    struct demo_store *store = demo_store_new("fsn", 1);
    const struct demo_kind *kind = demo_kinds_at(DEMO_KIND_HELMRELEASE);
    demo_store_put(store, DEMO_KIND_HELMRELEASE, release("b", "1m"), "k");
    demo_store_put(store, DEMO_KIND_HELMRELEASE, release("d", "1m"), "k");
    uint64_t then = demo_store_version(store);
    demo_store_put(store, DEMO_KIND_HELMRELEASE, release("a", "1m"), "k");
    demo_store_update(store, DEMO_KIND_HELMRELEASE, "flux-system", "b", set_interval, (void *)"9m", "k");
    demo_store_remove(store, DEMO_KIND_HELMRELEASE, "flux-system", "d");
    struct demo_snapshot old, now;
    cr_assert_eq(demo_store_snapshot(store, kind, "flux-system", then, &old), STATUS_OK);
    cr_assert_eq(demo_store_snapshot(store, kind, NULL, 0, &now), STATUS_OK);
    cr_assert_eq(old.count, 2);
    cr_assert_str_eq(old.objects[0]->name, "b");
    cr_assert(strstr(old.objects[0]->body, "\"1m\""));
    cr_assert_str_eq(old.objects[1]->name, "d");
    cr_assert_eq(now.count, 2);
    cr_assert_str_eq(now.objects[0]->name, "a");
    demo_store_release(&old);
    demo_store_release(&now);
    demo_store_expire(store);
    cr_assert_eq(demo_store_snapshot(store, kind, NULL, then, &old), STATUS_GONE);
    demo_store_free(store);
    TEST_NO_LEAKS();
}

static void *follow(void *context)
{
    struct demo_store *store = context;
    uint64_t cursor = demo_store_version(store);
    struct demo_event event;
    enum status status = demo_store_next(store, demo_kinds_at(DEMO_KIND_POD), &cursor, 20000, &event);
    if (status == STATUS_OK)
        demo_event_clear(&event);
    return (void *)(intptr_t)status;
}

Test(demo_store, stopping_wakes_who_waits)
{
    struct demo_store *store = demo_store_new("fsn", 1);
    pthread_t thread;
    void *result;
    cr_assert_eq(pthread_create(&thread, NULL, follow, store), 0);
    demo_store_put(store, DEMO_KIND_HELMRELEASE, release("a", "1m"), "k");
    demo_store_stop(store);
    pthread_join(thread, &result);
    cr_assert_eq((intptr_t)result, STATUS_INTERRUPTED);
    demo_store_free(store);
    TEST_NO_LEAKS();
}

Test(demo_store, full_history_forgets_the_oldest)
{
    struct demo_store *store = demo_store_new("fsn", 1);
    uint64_t start = demo_store_version(store);
    for (int i = 0; i < DEMO_HISTORY_MAX + 10; i++)
        demo_store_put(store, DEMO_KIND_LEASE, json_pack("{s:{s:s, s:s}, s:{s:i}}", "metadata", "name", "l", "namespace", "x", "spec", "n", i), "k");
    struct demo_event event;
    uint64_t cursor = start;
    cr_assert_eq(demo_store_next(store, NULL, &cursor, 0, &event), STATUS_GONE);
    cursor = demo_store_version(store) - 1;
    cr_assert_eq(demo_store_next(store, NULL, &cursor, 0, &event), STATUS_OK);
    demo_event_clear(&event);
    demo_store_free(store);
    TEST_NO_LEAKS();
}
