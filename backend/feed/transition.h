/* What changed between two states of an object, in words for the timeline: Flux objects (ready, suspended, revision) and the
 * cutover's status ConfigMap (its claims, step by step; domain.md 4.5, cutover contract 3.3). Pure. */
#ifndef FEED_TRANSITION_H
#define FEED_TRANSITION_H

#include <stddef.h>
#include <stdint.h>

#include "store/row.h"
#include "store/timeline.h"

#define TRANSITION_ENTRIES_MAX 16

/* before NULL: it is new; after NULL: it is gone. `now_ms` is the wall time for changes that carry none of their own. Returns
 * how many entries were written: 0 for kinds that the timeline does not follow. */
size_t transition_compare(const struct row *before, const struct row *after, int64_t now_ms,
                          struct timeline_entry entries[TRANSITION_ENTRIES_MAX]);

#endif
