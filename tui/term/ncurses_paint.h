/* Canvases to curses cells. Private to tui/term. */
#ifndef TERM_NCURSES_PAINT_H
#define TERM_NCURSES_PAINT_H

#include <stdbool.h>
#include <stdint.h>

#include "canvas/canvas.h"
#include "term/terminal.h"
#include "theme/theme.h"

struct ncurses_paint_look {
    bool known;
    int pair;
    uint32_t attributes;
};

struct ncurses_paint {
    struct theme theme;
    enum color_depth depth;
    enum terminal_glyphs glyphs;
    struct canvas *shown;   /* as last presented */
    bool valid;             /* `shown` is what curses has */
    bool cursor_visible;
    bool cursor_stays;      /* the terminal cannot hide it: it rests in the last line */
    struct ncurses_paint_look looks[STYLE_COUNT][STYLE_COUNT]; /* by style and ground */
};

void ncurses_paint_init(struct ncurses_paint *paint, const struct theme *theme, enum color_depth depth, enum terminal_glyphs glyphs);
void ncurses_paint_done(struct ncurses_paint *paint);
void ncurses_paint_set_theme(struct ncurses_paint *paint, const struct theme *theme);

/* Writes changed lines to curses and updates the terminal once; nothing at all when nothing changed. */
void ncurses_paint_present(struct ncurses_paint *paint, const struct canvas *canvas);

#endif
