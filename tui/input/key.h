/* A key press, and its name in keymaps, help and tests: "a", "G", "C-x", "M-x", "F1", "Enter", "S-Tab", "PgDn", "Space".
 * C-m, C-i and C-[ are Enter, Tab and Esc, as terminals send them. Pure. */
#ifndef INPUT_KEY_H
#define INPUT_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum key_modifier {
    KEY_MOD_SHIFT = 1, /* only with named keys: a shifted letter is its capital */
    KEY_MOD_CTRL = 2,
    KEY_MOD_ALT = 4,
    KEY_MOD_PASTED = 8, /* came by bracketed paste: text, never a binding */
};

/* Codes below KEY_CODE_NAMED are Unicode characters. */
enum key_code {
    KEY_CODE_NONE = 0,
    KEY_CODE_SPACE = ' ',
    KEY_CODE_NAMED = 0x110000,
    KEY_CODE_ENTER = KEY_CODE_NAMED,
    KEY_CODE_ESCAPE,
    KEY_CODE_TAB,
    KEY_CODE_BACKSPACE,
    KEY_CODE_DELETE,
    KEY_CODE_INSERT,
    KEY_CODE_ARROW_UP,
    KEY_CODE_ARROW_DOWN,
    KEY_CODE_ARROW_LEFT,
    KEY_CODE_ARROW_RIGHT,
    KEY_CODE_PAGE_UP,
    KEY_CODE_PAGE_DOWN,
    KEY_CODE_FIRST, /* Home */
    KEY_CODE_LAST,  /* End */
    KEY_CODE_F1,
    KEY_CODE_F12 = KEY_CODE_F1 + 11,
    KEY_CODE_LIMIT
};

#define KEY_NAME_MAX 24
#define KEY_SEQUENCE_MAX 4
#define KEY_SEQUENCE_NAME_MAX (KEY_SEQUENCE_MAX * KEY_NAME_MAX)

struct key {
    uint32_t code; /* a character or an enum key_code */
    uint8_t mods;  /* enum key_modifier bits */
};

struct key_sequence {
    struct key keys[KEY_SEQUENCE_MAX];
    size_t count;
};

bool key_parse(struct span name, struct key *ret_key);
size_t key_print(struct key key, char out[KEY_NAME_MAX]); /* length; parses back to the same key */
bool key_equals(struct key a, struct key b);
bool key_is_text(struct key key); /* a printable character to insert (pasted or typed, no Ctrl or Alt) */

bool key_sequence_parse(struct span names, struct key_sequence *ret_sequence); /* "g g": names between spaces */
size_t key_sequence_print(const struct key_sequence *sequence, char out[KEY_SEQUENCE_NAME_MAX]);

#endif
