/* source-controller: fetches the Git repository the region's GitRepository names, and keeps what it declares as
 * artifact. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_build.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_cutover_chain.h"
#include "demo/demo_flux.h"
#include "demo/demo_json.h"
#include "demo/demo_life_region.h"

#define EGRESS_POLICY "cutover-egress-block"

static bool is_behind(const json_t *object)
{
    return demo_json_integer(object, "metadata.generation", 1) !=
               demo_json_integer(object, "status.observedGeneration", 0) ||
           demo_flux_has_request(object);
}

void demo_life_sources_seen(struct demo_life_region *at, const json_t *object, enum demo_kind_id kind)
{
    static const enum demo_life_action ACTIONS[DEMO_KIND_COUNT] = {
        [DEMO_KIND_GITREPOSITORY] = DEMO_LIFE_SOURCE_FETCH,
        [DEMO_KIND_KUSTOMIZATION] = DEMO_LIFE_KUSTOMIZATION_APPLY,
        [DEMO_KIND_HELMREPOSITORY] = DEMO_LIFE_REPOSITORY_FETCH};
    bool is_static = kind == DEMO_KIND_HELMREPOSITORY && strcmp(demo_json_text(object, "spec.type"), "oci") == 0;
    bool is_due = is_static ? demo_json_at(object, "status") != NULL : is_behind(object);
    if (is_due && !demo_flux_is_suspended(object) && !atomic_load(&at->world->is_stuck[at->region]))
        demo_life_region_plan(at, 300, ACTIONS[kind], kind, demo_json_text(object, "metadata.namespace"),
                              demo_json_text(object, "metadata.name"));
}

static bool is_egress_blocked(struct demo_life_region *at)
{
    json_t *policy = demo_store_get(at->store, DEMO_KIND_CILIUMCLUSTERWIDENETWORKPOLICY, "", EGRESS_POLICY);
    json_decref(policy);
    return policy != NULL;
}

/* The Secret that the source names must be there and not be marked as revoked in Gitea. */
static bool has_credentials(struct demo_life_region *at, const json_t *source)
{
    const char *name = demo_json_text(source, "spec.secretRef.name");
    json_t *secret = name[0] ? demo_store_get(at->store, DEMO_KIND_SECRET, "flux-system", name) : NULL;
    const char *password = json_string_value(json_object_get(json_object_get(secret, "data"), "password"));
    bool is_good = password && strcmp(password, DEMO_LIFE_REVOKED) != 0;
    json_decref(secret);
    return is_good;
}

/* Which tree a URL leads to; -1 with the reason in *cause when none can be fetched. */
static int tree_behind(struct demo_life_region *at, const json_t *source, const char **cause)
{
    const char *url = demo_json_text(source, "spec.url");
    if (strstr(url, "://github.com/openova-io/openova")) {
        *cause = "failed to checkout and determine revision: unable to clone 'https://github.com/openova-io/openova': "
                 "dial tcp 140.82.121.3:443: i/o timeout";
        return is_egress_blocked(at) ? -1 : DEMO_GIT_UPSTREAM;
    }
    bool is_local = strstr(url, "://gitea-http.gitea.svc.cluster.local:3000/openova/openova") ||
                    strstr(url, "://gitea." DEMO_WORLD_FQDN "/openova/openova");
    if (!is_local) {
        *cause = "failed to checkout and determine revision: unable to clone: dial tcp: lookup failed: no such host";
        return -1;
    }
    *cause = "failed to checkout and determine revision: unable to clone: authentication required: Unauthorized";
    return has_credentials(at, source) ? DEMO_GIT_LOCAL : -1;
}

static enum status edit_failed(json_t *source, void *context, struct error *err)
{
    demo_flux_handle_request(source);
    demo_flux_git_failed(source, context);
    return STATUS_OK;
}

static enum status edit_fetched(json_t *source, void *context, struct error *err)
{
    demo_flux_handle_request(source);
    demo_flux_git_fetched(source, context);
    return STATUS_OK;
}

