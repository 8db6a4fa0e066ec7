/* Which rows a list shows, in which order, what it costs, and what it looks like as text. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "resource/resource_list.h"
#include "resource/resource_text.h"
#include "support/leak_check.h"
#include "support/rows.h"

#define NOW 1785128211000 /* 2026-07-27T04:56:51Z */

static void release(struct store *store, int region, const char *key, const char *ready, const char *message, const char *created)
{
    rows_add(store, KIND_ID_HELMRELEASES, region, key, FIELD_READY, ready, FIELD_READY_REASON, "InstallFailed", FIELD_READY_MESSAGE, message,
             FIELD_CHART, "bp-x", FIELD_REVISION, "1.2.3", FIELD_CREATED, created, ROWS_END);
}

static struct store *make_store(void)
{
    struct store *store = rows_store("fsn1", "hel1", NULL);
    release(store, 0, "flux-system/bp-harbor", "True", "", "2026-07-27T04:00:00Z");
    release(store, 0, "flux-system/bp-openbao", "False", "hook failed", "2026-07-26T04:00:00Z");
    release(store, 1, "flux-system/bp-harbor", "Unknown", "", "");
    release(store, 0, "acme/web-10", "True", "", "2026-07-27T04:56:00Z");
    release(store, 0, "acme/web-9", "True", "", "2026-07-27T04:55:00Z");
    rows_all_live(store);
    return store;
}

/* "name@region name@region" in the order shown. */
static const char *shown(struct resource_list *list, const struct column_context *context)
{
    static char text[1024];
    size_t length = 0;
    resource_list_update(list, context);
    text[0] = '\0';
    for (size_t i = 0; i < resource_list_count(list); i++) {
        struct span identity = resource_list_identity(list, i);
        identity = span_from(identity, (size_t)span_find_byte(identity, '/') + 1);
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%.*s", i > 0 ? " " : "", SPAN_PRINT(identity));
    }
    return text;
}

static const struct {
    const char *filter, *shown;
} FILTERS[] = {
    {"", "bp-openbao@fsn1 bp-harbor@hel1 bp-harbor@fsn1 web-9@fsn1 web-10@fsn1"},
    {"HARBOR", "bp-harbor@hel1 bp-harbor@fsn1"},
    {"harbor hel", "bp-harbor@hel1"},
    {"harbor !hel", "bp-harbor@fsn1"},
    {"state:failed", "bp-openbao@fsn1"},
    {"sta:failed", "bp-openbao@fsn1"},
    {"!state:ready", "bp-openbao@fsn1 bp-harbor@hel1"},
    {"region:hel", "bp-harbor@hel1"},
    {"!", "bp-openbao@fsn1 bp-harbor@hel1 bp-harbor@fsn1 web-9@fsn1 web-10@fsn1"},
    {"state:", "bp-openbao@fsn1 bp-harbor@hel1 bp-harbor@fsn1 web-9@fsn1 web-10@fsn1"},
    {"nosuch:thing", ""},
    {"acme web", "web-9@fsn1 web-10@fsn1"},
    {"  hook   failed ", "bp-openbao@fsn1"},
    {"\x1b[31mharbor", ""},
};

