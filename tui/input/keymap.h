/* Which key sequence means which command, per context. A context that does not bind a key asks the context under it.
 * The built-in keymap is keymaps/default.yaml itself; a user's file overlays it. A wrong entry is reported with
 * file:line and skipped, the rest counts. Whatever a file says, quit, help and back stay reachable. UI thread.
 *
 *   list:                     # context
 *     "g g": home             # keys: command [argument]
 *     "x": none               # takes a binding away
 */
#ifndef INPUT_KEYMAP_H
#define INPUT_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "input/command_table.h"
#include "input/key.h"

/* CONTEXT(ID, "name", the context asked next, "where it applies"); a context asks only contexts above it in the table. */
#define KEYMAP_CONTEXT_TABLE(CONTEXT)                                              \
    CONTEXT(GLOBAL, "global", GLOBAL, "Everywhere but in questions and input")     \
    CONTEXT(LIST, "list", GLOBAL, "Every list")                                    \
    CONTEXT(PAGER, "pager", GLOBAL, "YAML, events, logs, plans, help")             \
    CONTEXT(DETAIL, "detail", PAGER, "Details of a row")                           \
    CONTEXT(COMPARE, "compare", PAGER, "An object in two regions")                 \
    CONTEXT(TREE, "tree", LIST, "Lists shown as a tree")                           \
    CONTEXT(OVERVIEW, "overview", LIST, "Overview")                                \
    CONTEXT(ORGANIZATIONS, "organizations", LIST, "Organizations")                 \
    CONTEXT(ENVIRONMENTS, "environments", LIST, "Environments")                    \
    CONTEXT(APPLICATIONS, "applications", LIST, "Applications")                    \
    CONTEXT(FLUX, "flux", LIST, "HelmReleases and other Flux objects")             \
    CONTEXT(CUTOVER, "cutover", LIST, "Cutover board")                             \
    CONTEXT(TETHERS, "tethers", LIST, "Findings of the audit")                     \
    CONTEXT(TIMELINE, "timeline", LIST, "Timeline")                                \
    CONTEXT(SPINE, "spine", LIST, "Streams and consumers")                         \
    CONTEXT(TAIL, "tail", LIST, "Live tail, keys of a bucket")                     \
    CONTEXT(RESOURCE, "resource", LIST, "Any other kind, opened with :KIND")       \
    CONTEXT(DIALOG, "dialog", DIALOG, "Questions")                                 \
    CONTEXT(PROMPT, "prompt", PROMPT, "Input lines: command, filter, search, value")

enum keymap_context {
#define KEYMAP_CONTEXT_ENUM(id, name, next, where) KEYMAP_CONTEXT_##id,
    KEYMAP_CONTEXT_TABLE(KEYMAP_CONTEXT_ENUM)
#undef KEYMAP_CONTEXT_ENUM
    KEYMAP_CONTEXT_COUNT
};

enum keymap_result {
    KEYMAP_NONE,   /* nothing bound: `pending` is empty again */
    KEYMAP_PREFIX, /* the sequence may go on: keep `pending` */
    KEYMAP_ACTION, /* *ret_match is set: `pending` is empty again */
};

struct keymap_match {
    enum command_id command;
    const char *argument; /* "" for none; borrowed until the keymap changes */
};

struct keymap_binding {
    struct key_sequence keys;
    struct keymap_match match;
    enum keymap_context context; /* where it is bound */
};

struct keymap;

struct keymap *keymap_new(void); /* the built-in bindings */
void keymap_free(struct keymap *keymap);

/* Overlays a file (or text, `name` for error texts). Wrong entries become problems; the status is an error only when the
 * file as a whole cannot be read (then nothing changed). */
enum status keymap_overlay_file(struct keymap *keymap, const char *path, struct error *err);
enum status keymap_overlay_text(struct keymap *keymap, const char *name, struct span text, struct error *err);

/* The same with a shipped keymap by name: "default" (changes nothing), "emacs". False when there is no such keymap. */
bool keymap_overlay_builtin(struct keymap *keymap, const char *name);

size_t keymap_problem_count(const struct keymap *keymap);
const char *keymap_problem_at(const struct keymap *keymap, size_t index); /* "file:line: what, expected what" */

/* Adds `key` to *pending and looks the sequence up in `context` and the contexts it asks. Pasted keys match nothing. */
enum keymap_result keymap_feed(const struct keymap *keymap, enum keymap_context context, struct key_sequence *pending,
                               struct key key, struct keymap_match *ret_match);

/* The shortest keys that run `command` (with the argument, NULL for any) in `context`; false when there are none. */
bool keymap_keys_for(const struct keymap *keymap, enum keymap_context context, enum command_id command,
                     const char *argument, char out[KEY_SEQUENCE_NAME_MAX]);

/* Every binding that works in `context`, nearest context first, in file order (help screen, what may follow a prefix):
 * for (size_t at = 0; keymap_next(keymap, context, &at, &binding);) */
bool keymap_next(const struct keymap *keymap, enum keymap_context context, size_t *at, struct keymap_binding *ret_binding);

const char *keymap_context_name(enum keymap_context context);
const char *keymap_context_where(enum keymap_context context);
enum keymap_context keymap_context_next(enum keymap_context context); /* itself when it asks nobody */

#endif
