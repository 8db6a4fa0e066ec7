/* What a command that talks to the Sovereign works with: signals, the HTTP thread, the Sovereign's clients. Main thread. */
#ifndef HEADLESS_SESSION_H
#define HEADLESS_SESSION_H

#include <stdatomic.h>

#include "headless/arguments.h"
#include "sovereign/sovereign.h"

struct session {
    struct http_thread *thread;
    struct sovereign *sovereign;
    const atomic_bool *cancel; /* true after Ctrl-C, SIGTERM or SIGHUP: blocking calls end with STATUS_INTERRUPTED */
    const struct arguments *arguments;
};

/* Blocks signals for all threads but this one, starts the HTTP thread, reads the configuration (its warnings go to stderr) and
 * builds the clients. Touches no network; but tunnels of the profile are started and waited for (10 s at most). */
enum status session_open(const struct arguments *arguments, struct session *ret, struct error *err);
void session_close(struct session *session);

/* The region of --region, or -1 when not given. STATUS_USAGE: no such region, with the names there are. */
enum status session_region(const struct session *session, int *ret, struct error *err);

/* "sovdeck: <text>" on stderr, sanitized. */
void session_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes to stdout; a closed pipe is not an error. */
void session_print(const char *text);
/* Flushes stdout. STATUS_IO when the output could not be written (a full disk). */
enum status session_flush(struct error *err);

#endif
