/* Does an object look the same in another region, as far as rows tell: chart, version, revision, image, address, suspension. Cheap
 * enough for every row of a list; what differs in full is compare.h's matter. Pure. */
#ifndef RESOURCE_DRIFT_H
#define RESOURCE_DRIFT_H

#include "store/store.h"

/* The kinds this is about: their objects are meant to be the same in every region. */
bool drift_applies(const struct kind *kind);

/* What differs between two rows of one kind: "version", "suspended"; NULL when nothing that counts does. */
const char *drift_between(const struct row *a, const struct row *b);

/* The first difference to the same object in another region, and that region (-1: none). Objects that are not there, and regions
 * whose rows are not known, differ in nothing. */
const char *drift_of(const struct store *store, const struct row *row, int *region);

#endif
