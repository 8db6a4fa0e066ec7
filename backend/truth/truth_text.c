/* The board for pipes and scripts. Marks are ASCII words, so that grep and awk need no theme. */
#include "truth/truth_text.h"

#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "base/utf8.h"
#include "decode/json_writer.h"

static const char *const VERDICT_MARKS[] = {
    [TRUTH_VERDICT_AGREE] = "ok ",
    [TRUTH_VERDICT_DISPUTED] = "!! ",
    [TRUTH_VERDICT_NOT_YET] = ".. ",
    [TRUTH_VERDICT_UNMEASURED] = "?? ",
};

static const char *const OUTCOME_NAMES[] = {
    [TRUTH_OUTCOME_UNKNOWN] = "unknown",   [TRUTH_OUTCOME_NOT_APPLICABLE] = "not applicable",
    [TRUTH_OUTCOME_NOT_DONE] = "not done", [TRUTH_OUTCOME_PARTIAL] = "partial",
    [TRUTH_OUTCOME_DONE] = "done",
};

static const char *const MODE_NAMES[] = {
    [STEP_MODE_JOB] = "job",
    [STEP_MODE_DAEMONSET_WAIT] = "daemonset-wait",
    [STEP_MODE_UNKNOWN] = "unknown",
};

static const char *const SOURCE_NAMES[] = {
    [CUTOVER_SOURCE_NONE] = NULL,
    [CUTOVER_SOURCE_CONFIG_MAP] = "ConfigMap",
    [CUTOVER_SOURCE_CATALYST_API] = "catalyst-api",
};

void truth_text_elapsed(char *out, size_t size, int64_t elapsed_ms)
{
    long long seconds = elapsed_ms / 1000;
    if (elapsed_ms < 0)
        snprintf(out, size, "%s", "");
    else if (seconds < 60)
        snprintf(out, size, "%llds", seconds);
    else if (seconds < 3600)
        snprintf(out, size, "%lldm%02llds", seconds / 60, seconds % 60);
    else
        snprintf(out, size, "%lldh%02lldm", seconds / 3600, seconds / 60 % 60);
}

/* No blanks at the end of a line. */
static void endline(struct bytebuf *out)
{
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->length--;
    bytebuf_append_byte(out, '\n');
}

static void pad(struct bytebuf *out, const char *text, size_t cells)
{
    size_t used = utf8_width(span_of(text));
    bytebuf_append_text(out, text);
    for (; used < cells; used++)
        bytebuf_append_byte(out, ' ');
    bytebuf_append_text(out, "  ");
}

struct widths {
    size_t name, claim, measured, cells[STORE_REGIONS_MAX];
};

static void widen(size_t *width, const char *text)
{
    size_t cells = utf8_width(span_of(text));
    *width = cells > *width ? cells : *width;
}

static struct widths measure(const struct truth_board *board)
{
    struct widths widths = {.name = strlen("STEP"), .claim = strlen("CLAIM"), .measured = strlen("MEASURED")};
    for (int r = 0; r < board->region_count; r++)
        widen(&widths.cells[r], board->regions[r]);
    for (size_t i = 0; i < board->row_count; i++) {
        const struct truth_row *row = &board->rows[i];
        widen(&widths.name, row->step->name);
        widen(&widths.claim, row->claim_word);
        widen(&widths.measured, row->sentence);
        for (int r = 0; r < board->region_count; r++)
            widen(&widths.cells[r], row->cells[r].text);
    }
    return widths;
}

static void textrow(const struct truth_board *board, const struct widths *widths, const struct truth_row *row,
                    struct bytebuf *out)
{
    char order[16] = "-", elapsed[32];
    if (row->step->order != STEP_ORDER_UNKNOWN)
        snprintf(order, sizeof order, "%d", row->step->order);
    truth_text_elapsed(elapsed, sizeof elapsed, row->elapsed_ms);
    bytebuf_printf(out, "%3s%c ", order, row->is_current ? '>' : ' ');
    pad(out, row->step->name, widths->name);
    pad(out, row->claim_word, widths->claim);
    bytebuf_append_text(out, VERDICT_MARKS[row->verdict]);
    pad(out, row->sentence, widths->measured);
    for (int r = 0; r < board->region_count; r++)
        pad(out, row->cells[r].text, widths->cells[r]);
    bytebuf_printf(out, "%s%s", elapsed,
                   row->is_over_deadline                               ? " over its deadline"
                   : row->is_slow && row->claim == STEP_RESULT_RUNNING ? " slow"
                                                                       : "");
    endline(out);
    if (row->step->problem[0] != '\0')
        bytebuf_printf(out, "     ConfigMap %s is not valid: %s\n", row->step->config_map, row->step->problem);
}

void truth_text_table(const struct truth_board *board, struct bytebuf *out)
{
    struct widths widths = measure(board);
    bytebuf_printf(out, "%s\nclaim from: %s\n", board->summary, board->status.source_text);
    if (board->row_count > 0) {
        bytebuf_append_text(out, "\n  #  ");
        pad(out, "STEP", widths.name);
        pad(out, "CLAIM", widths.claim);
        bytebuf_append_text(out, "   ");
        pad(out, "MEASURED", widths.measured);
        for (int r = 0; r < board->region_count; r++)
            pad(out, board->regions[r], widths.cells[r]);
        bytebuf_append_text(out, "ELAPSED\n");
    }
    for (size_t i = 0; i < board->row_count; i++)
        textrow(board, &widths, &board->rows[i], out);
    if (board->status.failed_step[0] != '\0')
        bytebuf_printf(out, "\nfailed: %s: %s\n", board->status.failed_step, board->status.last_error);
    for (size_t i = 0; i < board->alarm_count; i++)
        bytebuf_printf(out, "%sALARM: %s\n", i == 0 ? "\n" : "", board->alarms[i].text);
    for (size_t i = 0; i < board->warning_count; i++)
        bytebuf_printf(out, "%swarning: %s\n", i == 0 ? "\n" : "", board->warnings[i]);
}

