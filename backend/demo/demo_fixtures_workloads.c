/* The workloads of the bootstrap kit's releases in one region. */
#include "demo/demo_fixtures.h"

#include <string.h>

#include "demo/demo_build.h"
#include "demo/demo_json.h"
#include "demo/demo_kit.h"
#include "demo/demo_workload.h"

static const enum demo_kind_id KINDS[] = {
    [DEMO_KIT_DEPLOYMENT] = DEMO_KIND_DEPLOYMENT,
    [DEMO_KIT_STATEFULSET] = DEMO_KIND_STATEFULSET,
    [DEMO_KIT_DAEMONSET] = DEMO_KIND_DAEMONSET,
};

static bool runs_here(struct demo_world *world, int region, const struct demo_kit_row *row)
{
    json_t *release = demo_store_get(world->stores[region], DEMO_KIND_HELMRELEASE, "flux-system", row->name);
    bool runs = release && demo_json_at(release, "status.history");
    json_decref(release);
    return runs;
}

static bool is_ours(const char *image)
{
    return strstr(image, "openova") != NULL;
}

void demo_fixtures_workloads(struct demo_world *world, int region)
{
    size_t count = 0;
    const struct demo_kit_workload *workloads = demo_kit_workloads(&count);
    for (size_t i = 0; i < count; i++) {
        const struct demo_kit_row *row = demo_kit_find(workloads[i].release);
        if (!row || !runs_here(world, region, row))
            continue;
        struct demo_workload_spec spec = {
            .kind = KINDS[workloads[i].kind],
            .name_space = row->target,
            .name = workloads[i].name,
            .replicas = workloads[i].replicas,
            .containers = workloads[i].containers,
            .release = row->name,
            .image_pull_secret = is_ours(workloads[i].containers) ? "ghcr-pull" : NULL,
            .age_seconds = DEMO_FIXTURES_AGE_DAYS * DEMO_BUILD_DAY,
        };
        demo_workload_install(world, region, &spec);
    }
}
