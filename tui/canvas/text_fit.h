/* Making text fit a number of cells: cut with an ellipsis, pad, align, wrap. Works on clusters: never half a character.
 * Input is sanitized text. Pure. */
#ifndef CANVAS_TEXT_FIT_H
#define CANVAS_TEXT_FIT_H

#include <stddef.h>

#include "base/span.h"

#define TEXT_FIT_ELLIPSIS "\xE2\x80\xA6" /* … */

enum text_align { TEXT_ALIGN_LEFT, TEXT_ALIGN_RIGHT, TEXT_ALIGN_CENTER };
enum text_cut { TEXT_CUT_END, TEXT_CUT_MIDDLE, TEXT_CUT_START }; /* where the ellipsis goes; MIDDLE keeps both ends */

/* pad_left blanks, head, the ellipsis when set, tail, pad_right blanks: exactly the width asked for. */
struct text_fit {
    struct span head, tail;
    bool ellipsis;
    size_t pad_left, pad_right;
};

struct text_fit text_fit_plan(struct span text, size_t cells, enum text_align align, enum text_cut cut);

/* Writes the plan as NUL-terminated text; returns its length in bytes (whole clusters when `size` is too small). */
size_t text_fit_into(char *out, size_t size, struct span text, size_t cells, enum text_align align, enum text_cut cut);

/* Wraps at spaces (inside a word only when it is wider than a line) and at '\n'. Fills at most `maximum` lines, which
 * point into text; returns how many there are (at least 1). With more text than lines the last one holds all the rest. */
size_t text_fit_wrap(struct span text, size_t cells, struct span *lines, size_t maximum);

#endif
