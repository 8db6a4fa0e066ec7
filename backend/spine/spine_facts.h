/* What JetStream says of its streams and consumers (STREAM.LIST, CONSUMER.LIST; domain contract 3.8). Asked in pages with a bound;
 * nothing is created or changed. Texts are sanitized, but for the names that questions are asked with. */
#ifndef SPINE_SPINE_FACTS_H
#define SPINE_SPINE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "decode/json_reader.h"
#include "transport/nats_link.h"

#define SPINE_FACTS_MAXIMUM 4096 /* streams, or consumers of a stream; more are counted and left out */
#define SPINE_NAME_MAX NATS_LINK_STREAM_NAME_MAX

enum spine_use { SPINE_USE_STREAM, SPINE_USE_BUCKET, SPINE_USE_OBJECTS }; /* KV_… and OBJ_… are how clients build the others */

struct spine_stream {
    char name[SPINE_NAME_MAX];  /* raw */
    char shown[SPINE_NAME_MAX]; /* without KV_ or OBJ_ */
    char subjects[200];         /* "catalyst.>, ws.>"; or "mirror of X" */
    char storage[8], retention[16], leader[64];
    char first_subject[200]; /* raw; a bucket's "$KV.name.>" */
    enum spine_use use;
    uint64_t messages, bytes, first_sequence, last_sequence, deleted, consumers;
    int64_t last_ms, max_age_ms; /* last_ms: TIMESTAMP_NONE for none; max_age_ms 0: none */
    int64_t max_messages, max_bytes; /* -1: none */
    int64_t max_per_subject;         /* a bucket's history; -1: none */
    unsigned replicas, absent; /* absent: replicas that are offline or not current */
    uint64_t lag;              /* the slowest replica's, in operations */
};

struct spine_consumer {
    char name[SPINE_NAME_MAX]; /* sanitized */
    char filter[200];          /* "" for everything */
    char ack[16];              /* "explicit", "none", "all" */
    bool is_durable, is_push, is_bound, is_paused;
    uint64_t pending, ack_pending, redelivered, waiting;
    uint64_t delivered, acked;   /* stream sequences */
    int64_t delivered_ms;        /* TIMESTAMP_NONE: never */
};

struct spine_streams {
    ARRAY(struct spine_stream) items;
    uint64_t total; /* as the server counts them */
};

struct spine_consumers {
    ARRAY(struct spine_consumer) items;
    uint64_t total;
};

/* Blocking, on the link's worker or headless. STATUS_UNSUPPORTED: no JetStream; STATUS_FORBIDDEN: we may not ask. Sorted by name. */
enum status spine_facts_ask_streams(struct nats_link *link, struct spine_streams *ret, struct error *err);
enum status spine_facts_ask_consumers(struct nats_link *link, const char *stream, struct spine_consumers *ret, struct error *err);
void spine_facts_free_streams(struct spine_streams *streams);
void spine_facts_free_consumers(struct spine_consumers *consumers);

/* One element of "streams" or "consumers" of a reply. */
void spine_facts_read_stream(struct json_value info, struct spine_stream *ret);
void spine_facts_read_consumer(struct json_value info, struct spine_consumer *ret);

#endif
