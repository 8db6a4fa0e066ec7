/* The steps a Sovereign really has, in their order: from its step ConfigMaps (cutover contract 3.1), never a fixed list or
 * count. Steps that only the status ConfigMap knows are appended; without readable step ConfigMaps the status' keys are all
 * there is, in the usual order, and the catalogue says so. Pure over the store; UI thread. */
#ifndef CUTOVER_STEP_CATALOGUE_H
#define CUTOVER_STEP_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "cutover/step_facts.h"
#include "store/store.h"

#define STEP_CATALOGUE_MAX 64
#define STEP_NAME_MAX 64
#define STEP_ORDER_UNKNOWN -1

enum step_mode { STEP_MODE_JOB, STEP_MODE_DAEMONSET_WAIT, STEP_MODE_UNKNOWN };

enum step_origin {
    STEP_ORIGIN_CONFIG_MAP, /* installed */
    STEP_ORIGIN_STATUS,     /* only the status ConfigMap or catalyst-api names it */
};

struct step {
    char name[STEP_NAME_MAX]; /* stepName as the cluster spells it */
    char config_map[128];     /* name of its ConfigMap; "" for STEP_ORIGIN_STATUS */
    enum step_origin origin;
    int order; /* the label's number; STEP_ORDER_UNKNOWN */
    enum step_mode mode;
    char daemonset[STEP_NAME_MAX];  /* STEP_MODE_DAEMONSET_WAIT */
    int deadline_s;                 /* podSpec's, else the usual one; 0 unknown */
    const struct step_facts *facts; /* NULL: a step we do not know */
    char problem[160];              /* why its ConfigMap is not valid; "" when it is */
};

struct step_catalogue {
    struct step steps[STEP_CATALOGUE_MAX]; /* order, then ConfigMap name; then those that only the status names */
    size_t count;
    size_t installed;   /* from ConfigMaps */
    size_t invalid;     /* one of them fails the discovery of catalyst-api as a whole (502) */
    size_t dropped;     /* over STEP_CATALOGUE_MAX */
    bool is_discovered; /* false: the ConfigMaps could not be read */
    char note[320];     /* what the reader must know about it; "" when all is well */
};

struct cutover_status;
void step_catalogue_read(const struct store *store, const struct cutover_status *status, struct step_catalogue *catalogue);

/* By name or old name; NULL: not in it. */
const struct step *step_catalogue_find(const struct step_catalogue *catalogue, struct span name);

#endif
