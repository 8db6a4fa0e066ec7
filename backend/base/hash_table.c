/* Open addressing with linear probing and backward-shift deletion; see hash_table.h. */
#include "base/hash_table.h"

#include <stdlib.h>

#include "base/alloc.h"

void hash_table_init(struct hash_table *table, void (*free_value)(void *value))
{
    *table = (struct hash_table){.free_value = free_value};
}

void hash_table_done(struct hash_table *table)
{
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].key == NULL)
            continue;
        if (table->free_value != NULL)
            table->free_value(table->slots[i].value);
        free(table->slots[i].key);
    }
    free(table->slots);
    *table = (struct hash_table){.free_value = table->free_value};
}

/* Index of the key's slot, or of the empty slot where it belongs. */
static size_t find(const struct hash_table *table, struct span key, uint64_t hash)
{
    size_t mask = table->capacity - 1;
    size_t at = (size_t)hash & mask;
    while (table->slots[at].key != NULL) {
        const struct hash_table_slot *slot = &table->slots[at];
        if (slot->hash == hash && span_equals(span_make(slot->key, slot->key_length), key))
            break;
        at = (at + 1) & mask;
    }
    return at;
}

static void grow(struct hash_table *table)
{
    struct hash_table old = *table;
    table->capacity = old.capacity == 0 ? 16 : old.capacity * 2;
    table->slots = alloc_zeroed(table->capacity, sizeof *table->slots);
    for (size_t i = 0; i < old.capacity; i++) {
        struct hash_table_slot *slot = &old.slots[i];
        if (slot->key != NULL)
            table->slots[find(table, span_make(slot->key, slot->key_length), slot->hash)] = *slot;
    }
    free(old.slots);
}

void *hash_table_get(const struct hash_table *table, struct span key)
{
    if (table->count == 0)
        return NULL;
    const struct hash_table_slot *slot = &table->slots[find(table, key, span_hash(key))];
    return slot->key == NULL ? NULL : slot->value;
}

bool hash_table_put(struct hash_table *table, struct span key, void *value)
{
    if (table->count * 4 >= table->capacity * 3)
        grow(table);
    uint64_t hash = span_hash(key);
    struct hash_table_slot *slot = &table->slots[find(table, key, hash)];
    if (slot->key != NULL) {
        if (table->free_value != NULL && slot->value != value)
            table->free_value(slot->value);
        slot->value = value;
        return false;
    }
    *slot = (struct hash_table_slot){span_dup(key), key.length, hash, value};
    table->count++;
    return true;
}

bool hash_table_remove(struct hash_table *table, struct span key)
{
    if (table->count == 0)
        return false;
    size_t mask = table->capacity - 1;
    size_t hole = find(table, key, span_hash(key));
    if (table->slots[hole].key == NULL)
        return false;
    if (table->free_value != NULL)
        table->free_value(table->slots[hole].value);
    free(table->slots[hole].key);
    table->slots[hole].key = NULL;
    table->count--;
    for (size_t at = (hole + 1) & mask; table->slots[at].key != NULL; at = (at + 1) & mask) {
        size_t home = (size_t)table->slots[at].hash & mask;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        table->slots[hole] = table->slots[at];
        table->slots[at].key = NULL;
        hole = at;
    }
    return true;
}

void *hash_table_next(const struct hash_table *table, size_t *at, struct span *key)
{
    while (*at < table->capacity) {
        const struct hash_table_slot *slot = &table->slots[(*at)++];
        if (slot->key == NULL)
            continue;
        if (key != NULL)
            *key = span_make(slot->key, slot->key_length);
        return slot->value;
    }
    return NULL;
}
