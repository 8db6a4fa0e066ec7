/* ncurses gives bytes, its own key codes, or ours (its character reader swallows what follows an invalid byte, so UTF-8 is decoded
 * here): every xterm-style sequence with modifiers is defined here with a code from
 * OWN_CODES on, because terminfo knows only some of them. ESC with a character behind it in the same read is Alt. A sequence
 * nobody knows is swallowed whole: its tail must not run commands. */
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "term/ncurses_keys.h"

#define OWN_CODES 3000
#define PASTE_BEGIN (OWN_CODES - 2)
#define PASTE_END (OWN_CODES - 1)
#define PASTE_QUIET_MS 1000 /* a paste whose end was lost on the line is over after this silence */
#define SEQUENCE_MAX 32

static const struct {
    const char *ends; /* after "ESC [" and the modifier */
    uint32_t code;
} LETTERS[] = {
    {"A", KEY_CODE_ARROW_UP}, {"B", KEY_CODE_ARROW_DOWN}, {"C", KEY_CODE_ARROW_RIGHT}, {"D", KEY_CODE_ARROW_LEFT},
    {"H", KEY_CODE_FIRST},    {"F", KEY_CODE_LAST},       {"P", KEY_CODE_F1},          {"Q", KEY_CODE_F1 + 1},
    {"R", KEY_CODE_F1 + 2},   {"S", KEY_CODE_F1 + 3},
};

static const struct {
    int number; /* "ESC [ number ~" */
    uint32_t code;
} NUMBERS[] = {
    {1, KEY_CODE_FIRST},   {2, KEY_CODE_INSERT},   {3, KEY_CODE_DELETE},   {4, KEY_CODE_LAST},    {5, KEY_CODE_PAGE_UP},
    {6, KEY_CODE_PAGE_DOWN}, {7, KEY_CODE_FIRST},  {8, KEY_CODE_LAST},     {11, KEY_CODE_F1},     {12, KEY_CODE_F1 + 1},
    {13, KEY_CODE_F1 + 2}, {14, KEY_CODE_F1 + 3},  {15, KEY_CODE_F1 + 4},  {17, KEY_CODE_F1 + 5}, {18, KEY_CODE_F1 + 6},
    {19, KEY_CODE_F1 + 7}, {20, KEY_CODE_F1 + 8},  {21, KEY_CODE_F1 + 9},  {23, KEY_CODE_F1 + 10}, {24, KEY_CODE_F1 + 11},
};

/* xterm's modifier parameter minus one is a bit set: 1 shift, 2 alt, 4 control. */
#define MODIFIERS 8

static uint8_t modifiers_of(int parameter)
{
    uint8_t mods = 0;
    mods |= (parameter & 1) != 0 ? KEY_MOD_SHIFT : 0;
    mods |= (parameter & 2) != 0 ? KEY_MOD_ALT : 0;
    mods |= (parameter & 4) != 0 ? KEY_MOD_CTRL : 0;
    return mods;
}

static int own_code(size_t row, int parameter)
{
    return OWN_CODES + (int)row * MODIFIERS + parameter;
}

static void define_letter(size_t row, int parameter)
{
    char sequence[SEQUENCE_MAX];
    if (parameter > 0) {
        snprintf(sequence, sizeof sequence, "\033[1;%d%s", parameter + 1, LETTERS[row].ends);
        define_key(sequence, own_code(row, parameter));
        return;
    }
    snprintf(sequence, sizeof sequence, "\033[%s", LETTERS[row].ends);
    define_key(sequence, own_code(row, 0));
    snprintf(sequence, sizeof sequence, "\033O%s", LETTERS[row].ends);
    define_key(sequence, own_code(row, 0));
}

static void define_number(size_t at, int parameter)
{
    char sequence[SEQUENCE_MAX];
    if (parameter > 0)
        snprintf(sequence, sizeof sequence, "\033[%d;%d~", NUMBERS[at].number, parameter + 1);
    else
        snprintf(sequence, sizeof sequence, "\033[%d~", NUMBERS[at].number);
    define_key(sequence, own_code(ARRAY_LENGTH(LETTERS) + at, parameter));
}

