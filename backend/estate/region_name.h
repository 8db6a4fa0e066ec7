/* Region names as they come: bare ("fsn", "me-east-215-a"), numbered ("fsn1"), or as a full cluster name
 * ("hw-me-east-215-a-rtz-prod"). Rules: domain.md 1.2. Pure. */
#ifndef ESTATE_REGION_NAME_H
#define ESTATE_REGION_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "store/store.h"

/* The bare region in `name`: a slice of it. Empty for the placeholder of bootstrap-owned Applications, which is no region. */
struct span region_name_fold(struct span name);

/* Two names mean the same region: equal when folded, or equal but for the number that one of them leaves out. */
bool region_name_matches(struct span a, struct span b);

/* Index of the store's region that `name` means; -1: none of ours. */
int region_name_find(const struct store *store, struct span name);

/* "fsn, hel" from the items of a LIST (or the first parts of PAIRS): folded, placeholder hidden, doubles dropped. Returns out. */
const char *region_name_join(struct span list, char *out, size_t size);

#endif
