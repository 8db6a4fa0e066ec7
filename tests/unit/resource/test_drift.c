/* The sign that another region says otherwise about the same object, and the columns REGION and DRIFT. */
#include <criterion/criterion.h>

#include "resource/drift.h"
#include "resource/resource_list.h"
#include "support/leak_check.h"
#include "support/rows.h"

static const struct row *release(struct store *store, int region, const char *version, const char *suspended)
{
    return rows_add(store, KIND_ID_HELMRELEASES, region, "flux-system/bp-harbor", FIELD_CHART, "bp-harbor", FIELD_CHART_VERSION, version,
                    FIELD_SUSPENDED, suspended, ROWS_END);
}

Test(drift, names_the_first_fact_that_differs)
{
    struct store *store = rows_store("fsn", "hel", NULL);
    int region;
    const struct row *fsn = release(store, 0, "1.4.2", "");
    release(store, 1, "1.4.3", "true");
    rows_all_live(store);
    cr_assert_str_eq(drift_of(store, fsn, &region), "version");
    cr_assert_eq(region, 1);
    release(store, 1, "1.4.2", "true");
    cr_assert_str_eq(drift_of(store, fsn, &region), "suspended");
    release(store, 1, "1.4.2", "false");
    cr_assert_null(drift_of(store, fsn, &region), "not suspended, said or unsaid, is the same wish");
    cr_assert_eq(region, -1);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(drift, what_is_not_known_differs_in_nothing)
{
    struct store *store = rows_store("fsn", "hel", NULL);
    int region;
    const struct row *fsn = release(store, 0, "1.4.2", "");
    rows_all_live(store);
    cr_assert_null(drift_of(store, fsn, &region), "it is not there");
    release(store, 1, "1.4.3", "");
    table_set_state(store_table(store, rows_kind(KIND_ID_HELMRELEASES), 1), TABLE_STATE_FORBIDDEN, "403");
    cr_assert_null(drift_of(store, fsn, &region), "its table is not known");
    store_free(store);
    TEST_NO_LEAKS();
}

Test(drift, kinds_that_are_each_regions_own_have_no_column)
{
    struct column_set set;
    column_table_build(&set, rows_kind(KIND_ID_HELMRELEASES), 2);
    cr_assert_geq(column_table_find(&set, span_of("drift")), 0);
    column_table_build(&set, rows_kind(KIND_ID_HELMRELEASES), 1);
    cr_assert_lt(column_table_find(&set, span_of("drift")), 0);
    column_table_build(&set, rows_kind(KIND_ID_PODS), 2);
    cr_assert_lt(column_table_find(&set, span_of("drift")), 0);
}

Test(region_column, is_always_there_and_shown_when_it_says_something)
{
    struct column_set set;
    column_table_build(&set, rows_kind(KIND_ID_PODS), 1);
    cr_assert_eq(column_table_find(&set, span_of("REGION")), 0);
    cr_assert(set.columns[0].wide, "one region: only where there is room to spare, or when asked for");
    column_table_build(&set, rows_kind(KIND_ID_PODS), 2);
    cr_assert_eq(column_table_find(&set, span_of("REGION")), 0);
    cr_assert_not(set.columns[0].wide);
}

Test(region_column, filters)
{
    struct store *store = rows_store("fsn", "hel", NULL);
    struct column_context context = {.store = store, .now_ms = 0};
    release(store, 0, "1.4.2", "");
    release(store, 1, "1.4.3", "");
    rows_all_live(store);
    struct resource_list *list = resource_list_new(rows_kind(KIND_ID_HELMRELEASES));
    static const struct {
        const char *filter;
        size_t count;
    } CASES[] = {{"region:hel", 1}, {"!region:hel", 1}, {"region:nbg", 0}, {"drift:version", 2}, {"", 2}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        resource_list_set_filter(list, CASES[i].filter);
        resource_list_update(list, &context);
        cr_assert_eq(resource_list_count(list), CASES[i].count, "%s: %zu", CASES[i].filter, resource_list_count(list));
    }
    resource_list_free(list);
    store_free(store);
    TEST_NO_LEAKS();
}
