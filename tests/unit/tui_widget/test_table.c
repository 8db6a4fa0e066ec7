/* Tables: column plans, selection that stays on its object, painting. */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "support/golden.h"
#include "support/leak_check.h"
#include "widget/table.h"

struct release {
    const char *name, *ready, *message, *age;
    enum style_id style;
};

static const struct release RELEASES[] = {
    {"bp-cilium", "✔ ready", "Helm install succeeded for release kube-system/cilium.v1", "3d4h", STYLE_GOOD},
    {"bp-harbor", "✖ failed", "install retries exhausted: context deadline exceeded", "12m", STYLE_BAD},
    {"bp-catalyst-platform", "◐ progressing", "dependency 'flux-system/bp-harbor' is not ready", "12m", STYLE_PROGRESS},
    {"bp-keycloak", "? unknown", "", "41d", STYLE_UNKNOWN},
    {"bp-日本語-名前", "✔ ready", "Helm upgrade succeeded", "5s", STYLE_GOOD},
};

struct world { /* rows as a caller has them: an order over the releases */
    size_t order[64];
    size_t count;
};

static size_t count(void *context)
{
    return ((struct world *)context)->count;
}

static struct span identity(void *context, size_t index)
{
    return span_of(RELEASES[((struct world *)context)->order[index] % ARRAY_LENGTH(RELEASES)].name);
}

static void cell(void *context, size_t index, size_t column, struct table_cell *cell)
{
    const struct release *release = &RELEASES[((struct world *)context)->order[index] % ARRAY_LENGTH(RELEASES)];
    static const char *const REGIONS[] = {"fsn1", "hel1"};
    switch (column) {
    case 0:
        cell->shown = span_of(release->name);
        break;
    case 1:
        cell->shown = span_of(release->ready);
        cell->style = release->style;
        break;
    case 2:
        cell->shown = span_of(REGIONS[index % 2]);
        cell->style = STYLE_REGION;
        break;
    case 3:
        cell->shown = span_of(release->message);
        break;
    case 4:
        snprintf(cell->text, sizeof cell->text, "%s", release->age);
        cell->style = STYLE_DIM;
        break;
    default:
        snprintf(cell->text, sizeof cell->text, "1.%zu.0", index);
    }
}

static bool is_marked(void *context, size_t index)
{
    return index == 1;
}

static const struct table_column COLUMNS[] = {
    {.title = "NAME", .priority = 1, .least = 12, .most = 40, .weight = 1, .cut = TEXT_CUT_MIDDLE},
    {.title = "READY", .priority = 1, .least = 9},
    {.title = "REGION", .priority = 2},
    {.title = "MESSAGE", .priority = 4, .least = 14, .weight = 3},
    {.title = "AGE", .priority = 3, .least = 4, .align = TEXT_ALIGN_RIGHT},
    {.title = "VERSION", .priority = 5, .wide = true},
};

static struct table_source source_of(struct world *world)
{
    return (struct table_source){.context = world, .count = count, .identity = identity, .cell = cell, .is_marked = is_marked};
}

static void check_screen(const char *name, int width, int height, struct table_view *view, struct world *world)
{
    struct table_source source = source_of(world);
    struct table_pane pane = {.columns = COLUMNS, .column_count = ARRAY_LENGTH(COLUMNS), .source = &source,
                              .empty = "No HelmRelease here. The feed fsn1 is down: connection refused."};
    struct canvas *canvas = canvas_new(width, height);
    table_paint(canvas, canvas_area(canvas), &pane, view, true);
    golden_check(name, canvas);
    canvas_free(canvas);
}

Test(table, golden_screens)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct world world = {{0, 1, 2, 3, 4}, 5};
    struct table_view view;
    table_view_init(&view);
    view.index = 2;
    view.sort_column = 0;
    strcpy(view.match, "BP-har ready");
    check_screen("widget/table_120", 120, 8, &view, &world);
    check_screen("widget/table_80", 80, 8, &view, &world);
    check_screen("widget/table_40", 40, 4, &view, &world);
    view.wide = true;
    view.sort_descending = true;
    check_screen("widget/table_wide", 120, 8, &view, &world);
    view.shift = 2;
    check_screen("widget/table_shifted", 80, 8, &view, &world);
    world.count = 0;
    check_screen("widget/table_empty", 80, 8, &view, &world);
    table_view_done(&view);
    TEST_NO_LEAKS();
}

