/* Puts claim and measurement together. The verdict is decided in one table by (claim, outcome); the words come from whoever
 * knew: the claim from the status, the sentence from the measurement. */
#include "truth/truth_board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"

static const char *const KINDS[] = {
    KIND_ID_CUTOVER_STEPS,   KIND_ID_CUTOVER_STATUS,   KIND_ID_JOBS,         KIND_ID_DAEMONSETS,  KIND_ID_NODES,
    KIND_ID_GITREPOSITORIES, KIND_ID_HELMREPOSITORIES, KIND_ID_HELMRELEASES, KIND_ID_DEPLOYMENTS, KIND_ID_PROVIDERS,
    KIND_ID_EGRESS_POLICIES, KIND_ID_CUTOVER_PODS,
};

static const char *const VERDICT_NAMES[] = {
    [TRUTH_VERDICT_AGREE] = "agree",
    [TRUTH_VERDICT_DISPUTED] = "disputed",
    [TRUTH_VERDICT_NOT_YET] = "not yet",
    [TRUTH_VERDICT_UNMEASURED] = "unmeasured",
};

/* What the claim says and what is measured. A step that is skipped, and a claim that nobody can read, are not "done". */
static const enum truth_verdict DECISIONS[][TRUTH_OUTCOME_DONE + 1] = {
#define DECIDE(unknown, not_done, partial, done)                                                                                 \
    {                                                                                                                            \
        [TRUTH_OUTCOME_UNKNOWN] = TRUTH_VERDICT_##unknown, [TRUTH_OUTCOME_NOT_APPLICABLE] = TRUTH_VERDICT_##done,                \
        [TRUTH_OUTCOME_NOT_DONE] = TRUTH_VERDICT_##not_done, [TRUTH_OUTCOME_PARTIAL] = TRUTH_VERDICT_##partial,                  \
        [TRUTH_OUTCOME_DONE] = TRUTH_VERDICT_##done                                                                              \
    }
    [STEP_RESULT_PENDING] = DECIDE(NOT_YET, NOT_YET, NOT_YET, NOT_YET),
    [STEP_RESULT_RUNNING] = DECIDE(NOT_YET, NOT_YET, NOT_YET, NOT_YET),
    [STEP_RESULT_SUCCESS] = DECIDE(UNMEASURED, DISPUTED, DISPUTED, AGREE),
    [STEP_RESULT_FAILED] = DECIDE(NOT_YET, NOT_YET, NOT_YET, NOT_YET),
    [STEP_RESULT_SKIPPED] = DECIDE(UNMEASURED, DISPUTED, DISPUTED, AGREE),
    [STEP_RESULT_UNKNOWN] = DECIDE(UNMEASURED, UNMEASURED, UNMEASURED, UNMEASURED),
#undef DECIDE
};

const char *truth_board_verdict_name(enum truth_verdict verdict)
{
    return VERDICT_NAMES[verdict];
}

const char *truth_board_kind(size_t index)
{
    return index < ARRAY_LENGTH(KINDS) ? KINDS[index] : NULL;
}

static void warn(struct truth_board *board, const char *text)
{
    if (board->warning_count < ARRAY_LENGTH(board->warnings))
        sanitize_line_into(board->warnings[board->warning_count++], sizeof board->warnings[0], text, strlen(text));
}

static void readclaim(const struct truth_board *board, const struct cutover_step_claim *claim, struct truth_row *row)
{
    const struct cutover_status *status = &board->status;
    bool is_old = status->age_ms > TABLE_STALE_MAX_MS;
    row->claim = status->source == CUTOVER_SOURCE_NONE ? STEP_RESULT_UNKNOWN
                 : claim == NULL                       ? STEP_RESULT_PENDING
                                                       : claim->result;
    row->claim_tone = cutover_status_result_tone(row->claim);
    if (is_old && row->claim_tone == TONE_GOOD)
        row->claim_tone = TONE_UNKNOWN;
    const char *word = row->claim == STEP_RESULT_UNKNOWN && claim != NULL ? claim->text : cutover_status_result_name(row->claim);
    snprintf(row->claim_word, sizeof row->claim_word, "%s", word);
    row->since_ms = claim == NULL                          ? TIMESTAMP_NONE
                    : claim->finished_ms != TIMESTAMP_NONE ? claim->finished_ms
                                                           : claim->started_ms;
    row->is_current = status->current_step[0] != '\0' && step_facts_same(span_of(status->current_step), span_of(row->step->name));
}

