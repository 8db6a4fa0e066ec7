/* Editing one line; see line_edit.h. Keys map to small functions through a table. */
#include "input/line_edit.h"

#include <string.h>

#include "base/array.h"
#include "base/sanitize.h"
#include "base/utf8.h"

void line_edit_clear(struct line_edit *edit)
{
    memset(edit, 0, sizeof *edit);
}

void line_edit_set(struct line_edit *edit, struct span text)
{
    line_edit_clear(edit);
    line_edit_insert(edit, text);
}

struct span line_edit_span(const struct line_edit *edit)
{
    return span_make(edit->text, edit->length);
}

static void remove_range(struct line_edit *edit, size_t from, size_t to)
{
    memmove(edit->text + from, edit->text + to, edit->length - to + 1);
    edit->length -= to - from;
    edit->cursor = from;
}

static bool insert_clean(struct line_edit *edit, struct span text)
{
    if (edit->length + text.length > LINE_EDIT_MAX) {
        edit->refused++;
        return false;
    }
    memmove(edit->text + edit->cursor + text.length, edit->text + edit->cursor, edit->length - edit->cursor + 1);
    memcpy(edit->text + edit->cursor, text.data, text.length);
    edit->cursor += text.length;
    edit->length += text.length;
    return true;
}

bool line_edit_insert(struct line_edit *edit, struct span text)
{
    char clean[LINE_EDIT_MAX * 3 + 1]; /* a byte becomes at most one U+FFFD of three bytes */
    bool whole = text.length <= LINE_EDIT_MAX;
    sanitize_line_into(clean, sizeof clean, text.data == NULL ? "" : text.data, whole ? text.length : LINE_EDIT_MAX);
    struct span rest = span_of(clean);
    while (rest.length > 0) {
        int width;
        size_t length = utf8_cluster(rest, &width);
        if (!insert_clean(edit, span_first(rest, length)))
            return false;
        rest = span_from(rest, length);
    }
    if (!whole)
        edit->refused++;
    return whole;
}

static size_t before_cursor(const struct line_edit *edit)
{
    size_t at = 0, before = 0;
    while (at < edit->cursor) {
        int width;
        before = at;
        at += utf8_cluster(span_make(edit->text + at, edit->length - at), &width);
    }
    return before;
}

static size_t after_cursor(const struct line_edit *edit)
{
    int width;
    return edit->cursor + utf8_cluster(span_make(edit->text + edit->cursor, edit->length - edit->cursor), &width);
}

static bool is_word(char byte)
{
    return byte != ' ' && byte != '/' && byte != '=' && byte != ':' && byte != '.' && byte != ',';
}

static size_t word_before(const struct line_edit *edit)
{
    size_t at = edit->cursor;
    while (at > 0 && !is_word(edit->text[at - 1]))
        at--;
    while (at > 0 && is_word(edit->text[at - 1]))
        at--;
    return at;
}

static size_t word_after(const struct line_edit *edit)
{
    size_t at = edit->cursor;
    while (at < edit->length && !is_word(edit->text[at]))
        at++;
    while (at < edit->length && is_word(edit->text[at]))
        at++;
    return at;
}

enum edit_action {
    EDIT_HOME, EDIT_END, EDIT_LEFT, EDIT_RIGHT, EDIT_WORD_LEFT, EDIT_WORD_RIGHT,
    EDIT_DELETE_BEFORE, EDIT_DELETE_AT, EDIT_DELETE_WORD_BEFORE, EDIT_DELETE_WORD_AFTER, EDIT_DELETE_TO_START, EDIT_DELETE_TO_END,
};

