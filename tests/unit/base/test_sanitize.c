/* Nothing that leaves the sanitizer can act on a terminal. */
#include <criterion/criterion.h>
#include <locale.h>
#include <string.h>

#include "base/sanitize.h"
#include "support/leak_check.h"

static const struct {
    const char *name, *raw, *clean;
} LINES[] = {
    {"plain", "bp-harbor", "bp-harbor"},
    {"colour escape", "a\x1b[31mb", "a\xEF\xBF\xBD[31mb"},
    {"title", "\x1b]0;owned\x07", "\xEF\xBF\xBD]0;owned\xEF\xBF\xBD"},
    {"carriage return", "ok\rroot", "ok root"},
    {"line ends", "a\r\nb\nc", "a b c"},
    {"C1 as UTF-8", "x\xC2\x9B" "31m", "x\xEF\xBF\xBD" "31m"},
    {"bidi override", "a\xE2\x80\xAE" "b", "a\xEF\xBF\xBD" "b"},
    {"zero width space", "a\xE2\x80\x8B" "b", "a\xEF\xBF\xBD" "b"},
    {"invalid byte", "a\xFF" "b", "a\xEF\xBF\xBD" "b"},
    {"truncated sequence", "a\xE2\x82", "a\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"overlong slash", "\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"combining without base", "\xCC\x81" "a", "\xE2\x97\x8C\xCC\x81" "a"},
    {"delete", "a\x7F" "b", "a\xEF\xBF\xBD" "b"},
};

Test(sanitize, line_neutralises_everything_that_acts)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++) {
        char clean[256], twice[256];
        sanitize_line_into(clean, sizeof clean, LINES[i].raw, strlen(LINES[i].raw));
        cr_assert_str_eq(clean, LINES[i].clean, "%s gave '%s'", LINES[i].name, clean);
        sanitize_line_into(twice, sizeof twice, clean, strlen(clean));
        cr_assert_str_eq(twice, clean, "%s is not idempotent", LINES[i].name);
    }
    TEST_NO_LEAKS();
}

Test(sanitize, cuts_at_a_whole_character)
{
    char clean[6];
    sanitize_line_into(clean, sizeof clean, "abcd\xE2\x82\xAC", 7);
    cr_assert_str_eq(clean, "abcd");
}
