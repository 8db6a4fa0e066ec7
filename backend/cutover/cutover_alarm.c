/* Alarms that stay; see cutover_alarm.h. */
#include "cutover/cutover_alarm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/timestamp.h"
#include "cutover/step_job.h"

/* The step's row claims to run, and so may its Job. */
static bool may_test(const struct store *store, const struct cutover_status *status, int64_t wall_ms)
{
    const struct cutover_step_claim *claim = cutover_status_step(status, SPAN_LITERAL(CUTOVER_ALARM_STEP));
    struct step_catalogue *catalogue = alloc_new(struct step_catalogue);
    struct step_job *jobs = alloc_zeroed(STEP_CATALOGUE_MAX, sizeof *jobs);
    step_catalogue_read(store, status, catalogue);
    step_job_collect(store, catalogue, jobs);
    const struct step *step = step_catalogue_find(catalogue, SPAN_LITERAL(CUTOVER_ALARM_STEP));
    const struct step_job *job = step == NULL ? NULL : &jobs[step - catalogue->steps];
    bool has_job = job != NULL && (job->state == STEP_JOB_ACTIVE || job->has_other_active);
    bool claims = claim != NULL && claim->result == STEP_RESULT_RUNNING;
    bool may = has_job || (claims && (step == NULL || !step_job_is_stranded(step, claim, job, wall_ms)));
    free(jobs);
    free(catalogue);
    return may;
}

static const struct row *policy_in(const struct store *store, int region)
{
    return store_find(store, KIND_ID_EGRESS_POLICIES, region, NULL, CUTOVER_ALARM_POLICY);
}

bool cutover_alarm_is_leaked(const struct store *store, int region, const struct cutover_status *status, int64_t wall_ms)
{
    return policy_in(store, region) != NULL && status->state != CUTOVER_STATE_UNKNOWN && !may_test(store, status, wall_ms);
}

size_t cutover_alarm_collect(const struct store *store, const struct cutover_status *status, const struct cutover_memory *memory,
                             int64_t wall_ms, struct cutover_alarm alarms[CUTOVER_ALARM_MAX])
{
    size_t count = 0;
    for (int r = 0; r < store->region_count && count < CUTOVER_ALARM_MAX; r++) {
        if (!cutover_alarm_is_leaked(store, r, status, wall_ms))
            continue;
        char since[TIMESTAMP_TEXT_MAX];
        struct cutover_alarm *alarm = &alarms[count++];
        *alarm = (struct cutover_alarm){.kind = CUTOVER_ALARM_LEAKED_POLICY, .region = r,
                                        .at_ms = row_time(policy_in(store, r), FIELD_CREATED)};
        timestamp_format_clock(since, alarm->at_ms);
        snprintf(alarm->text, sizeof alarm->text, "%s: egress is blocked%s%s by a leaked policy: delete " CUTOVER_ALARM_POLICY,
                 store->regions[r].name, since[0] != '\0' ? " since " : "", since);
    }
    for (size_t i = 0; memory != NULL && i < memory->alarm_count && count < CUTOVER_ALARM_MAX; i++) {
        char at[TIMESTAMP_TEXT_MAX];
        struct cutover_alarm *alarm = &alarms[count++];
        *alarm = (struct cutover_alarm){.kind = CUTOVER_ALARM_WENT_BACK, .region = -1, .at_ms = memory->alarms[i].at_ms};
        timestamp_format_minutes(at, alarm->at_ms);
        snprintf(alarm->text, sizeof alarm->text, "cutover: %s (seen %s UTC)", memory->alarms[i].text, at);
    }
    return count;
}
