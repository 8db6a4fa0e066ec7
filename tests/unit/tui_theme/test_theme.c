/* Shipped themes load whole and can be read; wrong files fall back entry by entry; colours map to every depth. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "support/leak_check.h"
#include "theme/theme_load.h"

static double channel(int32_t value)
{
    double part = (value & 255) / 255.0;
    return part <= 0.03928 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

static double luminance(int32_t rgb)
{
    return 0.2126 * channel(rgb >> 16) + 0.7152 * channel(rgb >> 8) + 0.0722 * channel(rgb);
}

/* The WCAG contrast ratio. */
static double contrast(int32_t a, int32_t b)
{
    double first = luminance(a), second = luminance(b);
    return first > second ? (first + 0.05) / (second + 0.05) : (second + 0.05) / (first + 0.05);
}

static bool is_line_work(enum style_id style)
{
    return style == STYLE_BORDER || style == STYLE_METER_EMPTY || style == STYLE_SCROLL;
}

Test(theme, shipped_themes_can_be_read_on_every_ground)
{
    static const char *const NAMES[] = {"dark", "light"};
    static const enum style_id GROUNDS[] = {STYLE_TEXT, STYLE_SELECTED, STYLE_SELECTED_UNFOCUSED, STYLE_DIALOG, STYLE_BAR};
    for (size_t n = 0; n < ARRAY_LENGTH(NAMES); n++) {
        struct theme theme;
        cr_assert(theme_load_builtin(NAMES[n], &theme), "%s", NAMES[n]);
        cr_assert_str_eq(theme.name, NAMES[n]);
        for (int s = 0; s < STYLE_COUNT; s++)
            for (size_t g = 0; g < ARRAY_LENGTH(GROUNDS); g++)
                for (int direct = 0; direct < 2; direct++) {
                    enum color_depth depth = direct != 0 ? COLOR_DEPTH_DIRECT : COLOR_DEPTH_256;
                    struct theme_look look = theme_look(&theme, depth, (enum style_id)s, GROUNDS[g]);
                    int32_t fg = direct != 0 ? look.foreground : color_depth_rgb_of_256(look.foreground);
                    int32_t bg = direct != 0 ? look.background : color_depth_rgb_of_256(look.background);
                    cr_assert(look.foreground >= 0 && look.background >= 0);
                    double least = is_line_work((enum style_id)s) ? 1.3 : GROUNDS[g] == STYLE_TEXT ? 4.5 : 4.0;
                    cr_expect(contrast(fg, bg) >= least, "%s: %s on %s at %s has contrast %.1f", NAMES[n], style_ids_name((enum style_id)s),
                              style_ids_name(GROUNDS[g]), color_depth_name(depth), contrast(fg, bg));
                }
    }
}

Test(theme, shipped_themes_name_every_style_without_problems)
{
    size_t count;
    const char *const *names = theme_load_builtin_names(&count);
    for (size_t i = 0; i < count; i++) {
        char path[512];
        struct theme theme;
        struct theme_problems problems = {0};
        struct error err = {0};
        snprintf(path, sizeof path, "%s/themes/%s.yaml", SOVDECK_SOURCE_DIR, names[i]);
        cr_assert_eq(theme_load_file(path, &theme, &problems, &err), STATUS_OK, "%s", err.text);
        cr_assert_eq(problems.count, 0, "%s", problems.texts[0]);
        cr_assert(theme.styles[STYLE_SELECTED].mono != 0, "%s: selection without colour", names[i]);
        theme_problems_done(&problems);
    }
    TEST_NO_LEAKS();
}

Test(theme, with_few_colours_the_ground_wins_with_many_the_text)
{
    struct theme theme;
    cr_assert(theme_load_builtin("dark", &theme));
    struct theme_look look = theme_look(&theme, COLOR_DEPTH_DIRECT, STYLE_BAD, STYLE_SELECTED);
    cr_assert_eq(look.foreground, 0xFF9A91);
    cr_assert_eq(look.background, 0x1E3A5F);
    look = theme_look(&theme, COLOR_DEPTH_16, STYLE_BAD, STYLE_SELECTED);
    cr_assert_eq(look.foreground, 0);
    cr_assert_eq(look.background, 6);
    look = theme_look(&theme, COLOR_DEPTH_MONO, STYLE_BAD, STYLE_SELECTED);
    cr_assert_eq(look.foreground, THEME_COLOR_DEFAULT);
    cr_assert_eq(look.attributes, THEME_BOLD | THEME_REVERSE);
    look = theme_look(&theme, COLOR_DEPTH_256, STYLE_MATCH, STYLE_SELECTED);
    cr_assert_eq(look.background, 221, "a match keeps its own ground on the selected row");
    look = theme_look(&theme, COLOR_DEPTH_16, STYLE_TEXT, STYLE_TEXT);
    cr_assert_eq(look.background, THEME_COLOR_DEFAULT);
}

