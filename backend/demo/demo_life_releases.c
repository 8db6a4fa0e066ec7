/* helm-controller: begins and finishes reconciles of HelmReleases, waits for dependencies, keeps failing what is
 * broken. Also the application-controller's share: an Application's phase follows its releases. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_flux.h"
#include "demo/demo_flux_scan.h"
#include "demo/demo_json.h"
#include "demo/demo_life_region.h"
#include "demo/demo_workload_edit.h"

#define NOTICE_MS 250 /* between a change and the controller's first write */
#define CHECK_MS 700  /* a reconcile that finds nothing to do */

static bool is_behind(const json_t *release)
{
    return demo_json_integer(release, "metadata.generation", 1) !=
           demo_json_integer(release, "status.observedGeneration", 0);
}

static bool is_reconciling(const json_t *release)
{
    return demo_json_at(release, "status.conditions[?(@.type==\"Reconciling\")]") != NULL;
}

void demo_life_releases_seen(struct demo_life_region *at, const json_t *release)
{
    if (demo_flux_is_suspended(release) || is_reconciling(release))
        return;
    if (is_behind(release) || demo_flux_has_request(release))
        demo_life_region_plan(at, NOTICE_MS, DEMO_LIFE_RELEASE_BEGIN, DEMO_KIND_HELMRELEASE,
                              demo_json_text(release, "metadata.namespace"), demo_json_text(release, "metadata.name"));
}

/* "namespace/name" of the first dependency that is not ready; caller frees; NULL when all are. */
static char *missing_dependency(struct demo_life_region *at, const json_t *release)
{
    size_t index = 0;
    json_t *dependency = NULL;
    json_array_foreach(demo_json_at(release, "spec.dependsOn"), index, dependency) {
        const char *name_space = demo_json_text(dependency, "namespace"), *name = demo_json_text(dependency, "name");
        if (!name_space[0])
            name_space = demo_json_text(release, "metadata.namespace");
        json_t *there = demo_store_get(at->store, DEMO_KIND_HELMRELEASE, name_space, name);
        bool is_ready = there && demo_flux_is_ready(there) && !is_behind(there);
        json_decref(there);
        if (!is_ready)
            return alloc_printf("%s/%s", name_space, name);
    }
    return NULL;
}

static bool is_annotated_like_request(const json_t *release, const char *annotation)
{
    const json_t *annotations = demo_json_at(release, "metadata.annotations");
    const char *request = json_string_value(json_object_get(annotations, "reconcile.fluxcd.io/requestedAt"));
    const char *value = json_string_value(json_object_get(annotations, annotation));
    return request && value && strcmp(request, value) == 0 && demo_flux_has_request(release);
}

static bool is_forced(const json_t *release)
{
    return is_annotated_like_request(release, "reconcile.fluxcd.io/forceAt");
}

/* Retries are used up: only a new spec, force or reset starts another action. */
static bool is_given_up(const json_t *release)
{
    return demo_json_at(release, "status.conditions[?(@.type==\"Stalled\")]") && !is_behind(release) &&
           !is_forced(release) && !is_annotated_like_request(release, "reconcile.fluxcd.io/resetAt");
}

static enum status edit_begin(json_t *release, void *context, struct error *err)
{
    bool runs = !is_given_up(release) && (demo_flux_release_is_changed(release) || is_forced(release));
    demo_flux_release_started(release, runs);
    *(bool *)context = runs;
    return STATUS_OK;
}

static enum status edit_blocked(json_t *release, void *context, struct error *err)
{
    demo_flux_handle_request(release);
    demo_flux_release_blocked(release, context);
    return STATUS_OK;
}

static void chronicle(struct demo_life_region *at, const char *name_space, const char *name)
{
    json_t *release = demo_store_get(at->store, DEMO_KIND_HELMRELEASE, name_space, name);
    if (!release)
        return;
    struct demo_chronicle_entry entry = {demo_flux_is_ready(release) ? "Normal" : "Warning",
                                         demo_json_text(release, "status.conditions[?(@.type==\"Ready\")].reason"),
                                         demo_json_text(release, "status.conditions[?(@.type==\"Ready\")].message"),
                                         "helm-controller", 0};
    demo_chronicle_write(at->world, at->region, release, &entry);
    json_decref(release);
}

