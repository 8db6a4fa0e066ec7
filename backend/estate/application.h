/* An Application: what runs for it, and how it is. Health = worst of status.phase, perCluster[].status and its HelmReleases in
 * all regions (domain.md 2.3, 11.4). */
#ifndef ESTATE_APPLICATION_H
#define ESTATE_APPLICATION_H

#include "estate/health.h"
#include "estate/row_index.h"
#include "flux/dependency_graph.h"
#include "store/store.h"

#define APPLICATION_RELEASES_MAX 64
#define ESTATE_NONE ((size_t)-1)

struct application {
    const struct row *row;
    size_t organization, environment;                     /* indices in the estate; ESTATE_NONE */
    size_t next_in_organization, next_in_environment;     /* siblings; ESTATE_NONE ends */
    struct health health;
    const struct row **releases; /* its HelmReleases, by region; owned */
    size_t release_count;
};

/* What an Application is judged by; borrowed. */
struct application_sources {
    const struct store *store;
    const struct row_index *releases_by_application; /* label catalyst.openova.io/app */
    const struct row_index *applications_by_name;
    struct dependency_graph *const *graphs;          /* HelmReleases, by region; they hold the rows found here */
};

/* Sets `releases` (domain.md 2.3): by label, spec.helmRelease, perCluster[].hr; else by its own name. */
void application_find_releases(struct application *application, const struct application_sources *sources);
void application_judge(struct application *application, const struct application_sources *sources);
void application_done(struct application *application);

/* Name of the Organization by its own words: spec, label, or namespace ("org-acme" and "acme" mean acme); may be empty. */
struct span application_organization_name(const struct row *row);

/* "active-hot-standby" for the legacy spellings too; "" when there is none. */
struct span application_placement(const struct row *row);

/* Name of the Helm release of a HelmRelease, and the namespace its objects live in: what its pods are found by. `out` has room
 * for the composed name. */
struct span application_release_name(const struct row *release, char *out, size_t size);
struct span application_release_namespace(const struct row *release);

/* The pod or workload belongs to the release: helm-controller's labels, or the same namespace and label
 * app.kubernetes.io/instance (or the older `release`). */
bool application_owns(const struct row *release, const struct row *object);

#endif
