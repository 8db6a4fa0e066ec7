/* Lines of text to read: scroll, wrap, search, follow the end. Lines are the source's; the view keeps looking state. */
#ifndef WIDGET_PAGER_H
#define WIDGET_PAGER_H

#include <stdbool.h>
#include <stddef.h>

#include "canvas/canvas.h"
#include "input/command_table.h"

#define PAGER_SEARCH_MAX 128
#define PAGER_PIECES_MAX 8

struct pager_piece { /* the next `length` bytes of a line in this style; the rest of the line takes the last one's */
    size_t length;
    enum style_id style;
};

struct pager_source {
    void *context;
    size_t (*count)(void *context);
    struct span (*line)(void *context, size_t index); /* sanitized, without line end; valid until the next call */
    /* Styles of a line; returns the number of pieces (at most PAGER_PIECES_MAX). NULL: plain text. */
    size_t (*pieces)(void *context, size_t index, struct span line, struct pager_piece pieces[PAGER_PIECES_MAX]);
};

struct pager_view {
    size_t top;      /* index of the first line shown */
    size_t part;     /* wrapped part of it at the top of the screen */
    size_t shift;    /* cells scrolled to the right, when not wrapping */
    size_t page;     /* lines of the screen at the last paint */
    size_t width;    /* cells at the last paint */
    bool wrap;
    bool follow;     /* stay at the end while text arrives */
    char search[PAGER_SEARCH_MAX];
    size_t match;    /* line of the current match; SIZE_MAX: none */
};

void pager_view_init(struct pager_view *view);

/* Movement, toggle-wrap, toggle-follow, next-match, previous-match. False: not one of these. */
bool pager_view_command(struct pager_view *view, const struct pager_source *source, enum command_id command);

/* Sets the search text (cut; "" ends it) and goes to the first match from the top on; false when there is none. */
bool pager_view_search(struct pager_view *view, const struct pager_source *source, struct span text);

/* Keeps the position within the text, or at its end when following; pager_paint does it. */
void pager_view_limit(struct pager_view *view, const struct pager_source *source);

void pager_paint(struct canvas *canvas, struct rect rect, const struct pager_source *source, struct pager_view *view);
void pager_view_position(const struct pager_view *view, const struct pager_source *source, char out[32]); /* "top", "42%", "end", "all" */

/* Ready-made `pieces` functions (context unused). */
size_t pager_diff_pieces(void *context, size_t index, struct span line, struct pager_piece pieces[PAGER_PIECES_MAX]);
size_t pager_yaml_pieces(void *context, size_t index, struct span line, struct pager_piece pieces[PAGER_PIECES_MAX]);

/* A source over a text with '\n' line ends (sanitize_text output), which it indexes and borrows. Its address must stay: `source` points back to it. */
struct pager_text {
    struct pager_source source; /* give &source to the functions above; set source.pieces when wanted */
    struct span text;
    size_t *starts; /* owned: offset of each line */
    size_t count;
};
void pager_text_init(struct pager_text *pager, struct span text);
void pager_text_done(struct pager_text *pager);

#endif
