/* Painting a table: measure the rows in sight, plan the columns, paint the header and the rows. */
#include <string.h>

#include "base/utf8.h"
#include "widget/chrome.h"
#include "widget/highlight.h"
#include "widget/table.h"

#define MARK "•"

struct layout { /* the columns that scrolling leaves, in order */
    struct table_column columns[TABLE_COLUMNS_MAX];
    uint16_t widest[TABLE_COLUMNS_MAX];
    size_t at[TABLE_COLUMNS_MAX]; /* index in the table's columns */
    size_t count;
    struct table_plan plan;
};

static struct span text_of(const struct table_cell *cell)
{
    return cell->shown.data != NULL ? cell->shown : span_of(cell->text);
}

static void read_cell(const struct table_pane *pane, size_t row, size_t column, struct table_cell *cell)
{
    cell->text[0] = '\0';
    cell->shown = SPAN_EMPTY;
    cell->style = STYLE_TEXT;
    pane->source->cell(pane->source->context, row, column, cell);
}

static void measure(const struct table_pane *pane, struct table_view *view, size_t first, size_t last)
{
    struct table_cell cell;
    for (size_t column = 0; column < pane->column_count && column < TABLE_COLUMNS_MAX; column++) {
        if (pane->columns[column].wide && !view->wide)
            continue;
        for (size_t row = first; row < last; row++) {
            read_cell(pane, row, column, &cell);
            size_t width = utf8_width(text_of(&cell));
            if (width > view->widest[column])
                view->widest[column] = (uint16_t)(width < CANVAS_WIDTH_MAX ? width : CANVAS_WIDTH_MAX);
        }
    }
}

/* The mark of the order needs a cell behind the title. */
static uint16_t room_for_title(const struct table_pane *pane, const struct table_view *view, size_t column)
{
    uint16_t width = view->widest[column];
    uint16_t title = (uint16_t)(utf8_width(span_of(pane->columns[column].title)) + 1);
    return (int)column == view->sort_column && title > width ? title : width;
}

static void lay_out(struct layout *layout, const struct table_pane *pane, struct table_view *view, int cells)
{
    size_t shown = 0;
    for (size_t i = 0; i < pane->column_count && i < TABLE_COLUMNS_MAX; i++)
        shown += view->wide || !pane->columns[i].wide;
    size_t most = shown > 2 ? shown - 2 : 0;
    if (view->shift > most)
        view->shift = most;
    size_t skip = view->shift;
    layout->count = 0;
    for (size_t i = 0; i < pane->column_count && i < TABLE_COLUMNS_MAX; i++) {
        if (pane->columns[i].wide && !view->wide)
            continue;
        if (layout->count == 1 && skip > 0) {
            skip--;
            continue;
        }
        layout->columns[layout->count] = pane->columns[i];
        layout->widest[layout->count] = room_for_title(pane, view, i);
        layout->at[layout->count++] = i;
    }
    layout->plan = table_plan(layout->columns, layout->count, layout->widest, view->wide, cells);
}

static void paint_header(struct canvas *canvas, struct rect line, const struct layout *layout, const struct table_view *view)
{
    int x = line.x + TABLE_MARGIN;
    canvas_fill(canvas, line, STYLE_HEADER);
    for (size_t i = 0; i < layout->count; i++) {
        int width = layout->plan.widths[i];
        if (width == 0)
            continue;
        bool sorted = (int)layout->at[i] == view->sort_column;
        char title[96];
        const char *mark = !sorted ? "" : view->sort_descending ? "↓" : "↑";
        size_t length = strlen(layout->columns[i].title);
        length = length < sizeof title - 4 ? length : sizeof title - 4;
        memcpy(title, layout->columns[i].title, length);
        memcpy(title + length, mark, strlen(mark) + 1);
        canvas_put_fit(canvas, x, line.y, width, sorted ? STYLE_HEADER_SORT : STYLE_HEADER, span_of(title), layout->columns[i].align,
                       TEXT_CUT_END);
        x += width + layout->plan.gap;
    }
    if (view->shift > 0)
        canvas_text(canvas, line.x, line.y, STYLE_DIM, "←");
    if (layout->plan.dropped && x <= line.x + line.width)
        canvas_text(canvas, line.x + line.width - 1, line.y, STYLE_DIM, "→");
}

static void paint_row(struct canvas *canvas, struct rect line, const struct table_pane *pane, const struct layout *layout,
                      const struct table_view *view, size_t row)
{
    struct table_cell cell;
    int x = line.x + TABLE_MARGIN;
    if (pane->source->is_marked != NULL && pane->source->is_marked(pane->source->context, row))
        canvas_text(canvas, line.x, line.y, STYLE_MARKED, MARK);
    for (size_t i = 0; i < layout->count; i++) {
        int width = layout->plan.widths[i];
        if (width == 0)
            continue;
        read_cell(pane, row, layout->at[i], &cell);
        const struct table_column *column = &layout->columns[i];
        char fitted[TABLE_CELL_MAX + CANVAS_WIDTH_MAX];
        size_t length = text_fit_into(fitted, sizeof fitted, text_of(&cell), (size_t)width, column->align, column->cut);
        canvas_put(canvas, x, line.y, cell.style, span_make(fitted, length));
        highlight_words(canvas, x, line.y, span_make(fitted, length), view->match, STYLE_MATCH);
        x += width + layout->plan.gap;
    }
}

static enum style_id ground_of(const struct table_pane *pane, const struct table_view *view, size_t row, bool focused)
{
    if (row == view->index)
        return focused ? STYLE_SELECTED : STYLE_SELECTED_UNFOCUSED;
    return pane->source->ground == NULL ? STYLE_TEXT : pane->source->ground(pane->source->context, row);
}

void table_paint(struct canvas *canvas, struct rect rect, const struct table_pane *pane, struct table_view *view, bool focused)
{
    struct layout layout;
    struct rect before = canvas_narrow_clip(canvas, rect), body = rect;
    struct rect header = rect_take_top(&body, 1);
    size_t count = pane->source->count(pane->source->context);
    view->page = body.height > 0 ? (size_t)body.height : 1;
    table_view_sync(view, pane->source);
    size_t last = view->top + (size_t)body.height < count ? view->top + (size_t)body.height : count;
    measure(pane, view, view->top, last);
    lay_out(&layout, pane, view, rect.width);
    paint_header(canvas, header, &layout, view);
    for (size_t row = view->top; row < last; row++) {
        struct rect line = rect_make(rect.x, body.y + (int)(row - view->top), rect.width, 1);
        enum style_id ground = ground_of(pane, view, row, focused);
        if (ground != STYLE_TEXT)
            canvas_ground(canvas, line, ground);
        paint_row(canvas, line, pane, &layout, view, row);
    }
    if (count == 0 && pane->empty != NULL)
        chrome_notice(canvas, body, STYLE_DIM, pane->empty);
    canvas_restore_clip(canvas, before);
}
