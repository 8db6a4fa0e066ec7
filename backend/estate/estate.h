/* The estate: Organizations, Environments, Applications and HelmReleases of all regions, joined and judged.
 *
 * A snapshot over the store that is made anew only when one of its kinds changed (estate_refresh). It holds its rows, so it
 * stays valid while tables change. One thread. Joins: domain.md 1.6, 2.1-2.3, 11.4. */
#ifndef ESTATE_ESTATE_H
#define ESTATE_ESTATE_H

#include "estate/application.h"
#include "estate/environment.h"
#include "estate/organization.h"

struct estate {
    const struct store *store; /* borrowed */
    struct organization *organizations; /* all three sorted by region, then key */
    struct environment *environments;
    struct application *applications;
    size_t organization_count, environment_count, application_count;
    struct dependency_graph *releases[STORE_REGIONS_MAX]; /* HelmReleases; NULL beyond region_count */
    uint64_t generation;                                  /* grows with every refresh that changed something */
    struct estate_private *private;
};

struct estate *estate_new(const struct store *store);
void estate_free(struct estate *estate);

/* Takes the store's present state in; cheap when nothing changed. True when it did. */
bool estate_refresh(struct estate *estate);

/* The entry of a row (by region and key, so an older row of the same object finds it too); NULL: none. */
const struct organization *estate_organization(const struct estate *estate, const struct row *row);
const struct environment *estate_environment(const struct estate *estate, const struct row *row);
const struct application *estate_application(const struct estate *estate, const struct row *row);

/* The Application that a HelmRelease belongs to: one running thing is one row (domain.md 2.3). NULL: none. */
const struct application *estate_release_owner(const struct estate *estate, const struct row *release);

/* The node of a HelmRelease in its region's graph; NULL: none. */
const struct dependency_node *estate_release_node(const struct estate *estate, const struct row *release);


#endif
