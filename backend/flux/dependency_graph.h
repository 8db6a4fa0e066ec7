/* Who waits for whom among the HelmReleases (or Kustomizations) of one region, from spec.dependsOn alone (domain.md 4.3),
 * and which few failures explain the many that wait: "10 not ready = 5 roots + 5 blocked" (domain.md 4.6).
 *
 * A snapshot: it holds its rows. Missing dependencies are ghost nodes; cycles are found and harmless. One thread. */
#ifndef FLUX_DEPENDENCY_GRAPH_H
#define FLUX_DEPENDENCY_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#include "flux/release_state.h"
#include "store/store.h"

#define DEPENDENCY_GRAPH_NONE ((size_t)-1)
#define DEPENDENCY_GRAPH_EDGES_MAX 500000 /* what is named in dependsOn beyond that is left out and counted */

struct dependency_node {
    struct span key;       /* "namespace/name" */
    const struct row *row; /* NULL: a ghost, named in a dependsOn but not there */
    struct release_state state;
    const size_t *needs, *dependents; /* indices of nodes; direct ones */
    size_t need_count, dependent_count;
    size_t root;    /* what keeps it from being ready: itself, another node, or NONE when it is fine */
    size_t next;    /* the need on the shortest way to `root`; NONE at the root */
    size_t blocked; /* how many nodes wait for this root; 0 when it is none */
    bool in_cycle;
};

struct dependency_summary {
    size_t total, ready, suspended; /* rows; suspended ones are not in the ratio ready of total - suspended */
    size_t not_ready;               /* = roots + blocked */
    size_t roots, blocked;
    size_t failed, progressing, unknown; /* roots by what they are */
    size_t ghosts;
    size_t omitted; /* edges over DEPENDENCY_GRAPH_EDGES_MAX */
};

struct dependency_graph;

/* kind_id: KIND_ID_HELMRELEASES or KIND_ID_KUSTOMIZATIONS. Empty when there is no table. */
struct dependency_graph *dependency_graph_new(const struct store *store, const char *kind_id, int region);
void dependency_graph_free(struct dependency_graph *graph);

size_t dependency_graph_count(const struct dependency_graph *graph);
const struct dependency_node *dependency_graph_at(const struct dependency_graph *graph, size_t index); /* sorted by key */
size_t dependency_graph_find(const struct dependency_graph *graph, struct span key);                   /* or NONE */
struct dependency_summary dependency_graph_summary(const struct dependency_graph *graph);

/* Nodes from `index` to its root, both included; 0 when the node is fine. At most `maximum` are written; returns the length. */
size_t dependency_graph_path(const struct dependency_graph *graph, size_t index, size_t *path, size_t maximum);

enum dependency_direction { DEPENDENCY_DIRECTION_NEEDS, DEPENDENCY_DIRECTION_DEPENDENTS };

/* Everything reachable from `index` (not itself), nearest first: all its needs, or all that depend on it (blast radius).
 * At most `maximum` are written to `found` (may be NULL); returns how many there are. */
size_t dependency_graph_reach(const struct dependency_graph *graph, size_t index, enum dependency_direction direction,
                              size_t *found, size_t maximum);

/* One sentence on why a node is not ready, through the chain: "waits for flux-system/bp-openbao: post-install hook failed".
 * "" when it is fine. Returns out. */
const char *dependency_graph_explain(const struct dependency_graph *graph, size_t index, char *out, size_t size);

#endif
