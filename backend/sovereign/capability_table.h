/* What a person can do with sovdeck, and the rights each takes, as data: `sovdeck doctor` asks for them, docs/doctor.md and a
 * ClusterRole are written from them. Pure. */
#ifndef SOVEREIGN_CAPABILITY_TABLE_H
#define SOVEREIGN_CAPABILITY_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytebuf.h"

#define CAPABILITY_TABLE_RIGHTS_MAX 160 /* single verbs over the whole table */

/* One row: verbs on a resource that a capability needs. */
struct capability_right {
    const char *capability;  /* "see releases": rows of one capability stand together */
    const char *verbs;       /* "list watch" */
    const char *group;       /* "" for core */
    const char *resource;    /* "helmreleases" */
    const char *subresource; /* NULL: none */
    const char *namespace;   /* the only one it is needed in; NULL: everywhere */
    bool is_namespaced;      /* the resource is: a right in some namespaces is worth something */
    bool is_optional;        /* without it sovdeck still looks, but cannot change or show that part */
};

size_t capability_table_count(void);
const struct capability_right *capability_table_at(size_t index);

/* A rule for a Role or ClusterRole in YAML's flow form, with only `verbs` (separated by blanks; NULL: the row's):
 * {apiGroups: ["helm.toolkit.fluxcd.io"], resources: ["helmreleases"], verbs: ["list", "watch"]} */
void capability_table_rule(const struct capability_right *right, const char *verbs, struct bytebuf *out);

#endif
