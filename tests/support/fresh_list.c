/* A fresh list beside a table; see fresh_list.h. */
#include "support/fresh_list.h"

#include <stdio.h>

#include "base/hash_table.h"

static void unref(void *row)
{
    row_unref(row);
}

static enum status take_page(void *context, struct row_decoder_page *page, bool first, struct error *err)
{
    struct hash_table *rows = context;
    if (first) {
        hash_table_done(rows);
        hash_table_init(rows, unref);
    }
    for (size_t i = 0; i < page->count; i++) {
        hash_table_put(rows, row_key(page->rows[i]), page->rows[i]);
        page->rows[i] = NULL;
    }
    return STATUS_OK;
}

static bool differ(const struct table *table, struct span key, const char *what, char *why, size_t size)
{
    snprintf(why, size, "%s '%.*s': %s", table->kind->id, SPAN_PRINT(key), what);
    return false;
}

static bool has_all_of(const struct table *table, const struct hash_table *fresh, char *why, size_t size)
{
    const struct row *row;
    for (size_t at = 0; (row = hash_table_next(fresh, &at, NULL)) != NULL;) {
        const struct row *held = table_find(table, row_key(row));
        if (held == NULL)
            return differ(table, row_key(row), "the server has it, the table does not", why, size);
        struct span ours = row_text(held, FIELD_RESOURCE_VERSION), theirs = row_text(row, FIELD_RESOURCE_VERSION);
        if (!span_equals(ours, theirs)) {
            snprintf(why, size, "%s '%.*s': the server has version %.*s, the table %.*s", table->kind->id, SPAN_PRINT(row_key(row)),
                     SPAN_PRINT(theirs), SPAN_PRINT(ours));
            return false;
        }
    }
    return true;
}

static bool has_no_more_than(const struct table *table, const struct hash_table *fresh, const char *namespace, char *why, size_t size)
{
    const struct row *row;
    for (size_t at = 0; (row = table_next(table, &at)) != NULL;) {
        if (namespace != NULL && !span_equals_text(row_namespace(row), namespace))
            continue;
        if (hash_table_get(fresh, row_key(row)) == NULL)
            return differ(table, row_key(row), "the table has it, the server does not", why, size);
    }
    return true;
}

bool fresh_list_equals(struct kube_client *client, const struct table *table, const char *namespace, char *why, size_t size)
{
    struct hash_table fresh;
    struct error err = {0};
    struct kube_list list = {.kind = table->kind, .namespace = namespace};
    hash_table_init(&fresh, unref);
    bool equal = kube_client_list(client, &list, take_page, &fresh, &err) == STATUS_OK;
    if (!equal)
        snprintf(why, size, "no fresh list: %s", err.text);
    equal = equal && has_all_of(table, &fresh, why, size) && has_no_more_than(table, &fresh, namespace, why, size);
    hash_table_done(&fresh);
    return equal;
}

bool fresh_list_equals_all(struct kube_client *client, const struct store *store, int region, char *why, size_t size)
{
    size_t compared = 0;
    for (size_t i = 0; i < store->kind_count; i++) {
        const struct table *table = store->kinds[i].tables[region];
        if (table == NULL || table->state != TABLE_STATE_LIVE)
            continue;
        compared++;
        if (!fresh_list_equals(client, table, NULL, why, size))
            return false;
    }
    if (compared == 0)
        snprintf(why, size, "no table is live");
    return compared > 0;
}
