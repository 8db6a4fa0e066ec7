/* Timeline: Kubernetes events, Flux and cutover transitions, NATS messages and own operations, newest first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/timestamp.h"
#include "screen/screen.h"
#include "widget/table.h"

enum { COLUMN_TIME, COLUMN_SOURCE, COLUMN_REGION, COLUMN_OBJECT, COLUMN_TEXT };

static const struct table_column COLUMNS[] = {
    [COLUMN_TIME] = {.title = "TIME (UTC)", .priority = 1, .least = 10, .most = 10},
    [COLUMN_SOURCE] = {.title = "SOURCE", .priority = 3, .least = 7, .most = 10},
    [COLUMN_REGION] = {.title = "REGION", .priority = 4, .least = 6, .most = 12},
    [COLUMN_OBJECT] = {.title = "OBJECT", .priority = 2, .least = 28, .most = 44, .cut = TEXT_CUT_MIDDLE},
    [COLUMN_TEXT] = {.title = "WHAT HAPPENED", .priority = 1, .least = 20, .weight = 1},
};

struct timeline_screen {
    struct screen screen;
    struct table_view view;
    ARRAY(size_t) shown; /* indexes into the timeline, newest first */
    char filter[128];
    char identity[32];
};

static struct timeline_screen *self_of(struct screen *screen)
{
    return (struct timeline_screen *)screen;
}

static const struct timeline_entry *entry_at(const struct timeline_screen *self, size_t index)
{
    return timeline_at(self->screen.host->store->timeline, self->shown.items[index]);
}

static size_t count_rows(void *context)
{
    return ((struct timeline_screen *)context)->shown.count;
}

static struct span identify(void *context, size_t index)
{
    struct timeline_screen *self = context;
    const struct timeline_entry *entry = entry_at(self, index);
    snprintf(self->identity, sizeof self->identity, "%llu", entry == NULL ? 0 : (unsigned long long)entry->sequence);
    return span_of(self->identity);
}

static void fill_cell(void *context, size_t index, size_t column, struct table_cell *cell)
{
    struct timeline_screen *self = context;
    const struct timeline_entry *entry = entry_at(self, index);
    if (entry == NULL)
        return;
    char at[TIMESTAMP_TEXT_MAX];
    switch (column) {
    case COLUMN_TIME:
        timestamp_format_clock(at, entry->at_ms);
        snprintf(cell->text, sizeof cell->text, "%s", at);
        cell->style = STYLE_DIM;
        break;
    case COLUMN_SOURCE:
        cell->shown = span_of(timeline_source_name(entry->source));
        cell->style = STYLE_DIM;
        break;
    case COLUMN_REGION:
        cell->shown = span_of(screen_region_name(self->screen.host, entry->region));
        cell->style = STYLE_REGION;
        break;
    case COLUMN_OBJECT:
        cell->shown = span_of(entry->object);
        cell->style = STYLE_STRONG;
        break;
    default:
        cell->shown = span_of(entry->text);
        cell->style = screen_style(entry->tone);
    }
}

static struct table_source source_of(struct timeline_screen *self)
{
    return (struct table_source){.context = self, .count = count_rows, .identity = identify, .cell = fill_cell};
}

static bool passes(const struct timeline_screen *self, const struct timeline_entry *entry)
{
    int region = self->screen.host->region;
    if (region >= 0 && entry->region >= 0 && entry->region != region)
        return false;
    struct span words = span_of(self->filter);
    return words.length == 0 || span_contains_folded(span_of(entry->text), words) ||
           span_contains_folded(span_of(entry->object), words) ||
           span_contains_folded(span_of(timeline_source_name(entry->source)), words);
}

static void recalc(struct screen *screen)
{
    struct timeline_screen *self = self_of(screen);
    const struct timeline *timeline = screen->host->store->timeline;
    bool at_newest = self->view.index == 0;
    self->shown.count = 0;
    for (size_t i = 0; i < timeline_count(timeline); i++)
        if (passes(self, timeline_at(timeline, i)))
            ARRAY_PUSH(&self->shown, i);
    struct table_source source = source_of(self);
    if (at_newest && self->shown.count > 0) /* who reads the newest line keeps reading the newest line */
        table_view_select(&self->view, &source, 0);
    table_view_sync(&self->view, &source);
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct timeline_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    struct table_pane pane = {COLUMNS, ARRAY_LENGTH(COLUMNS), &source,
                              "Nothing has happened since the console was opened: events appear here as they come."};
    struct rect rest = area;
    struct rect detail = rect_take_bottom(&rest, 3);
    table_paint(canvas, rest, &pane, &self->view, true);
    canvas_rule(canvas, detail.x, detail.y, detail.width, STYLE_BORDER);
    size_t index;
    if (!table_view_selected(&self->view, &source, &index))
        return;
    const struct timeline_entry *entry = entry_at(self, index);
    char at[TIMESTAMP_TEXT_MAX];
    timestamp_format(at, entry->at_ms);
    canvas_printf(canvas, detail.x + 1, detail.y + 1, STYLE_DIM, "%s  %s  %s", at, timeline_source_name(entry->source),
                  entry->object);
    canvas_put_fit(canvas, detail.x + 1, detail.y + 2, detail.width - 2, screen_style(entry->tone), span_of(entry->text),
                   TEXT_ALIGN_LEFT, TEXT_CUT_END);
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    struct timeline_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    size_t index;
    if (command == COMMAND_COPY_NAME && table_view_selected(&self->view, &source, &index)) {
        screen->host->copy(screen->host->app, entry_at(self, index)->object);
        return true;
    }
    return table_view_command(&self->view, &source, command);
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_LIST | (self_of(screen)->shown.count > 0 ? COMMAND_NEEDS_SELECTION : 0);
}

static void set_filter(struct screen *screen, struct span text)
{
    struct timeline_screen *self = self_of(screen);
    snprintf(self->filter, sizeof self->filter, "%.*s", SPAN_PRINT(text));
    snprintf(self->view.match, sizeof self->view.match, "%s", self->filter);
}

static struct span filter_text(struct screen *screen)
{
    return span_of(self_of(screen)->filter);
}

static void position(struct screen *screen, char *out, size_t size)
{
    struct timeline_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    char text[32];
    table_view_position(&self->view, &source, text);
    uint64_t dropped = timeline_dropped(screen->host->store->timeline);
    if (dropped > 0)
        snprintf(out, size, "%s (%llu older ones left)", text, (unsigned long long)dropped);
    else
        snprintf(out, size, "%s", text);
}

static void free_screen(struct screen *screen)
{
    struct timeline_screen *self = self_of(screen);
    table_view_done(&self->view);
    ARRAY_FREE(&self->shown);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_FILTER, COMMAND_COPY_NAME, COMMAND_SWITCH_REGION, COMMAND_COMMAND_LINE, COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_TIMELINE,
    .name = "Timeline",
    .free = free_screen,
    .recalc = recalc,
    .paint = paint,
    .command = run_command,
    .holds = holds,
    .filter = set_filter,
    .filter_text = filter_text,
    .position = position,
    .hints = HINTS,
    .hint_count = ARRAY_LENGTH(HINTS),
};

struct screen *timeline_screen_new(struct screen_host *host)
{
    struct timeline_screen *self = alloc_new(struct timeline_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host};
    table_view_init(&self->view);
    return &self->screen;
}
