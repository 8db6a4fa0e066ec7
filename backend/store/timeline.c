/* A bounded list sorted by the time of the event: pointers, so that a late arrival moves little. */
#include "store/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct timeline {
    struct timeline_entry **entries; /* oldest first */
    size_t count, maximum;
    uint64_t sequence, dropped, generation;
};

struct timeline *timeline_new(size_t maximum)
{
    struct timeline *timeline = alloc_new(struct timeline);
    timeline->maximum = maximum > 0 ? maximum : 1;
    timeline->entries = alloc_zeroed(timeline->maximum, sizeof *timeline->entries);
    return timeline;
}

void timeline_free(struct timeline *timeline)
{
    if (timeline == NULL)
        return;
    for (size_t i = 0; i < timeline->count; i++)
        free(timeline->entries[i]);
    free(timeline->entries);
    free(timeline);
}

static bool is_same(const struct timeline_entry *a, const struct timeline_entry *b)
{
    return a->source == b->source && a->region == b->region && strcmp(a->object, b->object) == 0 && strcmp(a->text, b->text) == 0;
}

/* Index of the first entry newer than at_ms. */
static size_t place(const struct timeline *timeline, int64_t at_ms)
{
    size_t low = 0, high = timeline->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (timeline->entries[middle]->at_ms <= at_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool timeline_add(struct timeline *timeline, const struct timeline_entry *entry)
{
    size_t at = place(timeline, entry->at_ms);
    for (size_t i = at; i > 0 && timeline->entries[i - 1]->at_ms == entry->at_ms; i--)
        if (is_same(timeline->entries[i - 1], entry))
            return false;
    struct timeline_entry *kept = NULL;
    if (timeline->count == timeline->maximum) {
        timeline->dropped++;
        if (at == 0)
            return false;
        kept = timeline->entries[0];
        memmove(timeline->entries, timeline->entries + 1, --timeline->count * sizeof *timeline->entries);
        at--;
    } else {
        kept = alloc_new(struct timeline_entry);
    }
    memmove(timeline->entries + at + 1, timeline->entries + at, (timeline->count - at) * sizeof *timeline->entries);
    *kept = *entry;
    kept->sequence = ++timeline->sequence;
    timeline->entries[at] = kept;
    timeline->count++;
    timeline->generation++;
    return true;
}

size_t timeline_count(const struct timeline *timeline)
{
    return timeline->count;
}

const struct timeline_entry *timeline_at(const struct timeline *timeline, size_t index)
{
    return index < timeline->count ? timeline->entries[timeline->count - 1 - index] : NULL;
}

uint64_t timeline_dropped(const struct timeline *timeline)
{
    return timeline->dropped;
}

uint64_t timeline_generation(const struct timeline *timeline)
{
    return timeline->generation;
}

static const char *const SOURCE_NAMES[TIMELINE_SOURCE_COUNT] = {
    [TIMELINE_SOURCE_KUBE_EVENT] = "event", [TIMELINE_SOURCE_FLUX] = "flux",           [TIMELINE_SOURCE_CUTOVER] = "cutover",
    [TIMELINE_SOURCE_NATS] = "nats",        [TIMELINE_SOURCE_OPERATION] = "operation", [TIMELINE_SOURCE_FEED] = "feed",
};

const char *timeline_source_name(enum timeline_source source)
{
    return SOURCE_NAMES[source];
}
