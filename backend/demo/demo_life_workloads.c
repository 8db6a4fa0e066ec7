/* kube-controller-manager, kubelet and the Crossplane package manager: rollouts, pod starts, package installs. */
#include <stdio.h>
#include <string.h>

#include "demo/demo_json.h"
#include "demo/demo_life_region.h"
#include "demo/demo_workload.h"

static void see_pod(struct demo_life_region *at, const json_t *pod, bool is_deleted)
{
    const char *name_space = demo_json_text(pod, "metadata.namespace");
    enum demo_kind_id kind = DEMO_KIND_DEPLOYMENT;
    char workload[256];
    if (!demo_workload_of_pod(at->world, at->region, pod, &kind, workload, sizeof workload))
        return;
    if (is_deleted)
        demo_life_region_plan(at, 500, DEMO_LIFE_WORKLOAD_SYNC, kind, name_space, workload);
    else if (strcmp(demo_json_text(pod, "status.phase"), "Pending") == 0)
        demo_life_region_plan(at, demo_life_region_pace(at, 10, 150, 3000), DEMO_LIFE_POD_START, DEMO_KIND_POD,
                              name_space, demo_json_text(pod, "metadata.name"));
}

static bool is_unsettled(const json_t *workload, enum demo_kind_id kind)
{
    if (demo_json_integer(workload, "metadata.generation", 1) !=
        demo_json_integer(workload, "status.observedGeneration", 0))
        return true;
    return kind != DEMO_KIND_DAEMONSET &&
           demo_json_integer(workload, "spec.replicas", 1) != demo_json_integer(workload, "status.replicas", 0);
}

void demo_life_workloads_seen(struct demo_life_region *at, const json_t *object, enum demo_kind_id kind,
                              bool is_deleted)
{
    const char *name_space = demo_json_text(object, "metadata.namespace"),
               *name = demo_json_text(object, "metadata.name");
    if (kind == DEMO_KIND_POD) {
        see_pod(at, object, is_deleted);
    } else if (kind == DEMO_KIND_PROVIDER) {
        bool is_new =
            strcmp(demo_json_text(object, "spec.package"), demo_json_text(object, "status.currentIdentifier")) != 0;
        if (!is_deleted && is_new)
            demo_life_region_plan(at, 400, DEMO_LIFE_PROVIDER_INSTALL, kind, "", name);
    } else if (!is_deleted && is_unsettled(object, kind)) {
        demo_life_region_plan(at, 300, DEMO_LIFE_WORKLOAD_SYNC, kind, name_space, name);
    }
}

void demo_life_workloads_sync(struct demo_life_region *at, const struct demo_life_due *due)
{
    bool is_done = demo_workload_sync(at->world, at->region, due->kind, due->name_space, due->name, DEMO_WORKLOAD_ONE);
    if (!is_done)
        demo_life_region_plan(at, demo_life_region_pace(at, 6, 50, 2000), DEMO_LIFE_WORKLOAD_SYNC, due->kind,
                              due->name_space, due->name);
}

void demo_life_workloads_start_pod(struct demo_life_region *at, const struct demo_life_due *due)
{
    if (!demo_workload_start_pod(at->world, at->region, due->name_space, due->name))
        return;
    json_t *pod = demo_store_get(at->store, DEMO_KIND_POD, due->name_space, due->name);
    enum demo_kind_id kind = DEMO_KIND_DEPLOYMENT;
    char workload[256];
    if (pod && demo_workload_of_pod(at->world, at->region, pod, &kind, workload, sizeof workload))
        demo_workload_count(at->world, at->region, kind, due->name_space, workload);
    json_decref(pod);
}

struct package_pull {
    bool is_refused;
};

static enum status edit_installed(json_t *provider, void *context, struct error *err)
{
    const struct package_pull *pull = context;
    const char *package = demo_json_text(provider, "spec.package");
    if (pull->is_refused) {
        char message[400];
        snprintf(message, sizeof message, "cannot unpack package: failed to fetch package from remote: GET https://%.200s: "
                 "UNAUTHORIZED: unauthorized to access repository: 401 Unauthorized", package);
        demo_json_set_condition(provider, "Installed", "False", "UnpackingPackage", message);
        return STATUS_OK;
    }
    demo_json_set(provider, "status.currentIdentifier", json_string(package));
    demo_json_set_condition(provider, "Installed", "True", "ActivePackageRevision", "");
    demo_json_set_condition(provider, "Healthy", "True", "HealthyPackageRevision", "");
    return STATUS_OK;
}

/* A local proxy project refuses anonymous pulls: without the ImageConfig nothing is installed (hw270). */
static bool is_refused(struct demo_life_region *at, const char *name)
{
    json_t *provider = demo_store_get(at->store, DEMO_KIND_PROVIDER, "", name);
    json_t *config = demo_store_get(at->store, DEMO_KIND_IMAGECONFIG, "", "cutover-harbor-xpkg");
    bool is_local = strstr(demo_json_text(provider, "spec.package"), "." DEMO_WORLD_FQDN "/proxy-xpkg/") != NULL;
    bool is_anonymous = is_local && !config;
    json_decref(config);
    json_decref(provider);
    return is_anonymous;
}

void demo_life_workloads_install_provider(struct demo_life_region *at, const struct demo_life_due *due)
{
    struct package_pull pull = {is_refused(at, due->name)};
    demo_store_update(at->store, DEMO_KIND_PROVIDER, "", due->name, edit_installed, &pull, "crossplane");
}
