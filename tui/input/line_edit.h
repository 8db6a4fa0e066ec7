/* One line of UTF-8 text being edited: insert, delete, move by cluster and word. Bounded; what does not fit is refused
 * and counted. Only sanitized, printable text gets in. Holds state only: the widget paints it. */
#ifndef INPUT_LINE_EDIT_H
#define INPUT_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "input/key.h"

#define LINE_EDIT_MAX 1024 /* bytes, also for a paste */

struct line_edit {
    char text[LINE_EDIT_MAX + 1]; /* NUL-terminated */
    size_t length;
    size_t cursor;        /* byte offset, at a cluster's beginning */
    unsigned refused;     /* characters that did not fit since the last set */
};

void line_edit_clear(struct line_edit *edit);
void line_edit_set(struct line_edit *edit, struct span text); /* sanitized, cut; cursor at the end */
bool line_edit_insert(struct line_edit *edit, struct span text); /* at the cursor; false when something did not fit */

/* Applies an editing key: text, Backspace, Delete, Left, Right, Home, End, C-a, C-e, C-b, C-f, C-d, C-h, C-w, C-u, C-k, M-b,
 * M-f, M-d; a pasted Enter or Tab is a space. True when the key was one of these. */
bool line_edit_key(struct line_edit *edit, struct key key);

struct span line_edit_span(const struct line_edit *edit);

/* The word before the cursor and its place, for completion; line_edit_replace_word puts `text` in its place. */
struct span line_edit_word(const struct line_edit *edit);
void line_edit_replace_word(struct line_edit *edit, struct span text);

#endif
