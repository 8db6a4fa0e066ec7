/* Hints about keys, made from the keymap and the command table; see chrome.h. */
#include <string.h>

#include "base/utf8.h"
#include "widget/chrome.h"

static int hint_width(const char *keys, const char *label)
{
    return (int)(utf8_width(span_of(keys)) + 1 + utf8_width(span_of(label)));
}

static int paint_hint(struct canvas *canvas, int x, int y, const char *keys, const char *label)
{
    int start = x;
    x += canvas_text(canvas, x, y, STYLE_KEY, keys);
    x += canvas_text(canvas, x, y, STYLE_KEY_LABEL, " ");
    x += canvas_text(canvas, x, y, STYLE_KEY_LABEL, label);
    return x - start;
}

void chrome_key_hints(struct canvas *canvas, struct rect line, const struct keymap *keymap, enum keymap_context context,
                      uint32_t holds, const enum command_id *commands, size_t count)
{
    char keys[KEY_SEQUENCE_NAME_MAX];
    struct rect before = canvas_narrow_clip(canvas, line);
    int x = line.x, right = line.x + line.width;
    enum command_id last = count > 0 ? commands[count - 1] : COMMAND_NONE;
    int reserved = keymap_keys_for(keymap, context, last, NULL, keys) ? hint_width(keys, command_table_get(last)->label) : 0;
    for (size_t i = 0; i < count; i++) {
        const char *label = command_table_get(commands[i])->label;
        if (!command_table_allows(commands[i], holds, NULL) || !keymap_keys_for(keymap, context, commands[i], NULL, keys))
            continue;
        int room = i + 1 < count && reserved > 0 ? right - reserved - 2 : right;
        if (x + hint_width(keys, label) <= room)
            x += paint_hint(canvas, x, line.y, keys, label) + 2;
    }
    canvas_restore_clip(canvas, before);
}

static bool goes_on(const struct key_sequence *keys, const struct key_sequence *pending)
{
    if (keys->count <= pending->count)
        return false;
    for (size_t i = 0; i < pending->count; i++)
        if (!key_equals(keys->keys[i], pending->keys[i]))
            return false;
    return true;
}

void chrome_pending_keys(struct canvas *canvas, struct rect line, const struct keymap *keymap, enum keymap_context context,
                         const struct key_sequence *pending)
{
    char name[KEY_SEQUENCE_NAME_MAX];
    struct keymap_binding binding;
    struct rect before = canvas_narrow_clip(canvas, line);
    int x = line.x;
    key_sequence_print(pending, name);
    x += canvas_text(canvas, x, line.y, STYLE_KEY, name);
    x += canvas_text(canvas, x, line.y, STYLE_KEY_LABEL, " …");
    for (size_t at = 0; keymap_next(keymap, context, &at, &binding);) {
        if (!goes_on(&binding.keys, pending))
            continue;
        struct key_sequence rest = {.count = binding.keys.count - pending->count};
        memcpy(rest.keys, binding.keys.keys + pending->count, rest.count * sizeof rest.keys[0]);
        key_sequence_print(&rest, name);
        x += 2;
        x += paint_hint(canvas, x, line.y, name, command_table_get(binding.match.command)->label);
    }
    canvas_restore_clip(canvas, before);
}
