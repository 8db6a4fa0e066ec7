/* What an API server itself keeps in an object's metadata: identity, uid, generation, managed fields, and which part of
 * an object a write may change. Pure functions. */
#ifndef DEMO_DEMO_METADATA_H
#define DEMO_DEMO_METADATA_H

#include <jansson.h>
#include <stdbool.h>

#include "demo/demo_kinds.h"

enum demo_part { DEMO_PART_ALL, DEMO_PART_MAIN, DEMO_PART_STATUS }; /* which part of the object a write may change */

struct demo_authorship {
    const char *manager;
    const char *status_manager; /* owner of status changes; NULL: the manager */
    bool is_apply;              /* managedFields operation "Apply" */
    enum demo_part part;
};

/* Completes a new document: apiVersion, kind, uid (`make_uid`, a new reference, used when absent), creationTimestamp,
 * generation, managedFields. What is already there stays. */
void demo_metadata_complete(const struct demo_kind *kind, json_t *document, json_t *take_uid,
                            const struct demo_authorship *authorship);

/* Everything between an edited document and its commit: puts back what only the server may set, limits the change to
 * its part, counts the generation, records the managers. False when nothing is left that differs from `before`. */
bool demo_metadata_settle(const struct demo_kind *kind, const json_t *before, json_t *after,
                          const struct demo_authorship *authorship);

/* True when the object waits for deletion and nothing holds it any more. */
bool demo_metadata_is_finished(const json_t *document);

#endif
