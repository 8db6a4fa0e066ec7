/* What needs me, worst first, each with its cause; and the counts per region. A pure function of the store (and the clock, for
 * what lasts too long). Derived alerts: domain.md 11.5; roots instead of symptoms: 4.6; one running thing, one line: 2.3. */
#ifndef ESTATE_OVERVIEW_H
#define ESTATE_OVERVIEW_H

#include "cutover/cutover_claim.h"
#include "estate/problem.h"

struct overview_region {
    enum tone tone;       /* worst of what follows; TONE_UNKNOWN when something of it is not known */
    char cause[HEALTH_CAUSE_MAX];
    bool releases_known, nodes_known, applications_known; /* counts are right, of what may be seen */
    bool lacks_flux, lacks_catalyst; /* the server has no HelmReleases; neither Organizations, Environments nor Applications */
    bool is_partial; /* some namespaces may not be listed: the counts leave them out */
    size_t releases_ready, releases_total, releases_suspended, releases_failed, releases_blocked; /* total without suspended */
    size_t nodes_ready, nodes_total;
    size_t applications_ready, applications_unknown, applications_total;
};

struct overview {
    struct problem_list problems; /* sorted, worst first */
    struct overview_region regions[STORE_REGIONS_MAX];
    int region_count;
    enum tone tone; /* of the Sovereign: worst of its regions */
    struct cutover_claim cutover;
    size_t organizations, environments;
};

/* Fills a zeroed or used overview. The estate must be refreshed. now_ms: wall time. */
void overview_build(struct overview *overview, const struct estate *estate, int64_t now_ms);
void overview_clear(struct overview *overview);

#endif
