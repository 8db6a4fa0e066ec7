/* The Jobs of the cutover's steps, newest per step (cutover contract 3.2). Pure over the store; UI thread. */
#ifndef CUTOVER_STEP_JOB_H
#define CUTOVER_STEP_JOB_H

#include "cutover/cutover_status.h"
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

/* A row that claims to run without a Job for longer than this is stranded (t38). */
#define STEP_JOB_STRANDED_AFTER_MS 60000

/* The step claims to run, but none of its Jobs does, and that for too long to be the gap between two watches (the engine writes
 * the row first and reads a Job's end a little later). A step that waits for a DaemonSet has no Job to miss. */
bool step_job_is_stranded(const struct step *step, const struct cutover_step_claim *claim, const struct step_job *job,
                          int64_t wall_ms);

/* "Job NAME succeeded", "no Job of this step is left (they are kept 24 h)" … */
void step_job_phrase(const struct step_job *job, char *out, size_t size);

#endif
