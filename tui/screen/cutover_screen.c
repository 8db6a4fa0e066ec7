/* The cutover: one row per discovered step, what is claimed beside what is measured, per region. Below, or to the right, the
 * selected step's evidence. Starting it is an operation like every other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "truth/truth_board.h"
#include "screen/screen.h"
#include "sovereign/kind_table.h"
#include "widget/chrome.h"
#include "widget/table.h"

#define EVIDENCE_LINES 8
#define EVIDENCE_LEAST 5
#define METER_WIDTH 22

enum { COLUMN_ORDER, COLUMN_STEP, COLUMN_CLAIM, COLUMN_MEASURED, COLUMN_REGIONS, COLUMN_ELAPSED = COLUMN_REGIONS + STORE_REGIONS_MAX, COLUMN_END };

struct cutover_screen {
    struct screen screen;
    struct table_view view;
    struct truth_board *board;
    struct table_column columns[COLUMN_END];
    size_t places[COLUMN_END]; /* shown column -> enum above */
    size_t column_count;
    bool wants;
    bool moved; /* by a person: until then the selection follows the running step */
};

static const enum style_id VERDICT_STYLES[] = {
    [TRUTH_VERDICT_AGREE] = STYLE_GOOD, [TRUTH_VERDICT_DISPUTED] = STYLE_BAD,
    [TRUTH_VERDICT_NOT_YET] = STYLE_PENDING, [TRUTH_VERDICT_UNMEASURED] = STYLE_UNKNOWN,
};

static struct cutover_screen *self_of(struct screen *screen)
{
    return (struct cutover_screen *)screen;
}

static size_t count_rows(void *context)
{
    const struct cutover_screen *self = context;
    return self->board == NULL ? 0 : self->board->row_count;
}

static struct span identify(void *context, size_t index)
{
    return span_of(((struct cutover_screen *)context)->board->rows[index].step->name);
}

static const char *claim_sign(const struct truth_row *row)
{
    switch (row->claim) {
    case STEP_RESULT_PENDING: return "·";
    case STEP_RESULT_RUNNING: return "◐";
    case STEP_RESULT_SUCCESS: return "✔";
    case STEP_RESULT_FAILED: return "✖";
    case STEP_RESULT_SKIPPED: return "‖";
    default: return "?";
    }
}

static enum style_id style_of_tone(enum tone tone)
{
    return tone == TONE_NEUTRAL ? STYLE_PENDING : screen_style(tone);
}

static void fill_elapsed(const struct truth_row *row, struct table_cell *cell)
{
    char elapsed[TIMESTAMP_TEXT_MAX];
    if (row->elapsed_ms < 0)
        return;
    timestamp_format_age(elapsed, row->elapsed_ms);
    snprintf(cell->text, sizeof cell->text, "%s%s", elapsed, row->is_over_deadline ? "!" : "");
    cell->style = row->is_over_deadline ? STYLE_BAD : row->is_slow ? STYLE_AGE_OLD : STYLE_DIM;
}

static void fill_cell(void *context, size_t index, size_t shown, struct table_cell *cell)
{
    struct cutover_screen *self = context;
    const struct truth_row *row = &self->board->rows[index];
    size_t column = self->places[shown];
    switch (column) {
    case COLUMN_ORDER:
        if (row->step->order == STEP_ORDER_UNKNOWN)
            snprintf(cell->text, sizeof cell->text, "%s", row->is_current ? "▸" : "–");
        else
            snprintf(cell->text, sizeof cell->text, "%d%s", row->step->order, row->is_current ? "▸" : "");
        cell->style = row->is_current ? STYLE_PROGRESS : STYLE_DIM;
        break;
    case COLUMN_STEP:
        cell->shown = span_of(row->step->name);
        cell->style = row->step->problem[0] != '\0' ? STYLE_BAD : STYLE_STRONG;
        break;
    case COLUMN_CLAIM:
        snprintf(cell->text, sizeof cell->text, "%s %s%s", claim_sign(row), row->claim_word, row->is_stale_claim ? " (stale)" : "");
        cell->style = row->is_stale_claim ? STYLE_DISPUTED : style_of_tone(row->claim_tone);
        break;
    case COLUMN_MEASURED:
        snprintf(cell->text, sizeof cell->text, "%s %s", screen_glyph(row->tone), row->sentence);
        cell->style = style_of_tone(row->tone);
        break;
    case COLUMN_ELAPSED:
        fill_elapsed(row, cell);
        break;
    default: {
        int region = (int)(column - COLUMN_REGIONS);
        enum tone tone = truth_board_cell_tone(row, region);
        const char *text = row->cells[region].text;
        cell->shown = span_of(text[0] != '\0' ? text : screen_glyph(tone));
        cell->style = style_of_tone(tone);
    }
    }
}

