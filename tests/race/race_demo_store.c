/* Writers, list readers and watchers on one object store: every watcher sees every version, in order, and lists at an old
 * version stay complete. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "demo/demo_store.h"

#define WRITERS 2
#define WATCHERS 3
#define WRITES 1500
#define OBJECTS 20

struct watcher {
    struct demo_store *store;
    uint64_t start;
    unsigned seen, disordered;
};

static void *write_objects(void *argument)
{
    struct demo_store *store = argument;
    for (int i = 0; i < WRITES; i++) {
        json_t *lease = json_pack("{s:{s:o, s:s}, s:{s:i, s:I}}", "metadata", "name", json_sprintf("l%d", i % OBJECTS), "namespace",
                                  "x", "spec", "turn", i, "writer", (json_int_t)pthread_self());
        demo_store_put(store, DEMO_KIND_LEASE, lease, "race");
    }
    return NULL;
}

static void *watch(void *argument)
{
    struct watcher *watcher = argument;
    uint64_t cursor = watcher->start, last = watcher->start;
    struct demo_event event;
    while (watcher->seen < WRITERS * WRITES &&
           demo_store_next(watcher->store, demo_kinds_at(DEMO_KIND_LEASE), &cursor, 10000, &event) == STATUS_OK) {
        watcher->seen++;
        watcher->disordered += event.version <= last || event.object->version != event.version ? 1 : 0;
        last = event.version;
        demo_event_clear(&event);
    }
    return NULL;
}

static unsigned read_lists(struct demo_store *store, uint64_t version)
{
    unsigned wrong = 0;
    for (int i = 0; i < 200; i++) {
        struct demo_snapshot now, then;
        demo_store_snapshot(store, demo_kinds_at(DEMO_KIND_LEASE), NULL, 0, &now);
        demo_store_snapshot(store, demo_kinds_at(DEMO_KIND_LEASE), "x", version, &then);
        wrong += now.count != OBJECTS || then.count != OBJECTS ? 1 : 0;
        for (size_t j = 0; j < then.count; j++)
            wrong += then.objects[j]->version > version ? 1 : 0;
        demo_store_release(&now);
        demo_store_release(&then);
    }
    return wrong;
}

int main(void)
{
    struct demo_store *store = demo_store_new("race", 1);
    for (int i = 0; i < OBJECTS; i++)
        demo_store_put(store, DEMO_KIND_LEASE,
                       json_pack("{s:{s:o, s:s}}", "metadata", "name", json_sprintf("l%d", i), "namespace", "x"), "race");
    uint64_t start = demo_store_version(store);
    pthread_t writers[WRITERS], threads[WATCHERS];
    struct watcher watchers[WATCHERS];
    for (int i = 0; i < WATCHERS; i++) {
        watchers[i] = (struct watcher){.store = store, .start = start};
        pthread_create(&threads[i], NULL, watch, &watchers[i]);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&writers[i], NULL, write_objects, store);
    unsigned wrong = read_lists(store, start);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i], NULL);
    for (int i = 0; i < WATCHERS; i++) {
        pthread_join(threads[i], NULL);
        wrong += watchers[i].disordered + (watchers[i].seen != WRITERS * WRITES ? 1 : 0);
    }
    demo_store_free(store);
    if (wrong != 0)
        fprintf(stderr, "%u wrong\n", wrong);
    return wrong == 0 ? 0 : 1;
}
