/* Container logs of one region: bounded lines per container, read whole or followed. Thread-safe. */
#ifndef DEMO_DEMO_LOGS_H
#define DEMO_DEMO_LOGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytebuf.h"
#include "base/error.h"

#define DEMO_LOGS_LINES_MAX 4000 /* per container; the oldest go first */

struct demo_logs;

/* Whose log: `previous` is the log of the container's last, ended run. container NULL or "": the pod's only one. */
struct demo_log_key {
    const char *name_space, *pod, *container;
    bool is_previous;
};

struct demo_logs *demo_logs_new(void);
void demo_logs_free(struct demo_logs *logs);

/* Adds one line (without '\n'), stamped with the injectable clock. Makes the log when it is new. */
void demo_logs_append(struct demo_logs *logs, const struct demo_log_key *key, const char *line);
/* The same with a time of its own, for fixtures. */
void demo_logs_append_at(struct demo_logs *logs, const struct demo_log_key *key, int64_t at_ms, const char *line);

void demo_logs_end(struct demo_logs *logs, const struct demo_log_key *key); /* followers get the end; the lines stay */
void demo_logs_rotate(struct demo_logs *logs, const struct demo_log_key *key); /* a restart: current becomes previous */
void demo_logs_remove(struct demo_logs *logs, const char *name_space, const char *pod); /* every container's */

struct demo_log_read {
    struct demo_log_key key;
    uint64_t cursor;      /* number of the next line; 0 at first */
    bool has_timestamps;  /* each line begins with its time */
    int64_t since_ms;     /* older lines are left out; INT64_MIN: none */
    int timeout_ms;       /* real milliseconds to wait for the first new line */
};

bool demo_logs_exists(struct demo_logs *logs, const struct demo_log_key *key);

/* Number of the first of the newest `count` lines, for the cursor of a tail. */
uint64_t demo_logs_tail(struct demo_logs *logs, const struct demo_log_key *key, uint64_t count);

/* Appends lines from read->cursor on, whole lines only, as long as `out` has room, and moves the cursor.
 * STATUS_OK: lines were added. STATUS_TIMEOUT: none yet. STATUS_GONE: none, and the log has ended.
 * STATUS_NOT_FOUND: no such log. STATUS_INTERRUPTED: demo_logs_stop. */
enum status demo_logs_read(struct demo_logs *logs, struct demo_log_read *read, struct bytebuf *out);

void demo_logs_stop(struct demo_logs *logs); /* wakes every reader */

#endif
