/* Runs a program in a pseudo terminal and looks at it through a vt_screen. All waits are poll(2) with a deadline, in real
 * milliseconds; nothing sleeps. One thread. */
#ifndef SUPPORT_PTY_APP_H
#define SUPPORT_PTY_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "support/vt_screen.h"

struct pty_app_options {
    const char *const *argv;        /* NULL-terminated; argv[0] is the path */
    const char *const *environment; /* "NAME=value", NULL-terminated, over the test's own; "NAME" alone unsets. NULL for none */
    const char *term;               /* NULL: xterm-256color */
    int width, height;              /* 0: 80 by 24 */
};

struct pty_app;

/* The child gets a new session with the pty as its terminal, LC_ALL=C.UTF-8, and SOVDECK_IDLE_FD: the number of an inherited pipe on
 * which it reports "idle <frame> <generation>". NULL when it cannot be started. */
struct pty_app *pty_app_start(const struct pty_app_options *options);

/* Kills what still runs, reaps it, frees. */
void pty_app_free(struct pty_app *app);

const struct vt_screen *pty_app_screen(const struct pty_app *app); /* as of the output read so far */
uint64_t pty_app_bytes(const struct pty_app *app);                 /* bytes of output so far */
bool pty_app_modes(const struct pty_app *app, struct termios *ret_modes); /* of the pty, also after the program ended */
int pty_app_pid(const struct pty_app *app);

/* Reads what is there and waits up to timeout_ms for more; false when nothing came. */
bool pty_app_pump(struct pty_app *app, int timeout_ms);

void pty_app_write(struct pty_app *app, const void *bytes, size_t length);
void pty_app_type(struct pty_app *app, const char *keys); /* "g g Enter C-c": key names between blanks, as xterm sends them */
void pty_app_resize(struct pty_app *app, int width, int height);
void pty_app_signal(struct pty_app *app, int signal);

/* The idle probe: lines read since the last pty_app_type, pty_app_write or pty_app_resize. */
uint64_t pty_app_idle_count(const struct pty_app *app);
uint64_t pty_app_idle_frame(const struct pty_app *app);      /* of the last line */
uint64_t pty_app_idle_generation(const struct pty_app *app); /* of the last line */

/* Each pumps until it holds or the deadline passes; false: it did not (the screen is printed to stderr). */
bool pty_app_wait_text(struct pty_app *app, const char *text, int deadline_ms);
bool pty_app_wait_gone(struct pty_app *app, const char *text, int deadline_ms); /* the text is not on the screen */
bool pty_app_wait_until(struct pty_app *app, bool (*holds)(const struct vt_screen *vt, void *context), void *context, int deadline_ms);

/* The keys typed were read, and the program reported that it is idle after that. Type only into an idle program (wait for text, then
 * for idle): a report about an earlier frame that is still on its way would be taken for the answer to the keys. */
bool pty_app_wait_idle(struct pty_app *app, int deadline_ms);
bool pty_app_wait_exit(struct pty_app *app, int deadline_ms, int *ret_status); /* status as waitpid gives it */

void pty_app_print(const struct pty_app *app, const char *why); /* the screen, to stderr */

#endif
