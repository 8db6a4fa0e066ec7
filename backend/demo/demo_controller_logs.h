/* The Flux controllers' logs of one region: every change of a Flux object becomes a line in the log of the pod that runs its
 * controller, in the controllers' own JSON format. One thread. */
#ifndef DEMO_DEMO_CONTROLLER_LOGS_H
#define DEMO_DEMO_CONTROLLER_LOGS_H

#include "demo/demo_logs.h"
#include "demo/demo_store.h"

struct demo_controller_logs;

struct demo_controller_logs *demo_controller_logs_start(struct demo_store *store, struct demo_logs *logs); /* borrowed */

/* Ends with the store (demo_store_stop comes first), then waits for the thread. NULL allowed. */
void demo_controller_logs_stop(struct demo_controller_logs *controllers);

#endif
