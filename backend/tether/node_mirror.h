/* Do the nodes of a region redirect upstream registries to the local one? From three live facts: the nodes, the
 * `node.<name>.registriesYaml` acknowledgements in the cutover status ConfigMap and the DaemonSet registry-pivot that
 * writes them (cutover contract 2.2 registry-pivot, 3.3). Pure over the store; UI thread. */
#ifndef TETHER_NODE_MIRROR_H
#define TETHER_NODE_MIRROR_H

#include <stdbool.h>
#include <stddef.h>

#include "store/store.h"

struct node_mirror {
    bool is_known; /* false: `reason` says what is missing */
    char reason[256];
    char active[16]; /* registriesYamlActive: "v1", "v2", "rollback"; "" unknown */
    size_t nodes;    /* listed nodes */
    size_t acknowledged;
    char missing[160]; /* names of the first nodes without acknowledgement, ", " between */
    bool has_daemonset;
    int64_t ready, desired; /* of the DaemonSet; -1 unknown */
};

void node_mirror_measure(const struct store *store, int region, struct node_mirror *mirror);

/* Known, switched to v2, and every node has acknowledged. */
bool node_mirror_is_active(const struct node_mirror *mirror);

/* The one row of the cutover status ConfigMap in a region's table; NULL when there is none (known or not). */
const struct row *node_mirror_status_row(const struct store *store, int region);

#endif
