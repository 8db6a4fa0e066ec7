/* One mutex, one sorted array of current versions per kind, one ring of events; see demo_store.h.
 * Versions are immutable, so readers take references under the lock and work outside it. */
#include "demo/demo_store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/array.h"
#include "demo/demo_json.h"
#include "demo/demo_managed_fields.h"

#define FIRST_VERSION 41280 /* a cluster that has lived for a while */

typedef ARRAY(struct demo_object *) object_array;

struct demo_store {
    char *region;
    pthread_mutex_t lock;
    pthread_cond_t grown; /* an event was added, or the store is stopping */
    object_array kinds[DEMO_KIND_COUNT];
    struct demo_event *history; /* ring of DEMO_STORE_HISTORY_MAX */
    size_t history_first, history_count, history_bytes;
    uint64_t floor; /* version of the newest event that was dropped */
    uint64_t version;
    uint64_t random;
    bool is_stopping;
};

struct demo_store *demo_store_new(const char *region, uint64_t seed)
{
    struct demo_store *store = alloc_new(struct demo_store);
    store->region = alloc_strdup(region);
    store->random = seed * 0x9e3779b97f4a7c15u + 1;
    store->version = store->floor = FIRST_VERSION;
    store->history = alloc_zeroed(DEMO_STORE_HISTORY_MAX, sizeof *store->history);
    pthread_mutex_init(&store->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&store->grown, &attributes);
    pthread_condattr_destroy(&attributes);
    return store;
}

void demo_event_clear(struct demo_event *event)
{
    demo_object_unref(event->object);
    demo_object_unref(event->previous);
    *event = (struct demo_event){0};
}

static void drop_oldest(struct demo_store *store)
{
    struct demo_event *event = &store->history[store->history_first];
    store->floor = event->version;
    store->history_bytes -= event->object->body_length;
    demo_event_clear(event);
    store->history_first = (store->history_first + 1) % DEMO_STORE_HISTORY_MAX;
    store->history_count--;
}

