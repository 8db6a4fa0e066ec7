/* One message as it was taken off a stream, and how it reads: a line for lists, a page for people. Everything a publisher wrote is
 * sanitized on the way to a text. What looks like a secret (a key or a member named password, token, …) is not shown. */
#ifndef SPINE_SPINE_MESSAGE_H
#define SPINE_SPINE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytebuf.h"
#include "transport/nats_tail.h"

#define SPINE_MESSAGE_KEPT_MAX ((size_t)256 << 10) /* bytes of a payload that are kept */
#define SPINE_MESSAGE_PREVIEW_MAX 240

struct spine_message {
    uint64_t sequence; /* 0: core NATS */
    int64_t at_ms;
    bool is_whole; /* see struct nats_tail_message */
    char stream[NATS_LINK_STREAM_NAME_MAX];
    char *subject; /* sanitized */
    char *headers; /* "Name: value" lines, sanitized; "" for none */
    char *payload; /* raw, the first `kept` bytes */
    size_t size, kept;
    char preview[SPINE_MESSAGE_PREVIEW_MAX]; /* one line, sanitized, secrets masked */
    uint64_t missing; /* > 0: no message but a gap of that many sequences before `sequence` */
    char operation;   /* of a bucket: 'P' put, 'D' delete, 'X' purge */
};

struct spine_message *spine_message_new(const struct nats_tail_message *message); /* a copy */
void spine_message_free(struct spine_message *message);
size_t spine_message_cost(const struct spine_message *message); /* bytes of memory */

/* Subject, times, sizes, headers, then the content: JSON made readable, text, or hex. */
void spine_message_write(const struct spine_message *message, struct bytebuf *out);

bool spine_message_is_secret(struct span name); /* "db.password", "api-token" */

/* Does the filter pass it? A filter with '*' or '>' is a NATS subject, anything else words in subject and content. */
bool spine_message_passes(const struct spine_message *message, struct span filter);

/* An age that does not run by the second: "<1m", "4m", "2h5m"; "" for TIMESTAMP_NONE. */
void spine_message_age(char *out, size_t size, int64_t at_ms, int64_t now_ms);
/* "512 B", "1.4 MiB" */
void spine_message_bytes(char *out, size_t size, uint64_t bytes);

#endif
