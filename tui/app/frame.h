/* One frame: recalc what changed, paint header, tabs, screen, footer and what lies over them, show it. At most one per turn of
 * the loop and FRAME_PER_SECOND a second, except right after a key. */
#ifndef APP_FRAME_H
#define APP_FRAME_H

struct app;

#define FRAME_INTERVAL_MS 33

void frame_show_if_due(struct app *app); /* the loop's before-wait hook */
void frame_tick(struct app *app);        /* every second: marks the frame dirty when something visible runs */

#endif
