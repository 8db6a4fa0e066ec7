/* What a NATS server says of itself before anybody logs in: the INFO line, its first one, never encrypted unless the server was told
 * to shake hands first (NATS client protocol, INFO). The client library does not tell its version. */
#ifndef TRANSPORT_NATS_GREETING_H
#define TRANSPORT_NATS_GREETING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

struct nats_greeting {
    char version[48], server[96], cluster[96]; /* sanitized; "" when not said */
    bool has_jetstream, wants_login, wants_tls;
};

/* Connects to "host:port" or "[::1]:port", reads the line, leaves. Blocks up to timeout_ms of real time, and for the name's look-up.
 * STATUS_UNREACHABLE, STATUS_TIMEOUT, STATUS_INVALID: no NATS greets there. */
enum status nats_greeting_read(const char *address, int64_t timeout_ms, struct nats_greeting *ret, struct error *err);

/* The line alone. Pure. */
enum status nats_greeting_parse(struct span line, struct nats_greeting *ret, struct error *err);

#endif
