/* The claim in one line, for the overview and for everything else that must know whether a cutover is in flight. It is
 * cutover_status.h's reading, checked against the Jobs of the step that claims to run. Pure over the store; UI thread. */
#ifndef CUTOVER_CUTOVER_CLAIM_H
#define CUTOVER_CUTOVER_CLAIM_H

#include "cutover/cutover_status.h"

struct cutover_claim {
    enum cutover_state state;
    enum tone tone;           /* a claim is never green */
    char step[STEP_NAME_MAX]; /* failed, else current step; may be none of the chain's ("secondary-kubeconfigs") */
    char error[512];          /* lastError */
    int64_t started_ms, attempt_ms; /* wall; TIMESTAMP_NONE */
    char text[200];                 /* "claim: running 6/11 45% at helmrepository-patches" */
};

struct cutover_claim cutover_claim_of(const struct store *store, int64_t wall_ms);

/* "stranded": what the claim's state is called */
const char *cutover_claim_name(const struct cutover_claim *claim);

#endif
