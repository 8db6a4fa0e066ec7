/* What this console itself saw of the egress hold. The hold leaves no object behind: afterwards only a witness can say that
 * the policy was really there (cutover contract 7, incidents 12 and 13: a green test whose policy was never applied).
 * UI thread; feed it at least every HOLD_WITNESS_GAP_MAX_MS while egress-block-test runs. */
#ifndef CUTOVER_HOLD_WITNESS_H
#define CUTOVER_HOLD_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cutover/cutover_alarm.h"
#include "store/store.h"

#define HOLD_WITNESS_REQUIRED_MS (600 * 1000)
#define HOLD_WITNESS_GAP_MAX_MS 10000 /* looks further apart are two observations */

struct hold_witness {
    int64_t started_ms; /* startedAt of the hold's step that this is about; TIMESTAMP_NONE: nothing seen */
    int64_t looked_ms;  /* monotonic time of the last look; -1: none */
    struct {
        int64_t since_ms;   /* monotonic: applied without a break since; -1: not now */
        int64_t longest_ms; /* longest time it was seen applied with default deny, without a break */
    } regions[STORE_REGIONS_MAX];
};

void hold_witness_init(struct hold_witness *witness);
void hold_witness_look(struct hold_witness *witness, const struct store *store, const struct cutover_status *status,
                       int64_t now_ms);

/* Longest time the policy was seen applied in the region during the attempt that started at `started_ms`; -1: that attempt
 * was not watched. */
int64_t hold_witness_longest_ms(const struct hold_witness *witness, int region, int64_t started_ms);

#endif
