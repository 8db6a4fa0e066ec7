/* Column widths; see table.h. */
#include "base/utf8.h"
#include "widget/table.h"

struct wish {
    bool shown;
    int least, natural;
};

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static struct wish wish_of(const struct table_column *column, int widest, bool wide)
{
    int title = (int)utf8_width(span_of(column->title));
    int natural = larger(larger(title, widest), larger(column->least, 1));
    if (column->most > 0 && natural > column->most)
        natural = column->most;
    int least = column->least > 0 ? column->least : title;
    return (struct wish){.shown = wide || !column->wide, .least = least < natural ? larger(least, 1) : natural, .natural = natural};
}

static int sum_of_least(const struct wish *wishes, size_t count, int gap)
{
    int sum = TABLE_MARGIN;
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (!wishes[i].shown)
            continue;
        sum += wishes[i].least + (first ? 0 : gap);
        first = false;
    }
    return sum;
}

/* The shown column with the highest priority number; of equals the last. -1: only columns that are never dropped. */
static int find_droppable(const struct table_column *columns, const struct wish *wishes, size_t count)
{
    int found = -1;
    for (size_t i = 0; i < count; i++)
        if (wishes[i].shown && columns[i].priority > 1 && (found < 0 || columns[i].priority >= columns[found].priority))
            found = (int)i;
    return found;
}

static int give_wanted(const struct table_column *columns, const struct wish *wishes, size_t count, struct table_plan *plan, int spare)
{
    for (int priority = 0; priority < 256 && spare > 0; priority++)
        for (size_t i = 0; i < count && spare > 0; i++) {
            if (!wishes[i].shown || columns[i].priority != priority)
                continue;
            int wanted = wishes[i].natural - plan->widths[i];
            int given = wanted < spare ? wanted : spare;
            plan->widths[i] += given;
            spare -= given;
        }
    return spare;
}

static void give_by_weight(const struct table_column *columns, const struct wish *wishes, size_t count, struct table_plan *plan, int spare)
{
    int weights = 0;
    for (size_t i = 0; i < count; i++)
        weights += wishes[i].shown ? columns[i].weight : 0;
    for (size_t i = 0; i < count && weights > 0; i++) {
        if (!wishes[i].shown || columns[i].weight == 0)
            continue;
        int share = spare * columns[i].weight / weights;
        int room = columns[i].most > 0 ? columns[i].most - plan->widths[i] : share;
        share = share < room ? share : room;
        plan->widths[i] += share;
        spare -= share;
        weights -= columns[i].weight;
    }
}

struct table_plan table_plan(const struct table_column *columns, size_t count, const uint16_t *widest, bool wide, int cells)
{
    struct table_plan plan = {.gap = 2};
    struct wish wishes[TABLE_COLUMNS_MAX];
    int wanted = 0;
    if (count > TABLE_COLUMNS_MAX)
        count = TABLE_COLUMNS_MAX;
    for (size_t i = 0; i < count; i++) {
        wishes[i] = wish_of(&columns[i], widest[i], wide);
        wanted += wishes[i].shown ? wishes[i].natural + plan.gap : 0;
    }
    if (wanted - plan.gap + TABLE_MARGIN > cells)
        plan.gap = 1;
    for (int drop; sum_of_least(wishes, count, plan.gap) > cells && (drop = find_droppable(columns, wishes, count)) >= 0;) {
        wishes[drop].shown = false;
        plan.dropped = true;
    }
    for (size_t i = 0; i < count; i++)
        plan.widths[i] = wishes[i].shown ? wishes[i].least : 0;
    int spare = cells - sum_of_least(wishes, count, plan.gap);
    if (spare > 0)
        give_by_weight(columns, wishes, count, &plan, give_wanted(columns, wishes, count, &plan, spare));
    return plan;
}
