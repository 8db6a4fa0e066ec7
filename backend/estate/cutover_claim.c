/* Reads the status ConfigMap's flat keys; catalyst-api's words stand in when it cannot be read. */
#include "estate/cutover_claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitize.h"
#include "base/timestamp.h"

/* A Job that ended this long ago while its step still says running is not "about to be noted" any more. */
#define UNNOTICED_MS 120000

static const struct {
    const char *name;
    enum tone tone;
} PHASES[CUTOVER_PHASE_COUNT] = {
    [CUTOVER_PHASE_UNKNOWN] = {"unknown", TONE_UNKNOWN},     [CUTOVER_PHASE_ABSENT] = {"absent", TONE_NEUTRAL},
    [CUTOVER_PHASE_TETHERED] = {"tethered", TONE_NEUTRAL},   [CUTOVER_PHASE_RUNNING] = {"running", TONE_PROGRESS},
    [CUTOVER_PHASE_INTERRUPTED] = {"interrupted", TONE_BAD}, [CUTOVER_PHASE_FAILED] = {"failed", TONE_BAD},
    /* a claim of completion is not a proof: the audit and the board decide about green */
    [CUTOVER_PHASE_COMPLETE] = {"complete", TONE_NEUTRAL},
};

const char *cutover_claim_phase_name(enum cutover_phase phase)
{
    return PHASES[phase].name;
}

static void copy(char *out, size_t size, struct span text)
{
    sanitize_line_into(out, size, text.data, text.length);
}

static int read_number(const struct row *row, const char *key)
{
    int64_t number = 0;
    bool fine = span_to_int64(row_lookup(row, FIELD_DATA, key), &number);
    return fine && number >= 0 && number < 10000 ? (int)number : 0;
}

static bool job_runs(const struct row *job, int64_t now_ms)
{
    if (row_integer(job, FIELD_ACTIVE, 0) > 0)
        return true;
    int64_t finished = row_time(job, FIELD_FINISHED);
    return !row_true(job, FIELD_STALLED) && (finished == TIMESTAMP_NONE || now_ms - finished < UNNOTICED_MS);
}

/* False only when what the step names is known not to run. */
static bool may_run(const struct store *store, const struct row *status, const char *step, int64_t now_ms)
{
    char key[128], name[192];
    int region = row_region(status);
    snprintf(key, sizeof key, "step.%s.jobName", step);
    copy(name, sizeof name, row_lookup(status, FIELD_DATA, key));
    const struct table *jobs = store_find_table(store, KIND_ID_JOBS, region);
    const struct table *daemonsets = store_find_table(store, KIND_ID_DAEMONSETS, region);
    if (name[0] == '\0' || jobs == NULL || jobs->state != TABLE_STATE_LIVE || daemonsets == NULL ||
        daemonsets->state != TABLE_STATE_LIVE)
        return true;
    const struct row *job = store_find(store, KIND_ID_JOBS, region, "catalyst", name);
    if (job != NULL)
        return job_runs(job, now_ms);
    return store_find(store, KIND_ID_DAEMONSETS, region, "catalyst", name) != NULL;
}

static void read_row(struct cutover_claim *claim, const struct store *store, const struct row *row, int64_t now_ms)
{
    char failed[sizeof claim->step];
    copy(claim->step, sizeof claim->step, row_lookup(row, FIELD_DATA, "currentStep"));
    copy(failed, sizeof failed, row_lookup(row, FIELD_DATA, "failedStep"));
    copy(claim->error, sizeof claim->error, row_lookup(row, FIELD_DATA, "lastError"));
    claim->index = read_number(row, "currentStepIndex");
    claim->total = read_number(row, "totalSteps");
    claim->percent = read_number(row, "progressPercent");
    claim->started_ms = timestamp_parse(row_lookup(row, FIELD_DATA, "cutoverStartedAt"));
    claim->attempt_ms = timestamp_parse(row_lookup(row, FIELD_DATA, "cutoverLastAttemptStartedAt"));
    claim->finished_ms = timestamp_parse(row_lookup(row, FIELD_DATA, "cutoverFinishedAt"));
    if (span_equals_text(row_lookup(row, FIELD_DATA, "cutoverComplete"), "true")) {
        claim->phase = CUTOVER_PHASE_COMPLETE;
    } else if (failed[0] != '\0') {
        claim->phase = CUTOVER_PHASE_FAILED;
        memcpy(claim->step, failed, sizeof failed);
    } else if (claim->step[0] != '\0') {
        claim->phase = may_run(store, row, claim->step, now_ms) ? CUTOVER_PHASE_RUNNING : CUTOVER_PHASE_INTERRUPTED;
    } else {
        claim->phase = CUTOVER_PHASE_TETHERED;
    }
}

