/* What the CRD schemas of the demo's kinds refuse: the few rules a person or a test runs into. Pure functions. */
#ifndef DEMO_DEMO_VALIDATE_H
#define DEMO_DEMO_VALIDATE_H

#include <jansson.h>

#include "demo/demo_kinds.h"

/* The violations of `document`, as causes of a Status ({reason, message, field}); an empty array when there are none.
 * New reference. */
json_t *demo_validate_document(const struct demo_kind *kind, const json_t *document);

#endif
