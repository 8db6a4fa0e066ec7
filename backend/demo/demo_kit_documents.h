/* What the bootstrap kit declares in Git for one release, as documents with ${...} variables still in them. */
#ifndef DEMO_DEMO_KIT_DOCUMENTS_H
#define DEMO_DEMO_KIT_DOCUMENTS_H

#include <jansson.h>

#include "demo/demo_kit.h"

/* New documents. Both belong to namespace flux-system. */
json_t *demo_kit_repository_document(const struct demo_kit_row *row);
json_t *demo_kit_release_document(const struct demo_kit_row *row);

/* Values as big as real ones: the chart's usual knobs for three components, for `name`. New reference. */
json_t *demo_kit_usual_values(const char *name, unsigned variation);

/* The whole slot file: comment, HelmRepository, HelmRelease. Caller frees. */
char *demo_kit_slot_text(const struct demo_kit_row *row);

/* Name of the HelmRepository the release takes its chart from. */
const char *demo_kit_repository_name(const struct demo_kit_row *row);

#endif