static struct table_source source_of(struct cutover_screen *self)
{
    return (struct table_source){.context = self, .count = count_rows, .identity = identify, .cell = fill_cell};
}

static void add_column(struct cutover_screen *self, size_t place, struct table_column column)
{
    self->places[self->column_count] = place;
    self->columns[self->column_count++] = column;
}

static void plan_columns(struct cutover_screen *self)
{
    const struct store *store = self->screen.host->store;
    self->column_count = 0;
    add_column(self, COLUMN_ORDER, (struct table_column){.title = "#", .priority = 1, .least = 3, .most = 3, .align = TEXT_ALIGN_RIGHT});
    add_column(self, COLUMN_STEP, (struct table_column){.title = "STEP", .priority = 1, .least = 25, .most = 26});
    add_column(self, COLUMN_CLAIM, (struct table_column){.title = "CLAIM", .priority = 1, .least = 10, .most = 17});
    add_column(self, COLUMN_MEASURED, (struct table_column){.title = "MEASURED", .priority = 1, .least = 20, .weight = 1});
    for (int region = 0; region < store->region_count; region++)
        add_column(self, COLUMN_REGIONS + (size_t)region, (struct table_column){.title = store->regions[region].name, .priority = 2, .least = 5, .most = 8});
    add_column(self, COLUMN_ELAPSED, (struct table_column){.title = "ELAPSED", .priority = 3, .least = 7, .most = 8, .align = TEXT_ALIGN_RIGHT});
}

static void want_kinds(struct cutover_screen *self)
{
    const char *id;
    for (size_t i = 0; !self->wants && (id = truth_board_kind(i)) != NULL; i++)
        feed_set_want(self->screen.host->feeds, kind_table_get(id));
    self->wants = true;
}

static void recalc(struct screen *screen)
{
    struct cutover_screen *self = self_of(screen);
    want_kinds(self);
    truth_board_free(self->board);
    self->board = truth_board_measure(screen->host->store, screen->host->witness, screen->host->memory);
    plan_columns(self);
    struct table_source source = source_of(self);
    for (size_t i = 0; !self->moved && i < self->board->row_count; i++)
        if (self->board->rows[i].is_current)
            table_view_select(&self->view, &source, i);
    table_view_sync(&self->view, &source);
}

/* --- head: state, times, progress, counts --- */

static void format_start(char out[TIMESTAMP_TEXT_MAX], int64_t at_ms)
{
    timestamp_format_clock(out, at_ms);
    if (out[0] == '\0')
        snprintf(out, TIMESTAMP_TEXT_MAX, "–");
}

