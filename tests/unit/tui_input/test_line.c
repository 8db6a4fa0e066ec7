/* Typing: editing by cluster, bounded pastes, history, command lines. */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/utf8.h"
#include "input/command_line.h"
#include "input/history.h"
#include "input/line_edit.h"
#include "support/leak_check.h"

static void type(struct line_edit *edit, const char *keys)
{
    struct span rest = span_of(keys), name;
    while (span_split(&rest, ' ', &name)) {
        struct key key;
        cr_assert(key_parse(name, &key), "%.*s", SPAN_PRINT(name));
        cr_assert(line_edit_key(edit, key), "%.*s is no editing key", SPAN_PRINT(name));
    }
}

static const struct {
    const char *start, *keys, *text;
    size_t cursor;
} EDITS[] = {
    {"", "a b Space c", "ab c", 4},
    {"abc", "C-a x", "xabc", 1},
    {"abc", "Left Left x", "axbc", 2},
    {"abc", "Backspace", "ab", 2},
    {"abc", "Home Delete", "bc", 0},
    {"spec values x", "C-w", "spec values ", 12},
    {"spec.values.x", "C-w", "spec.values.", 12},
    {"a b c", "C-a C-k", "", 0},
    {"a b c", "C-b C-u", "c", 0},
    {"one two", "M-b M-b M-d", " two", 0},
    {"日本", "Backspace é", "日é", 5},
    {"e\xCC\x81x", "Left Backspace", "x", 0},
    {"", "e \xCC\x81", "e\xCC\x81", 3},
};

Test(line_edit, keys_edit_whole_characters)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    for (size_t i = 0; i < ARRAY_LENGTH(EDITS); i++) {
        struct line_edit edit;
        line_edit_set(&edit, span_of(EDITS[i].start));
        type(&edit, EDITS[i].keys);
        cr_assert_str_eq(edit.text, EDITS[i].text, "'%s' + %s gave '%s'", EDITS[i].start, EDITS[i].keys, edit.text);
        cr_assert_eq(edit.cursor, EDITS[i].cursor, "'%s' + %s stands at %zu", EDITS[i].start, EDITS[i].keys, edit.cursor);
    }
}

Test(line_edit, pastes_are_bounded_and_clean)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct line_edit edit;
    line_edit_clear(&edit);
    for (int i = 0; i < 5000; i++)
        line_edit_key(&edit, (struct key){i % 2 == 0 ? (uint32_t)0x65E5 : (uint32_t)KEY_CODE_ENTER, KEY_MOD_PASTED});
    cr_assert(edit.length <= LINE_EDIT_MAX);
    cr_assert_eq(strlen(edit.text), edit.length);
    cr_assert(edit.refused > 0);
    cr_assert_null(strchr(edit.text, '\n'));
    line_edit_set(&edit, span_of("a\x1b[31m\xE2\x80\xAE"));
    cr_assert_str_eq(edit.text, "a\xEF\xBF\xBD[31m\xEF\xBF\xBD");
    cr_assert_not(line_edit_key(&edit, (struct key){KEY_CODE_ENTER, 0}));
    cr_assert_not(line_edit_key(&edit, (struct key){'x', KEY_MOD_CTRL}));
}

Test(line_edit, random_keys_keep_the_text_whole)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    static const uint32_t CODES[] = {'a', ' ', '.', 0x65E5, 0x301, 0x200D, KEY_CODE_ARROW_LEFT, KEY_CODE_ARROW_RIGHT, KEY_CODE_BACKSPACE,
                                     KEY_CODE_DELETE, KEY_CODE_FIRST, KEY_CODE_LAST, 'w', 'b', 'f', 'd'};
    struct line_edit edit;
    line_edit_clear(&edit);
    srand(5);
    for (int round = 0; round < 20000; round++) {
        line_edit_key(&edit, (struct key){CODES[rand() % 16], (uint8_t)(rand() % 9)});
        cr_assert(edit.cursor <= edit.length && edit.text[edit.length] == '\0');
        for (struct span rest = line_edit_span(&edit); rest.length > 0;) {
            uint32_t code;
            bool valid;
            rest = span_from(rest, utf8_decode(rest, &code, &valid));
            cr_assert(valid, "round %d broke a character", round);
        }
    }
}

