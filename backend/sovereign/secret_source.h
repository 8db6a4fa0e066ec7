/* Where a secret comes from: a file, or the first line that a command prints. Never from the configuration itself.
 *
 * A file is read whenever it is asked for. A command runs once, again when its secret was refused or has aged out, and never in a hot
 * loop: a failure is remembered for 5 s, then twice as long each time up to a minute. Any thread but the UI's and the HTTP thread,
 * because a command takes its time (30 s at most); several threads at once are fine and share one run. */
#ifndef SOVEREIGN_SECRET_SOURCE_H
#define SOVEREIGN_SECRET_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define SECRET_SOURCE_MAXIMUM ((size_t)64 << 10) /* bytes of a secret */

struct secret_source_options { /* borrowed for the call */
    const char *what;           /* "token" or "password" and of whom: "token of catalyst-api" */
    const char *file;           /* NULL: none; wins over the command */
    const char *const *command; /* argv, NULL-terminated; NULL: none */
    int64_t refresh_ms;         /* the command's secret is asked for again after that long; 0: only when it was refused */
    int64_t timeout_ms;         /* 0: 30 s */
};

struct secret_source;

struct secret_source *secret_source_new(const struct secret_source_options *options); /* NULL when there is neither file nor command */
void secret_source_free(struct secret_source *source); /* NULL is fine; nobody may be in secret_source_get */

bool secret_source_runs_command(const struct secret_source *source);

/* The secret as new text; the caller gives it to secret_source_wipe. STATUS_UNAUTHENTICATED: the command failed, or there is nothing in
 * file or output that could be a secret; STATUS_IO: no such file or program; STATUS_TIMEOUT; STATUS_INTERRUPTED: *cancel (may be
 * NULL). Texts name file or command, never the secret. */
enum status secret_source_get(struct secret_source *source, const atomic_bool *cancel, char **ret, struct error *err);
void secret_source_wipe(char *secret); /* frees; NULL is fine */

/* The server did not accept the secret given last: the next call runs the command again. Any thread. */
void secret_source_refuse(struct secret_source *source);

/* The command's secret is older than refresh_ms (or there is none yet): who keeps a copy should ask again. Any thread. */
bool secret_source_is_due(struct secret_source *source);

#endif
