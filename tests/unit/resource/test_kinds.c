/* The columns and the kinds table agree: what a column shows, the decoder keeps. */
#include <criterion/criterion.h>
#include <string.h>

#include "resource/column_table.h"
#include "resource/drill.h"
#include "sovereign/kind_table.h"

static bool has(const struct kind *kind, enum field field)
{
    if (field < KIND_COMMON_CELLS)
        return true;
    for (size_t i = 0; i < kind->field_count; i++)
        if (kind->fields[i].field == field)
            return true;
    return false;
}

Test(kinds, every_column_has_its_fact)
{
    for (size_t i = 0; i < kind_table_count(); i++) {
        const struct kind *kind = kind_table_at(i);
        struct column_set set;
        column_table_build(&set, kind, 2);
        cr_assert_lt(set.count, COLUMN_SET_MAX, "%s", kind->id);
        size_t names = 0;
        for (size_t c = 0; c < set.count; c++) {
            if (set.columns[c].field != FIELD_COUNT)
                cr_assert(has(kind, set.columns[c].field), "%s has no fact for column %s", kind->id, set.columns[c].title);
            names += set.columns[c].field == FIELD_NAME;
            cr_assert_eq(column_table_find(&set, span_of(set.columns[c].title)), (int)c, "%s: two columns %s", kind->id, set.columns[c].title);
        }
        cr_assert_eq(names, 1, "%s", kind->id);
    }
}

Test(kinds, the_drill_down_leads_to_kinds_that_exist)
{
    for (size_t i = 0; i < kind_table_count(); i++)
        for (size_t k = 0; drill_child_kind(kind_table_at(i), k) != NULL; k++)
            cr_assert_not_null(kind_table_get(drill_child_kind(kind_table_at(i), k)));
}
