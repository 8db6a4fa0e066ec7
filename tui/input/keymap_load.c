/* Keymaps from YAML, entry by entry: a wrong entry is a problem with file:line and is skipped. Afterwards every context gets back
 * what must never be lost. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/sanitize.h"
#include "decode/yaml_tree.h"
#include "input/keymap_private.h"

extern const char keymap_default_yaml[];
extern const char keymap_emacs_yaml[];

static void report(struct keymap *keymap, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void report(struct keymap *keymap, const struct yaml_node *node, const char *format, ...)
{
    if (keymap->problem_count == KEYMAP_PROBLEMS_MAX)
        return;
    char text[ERROR_TEXT_MAX];
    struct error problem = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (yaml_node_error(node, &problem, "%s", text) != STATUS_OK)
        keymap->problems[keymap->problem_count++] = alloc_strdup(problem.text);
}

static bool find_context(const char *name, enum keymap_context *ret_context, char hint[NEAREST_HINT_MAX])
{
    const char *names[KEYMAP_CONTEXT_COUNT];
    for (int i = 0; i < KEYMAP_CONTEXT_COUNT; i++) {
        names[i] = keymap_context_name((enum keymap_context)i);
        if (strcmp(name, names[i]) == 0) {
            *ret_context = (enum keymap_context)i;
            return true;
        }
    }
    nearest_hint(hint, span_of(name), names, KEYMAP_CONTEXT_COUNT);
    return false;
}

/* "command [argument]" or "none". */
static bool parse_value(struct keymap *keymap, const struct yaml_node *value, struct binding *binding)
{
    const char *text = yaml_node_text_or(value, NULL);
    if (text == NULL) {
        report(keymap, value, "%s, expected the name of a command", yaml_node_kind_name(value));
        return false;
    }
    struct span rest = span_trim(span_of(text)), name = SPAN_EMPTY;
    span_split(&rest, ' ', &name);
    if (span_equals_text(name, "none"))
        return true;
    const struct command *command = command_table_find(name);
    if (command == NULL) {
        size_t count;
        char hint[NEAREST_HINT_MAX];
        const char *const *names = command_table_names(&count);
        nearest_hint(hint, name, names, count);
        report(keymap, value, "no command '%.*s'%s", (int)(name.length < 64 ? name.length : 64), name.data, hint);
        return false;
    }
    rest = span_trim(rest);
    if (rest.length > 0 && command->argument == COMMAND_ARGUMENT_NONE) {
        report(keymap, value, "the command '%s' takes nothing behind it", command->name);
        return false;
    }
    binding->command = command->id;
    binding->argument = rest.length > 0 ? sanitize_dup(rest, 256) : NULL;
    return true;
}

static void load_entry(struct keymap *keymap, enum keymap_context context, const struct yaml_node *key,
                       const struct yaml_node *value)
{
    struct binding binding = {.context = context, .command = COMMAND_NONE, .generation = keymap->generation, .line = key->line};
    if (!key_sequence_parse(span_of(key->text), &binding.keys)) {
        report(keymap, key, "'%.40s' are no keys, expected up to four like 'a', 'C-x', 'M-x', 'F1', 'Enter', 'g g'", key->text);
        return;
    }
    ptrdiff_t clash = keymap_find_clash(keymap, context, &binding.keys);
    if (clash >= 0 && keymap->bindings.items[clash].generation == keymap->generation) {
        report(keymap, key, "'%.40s' collides with the keys on line %u, expected keys that are free in '%s'", key->text,
               keymap->bindings.items[clash].line, keymap_context_name(context));
        return;
    }
    if (keymap->bindings.count >= KEYMAP_BINDINGS_MAX) {
        report(keymap, key, "too many bindings, expected at most %d", KEYMAP_BINDINGS_MAX);
        return;
    }
    if (parse_value(keymap, value, &binding))
        keymap_put(keymap, binding);
}

static void load_context(struct keymap *keymap, const struct yaml_node *key, const struct yaml_node *entries)
{
    enum keymap_context context;
    char hint[NEAREST_HINT_MAX];
    if (!find_context(key->text, &context, hint)) {
        report(keymap, key, "no context '%.40s'%s", key->text, hint);
        return;
    }
    if (yaml_node_is_null(entries))
        return;
    if (!yaml_node_is_map(entries)) {
        report(keymap, entries, "context '%s' is %s, expected a map of keys to commands", key->text, yaml_node_kind_name(entries));
        return;
    }
    for (size_t i = 0; i < entries->count; i++)
        load_entry(keymap, context, entries->keys[i], entries->values[i]);
}

