/* One NATS connection's life. The link owns a thread that connects, proves life with a ping every 2 s, reconnects for ever
 * and keeps the tails going; the library's own reconnecting is off, because it does not say why an attempt failed.
 * Callbacks run on that thread and the library's dispatcher, one at a time, in order; they only copy and post. */
#ifndef TRANSPORT_NATS_LINK_H
#define TRANSPORT_NATS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

enum nats_link_state {
    NATS_LINK_STATE_CONNECTING, /* not yet connected, or lost and coming back; text says why */
    NATS_LINK_STATE_LIVE,
    NATS_LINK_STATE_DRAINING, /* the server announced its shutdown (lame duck); not an alarm */
    NATS_LINK_STATE_REFUSED,  /* wrong credentials or certificate; tried again */
};

struct nats_link_status {
    enum nats_link_state state;
    enum status status; /* STATUS_OK when live or draining */
    const char *text;   /* one sentence naming the server, sanitized. Borrowed for the call */
};

/* Borrowed by nats_link_new, which copies. */
struct nats_link_options {
    const char *const *urls; /* NULL-terminated; nats:// or tls:// */
    const char *credentials_file;
    const char *username, *password;
    const char *token;
    const char *nkey_seed_file, *nkey_public; /* both or none */
    const char *ca_file;
    struct span ca_data;
    const char *certificate_file, *key_file;
    const char *server_name; /* expected in the certificate instead of the URL's host */
    bool require_tls;
    bool insecure;
    int64_t reconnect_wait_ms; /* 0: 1000, plus jitter of up to a fifth */
    int64_t probe_ms;          /* 0: 2000; the pause between pings and the time one may take. Two without answer: reconnect */
};

struct nats_link_callbacks {
    void (*on_state)(void *context, const struct nats_link_status *status); /* state or text changed */
    void (*on_alive)(void *context, int64_t round_trip_us);                 /* a ping was answered; NULL for none */
};

struct nats_link;

/* Starts connecting; never blocks on the network. STATUS_USAGE or STATUS_IO for options that cannot work. */
enum status nats_link_new(const struct nats_link_options *options, const struct nats_link_callbacks *callbacks, void *context,
                          struct nats_link **ret, struct error *err);

/* Closes the tails that are left, the connection and the thread. No callback runs after it returns. Not from a callback.
 * May take as long as a connection attempt that is under way (2 s). */
void nats_link_free(struct nats_link *link);

/* Once per process, last, from main, after http_thread_free: ends the library's threads. */
void nats_link_shutdown_library(void);

/* Name of the stream that stores `subject` (JetStream STREAM.NAMES). Blocks up to 2 s: on a worker. STATUS_NOT_FOUND: none;
 * STATUS_UNSUPPORTED: no JetStream; STATUS_UNREACHABLE: not connected. */
enum status nats_link_find_stream(struct nats_link *link, const char *subject, char *name, size_t size, struct error *err);

/* One request and its reply (JetStream management, raw JSON out). Blocks up to timeout_ms: on a worker. Caller frees *ret. */
enum status nats_link_request(struct nats_link *link, const char *subject, struct span payload, int64_t timeout_ms, char **ret,
                              size_t *ret_length, struct error *err);

/* Address of the server we are connected to, sanitized, without credentials; false when not connected. Any thread. */
bool nats_link_server(struct nats_link *link, char *text, size_t size);

#endif
