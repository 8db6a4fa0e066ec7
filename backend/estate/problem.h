/* Problems: what needs a person, with its cause. Roots instead of symptoms (domain.md 4.6), one running thing on one line (2.3),
 * the same trouble of many objects on one line. Alerts: domain.md 11.5. */
#ifndef ESTATE_PROBLEM_H
#define ESTATE_PROBLEM_H

#include "base/array.h"
#include "estate/cutover_claim.h"
#include "estate/estate.h"

#define PROBLEM_LIST_MAX 200     /* kept after sorting; the rest is counted in `omitted` */
#define PROBLEM_COLLECT_MAX 20000 /* looked at */
#define PROBLEM_STUCK_DELETE_MS (10 * 60 * 1000)
#define PROBLEM_STUCK_PROGRESS_MS (15 * 60 * 1000)

struct problem {
    enum tone tone;
    int weight;            /* order among equal tones; smaller first */
    int region;            /* -1: the whole Sovereign */
    const struct kind *kind; /* of the object to open; NULL: nothing to open (a feed, the cutover) */
    char key[192];         /* of the object in its region; or the name of what it is about */
    const char *state;     /* constant: "Failed", "NotReady", ... */
    size_t count;          /* objects of this kind and region with this state and cause: this line stands for them */
    size_t blocked;        /* objects that wait for this one */
    int64_t since_ms;      /* wall time; TIMESTAMP_NONE */
    char title[256];       /* "HelmRelease flux-system/bp-openbao is Failed" */
    char cause[HEALTH_CAUSE_MAX];
};

struct problem_list {
    struct problem *items; /* sorted, worst first; at most PROBLEM_LIST_MAX */
    size_t count, capacity;
    size_t omitted;
};

/* Fills an emptied or zeroed list from the refreshed estate. now_ms: wall time. */
void problem_collect(struct problem_list *list, const struct estate *estate, const struct cutover_claim *claim, int64_t now_ms);
void problem_clear(struct problem_list *list);

#endif
