/* What dialog.c and dialog_paint.c share. */
#ifndef WIDGET_DIALOG_PRIVATE_H
#define WIDGET_DIALOG_PRIVATE_H

#include "base/array.h"
#include "widget/dialog.h"

struct dialog_line {
    enum style_id style;
    char *text; /* owned */
};

struct dialog {
    enum dialog_kind kind;
    char *title;
    ARRAY(struct dialog_line) lines;
    size_t dropped; /* lines over DIALOG_LINES_MAX */
    struct dialog_choice choices[DIALOG_CHOICES_MAX];
    char *labels[DIALOG_CHOICES_MAX]; /* owned, as in choices */
    size_t choice_count, choice;
    char *name; /* to be typed; NULL: nothing to type */
    bool has_field;
    struct dialog_field field; /* label owned */
    struct line_edit edit; /* of the name or the field */
    bool complaint; /* a choice was refused because the name is not typed */
    int value;
    size_t top, page; /* scroll of the body, in painted lines */
};

bool dialog_name_matches(const struct dialog *dialog);

#endif