static void paint_head(const struct cutover_screen *self, struct canvas *canvas, struct rect area)
{
    const struct truth_board *board = self->board;
    const struct cutover_status *status = &board->status;
    char first[TIMESTAMP_TEXT_MAX], last[TIMESTAMP_TEXT_MAX], age[TIMESTAMP_TEXT_MAX];
    int x = area.x + 1;
    enum tone tone = cutover_status_state_tone(status->state);
    x += canvas_printf(canvas, x, area.y, STYLE_DIM, "claim ");
    x += canvas_printf(canvas, x, area.y, style_of_tone(tone == TONE_GOOD ? TONE_NEUTRAL : tone), "%s", board->claim) + 2;
    if (status->total_steps > 0 && status->state != CUTOVER_STATE_NEVER_STARTED) {
        chrome_meter(canvas, x, area.y, METER_WIDTH, (uint64_t)(status->progress_percent > 0 ? status->progress_percent : 0), 100);
        x += METER_WIDTH + 2;
    }
    x += canvas_printf(canvas, x, area.y, STYLE_DIM, "measured ");
    for (int verdict = 0; verdict < TRUTH_VERDICT_COUNT; verdict++)
        if (board->verdicts[verdict] > 0)
            x += canvas_printf(canvas, x, area.y, VERDICT_STYLES[verdict], "%zu %s", board->verdicts[verdict],
                               truth_board_verdict_name((enum truth_verdict)verdict)) + 2;
    format_start(first, status->started_ms);
    format_start(last, status->last_attempt_ms);
    x = area.x + 1;
    x += canvas_printf(canvas, x, area.y + 1, STYLE_DIM, "first start %s   last attempt %s   read from %s", first, last, status->source_text) + 2;
    if (status->age_ms > 5000) {
        timestamp_format_age(age, status->age_ms);
        canvas_printf(canvas, x, area.y + 1, STYLE_STALE, "%s old", age);
    }
}

/* The error, or the first thing that contradicts the claim as a whole. Empty: nothing to say. */
static const char *alarm_of(const struct truth_board *board, char out[600])
{
    out[0] = '\0';
    if (board->status.failed_step[0] != '\0')
        snprintf(out, 600, "✖ %s failed: %s", board->status.failed_step, board->status.last_error);
    else if (board->warning_count > 0)
        snprintf(out, 600, "! %s%s", board->warnings[0], board->warning_count > 1 ? " (and more)" : "");
    return out;
}

/* --- evidence of the selected step --- */

static void paint_line(struct canvas *canvas, struct rect area, int *line, const char *label, enum style_id style, const char *text)
{
    if (text[0] == '\0' || *line >= area.height)
        return;
    canvas_text(canvas, area.x, area.y + *line, STYLE_DIM, label);
    canvas_put_fit(canvas, area.x + 12, area.y + *line, area.width - 12, style, span_of(text), TEXT_ALIGN_LEFT, TEXT_CUT_END);
    (*line)++;
}

