/* One line out of the whole reading. */
#include "cutover/cutover_claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cutover/step_job.h"

struct reading {
    struct cutover_status status;
    struct step_catalogue catalogue;
    struct step_job jobs[STEP_CATALOGUE_MAX];
};

static bool is_stranded(const struct reading *reading, int64_t wall_ms)
{
    for (size_t i = 0; i < reading->catalogue.count; i++) {
        const struct step *step = &reading->catalogue.steps[i];
        const struct cutover_step_claim *claim = cutover_status_step(&reading->status, span_of(step->name));
        if (step_job_is_stranded(step, claim, &reading->jobs[i], wall_ms))
            return true;
    }
    return false;
}

static void describe(struct cutover_claim *claim, const struct cutover_status *status)
{
    char phrase[128];
    cutover_status_phrase(status, phrase, sizeof phrase);
    bool is_on = status->state == CUTOVER_STATE_RUNNING || status->state == CUTOVER_STATE_STRANDED;
    snprintf(claim->text, sizeof claim->text, "claim: %s%s%s", phrase, is_on && claim->step[0] != '\0' ? " at " : "",
             is_on ? claim->step : "");
}

struct cutover_claim cutover_claim_of(const struct store *store, int64_t wall_ms)
{
    struct reading *reading = alloc_new(struct reading);
    struct cutover_status *status = &reading->status;
    struct cutover_claim claim = {0};
    cutover_status_read(store, clock_monotonic_ms(), status);
    if (status->state == CUTOVER_STATE_RUNNING) {
        step_catalogue_read(store, status, &reading->catalogue);
        step_job_collect(store, &reading->catalogue, reading->jobs);
        if (is_stranded(reading, wall_ms))
            status->state = CUTOVER_STATE_STRANDED;
    }
    claim.state = status->state;
    claim.tone = cutover_status_state_tone(status->state);
    if (claim.tone == TONE_GOOD)
        claim.tone = TONE_NEUTRAL;
    snprintf(claim.step, sizeof claim.step, "%s", status->failed_step[0] != '\0' ? status->failed_step : status->current_step);
    snprintf(claim.error, sizeof claim.error, "%s", status->last_error);
    claim.started_ms = status->started_ms;
    claim.attempt_ms = status->last_attempt_ms;
    describe(&claim, status);
    free(reading);
    return claim;
}

const char *cutover_claim_name(const struct cutover_claim *claim)
{
    return cutover_status_state_name(claim->state);
}
