/* An observation runs while a live list shows the policy with default deny; anything else ends it, and so does a pause in
 * looking: what happened meanwhile was not seen. */
#include "truth/hold_witness.h"

#include <string.h>

#include "base/timestamp.h"


void hold_witness_init(struct hold_witness *witness)
{
    memset(witness, 0, sizeof *witness);
    witness->started_ms = TIMESTAMP_NONE;
    witness->looked_ms = -1;
    for (int r = 0; r < STORE_REGIONS_MAX; r++)
        witness->regions[r].since_ms = -1;
}

static bool isapplied(const struct store *store, int region)
{
    const struct table *table = store_find_table(store, KIND_ID_EGRESS_POLICIES, region);
    const struct row *policy = store_find(store, KIND_ID_EGRESS_POLICIES, region, NULL, CUTOVER_ALARM_POLICY);
    return table != NULL && table->state == TABLE_STATE_LIVE && policy != NULL && row_true(policy, FIELD_EGRESS_DEFAULT_DENY);
}

void hold_witness_look(struct hold_witness *witness, const struct store *store, const struct cutover_status *status,
                       int64_t now_ms)
{
    const struct cutover_step_claim *claim = cutover_status_step(status, SPAN_LITERAL(CUTOVER_ALARM_STEP));
    if (claim == NULL || claim->result != STEP_RESULT_RUNNING || claim->started_ms == TIMESTAMP_NONE) {
        witness->looked_ms = -1;
        return;
    }
    if (claim->started_ms != witness->started_ms) {
        hold_witness_init(witness);
        witness->started_ms = claim->started_ms;
    }
    bool is_continuous = witness->looked_ms >= 0 && now_ms - witness->looked_ms <= HOLD_WITNESS_GAP_MAX_MS;
    for (int r = 0; r < store->region_count; r++) {
        int64_t *since_ms = &witness->regions[r].since_ms, *longest_ms = &witness->regions[r].longest_ms;
        bool is_applied = isapplied(store, r);
        if (!is_applied || !is_continuous || *since_ms < 0)
            *since_ms = is_applied ? now_ms : -1;
        if (is_applied && now_ms - *since_ms > *longest_ms)
            *longest_ms = now_ms - *since_ms;
    }
    witness->looked_ms = now_ms;
}

int64_t hold_witness_longest_ms(const struct hold_witness *witness, int region, int64_t started_ms)
{
    bool is_about_it = witness != NULL && started_ms != TIMESTAMP_NONE && witness->started_ms == started_ms;
    return is_about_it ? witness->regions[region].longest_ms : -1;
}
