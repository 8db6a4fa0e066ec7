/* A live tail of a subject, or the keys of a bucket as they change. What comes waits in spine_follow; it is taken when this screen is
 * looked at and not held. Enter shows a message in full. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "screen/document.h"
#include "screen/spine_screens.h"
#include "spine/spine_follow.h"
#include "widget/chrome.h"
#include "widget/table.h"

#define REPLAY 200
#define PAGE_MAXIMUM ((size_t)1 << 20)

enum { COLUMN_TIME, COLUMN_SEQUENCE, COLUMN_SUBJECT, COLUMN_SIZE, COLUMN_TEXT };

static const struct table_column TAIL_COLUMNS[] = {
    [COLUMN_TIME] = {.title = "TIME (UTC)", .priority = 1, .least = 10, .most = 10},
    [COLUMN_SEQUENCE] = {.title = "SEQ", .priority = 2, .least = 5, .most = 12, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_SUBJECT] = {.title = "SUBJECT", .priority = 1, .least = 20, .most = 48, .cut = TEXT_CUT_MIDDLE},
    [COLUMN_SIZE] = {.title = "SIZE", .priority = 4, .least = 6, .most = 9, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_TEXT] = {.title = "CONTENT", .priority = 1, .least = 20, .weight = 1},
};

static const struct table_column BUCKET_COLUMNS[] = {
    [COLUMN_TIME] = {.title = "AGE", .priority = 2, .least = 5, .most = 7, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_SEQUENCE] = {.title = "REVISION", .priority = 2, .least = 8, .most = 12, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_SUBJECT] = {.title = "KEY", .priority = 1, .least = 20, .most = 48, .cut = TEXT_CUT_MIDDLE},
    [COLUMN_SIZE] = {.title = "SIZE", .priority = 4, .least = 6, .most = 9, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_TEXT] = {.title = "VALUE", .priority = 1, .least = 20, .weight = 1},
};

struct spine_tail_screen {
    struct screen screen;
    struct table_view view;
    struct nats_link *link; /* borrowed from the feeds */
    struct spine_follow *follow; /* NULL: no NATS */
    struct spine_log log;
    ARRAY(struct spine_message *) shown; /* a tail's: newest first */
    char title[SPINE_NAME_MAX + 32];
    char filter[128], identity[SPINE_NAME_MAX + 32];
    int64_t max_age_ms; /* of a bucket */
    bool held;
};

static struct spine_tail_screen *self_of(struct screen *screen)
{
    return (struct spine_tail_screen *)screen;
}

static const struct spine_message *message_at(const struct spine_tail_screen *self, size_t index)
{
    return self->shown.items[index];
}

static size_t count_rows(void *context)
{
    return ((struct spine_tail_screen *)context)->shown.count;
}

static struct span identify(void *context, size_t index)
{
    struct spine_tail_screen *self = context;
    const struct spine_message *message = message_at(self, index);
    if (self->log.is_bucket)
        return span_first(span_of(spine_log_key(message)), TABLE_IDENTITY_MAX);
    if (message->sequence == 0)
        snprintf(self->identity, sizeof self->identity, "%p", (const void *)message);
    else
        snprintf(self->identity, sizeof self->identity, "%llu%s@%s", (unsigned long long)message->sequence, message->missing > 0 ? "-" : "", message->stream);
    return span_of(self->identity);
}

static void fill_time(const struct spine_tail_screen *self, const struct spine_message *message, struct table_cell *cell)
{
    char at[TIMESTAMP_TEXT_MAX];
    cell->style = STYLE_DIM;
    if (self->log.is_bucket) {
        spine_message_age(cell->text, sizeof cell->text, message->at_ms, clock_wall_ms());
        return;
    }
    timestamp_format_clock(at, message->at_ms);
    snprintf(cell->text, sizeof cell->text, "%s", at);
}

static void fill_text(const struct spine_message *message, struct table_cell *cell)
{
    if (message->operation == 'D' || message->operation == 'X') {
        cell->shown = span_of(message->operation == 'D' ? "(deleted)" : "(purged)");
        cell->style = STYLE_DIM;
        return;
    }
    cell->shown = span_of(message->preview);
    cell->style = message->missing > 0 ? STYLE_WARN : STYLE_TEXT;
}

