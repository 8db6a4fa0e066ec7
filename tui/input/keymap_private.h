/* What keymap.c and keymap_load.c share. */
#ifndef INPUT_KEYMAP_PRIVATE_H
#define INPUT_KEYMAP_PRIVATE_H

#include "base/array.h"
#include "input/keymap.h"

#define KEYMAP_PROBLEMS_MAX 64
#define KEYMAP_BINDINGS_MAX 2000

struct binding {
    enum keymap_context context;
    struct key_sequence keys;
    enum command_id command; /* COMMAND_NONE hides what outer contexts bind */
    char *argument;          /* owned; NULL for none */
    unsigned generation;     /* which loaded file it is from; 0: built in or guaranteed */
    unsigned line;
};

struct keymap {
    ARRAY(struct binding) bindings;
    unsigned generation;
    char *problems[KEYMAP_PROBLEMS_MAX]; /* owned */
    size_t problem_count;
};

/* Index of a binding of this very context that has the same keys, or keys that begin the other's; -1: none. */
ptrdiff_t keymap_find_clash(const struct keymap *keymap, enum keymap_context context, const struct key_sequence *keys);
void keymap_remove(struct keymap *keymap, size_t index);
void keymap_put(struct keymap *keymap, struct binding binding); /* takes argument; clashing bindings go */

/* What the keys mean in the context and those it asks. */
enum keymap_result keymap_resolve(const struct keymap *keymap, enum keymap_context context, const struct key_sequence *keys,
                                  const struct binding **ret_binding);

#endif
