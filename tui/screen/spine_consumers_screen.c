/* The consumers of one stream: who reads it, how far behind they are, what they have not acknowledged. Asked every 5 s while it is
 * looked at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "screen/spine_ask.h"
#include "screen/spine_screens.h"
#include "widget/chrome.h"
#include "widget/table.h"

enum { COLUMN_NAME, COLUMN_KIND, COLUMN_PENDING, COLUMN_ACK_PENDING, COLUMN_REDELIVERED, COLUMN_LAG, COLUMN_LAST, COLUMN_STATE, COLUMN_FILTER };

static const struct table_column COLUMNS[] = {
    [COLUMN_NAME] = {.title = "CONSUMER", .priority = 1, .least = 16, .most = 44, .cut = TEXT_CUT_MIDDLE},
    [COLUMN_KIND] = {.title = "KIND", .priority = 3, .least = 14, .most = 18},
    [COLUMN_PENDING] = {.title = "PENDING", .priority = 1, .least = 7, .most = 12, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_ACK_PENDING] = {.title = "UNACKED", .priority = 1, .least = 7, .most = 10, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_REDELIVERED] = {.title = "AGAIN", .priority = 2, .least = 5, .most = 8, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_LAG] = {.title = "BEHIND", .priority = 3, .least = 6, .most = 12, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_LAST] = {.title = "LAST", .priority = 2, .least = 5, .most = 7, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_STATE] = {.title = "STATE", .priority = 2, .least = 8, .most = 12},
    [COLUMN_FILTER] = {.title = "FILTER", .priority = 2, .least = 10, .weight = 1},
};

struct spine_consumers_screen {
    struct screen screen;
    struct table_view view;
    struct spine_ask *ask;
    struct spine_stream stream; /* as it was when this was opened */
    struct spine_consumers consumers;
    ARRAY(size_t) shown;
    char filter[128];
};

static struct spine_consumers_screen *self_of(struct screen *screen)
{
    return (struct spine_consumers_screen *)screen;
}

static const struct spine_consumer *consumer_at(const struct spine_consumers_screen *self, size_t index)
{
    return &self->consumers.items.items[self->shown.items[index]];
}

static size_t count_rows(void *context)
{
    return ((struct spine_consumers_screen *)context)->shown.count;
}

static struct span identify(void *context, size_t index)
{
    return span_of(consumer_at(context, index)->name);
}

static void write_count(struct table_cell *cell, uint64_t count, enum style_id style)
{
    snprintf(cell->text, sizeof cell->text, "%llu", (unsigned long long)count);
    cell->style = count > 0 ? style : STYLE_DIM;
}

static void write_state(const struct spine_consumer *consumer, struct table_cell *cell)
{
    bool idle = consumer->is_push && !consumer->is_bound;
    cell->shown = span_of(consumer->is_paused ? "paused" : idle ? "nobody" : consumer->is_push ? "listening" : consumer->waiting > 0 ? "asking" : "");
    cell->style = consumer->is_paused ? STYLE_SUSPENDED : idle ? STYLE_WARN : STYLE_TEXT;
}

static void fill_cell(void *context, size_t index, size_t column, struct table_cell *cell)
{
    const struct spine_consumers_screen *self = context;
    const struct spine_consumer *consumer = consumer_at(self, index);
    switch (column) {
    case COLUMN_NAME:
        cell->shown = span_of(consumer->name);
        cell->style = STYLE_STRONG;
        break;
    case COLUMN_KIND:
        snprintf(cell->text, sizeof cell->text, "%s %s", consumer->is_durable ? "durable" : "ephemeral", consumer->is_push ? "push" : "pull");
        cell->style = STYLE_DIM;
        break;
    case COLUMN_PENDING:
        write_count(cell, consumer->pending, STYLE_WARN);
        break;
    case COLUMN_ACK_PENDING:
        write_count(cell, consumer->ack_pending, STYLE_WARN);
        break;
    case COLUMN_REDELIVERED:
        write_count(cell, consumer->redelivered, STYLE_BAD);
        break;
    case COLUMN_LAG:
        write_count(cell, self->stream.last_sequence > consumer->acked ? self->stream.last_sequence - consumer->acked : 0, STYLE_TEXT);
        break;
    case COLUMN_LAST:
        spine_message_age(cell->text, sizeof cell->text, consumer->delivered_ms, clock_wall_ms());
        break;
    case COLUMN_STATE:
        write_state(consumer, cell);
        break;
    default:
        cell->shown = span_of(consumer->filter[0] != '\0' ? consumer->filter : "(everything)");
    }
}

static struct table_source source_of(struct spine_consumers_screen *self)
{
    return (struct table_source){.context = self, .count = count_rows, .identity = identify, .cell = fill_cell};
}

