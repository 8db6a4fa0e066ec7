/* One region's share of demo_life: what is due when. Internal to the demo_life_* files; only the region's thread uses
 * it. */
#ifndef DEMO_DEMO_LIFE_REGION_H
#define DEMO_DEMO_LIFE_REGION_H

#include <stdint.h>

#include "base/array.h"
#include "demo/demo_git.h"
#include "demo/demo_world.h"

#define DEMO_LIFE_DUE_MAX                                                                                              \
    65536 /* waiting actions; more are dropped, the next event about the object brings them back */

enum demo_life_action {
    DEMO_LIFE_RELEASE_BEGIN,
    DEMO_LIFE_RELEASE_FINISH,
    DEMO_LIFE_RELEASE_ROUTINE, /* a reconcile by interval, of one release in turn */
    DEMO_LIFE_SOURCE_FETCH,
    DEMO_LIFE_SOURCE_TICK,
    DEMO_LIFE_KUSTOMIZATION_APPLY,
    DEMO_LIFE_KUSTOMIZATION_TICK,
    DEMO_LIFE_REPOSITORY_FETCH,
    DEMO_LIFE_WORKLOAD_SYNC,
    DEMO_LIFE_POD_START,
    DEMO_LIFE_PROVIDER_INSTALL,
    DEMO_LIFE_FINALIZE,
    DEMO_LIFE_LEASE_TICK,
    DEMO_LIFE_TROUBLE_TICK,
    DEMO_LIFE_TROUBLE_HEAL,
    DEMO_LIFE_RESTART_TICK,
    DEMO_LIFE_ACTION_COUNT
};

struct demo_life_due {
    int64_t at_ms;
    enum demo_life_action action;
    enum demo_kind_id kind;
    char *name_space, *name; /* owned */
};

struct demo_life_region {
    struct demo_world *world;
    int region;
    struct demo_store *store;
    struct demo_luck luck;
    ARRAY(struct demo_life_due) due;
    ARRAY(char *) broken; /* "namespace/name" of releases whose actions fail for now */
    size_t routine_at;    /* index of the next release of the routine */
    json_t *artifact;     /* what the last fetched revision declares; NULL before the first */
    uint64_t *applied;    /* per declared object: the version that was last found in order; owned */
    char artifact_sha[DEMO_GIT_SHA_SIZE];
    char *build_error; /* of that revision; NULL: it builds */
};

typedef void (*demo_life_fn)(struct demo_life_region *at, const struct demo_life_due *due);

/* Does `action` on the object after delay_ms real milliseconds, unless the same waits already. */
void demo_life_region_plan(struct demo_life_region *at, int64_t delay_ms, enum demo_life_action action,
                           enum demo_kind_id kind, const char *name_space, const char *name);

/* demo_world_pace_ms held between two real times. */
int64_t demo_life_region_pace(const struct demo_life_region *at, double seconds, int64_t least_ms, int64_t most_ms);

/* releases */
void demo_life_releases_seen(struct demo_life_region *at, const json_t *release);
void demo_life_releases_begin(struct demo_life_region *at, const struct demo_life_due *due);
void demo_life_releases_finish(struct demo_life_region *at, const struct demo_life_due *due);
void demo_life_releases_routine(struct demo_life_region *at, const struct demo_life_due *due);
void demo_life_releases_set_broken(struct demo_life_region *at, const char *name_space, const char *name,
                                   bool is_broken);
/* The upgrade reached the cluster: its workloads roll, its Application follows. */
void demo_life_releases_deployed(struct demo_world *world, int region, const json_t *release);

#define DEMO_LIFE_REVOKED "cmV2b2tlZA==" /* password of a Git credential that Gitea no longer takes ("revoked") */

/* sources and Kustomizations */
void demo_life_sources_keep_old(struct demo_life_region *at); /* world->applies_old: upstream's tree as artifact */
void demo_life_sources_seen(struct demo_life_region *at, const json_t *object, enum demo_kind_id kind);
void demo_life_sources_fetch(struct demo_life_region *at, const struct demo_life_due *due);
void demo_life_sources_tick(struct demo_life_region *at, const struct demo_life_due *due);
void demo_life_sources_fetch_repository(struct demo_life_region *at, const struct demo_life_due *due);
void demo_life_kustomizations_apply(struct demo_life_region *at, const struct demo_life_due *due);
void demo_life_kustomizations_forget(struct demo_life_region *at); /* a new artifact: everything is looked at again */
void demo_life_kustomizations_tick(struct demo_life_region *at, const struct demo_life_due *due);

/* workloads and pods */
void demo_life_workloads_seen(struct demo_life_region *at, const json_t *object, enum demo_kind_id kind,
                              bool is_deleted);
void demo_life_workloads_sync(struct demo_life_region *at, const struct demo_life_due *due);
void demo_life_workloads_start_pod(struct demo_life_region *at, const struct demo_life_due *due);
void demo_life_workloads_install_provider(struct demo_life_region *at, const struct demo_life_due *due);

/* troubles */
void demo_life_troubles_tick(struct demo_life_region *at, const struct demo_life_due *due);
void demo_life_troubles_heal(struct demo_life_region *at, const struct demo_life_due *due);
void demo_life_troubles_restart(struct demo_life_region *at, const struct demo_life_due *due);
void demo_life_troubles_renew_leases(struct demo_life_region *at, const struct demo_life_due *due);

#endif