static void jsonclaim(struct json_writer *writer, const struct truth_board *board)
{
    const struct cutover_status *status = &board->status;
    json_writer_begin_object(writer, "claim");
    json_writer_text(writer, "state", cutover_status_state_name(status->state));
    json_writer_text(writer, "text", board->claim);
    json_writer_text(writer, "source", SOURCE_NAMES[status->source]);
    json_writer_text(writer, "sourceText", status->source_text);
    json_writer_integer(writer, "ageSeconds", status->age_ms < 0 ? -1 : status->age_ms / 1000);
    json_writer_bool(writer, "complete", status->is_complete);
    json_writer_time(writer, "firstStartedAt", status->started_ms);
    json_writer_time(writer, "lastAttemptStartedAt", status->last_attempt_ms);
    json_writer_time(writer, "finishedAt", status->finished_ms);
    json_writer_text(writer, "currentStep", status->current_step[0] == '\0' ? NULL : status->current_step);
    json_writer_text(writer, "failedStep", status->failed_step[0] == '\0' ? NULL : status->failed_step);
    json_writer_text(writer, "lastError", status->last_error[0] == '\0' ? NULL : status->last_error);
    json_writer_integer(writer, "currentStepIndex", status->current_index);
    json_writer_integer(writer, "totalSteps", status->total_steps);
    json_writer_integer(writer, "progressPercent", status->progress_percent);
    json_writer_text(writer, "registriesYamlActive", status->registries_active[0] == '\0' ? NULL : status->registries_active);
    json_writer_end(writer);
}

static void jsoncells(struct json_writer *writer, const struct truth_board *board, const struct truth_row *row)
{
    json_writer_begin_array(writer, "regions");
    for (int r = 0; r < board->region_count; r++) {
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "name", board->regions[r]);
        json_writer_text(writer, "outcome", OUTCOME_NAMES[row->cells[r].outcome]);
        json_writer_text(writer, "text", row->cells[r].text);
        json_writer_text(writer, "sentence", row->cells[r].sentence);
        json_writer_bool(writer, "alarm", row->cells[r].is_alarm);
        json_writer_end(writer);
    }
    json_writer_end(writer);
}

static void jsonstep(struct json_writer *writer, const struct truth_board *board, const struct truth_row *row)
{
    const struct step *step = row->step;
    json_writer_begin_object(writer, NULL);
    json_writer_text(writer, "name", step->name);
    if (step->order == STEP_ORDER_UNKNOWN)
        json_writer_null(writer, "order");
    else
        json_writer_integer(writer, "order", step->order);
    json_writer_text(writer, "mode", MODE_NAMES[step->mode]);
    json_writer_bool(writer, "installed", step->origin == STEP_ORIGIN_CONFIG_MAP);
    json_writer_text(writer, "problem", step->problem[0] == '\0' ? NULL : step->problem);
    json_writer_text(writer, "claim", row->claim_word);
    json_writer_time(writer, "since", row->since_ms);
    json_writer_bool(writer, "staleClaim", row->is_stale_claim);
    json_writer_text(writer, "trouble", row->progress.text[0] == '\0' ? NULL : row->progress.text);
    json_writer_text(writer, "verdict", truth_board_verdict_name(row->verdict));
    json_writer_text(writer, "outcome", OUTCOME_NAMES[row->outcome]);
    json_writer_text(writer, "measured", row->sentence);
    jsoncells(writer, board, row);
    json_writer_text(writer, "job", row->job.name[0] == '\0' ? NULL : row->job.name);
    json_writer_integer(writer, "elapsedSeconds", row->elapsed_ms < 0 ? -1 : row->elapsed_ms / 1000);
    json_writer_integer(writer, "deadlineSeconds", row->deadline_s);
    json_writer_bool(writer, "overDeadline", row->is_over_deadline);
    json_writer_end(writer);
}

void truth_text_json(const struct truth_board *board, struct bytebuf *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_writer_begin_object(&writer, NULL);
    json_writer_text(&writer, "schema", "sovdeck.cutover/1");
    json_writer_text(&writer, "summary", board->summary);
    jsonclaim(&writer, board);
    json_writer_begin_object(&writer, "verdicts");
    json_writer_integer(&writer, "agree", (int64_t)board->verdicts[TRUTH_VERDICT_AGREE]);
    json_writer_integer(&writer, "disputed", (int64_t)board->verdicts[TRUTH_VERDICT_DISPUTED]);
    json_writer_integer(&writer, "notYet", (int64_t)board->verdicts[TRUTH_VERDICT_NOT_YET]);
    json_writer_integer(&writer, "unmeasured", (int64_t)board->verdicts[TRUTH_VERDICT_UNMEASURED]);
    json_writer_end(&writer);
    json_writer_begin_array(&writer, "steps");
    for (size_t i = 0; i < board->row_count; i++)
        jsonstep(&writer, board, &board->rows[i]);
    json_writer_end(&writer);
    json_writer_begin_array(&writer, "alarms");
    for (size_t i = 0; i < board->alarm_count; i++)
        json_writer_text(&writer, NULL, board->alarms[i].text);
    json_writer_end(&writer);
    json_writer_begin_array(&writer, "warnings");
    for (size_t i = 0; i < board->warning_count; i++)
        json_writer_text(&writer, NULL, board->warnings[i]);
    json_writer_end(&writer);
    json_writer_end(&writer);
}