void ncurses_keys_init(struct ncurses_keys *keys)
{
    *keys = (struct ncurses_keys){.pad = newpad(1, 1)};
    keypad(keys->pad, TRUE);
    nodelay(keys->pad, TRUE);
    for (int parameter = 0; parameter < MODIFIERS; parameter++) {
        for (size_t i = 0; i < ARRAY_LENGTH(LETTERS); i++)
            define_letter(i, parameter);
        for (size_t i = 0; i < ARRAY_LENGTH(NUMBERS); i++)
            define_number(i, parameter);
    }
    define_key("\033[200~", PASTE_BEGIN);
    define_key("\033[201~", PASTE_END);
}

void ncurses_keys_done(struct ncurses_keys *keys)
{
    if (keys->pad != NULL)
        delwin(keys->pad);
    keys->pad = NULL;
}

static struct key key_of_own(int code)
{
    size_t row = (size_t)(code - OWN_CODES) / MODIFIERS;
    int parameter = (code - OWN_CODES) % MODIFIERS;
    if (row < ARRAY_LENGTH(LETTERS))
        return (struct key){LETTERS[row].code, modifiers_of(parameter)};
    row -= ARRAY_LENGTH(LETTERS);
    return (struct key){row < ARRAY_LENGTH(NUMBERS) ? NUMBERS[row].code : KEY_CODE_NONE, modifiers_of(parameter)};
}

static const struct {
    int curses;
    struct key key;
} CURSES_KEYS[] = {
    {KEY_UP, {KEY_CODE_ARROW_UP, 0}},       {KEY_DOWN, {KEY_CODE_ARROW_DOWN, 0}},  {KEY_LEFT, {KEY_CODE_ARROW_LEFT, 0}},
    {KEY_RIGHT, {KEY_CODE_ARROW_RIGHT, 0}}, {KEY_HOME, {KEY_CODE_FIRST, 0}},       {KEY_END, {KEY_CODE_LAST, 0}},
    {KEY_PPAGE, {KEY_CODE_PAGE_UP, 0}},     {KEY_NPAGE, {KEY_CODE_PAGE_DOWN, 0}},  {KEY_IC, {KEY_CODE_INSERT, 0}},
    {KEY_DC, {KEY_CODE_DELETE, 0}},         {KEY_BACKSPACE, {KEY_CODE_BACKSPACE, 0}}, {KEY_ENTER, {KEY_CODE_ENTER, 0}},
    {KEY_BTAB, {KEY_CODE_TAB, KEY_MOD_SHIFT}}, {KEY_SR, {KEY_CODE_ARROW_UP, KEY_MOD_SHIFT}},
    {KEY_SF, {KEY_CODE_ARROW_DOWN, KEY_MOD_SHIFT}}, {KEY_SLEFT, {KEY_CODE_ARROW_LEFT, KEY_MOD_SHIFT}},
    {KEY_SRIGHT, {KEY_CODE_ARROW_RIGHT, KEY_MOD_SHIFT}},
};

/* KEY_CODE_NONE: a code that means nothing here (KEY_RESIZE among them: sizes come by SIGWINCH). */
static struct key key_of_code(int code)
{
    if (code >= OWN_CODES)
        return key_of_own(code);
    for (size_t i = 0; i < ARRAY_LENGTH(CURSES_KEYS); i++)
        if (CURSES_KEYS[i].curses == code)
            return CURSES_KEYS[i].key;
    if (code >= KEY_F(1) && code <= KEY_F(12))
        return (struct key){KEY_CODE_F1 + (uint32_t)(code - KEY_F(1)), 0};
    return (struct key){KEY_CODE_NONE, 0};
}

