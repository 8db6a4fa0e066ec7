/* The demo Sovereign's objects through the whole read path: decoder, store, joins, roll-ups, columns. What a real cluster would
 * say in these shapes, the console must understand. With SOVDECK_SHOW set the lists are printed. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "estate/overview.h"
#include "resource/detail.h"
#include "resource/resource_text.h"
#include "sovereign/kind_table.h"
#include "support/demo_reading.h"

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
    struct demo_world *world = demo_reading_world();
    struct store *store = demo_reading_store(world);
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
    cr_assert_eq(cutover_claim_of(store, context.now_ms).state, CUTOVER_STATE_NEVER_STARTED);
    estate_free(estate);
    store_free(store);
    demo_reading_free(world);
}
