/* Hash table from byte-string keys to pointers. Keys are copied and owned; values are borrowed unless a
 * free function is given. Insertion order is not kept. One thread. */
#ifndef BASE_HASH_TABLE_H
#define BASE_HASH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct hash_table_slot {
    char *key; /* NULL: empty */
    size_t key_length;
    uint64_t hash;
    void *value;
};

struct hash_table {
    struct hash_table_slot *slots;
    size_t count;
    size_t capacity;
    void (*free_value)(void *value);
};

void hash_table_init(struct hash_table *table, void (*free_value)(void *value));
void hash_table_done(struct hash_table *table);
void *hash_table_get(const struct hash_table *table, struct span key); /* NULL: absent */

/* Puts `value` under `key`, freeing the value it replaces. True when the key is new. */
bool hash_table_put(struct hash_table *table, struct span key, void *value);

/* Removes the key and frees its value (when a free function is set). True when it was there. */
bool hash_table_remove(struct hash_table *table, struct span key);

/* for (size_t at = 0; (value = hash_table_next(table, &at, &key)) != NULL;)   No changes while iterating. key may be NULL. */
void *hash_table_next(const struct hash_table *table, size_t *at, struct span *key);

#endif
