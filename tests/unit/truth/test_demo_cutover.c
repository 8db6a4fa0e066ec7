/* The demo engine's objects after runs of every kind, through the whole read path, as the board and the audit see them. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "truth/truth_board.h"
#include "demo/demo_cutover.h"
#include "pivoted.h"
#include "support/demo_reading.h"
#include "tether/audit.h"

struct scene {
    struct demo_world *world;
    struct store *store;
    struct truth_board *board;
    struct audit *audit;
};

static struct scene play(const struct demo_cutover_past *past)
{
    struct scene scene = {.world = demo_reading_world()};
    scene.world->cutover = demo_cutover_new(scene.world);
    if (past != NULL)
        demo_cutover_replay(scene.world->cutover, past);
    scene.store = demo_reading_store(scene.world);
    strcpy(scene.store->fqdn, DEMO_WORLD_FQDN);
    scene.board = truth_board_measure(scene.store, NULL, NULL);
    scene.audit = audit_run(scene.store, NULL);
    cr_assert_eq(scene.audit->counts.gaps, 0, "%s", scene.audit->counts.gaps > 0 ? scene.audit->gaps.items[0].why : "");
    return scene;
}

static void end(struct scene *scene)
{
    truth_board_free(scene->board);
    audit_free(scene->audit);
    store_free(scene->store);
    demo_cutover_free(scene->world->cutover);
    demo_reading_free(scene->world);
}

static size_t serious(const struct audit_counts *counts)
{
    return counts->findings[RULE_SEVERITY_CRIT] + counts->findings[RULE_SEVERITY_HIGH];
}

Test(demo_cutover, a_complete_run_is_disputed_nowhere_and_leaves_no_serious_tether)
{
    struct scene scene = play(&(struct demo_cutover_past){.started_ago_s = 7200});
    cr_assert_eq(scene.board->status.state, CUTOVER_STATE_COMPLETE);
    cr_assert_eq(scene.board->verdicts[TRUTH_VERDICT_DISPUTED], 0, "%s", scene.board->summary);
    cr_assert_eq(scene.board->verdicts[TRUTH_VERDICT_AGREE], 9, "%s", scene.board->summary);
    pivoted_expect(scene.board, "registry-pivot", TRUTH_VERDICT_UNMEASURED, "hel: no DaemonSet registry-pivot here");
    pivoted_expect(scene.board, "egress-block-test", TRUTH_VERDICT_UNMEASURED, "not seen by this console");
    cr_assert_eq(serious(&scene.audit->counts), 0, "%s", scene.audit->sentence);
    cr_assert_eq(scene.audit->verdict, AUDIT_VERDICT_UNKNOWN, "ten rules are not the contract");
    end(&scene);
}

Test(demo_cutover, a_failed_run_is_done_up_to_its_step_and_no_further)
{
    struct scene scene = play(&(struct demo_cutover_past){.started_ago_s = 7200, .failing = "helmrepository-patches"});
    cr_assert_eq(scene.board->status.state, CUTOVER_STATE_FAILED, "%s", scene.board->claim);
    cr_assert_str_eq(scene.board->status.failed_step, "helmrepository-patches");
    pivoted_expect(scene.board, "flux-gitrepository-patch", TRUTH_VERDICT_AGREE, "local and Ready");
    pivoted_expect(scene.board, "helmrepository-patches", TRUTH_VERDICT_NOT_YET, "");
    pivoted_expect(scene.board, "catalyst-api-env-patch", TRUTH_VERDICT_NOT_YET, "");
    cr_assert_eq(scene.board->verdicts[TRUTH_VERDICT_DISPUTED], 0);
    end(&scene);
}

/* Incidents 1, 7 and 25 of cutover contract 7 at once; the forgotten region is as every Sovereign before its cutover. */
Test(demo_cutover, a_claim_of_completeness_does_not_hide_what_went_wrong)
{
    struct scene scene = play(&(struct demo_cutover_past){
        .started_ago_s = 7200, .forgets_secondary = true, .keeps_registries_v1 = true, .leaks_policy = true});
    pivoted_expect(scene.board, "helmrepository-patches", TRUTH_VERDICT_DISPUTED, "hel: 0 of ");
    pivoted_expect(scene.board, "flux-gitrepository-patch", TRUTH_VERDICT_DISPUTED, "hel: Flux reads https://github.com");
    pivoted_expect(scene.board, "registry-pivot", TRUTH_VERDICT_DISPUTED, "registriesYamlActive is v1");
    pivoted_expect(scene.board, "egress-block-test", TRUTH_VERDICT_DISPUTED, "is still there");
    cr_assert(scene.board->is_alarm);
    cr_assert_eq(truth_board_status(scene.board), STATUS_FOUND);
    cr_assert_eq(scene.audit->regions[0].verdict, AUDIT_VERDICT_UNKNOWN, "the primary region is clean");
    cr_assert_eq(scene.audit->regions[1].verdict, AUDIT_VERDICT_TETHERED);
    static const char *const RULES[] = {"T-GIT-01", "T-HR-01",  "T-REL-01", "T-REL-02",
                                        "T-REL-07", "T-IMG-01", "T-IMG-02", "T-XP-01"};
    for (size_t r = 0; r < ARRAY_LENGTH(RULES); r++) {
        size_t count = 0;
        for (size_t i = 0; i < scene.audit->findings.count; i++)
            count += strcmp(scene.audit->findings.items[i].rule->id, RULES[r]) == 0 ? 1 : 0;
        cr_assert_gt(count, 0, "%s found nothing", RULES[r]);
    }
    end(&scene);
}