static void readtimes(const struct cutover_step_claim *claim, int64_t wall_ms, struct truth_row *row)
{
    int64_t started_ms = claim == NULL ? TIMESTAMP_NONE : claim->started_ms;
    int64_t finished_ms = claim == NULL ? TIMESTAMP_NONE : claim->finished_ms;
    if (started_ms == TIMESTAMP_NONE)
        started_ms = row->job.started_ms;
    row->elapsed_ms = -1;
    row->deadline_s = row->job.deadline_s > 0 ? row->job.deadline_s : row->step->deadline_s;
    if (started_ms == TIMESTAMP_NONE)
        return;
    bool is_running = row->claim == STEP_RESULT_RUNNING;
    bool is_finished = finished_ms != TIMESTAMP_NONE && finished_ms >= started_ms && !is_running;
    if (!is_finished && !is_running)
        return;
    row->elapsed_ms = (is_finished ? finished_ms : wall_ms) - started_ms;
    if (row->elapsed_ms < 0)
        row->elapsed_ms = 0; /* their clock is ahead of ours */
    int usual_s = row->step->facts == NULL ? 0 : row->step->facts->usual_s;
    row->is_slow = usual_s > 0 && row->elapsed_ms > (int64_t)usual_s * 1000;
    row->is_over_deadline = is_running && row->deadline_s > 0 && row->elapsed_ms > (int64_t)row->deadline_s * 1000;
}

/* Worst first: something is not done, or cannot be measured; a dash counts only when there is nothing else. */
static const enum truth_outcome WORST_FIRST[] = {TRUTH_OUTCOME_NOT_DONE, TRUTH_OUTCOME_PARTIAL, TRUTH_OUTCOME_UNKNOWN,
                                                 TRUTH_OUTCOME_DONE, TRUTH_OUTCOME_NOT_APPLICABLE};

static int firstwith(const struct truth_row *row, int primary, int region_count, enum truth_outcome outcome, bool alarm_only)
{
    if (row->cells[primary].outcome == outcome && (!alarm_only || row->cells[primary].is_alarm))
        return primary;
    for (int r = 0; r < region_count; r++) {
        if (row->cells[r].outcome == outcome && (!alarm_only || row->cells[r].is_alarm))
            return r;
    }
    return -1;
}

/* The primary region speaks first; another only when it is worse off. NOT_DONE in one region and DONE in another is PARTIAL. */
static void combine(const struct truth_context *context, struct truth_row *row)
{
    const int region_count = context->store->region_count, primary = store_primary_region(context->store);
    int speaker = -1;
    for (size_t i = 0; i < ARRAY_LENGTH(WORST_FIRST) && speaker < 0; i++) {
        row->outcome = WORST_FIRST[i];
        speaker = firstwith(row, primary, region_count, WORST_FIRST[i], true);
        if (speaker < 0)
            speaker = firstwith(row, primary, region_count, WORST_FIRST[i], false);
    }
    if (speaker < 0) {
        row->outcome = TRUTH_OUTCOME_UNKNOWN;
        snprintf(row->sentence, sizeof row->sentence, "no region is configured");
        return;
    }
    bool is_primary_undone =
        row->cells[primary].outcome == TRUTH_OUTCOME_NOT_DONE || row->cells[primary].outcome == TRUTH_OUTCOME_PARTIAL;
    bool has_alarm = row->cells[speaker].is_alarm;
    if (is_primary_undone && !has_alarm)
        speaker = primary;
    if (row->outcome == TRUTH_OUTCOME_NOT_DONE && firstwith(row, primary, region_count, TRUTH_OUTCOME_DONE, false) >= 0)
        row->outcome = TRUTH_OUTCOME_PARTIAL;
    char sentence[TRUTH_SENTENCE_MAX];
    memcpy(sentence, row->cells[speaker].sentence, sizeof sentence);
    snprintf(row->sentence, sizeof row->sentence, "%s%s%s", speaker == primary ? "" : context->store->regions[speaker].name,
             speaker == primary ? "" : ": ", sentence);
}

/* The claim is so new that the objects' own watches may not have caught up with it. */
static bool issettling(const struct truth_row *row, const struct cutover_step_claim *claim, int64_t wall_ms)
{
    if (row->claim != STEP_RESULT_SUCCESS || claim == NULL || claim->finished_ms == TIMESTAMP_NONE)
        return false;
    int64_t age_ms = wall_ms - claim->finished_ms;
    return age_ms > -TRUTH_SETTLE_MS && age_ms < TRUTH_SETTLE_MS;
}

static bool hasalarm(const struct truth_board *board, const struct truth_row *row)
{
    for (int r = 0; r < board->region_count; r++) {
        if (row->cells[r].is_alarm)
            return true;
    }
    return false;
}

