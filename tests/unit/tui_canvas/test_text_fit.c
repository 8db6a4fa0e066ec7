/* Fitting: exact widths whatever the text, ellipses where they belong, wrapping that loses nothing. */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/utf8.h"
#include "canvas/text_fit.h"

static const struct {
    const char *text;
    size_t cells;
    enum text_align align;
    enum text_cut cut;
    const char *fitted;
} FITS[] = {
    {"harbor", 8, TEXT_ALIGN_LEFT, TEXT_CUT_END, "harbor  "},
    {"harbor", 8, TEXT_ALIGN_RIGHT, TEXT_CUT_END, "  harbor"},
    {"harbor", 9, TEXT_ALIGN_CENTER, TEXT_CUT_END, " harbor  "},
    {"harbor", 6, TEXT_ALIGN_LEFT, TEXT_CUT_END, "harbor"},
    {"harbor", 5, TEXT_ALIGN_LEFT, TEXT_CUT_END, "harb…"},
    {"harbor", 5, TEXT_ALIGN_LEFT, TEXT_CUT_MIDDLE, "ha…or"},
    {"harbor", 4, TEXT_ALIGN_LEFT, TEXT_CUT_START, "…bor"},
    {"harbor", 1, TEXT_ALIGN_LEFT, TEXT_CUT_END, "…"},
    {"harbor", 0, TEXT_ALIGN_LEFT, TEXT_CUT_END, ""},
    {"日本語", 5, TEXT_ALIGN_LEFT, TEXT_CUT_END, "日本…"},
    {"日本語", 4, TEXT_ALIGN_LEFT, TEXT_CUT_END, "日… "},
    {"日本語", 4, TEXT_ALIGN_RIGHT, TEXT_CUT_START, " …語"},
    {"", 3, TEXT_ALIGN_LEFT, TEXT_CUT_END, "   "},
};

Test(text_fit, cuts_pads_and_aligns)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    for (size_t i = 0; i < ARRAY_LENGTH(FITS); i++) {
        char out[64];
        text_fit_into(out, sizeof out, span_of(FITS[i].text), FITS[i].cells, FITS[i].align, FITS[i].cut);
        cr_assert_str_eq(out, FITS[i].fitted, "'%s' in %zu gave '%s'", FITS[i].text, FITS[i].cells, out);
    }
}

Test(text_fit, any_text_gets_exactly_its_width)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    static const char *const PARTS[] = {"a", "日", "e\xCC\x81", " ", "…", "\xF0\x9F\x94\xA5"};
    srand(11);
    for (int round = 0; round < 3000; round++) {
        char text[128] = "", out[512];
        for (int i = rand() % 12; i > 0; i--)
            strcat(text, PARTS[rand() % 6]);
        size_t cells = (size_t)(rand() % 14);
        text_fit_into(out, sizeof out, span_of(text), cells, (enum text_align)(rand() % 3), (enum text_cut)(rand() % 3));
        cr_assert_eq(utf8_width(span_of(out)), cells, "'%s' in %zu gave '%s'", text, cells, out);
    }
}

static const struct {
    const char *text;
    size_t cells, maximum;
    const char *lines; /* joined by '|' */
} WRAPS[] = {
    {"one two three", 7, 9, "one two|three"},
    {"one two three", 3, 9, "one|two|thr|ee"},
    {"abcdefgh", 3, 9, "abc|def|gh"},
    {"a\n\nb", 5, 9, "a||b"},
    {"", 5, 9, ""},
    {"one two three", 5, 1, "one two three"},
    {"日本語", 1, 9, "日|本|語"},
    {"- reason: x", 9, 9, "- reason:|x"},
};

Test(text_fit, wraps_at_words)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    for (size_t i = 0; i < ARRAY_LENGTH(WRAPS); i++) {
        struct span lines[9];
        char joined[128] = "";
        size_t count = text_fit_wrap(span_of(WRAPS[i].text), WRAPS[i].cells, lines, WRAPS[i].maximum);
        for (size_t n = 0; n < count; n++) {
            if (n > 0)
                strcat(joined, "|");
            strncat(joined, lines[n].data == NULL ? "" : lines[n].data, lines[n].length);
        }
        cr_assert_str_eq(joined, WRAPS[i].lines, "'%s' in %zu gave '%s'", WRAPS[i].text, WRAPS[i].cells, joined);
    }
}
