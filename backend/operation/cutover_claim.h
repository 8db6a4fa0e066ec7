/* What the cutover's status ConfigMap claims (cutover contract 3.3), as far as operations must know it. Pure.
 * A claim, not a measurement: a stranded run still claims to be running (incident 23). */
#ifndef OPERATION_CUTOVER_CLAIM_H
#define OPERATION_CUTOVER_CLAIM_H

#include <stdint.h>

#include "decode/json_edit.h"

#define CUTOVER_CLAIM_NAMESPACE "catalyst"
#define CUTOVER_CLAIM_NAME "self-sovereign-cutover-status"

struct cutover_claim {
    bool complete, started;
    bool running;            /* a current step or a running row, nothing failed, not complete */
    char current_step[64], failed_step[64], last_error[200];
    int64_t last_attempt_ms; /* wall; TIMESTAMP_NONE */
    int64_t newest_ms;       /* newest time stamp of the whole document; TIMESTAMP_NONE */
    size_t succeeded, total; /* rows */
};

/* `data`: the ConfigMap's data; NULL: no ConfigMap. */
void cutover_claim_read(const json_t *data, struct cutover_claim *ret);

/* Has this step succeeded, according to its row? */
bool cutover_claim_succeeded(const json_t *data, const char *step);

#endif
