/* A grid of cells that painters fill and a terminal shows. Nothing outside the clip rectangle is ever written and never
 * half a wide character: one that does not fit wholly is a blank, and overwriting one half blanks the other. Text is
 * sanitized by contract; control bytes that slip through become U+FFFD. Coordinates are absolute. UI thread. */
#ifndef CANVAS_CANVAS_H
#define CANVAS_CANVAS_H

#include <stdbool.h>

#include "base/span.h"
#include "canvas/cell.h"
#include "canvas/rect.h"
#include "canvas/style_ids.h"
#include "canvas/text_fit.h"

#define CANVAS_WIDTH_MAX 1000
#define CANVAS_HEIGHT_MAX 500

struct canvas {
    int width, height;
    struct cell *cells; /* width * height, by line */
    struct rect clip;
    bool cursor_visible;
    int cursor_x, cursor_y;
};

struct canvas *canvas_new(int width, int height); /* sizes are clamped to 0..MAX; blank */
void canvas_free(struct canvas *canvas);
void canvas_resize(struct canvas *canvas, int width, int height); /* blank afterwards, clip open, cursor hidden */
void canvas_clear(struct canvas *canvas);                         /* blank, clip open, cursor hidden */

struct rect canvas_area(const struct canvas *canvas); /* the whole canvas */

/* Narrows the clip to its intersection with `rect`; returns the clip before, for canvas_restore_clip. */
struct rect canvas_narrow_clip(struct canvas *canvas, struct rect rect);
void canvas_restore_clip(struct canvas *canvas, struct rect before);

/* Puts text in one line from (x, y), keeping the cells' ground. Returns the cells it covers, clipped or not. */
int canvas_put(struct canvas *canvas, int x, int y, enum style_id style, struct span text);
int canvas_text(struct canvas *canvas, int x, int y, enum style_id style, const char *text);
int canvas_printf(struct canvas *canvas, int x, int y, enum style_id style, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Exactly `width` cells: cut with an ellipsis or padded with blanks of the same style. */
void canvas_put_fit(struct canvas *canvas, int x, int y, int width, enum style_id style, struct span text,
                    enum text_align align, enum text_cut cut);

void canvas_fill(struct canvas *canvas, struct rect rect, enum style_id style);    /* blanks; the ground stays */
void canvas_erase(struct canvas *canvas, struct rect rect, enum style_id ground);  /* blanks of plain style on a new ground */
void canvas_ground(struct canvas *canvas, struct rect rect, enum style_id ground); /* the ground only; text stays */
void canvas_restyle(struct canvas *canvas, struct rect rect, enum style_id style); /* the style only; text stays */
void canvas_rule(struct canvas *canvas, int x, int y, int width, enum style_id style);       /* ─── */
void canvas_rule_down(struct canvas *canvas, int x, int y, int height, enum style_id style); /* │ */

/* A frame on the rim of rect, with ` title ` in its upper edge when title is not empty. */
void canvas_box(struct canvas *canvas, struct rect rect, enum style_id style, const char *title);

void canvas_set_cursor(struct canvas *canvas, int x, int y); /* visible there; hidden when outside the canvas */
const struct cell *canvas_at(const struct canvas *canvas, int x, int y); /* NULL outside */
bool canvas_equals(const struct canvas *a, const struct canvas *b);      /* cells, size and cursor */
void canvas_copy(struct canvas *to, const struct canvas *from);

/* The text of line y without trailing blanks, NUL-terminated, cut at `size`; returns its length. */
size_t canvas_line_text(const struct canvas *canvas, int y, char *out, size_t size);

#endif
