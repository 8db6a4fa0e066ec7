/* The table of operations; see operation_table.h. */
#include "operation/operation_table.h"

#include <string.h>

#include "operation/cutover_plan.h"
#include "operation/execution.h"
#include "operation/policy_lever.h"
#include "operation/release_plan.h"

static const struct operation_row OPERATIONS[OPERATION_COUNT] = {
    [OPERATION_START_CUTOVER] = {
        .name = "start-cutover",
        .title = "Start the cutover",
        .summary = "Start, resume or retry the self-sovereign cutover: one way, there is no abort",
        .plan = cutover_plan_make,
        .carry_out = execution_start_cutover,
        .seen = effect_cutover_started,
        .effect = "the status ConfigMap shows a new attempt",
        .deadline_ms = 60000,
        .confirm = PREPARED_CONFIRM_TYPE_NAME,
    },
    [OPERATION_RECONCILE] = {
        .name = "reconcile",
        .title = "Reconcile",
        .summary = "Ask Flux to reconcile the object now",
        .verbs = {"get", "patch"},
        .needs = OPERATION_NEEDS_RUNNING,
        .plan = release_plan_reconcile,
        .seen = effect_reconciled,
        .effect = "the controller handled the request and says Ready or why not",
        .deadline_ms = 300000,
        .confirm = PREPARED_CONFIRM_KEY,
    },
    [OPERATION_SUSPEND] = {
        .name = "suspend",
        .title = "Suspend",
        .summary = "Stop Flux from touching the object until it is resumed",
        .verbs = {"get", "patch"},
        .needs = OPERATION_NEEDS_RUNNING | OPERATION_NEEDS_QUIET_CUTOVER,
        .plan = release_plan_suspend,
        .seen = effect_stored,
        .effect = "spec.suspend is true",
        .deadline_ms = 30000,
        .confirm = PREPARED_CONFIRM_DIALOG,
    },
    [OPERATION_RESUME] = {
        .name = "resume",
        .title = "Resume",
        .summary = "Let Flux reconcile a suspended object again",
        .verbs = {"get", "patch"},
        .needs = OPERATION_NEEDS_SUSPENDED | OPERATION_NEEDS_QUIET_CUTOVER,
        .plan = release_plan_resume,
        .seen = effect_rolled_out,
        .effect = "the controller took the object up again and says Ready or why not",
        .deadline_ms = 300000,
        .confirm = PREPARED_CONFIRM_DIALOG,
    },
    [OPERATION_PATCH_VALUES] = {
        .name = "patch-values",
        .title = "Patch",
        .summary = "Change values of a HelmRelease: PATH=VALUE keeps the type, PATH:=JSON says it, PATH:=null removes",
        .verbs = {"get", "patch"},
        .needs = OPERATION_NEEDS_SETTLED | OPERATION_NEEDS_QUIET_CUTOVER,
        .plan = release_plan_patch,
        .seen = effect_rolled_out,
        .effect = "the values are in place and the controller says Ready or why not",
        .deadline_ms = 300000,
        .confirm = PREPARED_CONFIRM_DIALOG,
    },
    [OPERATION_DELETE_EGRESS_POLICY] = {
        .name = "delete-egress-policy",
        .title = "Delete the leaked egress policy",
        .summary = "Delete the policy of the egress test in every region, where a test left it behind",
        .plan = policy_lever_plan,
        .carry_out = policy_lever_carry_out,
        .effect = "the policy is gone in every region",
        .deadline_ms = 30000,
        .confirm = PREPARED_CONFIRM_TYPE_NAME,
    },
    [OPERATION_OVERRIDE_ROLL] = {
        .name = "override-roll",
        .title = "Let harbor-prewarm pass",
        .summary = "Record on a HelmRelease why harbor-prewarm may start although it is not Ready, or take that back",
        .verbs = {"get", "patch"},
        .needs = OPERATION_NEEDS_SETTLED,
        .plan = release_plan_override,
        .seen = effect_stored,
        .effect = "the annotation is in place",
        .deadline_ms = 30000,
        .confirm = PREPARED_CONFIRM_DIALOG,
    },
};

const struct operation_row *operation_table_row(enum operation_id id)
{
    return &OPERATIONS[id];
}

enum operation_id operation_table_find(const char *name)
{
    unsigned id = 0;
    while (id < OPERATION_COUNT && strcmp(OPERATIONS[id].name, name) != 0)
        id++;
    return (enum operation_id)id;
}
