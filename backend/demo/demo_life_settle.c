/* Everything a region's controllers would do until nothing is left, without waiting. */
#include <string.h>

#include "base/array.h"
#include "demo/demo_flux.h"
#include "demo/demo_flux_scan.h"
#include "demo/demo_json.h"
#include "demo/demo_life.h"
#include "demo/demo_life_region.h"
#include "demo/demo_workload.h"

static enum status edit_release(json_t *release, void *context, struct error *err)
{
    bool *acted = context;
    *acted = demo_flux_release_is_changed(release);
    demo_flux_release_succeeded(release, *acted);
    return STATUS_OK;
}

static bool is_behind(const json_t *object)
{
    return demo_json_integer(object, "metadata.generation", 1) !=
           demo_json_integer(object, "status.observedGeneration", 0);
}

/* Stopped in the middle of a rollout: the new generation was observed, but old pods are left. */
static bool is_rolling(const json_t *workload)
{
    int64_t replicas = demo_json_integer(workload, "status.replicas", 0);
    int64_t scheduled = demo_json_integer(workload, "status.desiredNumberScheduled", 0);
    return demo_json_integer(workload, "status.updatedReplicas", replicas) != replicas ||
           demo_json_integer(workload, "status.updatedNumberScheduled", scheduled) != scheduled;
}

static void settle_releases(struct demo_world *world, int region)
{
    struct demo_snapshot snapshot = {0};
    demo_store_snapshot(world->stores[region], demo_kinds_at(DEMO_KIND_HELMRELEASE), NULL, 0, &snapshot);
    for (size_t i = 0; i < snapshot.count; i++) {
        const struct demo_object *object = snapshot.objects[i];
        bool acted = false;
        if (!demo_flux_scan_is_behind(object) || demo_flux_scan_is_suspended(object))
            continue;
        json_t *release = demo_object_document(object);
        if (demo_json_at(release, "status.history"))
            demo_store_update(world->stores[region], DEMO_KIND_HELMRELEASE, object->name_space, object->name,
                              edit_release, &acted, "helm-controller");
        json_decref(release);
    }
    demo_store_release(&snapshot);
}

static void settle_workloads(struct demo_world *world, int region)
{
    static const enum demo_kind_id KINDS[] = {DEMO_KIND_DEPLOYMENT, DEMO_KIND_STATEFULSET, DEMO_KIND_DAEMONSET};
    for (size_t i = 0; i < ARRAY_LENGTH(KINDS); i++) {
        json_t *workloads = demo_store_list(world->stores[region], KINDS[i], NULL);
        size_t index = 0;
        json_t *workload = NULL;
        json_array_foreach(workloads, index, workload)
            if (is_behind(workload) || is_rolling(workload))
                demo_workload_sync(world, region, KINDS[i], demo_json_text(workload, "metadata.namespace"),
                                   demo_json_text(workload, "metadata.name"), DEMO_WORKLOAD_ALL);
        json_decref(workloads);
    }
}

static void settle_providers(struct demo_life_region *at)
{
    json_t *providers = demo_store_list(at->store, DEMO_KIND_PROVIDER, NULL);
    size_t index = 0;
    json_t *provider = NULL;
    json_array_foreach(providers, index, provider) {
        char *name = (char *)(uintptr_t)demo_json_text(provider, "metadata.name");
        demo_life_workloads_install_provider(at, &(struct demo_life_due){.name = name});
    }
    json_decref(providers);
}

/* Sources and Kustomizations first: what they apply the releases follow. */
static void settle_sources(struct demo_life_region *at)
{
    static char FLUX[] = "flux-system", OPENOVA[] = "openova", LOFT_SPACE[] = "vcluster-system", LOFT[] = "loft";
    demo_life_sources_fetch(at, &(struct demo_life_due){.name_space = FLUX, .name = OPENOVA});
    demo_life_sources_fetch_repository(at, &(struct demo_life_due){.name_space = LOFT_SPACE, .name = LOFT});
    if (at->world->first_reconcile_s > 0) /* fetched, but not applied yet */
        return;
    static char NAMES[][24] = {"bootstrap-kit", "infrastructure-config", "sovereign-tls", "org-tenants"};
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES); i++)
        demo_life_kustomizations_apply(at, &(struct demo_life_due){.name_space = FLUX, .name = NAMES[i]});
}

void demo_life_settle(struct demo_world *world)
{
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        struct demo_life_region at = {.world = world, .region = region, .store = world->stores[region]};
        settle_sources(&at);
        settle_releases(world, region);
        settle_workloads(world, region);
        settle_providers(&at);
        for (size_t i = 0; i < at.due.count; i++) {
            free(at.due.items[i].name_space);
            free(at.due.items[i].name);
        }
        ARRAY_FREE(&at.due);
        json_decref(at.artifact);
        free(at.applied);
        free(at.build_error);
    }
}
