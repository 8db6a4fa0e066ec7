/* Claim beside measurement: a pivoted Sovereign agrees everywhere it can be measured, and every deviation that was a false
 * green in the field is disputed or unmeasured here (cutover contract 7). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "truth/truth_board.h"
#include "pivoted.h"
#include "sovereign/kind_table.h"
#include "support/leak_check.h"
#include "support/rows.h"

Test(truth_board, a_good_run_agrees_in_every_region_but_for_the_hold_that_nobody_watched)
{
    struct store *store = pivoted_new(true);
    struct truth_board *board = truth_board_measure(store, NULL, NULL);
    for (size_t i = 0; i + 1 < PIVOTED_STEP_COUNT; i++)
        pivoted_expect(board, PIVOTED_STEPS[i], TRUTH_VERDICT_AGREE, "");
    pivoted_expect(board, "egress-block-test", TRUTH_VERDICT_UNMEASURED, "not seen by this console");
    pivoted_expect(board, "helmrepo-patches", TRUTH_VERDICT_AGREE, "all 1 local (1 tolerated beside)");
    cr_assert_str_eq(board->summary, "last attempt 05:00:00, first start 04:00:00 · claim: complete (seal not read) · measured: "
                                     "10 agree, 0 disputed, 0 not yet, 1 unmeasured");
    cr_assert_eq(board->warning_count, 0, "%s", board->warnings[0]);
    cr_assert_eq(truth_board_status(board), STATUS_UNMEASURED);
    const struct truth_row *pivot = truth_board_find(board, SPAN_LITERAL("registry-pivot"));
    cr_assert_str_eq(pivot->cells[1].text, "1/1");
    cr_assert_eq(pivot->deadline_s, 600);
    cr_assert_eq(pivot->elapsed_ms, 10 * 60 * 1000);
    cr_assert_eq(truth_board_find(board, SPAN_LITERAL("gitea-mirror"))->cells[1].outcome, TRUTH_OUTCOME_NOT_APPLICABLE);
    truth_board_free(board);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(truth_board, before_the_start_nothing_is_claimed_and_nothing_is_done)
{
    struct store *store = pivoted_new(false);
    pivoted_claim(store, 0, "", "cutoverComplete=false|registriesYamlActive=v1");
    rows_add(store, KIND_ID_CUTOVER_STATUS, 0, "catalyst/self-sovereign-cutover-status", FIELD_DATA,
             "cutoverComplete=false|registriesYamlActive=v1|totalSteps=11|cutoverStartedAt=", ROWS_END);
    struct truth_board *board = truth_board_measure(store, NULL, NULL);
    cr_assert_str_eq(board->summary, "claim: never started · measured: 0 agree, 0 disputed, 11 not yet");
    cr_assert_eq(truth_board_status(board), STATUS_FOUND);
    for (size_t i = 0; i < board->row_count; i++) {
        cr_assert_neq(board->rows[i].tone, TONE_GOOD);
        cr_assert_eq(board->rows[i].elapsed_ms, -1);
        for (int r = 0; r < 2; r++)
            cr_assert_neq(board->rows[i].cells[r].outcome, TRUTH_OUTCOME_DONE, "%s in region %d: %s", board->rows[i].step->name,
                          r, board->rows[i].cells[r].sentence);
    }
    truth_board_free(board);
    store_free(store);
}

enum deviation { PUT, STATE, DELETE };

/* What is changed in the pivoted Sovereign, and what its board says. Incidents are those of cutover contract 7. */
static const struct {
    const char *what;
    enum deviation how;
    const char *kind_id, *key;
    int region;
    enum field field, second;
    const char *text, *second_text;
    enum table_state state;
    const char *step;
    enum truth_verdict verdict;
    const char *sentence;
    const char *cells[2];
} CASES[] = {
    {"a second region forgotten (#5359)",
     PUT,
     KIND_ID_HELMREPOSITORIES,
     "flux-system/bp-harbor",
     1,
     FIELD_URL,
     FIELD_TYPE,
     "oci://ghcr.io/openova-io",
     "oci",
     0,
     "helmrepository-patches",
     TRUTH_VERDICT_DISPUTED,
     "hel1: 0 of 1 local, 1 still ghcr.io (1 tolerated beside)",
     {"1/1", "0/1"}},
    {"suspending buys no tick",
     PUT,
     KIND_ID_HELMREPOSITORIES,
     "flux-system/bp-harbor",
     0,
     FIELD_URL,
     FIELD_SUSPENDED,
     "oci://ghcr.io/openova-io",
     "true",
     0,
     "helmrepository-patches",
     TRUTH_VERDICT_UNMEASURED,
     "1 tolerated and 1 suspended beside",
     {"?", "1/1"}},
    {"a stale Ready (hw292)",
     PUT,
     KIND_ID_GITREPOSITORIES,
     "flux-system/openova",
     0,
     FIELD_URL,
     FIELD_GENERATION,
     PIVOTED_GIT,
     "2",
     0,
     "flux-gitrepository-patch",
     TRUTH_VERDICT_DISPUTED,
     "generation -1 of 2",
     {"part", "ok"}},
    {"Flux reads upstream",
     PUT,
     KIND_ID_GITREPOSITORIES,
     "flux-system/openova",
     0,
     FIELD_URL,
     FIELD_GENERATION,
     "https://github.com/openova-io/openova",
     "2",
     0,
     "flux-gitrepository-patch",
     TRUTH_VERDICT_DISPUTED,
     "Flux reads https://github.com/openova-io/openova",
     {"no", "ok"}},
    {"a dead node (ack missing)",
     PUT,
     KIND_ID_NODES,
     "fsn1-w2.lan",
     0,
     FIELD_READY,
     FIELD_READY_REASON,
     "False",
     "",
     0,
     "registry-pivot",
     TRUTH_VERDICT_DISPUTED,
     "1 of 2 nodes acknowledged (fsn1-w2.lan missing)",
     {"1/2", "1/1"}},
    {"DaemonSet not ready",
     PUT,
     KIND_ID_DAEMONSETS,
     "catalyst/registry-pivot",
     0,
     FIELD_REPLICAS,
     FIELD_REPLICAS_READY,
     "2",
     "1",
     0,
     "registry-pivot",
     TRUTH_VERDICT_DISPUTED,
     "only 1 of 2 pods of registry-pivot are ready",
     {"1/1", "1/1"}},
    {"nodes not listed",
     STATE,
     KIND_ID_NODES,
     NULL,
     1,
     0,
     0,
     NULL,
     NULL,
     TABLE_STATE_FORBIDDEN,
     "registry-pivot",
     TRUTH_VERDICT_UNMEASURED,
     "hel1: nodes are not known: why",
     {"1/1", "?"}},
    {"registry of one release not set",
     PUT,
     KIND_ID_HELMRELEASES,
     "flux-system/bp-continuum",
     0,
     FIELD_VALUES_IMAGE_REGISTRY,
     FIELD_READY,
     "",
     "True",
     0,
     "catalyst-api-env-patch",
     TRUTH_VERDICT_DISPUTED,
     "image registry set in 1 of 2 releases (bp-continuum is not)",
     {"2/3", "-"}},
    {"the self-reference is tolerated",
     PUT,
     KIND_ID_HELMRELEASES,
     "flux-system/bp-newapi",
     0,
     FIELD_VALUES_IMAGE_REGISTRY,
     FIELD_READY,
     "",
     "True",
     0,
     "catalyst-api-env-patch",
     TRUTH_VERDICT_AGREE,
     "(1 tolerated beside)",
     {"2/2", "-"}},
    {"catalyst-api without its URL",
     PUT,
     KIND_ID_DEPLOYMENTS,
     "catalyst-system/catalyst-api",
     0,
     FIELD_ENVIRONMENT_VALUES,
     FIELD_REPLICAS,
     "X=1",
     "1",
     0,
     "catalyst-api-env-patch",
     TRUTH_VERDICT_DISPUTED,
     "falls back to github.com",
     {"1/2", "-"}},
    {"catalyst-api not ready: the pivot stands",
     PUT,
     KIND_ID_DEPLOYMENTS,
     "catalyst-system/catalyst-api",
     0,
     FIELD_ENVIRONMENT_VALUES,
     FIELD_REPLICAS,
     "CATALYST_GITOPS_REPO_URL=" PIVOTED_GIT,
     "1",
     0,
     "catalyst-api-env-patch",
     TRUTH_VERDICT_AGREE,
     "; catalyst-api is not ready",
     {"2/2", "-"}},
    {"catalyst-api's new pods are not asked for yet",
     PUT,
     KIND_ID_DEPLOYMENTS,
     "catalyst-system/catalyst-api",
     0,
     FIELD_ENVIRONMENT_VALUES,
     FIELD_GENERATION,
     "CATALYST_GITOPS_REPO_URL=" PIVOTED_GIT,
     "3",
     0,
     "catalyst-api-env-patch",
     TRUTH_VERDICT_DISPUTED,
     "still the old ones",
     {"2/2", "-"}},
    {"deployments cannot be listed",
     STATE,
     KIND_ID_DEPLOYMENTS,
     NULL,
     0,
     0,
     0,
     NULL,
     NULL,
     TABLE_STATE_FAILED,
     "catalyst-api-env-patch",
     TRUTH_VERDICT_UNMEASURED,
     "deployments are not known: why",
     {"?", "-"}},
    {"residue in vCluster values (hw139)",
     PUT,
     KIND_ID_HELMRELEASES,
     "flux-system/bp-sso-bridge",
     1,
     FIELD_VALUES_SUSPECT,
     FIELD_READY,
     "deep.registry=harbor.openova.io",
     "True",
     0,
     "vcluster-registry-pivot",
     TRUTH_VERDICT_DISPUTED,
     "hel1: 1 of 2 releases pull locally, bp-sso-bridge does not",
     {"1/1", "1/2"}},
    {"a Provider upstream",
     PUT,
     KIND_ID_PROVIDERS,
     "provider-aws",
     0,
     FIELD_PACKAGE,
     FIELD_HEALTHY,
     "xpkg.upbound.io/x/y:v1",
     "True",
     0,
     "crossplane-provider-pivot",
     TRUTH_VERDICT_DISPUTED,
     "1 of 2 packages local (xpkg.upbound.io/x/y:v1 is not)",
     {"1/2", "1/1"}},
    {"a Provider that cannot unpack (#5204)",
     PUT,
     KIND_ID_PROVIDERS,
     "provider-hcloud",
     0,
     FIELD_PACKAGE,
     FIELD_INSTALLED,
     "harbor.acme.example/proxy-xpkg/a/b@sha256:00",
     "False",
     0,
     "crossplane-provider-pivot",
     TRUTH_VERDICT_DISPUTED,
     "1 Providers are not installed or not healthy",
     {"1/1", "1/1"}},
    {"no Crossplane in a region",
     STATE,
     KIND_ID_PROVIDERS,
     NULL,
     1,
     0,
     0,
     NULL,
     NULL,
     TABLE_STATE_ABSENT,
     "crossplane-provider-pivot",
     TRUTH_VERDICT_AGREE,
     "all 1 packages local",
     {"1/1", "-"}},
    {"a leaked policy (#5014)",
     PUT,
     KIND_ID_EGRESS_POLICIES,
     "cutover-egress-block",
     1,
     FIELD_CREATED,
     FIELD_EGRESS_DEFAULT_DENY,
     "2026-07-27T05:00:00Z",
     "true",
     0,
     "egress-block-test",
     TRUTH_VERDICT_DISPUTED,
     "hel1: the policy cutover-egress-block is still there (since 05:00:00) and blocks egress: delete it",
     {"?", "leak"}},
    {"token: no Job left",
     DELETE,
     KIND_ID_JOBS,
     "catalyst/cutover-gitea-token-mint-1785128211",
     0,
     0,
     0,
     NULL,
     NULL,
     0,
     "gitea-token-mint",
     TRUTH_VERDICT_UNMEASURED,
     "no Job of this step is left",
     {"?", "-"}},
    {"projects: the Job is gone, the flag remains",
     DELETE,
     KIND_ID_JOBS,
     "catalyst/cutover-harbor-projects-1785128211",
     0,
     0,
     0,
     NULL,
     NULL,
     0,
     "harbor-projects",
     TRUTH_VERDICT_AGREE,
     "registriesYamlActive v2",
     {"ok", "-"}},
    {"a secondary Harbor whose Job failed",
     PUT,
     KIND_ID_JOBS,
     "catalyst/cutover-harbor-prewarm-secondary-hel1",
     0,
     FIELD_STALLED,
     FIELD_STALLED_MESSAGE,
     "True",
     "Job was active longer than specified deadline",
     0,
     "harbor-prewarm",
     TRUTH_VERDICT_DISPUTED,
     "hel1: Job cutover-harbor-prewarm-secondary-hel1 failed: Job was active longer",
     {"ok", "no"}},
};