void demo_store_free(struct demo_store *store)
{
    if (store == NULL)
        return;
    while (store->history_count > 0)
        drop_oldest(store);
    for (size_t i = 0; i < DEMO_KIND_COUNT; i++) {
        for (size_t j = 0; j < store->kinds[i].count; j++)
            demo_object_unref(store->kinds[i].items[j]);
        ARRAY_FREE(&store->kinds[i]);
    }
    free(store->history);
    free(store->region);
    pthread_cond_destroy(&store->grown);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

const char *demo_store_region(const struct demo_store *store)
{
    return store->region;
}

/* ---- sorted arrays ---- */

/* Index of the first object with a key >= `key`. */
static size_t lower_bound(const object_array *objects, const char *key)
{
    size_t low = 0, high = objects->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(objects->items[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct demo_object *at_key(const object_array *objects, const char *key)
{
    size_t at = lower_bound(objects, key);
    return at < objects->count && strcmp(objects->items[at]->key, key) == 0 ? objects->items[at] : NULL;
}

/* Inserts or replaces; takes the reference. */
static void insert(object_array *objects, struct demo_object *object)
{
    size_t at = lower_bound(objects, object->key);
    if (at < objects->count && strcmp(objects->items[at]->key, object->key) == 0) {
        demo_object_unref(objects->items[at]);
        objects->items[at] = object;
        return;
    }
    ARRAY_RESERVE(objects, objects->count + 1);
    memmove(objects->items + at + 1, objects->items + at, (objects->count - at) * sizeof *objects->items);
    objects->items[at] = object;
    objects->count++;
}

static void erase(object_array *objects, const char *key)
{
    size_t at = lower_bound(objects, key);
    if (at >= objects->count || strcmp(objects->items[at]->key, key) != 0)
        return;
    demo_object_unref(objects->items[at]);
    ARRAY_REMOVE(objects, at);
}

static object_array *objects_of(struct demo_store *store, const struct demo_kind *kind)
{
    return &store->kinds[demo_kinds_id(kind)];
}

static struct demo_object *look_up(struct demo_store *store, const struct demo_kind *kind, const char *name_space,
                                   const char *name)
{
    char *key = alloc_printf("%s/%s", kind->namespaced && name_space != NULL ? name_space : "", name);
    struct demo_object *object = at_key(objects_of(store, kind), key);
    free(key);
    return object;
}

/* ---- commits; the lock is held ---- */

static void remember(struct demo_store *store, enum demo_event_type type, struct demo_object *object,
                     struct demo_object *previous)
{
    while (store->history_count == DEMO_STORE_HISTORY_MAX ||
           (store->history_count > 0 && store->history_bytes + object->body_length > DEMO_STORE_HISTORY_BYTES_MAX))
        drop_oldest(store);
    size_t at = (store->history_first + store->history_count) % DEMO_STORE_HISTORY_MAX;
    store->history[at] = (struct demo_event){type, demo_object_ref(object), demo_object_ref(previous), store->version};
    store->history_count++;
    store->history_bytes += object->body_length;
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
    insert(objects_of(store, kind), object);
    return object;
}

static struct demo_object *commit_removal(struct demo_store *store, struct demo_object *previous, json_t *document)
{
    store->version++;
    struct demo_object *last = make_version(store, previous->kind, document);
    remember(store, DEMO_EVENT_DELETED, last, previous);
    erase(objects_of(store, previous->kind), last->key);
    return last;
}

/* ---- system metadata ---- */

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

static void fill_new(struct demo_store *store, const struct demo_kind *kind, json_t *document)
{
    json_t *metadata = metadata_of(document);
    if (json_object_get(metadata, "uid") == NULL)
        json_object_set_new(metadata, "uid", make_uid(store));
    if (json_object_get(metadata, "creationTimestamp") == NULL)
        json_object_set_new(metadata, "creationTimestamp", demo_json_time(0));
    if (kind->has_generation && json_object_get(metadata, "generation") == NULL)
        json_object_set_new(metadata, "generation", json_integer(1));
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

/* Everything between an edited document and its commit: false when nothing changed. */
static bool settle(const struct demo_kind *kind, const struct demo_change *change, const json_t *before, json_t *after,
                   const char *status_manager)
{
    fill_identity(kind, after);
    keep_system_metadata(before, after);
    limit_to_part(kind, change->part, before, after);
    if (json_equal(before, after))
        return false;
    if (kind->has_generation && is_spec_changed(before, after)) {
        json_int_t generation = demo_json_integer(before, "metadata.generation", 0);
        demo_json_set(after, "metadata.generation", json_integer(generation + 1));
    }
    char api_version[128];
    demo_kinds_api_version(kind, NULL, api_version, sizeof api_version);
    struct demo_writer writer = {.manager = change->manager, .status_manager = status_manager,
        .api_version = api_version, .is_apply = change->is_apply, .is_custom = kind->is_custom};
    demo_managed_fields_record(before, after, &writer);
    return true;
}

static bool is_finished(const json_t *document)
{
    return demo_json_at(document, "metadata.deletionTimestamp") != NULL &&
           json_array_size(demo_json_at(document, "metadata.finalizers")) == 0;
}

/* Commits an edited document; the result is a reference of the caller's own. */
static struct demo_object *commit_edit(struct demo_store *store, struct demo_object *current, json_t *document)
{
    if (is_finished(document))
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
        if (!settle(change->kind, change, before, after, NULL))
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

static void prepare_new(struct demo_store *store, const struct demo_kind *kind, json_t *document, const char *manager,
                        const char *status_manager)
{
    fill_identity(kind, document);
    fill_new(store, kind, document);
    if (demo_json_at(document, "metadata.managedFields") != NULL)
        return;
    char api_version[128];
    demo_kinds_api_version(kind, NULL, api_version, sizeof api_version);
    struct demo_writer writer = {.manager = manager, .status_manager = status_manager, .api_version = api_version,
        .is_apply = strcmp(manager, "kustomize-controller") == 0, .is_custom = kind->is_custom};
    demo_managed_fields_record(NULL, document, &writer);
}

void demo_store_put(struct demo_store *store, enum demo_kind_id id, json_t *document, const char *manager)
{
    const struct demo_kind *kind = demo_kinds_at(id);
    pthread_mutex_lock(&store->lock);
    struct demo_object *current = look_up(store, kind, demo_json_text(document, "metadata.namespace"),
                                          demo_json_text(document, "metadata.name"));
    if (current == NULL) {
        prepare_new(store, kind, document, manager, kind->status_manager);
        commit(store, kind, document, NULL);
    } else {
        struct demo_change change = {.manager = manager,
            .is_apply = strcmp(manager, "kustomize-controller") == 0};
        json_t *before = demo_object_document(current);
        if (settle(kind, &change, before, document, kind->status_manager))
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
        prepare_new(store, kind, document, manager, NULL);
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
    size_t count = store->kinds[kind].count;
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

static struct demo_event *history_at(struct demo_store *store, size_t index)
{
    return &store->history[(store->history_first + index) % DEMO_STORE_HISTORY_MAX];
}

/* Index of the first event newer than `version`. */
static size_t history_after(struct demo_store *store, uint64_t version)
{
    size_t low = 0, high = store->history_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (history_at(store, middle)->version <= version)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Takes back, newest first, what happened to the kind after `version`. */
static void undo_to(struct demo_store *store, const struct demo_kind *kind, uint64_t version, object_array *objects)
{
    size_t first = history_after(store, version);
    for (size_t i = store->history_count; i-- > first;) {
        const struct demo_event *event = history_at(store, i);
        if (event->object->kind != kind)
            continue;
        if (event->type == DEMO_EVENT_ADDED)
            erase(objects, event->object->key);
        else
            insert(objects, demo_object_ref(event->previous));
    }
}

static void keep_namespace(object_array *objects, const char *name_space)
{
    size_t kept = 0;
    for (size_t i = 0; i < objects->count; i++) {
        if (strcmp(objects->items[i]->name_space, name_space) == 0)
            objects->items[kept++] = objects->items[i];
        else
            demo_object_unref(objects->items[i]);
    }
    objects->count = kept;
}

enum status demo_store_snapshot(struct demo_store *store, const struct demo_kind *kind, const char *name_space,
                                uint64_t version, struct demo_snapshot *ret)
{
    object_array objects = {0};
    pthread_mutex_lock(&store->lock);
    bool is_gone = version != 0 && version < store->floor;
    const object_array *current = objects_of(store, kind);
    if (!is_gone) {
        ARRAY_RESERVE(&objects, current->count + 1);
        for (size_t i = 0; i < current->count; i++)
            objects.items[i] = demo_object_ref(current->items[i]);
        objects.count = current->count;
        if (version != 0)
            undo_to(store, kind, version, &objects);
    }
    uint64_t now = store->version;
    pthread_mutex_unlock(&store->lock);
    if (is_gone)
        return STATUS_GONE;
    if (name_space != NULL && name_space[0] != '\0')
        keep_namespace(&objects, name_space);
    *ret = (struct demo_snapshot){objects.items, objects.count, version == 0 ? now : version};
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
    for (size_t i = history_after(store, *cursor); i < store->history_count; i++) {
        const struct demo_event *event = history_at(store, i);
        if (kind != NULL && event->object->kind != kind)
            continue;
        *ret = *event;
        demo_object_ref(ret->object);
        demo_object_ref(ret->previous);
        *cursor = event->version;
        return true;
    }
    if (*cursor < store->version)
        *cursor = store->version;
    return false;
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
        else if (*cursor < store->floor)
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
    while (store->history_count > 0)
        drop_oldest(store);
    store->version++;
    store->floor = store->version;
    pthread_cond_broadcast(&store->grown);
    pthread_mutex_unlock(&store->lock);
}

void demo_store_stop(struct demo_store *store)
{
    pthread_mutex_lock(&store->lock);
    store->is_stopping = true;
    pthread_cond_broadcast(&store->grown);
    pthread_mutex_unlock(&store->lock);
}