static void paint_evidence(const struct cutover_screen *self, struct canvas *canvas, struct rect area, const struct truth_row *row)
{
    char text[400], elapsed[TIMESTAMP_TEXT_MAX] = "–", deadline[TIMESTAMP_TEXT_MAX] = "unknown";
    int line = 0;
    if (row->elapsed_ms >= 0)
        timestamp_format_age(elapsed, row->elapsed_ms);
    if (row->deadline_s > 0)
        timestamp_format_age(deadline, (int64_t)row->deadline_s * 1000);
    int used = canvas_text(canvas, area.x, area.y, STYLE_STRONG, row->step->name);
    canvas_put_fit(canvas, area.x + used + 2, area.y, area.width - used - 2, STYLE_DIM, span_of(row->step->facts != NULL ? row->step->facts->does : "a step that this console does not know: shown as it is"), TEXT_ALIGN_LEFT, TEXT_CUT_END);
    line++;
    paint_line(canvas, area, &line, "problem", STYLE_BAD, row->step->problem);
    snprintf(text, sizeof text, "%s %s", claim_sign(row), row->claim_word);
    paint_line(canvas, area, &line, "claimed", style_of_tone(row->claim_tone), text);
    for (int region = 0; region < self->board->region_count; region++) {
        enum tone tone = truth_board_cell_tone(row, region);
        snprintf(text, sizeof text, "%s %s", screen_glyph(tone), row->cells[region].sentence);
        paint_line(canvas, area, &line, self->board->regions[region], style_of_tone(tone), text);
    }
    snprintf(text, sizeof text, "%s of at most %s%s%s", elapsed, deadline, row->step->facts != NULL ? ", usually " : "",
             row->step->facts != NULL ? row->step->facts->usual : "");
    paint_line(canvas, area, &line, "time", row->is_over_deadline ? STYLE_BAD : STYLE_TEXT, text);
    paint_line(canvas, area, &line, "verdict", VERDICT_STYLES[row->verdict], truth_board_verdict_name(row->verdict));
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct cutover_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    char alarm[600];
    size_t index;
    struct table_pane pane = {self->columns, self->column_count, &source,
                              "No cutover step is known here: bp-self-sovereign-cutover is not installed, or its ConfigMaps cannot be read."};
    paint_head(self, canvas, rect_take_top(&area, 2));
    if (alarm_of(self->board, alarm)[0] != '\0') {
        struct rect line = rect_take_top(&area, 1);
        canvas_put_fit(canvas, line.x + 1, line.y, line.width - 2, STYLE_BAD, span_of(alarm), TEXT_ALIGN_LEFT, TEXT_CUT_END);
    }
    int spare = area.height - (int)self->board->row_count - 1; /* every step first: the evidence takes what is left */
    struct rect evidence = rect_take_bottom(&area, spare < EVIDENCE_LINES ? (spare > EVIDENCE_LEAST ? spare : EVIDENCE_LEAST) : EVIDENCE_LINES);
    table_paint(canvas, area, &pane, &self->view, true);
    canvas_rule(canvas, evidence.x, evidence.y, evidence.width, STYLE_BORDER);
    rect_take_top(&evidence, 1);
    if (table_view_selected(&self->view, &source, &index))
        paint_evidence(self, canvas, rect_inset(evidence, 1, 0), &self->board->rows[index]);
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    struct cutover_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    bool moved = table_view_command(&self->view, &source, command);
    self->moved = self->moved || moved;
    return moved;
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_LIST;
}

/* The selected step's Job: its log, events and YAML. */
static bool object(struct screen *screen, struct screen_object *ret_object)
{
    struct cutover_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    size_t index;
    if (!table_view_selected(&self->view, &source, &index))
        return false;
    const struct step_job *job = &self->board->rows[index].job;
    if (job->name[0] == '\0')
        return false;
    ret_object->kind = kind_table_get("jobs");
    ret_object->region = store_primary_region(screen->host->store);
    snprintf(ret_object->namespace, sizeof ret_object->namespace, "catalyst");
    snprintf(ret_object->name, sizeof ret_object->name, "%s", job->name);
    return true;
}

static bool ticks(struct screen *screen)
{
    const struct truth_board *board = self_of(screen)->board;
    return board != NULL && (board->status.state == CUTOVER_STATE_RUNNING || board->is_settling);
}

static void position(struct screen *screen, char *out, size_t size)
{
    struct cutover_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    char text[32];
    table_view_position(&self->view, &source, text);
    snprintf(out, size, "%s", text);
}

static void free_screen(struct screen *screen)
{
    struct cutover_screen *self = self_of(screen);
    table_view_done(&self->view);
    truth_board_free(self->board);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_START_CUTOVER, COMMAND_ARM, COMMAND_LOGS, COMMAND_EVENTS, COMMAND_YAML, COMMAND_COMMAND_LINE, COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_CUTOVER,
    .name = "Cutover",
    .free = free_screen,
    .recalc = recalc,
    .paint = paint,
    .command = run_command,
    .holds = holds,
    .object = object,
    .position = position,
    .ticks = ticks,
    .hints = HINTS,
    .hint_count = ARRAY_LENGTH(HINTS),
};

struct screen *cutover_screen_new(struct screen_host *host)
{
    struct cutover_screen *self = alloc_new(struct cutover_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host};
    table_view_init(&self->view);
    return &self->screen;
}
