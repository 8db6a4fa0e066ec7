/* The status map's traps (cutover contract 3.3), the two sources and the derived state (API contract 3.4). */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "cutover/cutover_status.h"
#include "support/leak_check.h"
#include "support/rows.h"

static struct cutover_status status;

static struct store *with(const char *data)
{
    clock_freeze(100000, 1785128211000);
    struct store *store = rows_store("fsn1", NULL);
    rows_add(store, KIND_ID_CUTOVER_STATUS, 0, "catalyst/self-sovereign-cutover-status", FIELD_DATA, data, ROWS_END);
    rows_live(store, KIND_ID_CUTOVER_STATUS, 0);
    return store;
}

static void read(const struct store *store)
{
    cutover_status_read(store, clock_monotonic_ms(), &status);
}

static void read_data(const char *data)
{
    struct store *store = with(data);
    read(store);
    store_free(store);
}

Test(cutover_status, reads_steps_regions_and_nodes_out_of_flat_keys)
{
    read_data("cutoverComplete=false|cutoverStartedAt=2026-07-27T04:56:51Z|cutoverLastAttemptStartedAt=2026-07-27T05:10:00Z|"
              "currentStep=helmrepository-patches|currentStepIndex=5|totalSteps=11|progressPercent=45|registriesYamlActive=v2|"
              "step.gitea-mirror.result=success|step.gitea-mirror.startedAt=2026-07-27T04:56:52Z|"
              "step.gitea-mirror.finishedAt=2026-07-27T04:59:10Z|step.gitea-mirror.jobName=cutover-gitea-mirror-1785128211|"
              "step.harbor-projects.result=|step.harbor-projects.startedAt=0001-01-01T00:00:00Z|"
              "step.helmrepository-patches.result=running|step.helmrepository-patches.region.hel1.result=success|"
              "step.helmrepository-patches.region.eu.west-1.result=failed|"
              "step.helmrepository-patches.region.hel1.finishedAt=2026-07-27T05:11:00Z|"
              "node.fsn1-w1.lan.registriesYaml=v2|node.fsn1-w2.lan.registriesYaml=v1|mirroredCommitSHA=abc|step.weird.key=x");
    cr_assert_eq(status.state, CUTOVER_STATE_RUNNING);
    cr_assert_eq(status.source, CUTOVER_SOURCE_CONFIG_MAP);
    cr_assert_eq(status.age_ms, 0);
    cr_assert_eq(status.started_ms, 1785128211000);
    cr_assert_eq(status.last_attempt_ms, 1785129000000);
    cr_assert_eq(status.finished_ms, TIMESTAMP_NONE);
    cr_assert_eq(status.total_steps, 11);
    cr_assert_eq(status.acknowledged_nodes, 1);
    cr_assert_eq(status.unknown_keys, 2);
    cr_assert_eq(status.oddity_count, 0);
    cr_assert_eq(status.step_count, 3, "a region key is no step: %zu", status.step_count);
    const struct cutover_step_claim *mirror = cutover_status_step(&status, SPAN_LITERAL("gitea-mirror"));
    cr_assert_eq(mirror->result, STEP_RESULT_SUCCESS);
    cr_assert_str_eq(mirror->job, "cutover-gitea-mirror-1785128211");
    cr_assert_eq(mirror->finished_ms - mirror->started_ms, 138000);
    const struct cutover_step_claim *projects = cutover_status_step(&status, SPAN_LITERAL("harbor-projects"));
    cr_assert_eq(projects->result, STEP_RESULT_PENDING);
    cr_assert_eq(projects->started_ms, TIMESTAMP_NONE, "zero time is no time");
    const struct cutover_step_claim *helm = cutover_status_step(&status, SPAN_LITERAL("helmrepo-patches"));
    cr_assert_not_null(helm, "by its old name");
    cr_assert_eq(helm->region_count, 2);
    cr_assert_str_eq(helm->regions[0].region, "hel1");
    cr_assert_eq(helm->regions[0].result, STEP_RESULT_SUCCESS);
    cr_assert_neq(helm->regions[0].finished_ms, TIMESTAMP_NONE);
    cr_assert_str_eq(helm->regions[1].region, "eu.west-1");
    cr_assert_eq(helm->regions[1].result, STEP_RESULT_FAILED);
    char phrase[80];
    cutover_status_phrase(&status, phrase, sizeof phrase);
    cr_assert_str_eq(phrase, "running 6/11 45%");
    TEST_NO_LEAKS();
}

