/* The patch types of the Kubernetes API, on jansson documents. Pure functions. */
#ifndef DEMO_DEMO_PATCH_H
#define DEMO_DEMO_PATCH_H

#include <jansson.h>

#include "base/error.h"

/* RFC 7386. */
void demo_patch_merge(json_t *document, const json_t *patch);

/* RFC 6902; STATUS_UNSUPPORTED with the reason when a path is absent or a test fails; the document is then undefined. */
enum status demo_patch_json(json_t *document, const json_t *patch, struct error *err);

/* Strategic merge: like merge, but lists with a known key (containers, env, volumes, ...) merge item by item; "$patch",
 * "$deleteFromPrimitiveList" are obeyed, ordering hints ignored. */
void demo_patch_strategic(json_t *document, const json_t *patch);

#endif
