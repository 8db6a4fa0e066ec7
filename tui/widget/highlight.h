/* Marking found words in text that is already painted. */
#ifndef WIDGET_HIGHLIGHT_H
#define WIDGET_HIGHLIGHT_H

#include "canvas/canvas.h"

/* Place of `needle` in text from byte `from` on, ASCII case folded; -1: none. */
ptrdiff_t highlight_find(struct span text, struct span needle, size_t from);

/* `text` was put at (x, y): puts every place of every word of `words` again in `style`. A word with '!' before it is not marked. */
void highlight_words(struct canvas *canvas, int x, int y, struct span text, const char *words, enum style_id style);

#endif
