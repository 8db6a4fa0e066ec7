/* An operation: the only way anything is changed (design: plan, preflight, preview, confirm, execute, verify, journal).
 *
 * The value says who wants what on which object and why. operation_prepare turns it into a `struct prepared` that a person
 * looks at; operation_execute carries out exactly that. Both block: on a worker thread or a headless main, never on the UI
 * thread and never on the HTTP thread. */
#ifndef OPERATION_OPERATION_H
#define OPERATION_OPERATION_H

#include <stdatomic.h>

#include "base/error.h"
#include "operation/blast_radius.h"
#include "operation/prepared.h"
#include "sovereign/sovereign.h"

enum operation_id {
    OPERATION_START_CUTOVER,
    OPERATION_RECONCILE,
    OPERATION_SUSPEND,
    OPERATION_RESUME,
    OPERATION_PATCH_VALUES,
    OPERATION_DELETE_EGRESS_POLICY, /* every region */
    OPERATION_OVERRIDE_ROLL,        /* a HelmRelease; without a reason the override is taken back */
    OPERATION_COUNT
};

#define OPERATION_ASSIGNMENTS_MAX 32

struct operation {
    enum operation_id id;
    int region;                  /* index in the Sovereign; of the whole Sovereign (kind NULL): ignored */
    const struct kind *kind;     /* of the object; NULL when it is about the Sovereign. Borrowed (built-in kinds) */
    char *namespace, *name;      /* NULL for start-cutover */
    char **assignments;          /* patch-values: "PATH=VALUE" or "PATH:=JSON" as typed */
    size_t assignment_count;
    char *reason;                /* NULL: none given */
};

/* Everything is copied. `kind`, `namespace` and `name` NULL for start-cutover. */
struct operation *operation_new(enum operation_id id, int region, const struct kind *kind, const char *namespace, const char *name);
void operation_add_assignment(struct operation *operation, const char *text); /* over the maximum: refused when prepared */
void operation_set_reason(struct operation *operation, const char *reason);
void operation_free(struct operation *operation); /* NULL is fine */
struct operation *operation_copy(const struct operation *operation);

/* What prepare and execute work with. Borrowed. */
struct operation_context {
    struct sovereign *sovereign;
    const char *journal_file;          /* NULL: journal_default_path() */
    const struct blast_radius *radius; /* already measured (from the store), or NULL: it is asked of the server */
    const char *who;                   /* the person, NULL: the login name */
    const char *channel;               /* "console" or "command": goes into the journal */
};

/* Plan, preflight, preview. STATUS_OK: *ret is set, perhaps with refusals (prepared_is_refused). Other statuses: nothing could be
 * prepared (unreachable, not authenticated, wrong words), *ret is NULL. A refused operation is journalled here. */
enum status operation_prepare(const struct operation_context *context, const struct operation *operation, struct prepared **ret,
                              struct error *err);

enum operation_phase {
    OPERATION_PHASE_JOURNAL,
    OPERATION_PHASE_CHECK,  /* is the object still as previewed? */
    OPERATION_PHASE_SEND,
    OPERATION_PHASE_LOOK,   /* the reply was lost: looking at the object */
    OPERATION_PHASE_VERIFY, /* watching for the effect */
    OPERATION_PHASE_DONE,
};

struct operation_outcome {
    enum status status; /* OK: the effect was seen. FOUND: sent and taken, but what followed is bad (upgrade failed).
                           TIMEOUT: sent, no effect before the deadline. CONFLICT: the object changed, nothing sent.
                           UNMEASURED: whether it was sent is not known. Others: failed, nothing changed. */
    bool sent;          /* the change is known to be in place at the server */
    bool verified;      /* the effect was seen */
    char text[ERROR_TEXT_MAX]; /* one sentence that says which */
    int64_t elapsed_ms;
    char journal_head[65]; /* hash of the line after */
};

/* Carries out a prepared operation that is not refused and was confirmed. Returns outcome->status; outcome is always filled.
 * `progress` (may be NULL) is called on this thread. */
enum status operation_execute(const struct operation_context *context, const struct prepared *prepared,
                              void (*progress)(void *progress_context, enum operation_phase phase, const char *text),
                              void *progress_context, struct operation_outcome *outcome);

/* Journals that a prepared operation was not confirmed (wrong or missing name). Nothing is sent. */
enum status operation_decline(const struct operation_context *context, const struct prepared *prepared, const char *reason,
                              struct error *err);

/* "Suspend HelmRelease flux-system/bp-harbor on fsn1". Caller frees. */
char *operation_title(const struct sovereign *sovereign, const struct operation *operation);

#endif
