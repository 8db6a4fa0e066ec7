/* The built-in kinds: one row each in kind_table.c, and one list of fields in kind_fields.c. Adding a kind is adding those.
 * Paths: domain.md sections 2, 4 and 8, cutover contract 3.1 and 3.3. Immutable; any thread. */
#ifndef SOVEREIGN_KIND_TABLE_H
#define SOVEREIGN_KIND_TABLE_H

#include <stddef.h>

#include "base/nearest.h"
#include "store/kind.h"

size_t kind_table_count(void);
const struct kind *kind_table_at(size_t index);

/* By exact id ("helmreleases"); NULL when there is none. */
const struct kind *kind_table_get(const char *id);

/* By what a person types: id, alias, plural, singular or plural.group, in any case. NULL when there is none. */
const struct kind *kind_table_find(const char *word);

/* "; did you mean 'pods'?" or "". */
void kind_table_hint(char hint[NEAREST_HINT_MAX], const char *word);

#endif
