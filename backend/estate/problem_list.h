/* Problems with their order: what needs a person, worst first, the same trouble of many objects on one line. */
#ifndef ESTATE_PROBLEM_LIST_H
#define ESTATE_PROBLEM_LIST_H

#include "estate/health.h"

#define PROBLEM_LIST_MAX 200      /* kept after sorting; the rest is counted in `omitted` */
#define PROBLEM_COLLECT_MAX 5000  /* looked at */

/* Order among equal tones: what explains or stops the most comes first. */
enum problem_weight {
    PROBLEM_WEIGHT_FEED,
    PROBLEM_WEIGHT_CUTOVER,
    PROBLEM_WEIGHT_NODE,
    PROBLEM_WEIGHT_RELEASE,
    PROBLEM_WEIGHT_KUSTOMIZATION,
    PROBLEM_WEIGHT_SOURCE,
    PROBLEM_WEIGHT_ORGANIZATION,
    PROBLEM_WEIGHT_APPLICATION,
    PROBLEM_WEIGHT_ENVIRONMENT,
    PROBLEM_WEIGHT_WORKLOAD,
    PROBLEM_WEIGHT_TABLE,
    PROBLEM_WEIGHT_SKEW,
    PROBLEM_WEIGHT_DELETION,
};

struct problem {
    enum tone tone;
    enum problem_weight weight;
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

void problem_list_empty(struct problem_list *list); /* keeps the memory */
void problem_list_clear(struct problem_list *list);

/* A new problem, to be filled: kind, key, cause, since_ms, blocked. NULL: over PROBLEM_COLLECT_MAX, and counted. `state` is a
 * constant. Valid until the next add. */
struct problem *problem_list_add(struct problem_list *list, enum problem_weight weight, enum tone tone, int region, const char *state);
void problem_list_explain(struct problem *problem, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Merges, sorts, cuts and writes the titles. */
void problem_list_settle(struct problem_list *list);

#endif
