/* The facts of one object as styled lines, for the pane beside a list and for the full-screen detail. */
#ifndef SCREEN_DETAIL_PANE_H
#define SCREEN_DETAIL_PANE_H

#include "resource/detail.h"
#include "screen/screen.h"

/* Paints from line `top` on; returns how many lines there are in all (wrapped to the width of the area). */
size_t detail_pane_paint(struct canvas *canvas, struct rect area, const struct detail *detail, size_t top);

#endif
