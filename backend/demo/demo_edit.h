/* What every write over the API shares: reading the body, checks, the edit under the store's lock, the reply. */
#ifndef DEMO_DEMO_EDIT_H
#define DEMO_DEMO_EDIT_H

#include "demo/demo_call.h"

enum demo_patch_type {
    DEMO_PATCH_MERGE,
    DEMO_PATCH_JSON,
    DEMO_PATCH_STRATEGIC,
    DEMO_PATCH_APPLY,
    DEMO_PATCH_UNKNOWN
};

/* What an edit works with, and what it leaves for the reply. */
struct demo_edit {
    const struct demo_call *call;
    const json_t *body;
    enum demo_patch_type patch;
    json_t *causes; /* of an invalid result; owned */
};

bool demo_edit_is_dry_run(const struct demo_call *call);

/* The request body. NULL: it is not JSON and the call has been refused. New reference. */
json_t *demo_edit_body(struct demo_call *call);

/* By Content-Type; strategic merge is unknown to custom kinds. */
enum demo_patch_type demo_edit_patch_type(const struct demo_call *call);

/* A body that names a resourceVersion or uid must name the current one. */
enum status demo_edit_check_precondition(const struct demo_call *call, const json_t *document, const json_t *body,
                                         struct error *err);

/* The body must be of the kind, and of the name, that the URL says. */
enum status demo_edit_check_identity(const struct demo_call *call, const json_t *body, struct error *err);

/* The kind's schema; fills edit->causes. */
enum status demo_edit_validate(struct demo_edit *edit, const json_t *document, struct error *err);

/* Runs the edit on the stored object and replies with the result or the refusal. Releases edit->causes. */
void demo_edit_run(struct demo_call *call, struct demo_edit *edit, demo_store_edit_fn apply);
void demo_edit_refuse(struct demo_call *call, struct demo_edit *edit, const struct error *err);

#endif
