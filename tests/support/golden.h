/* Golden screens: a canvas written as text, then the same grid with one letter per style, then (when there is any) per ground.
 * A difference fails the test and prints both. UPDATE_GOLDEN=1 in the environment writes tests/golden/<name>.screen anew. */
#ifndef SUPPORT_GOLDEN_H
#define SUPPORT_GOLDEN_H

#include "canvas/canvas.h"

/* `name` may hold folders: "widget/table_80x24". Fails the running Criterion test on a difference. */
void golden_check(const char *name, const struct canvas *canvas);

/* The dump itself; caller frees. */
char *golden_dump(const struct canvas *canvas);

#endif
