/* Why a running step does not get on, in one line, found without failedStep: that stays empty for hours when a pod cannot start
 * (incident 27) or a copy is too slow for its deadline (incident 26). Pure over the store; UI thread. */
#ifndef CUTOVER_STEP_PROGRESS_H
#define CUTOVER_STEP_PROGRESS_H

#include "cutover/step_job.h"

enum step_trouble { /* worst first */
    STEP_TROUBLE_NO_POD, /* the Job is there, but no pod of it */
    STEP_TROUBLE_IMAGE,  /* the pod cannot pull its image */
    STEP_TROUBLE_MEMORY, /* OOMKilled */
    STEP_TROUBLE_CRASH,  /* a container ends again and again, or an attempt failed */
    STEP_TROUBLE_PENDING, /* the pod is not scheduled or its containers wait for something */
    STEP_TROUBLE_OVER_DEADLINE,
    STEP_TROUBLE_DEADLINE_NEAR, /* 90 % of the deadline is gone */
    STEP_TROUBLE_SILENT,        /* nothing of it changed for twice its usual time */
    STEP_TROUBLE_SLOW,          /* longer than usual */
    STEP_TROUBLE_NONE,
};

/* A Job makes its pod within moments. */
#define STEP_PROGRESS_POD_DUE_MS 30000

struct step_progress {
    enum step_trouble trouble;
    enum tone tone;
    char text[320]; /* "pod X cannot pull IMAGE (ImagePullBackOff): …"; "" for none */
};

/* Of a step that is claimed to run or whose Job runs; otherwise there is no trouble. `elapsed_ms` and `deadline_s` as the board
 * shows them (-1, 0: unknown). */
void step_progress_read(const struct store *store, const struct step *step, const struct cutover_step_claim *claim,
                        const struct step_job *job, int64_t elapsed_ms, int deadline_s, int64_t wall_ms, struct step_progress *ret);

/* "deadline near" */
const char *step_progress_name(enum step_trouble trouble);

#endif
