/* Rows by a key that many may share: filled, sealed, then asked. Keys and rows are borrowed. */
#ifndef ESTATE_ROW_INDEX_H
#define ESTATE_ROW_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "store/row.h"

struct row_index_entry {
    uint64_t hash;
    struct span key;
    const struct row *row;
};

struct row_index {
    struct row_index_entry *items;
    size_t count, capacity;
};

void row_index_add(struct row_index *index, struct span key, const struct row *row); /* an empty key is not added */
void row_index_seal(struct row_index *index);

/* First of the entries with this key, and *count of them; order by region, then by the row's key. NULL and 0: none. */
const struct row_index_entry *row_index_get(const struct row_index *index, struct span key, size_t *count);
void row_index_done(struct row_index *index);

#endif
