/* Programs that sovdeck starts: exec credential plugins, secret commands, tunnels. Never through a shell.
 *
 * A child gets a session of its own (no controlling terminal: a program that wants to ask a person gets ENXIO from /dev/tty and
 * fails), stdin from given bytes or /dev/null, default signals, none of sovdeck's descriptors, and the environment plus `env`.
 * Whatever it prints is bounded. Ending one ends its whole process group. All times are real milliseconds (the injectable
 * clock is not asked: other programs do not know it). */
#ifndef BASE_SUBPROCESS_H
#define BASE_SUBPROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bytebuf.h"
#include "base/error.h"
#include "base/span.h"

#define SUBPROCESS_OUTPUT_MAXIMUM ((size_t)64 << 10)
#define SUBPROCESS_STOP_GRACE_MS 2000
#define SUBPROCESS_LINE_MAX 256

/* Borrowed for the call. */
struct subprocess_options {
    const char *const *argv; /* NULL-terminated; argv[0] with a slash is a path, anything else is looked up in PATH */
    const char *const *env;  /* "NAME=value", NULL-terminated, put over the environment; NULL: none */
    const char *what;        /* for error texts: "exec plugin 'aws'"; NULL: the program's name in quotes */
    struct span input;       /* stdin; empty: /dev/null */
    size_t output_maximum;   /* bytes of stdout, and of stderr, each; 0: SUBPROCESS_OUTPUT_MAXIMUM. Over it the child is killed */
    int64_t timeout_ms;      /* 0: none */
    bool dies_with_thread;   /* it is killed when the thread that starts it ends, also when sovdeck is killed */
    const atomic_bool *cancel; /* looked at several times a second; NULL: never */
};

/* Init not needed; subprocess_result_done wipes, as the output may be a secret. */
struct subprocess_result {
    struct bytebuf output, errors; /* raw bytes of stdout and stderr */
    int exit_code;                 /* -1: killed by a signal, or never started */
    int signal;                    /* 0: none */
};

/* Runs the program to its end; blocks. STATUS_OK only for exit code 0. Else a sentence, and the status
 *   STATUS_NOT_FOUND    no such program (in PATH)            STATUS_IO           it could not be started
 *   STATUS_INVALID      exit code, or killed by a signal; with the first line of its stderr
 *   STATUS_TIMEOUT      killed after timeout_ms              STATUS_TOO_BIG      killed, printed over output_maximum
 *   STATUS_INTERRUPTED  killed because *cancel
 * `result` is filled in every case (what was printed so far); done by the caller. Any thread. */
enum status subprocess_run(const struct subprocess_options *options, struct subprocess_result *result, struct error *err);
void subprocess_result_done(struct subprocess_result *result);

/* A program that stays: a tunnel. No call blocks except subprocess_free (which kills first). One thread at a time.
 * stdout and stderr are one stream; only its last line is kept. */
struct subprocess;

/* timeout_ms, output_maximum and cancel do not apply. STATUS_NOT_FOUND or STATUS_IO with a sentence. */
enum status subprocess_start(const struct subprocess_options *options, struct subprocess **ret, struct error *err);
pid_t subprocess_pid(const struct subprocess *process);

/* Becomes readable when something was printed, and when the program has ended: then call subprocess_is_alive, which reads it.
 * -1 after it was closed by the program. Never changes otherwise. */
int subprocess_fd(const struct subprocess *process);

/* Reads what was printed, notices the end, sends SIGKILL when a stop's grace is over. Call it about once a second at least:
 * a program that prints waits when nobody reads. */
bool subprocess_is_alive(struct subprocess *process);

/* Last non-empty line printed, sanitized; "" when nothing was. */
const char *subprocess_last_line(const struct subprocess *process);

/* Why it is no longer alive: "ended with exit code 255: Connection refused", "was killed by signal 9 (Killed)". STATUS_OK and
 * err untouched while alive; else STATUS_INVALID. The text begins with `what`. */
enum status subprocess_explain(const struct subprocess *process, struct error *err);

/* SIGTERM to its group now; SIGKILL after SUBPROCESS_STOP_GRACE_MS from the following calls of subprocess_is_alive. */
void subprocess_stop(struct subprocess *process);
void subprocess_free(struct subprocess *process); /* SIGKILL to the group if alive, reaps; NULL is fine */

#endif
