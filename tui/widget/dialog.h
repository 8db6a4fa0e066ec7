/* A question over the screen: title, body that scrolls, choices, and for dangerous things a name to type. */
#ifndef WIDGET_DIALOG_H
#define WIDGET_DIALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "canvas/canvas.h"
#include "input/command_table.h"
#include "input/line_edit.h"
#include "widget/pager.h"

#define DIALOG_CHOICES_MAX 6
#define DIALOG_LINES_MAX 20000

enum dialog_kind { DIALOG_KIND_PLAIN, DIALOG_KIND_DANGER };
enum dialog_outcome { DIALOG_OPEN, DIALOG_CHOSEN, DIALOG_CANCELLED };

struct dialog_choice {
    const char *label;
    char key;   /* lower-case letter that takes it; 0 for none. Not used while a name must be typed */
    int value;  /* given back by dialog_value */
    bool needs_name; /* only takes when the name is typed exactly */
};

struct dialog;

/* `danger` dialogs start on their last choice, which should be the harmless one. Texts are copied. */
struct dialog *dialog_new(enum dialog_kind kind, const char *title);
void dialog_free(struct dialog *dialog);
void dialog_add_line(struct dialog *dialog, enum style_id style, struct span line); /* wrapped when painted */
void dialog_add_text(struct dialog *dialog, enum style_id style, const char *text); /* '\n' separates lines */
void dialog_add_diff(struct dialog *dialog, struct span diff);                      /* coloured by line */
void dialog_add_choice(struct dialog *dialog, struct dialog_choice choice);
void dialog_require_name(struct dialog *dialog, const char *name); /* must be typed for choices with needs_name */

/* A line of input above the choices; letters go into it, not to the choices. What was typed stays over a dialog_clear. */
struct dialog_field {
    const char *label; /* "PIN"; copied */
    bool is_masked;    /* dots instead of characters; blanks for those that are still missing */
    bool digits_only;  /* other characters are not taken */
    size_t most;       /* bytes; LINE_EDIT_MAX for no limit */
};
void dialog_ask_text(struct dialog *dialog, const struct dialog_field *field);
void dialog_set_text(struct dialog *dialog, const char *text);
const char *dialog_text(const struct dialog *dialog); /* typed so far */

/* Takes lines, choices and field away, to say something else in the same place. */
void dialog_clear(struct dialog *dialog, const char *title);

/* Commands of the dialog context (accept, back, next-choice, previous-choice, movement scrolls the body), and other keys (a
 * choice's letter, typing the name). */
enum dialog_outcome dialog_command(struct dialog *dialog, enum command_id command);
enum dialog_outcome dialog_key(struct dialog *dialog, struct key key);
int dialog_value(const struct dialog *dialog); /* of the choice taken; -1 before */
bool dialog_wants_text(const struct dialog *dialog); /* a name or text is being typed: offer keys to dialog_key before the keymap */

void dialog_paint(struct canvas *canvas, struct rect area, struct dialog *dialog);

#endif
