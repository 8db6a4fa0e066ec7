/* The newest events of a store, bounded in number and bytes: what watches and old list versions are served from.
 * One thread at a time. */
#ifndef DEMO_DEMO_HISTORY_H
#define DEMO_DEMO_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "demo/demo_object.h"
#include "demo/demo_shelf.h"

#define DEMO_HISTORY_MAX 16384              /* events */
#define DEMO_HISTORY_BYTES_MAX (128u << 20) /* of object text they may hold */

enum demo_event_type { DEMO_EVENT_ADDED, DEMO_EVENT_MODIFIED, DEMO_EVENT_DELETED };

struct demo_event {
    enum demo_event_type type;
    struct demo_object *object;   /* for DELETED: the last state, at the version of the deletion */
    struct demo_object *previous; /* NULL for ADDED */
    uint64_t version;
};

void demo_event_clear(struct demo_event *event); /* gives the references back */

struct demo_history {
    struct demo_event *ring;
    size_t first, count, bytes;
    uint64_t floor; /* version of the newest event that was dropped: older cursors get 410 */
};

void demo_history_init(struct demo_history *history, uint64_t floor);
void demo_history_done(struct demo_history *history);

/* Takes references of its own. Drops the oldest events when full. */
void demo_history_add(struct demo_history *history, const struct demo_event *event);
void demo_history_drop_all(struct demo_history *history, uint64_t floor);

/* The first event after `cursor`, of `kind` unless NULL; borrowed. NULL: none. */
const struct demo_event *demo_history_next(const struct demo_history *history, const struct demo_kind *kind,
                                           uint64_t cursor);

/* Takes back on `shelf`, newest first, what happened to its kind after `version`. */
void demo_history_undo(const struct demo_history *history, const struct demo_kind *kind, uint64_t version,
                       struct demo_shelf *shelf);

#endif
