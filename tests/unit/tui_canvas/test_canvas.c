/* What a painter can rely on: clip, wide characters, grounds; and invariants over random painting. */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/utf8.h"
#include "canvas/canvas.h"
#include "support/golden.h"
#include "support/leak_check.h"

static void use_utf8(void)
{
    cr_assert_not_null(setlocale(LC_CTYPE, "C.UTF-8"));
}

static const char *line_of(const struct canvas *canvas, int y)
{
    static char line[CANVAS_WIDTH_MAX * CELL_BYTES_MAX];
    canvas_line_text(canvas, y, line, sizeof line);
    return line;
}

/* The right half of every wide cell follows it, and only there; nothing is empty. */
static void check_whole(const struct canvas *canvas)
{
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            const struct cell *cell = canvas_at(canvas, x, y);
            const struct cell *left = canvas_at(canvas, x - 1, y), *right = canvas_at(canvas, x + 1, y);
            if (cell->width == 0)
                cr_assert(left != NULL && left->width == 2, "an orphan right half at %d,%d", x, y);
            if (cell->width == 2)
                cr_assert(right != NULL && right->width == 0, "half a wide character at %d,%d", x, y);
            cr_assert((cell->length == 0) == (cell->width == 0), "an empty cell at %d,%d", x, y);
        }
}

static const struct {
    const char *name;
    int x;
    const char *text, *line;
    int covered;
} PUTS[] = {
    {"plain", 0, "abc", "abc", 3},
    {"cut at the edge", 6, "abcdef", "      abcd", 6},
    {"from the left of the edge", -2, "abcd", "cd", 4},
    {"wide", 1, "a日本", " a日本", 5},
    {"wide in the last cell is a blank", 9, "日", "", 2},
    {"wide cut on the left is a blank", -1, "日x", " x", 3},
    {"marks stay with their base", 0, "e\xCC\x81x", "e\xCC\x81x", 2},
    {"escape", 0, "a\x1b[1mb", "a\xEF\xBF\xBD[1mb", 6},
    {"newline and carriage return", 0, "a\r\nb", "a\xEF\xBF\xBD\xEF\xBF\xBD" "b", 4},
    {"C1", 0, "\xC2\x9B", "\xEF\xBF\xBD", 1},
    {"invalid byte", 0, "a\xFF", "a\xEF\xBF\xBD", 2},
    {"mark without base", 0, "\xCC\x81", "\xEF\xBF\xBD", 1},
};

Test(canvas, puts_text)
{
    use_utf8();
    for (size_t i = 0; i < ARRAY_LENGTH(PUTS); i++) {
        struct canvas *canvas = canvas_new(10, 2);
        int covered = canvas_text(canvas, PUTS[i].x, 0, STYLE_GOOD, PUTS[i].text);
        cr_assert_str_eq(line_of(canvas, 0), PUTS[i].line, "%s gave '%s'", PUTS[i].name, line_of(canvas, 0));
        cr_assert_eq(covered, PUTS[i].covered, "%s covers %d", PUTS[i].name, covered);
        cr_assert_str_eq(line_of(canvas, 1), "", "%s reached the next line", PUTS[i].name);
        check_whole(canvas);
        canvas_free(canvas);
    }
    TEST_NO_LEAKS();
}

Test(canvas, overwriting_half_a_wide_character_blanks_the_other_half)
{
    use_utf8();
    struct canvas *canvas = canvas_new(6, 1);
    canvas_text(canvas, 0, 0, STYLE_TEXT, "日本語");
    canvas_text(canvas, 1, 0, STYLE_TEXT, "x");
    cr_assert_str_eq(line_of(canvas, 0), " x本語");
    canvas_text(canvas, 3, 0, STYLE_TEXT, "山");
    cr_assert_str_eq(line_of(canvas, 0), " x 山");
    check_whole(canvas);
    canvas_free(canvas);
}

Test(canvas, ground_stays_under_text_and_fill_keeps_it)
{
    use_utf8();
    struct canvas *canvas = canvas_new(8, 1);
    canvas_ground(canvas, rect_make(0, 0, 4, 1), STYLE_SELECTED);
    canvas_text(canvas, 2, 0, STYLE_BAD, "日本");
    canvas_fill(canvas, rect_make(0, 0, 1, 1), STYLE_DIM);
    cr_assert_eq(canvas_at(canvas, 0, 0)->ground, STYLE_SELECTED);
    cr_assert_eq(canvas_at(canvas, 3, 0)->ground, STYLE_SELECTED);
    cr_assert_eq(canvas_at(canvas, 4, 0)->ground, STYLE_TEXT);
    canvas_erase(canvas, rect_make(0, 0, 8, 1), STYLE_DIALOG);
    cr_assert_eq(canvas_at(canvas, 3, 0)->ground, STYLE_DIALOG);
    cr_assert_eq(canvas_at(canvas, 3, 0)->style, STYLE_TEXT);
    canvas_free(canvas);
    TEST_NO_LEAKS();
}

