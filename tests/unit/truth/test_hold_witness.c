/* Only what was seen without a break counts as a hold. */
#include <criterion/criterion.h>

#include "base/timestamp.h"
#include "truth/hold_witness.h"
#include "pivoted.h"
#include "support/rows.h"

static void look(struct hold_witness *witness, struct store *store, int64_t now_ms)
{
    struct cutover_status status;
    cutover_status_read(store, now_ms, &status);
    hold_witness_look(witness, store, &status, now_ms);
}

Test(hold_witness, only_an_unbroken_hold_in_every_region_is_a_proof)
{
    struct hold_witness witness;
    hold_witness_init(&witness);
    struct store *store = pivoted_new(true);
    const char *more =
        "cutoverComplete=false|registriesYamlActive=v2|node.fsn1-w1.lan.registriesYaml=v2|node.hel1-w1.lan.registriesYaml=v2";
    pivoted_claim(store, 10, "running", more);
    pivoted_add_policy(store, 0, "2026-07-27T05:20:00Z", "true");
    int64_t now_ms = 0;
    for (; now_ms <= 700000; now_ms += 5000) {
        if (now_ms == 200000)
            pivoted_add_policy(store, 1, "2026-07-27T05:20:00Z", "true");
        look(&witness, store, now_ms);
    }
    pivoted_delete_policy(store, 0);
    pivoted_delete_policy(store, 1);
    look(&witness, store, now_ms);
    pivoted_claim(store, 11, "", more);
    look(&witness, store, now_ms + 5000);
    struct truth_board *board = truth_board_measure(store, &witness, NULL);
    pivoted_expect(board, "egress-block-test", TRUTH_VERDICT_UNMEASURED,
           "hel1: the policy is gone; it was seen for 8m20s of the 10m of a hold");
    truth_board_free(board);
    witness.regions[1].longest_ms = HOLD_WITNESS_REQUIRED_MS;
    board = truth_board_measure(store, &witness, NULL);
    pivoted_expect(board, "egress-block-test", TRUTH_VERDICT_AGREE, "seen denying egress for 11m");
    cr_assert_eq(board->verdicts[TRUTH_VERDICT_AGREE], 11);
    truth_board_free(board);
    cr_assert_eq(hold_witness_longest_ms(&witness, 0, 12345), -1, "another attempt was not watched");
    store_free(store);
}

Test(hold_witness, a_pause_in_looking_and_a_feed_that_is_away_break_it)
{
    struct hold_witness witness;
    hold_witness_init(&witness);
    struct store *store = pivoted_new(true);
    pivoted_claim(store, 10, "running", "cutoverComplete=false");
    int64_t started_ms = timestamp_parse(SPAN_LITERAL("2026-07-27T05:01:00Z"));
    pivoted_add_policy(store, 0, "2026-07-27T05:20:00Z", "true");
    look(&witness, store, 0);
    look(&witness, store, 400000);
    cr_assert_eq(hold_witness_longest_ms(&witness, 0, started_ms), 0, "%lld",
                 (long long)hold_witness_longest_ms(&witness, 0, started_ms));
    look(&witness, store, 405000);
    cr_assert_eq(hold_witness_longest_ms(&witness, 0, started_ms), 5000);
    table_set_state(store_table(store, rows_kind(KIND_ID_EGRESS_POLICIES), 0), TABLE_STATE_STALE, "");
    look(&witness, store, 410000);
    cr_assert_eq(witness.regions[0].since_ms, -1);
    store_free(store);
}
