/* Plan, preflight, preview: turns an operation into what a person looks at. The work is in the plans (release_plan.c,
 * cutover_plan.c); here is what they share: region, class, confirmation, and the journal line of a refusal. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "operation/operation_journal.h"
#include "operation/preparation.h"

static void decide_confirm(struct preparation *preparation)
{
    struct prepared *prepared = preparation->prepared;
    const struct sovereign *sovereign = preparation->context->sovereign;
    const struct operation *operation = preparation->operation;
    bool is_cutover = operation->kind == NULL;
    prepared->is_production = sovereign->class == PROFILE_CLASS_PRODUCTION;
    prepared->confirm = preparation->row->confirm;
    bool wide = !prepared->radius.known || prepared->radius.is_everything || blast_radius_total(&prepared->radius) > 0;
    if (prepared->is_production || (wide && prepared->confirm == PREPARED_CONFIRM_DIALOG))
        prepared->confirm = PREPARED_CONFIRM_TYPE_NAME;
    const char *name = is_cutover ? (sovereign->fqdn[0] != '\0' ? sovereign->fqdn : sovereign->name) : operation->name;
    if (prepared->confirm_name == NULL)
        prepared->confirm_name = alloc_strdup(name);
}

static void journal_refusal(struct preparation *preparation)
{
    char id[OPERATION_JOURNAL_ID_MAX];
    struct error problem;
    const char *reason = preparation->prepared->refusals.items[0];
    if (operation_journal_begin(preparation->context, preparation->prepared, reason, id, NULL, &problem) != STATUS_OK)
        preparation_note(preparation, STATUS_UNMEASURED, "the refusal could not be journalled: %s", problem.text);
}

enum status operation_prepare(const struct operation_context *context, const struct operation *operation, struct prepared **ret,
                              struct error *err)
{
    *ret = NULL;
    struct preparation preparation = {.context = context, .operation = operation, .row = operation_table_row(operation->id)};
    bool is_cutover = operation->kind == NULL;
    enum status status = preparation_client(context, is_cutover ? sovereign_primary(context->sovereign) : operation->region,
                                            &preparation.client, err);
    if (status != STATUS_OK && !is_cutover)
        return status;
    struct prepared *prepared = alloc_new(struct prepared);
    preparation.prepared = prepared;
    prepared->operation = operation_copy(operation);
    prepared->title = operation_title(context->sovereign, operation);
    prepared->effect = preparation.row->effect;
    prepared->deadline_ms = preparation.row->deadline_ms;
    status = preparation.row->plan(&preparation, err);
    if (status != STATUS_OK) {
        prepared_free(prepared);
        return status;
    }
    decide_confirm(&preparation);
    prepared->prepared_ms = clock_monotonic_ms();
    if (prepared_is_refused(prepared))
        journal_refusal(&preparation);
    *ret = prepared;
    return STATUS_OK;
}