static const struct {
    struct key key;
    enum edit_action action;
} KEYS[] = {
    {{'a', KEY_MOD_CTRL}, EDIT_HOME},
    {{KEY_CODE_FIRST, 0}, EDIT_HOME},
    {{'e', KEY_MOD_CTRL}, EDIT_END},
    {{KEY_CODE_LAST, 0}, EDIT_END},
    {{'b', KEY_MOD_CTRL}, EDIT_LEFT},
    {{KEY_CODE_ARROW_LEFT, 0}, EDIT_LEFT},
    {{'f', KEY_MOD_CTRL}, EDIT_RIGHT},
    {{KEY_CODE_ARROW_RIGHT, 0}, EDIT_RIGHT},
    {{'b', KEY_MOD_ALT}, EDIT_WORD_LEFT},
    {{KEY_CODE_ARROW_LEFT, KEY_MOD_CTRL}, EDIT_WORD_LEFT},
    {{'f', KEY_MOD_ALT}, EDIT_WORD_RIGHT},
    {{KEY_CODE_ARROW_RIGHT, KEY_MOD_CTRL}, EDIT_WORD_RIGHT},
    {{KEY_CODE_BACKSPACE, 0}, EDIT_DELETE_BEFORE},
    {{'h', KEY_MOD_CTRL}, EDIT_DELETE_BEFORE},
    {{KEY_CODE_DELETE, 0}, EDIT_DELETE_AT},
    {{'d', KEY_MOD_CTRL}, EDIT_DELETE_AT},
    {{'w', KEY_MOD_CTRL}, EDIT_DELETE_WORD_BEFORE},
    {{KEY_CODE_BACKSPACE, KEY_MOD_ALT}, EDIT_DELETE_WORD_BEFORE},
    {{'d', KEY_MOD_ALT}, EDIT_DELETE_WORD_AFTER},
    {{'u', KEY_MOD_CTRL}, EDIT_DELETE_TO_START},
    {{'k', KEY_MOD_CTRL}, EDIT_DELETE_TO_END},
};

static void apply(struct line_edit *edit, enum edit_action action)
{
    switch (action) {
    case EDIT_HOME:
        edit->cursor = 0;
        break;
    case EDIT_END:
        edit->cursor = edit->length;
        break;
    case EDIT_LEFT:
        edit->cursor = before_cursor(edit);
        break;
    case EDIT_RIGHT:
        edit->cursor = after_cursor(edit);
        break;
    case EDIT_WORD_LEFT:
        edit->cursor = word_before(edit);
        break;
    case EDIT_WORD_RIGHT:
        edit->cursor = word_after(edit);
        break;
    case EDIT_DELETE_BEFORE:
        remove_range(edit, before_cursor(edit), edit->cursor);
        break;
    case EDIT_DELETE_AT:
        remove_range(edit, edit->cursor, after_cursor(edit));
        break;
    case EDIT_DELETE_WORD_BEFORE:
        remove_range(edit, word_before(edit), edit->cursor);
        break;
    case EDIT_DELETE_WORD_AFTER:
        remove_range(edit, edit->cursor, word_after(edit));
        break;
    case EDIT_DELETE_TO_START:
        remove_range(edit, 0, edit->cursor);
        break;
    case EDIT_DELETE_TO_END:
        remove_range(edit, edit->cursor, edit->length);
        break;
    }
}

/* A combining mark typed behind its base: alone the sanitizer would give it a base of its own. */
static bool insert_mark(struct line_edit *edit, struct span mark)
{
    char with_base[8] = "x", clean[16];
    memcpy(with_base + 1, mark.data, mark.length);
    sanitize_line_into(clean, sizeof clean, with_base, 1 + mark.length);
    return edit->cursor > 0 && span_equals_text(span_make(with_base, 1 + mark.length), clean) && insert_clean(edit, mark);
}

static bool insert_key(struct line_edit *edit, struct key key)
{
    char bytes[4];
    uint32_t code = key.code < KEY_CODE_NAMED ? key.code : ' ';
    struct span text = span_make(bytes, utf8_encode(code, bytes));
    if (utf8_code_width(code) != 0 || !insert_mark(edit, text))
        line_edit_insert(edit, text);
    return true;
}

bool line_edit_key(struct line_edit *edit, struct key key)
{
    if ((key.mods & KEY_MOD_PASTED) != 0) {
        bool blank = key.code == KEY_CODE_ENTER || key.code == KEY_CODE_TAB;
        return blank || key_is_text(key) ? insert_key(edit, key) : false;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(KEYS); i++)
        if (key_equals(KEYS[i].key, key)) {
            apply(edit, KEYS[i].action);
            return true;
        }
    return key_is_text(key) ? insert_key(edit, key) : false;
}

static size_t completion_start(const struct line_edit *edit)
{
    size_t at = edit->cursor;
    while (at > 0 && edit->text[at - 1] != ' ')
        at--;
    return at;
}

struct span line_edit_word(const struct line_edit *edit)
{
    size_t start = completion_start(edit);
    return span_make(edit->text + start, edit->cursor - start);
}

void line_edit_replace_word(struct line_edit *edit, struct span text)
{
    remove_range(edit, completion_start(edit), edit->cursor);
    line_edit_insert(edit, text);
}
