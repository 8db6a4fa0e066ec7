/* A store filled by hand: kinds that have every field, rows from name/value lists. */
#ifndef SUPPORT_ROWS_H
#define SUPPORT_ROWS_H

#include "store/store.h"

#define ROWS_END FIELD_COUNT

/* A store with these regions (NULL ends), the first one primary. */
struct store *rows_store(const char *region, ...);

/* The test kind of this id; every kind has every field. Namespaced as the real one is. */
const struct kind *rows_kind(const char *id);

/* Adds or replaces a row: key "namespace/name" or "name", then pairs (enum field, const char *) up to ROWS_END. In fields that
 * hold lists '|' separates items, and the first '=' of an item its two parts: "bp-cilium=|bp-flux=other". */
const struct row *rows_add(struct store *store, const char *kind_id, int region, const char *key, ...);

/* The kind's table in this region is complete and live; creates it when missing. */
void rows_live(struct store *store, const char *kind_id, int region);

/* rows_live for all kinds the estate joins, in all regions. */
void rows_all_live(struct store *store);

#endif
