/* Durations as Go and people write them. */
#include <criterion/criterion.h>

#include "base/array.h"
#include "base/duration.h"

Test(duration, reads_go_durations_and_bare_seconds)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } CASES[] = {{"5s", 5000}, {"1m30s", 90000}, {"1.5h", 5400000}, {"250ms", 250}, {"5", 5000}, {"0", 0}, {"0s", 0}, {" 2s ", 2000},
                 {"", -1}, {"s", -1}, {"5x", -1}, {"-1s", -1}, {"1s5", -1}, {"99999999h", -1}, {"1..5s", -1}, {"1ns", -1}};
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        int64_t ms = -7;
        bool fine = duration_parse(span_of(CASES[i].text), &ms);
        cr_assert_eq(fine, CASES[i].ms >= 0, "'%s'", CASES[i].text);
        if (fine)
            cr_assert_eq(ms, CASES[i].ms, "'%s': %lld", CASES[i].text, (long long)ms);
    }
}
