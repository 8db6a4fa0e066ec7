/* Key names. One table for named keys; modifiers are prefixes; Ctrl letters that terminals cannot tell from named keys become those. */
#include "input/key.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/utf8.h"

static const struct {
    const char *name;
    uint32_t code;
} NAMED[] = {
    {"Enter", KEY_CODE_ENTER},      {"Esc", KEY_CODE_ESCAPE},         {"Tab", KEY_CODE_TAB},
    {"Backspace", KEY_CODE_BACKSPACE}, {"Delete", KEY_CODE_DELETE},   {"Insert", KEY_CODE_INSERT},
    {"Up", KEY_CODE_ARROW_UP},      {"Down", KEY_CODE_ARROW_DOWN},    {"Left", KEY_CODE_ARROW_LEFT},
    {"Right", KEY_CODE_ARROW_RIGHT}, {"PgUp", KEY_CODE_PAGE_UP},      {"PgDn", KEY_CODE_PAGE_DOWN},
    {"Home", KEY_CODE_FIRST},       {"End", KEY_CODE_LAST},           {"Space", KEY_CODE_SPACE},
};

static const struct {
    const char prefix[3];
    uint8_t mod;
} MODIFIERS[] = {{"C-", KEY_MOD_CTRL}, {"M-", KEY_MOD_ALT}, {"S-", KEY_MOD_SHIFT}};

static bool parse_named(struct span name, uint32_t *code)
{
    for (size_t i = 0; i < ARRAY_LENGTH(NAMED); i++)
        if (span_equals_text(name, NAMED[i].name)) {
            *code = NAMED[i].code;
            return true;
        }
    int64_t number;
    if (name.length < 2 || name.data[0] != 'F' || !span_to_int64(span_from(name, 1), &number) || number < 1 || number > 12)
        return false;
    *code = KEY_CODE_F1 + (uint32_t)number - 1;
    return name.data[1] != '0';
}

/* Ctrl: what a terminal sends for these is another key. */
static struct key fold_ctrl(struct key key)
{
    static const struct {
        uint32_t letter, code;
    } SAME[] = {{'m', KEY_CODE_ENTER}, {'i', KEY_CODE_TAB}, {'[', KEY_CODE_ESCAPE}};
    if (key.code >= 'A' && key.code <= 'Z')
        key.code += 'a' - 'A';
    for (size_t i = 0; i < ARRAY_LENGTH(SAME); i++)
        if (key.code == SAME[i].letter)
            return (struct key){SAME[i].code, (uint8_t)(key.mods & ~KEY_MOD_CTRL)};
    return key;
}

static bool parse_character(struct span name, uint32_t *code)
{
    bool valid;
    size_t length = utf8_decode(name, code, &valid);
    return valid && length == name.length && *code > 0x20 && *code != 0x7F && !(*code >= 0x80 && *code < 0xA0);
}

bool key_parse(struct span name, struct key *ret_key)
{
    struct key key = {0};
    for (bool found = true; found && name.length > 2;) {
        found = false;
        for (size_t i = 0; i < ARRAY_LENGTH(MODIFIERS) && !found; i++)
            if (span_starts_with(name, MODIFIERS[i].prefix) && (key.mods & MODIFIERS[i].mod) == 0) {
                key.mods |= MODIFIERS[i].mod;
                name = span_from(name, 2);
                found = true;
            }
    }
    if (!parse_named(name, &key.code)) {
        if (!parse_character(name, &key.code) || (key.mods & KEY_MOD_SHIFT) != 0)
            return false;
    }
    if ((key.mods & KEY_MOD_CTRL) != 0 && key.code < KEY_CODE_NAMED)
        key = fold_ctrl(key);
    *ret_key = key;
    return true;
}

static const char *name_of(uint32_t code)
{
    for (size_t i = 0; i < ARRAY_LENGTH(NAMED); i++)
        if (NAMED[i].code == code)
            return NAMED[i].name;
    return NULL;
}

size_t key_print(struct key key, char out[KEY_NAME_MAX])
{
    char base[KEY_NAME_MAX - 6] = "";
    const char *named = name_of(key.code);
    if (named != NULL)
        snprintf(base, sizeof base, "%s", named);
    else if (key.code >= KEY_CODE_F1 && key.code <= KEY_CODE_F12)
        snprintf(base, sizeof base, "F%u", key.code - KEY_CODE_F1 + 1);
    else if (key.code < KEY_CODE_NAMED && key.code != KEY_CODE_NONE)
        base[utf8_encode(key.code, base)] = '\0';
    return (size_t)snprintf(out, KEY_NAME_MAX, "%s%s%s%s", (key.mods & KEY_MOD_CTRL) != 0 ? "C-" : "",
                            (key.mods & KEY_MOD_ALT) != 0 ? "M-" : "", (key.mods & KEY_MOD_SHIFT) != 0 ? "S-" : "", base);
}

bool key_equals(struct key a, struct key b)
{
    return a.code == b.code && a.mods == b.mods;
}

bool key_is_text(struct key key)
{
    bool printable = key.code >= 0x20 && key.code < KEY_CODE_NAMED && key.code != 0x7F && !(key.code >= 0x80 && key.code < 0xA0);
    return printable && (key.mods & (KEY_MOD_CTRL | KEY_MOD_ALT)) == 0;
}

bool key_sequence_parse(struct span names, struct key_sequence *ret_sequence)
{
    struct key_sequence sequence = {0};
    struct span name;
    while (span_split(&names, ' ', &name)) {
        if (name.length == 0)
            continue;
        if (sequence.count == KEY_SEQUENCE_MAX || !key_parse(name, &sequence.keys[sequence.count]))
            return false;
        sequence.count++;
    }
    *ret_sequence = sequence;
    return sequence.count > 0;
}

size_t key_sequence_print(const struct key_sequence *sequence, char out[KEY_SEQUENCE_NAME_MAX])
{
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sequence->count; i++) {
        char name[KEY_NAME_MAX];
        key_print(sequence->keys[i], name);
        length += (size_t)snprintf(out + length, KEY_SEQUENCE_NAME_MAX - length, "%s%s", i > 0 ? " " : "", name);
    }
    return length;
}