static struct key key_of_character(uint32_t character)
{
    switch (character) {
    case 0:
        return (struct key){KEY_CODE_SPACE, KEY_MOD_CTRL};
    case '\r':
    case '\n':
        return (struct key){KEY_CODE_ENTER, 0};
    case '\t':
        return (struct key){KEY_CODE_TAB, 0};
    case 27:
        return (struct key){KEY_CODE_ESCAPE, 0};
    case 127:
        return (struct key){KEY_CODE_BACKSPACE, 0};
    default:
        break;
    }
    if (character < 27)
        return (struct key){'a' + character - 1, KEY_MOD_CTRL};
    if (character < 32)
        return (struct key){'\\' + character - 28, KEY_MOD_CTRL};
    bool usable = character < 0x80 || (character >= 0xA0 && character < KEY_CODE_NAMED);
    return (struct key){usable ? character : KEY_CODE_NONE, 0};
}

/* After ESC and '[' or 'O': reads away the rest of an unknown sequence; false when nothing followed. */
static bool swallow_sequence(struct ncurses_keys *keys, int introducer)
{
    for (int i = 0; i < SEQUENCE_MAX; i++) {
        int next = wgetch(keys->pad);
        if (next == ERR)
            return i > 0;
        if (next >= KEY_MIN || introducer == 'O' || (next >= 0x40 && next <= 0x7E))
            return true;
    }
    return true;
}

static struct key read_character(struct ncurses_keys *keys, int byte);

static struct key read_behind_escape(struct ncurses_keys *keys)
{
    struct key key = {KEY_CODE_ESCAPE, 0};
    int next = wgetch(keys->pad);
    if (next == ERR)
        return key;
    if ((next == '[' || next == 'O') && swallow_sequence(keys, next))
        return (struct key){KEY_CODE_NONE, 0};
    key = next >= KEY_MIN ? key_of_code(next) : read_character(keys, next);
    key.mods |= KEY_MOD_ALT;
    return key;
}

/* One character from its first byte on. Bytes that are no UTF-8 are dropped; one that breaks a sequence begins the next key. */
static struct key read_character(struct ncurses_keys *keys, int byte)
{
    char bytes[4] = {(char)byte};
    size_t length = 1, wanted = byte < 0xC2 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 1;
    while (length < wanted) {
        int next = wgetch(keys->pad);
        if (next == ERR || next >= KEY_MIN || (next & 0xC0) != 0x80) {
            if (next != ERR)
                ungetch(next);
            break;
        }
        bytes[length++] = (char)next;
    }
    uint32_t code;
    bool valid;
    utf8_decode(span_make(bytes, length), &code, &valid);
    return valid ? key_of_character(code) : (struct key){KEY_CODE_NONE, 0};
}

static void track_paste(struct ncurses_keys *keys, struct key *key)
{
    int64_t now = clock_monotonic_ms();
    if (keys->pasting && now - keys->last_paste_ms > PASTE_QUIET_MS)
        keys->pasting = false;
    if (!keys->pasting)
        return;
    keys->last_paste_ms = now;
    key->mods |= KEY_MOD_PASTED;
    if (++keys->pasted > NCURSES_KEYS_PASTE_MAX) {
        keys->dropped++;
        key->code = KEY_CODE_NONE;
    }
}

static void switch_paste(struct ncurses_keys *keys, bool pasting)
{
    keys->pasting = pasting;
    keys->pasted = 0;
    keys->last_paste_ms = clock_monotonic_ms();
}

bool ncurses_keys_read(struct ncurses_keys *keys, struct key *ret_key)
{
    for (;;) {
        int raw = wgetch(keys->pad);
        if (raw == ERR)
            return false;
        if (raw == PASTE_BEGIN || raw == PASTE_END) {
            switch_paste(keys, raw == PASTE_BEGIN);
            continue;
        }
        struct key key = raw >= KEY_MIN ? key_of_code(raw) : raw == 27 && !keys->pasting ? read_behind_escape(keys) : read_character(keys, raw);
        track_paste(keys, &key);
        if (key.code == KEY_CODE_NONE)
            continue;
        *ret_key = key;
        return true;
    }
}