Test(history, recalls_by_beginning_and_keeps_the_draft)
{
    struct history history;
    history_init(&history);
    history_add(&history, span_of("filter a"));
    history_add(&history, span_of("pods"));
    history_add(&history, span_of("filter b"));
    history_add(&history, span_of("pods"));
    cr_assert_eq(history.count, 3);
    cr_assert_str_eq(history_previous(&history, span_of("fi")), "filter b");
    cr_assert_str_eq(history_previous(&history, span_of("filter b")), "filter a");
    cr_assert_null(history_previous(&history, span_of("filter a")));
    cr_assert_str_eq(history_next(&history), "filter b");
    cr_assert_str_eq(history_next(&history), "fi");
    cr_assert_null(history_next(&history));
    for (int i = 0; i < 500; i++) {
        char line[16];
        snprintf(line, sizeof line, "line %d", i);
        history_add(&history, span_of(line));
    }
    cr_assert_eq(history.count, HISTORY_MAX);
    history_done(&history);
    TEST_NO_LEAKS();
}

static const struct {
    const char *line;
    enum command_id command;
    const char *argument;
} LINES[] = {
    {"", COMMAND_NONE, ""},
    {"  : ", COMMAND_NONE, ""},
    {"filter harbor  x ", COMMAND_FILTER, "harbor  x"},
    {":q", COMMAND_QUIT, ""},
    {"filt", COMMAND_FILTER, ""},
    {"pods", COMMAND_KIND, "pods"},
    {"po -n flux-system", COMMAND_KIND, "po -n flux-system"},
    {"kind nodes", COMMAND_KIND, "nodes"},
    {"patch spec.values.replicas=2", COMMAND_PATCH_VALUE, "spec.values.replicas=2"},
    {"a\x1b" "b", COMMAND_KIND, "a\xEF\xBF\xBD" "b"},
};

Test(command_line, parses_names_short_forms_and_kinds)
{
    struct command_line line;
    struct error err = {0};
    for (size_t i = 0; i < ARRAY_LENGTH(LINES); i++) {
        cr_assert_eq(command_line_parse(span_of(LINES[i].line), &line, &err), STATUS_OK, "%s", LINES[i].line);
        cr_assert_eq(line.command, LINES[i].command, "%s gave %s", LINES[i].line, command_table_get(line.command)->name);
        cr_assert_str_eq(line.argument, LINES[i].argument);
    }
    cr_assert_eq(command_line_parse(span_of("quit now"), &line, &err), STATUS_USAGE);
    cr_assert_str_eq(err.text, ":quit takes nothing behind it");
    cr_assert_eq(command_line_parse(span_of("kind"), &line, &err), STATUS_USAGE);
    char long_line[700];
    memset(long_line, 'x', sizeof long_line);
    cr_assert_eq(command_line_parse(span_make(long_line, sizeof long_line), &line, &err), STATUS_USAGE);
    const char *names[16];
    cr_assert_eq(command_line_complete(span_of("re"), names, 16), 4); /* refresh redraw reconcile resume */
}

Test(command_table, rows_are_complete_and_needs_speak)
{
    size_t count;
    const char *const *names = command_table_names(&count);
    cr_assert_eq(count, COMMAND_COUNT - 1);
    for (size_t i = 0; i < count; i++) {
        const struct command *command = command_table_find(span_of(names[i]));
        cr_assert_eq(command->id, (enum command_id)(i + 1), "%s is there twice", names[i]);
        cr_assert(command->label[0] != '\0' && command->help[0] != '\0', "%s", names[i]);
    }
    const char *reason = NULL;
    cr_assert_not(command_table_allows(COMMAND_RECONCILE, COMMAND_NEEDS_FLUX_OBJECT, &reason));
    cr_assert_str_eq(reason, "the console is read-only: arm it with :arm");
    cr_assert(command_table_allows(COMMAND_RECONCILE, COMMAND_NEEDS_FLUX_OBJECT | COMMAND_NEEDS_ARMED, &reason));
}
