/* What is claimed about the cutover, in one line, for the overview and for every other part that must know whether one is in
 * flight. Source: ConfigMap catalyst/self-sovereign-cutover-status (cutover contract 3.3), else catalyst-api's status (API
 * contract 3.2). The truth board (backend/cutover) measures; this only reads the claim. Pure. */
#ifndef ESTATE_CUTOVER_CLAIM_H
#define ESTATE_CUTOVER_CLAIM_H

#include "store/store.h"

enum cutover_phase {
    CUTOVER_PHASE_UNKNOWN, /* neither source could be read */
    CUTOVER_PHASE_ABSENT,  /* no cutover on this Sovereign */
    CUTOVER_PHASE_TETHERED,
    CUTOVER_PHASE_RUNNING,
    CUTOVER_PHASE_INTERRUPTED, /* says running, but nothing of the step runs (contract 7, incident 23) */
    CUTOVER_PHASE_FAILED,
    CUTOVER_PHASE_COMPLETE,
    CUTOVER_PHASE_COUNT
};

struct cutover_claim {
    enum cutover_phase phase;
    enum tone tone;
    char step[64];   /* current or failed step; may be none of the chain's ("secondary-kubeconfigs") */
    int index, total, percent;
    char error[256]; /* lastError */
    int64_t started_ms, attempt_ms, finished_ms; /* TIMESTAMP_NONE */
    char text[160];  /* "claim: running helmrepository-patches, 6/11, 45 %" */
};

struct cutover_claim cutover_claim_of(const struct store *store, int64_t now_ms);
const char *cutover_claim_phase_name(enum cutover_phase phase); /* "running" */

#endif