static void block(struct demo_life_region *at, const struct demo_life_due *due, char *dependency)
{
    demo_store_update(at->store, DEMO_KIND_HELMRELEASE, due->name_space, due->name, edit_blocked, dependency,
                      "helm-controller");
    demo_life_region_plan(at, demo_life_region_pace(at, 30, 1000, 5000), DEMO_LIFE_RELEASE_BEGIN, DEMO_KIND_HELMRELEASE,
                          due->name_space, due->name);
}

void demo_life_releases_begin(struct demo_life_region *at, const struct demo_life_due *due)
{
    json_t *release = demo_store_get(at->store, DEMO_KIND_HELMRELEASE, due->name_space, due->name);
    if (!release || demo_flux_is_suspended(release) || is_reconciling(release)) {
        json_decref(release);
        return;
    }
    char *dependency = missing_dependency(at, release);
    json_decref(release);
    if (dependency) {
        block(at, due, dependency);
        free(dependency);
        return;
    }
    bool runs = false;
    demo_store_update(at->store, DEMO_KIND_HELMRELEASE, due->name_space, due->name, edit_begin, &runs,
                      "helm-controller");
    int64_t delay_ms = runs ? CHECK_MS + demo_life_region_pace(at, 25, 300, 20000) : CHECK_MS;
    demo_life_region_plan(at, delay_ms, DEMO_LIFE_RELEASE_FINISH, DEMO_KIND_HELMRELEASE, due->name_space, due->name);
}

static size_t broken_index(const struct demo_life_region *at, const char *name_space, const char *name)
{
    char key[320];
    snprintf(key, sizeof key, "%s/%s", name_space, name);
    size_t i = 0;
    while (i < at->broken.count && strcmp(at->broken.items[i], key) != 0)
        i++;
    return i;
}

void demo_life_releases_set_broken(struct demo_life_region *at, const char *name_space, const char *name,
                                   bool is_broken)
{
    size_t index = broken_index(at, name_space, name);
    if (is_broken && index == at->broken.count) {
        ARRAY_PUSH(&at->broken, alloc_printf("%s/%s", name_space, name));
    } else if (!is_broken && index < at->broken.count) {
        free(at->broken.items[index]);
        ARRAY_REMOVE(&at->broken, index);
    }
}

struct finishing {
    bool is_broken, acted, failed, gave_up;
};

static enum status edit_finish(json_t *release, void *context, struct error *err)
{
    struct finishing *finishing = context;
    finishing->gave_up = is_given_up(release);
    bool ran = strcmp(demo_json_text(release, "status.conditions[?(@.type==\"Ready\")].status"), "Unknown") == 0;
    finishing->acted = ran && !finishing->is_broken;
    finishing->failed = finishing->is_broken;
    demo_flux_handle_request(release);
    if (finishing->is_broken)
        demo_flux_release_failed(release, "context deadline exceeded", false);
    else if (finishing->gave_up)
        demo_flux_remove_condition(release, "Reconciling");
    else
        demo_flux_release_succeeded(release, ran);
    return STATUS_OK;
}

/* Those that waited for a dependency look again; dependents of a release that just failed notice soon. */
static void wake(struct demo_life_region *at, const char *failed)
{
    struct demo_snapshot snapshot;
    if (demo_store_snapshot(at->store, demo_kinds_at(DEMO_KIND_HELMRELEASE), "flux-system", 0, &snapshot) != STATUS_OK)
        return;
    for (size_t i = 0; i < snapshot.count; i++) {
        const struct demo_object *object = snapshot.objects[i];
        bool is_dependent = failed && demo_flux_scan_depends_on(object, failed);
        if (is_dependent || (!failed && demo_flux_scan_is_waiting(object)))
            demo_life_region_plan(at, is_dependent ? 1500 + 400 * demo_luck_below(&at->luck, 8) : 500,
                                  DEMO_LIFE_RELEASE_BEGIN, DEMO_KIND_HELMRELEASE, "flux-system", object->name);
    }
    demo_store_release(&snapshot);
}

void demo_life_releases_finish(struct demo_life_region *at, const struct demo_life_due *due)
{
    struct finishing finishing = {.is_broken = broken_index(at, due->name_space, due->name) < at->broken.count};
    if (demo_store_update(at->store, DEMO_KIND_HELMRELEASE, due->name_space, due->name, edit_finish, &finishing,
                          "helm-controller") != STATUS_OK)
        return;
    json_t *release = demo_store_get(at->store, DEMO_KIND_HELMRELEASE, due->name_space, due->name);
    if (finishing.acted || finishing.failed) {
        chronicle(at, due->name_space, due->name);
        demo_life_releases_deployed(at->world, at->region, release);
    }
    wake(at, finishing.failed ? due->name : NULL);
    demo_life_releases_seen(at, release);
    json_decref(release);
}

