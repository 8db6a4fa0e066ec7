/* A message of the stream `catalyst.>` in words for the timeline (domain.md 3.5, 3.6): envelopes, bare payloads and audit
 * records. Wire words that are not ours (tenant) do not reach the screen. Pure; any thread. */
#ifndef FEED_NATS_EVENT_H
#define FEED_NATS_EVENT_H

#include <stdbool.h>

#include "base/span.h"
#include "store/timeline.h"

#define NATS_EVENT_PAYLOAD_MAX ((size_t)256 << 10)

/* `at_ms` is when the stream stored it, for payloads without a time of their own. Never fails: what cannot be read is named by
 * its subject. */
void nats_event_read(struct span subject, struct span payload, int64_t at_ms, struct timeline_entry *entry);

#endif
