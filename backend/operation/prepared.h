/* A prepared operation: what exactly would be sent, what it would change, what speaks against it, how it must be confirmed.
 * Immutable after operation_prepare; may be handed from a worker to the UI thread. All text is sanitized. */
#ifndef OPERATION_PREPARED_H
#define OPERATION_PREPARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "decode/json_diff.h"
#include "operation/blast_radius.h"
#include "operation/git_verdict.h"

enum prepared_confirm {
    PREPARED_CONFIRM_KEY,       /* one key */
    PREPARED_CONFIRM_DIALOG,    /* a dialog with the preview */
    PREPARED_CONFIRM_TYPE_NAME, /* typing prepared->confirm_name */
};

/* One request as it would go over the wire; `equivalent` is the same as a command line (no secrets). */
struct prepared_request {
    char *method, *url, *content_type; /* content_type NULL: no body */
    char *body;                        /* compact JSON; NULL: none */
    char *equivalent;
};

/* One value that would change. `before` and `after` are compact JSON texts; NULL: absent. */
struct prepared_path {
    char *path;
    char *before, *after;
    struct git_verdict git;
};

struct prepared_texts {
    char **items;
    size_t count, capacity;
};

/* One thing that was checked before the operation. */
struct prepared_check {
    char *text;         /* "may patch helmreleases in flux-system" */
    enum status status; /* OK; FOUND: a warning; UNMEASURED: could not be checked; others: refused */
};

struct prepared {
    struct operation *operation; /* own copy */
    char *title;
    struct prepared_request *requests;
    size_t request_count, request_capacity;
    struct { struct prepared_check *items; size_t count, capacity; } checks;
    struct prepared_texts refusals; /* sentences; empty: it may go ahead */
    struct prepared_texts warnings;
    enum status refusal_status;     /* of the first refusal: FORBIDDEN, REFUSED, NOT_FOUND, CONFLICT */
    bool has_diff;                  /* server-side dry run done */
    struct json_diff diff;
    struct prepared_texts predicted; /* where there is no dry run: the effect as predicted, and labelled so */
    struct { struct prepared_path *items; size_t count, capacity; } paths;
    struct blast_radius radius;
    enum prepared_confirm confirm;
    char *confirm_name;   /* to be typed: the object's name, or the FQDN for a cutover; for --confirm on production */
    bool is_production;
    char *verify_text;    /* "until status.lastHandledReconcileAt is the token, at most 2m0s" */
    int64_t deadline_ms;
    /* precondition and what execute sends; private */
    struct prepared_object *object;
};

bool prepared_is_refused(const struct prepared *prepared);
void prepared_free(struct prepared *prepared); /* NULL is fine */

/* The whole preview as lines of plain text (requests, checks, diff, Git, radius, confirm), for -o text. Caller frees. */
char *prepared_text(const struct prepared *prepared);
/* The same as a JSON document, for -o json and the journal. New reference. */
json_t *prepared_json(const struct prepared *prepared);

#endif
