/* A virtual table: asks its source only for the rows it shows. The view keeps looking state (selection by identity, scroll,
 * marks of the order); rows, filter and sort belong to the caller. UI thread. */
#ifndef WIDGET_TABLE_H
#define WIDGET_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "canvas/canvas.h"
#include "input/command_table.h"

#define TABLE_COLUMNS_MAX 32
#define TABLE_CELL_MAX 512
#define TABLE_IDENTITY_MAX 640

struct table_column {
    const char *title;
    uint8_t priority;      /* 1 is never dropped; the highest goes first when space is short */
    uint16_t least, most;  /* width in cells; most 0: no limit. Between them the widest cell seen so far decides */
    uint8_t weight;        /* share of spare cells; 0: none */
    bool wide;             /* shown only when the view is wide */
    enum text_align align;
    enum text_cut cut;
};

struct table_cell {
    char text[TABLE_CELL_MAX]; /* sanitized, NUL-terminated, filled by the source ... */
    struct span shown;         /* ... or a borrowed text instead, valid until the next call; used when data is not NULL */
    enum style_id style;
};

struct table_source {
    void *context;
    size_t (*count)(void *context);

    /* Stable name of a row ("flux-system/bp-harbor@fsn1"), valid until the next call; at most TABLE_IDENTITY_MAX bytes. */
    struct span (*identity)(void *context, size_t index);

    /* Fills a cell that is empty text in STYLE_TEXT. */
    void (*cell)(void *context, size_t index, size_t column, struct table_cell *cell);

    /* The rest may be NULL. */
    size_t (*find)(void *context, struct span identity);     /* index, or SIZE_MAX; else a search from the last place */
    bool (*is_marked)(void *context, size_t index);
    enum style_id (*ground)(void *context, size_t index);    /* of a row that is not selected */
};

struct table_view {
    char *selected;       /* owned: identity of the selected row; NULL: none yet */
    size_t index;         /* where it is, or was */
    size_t top;           /* index of the first row shown */
    size_t page;          /* rows shown at the last paint */
    size_t shift;         /* columns scrolled away on the left (after the first, which stays) */
    bool wide;
    int sort_column;      /* -1: none */
    bool sort_descending;
    char match[128];      /* words to highlight in cells, "" for none */
    uint16_t widest[TABLE_COLUMNS_MAX]; /* widest cell seen per column; only grows, so that columns stand still */
};

struct table_pane { /* what to paint: borrowed parts (store/table.h has the name `struct table`) */
    const struct table_column *columns;
    size_t column_count;
    const struct table_source *source;
    const char *empty; /* shown when there is no row: say why and what to do; NULL for nothing */
};

void table_view_init(struct table_view *view);
void table_view_done(struct table_view *view);
void table_view_reset_widths(struct table_view *view); /* other columns or rows of another kind */

/* After rows changed: the selection stays on its object, on the same line of the screen if it can; when the object is gone, on the
 * row now in its place. table_paint does it too. */
void table_view_sync(struct table_view *view, const struct table_source *source);

/* Applies a movement command (up, down, page-up, page-down, home, end, left, right). False: not one of these. */
bool table_view_command(struct table_view *view, const struct table_source *source, enum command_id command);

bool table_view_selected(struct table_view *view, const struct table_source *source, size_t *ret_index); /* false: no row */
void table_view_select(struct table_view *view, const struct table_source *source, size_t index);
void table_view_select_identity(struct table_view *view, const struct table_source *source, struct span identity);

/* Header line, then rows. `focused`: the pane has the keys. */
void table_paint(struct canvas *canvas, struct rect rect, const struct table_pane *pane, struct table_view *view, bool focused);

/* "12/340" for a status line; "" without rows. */
void table_view_position(const struct table_view *view, const struct table_source *source, char out[32]);

/* Widths for the columns in `cells` cells; 0: not shown. TABLE_MARGIN cells before the first hold the mark. Columns get their least
 * width first, then what they want in order of priority, then spare cells by weight. Pure. */
#define TABLE_MARGIN 2
struct table_plan {
    int widths[TABLE_COLUMNS_MAX];
    int gap;      /* blanks between columns: 2, or 1 when space is short */
    bool dropped; /* a column that should be shown had no space */
};
struct table_plan table_plan(const struct table_column *columns, size_t count, const uint16_t *widest, bool wide, int cells);

#endif
