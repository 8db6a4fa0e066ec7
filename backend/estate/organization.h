/* An Organization. There is no status.phase: health = worst of its Ready condition, vcluster.phase, perOrgRealm.state and
 * iacBootstrap.state; Disabled says nothing (domain.md 2.1). Its Applications are counted beside it, not rolled up. */
#ifndef ESTATE_ORGANIZATION_H
#define ESTATE_ORGANIZATION_H

#include "estate/health.h"
#include "store/store.h"

struct organization {
    const struct row *row;
    size_t first_environment, environment_count; /* ESTATE_NONE */
    size_t first_application, application_count, applications_ready, applications_unknown;
    struct health health;
};

void organization_judge(struct organization *organization, const struct store *store);

#endif
