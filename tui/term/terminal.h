/* A terminal: shows canvases, gives keys. Implementations: terminal_ncurses.h (the real one), terminal_memory.h (tests).
 * UI thread only. */
#ifndef TERM_TERMINAL_H
#define TERM_TERMINAL_H

#include <stdbool.h>

#include "canvas/canvas.h"
#include "input/key.h"
#include "theme/theme.h"

/* Which characters may be sent. */
enum terminal_glyphs {
    TERMINAL_GLYPHS_ASCII,   /* the locale is not UTF-8, or the user wants it */
    TERMINAL_GLYPHS_CONSOLE, /* what the fonts of the Linux console have */
    TERMINAL_GLYPHS_FULL,
};

struct terminal_facts { /* for `doctor` and the log */
    const char *name;   /* $TERM as used */
    enum color_depth depth;
    enum terminal_glyphs glyphs;
    bool paste;   /* bracketed paste works */
    bool title;   /* the window title can be set */
};

struct terminal;

struct terminal_ops {
    int (*fd)(const struct terminal *terminal);
    void (*size)(const struct terminal *terminal, int *ret_width, int *ret_height);
    void (*resized)(struct terminal *terminal);
    bool (*read_key)(struct terminal *terminal, struct key *ret_key);
    void (*present)(struct terminal *terminal, const struct canvas *canvas);
    void (*redraw)(struct terminal *terminal);
    void (*set_theme)(struct terminal *terminal, const struct theme *theme);
    void (*suspend)(struct terminal *terminal);
    void (*resume)(struct terminal *terminal);
    void (*bell)(struct terminal *terminal);
    void (*set_title)(struct terminal *terminal, const char *title);
    void (*copy)(struct terminal *terminal, const char *text);
    void (*facts)(const struct terminal *terminal, struct terminal_facts *ret_facts);
    bool (*is_gone)(const struct terminal *terminal);
    void (*free)(struct terminal *terminal);
};

struct terminal { /* first member of every implementation */
    const struct terminal_ops *ops;
};

int terminal_fd(const struct terminal *terminal); /* readable when keys wait; -1 when there is nothing to poll */
void terminal_size(const struct terminal *terminal, int *ret_width, int *ret_height); /* at least 1 by 1 */
void terminal_resized(struct terminal *terminal); /* after SIGWINCH: learn the new size */

/* The next key that waits; false when there is none. After poll says readable, call until false. */
bool terminal_read_key(struct terminal *terminal, struct key *ret_key);

/* Shows the canvas: sends what differs from what is shown, nothing when nothing differs. */
void terminal_present(struct terminal *terminal, const struct canvas *canvas);
void terminal_redraw(struct terminal *terminal); /* the next present sends everything */
void terminal_set_theme(struct terminal *terminal, const struct theme *theme); /* copied; shown by the next present */

void terminal_suspend(struct terminal *terminal); /* gives the terminal back, as before the start (pager, Ctrl-Z) */
void terminal_resume(struct terminal *terminal);  /* takes it again; the next present sends everything */
void terminal_bell(struct terminal *terminal);
void terminal_set_title(struct terminal *terminal, const char *title); /* sanitized again here; nothing without the ability */
void terminal_copy(struct terminal *terminal, const char *text); /* to the clipboard by OSC 52, at most 4 KiB, sanitized */
void terminal_facts(const struct terminal *terminal, struct terminal_facts *ret_facts);
bool terminal_is_gone(const struct terminal *terminal); /* hung up: nobody looks and no key will come; leave */
void terminal_free(struct terminal *terminal); /* restores the terminal; NULL is fine */

#endif
