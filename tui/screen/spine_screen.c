/* Spine: the streams and buckets of JetStream, asked every 5 s while this screen is looked at, never otherwise. Enter goes to a
 * stream's consumers or a bucket's keys; a stream can be followed live. Looking changes nothing over there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "screen/spine_ask.h"
#include "screen/spine_screens.h"
#include "widget/chrome.h"
#include "widget/table.h"

enum { COLUMN_NAME, COLUMN_USE, COLUMN_MESSAGES, COLUMN_BYTES, COLUMN_LAST, COLUMN_CONSUMERS, COLUMN_REPLICAS, COLUMN_SEQUENCES, COLUMN_LIMITS,
       COLUMN_STORAGE, COLUMN_SUBJECTS };

static const struct table_column COLUMNS[] = {
    [COLUMN_NAME] = {.title = "STREAM", .priority = 1, .least = 14, .most = 32, .cut = TEXT_CUT_MIDDLE},
    [COLUMN_USE] = {.title = "USE", .priority = 3, .least = 6, .most = 7},
    [COLUMN_MESSAGES] = {.title = "MESSAGES", .priority = 1, .least = 8, .most = 12, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_BYTES] = {.title = "BYTES", .priority = 2, .least = 8, .most = 10, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_LAST] = {.title = "LAST", .priority = 1, .least = 5, .most = 7, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_CONSUMERS] = {.title = "CONS", .priority = 2, .least = 4, .most = 6, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_REPLICAS] = {.title = "REPLICAS", .priority = 3, .least = 8, .most = 24},
    [COLUMN_SEQUENCES] = {.title = "SEQUENCES", .priority = 4, .least = 9, .most = 22},
    [COLUMN_LIMITS] = {.title = "LIMITS", .priority = 5, .least = 10, .most = 30},
    [COLUMN_STORAGE] = {.title = "STORE", .priority = 6, .least = 5, .most = 6},
    [COLUMN_SUBJECTS] = {.title = "SUBJECTS", .priority = 2, .least = 12, .weight = 1},
};

struct spine_screen {
    struct screen screen;
    struct table_view view;
    struct spine_ask *ask;
    struct spine_streams streams; /* the last answer */
    ARRAY(size_t) shown;
    char filter[128];
};

static struct spine_screen *self_of(struct screen *screen)
{
    return (struct spine_screen *)screen;
}

static const struct spine_stream *stream_at(const struct spine_screen *self, size_t index)
{
    return &self->streams.items.items[self->shown.items[index]];
}

static size_t count_rows(void *context)
{
    return ((struct spine_screen *)context)->shown.count;
}

static struct span identify(void *context, size_t index)
{
    return span_of(stream_at(context, index)->name);
}

static void write_replicas(const struct spine_stream *stream, struct table_cell *cell)
{
    cell->style = stream->absent > 0 ? STYLE_BAD : stream->lag > 0 ? STYLE_WARN : STYLE_TEXT;
    if (stream->absent > 0)
        snprintf(cell->text, sizeof cell->text, "%u, %u behind", stream->replicas, stream->absent);
    else if (stream->lag > 0)
        snprintf(cell->text, sizeof cell->text, "%u, lag %llu", stream->replicas, (unsigned long long)stream->lag);
    else
        snprintf(cell->text, sizeof cell->text, "%u", stream->replicas);
}

static void write_limits(const struct spine_stream *stream, char *out, size_t size)
{
    char age[TIMESTAMP_TEXT_MAX] = "", bytes[32] = "", messages[40] = "";
    if (stream->max_age_ms > 0)
        timestamp_format_age(age, stream->max_age_ms);
    if (stream->max_bytes > 0)
        spine_message_bytes(bytes, sizeof bytes, (uint64_t)stream->max_bytes);
    if (stream->max_messages > 0)
        snprintf(messages, sizeof messages, "%lld msgs", (long long)stream->max_messages);
    snprintf(out, size, "%s%s%s%s%s", age, age[0] != '\0' && bytes[0] != '\0' ? ", " : "", bytes,
             (age[0] != '\0' || bytes[0] != '\0') && messages[0] != '\0' ? ", " : "", messages);
}

static void fill_cell(void *context, size_t index, size_t column, struct table_cell *cell)
{
    static const char *const USES[] = {"stream", "bucket", "objects"};
    const struct spine_stream *stream = stream_at(context, index);
    switch (column) {
    case COLUMN_NAME:
        cell->shown = span_of(stream->shown);
        cell->style = STYLE_STRONG;
        break;
    case COLUMN_USE:
        cell->shown = span_of(USES[stream->use]);
        cell->style = STYLE_DIM;
        break;
    case COLUMN_MESSAGES:
        snprintf(cell->text, sizeof cell->text, "%llu", (unsigned long long)stream->messages);
        break;
    case COLUMN_BYTES:
        spine_message_bytes(cell->text, sizeof cell->text, stream->bytes);
        break;
    case COLUMN_LAST:
        spine_message_age(cell->text, sizeof cell->text, stream->last_ms, clock_wall_ms());
        break;
    case COLUMN_CONSUMERS:
        snprintf(cell->text, sizeof cell->text, "%llu", (unsigned long long)stream->consumers);
        break;
    case COLUMN_REPLICAS:
        write_replicas(stream, cell);
        break;
    case COLUMN_SEQUENCES:
        snprintf(cell->text, sizeof cell->text, "%llu-%llu", (unsigned long long)stream->first_sequence, (unsigned long long)stream->last_sequence);
        cell->style = STYLE_DIM;
        break;
    case COLUMN_LIMITS:
        write_limits(stream, cell->text, sizeof cell->text);
        cell->style = STYLE_DIM;
        break;
    case COLUMN_STORAGE:
        cell->shown = span_of(stream->storage);
        cell->style = STYLE_DIM;
        break;
    default:
        cell->shown = span_of(stream->subjects);
    }
}

