/* The double behaves like a terminal: keys in order, presents that count only changes. */
#include <criterion/criterion.h>
#include <locale.h>

#include "support/leak_check.h"
#include "term/terminal_memory.h"
#include "term/glyphs.h"

Test(terminal_memory, gives_keys_and_counts_changes)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct terminal *terminal = terminal_memory_new(20, 4);
    struct canvas *canvas = canvas_new(20, 4);
    struct key key;
    int width, height;
    terminal_memory_feed(terminal, "g C-x Enter");
    cr_assert(terminal_read_key(terminal, &key) && key.code == 'g');
    cr_assert(terminal_read_key(terminal, &key) && key.code == 'x' && key.mods == KEY_MOD_CTRL);
    cr_assert(terminal_read_key(terminal, &key) && key.code == KEY_CODE_ENTER);
    cr_assert_not(terminal_read_key(terminal, &key));
    canvas_text(canvas, 0, 0, STYLE_GOOD, "ready");
    terminal_present(terminal, canvas);
    terminal_present(terminal, canvas);
    cr_assert_eq(terminal_memory_presents(terminal), 1);
    terminal_redraw(terminal);
    terminal_present(terminal, canvas);
    cr_assert_eq(terminal_memory_presents(terminal), 2);
    cr_assert(canvas_equals(terminal_memory_shown(terminal), canvas));
    terminal_memory_resize(terminal, 0, 0);
    terminal_size(terminal, &width, &height);
    cr_assert(width == 1 && height == 1);
    cr_assert_eq(terminal_fd(terminal), -1);
    terminal_copy(terminal, "bp-harbor\x1b");
    cr_assert_str_eq(terminal_memory_copied(terminal), "bp-harbor\xEF\xBF\xBD");
    canvas_free(canvas);
    terminal_free(terminal);
    TEST_NO_LEAKS();
}

Test(glyphs, wide_characters_become_two_question_marks_in_ascii)
{
    struct cell wide = {.bytes = "日", .length = 3, .width = 2}, right_half = {.width = 0};
    struct cell left = glyphs_substitute(TERMINAL_GLYPHS_ASCII, wide), right = glyphs_substitute(TERMINAL_GLYPHS_ASCII, right_half);
    cr_assert(left.width == 1 && left.bytes[0] == '?' && right.width == 1 && right.bytes[0] == '?');
    right = glyphs_substitute(TERMINAL_GLYPHS_FULL, right_half);
    cr_assert(right.width == 0 && right.length == 0);
}