static enum tone toneof(const struct truth_row *row)
{
    switch (row->verdict) {
    case TRUTH_VERDICT_AGREE: return TONE_GOOD;
    case TRUTH_VERDICT_DISPUTED: return TONE_BAD;
    case TRUTH_VERDICT_UNMEASURED: return TONE_UNKNOWN;
    default: break;
    }
    bool is_seen =
        row->outcome == TRUTH_OUTCOME_PARTIAL || row->outcome == TRUTH_OUTCOME_NOT_DONE || row->outcome == TRUTH_OUTCOME_DONE;
    return (row->claim == STEP_RESULT_RUNNING || row->is_settling) && is_seen ? TONE_PROGRESS
           : row->outcome == TRUTH_OUTCOME_UNKNOWN                            ? TONE_UNKNOWN
                                                                              : TONE_NEUTRAL;
}

enum tone truth_board_cell_tone(const struct truth_row *row, int region)
{
    const struct truth_cell *cell = &row->cells[region];
    bool is_claimed = (row->claim == STEP_RESULT_SUCCESS || row->claim == STEP_RESULT_SKIPPED) && !row->is_settling;
    if (cell->is_alarm)
        return TONE_BAD;
    switch (cell->outcome) {
    case TRUTH_OUTCOME_DONE: return TONE_GOOD;
    case TRUTH_OUTCOME_UNKNOWN: return TONE_UNKNOWN;
    case TRUTH_OUTCOME_NOT_APPLICABLE: return TONE_NEUTRAL;
    default:
        return is_claimed                                                                    ? TONE_BAD
               : row->claim == STEP_RESULT_RUNNING || cell->outcome == TRUTH_OUTCOME_PARTIAL ? TONE_PROGRESS
                                                                                             : TONE_NEUTRAL;
    }
}

static void fillrow(struct truth_board *board, const struct truth_context *context, const struct step *step,
                    const struct step_job *job)
{
    struct truth_row *row = &board->rows[board->row_count++];
    const struct cutover_step_claim *claim = cutover_status_step(&board->status, span_of(step->name));
    row->step = step;
    row->job = *job;
    readclaim(board, claim, row);
    readtimes(claim, context->wall_ms, row);
    row->is_stale_claim = step_job_is_stranded(step, claim, job, context->wall_ms);
    if (row->is_stale_claim && board->status.state == CUTOVER_STATE_RUNNING)
        board->status.state = CUTOVER_STATE_STRANDED;
    step_progress_read(context->store, step, claim, job, row->elapsed_ms, row->deadline_s, context->wall_ms, &row->progress);
    for (int r = 0; r < board->region_count; r++)
        truth_measure(context, step, job, claim, r, &row->cells[r]);
    combine(context, row);
    row->verdict = DECISIONS[row->claim][row->outcome];
    row->is_settling = row->verdict == TRUTH_VERDICT_DISPUTED && issettling(row, claim, context->wall_ms);
    if (row->is_settling) {
        row->verdict = TRUTH_VERDICT_NOT_YET;
        board->is_settling = true;
    }
    if (hasalarm(board, row)) {
        row->verdict = TRUTH_VERDICT_DISPUTED;
        board->is_alarm = true;
    }
    row->tone = toneof(row);
    board->verdicts[row->verdict]++;
}

static void summarize(struct truth_board *board)
{
    const struct cutover_status *status = &board->status;
    char last[TIMESTAMP_TEXT_MAX] = "", first[TIMESTAMP_TEXT_MAX] = "", times[128] = "", unmeasured[48] = "";
    cutover_status_phrase(status, board->claim, sizeof board->claim);
    timestamp_format_clock(last, status->last_attempt_ms);
    timestamp_format_clock(first, status->started_ms);
    if (last[0] != '\0' && first[0] != '\0')
        snprintf(times, sizeof times, "last attempt %s, first start %s · ", last, first);
    else if (first[0] != '\0')
        snprintf(times, sizeof times, "first start %s · ", first);
    if (board->verdicts[TRUTH_VERDICT_UNMEASURED] > 0)
        snprintf(unmeasured, sizeof unmeasured, ", %zu unmeasured", board->verdicts[TRUTH_VERDICT_UNMEASURED]);
    snprintf(board->summary, sizeof board->summary, "%sclaim: %s · measured: %zu agree, %zu disputed, %zu not yet%s", times,
             board->claim, board->verdicts[TRUTH_VERDICT_AGREE], board->verdicts[TRUTH_VERDICT_DISPUTED],
             board->verdicts[TRUTH_VERDICT_NOT_YET], unmeasured);
}

static bool isallsuccess(const struct truth_board *board)
{
    for (size_t i = 0; i < board->row_count; i++) {
        if (board->rows[i].claim != STEP_RESULT_SUCCESS && board->rows[i].claim != STEP_RESULT_SKIPPED)
            return false;
    }
    return board->row_count > 0;
}

