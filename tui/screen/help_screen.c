/* Help: every key that works where help was asked for, then every command; all of it out of the keymap and the command table. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/array.h"
#include "screen/document.h"

#define HELP_MAXIMUM ((size_t)128 << 10)
#define KEYS_COLUMN 18
#define NAME_COLUMN 18

/* "g g, Home" in the order of the keymap; empty when nothing is bound. */
static void list_keys(const struct keymap *keymap, enum keymap_context about, enum command_id command, char *out, size_t size)
{
    struct keymap_binding binding;
    size_t length = 0;
    out[0] = '\0';
    for (size_t at = 0; keymap_next(keymap, about, &at, &binding);) {
        char keys[KEY_SEQUENCE_NAME_MAX];
        if (binding.match.command != command || binding.match.argument[0] != '\0')
            continue;
        key_sequence_print(&binding.keys, keys);
        int written = snprintf(out + length, size - length, "%s%s", length > 0 ? ", " : "", keys);
        if (written < 0 || (size_t)written >= size - length)
            break;
        length += (size_t)written;
    }
}

static void add_group(struct bytebuf *text, const struct keymap *keymap, enum keymap_context about, enum command_group group)
{
    bytebuf_printf(text, "%s\n", command_table_group_title(group));
    for (int id = COMMAND_NONE + 1; id < COMMAND_COUNT; id++) {
        const struct command *command = command_table_get((enum command_id)id);
        char keys[96];
        if (command->group != group)
            continue;
        list_keys(keymap, about, command->id, keys, sizeof keys);
        bytebuf_printf(text, "  %-*s :%-*s %s\n", KEYS_COLUMN, keys, NAME_COLUMN, command->name, command->help);
    }
    bytebuf_append_text(text, "\n");
}

static const char LEGEND[] =
    "Signs\n"
    "  ✔ measured and right     ✖ failed or contradicted     ! needs attention     ◐ under way\n"
    "  ‖ suspended by a person  ? not known, never green     · nothing to judge\n"
    "  Header lamps: ● proof of life within 5 s   ◐ starting, or something of it is refused   ○ down   × we are not accepted\n"
    "\n"
    "Nothing is changed without plan, preview and confirmation, and everything that is changed stands in the journal.\n";

struct screen *help_screen_new(struct screen_host *host, enum keymap_context about)
{
    struct bytebuf text;
    bytebuf_init(&text, HELP_MAXIMUM);
    bytebuf_printf(&text, "Keys and commands that work in: %s\n\n", keymap_context_where(about));
    for (int group = 0; group < COMMAND_GROUP_COUNT; group++)
        add_group(&text, host->keymap, about, (enum command_group)group);
    bytebuf_append_text(&text, LEGEND);
    struct document *document = document_of_text(DOCUMENT_KIND_TEXT, "Help", bytebuf_span(&text));
    bytebuf_done(&text);
    return document_screen_new(host, document);
}
