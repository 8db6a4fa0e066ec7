/* Everything known about one object, full-screen, with what is below it: state and cause, source, dependencies, children. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "resource/drill.h"
#include "screen/detail_pane.h"
#include "sovereign/kind_table.h"
#include "widget/chrome.h"
#include "widget/table.h"

enum { COLUMN_STATE, COLUMN_REGION, COLUMN_KIND, COLUMN_NAME, COLUMN_CAUSE };

static const struct table_column COLUMNS[] = {
    [COLUMN_STATE] = {.title = "STATE", .priority = 1, .least = 12, .most = 14},
    [COLUMN_REGION] = {.title = "REGION", .priority = 3, .least = 6, .most = 10},
    [COLUMN_KIND] = {.title = "KIND", .priority = 2, .least = 11, .most = 13},
    [COLUMN_NAME] = {.title = "BELOW IT", .priority = 1, .least = 24, .most = 60, .weight = 1, .cut = TEXT_CUT_MIDDLE},
    [COLUMN_CAUSE] = {.title = "CAUSE", .priority = 3, .least = 16, .weight = 2},
};

struct detail_screen {
    struct screen screen;
    struct screen_object object;
    struct detail detail;
    struct table_view view;
    const struct kind *wanted; /* kind of the children, asked for while this screen is open */
    bool gone;
    size_t top, lines, page; /* of the facts */
    char identity[TABLE_IDENTITY_MAX];
};

static struct detail_screen *self_of(struct screen *screen)
{
    return (struct detail_screen *)screen;
}

static size_t count_rows(void *context)
{
    return ((struct detail_screen *)context)->detail.children.count;
}

static struct span identify(void *context, size_t index)
{
    struct detail_screen *self = context;
    const struct row *row = self->detail.children.items[index].row;
    snprintf(self->identity, sizeof self->identity, "%s %.*s@%d", row_kind(row)->id, SPAN_PRINT(row_key(row)), row_region(row));
    return span_of(self->identity);
}

static void fill_cell(void *context, size_t index, size_t column, struct table_cell *cell)
{
    struct detail_screen *self = context;
    const struct detail_child *child = &self->detail.children.items[index];
    switch (column) {
    case COLUMN_STATE:
        snprintf(cell->text, sizeof cell->text, "%s %s", screen_glyph(child->tone), child->state);
        cell->style = screen_style(child->tone);
        break;
    case COLUMN_REGION:
        cell->shown = span_of(screen_region_name(self->screen.host, row_region(child->row)));
        cell->style = STYLE_REGION;
        break;
    case COLUMN_KIND:
        cell->shown = span_of(row_kind(child->row)->singular);
        cell->style = STYLE_DIM;
        break;
    case COLUMN_NAME:
        cell->shown = row_key(child->row);
        break;
    default:
        cell->shown = span_of(child->cause);
        cell->style = STYLE_DIM;
    }
}

static struct table_source source_of(struct detail_screen *self)
{
    return (struct table_source){.context = self, .count = count_rows, .identity = identify, .cell = fill_cell};
}

static void recalc(struct screen *screen)
{
    struct detail_screen *self = self_of(screen);
    struct screen_host *host = screen->host;
    const struct row *row = screen_row(host, &self->object);
    self->gone = row == NULL;
    if (self->gone)
        return; /* the last facts stay, and the title says that the object is gone */
    struct column_context context = {host->store, host->estate, clock_wall_ms()};
    detail_build(&self->detail, &context, row);
    struct table_source source = source_of(self);
    table_view_sync(&self->view, &source);
}

