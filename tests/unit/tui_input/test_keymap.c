/* Keymaps: contexts, sequences, overlays, wrong entries, and that quit, help and back survive any file. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "input/keymap.h"
#include "support/leak_check.h"

/* The command of the last key of `keys`, or COMMAND_NONE. */
static enum command_id press(const struct keymap *keymap, enum keymap_context context, const char *keys)
{
    struct key_sequence typed, pending = {0};
    struct keymap_match match = {COMMAND_NONE, ""};
    cr_assert(key_sequence_parse(span_of(keys), &typed));
    enum keymap_result result = KEYMAP_NONE;
    for (size_t i = 0; i < typed.count; i++)
        result = keymap_feed(keymap, context, &pending, typed.keys[i], &match);
    return result == KEYMAP_ACTION ? match.command : COMMAND_NONE;
}

static struct keymap *overlaid(const char *text)
{
    struct keymap *keymap = keymap_new();
    struct error err = {0};
    cr_assert_eq(keymap_overlay_text(keymap, "my.yaml", span_of(text), &err), STATUS_OK, "%s", err.text);
    return keymap;
}

Test(keymap, shipped_keymaps_are_without_problems)
{
    struct keymap *keymap = keymap_new();
    for (size_t i = 0; i < keymap_problem_count(keymap); i++)
        cr_log_error("%s", keymap_problem_at(keymap, i));
    cr_assert_eq(keymap_problem_count(keymap), 0);
    cr_assert(keymap_overlay_builtin(keymap, "emacs"));
    for (size_t i = 0; i < keymap_problem_count(keymap); i++)
        cr_log_error("%s", keymap_problem_at(keymap, i));
    cr_assert_eq(keymap_problem_count(keymap), 0);
    cr_assert_not(keymap_overlay_builtin(keymap, "nano"));
    keymap_free(keymap);
    TEST_NO_LEAKS();
}

static const struct {
    enum keymap_context context;
    const char *keys;
    enum command_id command;
} PRESSES[] = {
    {KEYMAP_CONTEXT_GLOBAL, "q", COMMAND_QUIT},
    {KEYMAP_CONTEXT_LIST, "q", COMMAND_QUIT},
    {KEYMAP_CONTEXT_CUTOVER, "g g", COMMAND_HOME},
    {KEYMAP_CONTEXT_CUTOVER, "s", COMMAND_START_CUTOVER},
    {KEYMAP_CONTEXT_FLUX, "s", COMMAND_SUSPEND},
    {KEYMAP_CONTEXT_LIST, "s", COMMAND_NONE},
    {KEYMAP_CONTEXT_FLUX, "C-m", COMMAND_OPEN},
    {KEYMAP_CONTEXT_PAGER, "/", COMMAND_SEARCH},
    {KEYMAP_CONTEXT_LIST, "/", COMMAND_FILTER},
    {KEYMAP_CONTEXT_DIALOG, "q", COMMAND_NONE},
    {KEYMAP_CONTEXT_DIALOG, "C-c", COMMAND_BACK},
    {KEYMAP_CONTEXT_PROMPT, "Up", COMMAND_HISTORY_PREVIOUS},
    {KEYMAP_CONTEXT_GLOBAL, "g z", COMMAND_NONE},
};

Test(keymap, nearest_context_decides)
{
    struct keymap *keymap = keymap_new();
    for (size_t i = 0; i < ARRAY_LENGTH(PRESSES); i++) {
        enum command_id command = press(keymap, PRESSES[i].context, PRESSES[i].keys);
        cr_assert_eq(command, PRESSES[i].command, "%s in %s gave '%s'", PRESSES[i].keys,
                     keymap_context_name(PRESSES[i].context), command_table_get(command)->name);
    }
    struct key_sequence pending = {0};
    struct keymap_match match;
    cr_assert_eq(keymap_feed(keymap, KEYMAP_CONTEXT_LIST, &pending, (struct key){'g', 0}, &match), KEYMAP_PREFIX);
    cr_assert_eq(pending.count, 1);
    cr_assert_eq(keymap_feed(keymap, KEYMAP_CONTEXT_LIST, &pending, (struct key){'x', KEY_MOD_PASTED}, &match), KEYMAP_NONE);
    cr_assert_eq(pending.count, 0);
    cr_assert_eq(keymap_feed(keymap, KEYMAP_CONTEXT_LIST, &pending, (struct key){'q', KEY_MOD_PASTED}, &match), KEYMAP_NONE);
    keymap_free(keymap);
    TEST_NO_LEAKS();
}

Test(keymap, a_file_overlays_hides_and_gives_arguments)
{
    struct keymap *keymap = overlaid("global:\n  \"x\": kind pods\nlist:\n  \"d\": none\n  \"g\": end\nflux:\n  \"R\": reconcile\n");
    cr_assert_eq(keymap_problem_count(keymap), 0);
    struct key_sequence pending = {0};
    struct keymap_match match;
    cr_assert_eq(keymap_feed(keymap, KEYMAP_CONTEXT_FLUX, &pending, (struct key){'x', 0}, &match), KEYMAP_ACTION);
    cr_assert_eq(match.command, COMMAND_KIND);
    cr_assert_str_eq(match.argument, "pods");
    cr_assert_eq(press(keymap, KEYMAP_CONTEXT_FLUX, "d"), COMMAND_NONE);
    cr_assert_eq(press(keymap, KEYMAP_CONTEXT_FLUX, "g"), COMMAND_END);
    cr_assert_eq(press(keymap, KEYMAP_CONTEXT_FLUX, "R"), COMMAND_RECONCILE);
    cr_assert_eq(press(keymap, KEYMAP_CONTEXT_LIST, "R"), COMMAND_REFRESH);
    char keys[KEY_SEQUENCE_NAME_MAX];
    cr_assert(keymap_keys_for(keymap, KEYMAP_CONTEXT_FLUX, COMMAND_REFRESH, NULL, keys));
    cr_assert_str_eq(keys, "F5", "R is taken by flux");
    cr_assert(keymap_keys_for(keymap, KEYMAP_CONTEXT_FLUX, COMMAND_KIND, "pods", keys));
    cr_assert_not(keymap_keys_for(keymap, KEYMAP_CONTEXT_FLUX, COMMAND_KIND, "nodes", keys));
    keymap_free(keymap);
    TEST_NO_LEAKS();
}

