/* What was typed before, newest last, at most HISTORY_MAX lines; repeating a line moves it to the end. */
#ifndef INPUT_HISTORY_H
#define INPUT_HISTORY_H

#include <stddef.h>

#include "base/span.h"

#define HISTORY_MAX 200

struct history {
    char *lines[HISTORY_MAX]; /* owned */
    size_t count;
    size_t at;   /* place while recalling; == count: the line being typed */
    char *draft; /* owned: the line being typed, kept while recalling */
};

void history_init(struct history *history);
void history_done(struct history *history);
void history_add(struct history *history, struct span line); /* empty lines are not kept; ends recalling */
void history_rewind(struct history *history);                /* recalling starts anew */

/* The line before (after) the one shown now that begins with what was typed; NULL when there is none. `current` is the
 * line as shown, kept as the draft on the first step. Borrowed. */
const char *history_previous(struct history *history, struct span current);
const char *history_next(struct history *history);

#endif
