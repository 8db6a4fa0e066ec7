/* One kind in one region: rows by key, replaced as they come; a complete list sweeps what it did not bring. Rows stay
 * when a feed breaks: old facts with an age beat an empty screen. */
#include "store/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sanitize.h"

static void unref(void *row)
{
    row_unref(row);
}

struct table *table_new(const struct kind *kind, int region)
{
    struct table *table = alloc_new(struct table);
    table->kind = kind;
    table->region = region;
    table->changed_ms = clock_monotonic_ms();
    table->applied_ms = -1;
    hash_table_init(&table->rows, unref);
    return table;
}

void table_free(struct table *table)
{
    if (table == NULL)
        return;
    hash_table_done(&table->rows);
    free(table);
}

const struct row *table_find(const struct table *table, struct span key)
{
    return table == NULL ? NULL : hash_table_get(&table->rows, key);
}

const struct row *table_next(const struct table *table, size_t *at)
{
    return table == NULL ? NULL : hash_table_next(&table->rows, at, NULL);
}

static bool is_too_old(const struct table *table)
{
    return table->state == TABLE_STATE_STALE && clock_monotonic_ms() - table->changed_ms > TABLE_STALE_MAX_MS;
}

bool table_is_known(const struct table *table)
{
    if (table == NULL)
        return false;
    return table->state == TABLE_STATE_LIVE || (table->state == TABLE_STATE_STALE && table->listed && !is_too_old(table));
}

bool table_is_current(const struct table *table)
{
    return table_is_known(table) || (table != NULL && table->state == TABLE_STATE_PARTIAL);
}

static const char *const STATE_NAMES[] = {
    [TABLE_STATE_OFF] = "off",         [TABLE_STATE_LISTING] = "listing",     [TABLE_STATE_LIVE] = "live",
    [TABLE_STATE_STALE] = "stale",     [TABLE_STATE_FORBIDDEN] = "forbidden", [TABLE_STATE_ABSENT] = "absent",
    [TABLE_STATE_FAILED] = "failed",   [TABLE_STATE_PARTIAL] = "partial",
};

const char *table_state_name(enum table_state state)
{
    return STATE_NAMES[state];
}

static const char *const STATE_SENTENCES[] = {
    [TABLE_STATE_OFF] = "not asked for",
    [TABLE_STATE_LISTING] = "the first list is under way",
    [TABLE_STATE_LIVE] = "",
    [TABLE_STATE_PARTIAL] = "some namespaces only, the others may not be listed",
    [TABLE_STATE_STALE] = "the feed is away, these are the last known rows",
    [TABLE_STATE_FORBIDDEN] = "this identity may not list it",
    [TABLE_STATE_ABSENT] = "the server does not have this kind",
    [TABLE_STATE_FAILED] = "the list could not be read",
};

const char *table_reason(const struct table *table)
{
    if (table == NULL)
        return STATE_SENTENCES[TABLE_STATE_OFF];
    return table->reason[0] != '\0' ? table->reason : STATE_SENTENCES[table->state];
}

static void touch(struct table *table)
{
    table->generation++;
    if (table->owner_generation != NULL)
        ++*table->owner_generation;
}

bool table_expire(struct table *table)
{
    if (table->expired || !is_too_old(table))
        return false;
    table->expired = true;
    touch(table);
    return true;
}

void table_set_state(struct table *table, enum table_state state, const char *reason)
{
    char text[sizeof table->reason];
    sanitize_line_into(text, sizeof text, reason, reason == NULL ? 0 : span_of(reason).length);
    bool same = table->state == state;
    if (same && span_equals_text(span_of(text), table->reason))
        return;
    if (!same) {
        table->changed_ms = clock_monotonic_ms();
        table->expired = false;
    }
    table->state = state;
    memcpy(table->reason, text, sizeof text);
    touch(table);
}

static void observe(struct table *table, const struct row *before, const struct row *after)
{
    if (table->observe != NULL && table->listed)
        table->observe(table->observe_context, before, after);
}

void table_list_begin(struct table *table)
{
    table->sweep++;
    if (table->listed)
        table_set_state(table, TABLE_STATE_STALE, table->state == TABLE_STATE_STALE ? table->reason : "listing again");
    else
        table_set_state(table, TABLE_STATE_LISTING, "");
}

void table_take_row(struct table *table, struct row *row)
{
    table->applied_ms = clock_monotonic_ms();
    row_set_mark(row, table->sweep);
    struct span key = row_key(row);
    struct row *before = hash_table_get(&table->rows, key);
    if (before == NULL && table->rows.count >= TABLE_ROWS_MAX) {
        table->dropped++;
        row_unref(row);
        return;
    }
    bool changed = before == NULL || !row_same(before, row);
    if (changed)
        observe(table, before, row);
    hash_table_put(&table->rows, key, row);
    if (changed)
        touch(table);
}

void table_delete(struct table *table, struct span key)
{
    table->applied_ms = clock_monotonic_ms();
    const struct row *before = hash_table_get(&table->rows, key);
    if (before == NULL)
        return;
    observe(table, before, NULL);
    hash_table_remove(&table->rows, key);
    touch(table);
}

/* The table cannot change while it is iterated: the rows to go are collected first, held by a count. */
static void remove_where(struct table *table, bool (*goes)(void *context, const struct row *row), void *context)
{
    const struct row **gone = alloc_zeroed(table->rows.count + 1, sizeof *gone);
    size_t count = 0, at = 0;
    const struct row *row;
    while ((row = hash_table_next(&table->rows, &at, NULL)) != NULL)
        if (goes(context, row))
            gone[count++] = row_ref(row);
    for (size_t i = 0; i < count; i++) {
        table_delete(table, row_key(gone[i]));
        row_unref(gone[i]);
    }
    free(gone);
}

struct sweep {
    const char *namespace;
    uint32_t mark;
};

static bool is_swept(void *context, const struct row *row)
{
    const struct sweep *sweep = context;
    bool inside = sweep->namespace == NULL || span_equals_text(row_namespace(row), sweep->namespace);
    return inside && (int32_t)(row_mark(row) - sweep->mark) < 0;
}

uint32_t table_list_mark(struct table *table)
{
    return ++table->sweep;
}

void table_sweep(struct table *table, const char *namespace, uint32_t mark)
{
    struct sweep sweep = {namespace, mark};
    remove_where(table, is_swept, &sweep);
    table->applied_ms = clock_monotonic_ms();
    table->listed = true;
}

struct forgetting {
    bool (*keeps)(void *context, const struct row *row);
    void *context;
};

static bool is_forgotten(void *context, const struct row *row)
{
    const struct forgetting *forgetting = context;
    return forgetting->keeps == NULL || !forgetting->keeps(forgetting->context, row);
}

void table_forget(struct table *table, bool (*keeps)(void *context, const struct row *row), void *context)
{
    struct forgetting forgetting = {keeps, context};
    table_observer_fn observer = table->observe;
    table->observe = NULL;
    remove_where(table, is_forgotten, &forgetting);
    table->observe = observer;
    if (keeps == NULL)
        table->listed = false;
}

void table_list_end(struct table *table)
{
    table_sweep(table, NULL, table->sweep);
    table_set_state(table, TABLE_STATE_LIVE, "");
}
