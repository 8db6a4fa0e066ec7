/* Plays the API server's selectors; everything else is the product's own code. */
#include "support/demo_reading.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_fixtures.h"
#include "demo/demo_git.h"
#include "demo/demo_kinds.h"
#include "sovereign/kind_table.h"
#include "sovereign/row_decoder.h"

struct demo_world *demo_reading_world(void)
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

void demo_reading_free(struct demo_world *world)
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

struct store *demo_reading_store(struct demo_world *world)
{
    struct store *store = store_new();
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++)
        store_add_region(store, demo_world_region(region), region == DEMO_WORLD_PRIMARY);
    for (size_t i = 0; i < kind_table_count(); i++)
        for (int region = 0; region < DEMO_WORLD_REGIONS; region++)
            read_kind(world, store, kind_table_at(i), region);
    return store;
}