Test(canvas, random_painting_never_leaves_the_clip_nor_half_a_character)
{
    use_utf8();
    static const char *const TEXTS[] = {"a", "日本語", "e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81", "─│", "x\x1b", "ab cd ef gh"};
    srand(7);
    struct canvas *canvas = canvas_new(20, 6), *before = canvas_new(20, 6);
    for (int round = 0; round < 4000; round++) {
        canvas_copy(before, canvas);
        struct rect clip = rect_make(rand() % 20, rand() % 6, rand() % 20, rand() % 6);
        clip = rect_intersect(clip, canvas_area(canvas));
        struct rect old = canvas_narrow_clip(canvas, clip);
        int x = rand() % 30 - 5, y = rand() % 8 - 1;
        if (rand() % 4 == 0)
            canvas_fill(canvas, rect_make(x, y, rand() % 10, rand() % 3), STYLE_DIM);
        else
            canvas_put_fit(canvas, x, y, rand() % 15, STYLE_GOOD, span_of(TEXTS[rand() % 6]), (enum text_align)(rand() % 3),
                           (enum text_cut)(rand() % 3));
        canvas_restore_clip(canvas, old);
        check_whole(canvas);
        for (int cy = 0; cy < 6; cy++)
            for (int cx = 0; cx < 20; cx++) {
                bool at_rim = cx == clip.x - 1 || cx == clip.x + clip.width; /* other half of a cut wide character */
                if (rect_contains(clip, cx, cy) || at_rim)
                    continue;
                cr_assert(memcmp(canvas_at(canvas, cx, cy), canvas_at(before, cx, cy), sizeof(struct cell)) == 0,
                          "round %d wrote %d,%d outside its clip", round, cx, cy);
            }
    }
    canvas_free(before);
    canvas_free(canvas);
    TEST_NO_LEAKS();
}

Test(canvas, tiny_and_huge_sizes_are_safe)
{
    use_utf8();
    struct canvas *canvas = canvas_new(0, 0);
    canvas_text(canvas, 0, 0, STYLE_TEXT, "x");
    canvas_box(canvas, rect_make(0, 0, 10, 4), STYLE_BORDER, "title");
    canvas_set_cursor(canvas, 0, 0);
    cr_assert_not(canvas->cursor_visible);
    canvas_resize(canvas, -3, 100000);
    cr_assert_eq(canvas->height, CANVAS_HEIGHT_MAX);
    canvas_resize(canvas, 1, 1);
    canvas_text(canvas, 0, 0, STYLE_TEXT, "日");
    cr_assert_str_eq(line_of(canvas, 0), "");
    canvas_free(canvas);
    TEST_NO_LEAKS();
}

Test(canvas, golden_box)
{
    use_utf8();
    struct canvas *canvas = canvas_new(40, 8);
    canvas_box(canvas, rect_make(1, 1, 30, 6), STYLE_BORDER, "Start the cutover of acme.example?");
    canvas_ground(canvas, rect_make(2, 3, 28, 1), STYLE_SELECTED);
    canvas_put_fit(canvas, 3, 3, 12, STYLE_BAD, span_of("helmrepository-patches"), TEXT_ALIGN_LEFT, TEXT_CUT_MIDDLE);
    canvas_put_fit(canvas, 16, 3, 12, STYLE_AGE_OLD, span_of("16m02s"), TEXT_ALIGN_RIGHT, TEXT_CUT_END);
    canvas_put_fit(canvas, 3, 4, 9, STYLE_TEXT, span_of("日本語テキスト"), TEXT_ALIGN_LEFT, TEXT_CUT_END);
    canvas_set_cursor(canvas, 12, 4);
    golden_check("canvas/box", canvas);
    canvas_free(canvas);
    TEST_NO_LEAKS();
}

Test(canvas, style_rows_are_distinct)
{
    bool seen[256] = {false};
    for (int i = 0; i < STYLE_COUNT; i++) {
        unsigned char letter = (unsigned char)style_ids_letter((enum style_id)i);
        cr_assert_not(seen[letter], "%s repeats the letter %c", style_ids_name((enum style_id)i), letter);
        seen[letter] = true;
        enum style_id found;
        cr_assert(style_ids_find(span_of(style_ids_name((enum style_id)i)), &found));
        cr_assert_eq((int)found, i, "%s is there twice", style_ids_name((enum style_id)i));
    }
}
