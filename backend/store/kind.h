/* What a kind of object is: where it lives in the API and which facts a row keeps of it.
 *
 * Built-in kinds are rows of sovereign/kind_table.c. Any other kind of a server (`:KIND`) gets a kind made at run time from
 * discovery, whose cells are the server's own Table columns (dynamic_columns). Immutable once in use; any thread. */
#ifndef STORE_KIND_H
#define STORE_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/field.h"

/* How the facts at a path become one cell. Lists are joined by KIND_ITEM_SEPARATOR, the two parts of a pair by
 * KIND_PAIR_SEPARATOR; sanitized text cannot hold either. A cell of several items that would exceed its maximum keeps the
 * items that fit whole and ends in a KIND_ITEM_SEPARATOR (row_is_cut). */
enum kind_cell {
    KIND_CELL_TEXT,  /* first scalar at the path */
    KIND_CELL_LIST,  /* every scalar at the path */
    KIND_CELL_COUNT, /* number of elements of the container at the path */
    KIND_CELL_MAP,   /* key/value pairs of the object at the path (scalars only) */
    KIND_CELL_PAIRS, /* for each object at the path: `first` and `second` keys as a pair (env: name, value; dependsOn: name, namespace) */
    KIND_CELL_SUSPECT_VALUES, /* every string leaf below the path that names the mothership or an upstream, as (path, value) pairs: rule T-REL-07;
                               * paths are relative to it: "image.repository", "list[2].url" */
    KIND_CELL_PRESENT, /* "true" when something is at the path */
    KIND_CELL_SUM,     /* sum of the integers at the path; true counts 1 */
    KIND_CELL_KEYS,    /* keys of the object at the path that begin with `first`, without it, as a list */
    KIND_CELL_YAML_VALUE, /* value of the top-level key `first` in the YAML text at the path */
};

#define KIND_ITEM_SEPARATOR '\x1e'
#define KIND_PAIR_SEPARATOR '\x1f'

struct kind_field {
    enum field field;
    enum kind_cell cell;
    const char *path;        /* json_path.h; several, separated by a space, are all read in order */
    const char *alternative; /* the same, read when `path` has nothing; NULL: none */
    const char *first, *second; /* KIND_CELL_PAIRS, _KEYS, _YAML_VALUE */
    size_t maximum;          /* bytes kept of the cell; 0: KIND_CELL_MAXIMUM */
};

#define KIND_CELL_MAXIMUM 1024

/* Ids of the built-in kinds that domain code joins on. */
#define KIND_ID_HELMRELEASES "helmreleases"
#define KIND_ID_KUSTOMIZATIONS "kustomizations"
#define KIND_ID_GITREPOSITORIES "gitrepositories"
#define KIND_ID_HELMREPOSITORIES "helmrepositories"
#define KIND_ID_OCIREPOSITORIES "ocirepositories"
#define KIND_ID_ORGANIZATIONS "organizations"
#define KIND_ID_ENVIRONMENTS "environments"
#define KIND_ID_APPLICATIONS "applications"
#define KIND_ID_BLUEPRINTS "blueprints"
#define KIND_ID_NODES "nodes"
#define KIND_ID_PODS "pods"
#define KIND_ID_NAMESPACES "namespaces"
#define KIND_ID_JOBS "jobs"
#define KIND_ID_DAEMONSETS "daemonsets"
#define KIND_ID_DEPLOYMENTS "deployments"
#define KIND_ID_STATEFULSETS "statefulsets"
#define KIND_ID_CUTOVER_STEPS "cutover-steps" /* step ConfigMaps in catalyst */
#define KIND_ID_CUTOVER_PODS "cutover-pods"   /* pods in catalyst: of the steps' Jobs and of DaemonSet registry-pivot */
#define KIND_ID_SOVEREIGN_FQDN "sovereign-fqdn" /* ConfigMap catalyst-system/sovereign-fqdn */
#define KIND_ID_RUNTIME_CONFIG "runtime-config" /* ConfigMap catalyst-system/catalyst-runtime-config */
#define KIND_ID_CUTOVER_STATUS "cutover-status" /* the one ConfigMap catalyst/self-sovereign-cutover-status */
#define KIND_ID_EGRESS_POLICIES "ciliumclusterwidenetworkpolicies"
#define KIND_ID_PROVIDERS "providers" /* Crossplane */

enum kind_feed {
    KIND_FEED_ALWAYS,    /* listed and watched while the console runs */
    KIND_FEED_ON_DEMAND, /* while a screen, rule or command wants it */
};

struct kind {
    const char *id;       /* "helmreleases": unique among built-in kinds; command and `get` name */
    const char *title;    /* "HelmReleases" */
    const char *singular; /* "HelmRelease" = the API's kind */
    const char *group;    /* "" for core */
    const char *version;  /* preferred version */
    const char *versions; /* others we can read, best first, space-separated; NULL: none. Discovery decides per region */
    const char *plural;   /* resource name in paths */
    const char *aliases;  /* space-separated: "hr helmrelease" */
    bool namespaced;
    enum kind_feed feed;
    const char *namespace;      /* only this namespace; NULL: all */
    const char *label_selector; /* NULL: none */
    const char *field_selector; /* NULL: none */
    const struct kind_field *fields;
    size_t field_count;
    /* dynamic kinds only */
    const char *const *dynamic_columns;
    size_t dynamic_count;
};

/* Facts that every row has in these cells, whatever its kind: NAMESPACE, NAME, UID, RESOURCE_VERSION, GENERATION,
 * CREATED, DELETED, LABELS (in enum field order), then kind->fields in order, then dynamic columns. */
#define KIND_COMMON_CELLS 8

#endif