static void recalc(struct screen *screen)
{
    struct spine_consumers_screen *self = self_of(screen);
    if (spine_ask_turn(self->ask)) {
        spine_facts_free_consumers(&self->consumers);
        spine_ask_take_consumers(self->ask, &self->consumers);
    }
    self->shown.count = 0;
    struct span words = span_of(self->filter);
    for (size_t i = 0; i < self->consumers.items.count; i++) {
        const struct spine_consumer *consumer = &self->consumers.items.items[i];
        if (consumer->delivered > self->stream.last_sequence)
            self->stream.last_sequence = consumer->delivered;
        if (words.length == 0 || span_contains_folded(span_of(consumer->name), words) || span_contains_folded(span_of(consumer->filter), words))
            ARRAY_PUSH(&self->shown, i);
    }
    struct table_source source = source_of(self);
    table_view_sync(&self->view, &source);
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct spine_consumers_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    struct rect title = rect_take_top(&area, 1);
    const char *problem = spine_ask_problem(self->ask);
    int used = canvas_printf(canvas, title.x + 1, title.y, STYLE_TITLE, "Consumers of %s", self->stream.shown);
    used += canvas_printf(canvas, title.x + used + 3, title.y, STYLE_DIM, "%s", self->stream.subjects);
    if (problem[0] != '\0')
        canvas_put_fit(canvas, title.x + used + 6, title.y, title.width - used - 7, STYLE_WARN, span_of(problem), TEXT_ALIGN_LEFT, TEXT_CUT_END);
    const char *empty = self->filter[0] != '\0'              ? "No consumer passes the filter."
                        : problem[0] != '\0'                 ? problem
                        : spine_ask_is_answered(self->ask) ? "Nobody consumes this stream."
                                                             : "Asking JetStream…";
    struct table_pane pane = {COLUMNS, ARRAY_LENGTH(COLUMNS), &source, empty};
    table_paint(canvas, area, &pane, &self->view, true);
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    struct spine_consumers_screen *self = self_of(screen);
    struct screen_host *host = screen->host;
    struct table_source source = source_of(self);
    size_t index;
    bool selected = table_view_selected(&self->view, &source, &index);
    if (command == COMMAND_OPEN || command == COMMAND_DETAIL || (command == COMMAND_TAIL && argument[0] == '\0')) {
        bool narrow = command != COMMAND_TAIL && selected;
        const char *filter = narrow && strchr(consumer_at(self, index)->filter, ',') == NULL ? consumer_at(self, index)->filter : "";
        host->open(host->app, spine_tail_screen_new(host, self->stream.name, filter));
    } else if (command == COMMAND_TAIL) {
        host->open(host->app, spine_tail_screen_new(host, NULL, argument));
    } else if (command == COMMAND_COPY_NAME && selected) {
        host->copy(host->app, consumer_at(self, index)->name);
    } else {
        return table_view_command(&self->view, &source, command);
    }
    return true;
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_LIST | (self_of(screen)->shown.count > 0 ? COMMAND_NEEDS_SELECTION : 0);
}

static void set_filter(struct screen *screen, struct span text)
{
    struct spine_consumers_screen *self = self_of(screen);
    snprintf(self->filter, sizeof self->filter, "%.*s", SPAN_PRINT(text));
    snprintf(self->view.match, sizeof self->view.match, "%s", self->filter);
}

static struct span filter_text(struct screen *screen)
{
    return span_of(self_of(screen)->filter);
}

static void position(struct screen *screen, char *out, size_t size)
{
    struct spine_consumers_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    char text[32];
    table_view_position(&self->view, &source, text);
    snprintf(out, size, "%s", text);
}

static bool ticks(struct screen *screen)
{
    return true; /* the turn that asks again */
}

static void free_screen(struct screen *screen)
{
    struct spine_consumers_screen *self = self_of(screen);
    spine_ask_free(self->ask);
    spine_facts_free_consumers(&self->consumers);
    table_view_done(&self->view);
    ARRAY_FREE(&self->shown);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_OPEN, COMMAND_TAIL, COMMAND_BACK, COMMAND_FILTER, COMMAND_COPY_NAME, COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_SPINE,
    .name = "Consumers",
    .free = free_screen,
    .recalc = recalc,
    .paint = paint,
    .command = run_command,
    .holds = holds,
    .filter = set_filter,
    .filter_text = filter_text,
    .position = position,
    .ticks = ticks,
    .hints = HINTS,
    .hint_count = ARRAY_LENGTH(HINTS),
};

struct screen *spine_consumers_screen_new(struct screen_host *host, const struct spine_stream *stream)
{
    struct spine_consumers_screen *self = alloc_new(struct spine_consumers_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host};
    self->stream = *stream;
    self->ask = spine_ask_new(host, stream->name);
    table_view_init(&self->view);
    return &self->screen;
}