Test(table, plan_fills_the_width_and_never_passes_it)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    uint16_t widest[TABLE_COLUMNS_MAX] = {20, 13, 6, 60, 5, 7};
    for (int cells = 30; cells < 240; cells++)
        for (int wide = 0; wide < 2; wide++) {
            struct table_plan plan = table_plan(COLUMNS, ARRAY_LENGTH(COLUMNS), widest, wide != 0, cells);
            int total = TABLE_MARGIN;
            bool first = true;
            for (size_t i = 0; i < ARRAY_LENGTH(COLUMNS); i++) {
                if (plan.widths[i] == 0)
                    continue;
                total += plan.widths[i] + (first ? 0 : plan.gap);
                first = false;
                cr_assert(plan.widths[i] >= COLUMNS[i].least || plan.widths[i] >= widest[i]);
            }
            cr_assert(total <= cells, "%d cells gave %d", cells, total);
            cr_assert(plan.widths[0] > 0 && plan.widths[1] > 0, "priority 1 stays");
            cr_assert(plan.widths[3] == 0 || total == cells, "%d cells: %d used though the message can grow", cells, total);
        }
}

static const char *selected_name(struct table_view *view, struct world *world)
{
    struct table_source source = source_of(world);
    size_t index;
    return table_view_selected(view, &source, &index) ? RELEASES[world->order[index]].name : "(none)";
}

Test(table, selection_stays_on_its_object)
{
    struct world world = {{0, 1, 2, 3, 4}, 5};
    struct table_source source = source_of(&world);
    struct table_view view;
    table_view_init(&view);
    view.page = 3;
    cr_assert_str_eq(selected_name(&view, &world), "bp-cilium");
    table_view_command(&view, &source, COMMAND_DOWN);
    cr_assert_str_eq(selected_name(&view, &world), "bp-harbor");
    world = (struct world){{4, 3, 2, 1, 0}, 5};
    cr_assert_str_eq(selected_name(&view, &world), "bp-harbor");
    cr_assert_eq(view.index, 3);
    cr_assert_eq(view.index - view.top, 1, "on the same line of the screen");
    world = (struct world){{4, 3, 2, 0}, 4};
    cr_assert_str_eq(selected_name(&view, &world), "bp-cilium", "the row now in its place");
    world.count = 0;
    cr_assert_str_eq(selected_name(&view, &world), "(none)");
    world = (struct world){{0, 1}, 2};
    cr_assert_str_eq(selected_name(&view, &world), "bp-cilium", "waits for its object while the list is empty");
    table_view_command(&view, &source, COMMAND_END);
    cr_assert_str_eq(selected_name(&view, &world), "bp-harbor");
    table_view_command(&view, &source, COMMAND_HOME);
    table_view_command(&view, &source, COMMAND_UP);
    cr_assert_str_eq(selected_name(&view, &world), "bp-cilium");
    cr_assert_not(table_view_command(&view, &source, COMMAND_FILTER));
    table_view_select_identity(&view, &source, span_of("bp-harbor"));
    cr_assert_eq(view.index, 1);
    table_view_done(&view);
    TEST_NO_LEAKS();
}

Test(table, selection_survives_any_sequence)
{
    struct world world = {{0}, 1};
    struct table_source source = source_of(&world);
    struct table_view view;
    table_view_init(&view);
    srand(9);
    for (int round = 0; round < 5000; round++) {
        bool used[5] = {false};
        char before[64] = "";
        if (view.selected != NULL)
            snprintf(before, sizeof before, "%s", view.selected);
        world.count = 0;
        for (int i = rand() % 6; i > 0; i--) {
            size_t pick = (size_t)(rand() % 5);
            if (!used[pick])
                world.order[world.count++] = pick;
            used[pick] = true;
        }
        view.page = (size_t)(rand() % 4);
        table_view_sync(&view, &source);
        bool there = false;
        for (size_t i = 0; i < world.count; i++)
            there |= strcmp(RELEASES[world.order[i]].name, before) == 0;
        if (there)
            cr_assert_str_eq(view.selected, before, "round %d lost the object", round);
        if (world.count > 0) {
            cr_assert(view.index < world.count && view.index >= view.top);
            cr_assert_str_eq(view.selected, RELEASES[world.order[view.index]].name);
        }
        table_view_command(&view, &source, (enum command_id)(COMMAND_UP + rand() % 8));
    }
    table_view_done(&view);
    TEST_NO_LEAKS();
}
