/* The messages a tail has shown, oldest first, with a row of its own where sequences are missing. And a bucket: the last message of
 * each key. Pure; UI thread. Both are bounded and count what they let go. */
#ifndef SPINE_SPINE_LOG_H
#define SPINE_SPINE_LOG_H

#include "base/array.h"
#include "base/hash_table.h"
#include "spine/spine_message.h"

#define SPINE_LOG_MESSAGES_MAX 2000
#define SPINE_LOG_BYTES_MAX ((size_t)32 << 20)
#define SPINE_LOG_KEYS_MAX 10000
#define SPINE_LOG_STREAMS_MAX 16

struct spine_log {
    bool is_bucket;
    ARRAY(struct spine_message *) items; /* a bucket's: sorted by key */
    size_t bytes;
    uint64_t let_go; /* old messages, or keys beyond the maximum */
    struct { /* where each stream was */
        char name[NATS_LINK_STREAM_NAME_MAX];
        uint64_t sequence;
    } streams[SPINE_LOG_STREAMS_MAX];
    size_t stream_count;
};

void spine_log_init(struct spine_log *log, bool is_bucket);
void spine_log_done(struct spine_log *log);
void spine_log_add(struct spine_log *log, struct spine_message *message); /* takes it */

/* A bucket's keys whose time is over: the server tells nobody. max_age_ms 0: they stay. */
void spine_log_expire(struct spine_log *log, int64_t max_age_ms, int64_t now_ms);

/* The key of a bucket's message: its subject behind "$KV.BUCKET.". */
const char *spine_log_key(const struct spine_message *message);

#endif
