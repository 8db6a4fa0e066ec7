/* From one Sovereign to another without leaving the console. The new one is opened first: when that fails nothing is left. Then the old
 * one goes to a thread that takes its time for the end of it, so that leaving a dead one is as quick as leaving a live one. Screens,
 * questions, filters, the armed state and the toast stay behind; theme, keymap and the history of commands come along. */
#ifndef APP_TRAVEL_H
#define APP_TRAVEL_H

#include <stdbool.h>

#include "base/worker.h"

struct app;
struct visit;

#define TRAVEL_NAME_MAX 256

struct travel {
    bool is_wanted, to_context;
    char name[TRAVEL_NAME_MAX];
    struct worker *reaper; /* closes what was left; NULL: nothing was */
};

/* Goes before the next frame: to a Sovereign of the configuration, or to a context of the kubeconfig (class production). */
void travel_ask(struct app *app, bool to_context, const char *name);

void travel_if_asked(struct app *app); /* the loop's before-wait hook, before the frame */

void travel_enter(struct app *app, struct visit *visit); /* the first one, too: starts it and opens its screens */
void travel_leave(struct app *app); /* screens, questions and small state go; the visit stays with the caller */
void travel_end(struct app *app);   /* waits for what was left */

/* Candidates for the command line: names of Sovereigns or contexts that begin with `word`. */
size_t travel_complete(struct app *app, bool contexts, const char *word, char (*candidates)[128], size_t maximum);

#endif
