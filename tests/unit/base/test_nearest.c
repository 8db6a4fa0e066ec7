/* Hints help with slips of the finger and stay silent on other words. */
#include <criterion/criterion.h>

#include "base/array.h"
#include "base/nearest.h"

Test(nearest, finds_slips_and_ignores_strangers)
{
    static const char *const NAMES[] = {"filter", "quit", "reconcile", "suspend", "up"};
    static const struct {
        const char *word, *nearest;
    } CASES[] = {
        {"fliter", "filter"}, {"Quit", "quit"}, {"reconcil", "reconcile"}, {"suspned", "suspend"}, {"zebra", NULL}, {"x", NULL}, {"", NULL},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        const char *found = nearest_name(span_of(CASES[i].word), NAMES, ARRAY_LENGTH(NAMES));
        if (CASES[i].nearest == NULL)
            cr_assert_null(found, "%s gave %s", CASES[i].word, found);
        else
            cr_assert_str_eq(found == NULL ? "(none)" : found, CASES[i].nearest, "%s", CASES[i].word);
    }
    char hint[NEAREST_HINT_MAX];
    nearest_hint(hint, span_of("fillter"), NAMES, ARRAY_LENGTH(NAMES));
    cr_assert_str_eq(hint, "; did you mean 'filter'?");
}