static void fill_cell(void *context, size_t index, size_t column, struct table_cell *cell)
{
    struct spine_tail_screen *self = context;
    const struct spine_message *message = message_at(self, index);
    if (message->missing > 0 && column != COLUMN_TEXT && column != COLUMN_TIME)
        return;
    switch (column) {
    case COLUMN_TIME:
        fill_time(self, message, cell);
        break;
    case COLUMN_SEQUENCE:
        if (message->sequence > 0)
            snprintf(cell->text, sizeof cell->text, "%llu", (unsigned long long)message->sequence);
        break;
    case COLUMN_SUBJECT:
        cell->shown = span_of(self->log.is_bucket ? spine_log_key(message) : message->subject);
        cell->style = STYLE_STRONG;
        break;
    case COLUMN_SIZE:
        spine_message_bytes(cell->text, sizeof cell->text, message->size);
        cell->style = STYLE_DIM;
        break;
    default:
        fill_text(message, cell);
    }
}

static struct table_source source_of(struct spine_tail_screen *self)
{
    return (struct table_source){.context = self, .count = count_rows, .identity = identify, .cell = fill_cell};
}

static void recalc(struct screen *screen)
{
    struct spine_tail_screen *self = self_of(screen);
    bool at_newest = self->view.index == 0 && !self->log.is_bucket;
    if (self->follow != NULL && !self->held)
        spine_follow_take(self->follow, &self->log);
    if (self->log.is_bucket)
        spine_log_expire(&self->log, self->max_age_ms, clock_wall_ms());
    self->shown.count = 0;
    for (size_t i = 0; i < self->log.items.count; i++) {
        struct spine_message *message = self->log.items.items[self->log.is_bucket ? i : self->log.items.count - 1 - i];
        if (spine_message_passes(message, span_of(self->filter)))
            ARRAY_PUSH(&self->shown, message);
    }
    struct table_source source = source_of(self);
    if (at_newest && self->shown.count > 0 && !self->held)
        table_view_select(&self->view, &source, 0);
    table_view_sync(&self->view, &source);
}

/* What is odd, in one sentence; "" when all is well. */
static enum style_id describe(struct spine_tail_screen *self, const struct spine_follow_state *state, char *out, size_t size)
{
    uint64_t lost = state->counters.dropped + state->overflowed;
    out[0] = '\0';
    if (state->state != NATS_TAIL_STATE_LIVE && state->text[0] != '\0') {
        snprintf(out, size, "%s", state->text);
        return STYLE_WARN;
    }
    if (lost > 0)
        snprintf(out, size, "%llu messages were dropped: they came faster than they could be taken", (unsigned long long)lost);
    else if (self->held)
        snprintf(out, size, "held, %zu waiting", state->waiting);
    else if (state->counters.restarts > 0)
        snprintf(out, size, "the stream was made anew while we followed it");
    else if (self->log.let_go > 0)
        snprintf(out, size, self->log.is_bucket ? "%llu more keys are not shown" : "%llu older ones left", (unsigned long long)self->log.let_go);
    return lost > 0 ? STYLE_WARN : STYLE_DIM;
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct spine_tail_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    struct spine_follow_state state = {.text = "NATS is not configured for this Sovereign"};
    char text[ERROR_TEXT_MAX];
    struct rect title = rect_take_top(&area, 1);
    if (self->follow != NULL)
        spine_follow_look(self->follow, &state);
    enum style_id style = describe(self, &state, text, sizeof text);
    int used = canvas_text(canvas, title.x + 1, title.y, STYLE_TITLE, self->title);
    if (state.state == NATS_TAIL_STATE_LIVE && !self->log.is_bucket)
        used += canvas_printf(canvas, title.x + used + 3, title.y, STYLE_DIM, "in %s", state.stream) + 2;
    canvas_put_fit(canvas, title.x + used + 3, title.y, title.width - used - 4, style, span_of(text), TEXT_ALIGN_LEFT, TEXT_CUT_END);
    bool odd = state.state != NATS_TAIL_STATE_LIVE && state.text[0] != '\0';
    const char *empty = self->filter[0] != '\0' ? "Nothing passes the filter."
                        : odd                    ? state.text
                        : self->log.is_bucket    ? "The bucket is empty; keys appear here as they are written."
                                                 : "Nothing has come yet: messages appear here as they are published.";
    struct table_pane pane = {self->log.is_bucket ? BUCKET_COLUMNS : TAIL_COLUMNS, ARRAY_LENGTH(TAIL_COLUMNS), &source, empty};
    table_paint(canvas, area, &pane, &self->view, true);
}

