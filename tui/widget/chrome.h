/* Small painters around the panes: tabs, status lines, key hints, meters, toasts, and the too-small screen. They keep no state
 * (a toast's text and deadline are its owner's). */
#ifndef WIDGET_CHROME_H
#define WIDGET_CHROME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "canvas/canvas.h"
#include "input/keymap.h"

#define CHROME_WIDTH_LEAST 80
#define CHROME_HEIGHT_LEAST 24

/* One line of tab titles. When space is short, narrow titles are used; when it still is, tabs are dropped at the ends with … there; the
 * open one always shows. */
struct chrome_tab {
    const char *title;
    const char *narrow; /* "Apps" for "Applications"; NULL: the title */
    const char *badge; /* short text behind the title ("3"), NULL for none */
    enum style_id badge_style;
};
void chrome_tab_bar(struct canvas *canvas, struct rect line, const struct chrome_tab *tabs, size_t count, size_t open);

/* Pieces of a status line: left ones from the left, right ones ending at the right edge, two blanks between pieces. The highest
 * priority number goes first when they do not fit; equal numbers: the later one. */
struct chrome_piece {
    const char *text;
    enum style_id style;
    uint8_t priority;
    uint8_t gap; /* blanks before it; 0 means the usual two, CHROME_GAP_NONE none */
    bool right;
};
#define CHROME_GAP_NONE 255
#define CHROME_PIECES_MAX 32
void chrome_status_line(struct canvas *canvas, struct rect line, const struct chrome_piece *pieces, size_t count);

/* "s start  / filter  ? help": the commands that have a key in `context` and may run where `holds` holds, as many as fit; the last
 * (help) always fits. */
void chrome_key_hints(struct canvas *canvas, struct rect line, const struct keymap *keymap, enum keymap_context context,
                      uint32_t holds, const enum command_id *commands, size_t count);

/* What may follow the keys already pressed: "g …  g first  t next". */
void chrome_pending_keys(struct canvas *canvas, struct rect line, const struct keymap *keymap, enum keymap_context context,
                         const struct key_sequence *pending);

/* A bar of `width` cells for done/total, in eighths of a cell; "██████▍     ". total 0: empty. */
void chrome_meter(struct canvas *canvas, int x, int y, int width, uint64_t done, uint64_t total);

/* A passing message in the lower right corner of rect, over what is there. */
void chrome_toast(struct canvas *canvas, struct rect rect, const char *text, enum style_id style);

/* A centred sentence for an empty pane, wrapped. */
void chrome_notice(struct canvas *canvas, struct rect rect, enum style_id style, const char *text);

bool chrome_is_too_small(int width, int height);
void chrome_too_small(struct canvas *canvas); /* says which size is needed; the program goes on */

#endif
