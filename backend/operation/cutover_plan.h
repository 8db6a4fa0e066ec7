/* Plan of starting (resuming, retrying) the cutover: one POST to catalyst-api, for which there is no dry run; what it will do is
 * predicted from the discovered steps and the claim (catalyst-api contract 3.1, cutover contract 3). Inside the layer only. */
#ifndef OPERATION_CUTOVER_PLAN_H
#define OPERATION_CUTOVER_PLAN_H

#include "operation/preparation.h"

enum status cutover_plan_make(struct preparation *preparation, struct error *err);

#endif
