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
    char *body;                        /* compact JSON, ASCII; NULL: none */
    char *equivalent;
};

/* One value that would change. `before` and `after` are compact JSON texts; NULL: absent. */
struct prepared_path {
    char *path;
    char *before, *after;
    struct git_verdict git;
};

/* One thing that was checked before the operation. */
struct prepared_check {
    char *text;         /* "may patch helmreleases in flux-system" */
    enum status status; /* OK; FOUND: a warning; UNMEASURED: could not be checked; others: refused because of it */
};

enum prepared_diff { PREPARED_DIFF_NONE, PREPARED_DIFF_DRY_RUN, PREPARED_DIFF_PREDICTED };

struct prepared {
    struct operation *operation; /* own copy */
    char *title;                 /* "Suspend HelmRelease flux-system/bp-harbor on fsn" */
    struct { struct prepared_request *items; size_t count, capacity; } requests;
    struct { struct prepared_check *items; size_t count, capacity; } checks; /* in the order of checking */
    struct { char **items; size_t count, capacity; } refusals;  /* sentences; none: it may go ahead */
    struct { char **items; size_t count, capacity; } warnings;  /* sentences */
    enum status refusal_status; /* of the first refusal: FORBIDDEN, REFUSED, NOT_FOUND, CONFLICT, INVALID, UNSUPPORTED */
    enum prepared_diff diff_kind;
    struct json_diff diff;      /* DRY_RUN: the server's own answer; PREDICTED: ours, and to be labelled so */
    struct { char **items; size_t count, capacity; } predicted; /* the effect in words where there is no dry run, labelled so */
    struct { struct prepared_path *items; size_t count, capacity; } paths;
    struct blast_radius radius;
    enum prepared_confirm confirm;
    char *confirm_name;   /* what is typed: the object's name, or the FQDN for a cutover; also for --confirm on production */
    bool is_production;
    const char *effect;   /* what is watched for afterwards: "the controller handled the request" */
    int64_t deadline_ms;  /* and for how long at most */
    int64_t prepared_ms;  /* monotonic */
    struct precondition *precondition; /* what execute checks and sends */
};

bool prepared_is_refused(const struct prepared *prepared);
void prepared_free(struct prepared *prepared); /* NULL is fine */

/* The whole preview as plain text (requests, checks, diff, Git, radius, confirmation), ends in '\n'. Caller frees. */
char *prepared_text(const struct prepared *prepared);

/* The same as a JSON document, for -o json. New reference. */
json_t *prepared_json(const struct prepared *prepared);

#endif
