/* Starting a program in a session of its own with three descriptors and nothing else of ours. Inside base only. */
#ifndef BASE_SUBPROCESS_SPAWN_H
#define BASE_SUBPROCESS_SPAWN_H

#include "base/subprocess.h"

#define SUBPROCESS_SPAWN_NAME_MAX 160

/* For error texts: options->what, else the quoted program. */
void subprocess_spawn_name(const struct subprocess_options *options, char name[SUBPROCESS_SPAWN_NAME_MAX]);

/* stdout and stderr of the child become these descriptors (may be the same). The caller keeps and closes them. */
enum status subprocess_spawn(const struct subprocess_options *options, int output, int errors, pid_t *pid, struct error *err);

bool subprocess_spawn_has_ended(pid_t pid); /* without reaping it */

/* waitpid without waiting (or with). True when the child has ended: *state is as of waitpid. */
bool subprocess_spawn_reap(pid_t pid, bool wait, int *state);

/* "NAME ended with exit code 3: LINE" or "NAME was killed by signal 9 (Killed): LINE". STATUS_OK for exit code 0. */
enum status subprocess_spawn_explain(const char *name, int state, const char *line, struct error *err);

int64_t subprocess_spawn_now_ms(void); /* real, monotonic */

#endif
