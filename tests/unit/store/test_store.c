/* Rows, tables, the store around them, feed lamps and the timeline. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/store.h"
#include "support/leak_check.h"

static const struct kind_field POD_FIELDS[] = {
    {.field = FIELD_PHASE, .path = "status.phase"},
    {.field = FIELD_IMAGES, .cell = KIND_CELL_LIST, .path = "spec.containers[].image"},
    {.field = FIELD_DEPENDS_ON, .cell = KIND_CELL_PAIRS, .path = "spec.dependsOn"},
    {.field = FIELD_RESTARTS, .path = "status.restarts"},
};
static const struct kind POD = {.id = "pods", .namespaced = true, .fields = POD_FIELDS, .field_count = 4};
static const struct kind NODE = {.id = "nodes", .fields = POD_FIELDS, .field_count = 1};

static struct row *make(const struct kind *kind, int region, const char *namespace, const char *name, const char *version, const char *phase)
{
    struct row_builder *builder = row_builder_new();
    row_builder_start(builder, kind, region);
    const char *cells[] = {namespace, name, "uid-1", version, "3", "2026-07-27T04:56:51Z", "", "app\x1fshop\x1etier\x1f" "gold",
                           phase, "a\x1e" "b", "bp-cilium\x1f\x1e" "bp-flux\x1f" "other", "7"};
    for (size_t i = 0; i < 8 + kind->field_count; i++)
        row_builder_add(builder, span_of(cells[i]));
    struct row *row = row_builder_finish(builder);
    row_builder_free(builder);
    return row;
}

Test(row, gives_back_what_was_put_in)
{
    struct row *row = make(&POD, 1, "shop", "web-0", "41", "Running");
    cr_assert(span_equals_text(row_key(row), "shop/web-0"));
    cr_assert(span_equals_text(row_namespace(row), "shop"));
    cr_assert(span_equals_text(row_name(row), "web-0"));
    cr_assert(span_equals_text(row_text(row, FIELD_UID), "uid-1"));
    cr_assert(row_is(row, FIELD_PHASE, "Running"));
    cr_assert_eq(row_integer(row, FIELD_RESTARTS, -1), 7);
    cr_assert_eq(row_integer(row, FIELD_PHASE, -1), -1);
    cr_assert_eq(row_time(row, FIELD_CREATED), 1785128211000);
    cr_assert(span_is_empty(row_text(row, FIELD_CHART)), "a field the kind does not have is empty");
    cr_assert(span_equals_text(row_lookup(row, FIELD_LABELS, "tier"), "gold"));
    cr_assert(span_is_empty(row_lookup(row, FIELD_LABELS, "nothing")));
    struct span rest = row_text(row, FIELD_DEPENDS_ON), first, second;
    cr_assert(row_next_item(&rest, &first, &second));
    cr_assert(span_equals_text(first, "bp-cilium") && span_is_empty(second));
    cr_assert(row_next_item(&rest, &first, &second));
    cr_assert(span_equals_text(first, "bp-flux") && span_equals_text(second, "other"));
    cr_assert_not(row_next_item(&rest, &first, &second));
    rest = SPAN_LITERAL("");
    cr_assert_not(row_next_item(&rest, &first, &second), "an empty list has no item");
    rest = SPAN_LITERAL("a\x1e");
    cr_assert(row_next_item(&rest, &first, &second));
    cr_assert_not(row_next_item(&rest, &first, &second), "the mark of a cut list is no item");
    cr_assert_not(row_is_cut(row, FIELD_IMAGES));
    row_unref(row);
    struct row *node = make(&NODE, 0, "", "fsn1-w2", "1", "Ready");
    cr_assert(span_equals_text(row_key(node), "fsn1-w2"));
    cr_assert(span_equals_text(row_name(node), "fsn1-w2"));
    cr_assert(span_is_empty(row_namespace(node)));
    row_unref(node);
    TEST_NO_LEAKS();
}

Test(row, missing_cells_and_dynamic_columns)
{
    static const char *const columns[] = {"A", "B"};
    struct kind kind = {.id = "things", .dynamic_columns = columns, .dynamic_count = 2};
    struct row_builder *builder = row_builder_new();
    row_builder_start(builder, &kind, 0);
    row_builder_add(builder, SPAN_EMPTY);
    row_builder_add(builder, span_of("only"));
    struct row *row = row_builder_finish(builder);
    cr_assert(span_equals_text(row_key(row), "only"));
    cr_assert(span_is_empty(row_dynamic(row, 1)));
    cr_assert(span_is_empty(row_dynamic(row, 2)));
    row_unref(row);
    row_builder_free(builder);
    TEST_NO_LEAKS();
}

Test(table, a_complete_list_sweeps_and_a_broken_one_does_not)
{
    struct store *store = store_new();
    store_add_region(store, "fsn1", true);
    struct table *table = store_table(store, &POD, 0);
    cr_assert_not(table_is_known(table));
    table_list_begin(table);
    cr_assert_eq(table->state, TABLE_STATE_LISTING);
    table_take_row(table, make(&POD, 0, "shop", "a", "1", "Running"));
    table_take_row(table, make(&POD, 0, "shop", "b", "1", "Running"));
    cr_assert_not(table_is_known(table));
    table_list_end(table);
    cr_assert(table_is_known(table));

    table_list_begin(table);
    cr_assert_eq(table->state, TABLE_STATE_STALE);
    table_take_row(table, make(&POD, 0, "shop", "a", "2", "Running"));
    table_set_state(table, TABLE_STATE_STALE, "page 2: connection reset");
    cr_assert_eq(table->rows.count, 2);
    cr_assert_str_eq(table_reason(table), "page 2: connection reset");

    table_list_begin(table);
    table_take_row(table, make(&POD, 0, "shop", "a", "3", "Running"));
    table_list_end(table);
    cr_assert_eq(table->rows.count, 1);
    cr_assert_null(store_find(store, "pods", 0, "shop", "b"));
    cr_assert_not_null(store_find(store, "pods", 0, "shop", "a"));
    store_free(store);
    TEST_NO_LEAKS();
}

Test(table, only_visible_changes_count)
{
    struct store *store = store_new();
    store_add_region(store, "fsn1", true);
    struct table *table = store_table(store, &POD, 0);
    table_take_row(table, make(&POD, 0, "shop", "a", "1", "Running"));
    uint64_t before = table->generation, all = store->generation;
    table_take_row(table, make(&POD, 0, "shop", "a", "2", "Running"));
    cr_assert_eq(table->generation, before, "a new resourceVersion alone is not visible");
    cr_assert(row_is(table_find(table, span_of("shop/a")), FIELD_RESOURCE_VERSION, "2"), "but it is kept");
    table_take_row(table, make(&POD, 0, "shop", "a", "3", "Failed"));
    cr_assert_gt(table->generation, before);
    cr_assert_gt(store->generation, all);
    before = table->generation;
    table_delete(table, span_of("shop/absent"));
    cr_assert_eq(table->generation, before);
    store_free(store);
}

static void count_changes(void *context, const struct row *before, const struct row *after)
{
    int *counts = context;
    counts[before == NULL ? 0 : after == NULL ? 2 : 1]++;
}

Test(table, an_observer_sees_changes_after_the_first_list)
{
    int counts[3] = {0};
    struct store *store = store_new();
    store_add_region(store, "fsn1", true);
    struct table *table = store_table(store, &POD, 0);
    store_set_observer(store, count_changes, counts);
    table_list_begin(table);
    table_take_row(table, make(&POD, 0, "shop", "a", "1", "Running"));
    table_list_end(table);
    cr_assert_eq(counts[0], 0, "the first list is no news");
    table_take_row(table, make(&POD, 0, "shop", "b", "1", "Running"));
    table_take_row(table, make(&POD, 0, "shop", "b", "2", "Running"));
    table_take_row(table, make(&POD, 0, "shop", "b", "3", "Failed"));
    table_delete(table, span_of("shop/a"));
    cr_assert(counts[0] == 1 && counts[1] == 1 && counts[2] == 1, "%d %d %d", counts[0], counts[1], counts[2]);
    store_free(store);
}

Test(table, old_rows_stop_being_known)
{
    clock_freeze(1000, 0);
    struct store *store = store_new();
    store_add_region(store, "fsn1", true);
    struct table *table = store_table(store, &POD, 0);
    table_list_begin(table);
    table_list_end(table);
    table_set_state(table, TABLE_STATE_STALE, "connection refused");
    cr_assert(table_is_known(table));
    clock_freeze(1000 + TABLE_STALE_MAX_MS + 1, 0);
    cr_assert_not(table_is_known(table));
    char reason[128];
    cr_assert_not(store_kind_is_known(store, "pods", reason, sizeof reason));
    cr_assert_str_eq(reason, "pods in fsn1: connection refused");
    uint64_t before = store->generation;
    cr_assert(store_expire(store));
    cr_assert_gt(store->generation, before);
    cr_assert_not(store_expire(store), "told once");
    store_free(store);
    clock_freeze(-1, -1);
}

Test(store, a_kind_absent_everywhere_is_known_and_one_region_unread_is_not)
{
    struct store *store = store_new();
    store_add_region(store, "fsn1", false);
    store_add_region(store, "hel1", true);
    cr_assert_eq(store_primary_region(store), 1);
    table_set_state(store_table(store, &POD, 0), TABLE_STATE_ABSENT, "");
    char reason[128];
    cr_assert_not(store_kind_is_known(store, "pods", reason, sizeof reason));
    cr_assert_str_eq(reason, "pods in hel1: not asked for");
    table_set_state(store_table(store, &POD, 1), TABLE_STATE_FORBIDDEN, "user bob may not list pods");
    cr_assert_not(store_kind_is_known(store, "pods", reason, sizeof reason));
    cr_assert_str_eq(reason, "pods in hel1: user bob may not list pods");
    table_set_state(store_table(store, &POD, 1), TABLE_STATE_ABSENT, "");
    cr_assert(store_kind_is_known(store, "pods", reason, sizeof reason));
    store_free(store);
}

Test(feed_health, proof_lights_and_silence_puts_out)
{
    clock_freeze(1000, 0);
    struct store *store = store_new();
    struct feed_health *feed = store_add_feed(store, FEED_KIND_NATS, -1, "nats");
    feed_health_set(feed, FEED_STATE_STARTING, "");
    cr_assert(feed_health_proof(feed, 12));
    cr_assert_eq(feed->state, FEED_STATE_LIVE);
    cr_assert_not(feed_health_proof(feed, 13), "a steady lamp is no change");
    clock_freeze(7000, 0);
    cr_assert(feed_health_expire(feed, 5000));
    cr_assert_eq(feed->state, FEED_STATE_DOWN);
    cr_assert_str_eq(feed->reason, "no sign of life for 6s");
    cr_assert_not(feed_health_expire(feed, 5000));
    feed_health_set(feed, FEED_STATE_DENIED, "401");
    cr_assert_not(feed_health_proof(feed, 1), "a reply does not undo a refusal");
    cr_assert_eq(store_feed(store, FEED_KIND_NATS, 5), feed);
    store_free(store);
    clock_freeze(-1, -1);
}

Test(timeline, keeps_order_drops_doubles_and_the_oldest)
{
    struct timeline *timeline = timeline_new(3);
    struct timeline_entry entry = {.at_ms = 2000, .region = -1, .object = "bp-cilium", .text = "failed"};
    cr_assert(timeline_add(timeline, &entry));
    cr_assert_not(timeline_add(timeline, &entry));
    entry.at_ms = 1000;
    cr_assert(timeline_add(timeline, &entry));
    entry.at_ms = 3000;
    cr_assert(timeline_add(timeline, &entry));
    cr_assert_eq(timeline_at(timeline, 0)->at_ms, 3000);
    cr_assert_eq(timeline_at(timeline, 2)->at_ms, 1000);
    entry.at_ms = 2500;
    cr_assert(timeline_add(timeline, &entry));
    cr_assert_eq(timeline_count(timeline), 3);
    cr_assert_eq(timeline_at(timeline, 1)->at_ms, 2500);
    cr_assert_eq(timeline_at(timeline, 2)->at_ms, 2000);
    entry.at_ms = 500;
    cr_assert_not(timeline_add(timeline, &entry), "older than everything in a full ring");
    cr_assert_eq(timeline_dropped(timeline), 2);
    cr_assert_null(timeline_at(timeline, 3));
    timeline_free(timeline);
    TEST_NO_LEAKS();
}
