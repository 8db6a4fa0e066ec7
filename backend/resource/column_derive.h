/* Derive functions of columns: what is not a fact of the row alone. */
#ifndef RESOURCE_COLUMN_DERIVE_H
#define RESOURCE_COLUMN_DERIVE_H

#include "resource/column.h"

#define COLUMN_DERIVE_LIST(DERIVE) \
    DERIVE(region) DERIVE(drift) DERIVE(state) DERIVE(cause) DERIVE(chart) DERIVE(version) DERIVE(source) DERIVE(environments) \
    DERIVE(applications) DERIVE(organization) DERIVE(placement) DERIVE(regions) DERIVE(blueprint_version) DERIVE(releases) \
    DERIVE(containers) DERIVE(replicas) DERIVE(duration) DERIVE(keys) DERIVE(blocked)

#define COLUMN_DERIVE_DECLARE(name) \
    void column_derive_##name(const struct column_context *context, const struct row *row, struct column_value *value);
COLUMN_DERIVE_LIST(COLUMN_DERIVE_DECLARE)

#endif
