/* One mutex, one shelf of current versions per kind, one history of events; see demo_store.h.
 * Versions are immutable, so readers take references under the lock and work outside it. */
#include "demo/demo_store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "demo/demo_json.h"
#include "demo/demo_shelf.h"

#define FIRST_VERSION 41280 /* a cluster that has lived for a while */

struct demo_store {
    char *region;
    pthread_mutex_t lock;
    pthread_cond_t grown; /* an event was added, or the store is stopping */
    struct demo_shelf shelves[DEMO_KIND_COUNT];
    struct demo_history history;
    uint64_t version;
    uint64_t random;
    bool is_stopping;
};

struct demo_store *demo_store_new(const char *region, uint64_t seed)
{
    struct demo_store *store = alloc_new(struct demo_store);
    store->region = alloc_strdup(region);
    store->random = seed * 0x9e3779b97f4a7c15u + 1;
    store->version = FIRST_VERSION;
    demo_history_init(&store->history, FIRST_VERSION);
    pthread_mutex_init(&store->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&store->grown, &attributes);
    pthread_condattr_destroy(&attributes);
    return store;
}

void demo_store_free(struct demo_store *store)
{
    if (store == NULL)
        return;
    demo_history_done(&store->history);
    for (size_t i = 0; i < DEMO_KIND_COUNT; i++)
        demo_shelf_clear(&store->shelves[i]);
    free(store->region);
    pthread_cond_destroy(&store->grown);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

const char *demo_store_region(const struct demo_store *store)
{
    return store->region;
}

static struct demo_shelf *shelf_of(struct demo_store *store, const struct demo_kind *kind)
{
    return &store->shelves[demo_kinds_id(kind)];
}

static struct demo_object *look_up(struct demo_store *store, const struct demo_kind *kind, const char *name_space,
                                   const char *name)
{
    char *key = alloc_printf("%s/%s", kind->namespaced && name_space != NULL ? name_space : "", name);
    struct demo_object *object = demo_shelf_find(shelf_of(store, kind), key);
    free(key);
    return object;
}

/* ---- commits; the lock is held ---- */

static void remember(struct demo_store *store, enum demo_event_type type, struct demo_object *object,
                     struct demo_object *previous)
{
    struct demo_event event = {type, object, previous, store->version};
    demo_history_add(&store->history, &event);
    pthread_cond_broadcast(&store->grown);
}

static struct demo_object *make_version(struct demo_store *store, const struct demo_kind *kind, json_t *document)
{
    json_t *version = json_sprintf("%llu", (unsigned long long)store->version);
    json_object_set_new(json_object_get(document, "metadata"), "resourceVersion", version);
    return demo_object_new(kind, document, store->version);
}

/* Stores `document` as the object's next version and returns it (borrowed from the store). */
static struct demo_object *commit(struct demo_store *store, const struct demo_kind *kind, json_t *document,
                                  struct demo_object *previous)
{
    store->version++;
    struct demo_object *object = make_version(store, kind, document);
    remember(store, previous == NULL ? DEMO_EVENT_ADDED : DEMO_EVENT_MODIFIED, object, previous);
    demo_shelf_put(shelf_of(store, kind), object);
    return object;
}

static struct demo_object *commit_removal(struct demo_store *store, struct demo_object *previous, json_t *document)
{
    store->version++;
    struct demo_object *last = make_version(store, previous->kind, document);
    remember(store, DEMO_EVENT_DELETED, last, previous);
    demo_shelf_remove(shelf_of(store, previous->kind), last->key);
    return last;
}

static uint64_t next_random(struct demo_store *store)
{
    uint64_t value = (store->random += 0x9e3779b97f4a7c15u);
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

static json_t *make_uid(struct demo_store *store)
{
    unsigned long long high = next_random(store), low = next_random(store);
    return json_sprintf("%08llx-%04llx-4%03llx-%04llx-%012llx", high >> 32, (high >> 16) & 0xffff, high & 0xfff,
                        0x8000 | (low >> 50), low & 0xffffffffffff);
}

/* Commits an edited document; the result is a reference of the caller's own. */
static struct demo_object *commit_edit(struct demo_store *store, struct demo_object *current, json_t *document)
{
    if (demo_metadata_is_finished(document))
        return commit_removal(store, current, document);
    return demo_object_ref(commit(store, current->kind, document, current));
}

/* ---- writes ---- */

static enum status change_locked(struct demo_store *store, const struct demo_change *change,
                                 struct demo_object *current, struct demo_object **ret, struct error *err)
{
    json_t *before = demo_object_document(current);
    json_t *after = json_deep_copy(before);
    enum status status = change->edit(after, change->context, err);
    struct demo_object *result = NULL;
    if (status == STATUS_OK) {
        struct demo_authorship authorship = {change->manager, NULL, change->is_apply, change->part};
        if (!demo_metadata_settle(change->kind, before, after, &authorship))
            result = demo_object_ref(current);
        else if (change->dry_run)
            result = demo_object_new(change->kind, after, current->version);
        else
            result = commit_edit(store, current, after);
    }
    json_decref(before);
    json_decref(after);
    if (ret != NULL)
        *ret = result;
    else
        demo_object_unref(result);
    return status;
}

static enum status not_found(const struct demo_kind *kind, const char *name, struct error *err)
{
    return error_set(err, STATUS_NOT_FOUND, "%s%s%s \"%s\" not found", kind->plural,
                     kind->group[0] == '\0' ? "" : ".", kind->group, name);
}

enum status demo_store_change(struct demo_store *store, const struct demo_change *change, struct demo_object **ret,
                              struct error *err)
{
    pthread_mutex_lock(&store->lock);
    struct demo_object *current = look_up(store, change->kind, change->name_space, change->name);
    enum status status = current == NULL ? not_found(change->kind, change->name, err)
                                         : change_locked(store, change, current, ret, err);
    pthread_mutex_unlock(&store->lock);
    return status;
}

enum status demo_store_update(struct demo_store *store, enum demo_kind_id kind, const char *name_space,
                              const char *name, demo_store_edit_fn edit, void *context, const char *manager)
{
    struct demo_change change = {.kind = demo_kinds_at(kind), .name_space = name_space, .name = name,
        .manager = manager, .is_apply = strcmp(manager, "kustomize-controller") == 0, .edit = edit,
        .context = context};
    return demo_store_change(store, &change, NULL, NULL);
}

/* kustomize-controller writes by server-side apply, everybody else in the demo by update. */
static struct demo_authorship authorship_of(const char *manager, const char *status_manager)
{
    return (struct demo_authorship){manager, status_manager, strcmp(manager, "kustomize-controller") == 0, DEMO_PART_ALL};
}

void demo_store_put(struct demo_store *store, enum demo_kind_id id, json_t *document, const char *manager)
{
    const struct demo_kind *kind = demo_kinds_at(id);
    struct demo_authorship authorship = authorship_of(manager, kind->status_manager);
    pthread_mutex_lock(&store->lock);
    struct demo_object *current = look_up(store, kind, demo_json_text(document, "metadata.namespace"),
                                          demo_json_text(document, "metadata.name"));
    if (current == NULL) {
        demo_metadata_complete(kind, document, make_uid(store), &authorship);
        commit(store, kind, document, NULL);
    } else {
        json_t *before = demo_object_document(current);
        if (demo_metadata_settle(kind, before, document, &authorship))
            demo_object_unref(commit_edit(store, current, document));
        json_decref(before);
    }
    pthread_mutex_unlock(&store->lock);
    json_decref(document);
}

enum status demo_store_create(struct demo_store *store, const struct demo_kind *kind, json_t *document,
                              const char *manager, bool dry_run, struct demo_object **ret, struct error *err)
{
    const char *name = demo_json_text(document, "metadata.name");
    enum status status = STATUS_OK;
    struct demo_object *result = NULL;
    pthread_mutex_lock(&store->lock);
    if (look_up(store, kind, demo_json_text(document, "metadata.namespace"), name) != NULL) {
        status = error_set(err, STATUS_CONFLICT, "%s%s%s \"%s\" already exists", kind->plural,
                           kind->group[0] == '\0' ? "" : ".", kind->group, name);
    } else {
        struct demo_authorship authorship = authorship_of(manager, NULL);
        demo_metadata_complete(kind, document, make_uid(store), &authorship);
        result = dry_run ? demo_object_new(kind, document, store->version)
                         : demo_object_ref(commit(store, kind, document, NULL));
    }
    pthread_mutex_unlock(&store->lock);
    json_decref(document);
    if (ret != NULL)
        *ret = result;
    else
        demo_object_unref(result);
    return status;
}

bool demo_store_remove(struct demo_store *store, enum demo_kind_id id, const char *name_space, const char *name)
{
    pthread_mutex_lock(&store->lock);
    struct demo_object *current = look_up(store, demo_kinds_at(id), name_space, name);
    if (current != NULL) {
        json_t *document = demo_object_document(current);
        demo_object_unref(commit_removal(store, current, document));
        json_decref(document);
    }
    pthread_mutex_unlock(&store->lock);
    return current != NULL;
}

enum status demo_store_delete(struct demo_store *store, enum demo_kind_id id, const char *name_space, const char *name)
{
    pthread_mutex_lock(&store->lock);
    struct demo_object *current = look_up(store, demo_kinds_at(id), name_space, name);
    if (current != NULL) {
        json_t *document = demo_object_document(current);
        json_t *metadata = json_object_get(document, "metadata");
        if (json_object_get(metadata, "deletionTimestamp") == NULL) {
            json_object_set_new(metadata, "deletionTimestamp", demo_json_time(0));
            json_object_set_new(metadata, "deletionGracePeriodSeconds", json_integer(0));
            demo_object_unref(commit_edit(store, current, document));
        }
        json_decref(document);
    }
    pthread_mutex_unlock(&store->lock);
    return current == NULL ? STATUS_NOT_FOUND : STATUS_OK;
}

/* ---- reads ---- */

struct demo_object *demo_store_find(struct demo_store *store, const struct demo_kind *kind, const char *name_space,
                                    const char *name)
{
    pthread_mutex_lock(&store->lock);
    struct demo_object *object = demo_object_ref(look_up(store, kind, name_space, name));
    pthread_mutex_unlock(&store->lock);
    return object;
}

json_t *demo_store_get(struct demo_store *store, enum demo_kind_id kind, const char *name_space, const char *name)
{
    struct demo_object *object = demo_store_find(store, demo_kinds_at(kind), name_space, name);
    json_t *document = object == NULL ? NULL : demo_object_document(object);
    demo_object_unref(object);
    return document;
}

json_t *demo_store_list(struct demo_store *store, enum demo_kind_id kind, const char *name_space)
{
    struct demo_snapshot snapshot;
    json_t *list = json_array();
    if (demo_store_snapshot(store, demo_kinds_at(kind), name_space, 0, &snapshot) != STATUS_OK)
        return list;
    for (size_t i = 0; i < snapshot.count; i++)
        json_array_append_new(list, demo_object_document(snapshot.objects[i]));
    demo_store_release(&snapshot);
    return list;
}

size_t demo_store_count(struct demo_store *store, enum demo_kind_id kind)
{
    pthread_mutex_lock(&store->lock);
    size_t count = store->shelves[kind].objects.count;
    pthread_mutex_unlock(&store->lock);
    return count;
}

uint64_t demo_store_version(struct demo_store *store)
{
    pthread_mutex_lock(&store->lock);
    uint64_t version = store->version;
    pthread_mutex_unlock(&store->lock);
    return version;
}

enum status demo_store_snapshot(struct demo_store *store, const struct demo_kind *kind, const char *name_space,
                                uint64_t version, struct demo_snapshot *ret)
{
    struct demo_shelf shelf = {0};
    pthread_mutex_lock(&store->lock);
    bool is_gone = version != 0 && version < store->history.floor;
    if (!is_gone)
        demo_shelf_copy(shelf_of(store, kind), &shelf);
    if (!is_gone && version != 0)
        demo_history_undo(&store->history, kind, version, &shelf);
    uint64_t now = store->version;
    pthread_mutex_unlock(&store->lock);
    if (is_gone)
        return STATUS_GONE;
    if (name_space != NULL && name_space[0] != '\0')
        demo_shelf_keep_namespace(&shelf, name_space);
    *ret = (struct demo_snapshot){shelf.objects.items, shelf.objects.count, version == 0 ? now : version};
    return STATUS_OK;
}

void demo_store_release(struct demo_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->count; i++)
        demo_object_unref(snapshot->objects[i]);
    free(snapshot->objects);
    *snapshot = (struct demo_snapshot){0};
}

/* ---- watches ---- */

/* The next event of `kind` after *cursor, copied with references of its own. The lock is held. */
static bool take_next(struct demo_store *store, const struct demo_kind *kind, uint64_t *cursor, struct demo_event *ret)
{
    const struct demo_event *event = demo_history_next(&store->history, kind, *cursor);
    if (event == NULL) {
        *cursor = *cursor < store->version ? store->version : *cursor;
        return false;
    }
    *ret = *event;
    demo_object_ref(ret->object);
    demo_object_ref(ret->previous);
    *cursor = event->version;
    return true;
}

static struct timespec deadline_after(int timeout_ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += timeout_ms / 1000;
    at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    return at;
}

enum status demo_store_next(struct demo_store *store, const struct demo_kind *kind, uint64_t *cursor, int timeout_ms,
                            struct demo_event *ret)
{
    struct timespec deadline = deadline_after(timeout_ms);
    enum status status = STATUS_OK;
    pthread_mutex_lock(&store->lock);
    for (;;) {
        if (store->is_stopping)
            status = STATUS_INTERRUPTED;
        else if (*cursor < store->history.floor)
            status = STATUS_GONE;
        else if (!take_next(store, kind, cursor, ret) && status == STATUS_OK) {
            if (pthread_cond_timedwait(&store->grown, &store->lock, &deadline) != 0)
                status = STATUS_TIMEOUT;
            else
                continue;
        }
        break;
    }
    pthread_mutex_unlock(&store->lock);
    return status;
}

void demo_store_expire(struct demo_store *store)
{
    pthread_mutex_lock(&store->lock);
    store->version++;
    demo_history_drop_all(&store->history, store->version);
    pthread_cond_broadcast(&store->grown);
    pthread_mutex_unlock(&store->lock);
}

enum status demo_store_rewind(struct demo_store *store, uint64_t version)
{
    enum status status = STATUS_GONE;
    pthread_mutex_lock(&store->lock);
    if (version >= store->history.floor && version <= store->version) {
        for (size_t i = 0; i < DEMO_KIND_COUNT; i++)
            demo_history_undo(&store->history, demo_kinds_at((enum demo_kind_id)i), version, &store->shelves[i]);
        store->version = version;
        demo_history_drop_all(&store->history, version);
        status = STATUS_OK;
    }
    pthread_mutex_unlock(&store->lock);
    return status;
}

void demo_store_stop(struct demo_store *store)
{
    pthread_mutex_lock(&store->lock);
    store->is_stopping = true;
    pthread_cond_broadcast(&store->grown);
    pthread_mutex_unlock(&store->lock);
}
