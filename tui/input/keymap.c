/* Bindings are one flat array in file order; the nearest context with a match wins. A binding to COMMAND_NONE is kept: it hides
 * what an outer context binds. Loading is in keymap_load.c. */
#include "input/keymap.h"

#include <stdlib.h>
#include <string.h>

#include "input/keymap_private.h"

static const struct {
    const char *name;
    enum keymap_context next;
    const char *where;
} CONTEXTS[] = {
#define CONTEXT_ROW(id, name, next, where) {name, KEYMAP_CONTEXT_##next, where},
    KEYMAP_CONTEXT_TABLE(CONTEXT_ROW)
#undef CONTEXT_ROW
};

const char *keymap_context_name(enum keymap_context context)
{
    return CONTEXTS[context].name;
}

const char *keymap_context_where(enum keymap_context context)
{
    return CONTEXTS[context].where;
}

enum keymap_context keymap_context_next(enum keymap_context context)
{
    return CONTEXTS[context].next;
}

static bool starts_with(const struct key_sequence *sequence, const struct key_sequence *prefix)
{
    if (prefix->count > sequence->count)
        return false;
    for (size_t i = 0; i < prefix->count; i++)
        if (!key_equals(sequence->keys[i], prefix->keys[i]))
            return false;
    return true;
}

void keymap_remove(struct keymap *keymap, size_t index)
{
    free(keymap->bindings.items[index].argument);
    ARRAY_REMOVE(&keymap->bindings, index);
}

ptrdiff_t keymap_find_clash(const struct keymap *keymap, enum keymap_context context, const struct key_sequence *keys)
{
    for (size_t i = 0; i < keymap->bindings.count; i++) {
        const struct binding *binding = &keymap->bindings.items[i];
        bool clashes = starts_with(&binding->keys, keys) || starts_with(keys, &binding->keys);
        if (binding->context == context && clashes)
            return (ptrdiff_t)i;
    }
    return -1;
}

void keymap_put(struct keymap *keymap, struct binding binding)
{
    for (ptrdiff_t at; (at = keymap_find_clash(keymap, binding.context, &binding.keys)) >= 0;)
        keymap_remove(keymap, (size_t)at);
    ARRAY_PUSH(&keymap->bindings, binding);
}

/* What `keys` mean in one context, without asking the next. */
static enum keymap_result look_up(const struct keymap *keymap, enum keymap_context context, const struct key_sequence *keys,
                                  const struct binding **ret_binding)
{
    for (size_t i = 0; i < keymap->bindings.count; i++) {
        const struct binding *binding = &keymap->bindings.items[i];
        if (binding->context != context || !starts_with(&binding->keys, keys))
            continue;
        if (binding->keys.count > keys->count)
            return KEYMAP_PREFIX;
        *ret_binding = binding;
        return KEYMAP_ACTION;
    }
    return KEYMAP_NONE;
}

enum keymap_result keymap_resolve(const struct keymap *keymap, enum keymap_context context, const struct key_sequence *keys,
                                  const struct binding **ret_binding)
{
    for (;;) {
        enum keymap_result result = look_up(keymap, context, keys, ret_binding);
        if (result == KEYMAP_ACTION && (*ret_binding)->command == COMMAND_NONE)
            return KEYMAP_NONE;
        if (result != KEYMAP_NONE || keymap_context_next(context) == context)
            return result;
        context = keymap_context_next(context);
    }
}

enum keymap_result keymap_feed(const struct keymap *keymap, enum keymap_context context, struct key_sequence *pending,
                               struct key key, struct keymap_match *ret_match)
{
    const struct binding *binding = NULL;
    enum keymap_result result = KEYMAP_NONE;
    if ((key.mods & KEY_MOD_PASTED) == 0 && pending->count < KEY_SEQUENCE_MAX) {
        pending->keys[pending->count++] = key;
        result = keymap_resolve(keymap, context, pending, &binding);
    }
    if (result == KEYMAP_ACTION)
        *ret_match = (struct keymap_match){binding->command, binding->argument == NULL ? "" : binding->argument};
    if (result != KEYMAP_PREFIX)
        pending->count = 0;
    return result;
}

static bool is_in_chain(enum keymap_context context, enum keymap_context wanted)
{
    for (;; context = keymap_context_next(context)) {
        if (context == wanted)
            return true;
        if (keymap_context_next(context) == context)
            return false;
    }
}

/* A binding works in a context when typing its keys there really reaches it. */
static bool works(const struct keymap *keymap, enum keymap_context context, const struct binding *binding)
{
    const struct binding *reached = NULL;
    return binding->command != COMMAND_NONE && is_in_chain(context, binding->context) &&
           keymap_resolve(keymap, context, &binding->keys, &reached) == KEYMAP_ACTION && reached == binding;
}

/* Enumerates nearest context first: `at` counts contexts along the chain times the number of bindings. COMMAND_NONE: of any command
 * (asking whether a binding works is the costly part, so the command is compared before). */
static const struct binding *next_working(const struct keymap *keymap, enum keymap_context context, enum command_id command, size_t *at)
{
    size_t count = keymap->bindings.count;
    enum keymap_context asked = context;
    for (size_t step = count == 0 ? 0 : *at / count; step > 0; step--) {
        if (keymap_context_next(asked) == asked)
            return NULL;
        asked = keymap_context_next(asked);
    }
    while (count > 0) {
        const struct binding *binding = &keymap->bindings.items[*at % count];
        bool wanted = binding->context == asked && (command == COMMAND_NONE || binding->command == command);
        (*at)++;
        if (wanted && works(keymap, context, binding))
            return binding;
        if (*at % count != 0)
            continue;
        if (keymap_context_next(asked) == asked)
            return NULL;
        asked = keymap_context_next(asked);
    }
    return NULL;
}

static const char *argument_of(const struct binding *binding)
{
    return binding->argument == NULL ? "" : binding->argument;
}

bool keymap_next(const struct keymap *keymap, enum keymap_context context, size_t *at, struct keymap_binding *ret_binding)
{
    const struct binding *binding = next_working(keymap, context, COMMAND_NONE, at);
    if (binding == NULL)
        return false;
    *ret_binding = (struct keymap_binding){
        .keys = binding->keys, .match = {binding->command, argument_of(binding)}, .context = binding->context};
    return true;
}

bool keymap_keys_for(const struct keymap *keymap, enum keymap_context context, enum command_id command,
                     const char *argument, char out[KEY_SEQUENCE_NAME_MAX])
{
    const struct binding *binding, *shortest = NULL;
    if (command == COMMAND_NONE)
        return false;
    for (size_t at = 0; (binding = next_working(keymap, context, command, &at)) != NULL;) {
        bool wanted = argument == NULL || strcmp(argument, argument_of(binding)) == 0;
        if (wanted && (shortest == NULL || binding->keys.count < shortest->keys.count))
            shortest = binding;
    }
    if (shortest != NULL)
        key_sequence_print(&shortest->keys, out);
    return shortest != NULL;
}

size_t keymap_problem_count(const struct keymap *keymap)
{
    return keymap->problem_count;
}

const char *keymap_problem_at(const struct keymap *keymap, size_t index)
{
    return keymap->problems[index];
}

void keymap_free(struct keymap *keymap)
{
    if (keymap == NULL)
        return;
    while (keymap->bindings.count > 0)
        keymap_remove(keymap, keymap->bindings.count - 1);
    ARRAY_FREE(&keymap->bindings);
    for (size_t i = 0; i < keymap->problem_count; i++)
        free(keymap->problems[i]);
    free(keymap);
}
