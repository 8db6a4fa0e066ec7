/* A sorted array: one allocation, nothing to free per key. */
#include "estate/row_index.h"

#include "base/array.h"

void row_index_add(struct row_index *index, struct span key, const struct row *row)
{
    if (!span_is_empty(key))
        ARRAY_PUSH(index, ((struct row_index_entry){span_hash(key), key, row}));
}

static int compare(const void *left, const void *right)
{
    const struct row_index_entry *a = left, *b = right;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    int order = span_compare(a->key, b->key);
    if (order == 0)
        order = row_region(a->row) - row_region(b->row);
    return order != 0 ? order : span_compare(row_key(a->row), row_key(b->row));
}

void row_index_seal(struct row_index *index)
{
    if (index->count > 0)
        qsort(index->items, index->count, sizeof index->items[0], compare);
}

const struct row_index_entry *row_index_get(const struct row_index *index, struct span key, size_t *count)
{
    uint64_t hash = span_hash(key);
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct row_index_entry *entry = &index->items[middle];
        if (entry->hash < hash || (entry->hash == hash && span_compare(entry->key, key) < 0))
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < index->count && span_equals(index->items[low + *count].key, key))
        ++*count;
    return *count > 0 ? &index->items[low] : NULL;
}

void row_index_done(struct row_index *index)
{
    ARRAY_FREE(index);
}
