/* Deleting the policy of the egress test where it outlived its test (cutover contract 5.3 T-NET-04; incident 25: it blocked volume
 * attaches for hours). In every region at once; refused while a test may be running anywhere, or while that cannot be told.
 * Inside the layer only. */
#ifndef OPERATION_POLICY_LEVER_H
#define OPERATION_POLICY_LEVER_H

#include "operation/preparation.h"

struct execution;

enum status policy_lever_plan(struct preparation *preparation, struct error *err);
enum status policy_lever_carry_out(struct execution *execution);

#endif
