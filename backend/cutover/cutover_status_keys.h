/* What the two halves of cutover_status share. Inside the layer only. */
#ifndef CUTOVER_CUTOVER_STATUS_KEYS_H
#define CUTOVER_CUTOVER_STATUS_KEYS_H

#include "cutover/cutover_status.h"

/* The step's claim, made when it is new; NULL: no name, or over the maximum. */
struct cutover_step_claim *cutover_status_keys_step(struct cutover_status *status, struct span name);

/* Notes "KEY 'VALUE' WHAT"; over the maximum it is left out. */
void cutover_status_keys_oddity(struct cutover_status *status, const char *key, struct span value, const char *what);

#endif
