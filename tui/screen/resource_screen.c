/* The table of one kind in all regions, with the selected row's facts to its right where there is room. Serves Organizations,
 * Environments, Applications, HelmReleases and any other kind: what differs is in the column table. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "resource/resource_list.h"
#include "resource/resource_text.h"
#include "screen/detail_pane.h"
#include "widget/chrome.h"
#include "widget/table.h"

#define DETAIL_SHARE_NUMERATOR 2
#define DETAIL_SHARE_DENOMINATOR 5
#define DETAIL_WIDTH_LEAST 48
#define SAVE_MAXIMUM ((size_t)64 << 20)

struct resource_screen {
    struct screen screen;
    const struct kind *kind;
    struct resource_list *list;
    struct table_view view;
    struct table_column columns[TABLE_COLUMNS_MAX];
    size_t column_count;
    struct detail detail;
    bool has_detail;
    bool region_turned; /* the REGION column is shown where it usually is not, or the other way round */
    bool moved; /* by a person: until then the first line is the selected one */
    char reason[256]; /* which regions are not known */
    char stale[96]; /* regions whose rows are old: "stale: fsn, hel"; "" when none */
    char notice[320]; /* for an empty table */
    struct column_value value;
};

static struct resource_screen *self_of(struct screen *screen)
{
    return (struct resource_screen *)screen;
}

static struct column_context context_of(const struct resource_screen *self)
{
    return (struct column_context){self->screen.host->store, self->screen.host->estate, clock_wall_ms()};
}

static size_t count_rows(void *context)
{
    return resource_list_count(((struct resource_screen *)context)->list);
}

static struct span identify(void *context, size_t index)
{
    return resource_list_identity(((struct resource_screen *)context)->list, index);
}

static size_t find_row(void *context, struct span identity)
{
    return resource_list_find(((struct resource_screen *)context)->list, identity);
}

static void fill_cell(void *context, size_t index, size_t column, struct table_cell *cell)
{
    struct resource_screen *self = context;
    const struct row *row = resource_list_at(self->list, index);
    const struct column *what = &resource_list_columns(self->list)->columns[column];
    struct column_context derive = context_of(self);
    const struct table *table = row == NULL ? NULL : store_find_table(derive.store, self->kind->id, row_region(row));
    if (row == NULL)
        return;
    column_value(what, &derive, row, &self->value);
    if (what->type == COLUMN_TYPE_STATE && self->value.tone != TONE_NEUTRAL)
        snprintf(cell->text, sizeof cell->text, "%s %.*s", screen_glyph(self->value.tone), SPAN_PRINT(self->value.text));
    else
        cell->shown = self->value.text;
    cell->style = screen_style(self->value.tone);
    if (strcmp(what->title, "REGION") == 0)
        cell->style = STYLE_REGION;
    if (table != NULL && table->state == TABLE_STATE_STALE)
        cell->style = STYLE_STALE;
}

static enum style_id ground_of(void *context, size_t index)
{
    return STYLE_TEXT;
}

static struct table_source source_of(struct resource_screen *self)
{
    return (struct table_source){.context = self, .count = count_rows, .identity = identify, .cell = fill_cell, .find = find_row, .ground = ground_of};
}

static void take_columns(struct resource_screen *self)
{
    const struct column_set *set = resource_list_columns(self->list);
    self->column_count = set->count < TABLE_COLUMNS_MAX ? set->count : TABLE_COLUMNS_MAX;
    for (size_t i = 0; i < self->column_count; i++) {
        const struct column *column = &set->columns[i];
        self->columns[i] = (struct table_column){
            .title = column->title,
            .priority = column->priority,
            .least = column->least,
            .most = column->most,
            .weight = column->weight,
            .wide = column->wide,
            .align = column->align == COLUMN_ALIGN_RIGHT ? TEXT_ALIGN_RIGHT : TEXT_ALIGN_LEFT,
        };
        if (self->region_turned && strcmp(column->title, "REGION") == 0)
            self->columns[i].wide = !column->wide;
    }
    self->view.sort_column = resource_list_sort(self->list, &self->view.sort_descending);
}

static void explain_empty(struct resource_screen *self)
{
    if (resource_list_total(self->list) > 0)
        snprintf(self->notice, sizeof self->notice, "No %s passes the filter; Esc clears it.", self->kind->singular);
    else if (self->reason[0] != '\0')
        snprintf(self->notice, sizeof self->notice, "%s are not known: %s", self->kind->title, self->reason);
    else
        snprintf(self->notice, sizeof self->notice, "There are no %s.", self->kind->title);
}

