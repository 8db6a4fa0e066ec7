/* Keeping messages and keys; see spine_log.h. */
#include "spine/spine_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void spine_log_init(struct spine_log *log, bool is_bucket)
{
    *log = (struct spine_log){.is_bucket = is_bucket};
}

void spine_log_done(struct spine_log *log)
{
    for (size_t i = 0; i < log->items.count; i++)
        spine_message_free(log->items.items[i]);
    ARRAY_FREE(&log->items);
}

const char *spine_log_key(const struct spine_message *message)
{
    const char *key = message->subject;
    for (int dots = 0; dots < 2 && key != NULL; dots++) {
        key = strchr(key, '.');
        key = key != NULL ? key + 1 : NULL;
    }
    return key != NULL ? key : message->subject;
}

static void let_go(struct spine_log *log)
{
    size_t drop = 0, bytes = log->bytes;
    while (drop < log->items.count && (log->items.count - drop > SPINE_LOG_MESSAGES_MAX || bytes > SPINE_LOG_BYTES_MAX)) {
        bytes -= spine_message_cost(log->items.items[drop]);
        log->let_go += log->items.items[drop]->missing == 0;
        spine_message_free(log->items.items[drop++]);
    }
    if (drop > 0)
        memmove(log->items.items, log->items.items + drop, (log->items.count - drop) * sizeof *log->items.items);
    log->items.count -= drop;
    log->bytes = bytes;
}

static void append(struct spine_log *log, struct spine_message *message)
{
    log->bytes += spine_message_cost(message);
    ARRAY_PUSH(&log->items, message);
}

static void append_gap(struct spine_log *log, const struct spine_message *behind, uint64_t missing)
{
    struct spine_message *gap = alloc_new(struct spine_message);
    gap->sequence = behind->sequence;
    gap->at_ms = behind->at_ms;
    gap->missing = missing;
    gap->subject = alloc_strdup("");
    gap->headers = alloc_strdup("");
    gap->payload = alloc_strdup("");
    snprintf(gap->stream, sizeof gap->stream, "%s", behind->stream);
    snprintf(gap->preview, sizeof gap->preview, "%llu sequence%s missing (deleted, expired, or not permitted)", (unsigned long long)missing,
             missing == 1 ? "" : "s");
    append(log, gap);
}

/* Where the stream of the message was, to be set; NULL: too many streams. */
static uint64_t *place_of(struct spine_log *log, const char *stream)
{
    for (size_t i = 0; i < log->stream_count; i++)
        if (strcmp(log->streams[i].name, stream) == 0)
            return &log->streams[i].sequence;
    if (log->stream_count == SPINE_LOG_STREAMS_MAX)
        return NULL;
    snprintf(log->streams[log->stream_count].name, sizeof log->streams[0].name, "%s", stream);
    return &log->streams[log->stream_count++].sequence;
}

static size_t find_key(const struct spine_log *log, const char *key, bool *found)
{
    size_t low = 0, high = log->items.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(spine_log_key(log->items.items[middle]), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < log->items.count && strcmp(spine_log_key(log->items.items[low]), key) == 0;
    return low;
}

static void put_key(struct spine_log *log, struct spine_message *message)
{
    bool found;
    size_t at = find_key(log, spine_log_key(message), &found);
    if (found && log->items.items[at]->sequence > message->sequence && log->items.items[at]->at_ms > message->at_ms) {
        spine_message_free(message); /* older than what is known */
    } else if (found) {
        log->bytes += spine_message_cost(message) - spine_message_cost(log->items.items[at]);
        spine_message_free(log->items.items[at]);
        log->items.items[at] = message;
    } else if (log->items.count >= SPINE_LOG_KEYS_MAX || log->bytes > SPINE_LOG_BYTES_MAX) {
        log->let_go++;
        spine_message_free(message);
    } else {
        append(log, message);
        memmove(log->items.items + at + 1, log->items.items + at, (log->items.count - 1 - at) * sizeof *log->items.items);
        log->items.items[at] = message;
    }
}

void spine_log_add(struct spine_log *log, struct spine_message *message)
{
    if (log->is_bucket) {
        put_key(log, message);
        return;
    }
    uint64_t *place = message->sequence > 0 ? place_of(log, message->stream) : NULL;
    if (place != NULL && message->is_whole && *place > 0 && message->sequence > *place + 1)
        append_gap(log, message, message->sequence - *place - 1);
    if (place != NULL)
        *place = message->sequence;
    append(log, message);
    let_go(log);
}

void spine_log_expire(struct spine_log *log, int64_t max_age_ms, int64_t now_ms)
{
    if (max_age_ms <= 0)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < log->items.count; i++) {
        struct spine_message *message = log->items.items[i];
        if (message->at_ms + max_age_ms > now_ms) {
            log->items.items[kept++] = message;
            continue;
        }
        log->bytes -= spine_message_cost(message);
        spine_message_free(message);
    }
    log->items.count = kept;
}