static void paint_title(const struct detail_screen *self, struct canvas *canvas, struct rect line)
{
    char title[2 * SCREEN_NAME_MAX];
    screen_object_title(&self->object, title, sizeof title);
    int x = line.x + 1 + canvas_text(canvas, line.x + 1, line.y, STYLE_TITLE, title);
    if (self->screen.host->store->region_count > 1)
        x += canvas_printf(canvas, x, line.y, STYLE_REGION, "  %s", screen_region_name(self->screen.host, self->object.region));
    if (self->gone)
        canvas_text(canvas, x + 2, line.y, STYLE_BAD, "✖ it is gone; these were its last facts");
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct detail_screen *self = self_of(screen);
    paint_title(self, canvas, rect_take_top(&area, 1));
    size_t children = self->detail.children.count;
    if (children > 0) {
        int lines = (int)children + 2 < area.height / 2 ? (int)children + 2 : area.height / 2;
        struct rect below = rect_take_bottom(&area, lines);
        struct table_source source = source_of(self);
        struct table_pane pane = {COLUMNS, ARRAY_LENGTH(COLUMNS), &source, NULL};
        canvas_rule(canvas, below.x, below.y, below.width, STYLE_BORDER);
        rect_take_top(&below, 1);
        table_paint(canvas, below, &pane, &self->view, true);
    }
    self->page = (size_t)area.height;
    self->lines = detail_pane_paint(canvas, rect_inset(area, 1, 0), &self->detail, self->top);
    if (self->detail.lines.count == 0)
        chrome_notice(canvas, area, STYLE_UNKNOWN, "This object is not known here: it is gone, or its kind is not watched.");
}

static void scroll(struct detail_screen *self, ptrdiff_t lines)
{
    size_t last = self->lines > self->page ? self->lines - self->page : 0;
    if (lines < 0)
        self->top = self->top > (size_t)-lines ? self->top - (size_t)-lines : 0;
    else
        self->top = self->top + (size_t)lines < last ? self->top + (size_t)lines : last;
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    struct detail_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    size_t index;
    if (command == COMMAND_PAGE_UP || command == COMMAND_PAGE_DOWN) {
        scroll(self, command == COMMAND_PAGE_UP ? -(ptrdiff_t)self->page : (ptrdiff_t)self->page);
        return true;
    }
    if (self->detail.children.count == 0) {
        if (command == COMMAND_UP || command == COMMAND_DOWN)
            scroll(self, command == COMMAND_UP ? -1 : 1);
        return command == COMMAND_UP || command == COMMAND_DOWN || command == COMMAND_OPEN;
    }
    if (command == COMMAND_OPEN && table_view_selected(&self->view, &source, &index)) {
        struct screen_object child;
        screen_object_of_row(self->detail.children.items[index].row, &child);
        screen->host->open(screen->host->app, detail_screen_new(screen->host, &child));
        return true;
    }
    return table_view_command(&self->view, &source, command);
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_SELECTION;
}

static bool object(struct screen *screen, struct screen_object *ret_object)
{
    *ret_object = self_of(screen)->object;
    return true;
}

static void free_screen(struct screen *screen)
{
    struct detail_screen *self = self_of(screen);
    if (self->wanted != NULL)
        feed_set_unwant(screen->host->feeds, self->wanted);
    detail_clear(&self->detail);
    table_view_done(&self->view);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_BACK,    COMMAND_OPEN,    COMMAND_YAML,   COMMAND_EVENTS,      COMMAND_LOGS, COMMAND_RECONCILE,
                                        COMMAND_SUSPEND, COMMAND_RESUME, COMMAND_PATCH_VALUE, COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_DETAIL,
    .name = "Detail",
    .free = free_screen,
    .recalc = recalc,
    .paint = paint,
    .command = run_command,
    .holds = holds,
    .object = object,
    .hints = HINTS,
    .hint_count = ARRAY_LENGTH(HINTS),
};

struct screen *detail_screen_new(struct screen_host *host, const struct screen_object *shown)
{
    struct detail_screen *self = alloc_new(struct detail_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host};
    self->object = *shown;
    table_view_init(&self->view);
    const char *child = drill_child_kind(shown->kind, 0);
    self->wanted = child == NULL ? NULL : kind_table_get(child);
    if (self->wanted != NULL)
        feed_set_want(host->feeds, self->wanted);
    return &self->screen;
}
