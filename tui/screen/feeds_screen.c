/* Feeds: every source with its lamp, the age of its last proof of life, and the reason for anything that is not right;
 * below, what each region's kinds are doing. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "screen/screen.h"
#include "widget/table.h"

enum { COLUMN_FEED, COLUMN_STATE, COLUMN_PROOF, COLUMN_LATENCY, COLUMN_ADDRESS, COLUMN_IDENTITY, COLUMN_REASON };

static const struct table_column COLUMNS[] = {
    [COLUMN_FEED] = {.title = "FEED", .priority = 1, .least = 6, .most = 24},
    [COLUMN_STATE] = {.title = "STATE", .priority = 1, .least = 8, .most = 12},
    [COLUMN_PROOF] = {.title = "PROOF", .priority = 2, .least = 6, .most = 8, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_LATENCY] = {.title = "RTT", .priority = 4, .least = 6, .most = 8, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_ADDRESS] = {.title = "ADDRESS", .priority = 3, .least = 16, .most = 40, .cut = TEXT_CUT_MIDDLE},
    [COLUMN_IDENTITY] = {.title = "IDENTITY", .priority = 5, .least = 8, .most = 28},
    [COLUMN_REASON] = {.title = "REASON", .priority = 1, .least = 20, .weight = 1},
};

struct line { /* a feed, or a kind of a region that is not live */
    const struct feed_health *feed;
    const struct table *table;
};

struct feeds_screen {
    struct screen screen;
    struct table_view view;
    ARRAY(struct line) lines;
    char identity[128];
};

static const struct {
    const char *word;
    enum tone tone;
} TABLE_STATES[] = {
    [TABLE_STATE_OFF] = {"off", TONE_NEUTRAL},           [TABLE_STATE_LISTING] = {"listing", TONE_PROGRESS},
    [TABLE_STATE_LIVE] = {"live", TONE_GOOD},            [TABLE_STATE_STALE] = {"stale", TONE_WARN},
    [TABLE_STATE_FORBIDDEN] = {"forbidden", TONE_UNKNOWN}, [TABLE_STATE_ABSENT] = {"absent", TONE_NEUTRAL},
    [TABLE_STATE_FAILED] = {"failed", TONE_BAD},           [TABLE_STATE_PARTIAL] = {"partial", TONE_WARN},
};

static const enum tone FEED_TONES[] = {
    [FEED_STATE_OFF] = TONE_NEUTRAL, [FEED_STATE_STARTING] = TONE_PROGRESS, [FEED_STATE_LIVE] = TONE_GOOD,
    [FEED_STATE_LIMITED] = TONE_WARN, [FEED_STATE_DENIED] = TONE_BAD,       [FEED_STATE_DOWN] = TONE_BAD,
};

static struct feeds_screen *self_of(struct screen *screen)
{
    return (struct feeds_screen *)screen;
}

static size_t count_rows(void *context)
{
    return ((struct feeds_screen *)context)->lines.count;
}

static struct span identify(void *context, size_t index)
{
    struct feeds_screen *self = context;
    const struct line *line = &self->lines.items[index];
    if (line->feed != NULL)
        snprintf(self->identity, sizeof self->identity, "feed/%s", line->feed->name);
    else
        snprintf(self->identity, sizeof self->identity, "%d/%s", line->table->region, line->table->kind->id);
    return span_of(self->identity);
}

static void fill_feed(const struct feed_health *feed, size_t column, struct table_cell *cell)
{
    char age[TIMESTAMP_TEXT_MAX];
    switch (column) {
    case COLUMN_FEED:
        cell->shown = span_of(feed->name);
        cell->style = STYLE_STRONG;
        break;
    case COLUMN_STATE:
        cell->shown = span_of(feed_health_state_name(feed->state));
        cell->style = screen_style(FEED_TONES[feed->state]);
        break;
    case COLUMN_PROOF:
        if (feed->proof_ms >= 0) {
            timestamp_format_age(age, clock_monotonic_ms() - feed->proof_ms);
            snprintf(cell->text, sizeof cell->text, "%s", age);
        } else {
            cell->shown = span_of(feed->state == FEED_STATE_OFF ? "" : "never");
        }
        break;
    case COLUMN_LATENCY:
        if (feed->latency_ms >= 0)
            snprintf(cell->text, sizeof cell->text, "%lld ms", (long long)feed->latency_ms);
        break;
    case COLUMN_ADDRESS:
        cell->shown = span_of(feed->address);
        break;
    case COLUMN_IDENTITY:
        cell->shown = span_of(feed->identity);
        break;
    default:
        cell->shown = span_of(feed->reason);
        cell->style = screen_style(FEED_TONES[feed->state]);
    }
}