static struct table_source source_of(struct spine_screen *self)
{
    return (struct table_source){.context = self, .count = count_rows, .identity = identify, .cell = fill_cell};
}

static void recalc(struct screen *screen)
{
    struct spine_screen *self = self_of(screen);
    if (spine_ask_turn(self->ask)) {
        spine_facts_free_streams(&self->streams);
        spine_ask_take_streams(self->ask, &self->streams);
    }
    self->shown.count = 0;
    struct span words = span_of(self->filter);
    for (size_t i = 0; i < self->streams.items.count; i++) {
        const struct spine_stream *stream = &self->streams.items.items[i];
        if (words.length == 0 || span_contains_folded(span_of(stream->shown), words) || span_contains_folded(span_of(stream->subjects), words))
            ARRAY_PUSH(&self->shown, i);
    }
    struct table_source source = source_of(self);
    table_view_sync(&self->view, &source);
}

static void paint_title(const struct spine_screen *self, struct canvas *canvas, struct rect line)
{
    uint64_t messages = 0, bytes = 0;
    char shown[32];
    size_t buckets = 0;
    for (size_t i = 0; i < self->streams.items.count; i++) {
        messages += self->streams.items.items[i].messages;
        bytes += self->streams.items.items[i].bytes;
        buckets += self->streams.items.items[i].use == SPINE_USE_BUCKET;
    }
    spine_message_bytes(shown, sizeof shown, bytes);
    int used = canvas_text(canvas, line.x + 1, line.y, STYLE_TITLE, "JetStream");
    used += canvas_printf(canvas, line.x + used + 3, line.y, STYLE_TEXT, "%zu streams, %zu of them buckets · %llu messages · %s",
                          self->streams.items.count, buckets, (unsigned long long)messages, shown);
    const char *problem = spine_ask_problem(self->ask);
    if (self->streams.total > self->streams.items.count)
        canvas_printf(canvas, line.x + used + 6, line.y, STYLE_WARN, "%llu more are not shown",
                      (unsigned long long)(self->streams.total - self->streams.items.count));
    else if (problem[0] != '\0' && self->streams.items.count > 0)
        canvas_put_fit(canvas, line.x + used + 6, line.y, line.width - used - 7, STYLE_WARN, span_of(problem), TEXT_ALIGN_LEFT, TEXT_CUT_END);
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct spine_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    const char *problem = spine_ask_problem(self->ask);
    paint_title(self, canvas, rect_take_top(&area, 1));
    if (self->streams.items.count == 0) {
        chrome_notice(canvas, area, problem[0] != '\0' ? STYLE_WARN : STYLE_DIM,
                      problem[0] != '\0'                  ? problem
                      : spine_ask_is_answered(self->ask) ? "JetStream holds no stream. A subject can be followed all the same: :tail SUBJECT"
                                                          : "Asking JetStream…");
        return;
    }
    struct table_pane pane = {COLUMNS, ARRAY_LENGTH(COLUMNS), &source, "No stream passes the filter."};
    table_paint(canvas, area, &pane, &self->view, true);
}

static void open_stream(struct spine_screen *self, const struct spine_stream *stream)
{
    struct screen_host *host = self->screen.host;
    if (stream->use == SPINE_USE_BUCKET)
        host->open(host->app, spine_tail_screen_new_bucket(host, stream));
    else
        host->open(host->app, spine_consumers_screen_new(host, stream));
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    struct spine_screen *self = self_of(screen);
    struct screen_host *host = screen->host;
    struct table_source source = source_of(self);
    size_t index;
    bool selected = table_view_selected(&self->view, &source, &index);
    if ((command == COMMAND_OPEN || command == COMMAND_DETAIL) && selected)
        open_stream(self, stream_at(self, index));
    else if (command == COMMAND_TAIL && (argument[0] != '\0' || selected))
        host->open(host->app, spine_tail_screen_new(host, argument[0] != '\0' ? NULL : stream_at(self, index)->name, argument));
    else if (command == COMMAND_COPY_NAME && selected)
        host->copy(host->app, stream_at(self, index)->shown);
    else
        return table_view_command(&self->view, &source, command);
    return true;
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_LIST | (self_of(screen)->shown.count > 0 ? COMMAND_NEEDS_SELECTION : 0);
}

static void set_filter(struct screen *screen, struct span text)
{
    struct spine_screen *self = self_of(screen);
    snprintf(self->filter, sizeof self->filter, "%.*s", SPAN_PRINT(text));
    snprintf(self->view.match, sizeof self->view.match, "%s", self->filter);
}

static struct span filter_text(struct screen *screen)
{
    return span_of(self_of(screen)->filter);
}

static void position(struct screen *screen, char *out, size_t size)
{
    struct spine_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    char text[32];
    table_view_position(&self->view, &source, text);
    snprintf(out, size, "%s", text);
}

static bool ticks(struct screen *screen)
{
    return true; /* the turn that asks again; a frame that changes nothing sends nothing */
}

static void free_screen(struct screen *screen)
{
    struct spine_screen *self = self_of(screen);
    spine_ask_free(self->ask);
    spine_facts_free_streams(&self->streams);
    table_view_done(&self->view);
    ARRAY_FREE(&self->shown);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_OPEN, COMMAND_TAIL, COMMAND_FILTER, COMMAND_COPY_NAME, COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_SPINE,
    .name = "Spine",
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

struct screen *spine_screen_new(struct screen_host *host)
{
    struct spine_screen *self = alloc_new(struct spine_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host};
    self->ask = spine_ask_new(host, NULL);
    table_view_init(&self->view);
    return &self->screen;
}