static void read_catalyst(struct cutover_claim *claim, const struct store_catalyst *catalyst)
{
    bool failed = catalyst->failed_step[0] != '\0';
    snprintf(claim->step, sizeof claim->step, "%s", failed ? catalyst->failed_step : catalyst->current_step);
    snprintf(claim->error, sizeof claim->error, "%s", catalyst->last_error);
    claim->index = catalyst->current_index;
    claim->total = catalyst->total_steps;
    claim->percent = catalyst->progress_percent;
    claim->started_ms = catalyst->started_ms;
    claim->attempt_ms = catalyst->last_attempt_ms;
    claim->finished_ms = catalyst->finished_ms;
    claim->phase = strcmp(catalyst->cutover_state, "sovereign") == 0 ? CUTOVER_PHASE_COMPLETE
                   : failed                                          ? CUTOVER_PHASE_FAILED
                   : claim->step[0] != '\0'                          ? CUTOVER_PHASE_RUNNING
                                                                     : CUTOVER_PHASE_TETHERED;
}

static void describe(struct cutover_claim *claim)
{
    const char *name = PHASES[claim->phase].name;
    if (claim->phase == CUTOVER_PHASE_UNKNOWN)
        snprintf(claim->text, sizeof claim->text, "claim: neither the status ConfigMap nor catalyst-api could be read");
    else if (claim->phase == CUTOVER_PHASE_ABSENT)
        snprintf(claim->text, sizeof claim->text, "no cutover status on this Sovereign");
    else if (claim->step[0] == '\0' || claim->phase == CUTOVER_PHASE_COMPLETE)
        snprintf(claim->text, sizeof claim->text, "claim: %s", name);
    else
        snprintf(claim->text, sizeof claim->text, "claim: %s%s %s, %d/%d, %d %%", name, claim->phase == CUTOVER_PHASE_RUNNING ? "" : " at",
                 claim->step, claim->index, claim->total, claim->percent);
}

/* The primary's word counts; a single-region kubeconfig may not say which one that is. */
static const struct row *find_status(const struct store *store)
{
    const struct row *row = store_find(store, KIND_ID_CUTOVER_STATUS, store_primary_region(store), "catalyst",
                                       "self-sovereign-cutover-status");
    for (int r = 0; row == NULL && r < store->region_count; r++)
        row = store_find(store, KIND_ID_CUTOVER_STATUS, r, "catalyst", "self-sovereign-cutover-status");
    return row;
}

struct cutover_claim cutover_claim_of(const struct store *store, int64_t now_ms)
{
    struct cutover_claim claim = {.started_ms = TIMESTAMP_NONE, .attempt_ms = TIMESTAMP_NONE, .finished_ms = TIMESTAMP_NONE};
    const struct row *row = find_status(store);
    if (row != NULL && table_is_known(store_find_table(store, KIND_ID_CUTOVER_STATUS, row_region(row))))
        read_row(&claim, store, row, now_ms);
    else if (store->catalyst.cutover_known)
        read_catalyst(&claim, &store->catalyst);
    else if (row == NULL && store->region_count > 0 && store_kind_is_known(store, KIND_ID_CUTOVER_STATUS, NULL, 0))
        claim.phase = CUTOVER_PHASE_ABSENT;
    claim.tone = PHASES[claim.phase].tone;
    describe(&claim);
    return claim;
}