Test(truth_board, says_what_the_live_objects_say_whatever_is_claimed)
{
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct store *store = pivoted_new(true);
        struct table *table = store_table(store, rows_kind(CASES[i].kind_id), CASES[i].region);
        if (CASES[i].how == PUT)
            rows_add(store, CASES[i].kind_id, CASES[i].region, CASES[i].key, CASES[i].field, CASES[i].text, CASES[i].second,
                     CASES[i].second_text, ROWS_END);
        else if (CASES[i].how == STATE)
            table_set_state(table, CASES[i].state, CASES[i].state == TABLE_STATE_ABSENT ? "" : "why");
        else
            table_delete(table, span_of(CASES[i].key));
        struct truth_board *board = truth_board_measure(store, NULL, NULL);
        const struct truth_row *row = truth_board_find(board, span_of(CASES[i].step));
        cr_assert_eq(row->verdict, CASES[i].verdict, "%s: %s, %s", CASES[i].what, truth_board_verdict_name(row->verdict),
                     row->sentence);
        cr_assert(strstr(row->sentence, CASES[i].sentence) != NULL, "%s: %s", CASES[i].what, row->sentence);
        for (int r = 0; r < 2; r++) {
            cr_assert_str_eq(row->cells[r].text, CASES[i].cells[r], "%s: region %d: %s (%s)", CASES[i].what, r,
                             row->cells[r].text, row->cells[r].sentence);
            if (strcmp(row->cells[r].text, "?") == 0)
                cr_assert_eq(truth_board_cell_tone(row, r), TONE_UNKNOWN, "%s: unknown is never green", CASES[i].what);
        }
        if (CASES[i].verdict == TRUTH_VERDICT_DISPUTED) {
            cr_assert_eq(row->tone, TONE_BAD);
            cr_assert_eq(truth_board_status(board), STATUS_FOUND);
            cr_assert(strstr(board->warnings[0], "claimed complete, but 1 step is disputed") != NULL, "%s", board->warnings[0]);
        }
        truth_board_free(board);
        store_free(store);
    }
    TEST_NO_LEAKS();
}

