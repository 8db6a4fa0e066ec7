/* Asks a server for the rights of capability_table.h. Blocks; not on the HTTP thread. */
#ifndef SOVEREIGN_CAPABILITY_CHECK_H
#define SOVEREIGN_CAPABILITY_CHECK_H

#include "decode/json_edit.h"

#include "sovereign/capability_table.h"
#include "sovereign/kube_client.h"

#define CAPABILITY_CHECK_NAMESPACES_MAX 8

enum capability_verdict {
    CAPABILITY_YES,
    CAPABILITY_SOME, /* not everywhere: in `namespaces` */
    CAPABILITY_NO,
    CAPABILITY_UNKNOWN, /* could not be asked: `reason` */
};

/* One verb of one row. */
struct capability_answer {
    const struct capability_right *right;
    char verb[16];
    enum capability_verdict verdict;
    char namespaces[160]; /* SOME: "flux-system, catalyst" */
    char reason[200];     /* UNKNOWN */
};

/* All verbs of all rows, UNKNOWN yet. Returns how many. Pure. */
size_t capability_check_expand(struct capability_answer answers[CAPABILITY_TABLE_RIGHTS_MAX]);

/* Fills the answers: an access review for each, a few at a time; what is refused everywhere is looked for in `namespaces`
 * (NULL-terminated, at most CAPABILITY_CHECK_NAMESPACES_MAX; a rules review for each). */
void capability_check_ask(struct kube_client *client, struct capability_answer *answers, size_t count, const char *const *namespaces);

/* Does the status of a SelfSubjectRulesReview (borrowed) allow the verb on the right's resource? Pure. */
bool capability_check_rules_allow(const json_t *status, const struct capability_right *right, const char *verb);

#endif
