/* What needs me, worst first, each with its cause; and the counts per region. A pure function of the store (and the clock, for
 * what lasts too long). Derived alerts: domain.md 11.5; roots instead of symptoms: 4.6; one running thing, one line: 2.3. */
#ifndef ESTATE_OVERVIEW_H
#define ESTATE_OVERVIEW_H

#include "base/array.h"
#include "estate/estate.h"

#define OVERVIEW_PROBLEMS_MAX 200     /* kept; the rest is counted in `omitted` */
#define OVERVIEW_STUCK_DELETE_MS (10 * 60 * 1000)
#define OVERVIEW_STUCK_PROGRESS_MS (15 * 60 * 1000)

struct problem {
    enum tone tone;
    int region;           /* -1: the whole Sovereign */
    const char *kind_id;  /* of the object to open; "" for a feed or a table: nothing to open */
    char key[256];        /* of the object in that region */
    char title[160];      /* "HelmRelease flux-system/bp-openbao is Failed" */
    char cause[HEALTH_CAUSE_MAX];
    int64_t since_ms;     /* wall time; TIMESTAMP_NONE */
    size_t blocked;       /* objects that wait for this one */
    int weight;           /* order among equals; smaller first */
};

struct overview_region {
    enum tone tone;       /* worst of what follows; TONE_UNKNOWN when something of it is not known */
    char cause[HEALTH_CAUSE_MAX];
    bool releases_known, nodes_known, applications_known;
    size_t releases_ready, releases_total, releases_suspended, releases_failed, releases_blocked; /* total without suspended */
    size_t nodes_ready, nodes_total;
    size_t applications_ready, applications_total;
};

enum overview_cutover {
    OVERVIEW_CUTOVER_UNKNOWN, /* neither the ConfigMap nor catalyst-api could be read */
    OVERVIEW_CUTOVER_ABSENT,  /* no cutover on this cluster */
    OVERVIEW_CUTOVER_TETHERED,
    OVERVIEW_CUTOVER_RUNNING,
    OVERVIEW_CUTOVER_INTERRUPTED, /* the claim says running, but no Job of the step is active */
    OVERVIEW_CUTOVER_FAILED,
    OVERVIEW_CUTOVER_COMPLETE,
};

struct overview {
    ARRAY(struct problem) problems;
    size_t omitted;
    struct overview_region regions[STORE_REGIONS_MAX];
    int region_count;
    enum tone tone; /* of the Sovereign: worst of its regions */
    enum overview_cutover cutover;
    char cutover_text[160]; /* "claim: running helmrepository-patches, 6/11, 45 %" */
    size_t organizations, environments;
};

/* Fills a zeroed or used overview. The estate must be refreshed. now_ms: wall time. */
void overview_build(struct overview *overview, const struct estate *estate, int64_t now_ms);
void overview_clear(struct overview *overview);
const char *overview_cutover_name(enum overview_cutover state);

#endif