Test(truth_board, a_region_without_the_daemonset_cannot_be_measured_by_acknowledgements)
{
    struct store *store = pivoted_new(true);
    table_delete(store_table(store, rows_kind(KIND_ID_DAEMONSETS), 1), SPAN_LITERAL("catalyst/registry-pivot"));
    pivoted_claim(store, 11, "", "cutoverComplete=true|registriesYamlActive=v2|node.fsn1-w1.lan.registriesYaml=v2");
    struct truth_board *board = truth_board_measure(store, NULL, NULL);
    pivoted_expect(board, "registry-pivot", TRUTH_VERDICT_UNMEASURED, "hel1: no DaemonSet registry-pivot here");
    truth_board_free(board);
    store_free(store);
}

Test(truth_board, the_flag_stuck_at_v1_is_seen_though_every_step_claims_success)
{
    struct store *store = pivoted_new(true);
    pivoted_claim(store, 11, "",
          "cutoverComplete=false|registriesYamlActive=v1|node.fsn1-w1.lan.registriesYaml=v2|node.hel1-w1.lan.registriesYaml=v2");
    struct truth_board *board = truth_board_measure(store, NULL, NULL);
    pivoted_expect(board, "harbor-prewarm", TRUTH_VERDICT_DISPUTED, "registriesYamlActive is v1");
    pivoted_expect(board, "registry-pivot", TRUTH_VERDICT_DISPUTED, "nodes do not switch");
    cr_assert(strstr(board->warnings[0], "every step claims success, but registriesYamlActive is 'v1'") != NULL, "%s",
              board->warnings[0]);
    truth_board_free(board);
    store_free(store);
}

