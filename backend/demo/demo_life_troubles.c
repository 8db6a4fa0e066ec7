/* What goes wrong now and then and heals by itself, pods that restart, and leases that are renewed. */
#include <stdio.h>
#include <string.h>

#include "demo/demo_build.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_flux.h"
#include "demo/demo_json.h"
#include "demo/demo_life_region.h"
#include "demo/demo_workload.h"

#define TROUBLE_EVERY_S 1300.0
#define TROUBLE_LASTS_S 480.0
#define LEASE_MS 10000

/* Releases whose failing is instructive and harmless: some have dependents. */
static const char *const CANDIDATES[] = {"bp-langfuse",      "bp-openbao",          "bp-seaweedfs", "bp-guacamole",
                                         "bp-opentelemetry", "bp-external-secrets", "bp-velero",    "bp-newapi"};

static enum status edit_force(json_t *release, void *context, struct error *err)
{
    demo_flux_release_started(release, true);
    return STATUS_OK;
}

static void start_action(struct demo_life_region *at, const char *name)
{
    demo_store_update(at->store, DEMO_KIND_HELMRELEASE, "flux-system", name, edit_force, NULL, "helm-controller");
    demo_life_region_plan(at, 1500, DEMO_LIFE_RELEASE_FINISH, DEMO_KIND_HELMRELEASE, "flux-system", name);
}

static bool is_steady(struct demo_life_region *at, const char *name)
{
    json_t *release = demo_store_get(at->store, DEMO_KIND_HELMRELEASE, "flux-system", name);
    bool is_ready = release && demo_flux_is_ready(release) && !demo_flux_is_suspended(release) &&
                    !demo_json_at(release, "status.conditions[?(@.type==\"Reconciling\")]");
    json_decref(release);
    return is_ready;
}

void demo_life_troubles_tick(struct demo_life_region *at, const struct demo_life_due *due)
{
    const char *name = CANDIDATES[demo_luck_below(&at->luck, (int)ARRAY_LENGTH(CANDIDATES))];
    if (!atomic_load(&at->world->is_calm) && at->broken.count == 0 && is_steady(at, name)) {
        demo_life_releases_set_broken(at, "flux-system", name, true);
        start_action(at, name);
        demo_life_region_plan(at, demo_life_region_pace(at, TROUBLE_LASTS_S, 20000, 120000), DEMO_LIFE_TROUBLE_HEAL,
                              DEMO_KIND_HELMRELEASE, "flux-system", name);
    }
    int64_t next_ms = demo_life_region_pace(at, TROUBLE_EVERY_S, 90000, 600000);
    demo_life_region_plan(at, next_ms, DEMO_LIFE_TROUBLE_TICK, DEMO_KIND_HELMRELEASE, "", "");
}

void demo_life_troubles_heal(struct demo_life_region *at, const struct demo_life_due *due)
{
    demo_life_releases_set_broken(at, due->name_space, due->name, false);
    start_action(at, due->name);
}

/* The pod that cannot start keeps trying; another one restarts once. */
void demo_life_troubles_restart(struct demo_life_region *at, const struct demo_life_due *due)
{
    json_t *pods = demo_store_list(at->store, DEMO_KIND_POD, NULL);
    size_t index = 0;
    json_t *pod = NULL;
    json_array_foreach(pods, index, pod) {
        if (strcmp(demo_json_text(pod, "status.containerStatuses[0].state.waiting.reason"), "CrashLoopBackOff") != 0)
            continue;
        const char *name_space = demo_json_text(pod, "metadata.namespace"),
                   *name = demo_json_text(pod, "metadata.name");
        struct demo_log_key key = {name_space, name, demo_json_text(pod, "status.containerStatuses[0].name"), false};
        demo_logs_rotate(at->world->logs[at->region], &key);
        demo_logs_append(at->world->logs[at->region], &key, "starting");
        demo_logs_append(at->world->logs[at->region], &key,
                         "panic: sql: database \"temporal_visibility\" does not exist");
        demo_workload_set_waiting(at->world, at->region, name_space, name, "CrashLoopBackOff",
                                  "back-off 5m0s restarting failed container", 1);
        struct demo_chronicle_entry entry = {"Warning", "BackOff", "Back-off restarting failed container", "kubelet",
                                             0};
        demo_chronicle_write(at->world, at->region, pod, &entry);
    }
    if (!atomic_load(&at->world->is_calm) && json_array_size(pods) > 0) {
        pod = json_array_get(pods, (size_t)demo_luck_below(&at->luck, (int)json_array_size(pods)));
        if (demo_json_at(pod, "status.containerStatuses[0].state.running") && demo_luck_below(&at->luck, 4) == 0)
            demo_workload_set_waiting(at->world, at->region, demo_json_text(pod, "metadata.namespace"),
                                      demo_json_text(pod, "metadata.name"), NULL, NULL, 1);
    }
    json_decref(pods);
    demo_life_region_plan(at, demo_life_region_pace(at, 300, 15000, 300000), DEMO_LIFE_RESTART_TICK, DEMO_KIND_POD, "",
                          "");
}

static enum status edit_lease(json_t *continuum, void *context, struct error *err)
{
    demo_json_set(continuum, "status.leaseExpiresAt", demo_build_ago(-30));
    return STATUS_OK;
}

void demo_life_troubles_renew_leases(struct demo_life_region *at, const struct demo_life_due *due)
{
    json_t *continuums = demo_store_list(at->store, DEMO_KIND_CONTINUUM, NULL);
    size_t index = 0;
    json_t *continuum = NULL;
    json_array_foreach(continuums, index, continuum)
        demo_store_update(at->store, DEMO_KIND_CONTINUUM, demo_json_text(continuum, "metadata.namespace"),
                          demo_json_text(continuum, "metadata.name"), edit_lease, NULL, "continuum-controller");
    json_decref(continuums);
    demo_life_region_plan(at, LEASE_MS, DEMO_LIFE_LEASE_TICK, DEMO_KIND_CONTINUUM, "", "");
}
