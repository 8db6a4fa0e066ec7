/* What the journal records of an operation. Inside the layer only. */
#ifndef OPERATION_OPERATION_JOURNAL_H
#define OPERATION_OPERATION_JOURNAL_H

#include "operation/journal.h"
#include "operation/operation.h"

#define OPERATION_JOURNAL_ID_MAX 40

/* The line before (phase "before") or the line of a refusal ("refused", `reason` says why). `id` gets the operation's id. */
enum status operation_journal_begin(const struct operation_context *context, const struct prepared *prepared, const char *refused,
                                    char id[OPERATION_JOURNAL_ID_MAX], char head[JOURNAL_HASH_MAX], struct error *err);

/* The line after. outcome->journal_head is set. */
enum status operation_journal_end(const struct operation_context *context, const struct prepared *prepared, const char *id,
                                  struct operation_outcome *outcome, struct error *err);

#endif