Test(truth_board, a_running_row_without_a_job_is_a_stranded_run)
{
    struct store *store = pivoted_new(false);
    pivoted_claim(store, 5, "running",
          "cutoverComplete=false|currentStep=helmrepository-patches|currentStepIndex=5|registriesYamlActive=v2");
    struct truth_board *board = truth_board_measure(store, NULL, NULL);
    const struct truth_row *row = truth_board_find(board, SPAN_LITERAL("helmrepository-patches"));
    cr_assert(row->is_stale_claim && row->is_current);
    cr_assert(strstr(board->warnings[0], "helmrepository-patches is claimed to run, but no Job of it does") != NULL, "%s",
              board->warnings[0]);
    cr_assert_eq(row->elapsed_ms, PIVOTED_NOW_MS - timestamp_parse(SPAN_LITERAL("2026-07-27T05:02:00Z")));
    cr_assert(row->is_slow);
    cr_assert_not(row->is_over_deadline);
    truth_board_free(board);
    clock_freeze(1000000, timestamp_parse(SPAN_LITERAL("2026-07-27T05:02:50Z")));
    board = truth_board_measure(store, NULL, NULL);
    cr_assert_not(truth_board_find(board, SPAN_LITERAL("helmrepository-patches"))->is_stale_claim, "its Job may be on the way");
    cr_assert_eq(board->warning_count, 0, "%s", board->warnings[0]);
    truth_board_free(board);
    clock_freeze(1000000, PIVOTED_NOW_MS);
    rows_add(store, KIND_ID_JOBS, 0, "catalyst/cutover-helmrepository-patches-2", FIELD_STEP_NAME, "helmrepository-patches",
             FIELD_ACTIVE, "1", FIELD_CREATED, "2026-07-27T05:02:00Z", FIELD_STEP_DEADLINE, "900", ROWS_END);
    rows_add(store, KIND_ID_JOBS, 0, "catalyst/cutover-helmrepository-patches-1", FIELD_STEP_NAME, "helmrepository-patches",
             FIELD_STALLED, "True", FIELD_CREATED, "2026-07-27T04:02:00Z", ROWS_END);
    board = truth_board_measure(store, NULL, NULL);
    row = truth_board_find(board, SPAN_LITERAL("helmrepository-patches"));
    cr_assert_not(row->is_stale_claim);
    cr_assert_str_eq(row->job.name, "cutover-helmrepository-patches-2", "the youngest Job counts");
    cr_assert(row->is_over_deadline, "the Job's own deadline of 900 s");
    cr_assert_eq(row->verdict, TRUTH_VERDICT_NOT_YET);
    truth_board_free(board);
    table_set_state(store_table(store, rows_kind(KIND_ID_JOBS), 0), TABLE_STATE_FAILED, "why");
    board = truth_board_measure(store, NULL, NULL);
    cr_assert_not(truth_board_find(board, SPAN_LITERAL("helmrepository-patches"))->is_stale_claim,
                  "Jobs that are not known prove nothing");
    truth_board_free(board);
    store_free(store);
}

