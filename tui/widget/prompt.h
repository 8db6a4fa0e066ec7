/* An input line at the bottom of the screen: command, filter, search, a value. With history and completion. */
#ifndef WIDGET_PROMPT_H
#define WIDGET_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "canvas/canvas.h"
#include "input/command_table.h"
#include "input/history.h"
#include "input/line_edit.h"

#define PROMPT_CANDIDATES_MAX 64
#define PROMPT_CANDIDATE_TEXT_MAX 128

enum prompt_outcome { PROMPT_UNCHANGED, PROMPT_EDITED, PROMPT_ACCEPTED, PROMPT_CANCELLED };

/* Fills candidates for the word before the cursor; returns how many. `line` is the whole text. */
typedef size_t (*prompt_complete_fn)(void *context, struct span line, struct span word,
                                     char candidates[PROMPT_CANDIDATES_MAX][PROMPT_CANDIDATE_TEXT_MAX]);

struct prompt {
    struct line_edit edit;
    char label[48];            /* ":", "filter /", "value of replicas" */
    char placeholder[96];      /* shown while empty */
    struct history *history;   /* borrowed; NULL for none */
    prompt_complete_fn complete; /* NULL for none */
    void *complete_context;
    char (*candidates)[PROMPT_CANDIDATE_TEXT_MAX]; /* owned while completing */
    size_t candidate_count, candidate;
};

void prompt_init(struct prompt *prompt, const char *label);
void prompt_done(struct prompt *prompt);

/* Commands of the prompt context: accept, back, complete, history-previous, history-next. Other keys edit. */
enum prompt_outcome prompt_command(struct prompt *prompt, enum command_id command);
enum prompt_outcome prompt_key(struct prompt *prompt, struct key key);

/* One line; sets the canvas' cursor. Candidates show in the line above when there are several. */
void prompt_paint(struct canvas *canvas, struct rect line, const struct prompt *prompt);

#endif
