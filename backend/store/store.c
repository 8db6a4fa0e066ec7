/* The one place where everything the console knows is kept: who has which table, feed and claim. No logic of any domain. */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "base/clock.h"
#include "base/sanitize.h"

#define TIMELINE_ENTRIES_MAX 5000

struct store *store_new(void)
{
    struct store *store = alloc_new(struct store);
    store->timeline = timeline_new(TIMELINE_ENTRIES_MAX);
    store->catalyst.cutover_read_ms = -1;
    return store;
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->kind_count; i++)
        for (size_t r = 0; r < STORE_REGIONS_MAX; r++)
            table_free(store->kinds[i].tables[r]);
    timeline_free(store->timeline);
    free(store);
}

int store_add_region(struct store *store, const char *name, bool primary)
{
    if (store->region_count == STORE_REGIONS_MAX)
        return -1;
    struct store_region *region = &store->regions[store->region_count];
    sanitize_line_into(region->name, sizeof region->name, name, strlen(name));
    region->primary = primary;
    store_touch(store);
    return store->region_count++;
}

int store_primary_region(const struct store *store)
{
    for (int i = 0; i < store->region_count; i++)
        if (store->regions[i].primary)
            return i;
    return 0;
}

static ptrdiff_t find_kind(const struct store *store, const char *kind_id)
{
    for (size_t i = 0; i < store->kind_count; i++)
        if (strcmp(store->kinds[i].kind->id, kind_id) == 0)
            return (ptrdiff_t)i;
    return -1;
}

struct table *store_table(struct store *store, const struct kind *kind, int region)
{
    if (region < 0 || region >= STORE_REGIONS_MAX)
        return NULL;
    ptrdiff_t at = find_kind(store, kind->id);
    if (at < 0) {
        if (store->kind_count == STORE_KINDS_MAX)
            return NULL;
        at = (ptrdiff_t)store->kind_count++;
        store->kinds[at].kind = kind;
    }
    struct table **table = &store->kinds[at].tables[region];
    if (*table == NULL) {
        *table = table_new(kind, region);
        (*table)->owner_generation = &store->generation;
        (*table)->observe = store->observe;
        (*table)->observe_context = store->observe_context;
    }
    return *table;
}

const struct kind *store_find_kind(const struct store *store, const char *kind_id)
{
    ptrdiff_t at = find_kind(store, kind_id);
    return at < 0 ? NULL : store->kinds[at].kind;
}

const struct table *store_find_table(const struct store *store, const char *kind_id, int region)
{
    ptrdiff_t at = find_kind(store, kind_id);
    return at < 0 || region < 0 || region >= STORE_REGIONS_MAX ? NULL : store->kinds[at].tables[region];
}

const struct row *store_find(const struct store *store, const char *kind_id, int region, const char *namespace, const char *name)
{
    const struct table *table = store_find_table(store, kind_id, region);
    if (table == NULL)
        return NULL;
    if (namespace == NULL || namespace[0] == '\0')
        return table_find(table, span_of(name));
    CLEANUP(bytebuf_done) struct bytebuf key;
    bytebuf_init(&key, 1024);
    bytebuf_printf(&key, "%s/%s", namespace, name);
    return table_find(table, bytebuf_span(&key));
}

struct feed_health *store_add_feed(struct store *store, enum feed_kind kind, int region, const char *name)
{
    if (store->feed_count == FEED_HEALTH_MAXIMUM)
        return NULL;
    struct feed_health *feed = &store->feeds[store->feed_count++];
    *feed = (struct feed_health){.kind = kind, .region = region, .proof_ms = -1, .latency_ms = -1,
                                 .changed_ms = clock_monotonic_ms()};
    sanitize_line_into(feed->name, sizeof feed->name, name, strlen(name));
    store_touch(store);
    return feed;
}

struct feed_health *store_feed(struct store *store, enum feed_kind kind, int region)
{
    for (size_t i = 0; i < store->feed_count; i++)
        if (store->feeds[i].kind == kind && (kind != FEED_KIND_KUBE || store->feeds[i].region == region))
            return &store->feeds[i];
    return NULL;
}

void store_touch(struct store *store)
{
    store->generation++;
}

void store_note(struct store *store, const struct timeline_entry *entry)
{
    if (timeline_add(store->timeline, entry))
        store_touch(store);
}

bool store_expire(struct store *store)
{
    bool changed = false;
    for (size_t i = 0; i < store->kind_count; i++)
        for (int r = 0; r < store->region_count; r++)
            if (store->kinds[i].tables[r] != NULL)
                changed |= table_expire(store->kinds[i].tables[r]);
    return changed;
}

void store_set_observer(struct store *store, table_observer_fn observe, void *context)
{
    store->observe = observe;
    store->observe_context = context;
    for (size_t i = 0; i < store->kind_count; i++)
        for (size_t r = 0; r < STORE_REGIONS_MAX; r++)
            if (store->kinds[i].tables[r] != NULL) {
                store->kinds[i].tables[r]->observe = observe;
                store->kinds[i].tables[r]->observe_context = context;
            }
}

uint64_t store_kind_generation(const struct store *store, const char *kind_id)
{
    ptrdiff_t at = find_kind(store, kind_id);
    uint64_t sum = 0;
    for (size_t r = 0; at >= 0 && r < STORE_REGIONS_MAX; r++)
        if (store->kinds[at].tables[r] != NULL)
            sum += 1 + store->kinds[at].tables[r]->generation;
    return sum;
}

bool store_kind_is_known(const struct store *store, const char *kind_id, char *reason, size_t size)
{
    for (int r = 0; r < store->region_count; r++) {
        const struct table *table = store_find_table(store, kind_id, r);
        if (table_is_known(table) || (table != NULL && table->state == TABLE_STATE_ABSENT))
            continue;
        if (reason != NULL)
            snprintf(reason, size, "%s in %s: %s", kind_id, store->regions[r].name, table_reason(table));
        return false;
    }
    if (reason != NULL && size > 0)
        reason[0] = '\0';
    return true;
}