Test(truth_board, a_success_that_is_seconds_old_is_not_disputed_yet)
{
    static const struct {
        int64_t after_ms;
        enum truth_verdict verdict;
    } MOMENTS[] = {{-60000, TRUTH_VERDICT_DISPUTED}, {1000, TRUTH_VERDICT_NOT_YET}, {20000, TRUTH_VERDICT_DISPUTED}};
    struct store *store = pivoted_new(true);
    rows_add(store, KIND_ID_GITREPOSITORIES, 0, "flux-system/openova", FIELD_URL, "https://github.com/openova-io/openova", ROWS_END);
    for (size_t i = 0; i < ARRAY_LENGTH(MOMENTS); i++) {
        clock_freeze(1000000, timestamp_parse(SPAN_LITERAL("2026-07-27T05:12:00Z")) + MOMENTS[i].after_ms);
        struct truth_board *board = truth_board_measure(store, NULL, NULL);
        pivoted_expect(board, "flux-gitrepository-patch", MOMENTS[i].verdict, "Flux reads https://github.com");
        cr_assert_eq(board->is_settling, MOMENTS[i].verdict == TRUTH_VERDICT_NOT_YET);
        cr_assert_neq(truth_board_status(board), STATUS_OK);
        truth_board_free(board);
    }
    store_free(store);
}

