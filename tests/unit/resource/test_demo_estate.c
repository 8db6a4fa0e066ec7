/* The demo Sovereign's objects through the whole read path: decoder, store, joins, roll-ups, columns. What a real cluster would
 * say in these shapes, the console must understand. With SOVDECK_SHOW set the lists are printed. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_fixtures.h"
#include "demo/demo_git.h"
#include "demo/demo_world.h"
#include "estate/overview.h"
#include "resource/detail.h"
#include "resource/resource_text.h"
#include "sovereign/kind_table.h"
#include "sovereign/row_decoder.h"

static struct demo_world *make_world(void)
{
    struct demo_world *world = alloc_new(struct demo_world);
    world->speed = 100;
    world->scale = 1;
    world->seed = 7;
    world->born_ms = clock_wall_ms();
    world->git = demo_git_new(world->seed);
    world->chronicle = demo_chronicle_new();
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        world->stores[region] = demo_store_new(demo_world_region(region), world->seed + (uint64_t)region);
        world->logs[region] = demo_logs_new();
    }
    demo_fixtures_load(world);
    return world;
}

static void free_world(struct demo_world *world)
{
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        demo_store_free(world->stores[region]);
        demo_logs_free(world->logs[region]);
    }
    demo_chronicle_free(world->chronicle);
    demo_git_free(world->git);
    free(world);
}

/* What the kind's selectors let through; the server does this. */
static bool is_selected(const struct kind *kind, const struct row *row)
{
    struct span selector = span_of(kind->field_selector);
    if (kind->namespace != NULL && !span_equals_text(row_namespace(row), kind->namespace))
        return false;
    if (span_starts_with(selector, "metadata.name="))
        return span_equals(row_name(row), span_from(selector, strlen("metadata.name=")));
    return kind->label_selector == NULL || span_equals_text(row_lookup(row, FIELD_LABELS, "app.kubernetes.io/component"), "cutover-step");
}

static void read_kind(struct demo_world *world, struct store *store, const struct kind *kind, int region)
{
    struct table *table = store_table(store, kind, region);
    const struct demo_kind *served = demo_kinds_find(kind->group, kind->version, kind->plural);
    table_list_begin(table);
    if (served == NULL) {
        table_set_state(table, TABLE_STATE_ABSENT, "");
        return;
    }
    struct json_reader *reader = json_reader_new();
    struct row_decoder *decoder = row_decoder_new(kind, region, reader);
    json_t *items = demo_store_list(world->stores[region], demo_kinds_id(served), NULL);
    json_t *list = json_pack("{s:s, s:s, s:{}, s:o}", "kind", served->list_kind, "apiVersion", "v1", "metadata", "items", items);
    char *text = json_dumps(list, JSON_COMPACT);
    struct row_decoder_page page = {0};
    struct error err = {0};
    cr_assert_eq(row_decoder_read_page(decoder, span_of(text), &page, &err), STATUS_OK, "%s: %s", kind->id, err.text);
    for (size_t i = 0; i < page.count; i++) {
        if (is_selected(kind, page.rows[i])) {
            table_take_row(table, page.rows[i]);
            page.rows[i] = NULL;
        }
    }
    table_list_end(table);
    row_decoder_page_done(&page);
    free(text);
    json_decref(list);
    row_decoder_free(decoder);
    json_reader_free(reader);
}

static struct store *read_world(struct demo_world *world)
{
    struct store *store = store_new();
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++)
        store_add_region(store, demo_world_region(region), region == DEMO_WORLD_PRIMARY);
    for (size_t i = 0; i < kind_table_count(); i++)
        for (int region = 0; region < DEMO_WORLD_REGIONS; region++)
            read_kind(world, store, kind_table_at(i), region);
    return store;
}

/* Children of `row` through the drill down, summed over all levels. */
static size_t count_below(const struct column_context *context, const struct row *row, int depth)
{
    struct detail detail = {0};
    detail_build(&detail, context, row);
    size_t count = detail.children.count;
    cr_assert_gt(detail.lines.count, 3);
    for (size_t i = 0; i < detail.children.count && depth > 1; i++)
        count += count_below(context, detail.children.items[i].row, depth - 1);
    detail_clear(&detail);
    return count;
}

static void show(const struct column_context *context)
{
    for (size_t i = 0; i < kind_table_count(); i++) {
        CLEANUP(bytebuf_done) struct bytebuf out;
        bytebuf_init(&out, 1 << 22);
        struct resource_list *list = resource_list_new(kind_table_at(i));
        resource_list_update(list, context);
        resource_text_write(list, context, RESOURCE_TEXT_WIDE, &out);
        printf("== %s\n%s", kind_table_at(i)->id, bytebuf_text(&out));
        resource_list_free(list);
    }
    struct overview overview = {0};
    overview_build(&overview, context->estate, context->now_ms);
    for (size_t i = 0; i < overview.problems.count; i++)
        printf("%d %s: %s (%zu)\n", overview.problems.items[i].tone, overview.problems.items[i].title, overview.problems.items[i].cause,
               overview.problems.items[i].blocked);
    printf("%s\n", overview.cutover.text);
    overview_clear(&overview);
}

Test(demo_estate, reads_as_a_living_sovereign)
{
    struct demo_world *world = make_world();
    struct store *store = read_world(world);
    struct estate *estate = estate_new(store);
    estate_refresh(estate);
    struct column_context context = {store, estate, clock_wall_ms()};
    if (getenv("SOVDECK_SHOW") != NULL)
        show(&context);
    cr_assert_gt(estate->organization_count, 1);
    cr_assert_gt(estate->application_count, 10);
    size_t homeless = 0, unbacked = 0, unknown = 0, ready = 0;
    for (size_t i = 0; i < estate->application_count; i++) {
        homeless += estate->applications[i].organization == ESTATE_NONE && !row_true(estate->applications[i].row, FIELD_BOOTSTRAP);
        unbacked += estate->applications[i].release_count == 0;
        unknown += estate->applications[i].health.tone == TONE_UNKNOWN;
        ready += estate->applications[i].health.tone == TONE_GOOD;
    }
    cr_assert_eq(homeless, 0, "every Application has an Organization");
    cr_assert_eq(unbacked, 0, "every Application has a HelmRelease");
    cr_assert_eq(unknown, 0);
    cr_assert_gt(ready * 2, estate->application_count);
    for (size_t i = 0; i < estate->environment_count; i++)
        cr_assert_neq(estate->environments[i].organization, ESTATE_NONE);
    for (size_t i = 0; i < estate->organization_count; i++)
        cr_assert_gt(count_below(&context, estate->organizations[i].row, 4), 3, "down to the pods");
    cr_assert_eq(cutover_claim_of(store, context.now_ms).phase, CUTOVER_PHASE_TETHERED);
    estate_free(estate);
    store_free(store);
    free_world(world);
}
