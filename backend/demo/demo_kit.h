/* The bootstrap kit of the demo Sovereign as data: one row per HelmRelease of `flux-system` (domain contract 4.2-4.4,
 * cutover contract 2.3) and one per workload that a release installs. Text may hold ${SOVEREIGN_FQDN}. */
#ifndef DEMO_DEMO_KIT_H
#define DEMO_DEMO_KIT_H

#include <stddef.h>

enum demo_kit_presence {
    DEMO_KIT_EVERY_REGION,
    DEMO_KIT_PRIMARY_ONLY,
    DEMO_KIT_SECONDARY_ONLY,
    DEMO_KIT_SUSPENDED_ON_SECONDARY, /* declared everywhere, runs in the primary region only */
    DEMO_KIT_SUSPENDED_ON_PRIMARY,
};

struct demo_kit_row {
    const char *slot;        /* "06a" */
    const char *name;        /* "bp-harbor" */
    const char *target;      /* target namespace */
    const char *version;     /* chart version */
    const char *app_version; /* version of the software inside */
    const char *depends;     /* names separated by spaces; "" for none */
    const char *repository;  /* HelmRepository when it is not the release's own name; NULL otherwise */
    const char *values;      /* JSON text of what is special about this release; NULL for none */
    enum demo_kit_presence presence;
};

enum demo_kit_workload_kind { DEMO_KIT_DEPLOYMENT, DEMO_KIT_STATEFULSET, DEMO_KIT_DAEMONSET };

struct demo_kit_workload {
    const char *release; /* kit row it belongs to */
    enum demo_kit_workload_kind kind;
    const char *name;
    int replicas; /* ignored for a DaemonSet */
    const char *containers; /* "name=image name=image"; the first one serves */
};

const struct demo_kit_row *demo_kit_rows(size_t *count);
const struct demo_kit_workload *demo_kit_workloads(size_t *count);
const struct demo_kit_row *demo_kit_find(const char *name); /* NULL: not in the kit */

#endif