/* As seen: structures have padding. */
static bool looks_same(const struct theme *a, const struct theme *b, enum style_id style)
{
    static const enum color_depth DEPTHS[] = {COLOR_DEPTH_MONO, COLOR_DEPTH_16, COLOR_DEPTH_256, COLOR_DEPTH_DIRECT};
    for (size_t i = 0; i < ARRAY_LENGTH(DEPTHS); i++) {
        struct theme_look left = theme_look(a, DEPTHS[i], style, STYLE_TEXT), right = theme_look(b, DEPTHS[i], style, STYLE_TEXT);
        if (left.foreground != right.foreground || left.background != right.background || left.attributes != right.attributes)
            return false;
    }
    return true;
}

Test(theme, wrong_entries_are_named_and_keep_the_dark_look)
{
    static const char *const PROBLEMS[] = {
        "t.yaml:3: rgb is 'red', expected \"#rrggbb\"",
        "t.yaml:4: c256 is 300, expected a number from 0 to 255",
        "t.yaml:5: c16 is 'gren'; did you mean 'green'?, expected black, red … bright-white or default",
        "t.yaml:8: no style 'goood'; did you mean 'good'?",
        "t.yaml:9: fg is 'lead'; did you mean 'leaf'?, expected a palette name, \"#rrggbb\" or default",
        "t.yaml:10: a style has no setting 'colour'",
        "t.yaml:11: attributes has 'blink', expected bold, dim, underline, reverse or italic",
    };
    struct theme theme, dark;
    struct theme_problems problems = {0};
    struct error err = {0};
    const char *text = "name: mine\npalette:\n  a: {rgb: red}\n  b: {rgb: \"#000001\", c256: 300}\n  c: {rgb: \"#000001\", c16: gren}\n"
                       "  leaf: {rgb: \"#11aa22\"}\nstyles:\n  goood: {fg: leaf}\n  bad: {fg: lead}\n  warn: {colour: leaf}\n"
                       "  title: {attributes: [blink]}\n  good: {fg: leaf, mono: [underline]}\n";
    cr_assert_eq(theme_load_text("t.yaml", span_of(text), &theme, &problems, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(problems.count, ARRAY_LENGTH(PROBLEMS));
    for (size_t i = 0; i < problems.count; i++)
        cr_assert_str_eq(problems.texts[i], PROBLEMS[i]);
    theme_problems_done(&problems);
    cr_assert(theme_load_builtin("dark", &dark));
    cr_assert(looks_same(&theme, &dark, STYLE_BAD));
    cr_assert_eq(theme.styles[STYLE_GOOD].foreground.rgb, 0x11AA22);
    cr_assert_eq(theme.styles[STYLE_GOOD].mono, THEME_UNDERLINE);
    cr_assert_eq(theme_load_text("t.yaml", span_of("[]"), &theme, &problems, &err), STATUS_INVALID);
    cr_assert_str_eq(err.text, "t.yaml:1: a theme is a list, expected a map with name, palette and styles");
    cr_assert_str_eq(theme.name, dark.name);
    for (int style = 0; style < STYLE_COUNT; style++)
        cr_assert(looks_same(&theme, &dark, (enum style_id)style), "style %d", style);
    TEST_NO_LEAKS();
}

Test(color_depth, nearest_entries)
{
    static const struct {
        int32_t rgb;
        int c256, c16;
    } CASES[] = {{0x000000, 16, 0}, {0xFFFFFF, 231, 15}, {0xFF0000, 196, 9}, {0x5F87AF, 67, 8}, {0x808080, 244, 8}, {0x080808, 232, 0}};
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        cr_assert_eq(color_depth_to_256(CASES[i].rgb), CASES[i].c256, "%06x gave %d", CASES[i].rgb, color_depth_to_256(CASES[i].rgb));
        cr_assert_eq(color_depth_to_16(CASES[i].rgb), CASES[i].c16, "%06x gave %d", CASES[i].rgb, color_depth_to_16(CASES[i].rgb));
    }
    for (int i = 16; i < 256; i++)
        cr_assert_eq(color_depth_rgb_of_256(color_depth_to_256(color_depth_rgb_of_256(i))), color_depth_rgb_of_256(i));
}