static void open_message(struct spine_tail_screen *self, const struct spine_message *message)
{
    struct screen_host *host = self->screen.host;
    struct bytebuf text;
    char title[SPINE_NAME_MAX + 64];
    if (message->missing > 0)
        return;
    bytebuf_init(&text, PAGE_MAXIMUM);
    spine_message_write(message, &text);
    snprintf(title, sizeof title, "%s %s", self->log.is_bucket ? "Key" : "Message", self->log.is_bucket ? spine_log_key(message) : message->subject);
    host->open(host->app, document_screen_new(host, document_of_text(DOCUMENT_KIND_TEXT, title, bytebuf_span(&text))));
    bytebuf_done(&text);
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    struct spine_tail_screen *self = self_of(screen);
    struct screen_host *host = screen->host;
    struct table_source source = source_of(self);
    size_t index;
    bool selected = table_view_selected(&self->view, &source, &index);
    if ((command == COMMAND_OPEN || command == COMMAND_DETAIL) && selected)
        open_message(self, message_at(self, index));
    else if (command == COMMAND_TOGGLE_FOLLOW)
        self->held = !self->held;
    else if (command == COMMAND_TAIL && argument[0] != '\0')
        host->open(host->app, spine_tail_screen_new(host, NULL, argument));
    else if (command == COMMAND_COPY_NAME && selected)
        host->copy(host->app, self->log.is_bucket ? spine_log_key(message_at(self, index)) : message_at(self, index)->subject);
    else
        return table_view_command(&self->view, &source, command);
    return true;
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_LIST | COMMAND_NEEDS_DOCUMENT | (self_of(screen)->shown.count > 0 ? COMMAND_NEEDS_SELECTION : 0);
}

static void set_filter(struct screen *screen, struct span text)
{
    struct spine_tail_screen *self = self_of(screen);
    snprintf(self->filter, sizeof self->filter, "%.*s", SPAN_PRINT(text));
    snprintf(self->view.match, sizeof self->view.match, "%s", self->filter);
}

static struct span filter_text(struct screen *screen)
{
    return span_of(self_of(screen)->filter);
}

static void position(struct screen *screen, char *out, size_t size)
{
    struct spine_tail_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    char text[32];
    table_view_position(&self->view, &source, text);
    snprintf(out, size, "%s%s", text, self->held ? " · held" : "");
}

static void free_screen(struct screen *screen)
{
    struct spine_tail_screen *self = self_of(screen);
    bool alive = screen->host->feeds != NULL && feed_set_nats(screen->host->feeds) == self->link;
    spine_follow_free(self->follow, alive);
    spine_log_done(&self->log);
    table_view_done(&self->view);
    ARRAY_FREE(&self->shown);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_OPEN, COMMAND_TOGGLE_FOLLOW, COMMAND_FILTER, COMMAND_BACK, COMMAND_COPY_NAME, COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_TAIL,
    .name = "Tail",
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

static void wake(void *context)
{
    struct spine_tail_screen *self = context;
    self->screen.host->repaint(self->screen.host->app);
}

static struct spine_tail_screen *create(struct screen_host *host, const struct nats_tail_options *options, bool is_bucket)
{
    struct spine_tail_screen *self = alloc_new(struct spine_tail_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host};
    spine_log_init(&self->log, is_bucket);
    table_view_init(&self->view);
    self->link = feed_set_nats(host->feeds);
    if (self->link != NULL)
        self->follow = spine_follow_new(self->link, options, host->inbox, wake, self);
    return self;
}

struct screen *spine_tail_screen_new(struct screen_host *host, const char *stream, const char *subject)
{
    char raw[SPINE_NAME_MAX + 32];
    struct nats_tail_options options = {.subject = subject[0] != '\0' ? subject : ">", .stream = stream, .last = REPLAY, .core = stream == NULL};
    struct spine_tail_screen *self = create(host, &options, false);
    snprintf(raw, sizeof raw, "Tail of %s", subject[0] != '\0' ? subject : stream != NULL ? stream : ">");
    sanitize_line_into(self->title, sizeof self->title, raw, strlen(raw));
    return &self->screen;
}

struct screen *spine_tail_screen_new_bucket(struct screen_host *host, const struct spine_stream *bucket)
{
    struct nats_tail_options options = {.subject = bucket->first_subject[0] != '\0' ? bucket->first_subject : ">", .stream = bucket->name,
                                        .start = NATS_TAIL_START_EACH_SUBJECT};
    struct spine_tail_screen *self = create(host, &options, true);
    self->max_age_ms = bucket->max_age_ms;
    snprintf(self->title, sizeof self->title, "Bucket %s", bucket->shown);
    return &self->screen;
}