/* What a person needs to get out and find out, and the keys that give it back, in order of preference. */
static const struct {
    enum command_id command;
    const char *keys[3];
    bool in_questions; /* needed in dialogs and prompts too */
} ESSENTIALS[] = {
    {COMMAND_QUIT, {"C-c", "C-q", "F10"}, false},
    {COMMAND_HELP, {"F1", "?", "F12"}, false},
    {COMMAND_BACK, {"Esc", "C-g", "F11"}, true},
};

static bool has_command(const struct keymap *keymap, enum keymap_context context, enum command_id command)
{
    char keys[KEY_SEQUENCE_NAME_MAX];
    return keymap_keys_for(keymap, context, command, "", keys);
}

static void give_back(struct keymap *keymap, enum keymap_context context, size_t essential)
{
    const char *chosen = NULL;
    struct binding binding = {.context = context, .command = ESSENTIALS[essential].command};
    for (size_t i = 0; i < 3 && chosen == NULL; i++) {
        const struct binding *other;
        key_sequence_parse(span_of(ESSENTIALS[essential].keys[i]), &binding.keys);
        if (keymap_resolve(keymap, context, &binding.keys, &other) == KEYMAP_NONE)
            chosen = ESSENTIALS[essential].keys[i];
    }
    if (chosen == NULL) {
        chosen = ESSENTIALS[essential].keys[2]; /* function keys above F9: one per command, so none takes another's */
        key_sequence_parse(span_of(chosen), &binding.keys);
    }
    keymap_put(keymap, binding);
    report(keymap, NULL, "no key was left for '%s' in '%s': %s is it again", command_table_get(binding.command)->name,
           keymap_context_name(context), chosen);
}

/* Outer contexts come first in the table, so that what is given back there serves the inner ones. */
static void ensure_essentials(struct keymap *keymap)
{
    for (int context = 0; context < KEYMAP_CONTEXT_COUNT; context++)
        for (size_t i = 0; i < ARRAY_LENGTH(ESSENTIALS); i++) {
            bool question = context == KEYMAP_CONTEXT_DIALOG || context == KEYMAP_CONTEXT_PROMPT;
            if (question && !ESSENTIALS[i].in_questions)
                continue;
            if (!has_command(keymap, (enum keymap_context)context, ESSENTIALS[i].command))
                give_back(keymap, (enum keymap_context)context, i);
        }
}

static enum status load_tree(struct keymap *keymap, const struct yaml_tree *tree, struct error *err)
{
    const struct yaml_node *root = yaml_tree_root(tree);
    if (yaml_node_is_null(root))
        return STATUS_OK;
    if (!yaml_node_is_map(root))
        return yaml_node_error(root, err, "a keymap is %s, expected a map of contexts", yaml_node_kind_name(root));
    keymap->generation++;
    for (size_t i = 0; i < root->count; i++)
        load_context(keymap, root->keys[i], root->values[i]);
    ensure_essentials(keymap);
    return STATUS_OK;
}

enum status keymap_overlay_text(struct keymap *keymap, const char *name, struct span text, struct error *err)
{
    struct yaml_tree *tree = NULL;
    enum status status = yaml_tree_load_text(name, text, &tree, err);
    if (status == STATUS_OK)
        status = load_tree(keymap, tree, err);
    yaml_tree_free(tree);
    return status;
}

enum status keymap_overlay_file(struct keymap *keymap, const char *path, struct error *err)
{
    struct yaml_tree *tree = NULL;
    enum status status = yaml_tree_load_file(path, &tree, err);
    if (status == STATUS_OK)
        status = load_tree(keymap, tree, err);
    yaml_tree_free(tree);
    return status;
}

bool keymap_overlay_builtin(struct keymap *keymap, const char *name)
{
    static const struct {
        const char *name, *text;
    } BUILTINS[] = {{"default", NULL}, {"emacs", keymap_emacs_yaml}};
    for (size_t i = 0; i < ARRAY_LENGTH(BUILTINS); i++)
        if (strcmp(name, BUILTINS[i].name) == 0)
            return BUILTINS[i].text == NULL ||
                   keymap_overlay_text(keymap, name, span_of(BUILTINS[i].text), NULL) == STATUS_OK;
    return false;
}

struct keymap *keymap_new(void)
{
    struct keymap *keymap = alloc_new(struct keymap);
    struct error err = {0};
    if (keymap_overlay_text(keymap, "keymaps/default.yaml", span_of(keymap_default_yaml), &err) != STATUS_OK)
        report(keymap, NULL, "%s", err.text);
    ensure_essentials(keymap);
    return keymap;
}