/* Takes the tree's head as the region's artifact. */
static void store_artifact(struct demo_life_region *at, enum demo_git_tree tree, const char *sha)
{
    struct error err = {0};
    json_t *declared = NULL;
    free(at->build_error);
    at->build_error = NULL;
    if (demo_git_declared(at->world->git, tree, at->region, &declared, &err) == STATUS_OK) {
        json_decref(at->artifact);
        at->artifact = declared;
        demo_life_kustomizations_forget(at);
    } else {
        at->build_error = alloc_strdup(err.text);
    }
    snprintf(at->artifact_sha, sizeof at->artifact_sha, "%s", sha);
}

void demo_life_sources_keep_old(struct demo_life_region *at)
{
    char sha[DEMO_GIT_SHA_SIZE];
    if (!at->world->applies_old[at->region])
        return;
    demo_git_head(at->world->git, DEMO_GIT_UPSTREAM, sha);
    store_artifact(at, DEMO_GIT_UPSTREAM, sha);
}

static void plan_kustomizations(struct demo_life_region *at)
{
    json_t *kustomizations = demo_store_list(at->store, DEMO_KIND_KUSTOMIZATION, NULL);
    size_t index = 0;
    json_t *kustomization = NULL;
    json_array_foreach(kustomizations, index, kustomization)
        demo_life_region_plan(at, demo_life_region_pace(at, 3, 30, 300) + 200 * (int64_t)index, DEMO_LIFE_KUSTOMIZATION_APPLY, DEMO_KIND_KUSTOMIZATION,
                              demo_json_text(kustomization, "metadata.namespace"),
                              demo_json_text(kustomization, "metadata.name"));
    json_decref(kustomizations);
}

static void fail(struct demo_life_region *at, const struct demo_life_due *due, const json_t *source, const char *cause)
{
    demo_store_update(at->store, DEMO_KIND_GITREPOSITORY, due->name_space, due->name, edit_failed,
                      (void *)(uintptr_t)cause, "source-controller");
    struct demo_chronicle_entry entry = {"Warning", "GitOperationFailed", cause, "source-controller", 0};
    demo_chronicle_write(at->world, at->region, source, &entry);
}

void demo_life_sources_fetch(struct demo_life_region *at, const struct demo_life_due *due)
{
    json_t *source = demo_store_get(at->store, DEMO_KIND_GITREPOSITORY, due->name_space, due->name);
    if (!source || demo_flux_is_suspended(source) || atomic_load(&at->world->is_stuck[at->region])) {
        json_decref(source);
        return;
    }
    const char *cause = NULL;
    int tree = tree_behind(at, source, &cause);
    if (tree < 0) {
        fail(at, due, source, cause);
    } else {
        char sha[DEMO_GIT_SHA_SIZE];
        demo_git_head(at->world->git, (enum demo_git_tree)tree, sha);
        bool is_new = strcmp(sha, at->artifact_sha) != 0;
        if (is_new)
            store_artifact(at, (enum demo_git_tree)tree, sha);
        demo_store_update(at->store, DEMO_KIND_GITREPOSITORY, due->name_space, due->name, edit_fetched, sha,
                          "source-controller");
        if (is_new)
            plan_kustomizations(at);
    }
    json_decref(source);
}

void demo_life_sources_tick(struct demo_life_region *at, const struct demo_life_due *due)
{
    demo_life_region_plan(at, 0, DEMO_LIFE_SOURCE_FETCH, DEMO_KIND_GITREPOSITORY, "flux-system", "openova");
    demo_life_region_plan(at, demo_life_region_pace(at, 60, 300, 60000), DEMO_LIFE_SOURCE_TICK, DEMO_KIND_GITREPOSITORY,
                          "", "");
}

static enum status edit_repository(json_t *repository, void *context, struct error *err)
{
    if (strcmp(demo_json_text(repository, "spec.type"), "oci") == 0) { /* a static object: no status at all */
        json_object_del(repository, "status");
        return STATUS_OK;
    }
    demo_flux_handle_request(repository);
    demo_json_set_condition(repository, "Ready", "True", "Succeeded", "stored artifact");
    demo_flux_observe(repository);
    return STATUS_OK;
}

void demo_life_sources_fetch_repository(struct demo_life_region *at, const struct demo_life_due *due)
{
    demo_store_update(at->store, DEMO_KIND_HELMREPOSITORY, due->name_space, due->name, edit_repository, NULL,
                      "source-controller");
}
