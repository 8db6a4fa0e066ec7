/* A ring of events in version order; see demo_history.h. */
#include "demo/demo_history.h"

#include <stdlib.h>

#include "base/alloc.h"

void demo_event_clear(struct demo_event *event)
{
    demo_object_unref(event->object);
    demo_object_unref(event->previous);
    *event = (struct demo_event){0};
}

void demo_history_init(struct demo_history *history, uint64_t floor)
{
    *history = (struct demo_history){.ring = alloc_zeroed(DEMO_HISTORY_MAX, sizeof *history->ring), .floor = floor};
}

static void drop_oldest(struct demo_history *history)
{
    struct demo_event *event = &history->ring[history->first];
    history->floor = event->version;
    history->bytes -= event->object->body_length;
    demo_event_clear(event);
    history->first = (history->first + 1) % DEMO_HISTORY_MAX;
    history->count--;
}

void demo_history_done(struct demo_history *history)
{
    while (history->count > 0)
        drop_oldest(history);
    free(history->ring);
    history->ring = NULL;
}

void demo_history_drop_all(struct demo_history *history, uint64_t floor)
{
    while (history->count > 0)
        drop_oldest(history);
    history->floor = floor;
}

void demo_history_add(struct demo_history *history, const struct demo_event *event)
{
    size_t length = event->object->body_length;
    while (history->count == DEMO_HISTORY_MAX || (history->count > 0 && history->bytes + length > DEMO_HISTORY_BYTES_MAX))
        drop_oldest(history);
    struct demo_event *slot = &history->ring[(history->first + history->count) % DEMO_HISTORY_MAX];
    *slot = *event;
    demo_object_ref(slot->object);
    demo_object_ref(slot->previous);
    history->count++;
    history->bytes += length;
}

static const struct demo_event *at(const struct demo_history *history, size_t index)
{
    return &history->ring[(history->first + index) % DEMO_HISTORY_MAX];
}

/* Index of the first event newer than `version`. */
static size_t index_after(const struct demo_history *history, uint64_t version)
{
    size_t low = 0, high = history->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (at(history, middle)->version <= version)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct demo_event *demo_history_next(const struct demo_history *history, const struct demo_kind *kind,
                                           uint64_t cursor)
{
    for (size_t i = index_after(history, cursor); i < history->count; i++) {
        const struct demo_event *event = at(history, i);
        if (kind == NULL || event->object->kind == kind)
            return event;
    }
    return NULL;
}

void demo_history_undo(const struct demo_history *history, const struct demo_kind *kind, uint64_t version,
                       struct demo_shelf *shelf)
{
    size_t first = index_after(history, version);
    for (size_t i = history->count; i-- > first;) {
        const struct demo_event *event = at(history, i);
        if (event->object->kind != kind)
            continue;
        if (event->type == DEMO_EVENT_ADDED)
            demo_shelf_remove(shelf, event->object->key);
        else
            demo_shelf_put(shelf, demo_object_ref(event->previous));
    }
}
