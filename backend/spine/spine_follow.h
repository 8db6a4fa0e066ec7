/* Follows a subject for a screen or a command: messages wait in a bounded queue until their owner takes them into a log. Made, asked
 * and freed on the UI thread. Nothing is created that outlives it but an ephemeral consumer, which the server ends by itself. */
#ifndef SPINE_SPINE_FOLLOW_H
#define SPINE_SPINE_FOLLOW_H

#include "base/inbox.h"
#include "spine/spine_log.h"
#include "transport/nats_tail.h"

#define SPINE_FOLLOW_WAITING_MAX 4000
#define SPINE_FOLLOW_BYTES_MAX ((size_t)32 << 20)

struct spine_follow;

/* `woken` runs on the UI thread through the inbox when something new is there (coalesced). */
struct spine_follow *spine_follow_new(struct nats_link *link, const struct nats_tail_options *options, struct inbox *inbox,
                                      void (*woken)(void *context), void *context);
void spine_follow_free(struct spine_follow *follow, bool link_is_alive); /* NULL is fine */

/* Moves what waits into the log, oldest first; true when there was something. */
bool spine_follow_take(struct spine_follow *follow, struct spine_log *log);

struct spine_follow_state {
    enum nats_tail_state state;
    char stream[256], text[ERROR_TEXT_MAX];
    size_t waiting;       /* not yet taken */
    uint64_t overflowed;  /* went off the queue's front while nobody took them */
    struct nats_tail_counters counters;
};
void spine_follow_look(struct spine_follow *follow, struct spine_follow_state *ret);

#endif
