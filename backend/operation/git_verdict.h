/* What Git will do to a value changed on the live object. kustomize-controller applies what Git declares with force, so the
 * paths it owns in managedFields go back; a path it does not own stays, and Git does not know (design section 5.3). Pure. */
#ifndef OPERATION_GIT_VERDICT_H
#define OPERATION_GIT_VERDICT_H

#include "decode/value_path.h"

#define GIT_VERDICT_MANAGER "kustomize-controller"

enum git_verdict_kind {
    GIT_VERDICT_REVERTS, /* "Git will revert this" */
    GIT_VERDICT_DRIFT,   /* "stays as drift that Git does not know" */
    GIT_VERDICT_UNKNOWN, /* "unknown: why" */
};

struct git_verdict {
    enum git_verdict_kind kind;
    char text[256]; /* the sentence, with its reason */
};

/* `object`: the live object with its managedFields. */
void git_verdict_of(const json_t *object, const struct value_path *path, struct git_verdict *ret);

/* Kustomization that applies the object, from its labels: "flux-system/bootstrap-kit"; "" when none does. */
void git_verdict_owner(const json_t *object, char *owner, size_t size);

/* Short form for a column: "reverts", "drift", "unknown". */
const char *git_verdict_name(enum git_verdict_kind kind);

#endif