Test(keymap, wrong_entries_are_named_and_the_rest_counts)
{
    static const char *const PROBLEMS[] = {
        "my.yaml:2: no command 'fliter'; did you mean 'filter'?",
        "my.yaml:3: 'Contrl-x' are no keys, expected up to four like 'a', 'C-x', 'M-x', 'F1', 'Enter', 'g g'",
        "my.yaml:5: 'x y' collides with the keys on line 4, expected keys that are free in 'list'",
        "my.yaml:6: a list, expected the name of a command",
        "my.yaml:7: the command 'up' takes nothing behind it",
        "my.yaml:9: no context 'lsit'; did you mean 'list'?",
    };
    struct keymap *keymap = overlaid("list:\n  \"f\": fliter\n  \"Contrl-x\": up\n  \"x\": up\n  \"x y\": down\n  \"v\": [up]\n"
                                     "  \"V\": up 3\n  \"X\": down\nlsit:\n  \"a\": up\n");
    cr_assert_eq(keymap_problem_count(keymap), ARRAY_LENGTH(PROBLEMS));
    for (size_t i = 0; i < ARRAY_LENGTH(PROBLEMS); i++)
        cr_assert_str_eq(keymap_problem_at(keymap, i), PROBLEMS[i]);
    cr_assert_eq(press(keymap, KEYMAP_CONTEXT_LIST, "X"), COMMAND_DOWN);
    cr_assert_eq(press(keymap, KEYMAP_CONTEXT_LIST, "x"), COMMAND_UP);
    struct error err = {0};
    cr_assert_eq(keymap_overlay_text(keymap, "my.yaml", span_of("- a\n"), &err), STATUS_INVALID);
    cr_assert_str_eq(err.text, "my.yaml:1: a keymap is a list, expected a map of contexts");
    keymap_free(keymap);
    TEST_NO_LEAKS();
}

Test(keymap, quit_help_and_back_survive_any_file)
{
    static const char *const FILES[] = {
        "global: {\"q\": up, \"C-c\": up, \"?\": up, \"F1\": up, \"Esc\": up, \"Backspace\": up}\n",
        "global: {\"q\": none, \"C-c\": none, \"?\": none, \"F1\": none, \"Esc\": none, \"Backspace\": none, \"C-q\": up}\n",
        "list: {\"q\": up, \"C-c\": up, \"C-q\": up, \"F10\": up, \"?\": up, \"F1\": up, \"F12\": up}\n",
        "dialog: {\"Esc\": none, \"C-c\": none, \"C-g\": none}\nprompt: {\"Esc\": accept, \"C-c\": none, \"C-g\": accept, \"F11\": accept}\n",
    };
    for (size_t f = 0; f < ARRAY_LENGTH(FILES); f++) {
        struct keymap *keymap = overlaid(FILES[f]);
        cr_assert(keymap_problem_count(keymap) > 0);
        for (int c = 0; c < KEYMAP_CONTEXT_COUNT; c++) {
            char keys[KEY_SEQUENCE_NAME_MAX];
            enum keymap_context context = (enum keymap_context)c;
            cr_assert(keymap_keys_for(keymap, context, COMMAND_BACK, "", keys), "file %zu lost back in %s", f, keymap_context_name(context));
            cr_assert_eq(press(keymap, context, keys), COMMAND_BACK);
            if (context == KEYMAP_CONTEXT_DIALOG || context == KEYMAP_CONTEXT_PROMPT)
                continue;
            cr_assert(keymap_keys_for(keymap, context, COMMAND_QUIT, "", keys), "file %zu lost quit in %s", f, keymap_context_name(context));
            cr_assert(keymap_keys_for(keymap, context, COMMAND_HELP, "", keys), "file %zu lost help in %s", f, keymap_context_name(context));
        }
        keymap_free(keymap);
    }
    TEST_NO_LEAKS();
}

Test(keymap, listed_bindings_do_what_they_say)
{
    struct keymap *keymap = keymap_new();
    for (int c = 0; c < KEYMAP_CONTEXT_COUNT; c++) {
        struct keymap_binding binding;
        size_t count = 0;
        for (size_t at = 0; keymap_next(keymap, (enum keymap_context)c, &at, &binding); count++) {
            char keys[KEY_SEQUENCE_NAME_MAX];
            key_sequence_print(&binding.keys, keys);
            cr_assert_eq(press(keymap, (enum keymap_context)c, keys), binding.match.command, "%s", keys);
        }
        cr_assert(count > 4);
    }
    keymap_free(keymap);
    TEST_NO_LEAKS();
}
