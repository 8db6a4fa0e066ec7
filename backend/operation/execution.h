/* One operation being carried out: what sending, looking and verifying share. Inside the layer only. */
#ifndef OPERATION_EXECUTION_H
#define OPERATION_EXECUTION_H

#include "operation/preparation.h"

struct execution {
    const struct operation_context *context;
    const struct prepared *prepared;
    const struct operation_row *row;
    struct operation_outcome *outcome;
    void (*progress)(void *context, enum operation_phase phase, const char *text);
    void *progress_context;
    struct kube_client *client; /* of the operation's region; for the cutover as a whole the primary one. NULL: cannot be used */
    int64_t generation;         /* as the server answered */
};

void execution_report(struct execution *execution, enum operation_phase phase, const char *text);

/* Sets the outcome's status and sentence; returns the status. */
enum status execution_conclude(struct execution *execution, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The server may or may not have taken the request. */
bool execution_is_lost(enum status status);

/* The start of the cutover through catalyst-api: sends it, and looks when the reply was lost. STATUS_OK: an attempt began. */
enum status execution_start_cutover(struct execution *execution);

#endif
