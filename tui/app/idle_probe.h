/* Tells a test driver when nothing is pending: one line "idle FRAME GENERATION" on the inherited descriptor whose number is in
 * SOVDECK_IDLE_FD, whenever the console becomes idle again. So tests wait for events, never for time. */
#ifndef APP_IDLE_PROBE_H
#define APP_IDLE_PROBE_H

struct app;

int idle_probe_open(void); /* the descriptor; -1: nobody asks */

/* Idle: inbox empty, no frame due, no job under way, every feed has said what there is to say. Before each wait. */
void idle_probe_report(struct app *app);

#endif
