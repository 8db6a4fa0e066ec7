/* One NATS connection's life. The link owns a thread that connects, proves life with a ping every 2 s, reconnects for ever
 * and keeps the tails going; the library's own reconnecting is off, because it does not say why an attempt failed. Several
 * addresses are tried in turn; addresses that servers announce are never used (behind a tunnel they are somewhere else).
 * Callbacks run on that thread and the library's dispatcher, one at a time, in order; they only copy and post. */
#ifndef TRANSPORT_NATS_LINK_H
#define TRANSPORT_NATS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

#define NATS_LINK_STREAM_NAME_MAX 256

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

/* Secrets that may change: read again before each attempt to connect. Wiped and freed by the link. */
struct nats_link_secrets {
    char *token, *password; /* NULL: none */
};

/* Borrowed by nats_link_new, which copies. Credentials in an address come before the others; then, in this order: credentials
 * file, NKey, token, user. */
struct nats_link_options {
    const char *const *urls; /* NULL-terminated; nats:// or tls://, several in one text with commas between */
    const char *credentials_file; /* .creds: JWT and seed */
    const char *username, *password;
    const char *token;
    const char *nkey_seed_file;
    const char *ca_file;
    struct span ca_data;
    const char *certificate_file, *key_file;
    const char *server_name; /* expected in the certificate instead of the URL's host */
    bool require_tls;
    bool insecure;
    /* On the link's thread, where it may block (a command that prints a token); `refused`: the last ones were. NULL: none. free_secrets ends its context's life, also
     * when nats_link_new fails. */
    enum status (*read_secrets)(void *context, bool refused, struct nats_link_secrets *ret, struct error *err);
    void (*free_secrets)(void *context);
    void *secrets_context;
    const char *inbox_prefix;     /* instead of "_INBOX"; NULL: that */
    const char *jetstream_domain; /* NULL: the server's own */
    const char *jetstream_prefix; /* instead of "$JS.API"; comes before the domain. NULL: none */
    int64_t reconnect_wait_ms; /* 0: 1000, plus jitter of up to a fifth */
    int64_t probe_ms;          /* 0: 2000; the pause between pings and the time one may take. Two without answer: reconnect */
    int pending_messages;      /* 0: 4096; waiting per subscription before messages are dropped (and counted) */
};

struct nats_link_callbacks {
    void (*on_state)(void *context, const struct nats_link_status *status); /* state or text changed */
    void (*on_alive)(void *context, int64_t round_trip_us);                 /* a ping was answered; NULL for none */
};

struct nats_link;

/* Starts connecting; never blocks on the network. STATUS_USAGE, STATUS_INVALID or STATUS_IO for options that cannot work. */
enum status nats_link_new(const struct nats_link_options *options, const struct nats_link_callbacks *callbacks, void *context,
                          struct nats_link **ret, struct error *err);

/* Returns at once; connection, tails and thread end behind it. The tails' on_closed have run and no callback runs after it
 * returns. Not from a callback. */
void nats_link_free(struct nats_link *link);

/* Once per process, last, from main, after http_thread_free: waits for freed links to end and ends the library's threads. */
void nats_link_shutdown_library(void);
/* The same with a limit. False: something is still waiting for a network, leave the process with _exit. */
bool nats_link_shutdown_within(int64_t limit_ms);

/* Name of the first stream that stores `subject` (JetStream STREAM.NAMES). Blocks up to 2 s: on a worker. STATUS_NOT_FOUND: none;
 * STATUS_UNSUPPORTED: no JetStream; STATUS_FORBIDDEN: we may not ask; STATUS_UNREACHABLE: not connected. */
enum status nats_link_find_stream(struct nats_link *link, const char *subject, char *name, size_t size, struct error *err);
/* The same, all of them up to `maximum`. */
enum status nats_link_find_streams(struct nats_link *link, const char *subject, char names[][NATS_LINK_STREAM_NAME_MAX], size_t maximum,
                                   size_t *ret_count, struct error *err);

/* One request and its reply, raw. Blocks up to timeout_ms: on a worker. Caller frees *ret. */
enum status nats_link_request(struct nats_link *link, const char *subject, struct span payload, int64_t timeout_ms, char **ret,
                              size_t *ret_length, struct error *err);

/* A question to the JetStream API below its prefix: "STREAM.LIST". The reply's "error" becomes the status. Blocks up to 2 s. */
enum status nats_link_api(struct nats_link *link, const char *operation, struct span payload, char **ret, size_t *ret_length,
                          struct error *err);

/* Work on the link's own worker thread, where it may block on the questions above. When the link was not freed meanwhile `done`
 * follows, like a callback (copy and post); `dispose` always comes last, on whatever thread, and must touch nothing but memory.
 * False (disposed): too much is waiting. */
struct nats_link_job {
    void (*work)(struct nats_link *link, void *context);
    void (*done)(void *context);
    void (*dispose)(void *context);
};
bool nats_link_run(struct nats_link *link, const struct nats_link_job *job, void *context);

/* Address of the server we are connected to, sanitized, without credentials; false when not connected. Any thread. */
bool nats_link_server(struct nats_link *link, char *text, size_t size);

#endif
