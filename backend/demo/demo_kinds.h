/* The kinds the demo Sovereign's API servers serve: one row each (domain contract section 2; core kinds as Kubernetes
 * 1.30 has them). Static data, any thread. */
#ifndef DEMO_DEMO_KINDS_H
#define DEMO_DEMO_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "demo/demo_columns.h"

enum demo_kind_id {
    DEMO_KIND_NAMESPACE,
    DEMO_KIND_NODE,
    DEMO_KIND_POD,
    DEMO_KIND_SERVICE,
    DEMO_KIND_CONFIGMAP,
    DEMO_KIND_SECRET,
    DEMO_KIND_SERVICEACCOUNT,
    DEMO_KIND_EVENT,
    DEMO_KIND_PERSISTENTVOLUMECLAIM,
    DEMO_KIND_PERSISTENTVOLUME,
    DEMO_KIND_DEPLOYMENT,
    DEMO_KIND_STATEFULSET,
    DEMO_KIND_DAEMONSET,
    DEMO_KIND_REPLICASET,
    DEMO_KIND_JOB,
    DEMO_KIND_CRONJOB,
    DEMO_KIND_LEASE,
    DEMO_KIND_VOLUMEATTACHMENT,
    DEMO_KIND_CUSTOMRESOURCEDEFINITION,
    DEMO_KIND_CLUSTERROLE,
    DEMO_KIND_CLUSTERROLEBINDING,
    DEMO_KIND_GITREPOSITORY,
    DEMO_KIND_HELMREPOSITORY,
    DEMO_KIND_HELMCHART,
    DEMO_KIND_OCIREPOSITORY,
    DEMO_KIND_HELMRELEASE,
    DEMO_KIND_KUSTOMIZATION,
    DEMO_KIND_ORGANIZATION,
    DEMO_KIND_ENVIRONMENT,
    DEMO_KIND_BLUEPRINT,
    DEMO_KIND_APPLICATION,
    DEMO_KIND_CONTINUUM,
    DEMO_KIND_CNPGPAIR,
    DEMO_KIND_USERACCESS,
    DEMO_KIND_PROVIDER,
    DEMO_KIND_IMAGECONFIG,
    DEMO_KIND_CILIUMNETWORKPOLICY,
    DEMO_KIND_CILIUMCLUSTERWIDENETWORKPOLICY,
    DEMO_KIND_CERTIFICATE,
    DEMO_KIND_EXTERNALSECRET,
    DEMO_KIND_GATEWAY,
    DEMO_KIND_COUNT
};

#define DEMO_KIND_NAMES_MAX 4

struct demo_kind {
    const char *group; /* "" for core */
    const char *version;
    const char *other_versions[DEMO_KIND_NAMES_MAX]; /* also served, same shape */
    const char *plural, *singular, *kind, *list_kind;
    const char *short_names[DEMO_KIND_NAMES_MAX];
    const char *categories[DEMO_KIND_NAMES_MAX];
    const char *selectable[DEMO_KIND_NAMES_MAX + 6]; /* further field selectors, as JSON paths without the first dot */
    bool namespaced;
    bool has_status;     /* has the /status subresource: a plain write leaves status alone */
    bool has_generation; /* metadata.generation counts changes outside metadata and status */
    bool is_custom;      /* from a CustomResourceDefinition: list items carry apiVersion and kind, no strategic merge */
    const char *status_manager; /* field manager that owns the status of objects put without managedFields */
    const struct demo_column *columns;
};

const struct demo_kind *demo_kinds_at(enum demo_kind_id id);
enum demo_kind_id demo_kinds_id(const struct demo_kind *kind);

/* By URL parts; `version` may be any served version. NULL when not served. */
const struct demo_kind *demo_kinds_find(const char *group, const char *version, const char *plural);

/* By "apps/v1" or "v1" and "Deployment". NULL when not served. */
const struct demo_kind *demo_kinds_by_kind(const char *api_version, const char *kind);

bool demo_kinds_serves(const struct demo_kind *kind, const char *version);

/* "v1" or "apps/v1", with `version` NULL meaning the kind's own. Written into out. */
void demo_kinds_api_version(const struct demo_kind *kind, const char *version, char *out, size_t size);

#endif