/* A colour alone does not say it. */
static void name_stale(struct resource_screen *self, const struct screen_host *host)
{
    size_t length = 0;
    self->stale[0] = '\0';
    for (int region = 0; region < host->store->region_count; region++) {
        const struct table *table = store_find_table(host->store, self->kind->id, region);
        bool seen = host->region < 0 || host->region == region;
        if (seen && table != NULL && table->state == TABLE_STATE_STALE && length + 1 < sizeof self->stale)
            length += (size_t)snprintf(self->stale + length, sizeof self->stale - length, "%s%s", length == 0 ? "stale: " : ", ",
                                       screen_region_name(host, region));
    }
}

static void recalc(struct screen *screen)
{
    struct resource_screen *self = self_of(screen);
    struct column_context context = context_of(self);
    resource_list_set_region(self->list, screen->host->region);
    resource_list_update(self->list, &context);
    take_columns(self);
    resource_list_is_known(self->list, context.store, self->reason, sizeof self->reason);
    explain_empty(self);
    name_stale(self, screen->host);
    struct table_source source = source_of(self);
    size_t index;
    if (!self->moved && resource_list_count(self->list) > 0)
        table_view_select(&self->view, &source, 0);
    table_view_sync(&self->view, &source);
    self->has_detail = table_view_selected(&self->view, &source, &index);
    if (self->has_detail)
        detail_build(&self->detail, &context, resource_list_at(self->list, index));
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct resource_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    struct table_pane pane = {self->columns, self->column_count, &source, self->notice};
    struct rect title = rect_take_top(&area, 1);
    int x = title.x + 1 + canvas_text(canvas, title.x + 1, title.y, STYLE_TITLE, self->kind->title);
    size_t shown = resource_list_count(self->list), total = resource_list_total(self->list);
    if (total == 0 && self->reason[0] != '\0') /* none that we know of is not none */
        x += canvas_text(canvas, x, title.y, STYLE_UNKNOWN, "  ?");
    else if (shown == total)
        x += canvas_printf(canvas, x, title.y, STYLE_DIM, "  %zu", total);
    else
        x += canvas_printf(canvas, x, title.y, STYLE_MATCH, "  %zu of %zu", shown, total);
    if (self->stale[0] != '\0' && total > 0)
        x += 2 + canvas_text(canvas, x + 2, title.y, STYLE_STALE, self->stale);
    if (self->reason[0] != '\0' && total > 0)
        canvas_put_fit(canvas, x + 2, title.y, title.x + title.width - x - 3, STYLE_WARN, span_of(self->reason), TEXT_ALIGN_LEFT, TEXT_CUT_END);
    if (area.width >= SCREEN_SPLIT_WIDTH && self->has_detail) {
        int width = area.width * DETAIL_SHARE_NUMERATOR / DETAIL_SHARE_DENOMINATOR;
        struct rect beside = rect_take_right(&area, width > DETAIL_WIDTH_LEAST ? width : DETAIL_WIDTH_LEAST);
        canvas_rule_down(canvas, beside.x, beside.y, beside.height, STYLE_BORDER);
        detail_pane_paint(canvas, rect_inset(beside, 2, 0), &self->detail, 0);
    }
    table_paint(canvas, area, &pane, &self->view, true);
}

/* --- commands --- */

static bool sort_by(struct resource_screen *self, const char *title)
{
    const struct column_set *set = resource_list_columns(self->list);
    bool descending;
    int column = resource_list_sort(self->list, &descending);
    if (title[0] == '\0')
        column = set->count == 0 ? -1 : (column + 1) % (int)set->count;
    else
        column = column_table_find(set, span_of(title));
    if (column < 0) {
        char text[160];
        snprintf(text, sizeof text, "There is no column '%s' here", title);
        self->screen.host->toast(self->screen.host->app, TONE_BAD, text);
        return true;
    }
    resource_list_set_sort(self->list, column, false);
    return true;
}