Test(truth_board, a_wrong_total_and_an_unknown_claim_are_named)
{
    struct store *store = pivoted_new(true);
    rows_add(store, KIND_ID_CUTOVER_STEPS, 0, "catalyst/cutover-step-12-new", FIELD_STEP_NAME, "new", FIELD_STEP_ORDER, "12",
             FIELD_STEP_POD_SPEC, "true", ROWS_END);
    struct truth_board *board = truth_board_measure(store, NULL, NULL);
    cr_assert_str_eq(board->warnings[0], "totalSteps says 11, 12 steps are installed: progress is off");
    pivoted_expect(board, "new", TRUTH_VERDICT_NOT_YET, "a step we do not know how to measure");
    truth_board_free(board);
    table_set_state(store_table(store, rows_kind(KIND_ID_CUTOVER_STATUS), 0), TABLE_STATE_FAILED, "why");
    table_delete(store_table(store, rows_kind(KIND_ID_CUTOVER_STATUS), 0),
                 SPAN_LITERAL("catalyst/self-sovereign-cutover-status"));
    board = truth_board_measure(store, NULL, NULL);
    cr_assert_eq(board->verdicts[TRUTH_VERDICT_UNMEASURED], 12);
    cr_assert_eq(truth_board_status(board), STATUS_UNMEASURED);
    for (size_t i = 0; i < board->row_count; i++)
        cr_assert_neq(board->rows[i].claim_tone, TONE_GOOD);
    truth_board_free(board);
    store_free(store);
}

Test(truth_board, without_the_domain_no_host_is_called_local)
{
    struct store *store = pivoted_new(true);
    store->fqdn[0] = '\0';
    struct truth_board *board = truth_board_measure(store, NULL, NULL);
    pivoted_expect(board, "helmrepository-patches", TRUTH_VERDICT_UNMEASURED, "domain is not known");
    pivoted_expect(board, "crossplane-provider-pivot", TRUTH_VERDICT_UNMEASURED, "domain is not known");
    pivoted_expect(board, "vcluster-registry-pivot", TRUTH_VERDICT_UNMEASURED, "cannot be judged");
    truth_board_free(board);
    store_free(store);
}

