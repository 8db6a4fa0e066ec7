/* "reconcile with source" of the kit in every region, as the Jobs do after they pushed to the local Git. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_git.h"
#include "demo/demo_json.h"

struct wanted {
    const char *token, *revision, *path; /* path of the revision in the object */
};

static enum status edit_request(json_t *object, void *context, struct error *err)
{
    if (!demo_json_at(object, "metadata.annotations"))
        demo_json_set(object, "metadata.annotations", json_object());
    json_object_set_new(demo_json_at(object, "metadata.annotations"), "reconcile.fluxcd.io/requestedAt",
                        json_string(context));
    return STATUS_OK;
}

static bool is_there(const json_t *object, const void *context)
{
    const struct wanted *wanted = context;
    return strcmp(demo_json_text(object, "status.lastHandledReconcileAt"), wanted->token) == 0 &&
           strcmp(demo_json_text(object, wanted->path), wanted->revision) == 0;
}

static bool reconcile(struct demo_cutover_run *run, int region, enum demo_kind_id kind, const char *name,
                      const struct wanted *wanted)
{
    demo_store_update(run->world->stores[region], kind, "flux-system", name, edit_request,
                      (void *)(uintptr_t)wanted->token, DEMO_CUTOVER_MANAGER);
    struct demo_cutover_await there = {region, kind, "flux-system", name, is_there, wanted, 300};
    if (demo_cutover_run_await(run, &there))
        return true;
    if (region != DEMO_WORLD_PRIMARY && !demo_cutover_run_must_end(run)) { /* only the primary region's is fatal */
        demo_cutover_run_log(run, "WARN [%s] %s flux-system/%s did not reach %.24s in 300 s", demo_world_region(region),
                             demo_kinds_at(kind)->kind, name, wanted->revision);
        return true;
    }
    return demo_cutover_run_fail(run, "[%s] %s flux-system/%s did not reach %.24s in 300 s", demo_world_region(region),
                                 demo_kinds_at(kind)->kind, name, wanted->revision);
}

bool demo_cutover_run_sync(struct demo_cutover_run *run)
{
    if (run->is_instant)
        return true;
    char sha[DEMO_GIT_SHA_SIZE], revision[64], token[64];
    demo_git_head(run->world->git, DEMO_GIT_LOCAL, sha);
    snprintf(revision, sizeof revision, "main@sha1:%s", sha);
    snprintf(token, sizeof token, "%lld-%d", (long long)demo_cutover_run_now(run), run->waits);
    for (int region = 0; region < demo_cutover_run_regions(run); region++) {
        struct wanted fetched = {token, revision, "status.artifact.revision"},
                      applied = {token, revision, "status.lastAppliedRevision"};
        if (!reconcile(run, region, DEMO_KIND_GITREPOSITORY, "openova", &fetched) ||
            !reconcile(run, region, DEMO_KIND_KUSTOMIZATION, "bootstrap-kit", &applied))
            return false;
        demo_cutover_run_log(run, "[%s] bootstrap-kit applied %.24s", demo_world_region(region), revision);
    }
    return true;
}