Test(resource_list, filters_by_words_columns_and_negations)
{
    struct store *store = make_store();
    struct estate *estate = estate_new(store);
    struct column_context context = {store, estate, NOW};
    struct resource_list *list = resource_list_new(rows_kind(KIND_ID_HELMRELEASES));
    for (size_t i = 0; i < ARRAY_LENGTH(FILTERS); i++) {
        resource_list_set_filter(list, FILTERS[i].filter);
        cr_assert_str_eq(shown(list, &context), FILTERS[i].shown, "'%s' gave %s", FILTERS[i].filter, shown(list, &context));
    }
    resource_list_free(list);
    estate_free(estate);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(resource_list, typing_narrows_and_deleting_widens)
{
    static const char *const TYPED[] = {"w", "we", "web", "web ", "web -", "web -1", "web -", "web", "bp", "", "!w", "!web", "!", ""};
    struct store *store = make_store();
    struct column_context context = {store, NULL, NOW};
    struct resource_list *typed = resource_list_new(rows_kind(KIND_ID_HELMRELEASES));
    for (size_t i = 0; i < ARRAY_LENGTH(TYPED); i++) {
        char kept[1024];
        struct resource_list *fresh = resource_list_new(rows_kind(KIND_ID_HELMRELEASES));
        resource_list_set_filter(typed, TYPED[i]);
        resource_list_set_filter(fresh, TYPED[i]);
        snprintf(kept, sizeof kept, "%s", shown(typed, &context));
        cr_assert_str_eq(kept, shown(fresh, &context), "'%s'", TYPED[i]);
        resource_list_free(fresh);
    }
    resource_list_free(typed);
    store_free(store);
    TEST_NO_LEAKS();
}

static const struct {
    const char *column;
    bool descending;
    const char *shown;
} SORTS[] = {
    {"STATE", false, "bp-openbao@fsn1 bp-harbor@hel1 bp-harbor@fsn1 web-9@fsn1 web-10@fsn1"},
    {"NAME", false, "bp-harbor@fsn1 bp-harbor@hel1 bp-openbao@fsn1 web-9@fsn1 web-10@fsn1"},
    {"NAME", true, "web-10@fsn1 web-9@fsn1 bp-openbao@fsn1 bp-harbor@fsn1 bp-harbor@hel1"},
    {"AGE", false, "web-10@fsn1 web-9@fsn1 bp-harbor@fsn1 bp-openbao@fsn1 bp-harbor@hel1"},
    {"AGE", true, "bp-openbao@fsn1 bp-harbor@fsn1 web-9@fsn1 web-10@fsn1 bp-harbor@hel1"},
    {"REGION", false, "bp-harbor@fsn1 bp-openbao@fsn1 web-9@fsn1 web-10@fsn1 bp-harbor@hel1"},
    {"MESSAGE", false, "bp-openbao@fsn1 bp-harbor@hel1 bp-harbor@fsn1 web-9@fsn1 web-10@fsn1"},
    {"CHART", false, "bp-harbor@fsn1 bp-harbor@hel1 bp-openbao@fsn1 web-9@fsn1 web-10@fsn1"},
};

Test(resource_list, sorts_by_what_the_column_means)
{
    struct store *store = make_store();
    struct column_context context = {store, NULL, NOW};
    struct resource_list *list = resource_list_new(rows_kind(KIND_ID_HELMRELEASES));
    resource_list_update(list, &context);
    for (size_t i = 0; i < ARRAY_LENGTH(SORTS); i++) {
        int column = column_table_find(resource_list_columns(list), span_of(SORTS[i].column));
        cr_assert_geq(column, 0, "%s", SORTS[i].column);
        resource_list_set_sort(list, column, SORTS[i].descending);
        cr_assert_str_eq(shown(list, &context), SORTS[i].shown, "%s %d gave %s", SORTS[i].column, SORTS[i].descending, shown(list, &context));
    }
    resource_list_free(list);
    store_free(store);
}

Test(resource_list, equal_inputs_do_no_work_and_identity_survives_moves)
{
    struct store *store = make_store();
    struct estate *estate = estate_new(store);
    struct column_context context = {store, estate, NOW};
    struct resource_list *list = resource_list_new(rows_kind(KIND_ID_HELMRELEASES));
    cr_assert(resource_list_update(list, &context));
    cr_assert_not(resource_list_update(list, &context));
    char identity[128];
    snprintf(identity, sizeof identity, "%.*s", SPAN_PRINT(resource_list_identity(list, 4)));
    cr_assert_str_eq(identity, "acme/web-10@fsn1");
    release(store, 0, "acme/web-10", "False", "boom", "2026-07-27T04:56:00Z");
    cr_assert(resource_list_update(list, &context));
    cr_assert_eq(resource_list_find(list, span_of(identity)), 1);
    resource_list_set_filter(list, "harbor");
    cr_assert(resource_list_update(list, &context));
    cr_assert_eq(resource_list_find(list, span_of(identity)), RESOURCE_LIST_NONE);
    cr_assert_eq(resource_list_total(list), 5);
    resource_list_set_filter(list, "");
    resource_list_set_namespace(list, "acme");
    cr_assert_str_eq(shown(list, &context), "web-10@fsn1 web-9@fsn1");
    resource_list_set_namespace(list, NULL);
    resource_list_set_region(list, 1);
    cr_assert_str_eq(shown(list, &context), "bp-harbor@hel1");
    char reason[128];
    cr_assert(resource_list_is_known(list, store, reason, sizeof reason));
    table_set_state(store_table(store, rows_kind(KIND_ID_HELMRELEASES), 1), TABLE_STATE_FAILED, "EOF");
    cr_assert_not(resource_list_is_known(list, store, reason, sizeof reason));
    cr_assert_str_eq(reason, "EOF");
    resource_list_free(list);
    estate_free(estate);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(resource_list, shows_the_children_of_a_parent)
{
    struct store *store = rows_store("fsn1", NULL);
    const struct row *acme = rows_add(store, KIND_ID_ORGANIZATIONS, 0, "acme", FIELD_READY, "True", ROWS_END);
    rows_add(store, KIND_ID_ORGANIZATIONS, 0, "blue", FIELD_READY, "True", ROWS_END);
    rows_add(store, KIND_ID_APPLICATIONS, 0, "acme/shop", FIELD_PHASE, "Ready", ROWS_END);
    rows_add(store, KIND_ID_APPLICATIONS, 0, "blue/shop", FIELD_PHASE, "Ready", ROWS_END);
    rows_all_live(store);
    struct estate *estate = estate_new(store);
    struct column_context context = {store, estate, NOW};
    struct resource_list *list = resource_list_new(rows_kind(KIND_ID_APPLICATIONS));
    resource_list_set_parent(list, acme);
    cr_assert(resource_list_update(list, &context));
    cr_assert_eq(resource_list_count(list), 1);
    cr_assert(span_equals_text(row_namespace(resource_list_at(list, 0)), "acme"));
    resource_list_set_parent(list, NULL);
    resource_list_update(list, &context);
    cr_assert_eq(resource_list_count(list), 2);
    resource_list_free(list);
    estate_free(estate);
    store_free(store);
    TEST_NO_LEAKS();
}

static struct bytebuf write(struct resource_list *list, const struct column_context *context, enum resource_text_format format)
{
    struct bytebuf out;
    bytebuf_init(&out, 1 << 20);
    resource_list_update(list, context);
    cr_assert(resource_text_write(list, context, format, &out));
    return out;
}

Test(resource_text, table_name_and_json)
{
    struct store *store = rows_store("fsn1", NULL);
    release(store, 0, "flux-system/bp-openbao", "False", "hook \"x\" failed", "2026-07-26T04:56:51Z");
    release(store, 0, "flux-system/bp-é", "True", "", "2026-07-27T04:56:00Z");
    rows_all_live(store);
    struct column_context context = {store, NULL, NOW};
    struct resource_list *list = resource_list_new(rows_kind(KIND_ID_HELMRELEASES));
    struct bytebuf out = write(list, &context, RESOURCE_TEXT_TABLE);
    cr_assert_str_eq(bytebuf_text(&out), "NAMESPACE     NAME         STATE    BLOCKS   CHART        MESSAGE           AGE\n"
                                         "flux-system   bp-openbao   Failed            bp-x@1.2.3   hook \"x\" failed   24h\n"
                                         "flux-system   bp-é         Ready             bp-x@1.2.3                     51s\n");
    bytebuf_done(&out);
    out = write(list, &context, RESOURCE_TEXT_NAME);
    cr_assert_str_eq(bytebuf_text(&out), "helmreleases/flux-system/bp-openbao\nhelmreleases/flux-system/bp-é\n");
    bytebuf_done(&out);
    out = write(list, &context, RESOURCE_TEXT_JSON);
    cr_assert_not_null(strstr(bytebuf_text(&out), "\"known\": true"));
    cr_assert_not_null(strstr(bytebuf_text(&out), "\"cause\": \"hook \\\"x\\\" failed\""), "%s", bytebuf_text(&out));
    bytebuf_done(&out);
    bytebuf_init(&out, 1 << 20);
    struct resource_text_widths widths = {0};
    resource_text_write_row(resource_list_columns(list), &context, resource_list_at(list, 0), RESOURCE_TEXT_JSON, &widths, &out);
    cr_assert_eq(strchr(bytebuf_text(&out), '\n') - bytebuf_text(&out), (ptrdiff_t)out.length - 1, "one line");
    bytebuf_done(&out);
    resource_list_free(list);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(resource_text, json_says_what_is_not_known)
{
    struct store *store = rows_store("fsn1", "hel1", NULL);
    rows_live(store, KIND_ID_HELMRELEASES, 0);
    table_set_state(store_table(store, rows_kind(KIND_ID_HELMRELEASES), 1), TABLE_STATE_FORBIDDEN, "403 for bob");
    struct column_context context = {store, NULL, NOW};
    struct resource_list *list = resource_list_new(rows_kind(KIND_ID_HELMRELEASES));
    struct bytebuf out = write(list, &context, RESOURCE_TEXT_JSON);
    cr_assert_not_null(strstr(bytebuf_text(&out), "\"known\": false"));
    cr_assert_not_null(strstr(bytebuf_text(&out), "\"region\": \"hel1\",\n      \"state\": \"forbidden\",\n      \"reason\": \"403 for bob\""),
                       "%s", bytebuf_text(&out));
    bytebuf_done(&out);
    resource_list_free(list);
    store_free(store);
}

static double milliseconds(struct resource_list *list, const struct column_context *context)
{
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    resource_list_update(list, context);
    clock_gettime(CLOCK_MONOTONIC, &b);
    return (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
}

/* Prints what it costs with SOVDECK_BENCH set; asserts results only, time is the machine's business. */
Test(resource_list, holds_ten_thousand_rows)
{
    struct store *store = rows_store("fsn1", NULL);
    char key[64], message[128];
    for (int i = 0; i < 10000; i++) {
        snprintf(key, sizeof key, "ns-%d/release-%d", i % 100, (i * 7919) % 10000);
        snprintf(message, sizeof message, "Helm upgrade failed for release %d: timed out waiting for the condition", i);
        release(store, 0, key, i % 10 == 0 ? "False" : "True", message, "2026-07-27T04:56:00Z");
    }
    rows_all_live(store);
    struct estate *estate = estate_new(store);
    struct column_context context = {store, estate, NOW};
    struct resource_list *list = resource_list_new(rows_kind(KIND_ID_HELMRELEASES));
    estate_refresh(estate);
    double first = milliseconds(list, &context);
    resource_list_set_sort(list, 1, false);
    double by_name = milliseconds(list, &context);
    resource_list_set_filter(list, "r");
    double first_filter = milliseconds(list, &context);
    resource_list_set_filter(list, "rel");
    double narrowed = milliseconds(list, &context);
    resource_list_set_filter(list, "state:failed 77");
    double column = milliseconds(list, &context);
    cr_assert_gt(resource_list_count(list), 0);
    double idle = milliseconds(list, &context);
    if (getenv("SOVDECK_BENCH") != NULL)
        printf("10000 rows: by state %.1f ms, by name %.1f, first filter %.1f, narrowed %.1f, column filter %.1f, idle %.3f\n", first, by_name,
               first_filter, narrowed, column, idle);
    resource_list_free(list);
    estate_free(estate);
    store_free(store);
}
