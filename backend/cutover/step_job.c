/* A Job belongs to a step by its label cutover.openova.io/step, which the engine sets; of several the youngest counts. */
#include "cutover/step_job.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/sanitize.h"
#include "base/timestamp.h"

#define NAMESPACE "catalyst"

static int64_t birthday(const struct row *row)
{
    int64_t created = row_time(row, FIELD_CREATED);
    return created != TIMESTAMP_NONE ? created : row_time(row, FIELD_STARTED);
}

static enum step_job_state stateof(const struct row *row)
{
    if (row_true(row, FIELD_READY) || row_integer(row, FIELD_SUCCEEDED, 0) > 0)
        return STEP_JOB_SUCCEEDED;
    if (row_true(row, FIELD_STALLED))
        return STEP_JOB_FAILED;
    return STEP_JOB_ACTIVE; /* between two pods of a Job none is active, and it still runs */
}

static void read(struct step_job *job, const struct row *row)
{
    struct span name = row_name(row), message = row_text(row, FIELD_STALLED_MESSAGE);
    if (span_is_empty(message))
        message = row_text(row, FIELD_READY_REASON);
    int64_t deadline = row_integer(row, FIELD_STEP_DEADLINE, 0);
    job->state = stateof(row);
    job->started_ms = row_time(row, FIELD_STARTED);
    job->finished_ms = row_time(row, FIELD_FINISHED);
    job->deadline_s = deadline > 0 && deadline < INT_MAX ? (int)deadline : 0;
    sanitize_line_into(job->name, sizeof job->name, name.data, name.length);
    sanitize_line_into(job->message, sizeof job->message, message.data, message.length);
}

static void clear(struct step_job *job, const struct table *table)
{
    memset(job, 0, sizeof *job);
    job->started_ms = job->finished_ms = TIMESTAMP_NONE;
    if (table_is_known(table))
        return;
    job->state = STEP_JOB_UNKNOWN;
    snprintf(job->message, sizeof job->message, "%.150s", table_reason(table));
}

static ptrdiff_t stepindex(const struct step_catalogue *catalogue, struct span name)
{
    const struct step *step = span_is_empty(name) ? NULL : step_catalogue_find(catalogue, name);
    return step == NULL ? -1 : step - catalogue->steps;
}

void step_job_collect(const struct store *store, const struct step_catalogue *catalogue, struct step_job jobs[STEP_CATALOGUE_MAX])
{
    const struct table *table = store_find_table(store, KIND_ID_JOBS, store_primary_region(store));
    int64_t born[STEP_CATALOGUE_MAX];
    for (size_t i = 0; i < STEP_CATALOGUE_MAX; i++) {
        clear(&jobs[i], table);
        born[i] = TIMESTAMP_NONE;
    }
    size_t at = 0;
    const struct row *row;
    while (table_is_known(table) && (row = table_next(table, &at)) != NULL) {
        ptrdiff_t index = stepindex(catalogue, row_text(row, FIELD_STEP_NAME));
        if (index < 0)
            continue;
        struct step_job *job = &jobs[index];
        bool was_active = job->state == STEP_JOB_ACTIVE, is_active = stateof(row) == STEP_JOB_ACTIVE;
        bool is_younger = job->state == STEP_JOB_NONE || birthday(row) > born[index];
        job->has_other_active |= is_younger ? was_active : is_active;
        if (!is_younger)
            continue;
        read(job, row);
        born[index] = birthday(row);
    }
}

void step_job_find(const struct store *store, int region, const char *name, struct step_job *job)
{
    clear(job, store_find_table(store, KIND_ID_JOBS, region));
    const struct row *row = job->state == STEP_JOB_UNKNOWN ? NULL : store_find(store, KIND_ID_JOBS, region, NAMESPACE, name);
    if (row != NULL)
        read(job, row);
}

bool step_job_is_stranded(const struct step *step, const struct cutover_step_claim *claim, const struct step_job *job,
                          int64_t wall_ms)
{
    bool has_job = job->state == STEP_JOB_ACTIVE || job->has_other_active;
    if (claim == NULL || claim->result != STEP_RESULT_RUNNING || step->mode != STEP_MODE_JOB || job->state == STEP_JOB_UNKNOWN ||
        has_job)
        return false;
    int64_t since_ms = claim->started_ms;
    if (job->finished_ms != TIMESTAMP_NONE && job->finished_ms > since_ms)
        since_ms = job->finished_ms;
    return since_ms == TIMESTAMP_NONE || wall_ms - since_ms > STEP_JOB_STRANDED_AFTER_MS;
}

void step_job_phrase(const struct step_job *job, char *out, size_t size)
{
    switch (job->state) {
    case STEP_JOB_NONE: snprintf(out, size, "no Job of this step is left (they are kept 24 h)"); break;
    case STEP_JOB_UNKNOWN: snprintf(out, size, "Jobs are not known: %s", job->message); break;
    case STEP_JOB_ACTIVE: snprintf(out, size, "Job %s runs", job->name); break;
    case STEP_JOB_SUCCEEDED: snprintf(out, size, "Job %s succeeded", job->name); break;
    case STEP_JOB_FAILED:
        snprintf(out, size, "Job %s failed%s%s", job->name, job->message[0] == '\0' ? "" : ": ", job->message);
        break;
    }
}
