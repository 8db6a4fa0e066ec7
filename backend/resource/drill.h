/* The drill down: what is directly below an object. Organization -> Environments (and Applications without one) -> Applications
 * -> HelmReleases -> pods; also Kustomization -> HelmReleases, source -> its users, node, Job and workload -> pods,
 * Blueprint -> Applications. Pure; by the joins of domain.md 1.6 and 2.1-2.3. */
#ifndef RESOURCE_DRILL_H
#define RESOURCE_DRILL_H

#include "resource/column.h"

/* Kind ids of the children of this kind, most important first: 0, 1, ...; NULL: no more. */
const char *drill_child_kind(const struct kind *kind, size_t index);

/* `row` is directly below `parent`. */
bool drill_is_child(const struct column_context *context, const struct row *parent, const struct row *row);

#endif
