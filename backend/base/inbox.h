/* The one way from other threads to the UI thread: a bounded queue of messages, woken by an eventfd.
 *
 * A message carries the function that applies it on the UI thread and the one that frees it. Messages with the same
 * non-zero `coalesce` key replace each other in place while they wait (the newest payload wins, the old one is disposed).
 * When the queue is full, inbox_post refuses, disposes the message and counts it: the producer must then resync. */
#ifndef BASE_INBOX_H
#define BASE_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inbox_message {
    void (*apply)(void *payload, void *context); /* UI thread; context as given to inbox_drain. Does not free payload */
    void (*dispose)(void *payload);              /* frees payload; NULL for none */
    void *payload;                               /* owned by the inbox from inbox_post on, success or not */
    size_t size;                                 /* bytes charged against the limit; 0 counts as 64 */
    uint64_t coalesce;                           /* 0: never coalesced */
};

struct inbox_counters {
    uint64_t posted, applied, coalesced, dropped;
};

struct inbox;

struct inbox *inbox_new(size_t maximum_messages, size_t maximum_bytes);
void inbox_free(struct inbox *inbox); /* disposes what waits; no producer may be left */
int inbox_fd(const struct inbox *inbox); /* readable while messages wait */
bool inbox_post(struct inbox *inbox, struct inbox_message message); /* any thread; false: full, message disposed */

/* Applies waiting messages in order until none is left or `budget_ms` (real time) is used up; returns how many.
 * The fd stays readable when some are left. UI thread only. */
size_t inbox_drain(struct inbox *inbox, void *context, int64_t budget_ms);

bool inbox_is_empty(struct inbox *inbox);
struct inbox_counters inbox_counters(struct inbox *inbox);

#endif