static void fill_table(const struct feeds_screen *self, const struct table *table, size_t column, struct table_cell *cell)
{
    char age[TIMESTAMP_TEXT_MAX];
    switch (column) {
    case COLUMN_FEED:
        snprintf(cell->text, sizeof cell->text, "  %s", screen_region_name(self->screen.host, table->region));
        cell->style = STYLE_REGION;
        break;
    case COLUMN_STATE:
        cell->shown = span_of(TABLE_STATES[table->state].word);
        cell->style = screen_style(TABLE_STATES[table->state].tone);
        break;
    case COLUMN_PROOF:
        if (table->applied_ms > 0) {
            timestamp_format_age(age, clock_monotonic_ms() - table->applied_ms);
            snprintf(cell->text, sizeof cell->text, "%s", age);
        }
        cell->style = STYLE_DIM;
        break;
    case COLUMN_ADDRESS:
        snprintf(cell->text, sizeof cell->text, table->listed || table->rows.count > 0 ? "%s (%zu)" : "%s (?)", table->kind->id, table->rows.count);
        break;
    case COLUMN_REASON:
        if (table->broken > 0)
            snprintf(cell->text, sizeof cell->text, "%s%s%llu unreadable page%s or line%s", table->reason,
                     table->reason[0] != '\0' ? "; " : "", (unsigned long long)table->broken, table->broken == 1 ? "" : "s",
                     table->broken == 1 ? "" : "s");
        else
            cell->shown = span_of(table->reason);
        cell->style = screen_style(TABLE_STATES[table->state].tone);
        break;
    default:
        break;
    }
}

static void fill_cell(void *context, size_t index, size_t column, struct table_cell *cell)
{
    struct feeds_screen *self = context;
    const struct line *line = &self->lines.items[index];
    if (line->feed != NULL)
        fill_feed(line->feed, column, cell);
    else
        fill_table(self, line->table, column, cell);
}

static struct table_source source_of(struct feeds_screen *self)
{
    return (struct table_source){.context = self, .count = count_rows, .identity = identify, .cell = fill_cell};
}

static void recalc(struct screen *screen)
{
    struct feeds_screen *self = self_of(screen);
    const struct store *store = screen->host->store;
    self->lines.count = 0;
    for (size_t i = 0; i < store->feed_count; i++) {
        struct line line = {.feed = &store->feeds[i]};
        ARRAY_PUSH(&self->lines, line);
    }
    for (int region = 0; region < store->region_count; region++)
        for (size_t i = 0; i < store->kind_count; i++) {
            struct line line = {.table = store->kinds[i].tables[region]};
            if (line.table != NULL && line.table->state != TABLE_STATE_OFF)
                ARRAY_PUSH(&self->lines, line);
        }
    struct table_source source = source_of(self);
    table_view_sync(&self->view, &source);
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct feeds_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    struct table_pane pane = {COLUMNS, ARRAY_LENGTH(COLUMNS), &source, "No source is configured."};
    struct rect title = rect_take_top(&area, 1);
    canvas_text(canvas, title.x + 1, title.y, STYLE_TITLE, "Feeds, and the kinds each region is watched for");
    table_paint(canvas, area, &pane, &self->view, true);
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    struct table_source source = source_of(self_of(screen));
    return table_view_command(&self_of(screen)->view, &source, command);
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_LIST;
}

static bool ticks(struct screen *screen)
{
    return true;
}

static void free_screen(struct screen *screen)
{
    struct feeds_screen *self = self_of(screen);
    table_view_done(&self->view);
    ARRAY_FREE(&self->lines);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_REFRESH, COMMAND_BACK, COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_LIST,
    .name = "Feeds",
    .free = free_screen,
    .recalc = recalc,
    .paint = paint,
    .command = run_command,
    .holds = holds,
    .ticks = ticks,
    .hints = HINTS,
    .hint_count = ARRAY_LENGTH(HINTS),
};

struct screen *feeds_screen_new(struct screen_host *host)
{
    struct feeds_screen *self = alloc_new(struct feeds_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host};
    table_view_init(&self->view);
    return &self->screen;
}
