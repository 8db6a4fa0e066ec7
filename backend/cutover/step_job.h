/* The Jobs of the cutover's steps, newest per step (cutover contract 3.2). Pure over the store; UI thread. */
#ifndef CUTOVER_STEP_JOB_H
#define CUTOVER_STEP_JOB_H

#include "cutover/step_catalogue.h"

enum step_job_state {
    STEP_JOB_NONE, /* Jobs are known and there is none (any more: they are kept 24 h) */
    STEP_JOB_UNKNOWN,
    STEP_JOB_ACTIVE,
    STEP_JOB_SUCCEEDED,
    STEP_JOB_FAILED,
};

struct step_job {
    enum step_job_state state;
    char name[128];
    int64_t started_ms, finished_ms; /* wall; TIMESTAMP_NONE */
    int deadline_s;                  /* 0 unknown */
    char message[160];               /* why it failed, or why Jobs are not known */
    bool has_other_active;           /* an older Job of the step is active too */
};

/* jobs[i] is that of catalogue->steps[i]; one pass over the primary region's Jobs. */
void step_job_collect(const struct store *store, const struct step_catalogue *catalogue,
                      struct step_job jobs[STEP_CATALOGUE_MAX]);

/* One Job by name in namespace catalyst. */
void step_job_find(const struct store *store, int region, const char *name, struct step_job *job);

/* "Job NAME succeeded", "no Job of this step is left (they are kept 24 h)" … */
void step_job_phrase(const struct step_job *job, char *out, size_t size);

#endif