static bool save_table(struct resource_screen *self, const char *path)
{
    char name[160], text[256];
    struct bytebuf out;
    struct column_context context = context_of(self);
    if (path[0] == '\0') {
        snprintf(name, sizeof name, "%s-%lld.txt", self->kind->id, (long long)clock_wall_ms() / 1000);
        path = name;
    }
    bytebuf_init(&out, SAVE_MAXIMUM);
    resource_text_write(self->list, &context, RESOURCE_TEXT_TABLE, &out);
    FILE *file = fopen(path, "wxe"); /* never over a file that is there */
    bool written = file != NULL && fwrite(bytebuf_text(&out), 1, out.length, file) == out.length;
    if (file != NULL)
        written = fclose(file) == 0 && written;
    if (written)
        snprintf(text, sizeof text, "Wrote %.160s", path);
    else
        snprintf(text, sizeof text, "Cannot write %.160s: %s", path, strerror(errno));
    self->screen.host->toast(self->screen.host->app, written ? TONE_GOOD : TONE_BAD, text);
    bytebuf_done(&out);
    return true;
}

static bool open_row(struct resource_screen *self)
{
    struct table_source source = source_of(self);
    size_t index;
    struct screen_object object;
    if (!table_view_selected(&self->view, &source, &index))
        return true;
    screen_object_of_row(resource_list_at(self->list, index), &object);
    self->screen.host->open(self->screen.host->app, detail_screen_new(self->screen.host, &object));
    return true;
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    struct resource_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    bool descending;
    int column;
    switch ((int)command) {
    case COMMAND_OPEN:
        return open_row(self);
    case COMMAND_SORT_NEXT:
        return sort_by(self, argument);
    case COMMAND_SORT_REVERSE:
        column = resource_list_sort(self->list, &descending);
        resource_list_set_sort(self->list, column, !descending);
        return true;
    case COMMAND_TOGGLE_WIDE:
        self->view.wide = !self->view.wide;
        return true;
    case COMMAND_TOGGLE_REGION:
        self->region_turned = !self->region_turned;
        return true;
    case COMMAND_SAVE_TABLE:
        return save_table(self, argument);
    default:
        if (!table_view_command(&self->view, &source, command))
            return false;
        self->moved = true;
        return true;
    }
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_LIST;
}

static bool object(struct screen *screen, struct screen_object *ret_object)
{
    struct resource_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    size_t index;
    if (!table_view_selected(&self->view, &source, &index) || resource_list_at(self->list, index) == NULL)
        return false;
    screen_object_of_row(resource_list_at(self->list, index), ret_object);
    return true;
}

static void set_filter(struct screen *screen, struct span text)
{
    struct resource_screen *self = self_of(screen);
    char filter[RESOURCE_LIST_FILTER_MAX];
    snprintf(filter, sizeof filter, "%.*s", SPAN_PRINT(text));
    resource_list_set_filter(self->list, filter);
    bool plain = strpbrk(filter, " !:") == NULL; /* one plain word can be shown where it matches */
    snprintf(self->view.match, sizeof self->view.match, "%s", plain ? filter : "");
}

static struct span filter_text(struct screen *screen)
{
    return span_of(resource_list_filter(self_of(screen)->list));
}

static void position(struct screen *screen, char *out, size_t size)
{
    struct resource_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    char text[32];
    table_view_position(&self->view, &source, text);
    snprintf(out, size, "%s", text);
}

static void free_screen(struct screen *screen)
{
    struct resource_screen *self = self_of(screen);
    feed_set_unwant(screen->host->feeds, self->kind);
    resource_list_free(self->list);
    detail_clear(&self->detail);
    table_view_done(&self->view);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_OPEN,      COMMAND_FILTER,  COMMAND_SORT_NEXT, COMMAND_YAML,        COMMAND_COMPARE, COMMAND_EVENTS,
                                        COMMAND_LOGS,      COMMAND_RECONCILE, COMMAND_SUSPEND, COMMAND_RESUME,      COMMAND_PATCH_VALUE,
                                        COMMAND_SWITCH_REGION, COMMAND_COMMAND_LINE, COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_RESOURCE,
    .name = "Objects",
    .free = free_screen,
    .recalc = recalc,
    .paint = paint,
    .command = run_command,
    .holds = holds,
    .object = object,
    .filter = set_filter,
    .filter_text = filter_text,
    .position = position,
    .hints = HINTS,
    .hint_count = ARRAY_LENGTH(HINTS),
};

struct screen *resource_screen_new(struct screen_host *host, const struct kind *kind, enum keymap_context context)
{
    struct resource_screen *self = alloc_new(struct resource_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host, .context = context};
    self->kind = kind;
    self->list = resource_list_new(kind);
    if (kind->namespaced && host->sovereign->namespace[0] != '\0') /* --namespace */
        resource_list_set_namespace(self->list, host->sovereign->namespace);
    table_view_init(&self->view);
    feed_set_want(host->feeds, kind);
    return &self->screen;
}
