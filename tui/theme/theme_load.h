/* Themes from YAML. A wrong entry is a problem with file:line, and that style keeps the look of the built-in dark theme. */
#ifndef THEME_THEME_LOAD_H
#define THEME_THEME_LOAD_H

#include <stddef.h>

#include "base/error.h"
#include "base/span.h"
#include "theme/theme.h"

#define THEME_LOAD_PROBLEMS_MAX 32

struct theme_problems {
    char *texts[THEME_LOAD_PROBLEMS_MAX]; /* owned; "file:line: what, expected what" */
    size_t count;
    size_t dropped; /* more problems than fit */
};

void theme_problems_done(struct theme_problems *problems);

/* A shipped theme by name: "dark", "light", "mono". False when there is no such theme. */
bool theme_load_builtin(const char *name, struct theme *ret_theme);
const char *const *theme_load_builtin_names(size_t *ret_count);

/* Fills *ret_theme always: with the dark theme where the file says nothing usable. Status is an error only when the file as a
 * whole cannot be read. `problems` may be NULL. */
enum status theme_load_file(const char *path, struct theme *ret_theme, struct theme_problems *problems, struct error *err);
enum status theme_load_text(const char *name, struct span text, struct theme *ret_theme, struct theme_problems *problems,
                            struct error *err);

#endif
