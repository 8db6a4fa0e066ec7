/* A kind that is not built in, made at run time from what the server says of it: its cells are the server's own Table
 * columns. Immutable once made. */
#ifndef SOVEREIGN_DYNAMIC_KIND_H
#define SOVEREIGN_DYNAMIC_KIND_H

#include "base/error.h"
#include "base/span.h"
#include "sovereign/discovery.h"
#include "store/kind.h"

#define DYNAMIC_KIND_COLUMNS_MAX 24

/* `table` is the body of a list in Table form. STATUS_UNSUPPORTED: the server answered with something else. */
enum status dynamic_kind_new(const struct discovery_resource *resource, struct span table, struct kind **ret, struct error *err);
void dynamic_kind_free(struct kind *kind);

#endif
