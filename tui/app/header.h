/* The lines above and below every screen: Sovereign, class, lamps, clock; tabs; why a source is away; keys that work here. */
#ifndef APP_HEADER_H
#define APP_HEADER_H

#include "canvas/canvas.h"

struct app;

void header_paint(struct app *app, struct canvas *canvas, struct rect line);
void header_paint_tabs(struct app *app, struct canvas *canvas, struct rect line);
int header_banner_lines(const struct app *app); /* 0 when all is well */
void header_paint_banner(struct app *app, struct canvas *canvas, struct rect lines);
void header_paint_footer(struct app *app, struct canvas *canvas, struct rect line);
bool header_ticks(const struct app *app); /* shows time that runs */

#endif