Test(cutover_status, derives_the_state)
{
    static const struct {
        const char *data;
        enum cutover_state state;
        const char *phrase;
    } CASES[] = {
        {"cutoverComplete=false|totalSteps=11|registriesYamlActive=v1", CUTOVER_STATE_NEVER_STARTED, "never started"},
        {"cutoverStartedAt=|step.a.result=", CUTOVER_STATE_NEVER_STARTED, "never started"},
        {"cutoverStartedAt=2026-07-27T04:56:51Z|currentStep=a", CUTOVER_STATE_RUNNING, "running"},
        {"cutoverStartedAt=2026-07-27T04:56:51Z|step.a.result=running", CUTOVER_STATE_RUNNING, "running"},
        {"cutoverStartedAt=2026-07-27T04:56:51Z|failedStep=egress-block-test|progressPercent=90", CUTOVER_STATE_FAILED,
         "failed at egress-block-test 90%"},
        {"cutoverStartedAt=2026-07-27T04:56:51Z|failedStep=secondary-kubeconfigs|currentStep=a", CUTOVER_STATE_FAILED,
         "failed at secondary-kubeconfigs"},
        {"cutoverStartedAt=2026-07-27T04:56:51Z|progressPercent=27", CUTOVER_STATE_INTERRUPTED, "interrupted 27%"},
        {"cutoverComplete=true|cutoverStartedAt=2026-07-27T04:56:51Z|failedStep=x", CUTOVER_STATE_COMPLETE,
         "complete (seal not read)"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        char phrase[80];
        read_data(CASES[i].data);
        cutover_status_phrase(&status, phrase, sizeof phrase);
        cr_assert_eq(status.state, CASES[i].state, "%s: %s", CASES[i].data, cutover_status_state_name(status.state));
        cr_assert_str_eq(phrase, CASES[i].phrase, "%s: %s", CASES[i].data, phrase);
    }
}

Test(cutover_status, keeps_garbage_as_it_is_and_marks_it)
{
    static const struct {
        const char *data, *oddity;
    } CASES[] = {
        {"progressPercent=lots", "progressPercent 'lots' is not a number"},
        {"totalSteps=-4", "totalSteps '-4' is not a number"},
        {"cutoverStartedAt=yesterday", "cutoverStartedAt 'yesterday' is not a time"},
        {"cutoverComplete=TRUE", "cutoverComplete 'TRUE' is neither true nor false"},
        {"step.a.result=half", "a 'half' is no known result"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        read_data(CASES[i].data);
        cr_assert_eq(status.oddity_count, 1, "%s", CASES[i].data);
        cr_assert_str_eq(status.oddities[0], CASES[i].oddity, "%s", status.oddities[0]);
        cr_assert_not(status.is_complete);
    }
    cr_assert_eq(status.steps[0].result, STEP_RESULT_UNKNOWN);
    cr_assert_str_eq(status.steps[0].text, "half");
}

Test(cutover_status, survives_keys_that_are_no_keys)
{
    read_data("step.=x|step..result=success|step.a.=x|step.a=x|step.region.=x|step.a.region..result=x|step.a.region.r.x=y|node.."
              "registriesYaml=v2|=x");
    cr_assert_leq(status.step_count, 2);
    cr_assert_eq(status.state, CUTOVER_STATE_NEVER_STARTED);
}

Test(cutover_status, the_younger_source_counts)
{
    struct store *store = with("cutoverComplete=false|step.gitea-mirror.result=running|cutoverStartedAt=2026-07-27T04:56:51Z");
    store->catalyst.cutover_known = true;
    store->catalyst.cutover_read_ms = 99000;
    strcpy(store->catalyst.cutover_state, "tethered");
    strcpy(store->catalyst.failed_step, "gitea-mirror");
    store->catalyst.started_ms = store->catalyst.last_attempt_ms = store->catalyst.finished_ms = TIMESTAMP_NONE;
    read(store);
    cr_assert_eq(status.source, CUTOVER_SOURCE_CONFIG_MAP, "a watched ConfigMap is never older");
    cr_assert_eq(status.state, CUTOVER_STATE_RUNNING);

    clock_freeze(60000, 1785128211000);
    table_set_state(store_table(store, rows_kind(KIND_ID_CUTOVER_STATUS), 0), TABLE_STATE_STALE, "connection refused");
    clock_freeze(100000, 1785128211000);
    read(store);
    cr_assert_eq(status.source, CUTOVER_SOURCE_CATALYST_API);
    cr_assert_eq(status.age_ms, 1000);
    cr_assert_eq(status.state, CUTOVER_STATE_FAILED);
    cr_assert_str_eq(status.source_text, "catalyst-api, read 1s ago (status ConfigMap: connection refused)");

    store->catalyst.cutover_read_ms = 50000;
    read(store);
    cr_assert_eq(status.source, CUTOVER_SOURCE_CONFIG_MAP);
    cr_assert_eq(status.age_ms, 40000);
    cr_assert_str_eq(status.source_text, "status ConfigMap as of 40s ago: connection refused");
    store_free(store);
}

Test(cutover_status, a_seal_that_the_config_map_does_not_know_is_its_own_state)
{
    struct store *store = with("cutoverComplete=false|totalSteps=11");
    store->catalyst.cutover_known = true;
    store->catalyst.cutover_read_ms = 1;
    strcpy(store->catalyst.cutover_state, "sovereign");
    read(store);
    cr_assert_eq(status.state, CUTOVER_STATE_SEALED);
    store_free(store);
}

Test(cutover_status, nobody_to_ask_is_unknown_and_not_never_started)
{
    struct store *store = rows_store("fsn1", NULL);
    table_set_state(store_table(store, rows_kind(KIND_ID_CUTOVER_STATUS), 0), TABLE_STATE_FAILED, "connection refused");
    read(store);
    cr_assert_eq(status.state, CUTOVER_STATE_UNKNOWN);
    cr_assert_eq(status.age_ms, -1);
    cr_assert(strstr(status.source_text, "connection refused") != NULL);
    store_free(store);
    store = store_new();
    read(store);
    cr_assert_eq(status.state, CUTOVER_STATE_UNKNOWN, "no region at all");
    store_free(store);
}
