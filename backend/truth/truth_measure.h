/* What the live objects of one region say about one step, whatever is claimed about it. Pure over the store; UI thread. */
#ifndef TRUTH_TRUTH_MEASURE_H
#define TRUTH_TRUTH_MEASURE_H

#include "cutover/cutover_status.h"
#include "truth/hold_witness.h"
#include "cutover/step_catalogue.h"
#include "cutover/step_job.h"

enum truth_outcome {
    TRUTH_OUTCOME_UNKNOWN,        /* cannot be measured: `sentence` says why. Never green */
    TRUTH_OUTCOME_NOT_APPLICABLE, /* the step has nothing to do in this region */
    TRUTH_OUTCOME_NOT_DONE,
    TRUTH_OUTCOME_PARTIAL,
    TRUTH_OUTCOME_DONE,
};

#define TRUTH_SENTENCE_MAX 256

struct truth_cell {
    enum truth_outcome outcome;
    bool is_alarm;                     /* wrong whatever is claimed: a leaked policy */
    char text[16];                     /* "3/4", "ok", "no", "?", "-", "hold" */
    char sentence[TRUTH_SENTENCE_MAX]; /* "3 of 4 nodes acknowledged (fsn1-w2 missing)" */
};

struct truth_context {
    const struct store *store;
    const struct cutover_status *status;
    const struct hold_witness *witness; /* may be NULL */
    const char *fqdn;
    int64_t wall_ms;
};

/* `job` is the step's newest Job, `claim` may be NULL. */
void truth_measure(const struct truth_context *context, const struct step *step, const struct step_job *job,
                   const struct cutover_step_claim *claim, int region, struct truth_cell *cell);

/* Sets outcome, text and sentence; text NULL takes the outcome's own word. For the files of this measurement only. */
void truth_measure_say(struct truth_cell *cell, enum truth_outcome outcome, const char *text, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Not known in this region: says so and returns false. */
bool truth_measure_known(const struct truth_context *context, const char *kind_id, int region, struct truth_cell *cell);

/* truth_measure_flux.c: what Flux and Crossplane objects show. */
void truth_measure_git_source(const struct truth_context *context, int region, struct truth_cell *cell);
void truth_measure_helm_sources(const struct truth_context *context, int region, struct truth_cell *cell);
void truth_measure_api_environment(const struct truth_context *context, int region, struct truth_cell *cell);
void truth_measure_vclusters(const struct truth_context *context, int region, struct truth_cell *cell);
void truth_measure_providers(const struct truth_context *context, int region, struct truth_cell *cell);

/* Revision that Flux serves from a local source of that GitRepository; empty when it does not. */
struct span truth_measure_local_revision(const struct truth_context *context, int region);

#endif