void demo_life_releases_routine(struct demo_life_region *at, const struct demo_life_due *due)
{
    struct demo_snapshot snapshot = {0};
    demo_store_snapshot(at->store, demo_kinds_at(DEMO_KIND_HELMRELEASE), "flux-system", 0, &snapshot);
    size_t count = snapshot.count;
    const struct demo_object *object = count ? snapshot.objects[at->routine_at++ % count] : NULL;
    if (object && demo_flux_scan_is_ready(object) && !demo_flux_scan_is_suspended(object))
        demo_life_region_plan(at, 0, DEMO_LIFE_RELEASE_BEGIN, DEMO_KIND_HELMRELEASE, "flux-system", object->name);
    demo_store_release(&snapshot);
    demo_life_region_plan(at, demo_life_region_pace(at, 900.0 / (double)(count ? count : 1), 1000, 20000),
                          DEMO_LIFE_RELEASE_ROUTINE, DEMO_KIND_HELMRELEASE, "", "");
}

/* ---- what an upgrade reaches ---- */

static void roll_workloads(struct demo_world *world, int region, const json_t *release)
{
    static const enum demo_kind_id KINDS[] = {DEMO_KIND_DEPLOYMENT, DEMO_KIND_STATEFULSET};
    const char *name_space = demo_json_text(release, "spec.targetNamespace"),
               *name = demo_json_text(release, "metadata.name");
    const char *digest = demo_json_text(release, "status.history[0].configDigest");
    for (size_t i = 0; i < ARRAY_LENGTH(KINDS); i++) {
        struct demo_snapshot snapshot = {0};
        demo_store_snapshot(world->stores[region], demo_kinds_at(KINDS[i]), name_space, 0, &snapshot);
        for (size_t j = 0; j < snapshot.count; j++) {
            const char *of =
                json_string_value(json_object_get(snapshot.objects[j]->labels, "helm.toolkit.fluxcd.io/name"));
            if (of && strcmp(of, name) == 0)
                demo_workload_edit_annotation(world, region, KINDS[i], name_space, snapshot.objects[j]->name,
                                              "checksum/config", digest, "helm-controller");
        }
        demo_store_release(&snapshot);
    }
}

struct application_edit {
    const char *cluster, *phase;
};

static enum status edit_application(json_t *application, void *context, struct error *err)
{
    const struct application_edit *edit = context;
    bool is_ready = true;
    size_t index = 0;
    json_t *cluster = NULL;
    json_array_foreach(demo_json_at(application, "status.perCluster"), index, cluster) {
        if (strcmp(demo_json_text(cluster, "cluster"), edit->cluster) == 0)
            json_object_set_new(cluster, "status", json_string(edit->phase));
        is_ready = is_ready && strcmp(demo_json_text(cluster, "status"), "Ready") == 0;
    }
    demo_json_set(application, "status.phase", json_string(is_ready ? "Ready" : "Degraded"));
    demo_json_set_condition(application, "Ready", is_ready ? "True" : "False",
                            is_ready ? "AllClustersReady" : "ReleaseNotReady",
                            is_ready ? "every cluster reports Ready" : "1 cluster is not ready");
    json_t *region = NULL;
    json_array_foreach(demo_json_at(application, "status.regions"), index, region)
        if (is_ready)
            json_object_set_new(region, "ready", json_integer(demo_json_integer(region, "replicas", 1)));
    return STATUS_OK;
}

void demo_life_releases_deployed(struct demo_world *world, int region, const json_t *release)
{
    bool is_ready = demo_flux_is_ready(release);
    if (is_ready)
        roll_workloads(world, region, release);
    const json_t *labels = demo_json_at(release, "metadata.labels");
    const char *application = json_string_value(json_object_get(labels, "catalyst.openova.io/app"));
    if (!application)
        return;
    char cluster[64];
    snprintf(cluster, sizeof cluster, "hz-%s-rtz-prod", demo_world_region(region));
    struct application_edit edit = {cluster, is_ready ? "Ready" : "Failed"};
    demo_store_update(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_APPLICATION,
                      demo_json_text(release, "metadata.namespace"), application, edit_application, &edit,
                      "application-controller");
}
