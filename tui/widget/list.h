/* A plain list of lines with a selection: choices, completions. The caller owns the texts. */
#ifndef WIDGET_LIST_H
#define WIDGET_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "canvas/canvas.h"
#include "input/command_table.h"

struct list_item {
    const char *text;
    const char *note; /* dim, right-aligned; NULL for none */
    enum style_id style;
};

struct list_view {
    size_t index, top, page;
};

bool list_view_command(struct list_view *view, size_t count, enum command_id command); /* movement; false: not one */
void list_paint(struct canvas *canvas, struct rect rect, const struct list_item *items, size_t count,
                struct list_view *view, bool focused);

#endif
