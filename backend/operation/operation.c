/* The value that says what is wanted; see operation.h. */
#include "operation/operation.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "operation/operation_journal.h"
#include "operation/operation_table.h"

struct operation *operation_new(enum operation_id id, int region, const struct kind *kind, const char *namespace, const char *name)
{
    struct operation *operation = alloc_new(struct operation);
    operation->id = id;
    operation->region = region;
    operation->kind = kind;
    operation->namespace = alloc_strdup(namespace);
    operation->name = alloc_strdup(name);
    return operation;
}

void operation_add_assignment(struct operation *operation, const char *text)
{
    operation->assignments = alloc_resize(operation->assignments, operation->assignment_count + 1, sizeof *operation->assignments);
    operation->assignments[operation->assignment_count++] = alloc_strdup(text);
}

void operation_set_reason(struct operation *operation, const char *reason)
{
    free(operation->reason);
    operation->reason = alloc_strdup(reason);
}

void operation_free(struct operation *operation)
{
    if (operation == NULL)
        return;
    for (size_t i = 0; i < operation->assignment_count; i++)
        free(operation->assignments[i]);
    free(operation->assignments);
    free(operation->namespace);
    free(operation->name);
    free(operation->reason);
    free(operation);
}

struct operation *operation_copy(const struct operation *operation)
{
    struct operation *copy = operation_new(operation->id, operation->region, operation->kind, operation->namespace, operation->name);
    for (size_t i = 0; i < operation->assignment_count; i++)
        operation_add_assignment(copy, operation->assignments[i]);
    operation_set_reason(copy, operation->reason);
    return copy;
}

char *operation_title(const struct sovereign *sovereign, const struct operation *operation)
{
    const struct operation_row *row = operation_table_row(operation->id);
    if (operation->kind == NULL)
        return alloc_printf("%s of %s", row->title, sovereign->fqdn[0] != '\0' ? sovereign->fqdn : sovereign->name);
    bool has_region = operation->region >= 0 && (size_t)operation->region < sovereign->region_count;
    return alloc_printf("%s %s %s/%s%s%s", row->title, operation->kind->singular, operation->namespace, operation->name,
                        has_region ? " on " : "", has_region ? sovereign->regions[operation->region].name : "");
}

enum status operation_decline(const struct operation_context *context, const struct prepared *prepared, const char *reason,
                              struct error *err)
{
    char id[OPERATION_JOURNAL_ID_MAX];
    return operation_journal_begin(context, prepared, reason, id, NULL, err);
}
