/* One operation being prepared: what plan, preflight and preview share. Inside the layer only. */
#ifndef OPERATION_PREPARATION_H
#define OPERATION_PREPARATION_H

#include "cutover/cutover_status.h"
#include "operation/operation_table.h"
#include "operation/precondition.h"

struct preparation {
    const struct operation_context *context;
    const struct operation *operation;
    const struct operation_row *row;
    struct prepared *prepared;
    struct kube_client *client; /* of the operation's region; start-cutover: of the primary one, or NULL */
};

/* Notes a check: STATUS_OK passed, STATUS_FOUND a warning, STATUS_UNMEASURED could not be checked (also a warning), anything
 * else refuses the operation with that status and sentence. */
void preparation_note(struct preparation *preparation, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* SelfSubjectAccessReview for the row's verbs on the object. Statuses other than OK: nothing can be prepared. */
enum status preparation_check_rights(struct preparation *preparation, struct error *err);

/* Reads the cutover's status ConfigMap of the primary region afresh. Without one the state is CUTOVER_STATE_ABSENT. */
enum status preparation_read_claim(const struct operation_context *context, struct cutover_status *claim, struct error *err);

/* The claim says running, but nothing moved for long and no Job is active (asks the primary region). */
bool preparation_is_stranded(const struct operation_context *context, const struct cutover_status *claim);

/* A cutover in flight refuses or warns, as the row's needs say. */
void preparation_check_cutover(struct preparation *preparation);

/* Client of a region. STATUS_UNREACHABLE and the region's own error when it has none. */
enum status preparation_client(const struct operation_context *context, int region, struct kube_client **ret, struct error *err);

/* Object as a document. New reference. */
enum status preparation_get(struct kube_client *client, const struct kind *kind, const char *namespace, const char *name,
                            json_t **ret, struct error *err);

/* Name of the region for texts: "fsn". */
const char *preparation_region(const struct operation_context *context, int region);

/* Compact ASCII JSON. Caller frees. */
char *preparation_json(const json_t *value);

/* text in single quotes for a shell. Caller frees. */
char *preparation_quote(const char *text);

/* Adds a request; strings are taken. */
void preparation_add_request(struct preparation *preparation, struct prepared_request request);

#endif
