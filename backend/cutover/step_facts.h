/* What is known beforehand about the steps of the cutover, by stepName: words for people, the usual time, and which live
 * objects show its effect (cutover contract 2.1, 2.2). Only words and measurements: which steps a Sovereign has, in which
 * order, comes from the cluster (step_catalogue.h). Immutable; any thread. */
#ifndef CUTOVER_STEP_FACTS_H
#define CUTOVER_STEP_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* The live facts that show what a step did. */
enum step_measure {
    STEP_MEASURE_NONE, /* a step we do not know: only its Job */
    STEP_MEASURE_GIT_MIRROR,
    STEP_MEASURE_HARBOR_PROJECTS,
    STEP_MEASURE_HARBOR_PREWARM,
    STEP_MEASURE_REGISTRY_PIVOT,
    STEP_MEASURE_GIT_SOURCE,
    STEP_MEASURE_HELM_SOURCES,
    STEP_MEASURE_API_ENVIRONMENT,
    STEP_MEASURE_GITEA_TOKEN,
    STEP_MEASURE_VCLUSTERS,
    STEP_MEASURE_PROVIDERS,
    STEP_MEASURE_EGRESS_HOLD,
    STEP_MEASURE_COUNT
};

struct step_facts {
    const char *name;    /* stepName */
    const char *aliases; /* old names, separated by spaces; "" for none */
    const char *title;
    const char *does;  /* one line */
    const char *usual; /* "1-3 min" */
    int usual_s;       /* upper end of that */
    int deadline_s;    /* when neither the step's podSpec nor its Job says one */
    bool is_daemonset; /* mode daemonset-wait when the label is not readable */
    enum step_measure measure;
    const char *measured_by; /* in words */
};

/* By stepName or alias; NULL: a step we do not know, shown verbatim. */
const struct step_facts *step_facts_find(struct span name);

/* In the order of the newest chart (egress-block-test last): used only when the cluster does not tell the order. */
const struct step_facts *step_facts_at(size_t index); /* NULL behind the last */

/* The same step under the same or an old name. */
bool step_facts_same(struct span a, struct span b);

#endif
