/* What happened, in one order: Kubernetes events, Flux and cutover transitions, NATS messages, own operations.
 * A bounded ring; the oldest entries go first. UI thread. All text sanitized. */
#ifndef STORE_TIMELINE_H
#define STORE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "store/tone.h"

enum timeline_source { TIMELINE_SOURCE_KUBE_EVENT, TIMELINE_SOURCE_FLUX, TIMELINE_SOURCE_CUTOVER, TIMELINE_SOURCE_NATS,
                       TIMELINE_SOURCE_OPERATION, TIMELINE_SOURCE_FEED, TIMELINE_SOURCE_COUNT };

struct timeline_entry {
    uint64_t sequence; /* 1, 2, ...: identity */
    int64_t at_ms;     /* wall clock of the event itself */
    enum timeline_source source;
    enum tone tone;
    int region; /* -1: none */
    char object[128];
    char text[256];
};

struct timeline;
struct timeline *timeline_new(size_t maximum);
void timeline_free(struct timeline *timeline);
/* Adds an entry (sequence is set here). False when a kept one has the same source, region, time, object and text, or when the
 * ring is full of newer ones. */
bool timeline_add(struct timeline *timeline, const struct timeline_entry *entry);
size_t timeline_count(const struct timeline *timeline);
const struct timeline_entry *timeline_at(const struct timeline *timeline, size_t index); /* 0: newest by at_ms */
uint64_t timeline_dropped(const struct timeline *timeline); /* entries that had to go for want of room */
uint64_t timeline_generation(const struct timeline *timeline);
const char *timeline_source_name(enum timeline_source source);

#endif