Test(truth_board, during_the_hold_the_policy_must_be_there_and_must_deny)
{
    static const struct {
        const char *created, *deny, *sentence;
        bool alarm;
    } POLICIES[] = {
        {"2026-07-27T05:20:00Z", "true", "denies egress since 05:20:00", false},
        {"2026-07-27T05:20:00Z", "", "without default deny", true},
        {"2026-07-27T03:00:00Z", "true", "longer than this attempt", true},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(POLICIES); i++) {
        struct store *store = pivoted_new(true);
        pivoted_claim(store, 10, "running",
              "cutoverComplete=false|registriesYamlActive=v2|node.fsn1-w1.lan.registriesYaml=v2|node.hel1-w1.lan.registriesYaml="
              "v2");
        for (int r = 0; r < 2; r++)
            pivoted_add_policy(store, r, POLICIES[i].created, POLICIES[i].deny);
        struct truth_board *board = truth_board_measure(store, NULL, NULL);
        pivoted_expect(board, "egress-block-test", POLICIES[i].alarm ? TRUTH_VERDICT_DISPUTED : TRUTH_VERDICT_NOT_YET,
               POLICIES[i].sentence);
        cr_assert_eq(board->is_alarm, POLICIES[i].alarm);
        truth_board_free(board);
        pivoted_delete_policy(store, 0);
        board = truth_board_measure(store, NULL, NULL);
        cr_assert_str_eq(truth_board_find(board, SPAN_LITERAL("egress-block-test"))->cells[0].sentence,
                         "the policy is not applied (yet)");
        truth_board_free(board);
        store_free(store);
    }
}

Test(truth_board, the_real_kinds_hold_every_fact_that_is_measured)
{
    static const struct {
        const char *kind_id;
        enum field fields[8];
    } NEEDED[] = {
        {KIND_ID_CUTOVER_STEPS,
         {FIELD_STEP_NAME, FIELD_STEP_ORDER, FIELD_STEP_MODE, FIELD_STEP_DAEMONSET, FIELD_STEP_DEADLINE, FIELD_STEP_POD_SPEC}},
        {KIND_ID_CUTOVER_STATUS, {FIELD_DATA}},
        {KIND_ID_JOBS,
         {FIELD_STEP_NAME, FIELD_READY, FIELD_STALLED, FIELD_STALLED_MESSAGE, FIELD_SUCCEEDED, FIELD_STARTED, FIELD_FINISHED,
          FIELD_STEP_DEADLINE}},
        {KIND_ID_DAEMONSETS, {FIELD_REPLICAS, FIELD_REPLICAS_READY}},
        {KIND_ID_DEPLOYMENTS, {FIELD_ENVIRONMENT_VALUES, FIELD_REPLICAS, FIELD_REPLICAS_READY}},
        {KIND_ID_GITREPOSITORIES,
         {FIELD_URL, FIELD_OBSERVED_GENERATION, FIELD_READY, FIELD_READY_MESSAGE, FIELD_REVISION, FIELD_SUSPENDED}},
        {KIND_ID_HELMREPOSITORIES, {FIELD_URL, FIELD_SUSPENDED}},
        {KIND_ID_HELMRELEASES, {FIELD_VALUES_IMAGE_REGISTRY, FIELD_VALUES_SUSPECT}},
        {KIND_ID_PROVIDERS, {FIELD_PACKAGE, FIELD_INSTALLED, FIELD_HEALTHY}},
        {KIND_ID_EGRESS_POLICIES, {FIELD_EGRESS_DEFAULT_DENY}},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(NEEDED); i++) {
        const struct kind *kind = kind_table_get(NEEDED[i].kind_id);
        cr_assert_not_null(kind, "%s", NEEDED[i].kind_id);
        for (size_t f = 0; f < ARRAY_LENGTH(NEEDED[i].fields) && NEEDED[i].fields[f] != 0; f++) {
            bool has = false;
            for (size_t j = 0; j < kind->field_count; j++)
                has |= kind->fields[j].field == NEEDED[i].fields[f];
            cr_assert(has, "rows of %s do not hold %s", kind->id, field_name(NEEDED[i].fields[f]));
        }
    }
    for (size_t i = 0; truth_board_kind(i) != NULL; i++)
        cr_assert_not_null(kind_table_get(truth_board_kind(i)));
}
