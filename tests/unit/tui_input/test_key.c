/* Key names parse, print, and parse back. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "input/key.h"

static const struct {
    const char *name;
    uint32_t code;
    uint8_t mods;
    const char *printed; /* NULL: as `name` */
} KEYS[] = {
    {"a", 'a', 0, NULL},
    {"G", 'G', 0, NULL},
    {"-", '-', 0, NULL},
    {"é", 0xE9, 0, NULL},
    {"C-x", 'x', KEY_MOD_CTRL, NULL},
    {"C-X", 'x', KEY_MOD_CTRL, "C-x"},
    {"M-x", 'x', KEY_MOD_ALT, NULL},
    {"M-C-x", 'x', KEY_MOD_ALT | KEY_MOD_CTRL, "C-M-x"},
    {"M--", '-', KEY_MOD_ALT, NULL},
    {"C-m", KEY_CODE_ENTER, 0, "Enter"},
    {"C-i", KEY_CODE_TAB, 0, "Tab"},
    {"C-[", KEY_CODE_ESCAPE, 0, "Esc"},
    {"Space", ' ', 0, NULL},
    {"C-Space", ' ', KEY_MOD_CTRL, NULL},
    {"S-Tab", KEY_CODE_TAB, KEY_MOD_SHIFT, NULL},
    {"C-Right", KEY_CODE_ARROW_RIGHT, KEY_MOD_CTRL, NULL},
    {"F1", KEY_CODE_F1, 0, NULL},
    {"F12", KEY_CODE_F12, 0, NULL},
    {"S-F5", KEY_CODE_F1 + 4, KEY_MOD_SHIFT, NULL},
    {"PgDn", KEY_CODE_PAGE_DOWN, 0, NULL},
};

Test(key, names_parse_and_print_back)
{
    for (size_t i = 0; i < ARRAY_LENGTH(KEYS); i++) {
        struct key key = {0};
        char printed[KEY_NAME_MAX];
        cr_assert(key_parse(span_of(KEYS[i].name), &key), "%s", KEYS[i].name);
        cr_assert_eq(key.code, KEYS[i].code, "%s gave %x", KEYS[i].name, key.code);
        cr_assert_eq(key.mods, KEYS[i].mods, "%s", KEYS[i].name);
        key_print(key, printed);
        cr_assert_str_eq(printed, KEYS[i].printed == NULL ? KEYS[i].name : KEYS[i].printed);
    }
    static const char *const WRONG[] = {"", "ab", "S-a", "C-", "F0", "F13", "F01", "Enterr", "\x01", "\xFF", "C-C-x"};
    struct key key;
    for (size_t i = 0; i < ARRAY_LENGTH(WRONG); i++)
        cr_assert_not(key_parse(span_of(WRONG[i]), &key), "'%s' is no key", WRONG[i]);
}

Test(key, every_key_survives_printing)
{
    srand(3);
    for (int round = 0; round < 20000; round++) {
        struct key key = {.mods = (uint8_t)(rand() % 8)}, again = {0};
        bool named = rand() % 3 == 0;
        key.code = named ? KEY_CODE_NAMED + (uint32_t)rand() % (KEY_CODE_LIMIT - KEY_CODE_NAMED) : 0x21 + (uint32_t)rand() % 0x5E;
        if (!named)
            key.mods &= (uint8_t)~KEY_MOD_SHIFT;
        if (!named && (key.mods & KEY_MOD_CTRL) != 0)
            key.code = 'n' + (uint32_t)rand() % 10; /* letters that Ctrl does not turn into named keys */
        char printed[KEY_NAME_MAX];
        key_print(key, printed);
        cr_assert(key_parse(span_of(printed), &again), "%s", printed);
        cr_assert(key_equals(key, again), "%s came back different", printed);
    }
}

Test(key, sequences)
{
    struct key_sequence sequence;
    char printed[KEY_SEQUENCE_NAME_MAX];
    cr_assert(key_sequence_parse(span_of("C-x  g Enter"), &sequence));
    cr_assert_eq(sequence.count, 3);
    key_sequence_print(&sequence, printed);
    cr_assert_str_eq(printed, "C-x g Enter");
    cr_assert_not(key_sequence_parse(span_of("a b c d e"), &sequence));
    cr_assert_not(key_sequence_parse(span_of("  "), &sequence));
}