/* Contradictions of the claim as a whole (cutover contract 5.3, T-STAT-02 to -05; 7, incidents 8, 19, 23). */
static void findcontradictions(struct truth_board *board)
{
    const struct cutover_status *status = &board->status;
    char text[200];
    if (status->state == CUTOVER_STATE_COMPLETE && board->verdicts[TRUTH_VERDICT_DISPUTED] > 0) {
        bool is_one = board->verdicts[TRUTH_VERDICT_DISPUTED] == 1;
        snprintf(text, sizeof text, "claimed complete, but %zu step%s disputed by the live objects",
                 board->verdicts[TRUTH_VERDICT_DISPUTED], is_one ? " is" : "s are");
        warn(board, text);
    }
    if (status->state == CUTOVER_STATE_SEALED)
        warn(board,
             "catalyst-api is sealed as sovereign, but the status ConfigMap says the cutover is not complete: it was reset");
    if (status->total_steps >= 0 && board->catalogue.installed > 0 && (size_t)status->total_steps != board->catalogue.installed) {
        snprintf(text, sizeof text, "totalSteps says %d, %zu steps are installed: progress is off", status->total_steps,
                 board->catalogue.installed);
        warn(board, text);
    }
    if (isallsuccess(board) && status->source == CUTOVER_SOURCE_CONFIG_MAP && strcmp(status->registries_active, "v2") != 0) {
        snprintf(text, sizeof text, "every step claims success, but registriesYamlActive is '%s': nodes still pull from outside",
                 status->registries_active);
        warn(board, text);
    }
    for (size_t i = 0; i < board->row_count; i++) {
        if (!board->rows[i].is_stale_claim)
            continue;
        snprintf(text, sizeof text, "%s is claimed to run, but no Job of it does: the run is stranded",
                 board->rows[i].step->name);
        warn(board, text);
    }
    for (size_t i = 0; i < board->row_count; i++) {
        char trouble[400];
        if (board->rows[i].progress.trouble >= STEP_TROUBLE_SLOW)
            continue;
        snprintf(trouble, sizeof trouble, "%s: %s", board->rows[i].step->name, board->rows[i].progress.text);
        warn(board, trouble);
    }
    if (board->catalogue.note[0] != '\0')
        warn(board, board->catalogue.note);
    for (size_t i = 0; i < status->oddity_count; i++)
        warn(board, status->oddities[i]);
}

struct truth_board *truth_board_measure(const struct store *store, const struct hold_witness *witness,
                                        const struct cutover_memory *memory)
{
    struct truth_board *board = alloc_new(struct truth_board);
    struct step_job *jobs = alloc_zeroed(STEP_CATALOGUE_MAX, sizeof *jobs);
    cutover_status_read(store, clock_monotonic_ms(), &board->status);
    step_catalogue_read(store, &board->status, &board->catalogue);
    step_job_collect(store, &board->catalogue, jobs);
    board->region_count = store->region_count;
    for (int r = 0; r < store->region_count; r++)
        snprintf(board->regions[r], sizeof board->regions[r], "%s", store->regions[r].name);
    struct truth_context context = {
        .store = store, .status = &board->status, .witness = witness, .fqdn = store->fqdn, .wall_ms = clock_wall_ms()};
    for (size_t i = 0; i < board->catalogue.count; i++)
        fillrow(board, &context, &board->catalogue.steps[i], &jobs[i]);
    free(jobs);
    board->alarm_count = cutover_alarm_collect(store, &board->status, memory, context.wall_ms, board->alarms);
    summarize(board);
    findcontradictions(board);
    return board;
}

void truth_board_free(struct truth_board *board)
{
    free(board);
}

const struct truth_row *truth_board_find(const struct truth_board *board, struct span step)
{
    for (size_t i = 0; i < board->row_count; i++) {
        if (step_facts_same(span_of(board->rows[i].step->name), step))
            return &board->rows[i];
    }
    return NULL;
}

enum status truth_board_status(const struct truth_board *board)
{
    bool is_claimed = board->status.state == CUTOVER_STATE_COMPLETE || board->status.state == CUTOVER_STATE_SEALED;
    if (board->status.state == CUTOVER_STATE_UNKNOWN)
        return STATUS_UNMEASURED;
    if (!is_claimed || board->verdicts[TRUTH_VERDICT_DISPUTED] > 0 || board->verdicts[TRUTH_VERDICT_NOT_YET] > 0)
        return STATUS_FOUND;
    return board->verdicts[TRUTH_VERDICT_UNMEASURED] > 0 || board->row_count == 0 ? STATUS_UNMEASURED : STATUS_OK;
}
