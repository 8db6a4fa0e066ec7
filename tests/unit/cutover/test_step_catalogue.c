/* Steps as the cluster has them: order by label, names by stepName, invalid ones kept (cutover contract 3.1). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "cutover/cutover_status.h"
#include "cutover/step_catalogue.h"
#include "support/leak_check.h"
#include "support/rows.h"

static struct cutover_status status;
static struct step_catalogue catalogue;

static void add(struct store *store, const char *config_map, const char *name, const char *order, const char *mode,
                const char *pod_spec)
{
    char key[160];
    snprintf(key, sizeof key, "catalyst/%s", config_map);
    rows_add(store, KIND_ID_CUTOVER_STEPS, 0, key, FIELD_STEP_NAME, name, FIELD_STEP_ORDER, order, FIELD_STEP_MODE, mode,
             FIELD_STEP_POD_SPEC, pod_spec, FIELD_STEP_DEADLINE, "", ROWS_END);
}

static void put_status(struct store *store, const char *data)
{
    rows_add(store, KIND_ID_CUTOVER_STATUS, 0, "catalyst/self-sovereign-cutover-status", FIELD_DATA, data, ROWS_END);
    rows_live(store, KIND_ID_CUTOVER_STATUS, 0);
}

static void read(const struct store *store)
{
    cutover_status_read(store, clock_monotonic_ms(), &status);
    step_catalogue_read(store, &status, &catalogue);
}

static void expect(const char *names)
{
    struct span rest = span_of(names), name;
    size_t count = 0;
    while (span_split(&rest, ' ', &name)) {
        cr_assert_lt(count, catalogue.count, "only %zu steps", catalogue.count);
        cr_assert(span_equals_text(name, catalogue.steps[count].name), "step %zu is %s, not %.*s", count,
                  catalogue.steps[count].name, SPAN_PRINT(name));
        count++;
    }
    cr_assert_eq(count, catalogue.count, "%zu steps", catalogue.count);
}

Test(step_catalogue, sorts_by_the_label_and_never_by_the_file_number)
{
    struct store *store = rows_store("fsn1", NULL);
    add(store, "cutover-step-08-egress-block-test", "egress-block-test", "11", "job", "true");
    add(store, "cutover-step-10-vcluster-registry-pivot", "vcluster-registry-pivot", "9", "", "true");
    add(store, "cutover-step-04-registry-pivot", "registry-pivot", "4", "daemonset-wait", "");
    add(store, "cutover-step-77-something-new", "something-new", "9", "job", "true");
    rows_live(store, KIND_ID_CUTOVER_STEPS, 0);
    read(store);
    expect("registry-pivot vcluster-registry-pivot something-new egress-block-test");
    cr_assert(catalogue.is_discovered);
    cr_assert_eq(catalogue.installed, 4);
    cr_assert_eq(catalogue.invalid, 0, "%s", catalogue.steps[0].problem);
    cr_assert_str_eq(catalogue.note, "");
    cr_assert_str_eq(catalogue.steps[0].daemonset, "registry-pivot");
    cr_assert_eq(catalogue.steps[0].mode, STEP_MODE_DAEMONSET_WAIT);
    cr_assert_null(catalogue.steps[2].facts, "a step we do not know is shown verbatim");
    cr_assert_eq(catalogue.steps[3].deadline_s, 7200, "the usual one when the podSpec says none");
    store_free(store);
    TEST_NO_LEAKS();
}

Test(step_catalogue, keeps_invalid_config_maps_and_says_what_is_wrong)
{
    static const struct {
        const char *config_map, *name, *order, *mode, *pod_spec, *problem;
    } CASES[] = {
        {"cutover-step-01-a", "a", "", "job", "true", "its label bp.openova.io/cutover-order is missing"},
        {"cutover-step-01-a", "a", "first", "job", "true", "its label bp.openova.io/cutover-order is not a number: first"},
        {"cutover-step-01-a", "a", "-3", "job", "true", "its label bp.openova.io/cutover-order is not a number: -3"},
        {"cutover-step-01-a", "", "1", "job", "true", "it has no stepName"},
        {"cutover-step-01-a", "a", "1", "cronjob", "true", "its mode is neither job nor daemonset-wait: cronjob"},
        {"cutover-step-01-a", "a", "1", "", "", "it has no podSpec"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct store *store = rows_store("fsn1", NULL);
        add(store, CASES[i].config_map, CASES[i].name, CASES[i].order, CASES[i].mode, CASES[i].pod_spec);
        add(store, "cutover-step-02-b", "b", "2", "job", "true");
        rows_live(store, KIND_ID_CUTOVER_STEPS, 0);
        read(store);
        const struct step *step = step_catalogue_find(&catalogue, SPAN_LITERAL("a"));
        cr_assert_not_null(step, "case %zu: the name comes from the ConfigMap", i);
        cr_assert_str_eq(step->problem, CASES[i].problem, "%s", step->problem);
        cr_assert_eq(catalogue.invalid, 1);
        cr_assert(strstr(catalogue.note, "502") != NULL, "%s", catalogue.note);
        store_free(store);
    }
}

Test(step_catalogue, two_config_maps_of_one_step_are_both_shown)
{
    struct store *store = rows_store("fsn1", NULL);
    add(store, "cutover-step-06-helmrepo-patches", "helmrepo-patches", "6", "job", "true");
    add(store, "cutover-step-06-helmrepository-patches", "helmrepository-patches", "6", "job", "true");
    rows_live(store, KIND_ID_CUTOVER_STEPS, 0);
    read(store);
    expect("helmrepo-patches helmrepository-patches");
    cr_assert_str_eq(catalogue.steps[1].problem, "its stepName is also that of cutover-step-06-helmrepo-patches");
    store_free(store);
}

Test(step_catalogue, steps_that_only_the_status_names_come_last_and_old_names_are_one_step)
{
    struct store *store = rows_store("fsn1", NULL);
    add(store, "cutover-step-06-helmrepository-patches", "helmrepository-patches", "6", "job", "true");
    add(store, "cutover-step-01-gitea-mirror", "gitea-mirror", "1", "job", "true");
    rows_live(store, KIND_ID_CUTOVER_STEPS, 0);
    put_status(store, "step.helmrepo-patches.result=success|step.zeta.result=|step.alpha.result=|step.harbor-projects.result=");
    read(store);
    expect("gitea-mirror helmrepository-patches harbor-projects alpha zeta");
    cr_assert_eq(catalogue.steps[2].origin, STEP_ORIGIN_STATUS);
    cr_assert_eq(catalogue.steps[2].order, STEP_ORDER_UNKNOWN);
    cr_assert(strstr(catalogue.note, "3 steps are only named by the status") != NULL, "%s", catalogue.note);
    cr_assert_eq(cutover_status_step(&status, SPAN_LITERAL("helmrepository-patches"))->result, STEP_RESULT_SUCCESS);
    store_free(store);
}

Test(step_catalogue, without_readable_config_maps_the_status_is_all_there_is)
{
    struct store *store = rows_store("fsn1", NULL);
    table_set_state(store_table(store, rows_kind(KIND_ID_CUTOVER_STEPS), 0), TABLE_STATE_FORBIDDEN,
                    "configmaps: forbidden to sre");
    put_status(store, "step.egress-block-test.result=|step.catalyst-api-env-patch.result=|step.gitea-mirror.result=success|"
                      "step.new-one.result=|step.registry-pivot.result=");
    read(store);
    expect("gitea-mirror registry-pivot catalyst-api-env-patch egress-block-test new-one");
    cr_assert_not(catalogue.is_discovered);
    cr_assert(strstr(catalogue.note, "configmaps: forbidden to sre") != NULL, "%s", catalogue.note);
    cr_assert_eq(catalogue.steps[1].mode, STEP_MODE_DAEMONSET_WAIT);
    store_free(store);
}

Test(step_catalogue, no_config_map_at_all_means_not_installed)
{
    struct store *store = rows_store("fsn1", NULL);
    rows_live(store, KIND_ID_CUTOVER_STEPS, 0);
    rows_live(store, KIND_ID_CUTOVER_STATUS, 0);
    read(store);
    cr_assert_eq(catalogue.count, 0);
    cr_assert(strstr(catalogue.note, "not installed") != NULL);
    cr_assert_eq(status.state, CUTOVER_STATE_ABSENT);
    store_free(store);
}

Test(step_catalogue, has_a_maximum)
{
    struct store *store = rows_store("fsn1", NULL);
    for (int i = 0; i < 90; i++) {
        char config_map[64], name[32], order[16];
        snprintf(name, sizeof name, "s%d", i);
        snprintf(order, sizeof order, "%d", i);
        snprintf(config_map, sizeof config_map, "cutover-step-%02d-%s", i, name);
        add(store, config_map, name, order, "job", "true");
    }
    rows_live(store, KIND_ID_CUTOVER_STEPS, 0);
    read(store);
    cr_assert_eq(catalogue.count, STEP_CATALOGUE_MAX);
    cr_assert_eq(catalogue.dropped, 26);
    cr_assert(strstr(catalogue.note, "26 are left out") != NULL, "%s", catalogue.note);
    store_free(store);
}
