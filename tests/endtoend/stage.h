/* One end-to-end play: a folder, a demo Sovereign in it, consoles in ptys, and sovdeck's subcommands. A failed expectation fails the
 * running Criterion test; what a sanitizer finds in any of the programs fails it at stage_end. Nothing sleeps. */
#ifndef ENDTOEND_STAGE_H
#define ENDTOEND_STAGE_H

#include <stdbool.h>

#include <sys/types.h>

#include "support/pty_app.h"

#define STAGE_DEADLINE_MS 20000 /* for what has no deadline of its own: generous, sanitizers and two cores */

struct stage {
    char folder[64];  /* temporary; the demo's DIR is <folder>/demo */
    char config[128]; /* <folder>/demo/config.yaml, or what a test writes over it; "": consoles look in the default place,
                       * <folder>/sovdeck/config.yaml */
    char journal[128];
    pid_t demo; /* 0: not running */
    int demo_output;
    bool crash_expected; /* a sanitizer's report is part of the play */
};

void stage_begin(struct stage *stage); /* only the folder */
void stage_end(struct stage *stage);   /* stops the demo (SIGTERM, exit code 0), checks for reports, removes the folder */

/* `arguments`: more of `sovdeck demo`, ended by NULL; or NULL. Returns when the line with "ready" is there. */
void stage_start_demo(struct stage *stage, const char *const *arguments);
void stage_kill_demo(struct stage *stage); /* SIGKILL */
int stage_port(const struct stage *stage, const char *name); /* from DIR/ports */

/* Writes <folder>/<name>; the path, in memory that lives until the next call. */
const char *stage_write(const struct stage *stage, const char *name, const char *text);
void stage_edit_config(struct stage *stage, const char *old_text, const char *new_text); /* makes a copy; the demo's own stays */

/* Runs `sovdeck` with these words, split at blanks, --config and --journal added, and waits. Returns the exit code; stdout is
 * in *ret_output when not NULL (caller frees), stderr goes to the test's. */
int stage_run(const struct stage *stage, char **ret_output, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The body of a GET on a region's API server, asked by curl as the viewer; caller frees. */
char *stage_get(const struct stage *stage, const char *region, const char *path);

/* A console at this size, with further words of its command line or NULL. */
struct pty_app *stage_console(const struct stage *stage, int width, int height, const char *words);

/* Expectations about a console. */
void stage_sees(struct pty_app *app, const char *text);           /* now or within STAGE_DEADLINE_MS */
void stage_sees_within(struct pty_app *app, const char *text, int deadline_ms);
void stage_says(struct pty_app *app, const char *sentence);       /* the same, wherever the lines of a message break */
void stage_loses(struct pty_app *app, const char *text);
void stage_settles(struct pty_app *app);                          /* the idle probe */
void stage_keys(struct pty_app *app, const char *keys);           /* key names between blanks; waits until they are handled */
void stage_words(struct pty_app *app, const char *text);          /* typed as text, then Enter */
void stage_all_live(struct pty_app *app);                         /* four live lamps */
void stage_quit(struct pty_app *app);                             /* `q`; exit code 0, the terminal as it was; frees */

#endif
