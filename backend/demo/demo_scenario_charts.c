/* Takes step ConfigMaps away, moves and renames them, and the status keys with them; see demo_scenario_charts.h. */
#include "demo/demo_scenario_charts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "demo/demo_build.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_json.h"

static struct demo_store *store_of(struct demo_world *world)
{
    return world->stores[DEMO_WORLD_PRIMARY];
}

static void map_name(const struct demo_cutover_step *step, char out[96])
{
    snprintf(out, 96, "cutover-step-%s-%s", step->file, step->name);
}

static json_t *get_map(struct demo_world *world, const char *name)
{
    return demo_store_get(store_of(world), DEMO_KIND_CONFIGMAP, DEMO_CUTOVER_NAMESPACE, name);
}

static void put_map(struct demo_world *world, json_t *map)
{
    demo_store_put(store_of(world), DEMO_KIND_CONFIGMAP, map, "helm-controller");
}

static enum status edit_forget(json_t *map, void *context, struct error *err)
{
    static const char *const FIELDS[] = {"startedAt", "finishedAt", "result", "jobName"};
    for (size_t i = 0; i < ARRAY_LENGTH(FIELDS); i++) {
        char key[128];
        snprintf(key, sizeof key, "step.%s.%s", (const char *)context, FIELDS[i]);
        json_object_del(json_object_get(map, "data"), key);
    }
    return STATUS_OK;
}

static void forget_row(struct demo_world *world, const char *step)
{
    demo_store_update(store_of(world), DEMO_KIND_CONFIGMAP, DEMO_CUTOVER_NAMESPACE, DEMO_CUTOVER_STATUS, edit_forget,
                      (void *)(uintptr_t)step, "helm-controller");
}

static void set_order(struct demo_world *world, const struct demo_cutover_step *step, int order)
{
    char name[96], text[8];
    map_name(step, name);
    snprintf(text, sizeof text, "%d", order);
    json_t *map = get_map(world, name);
    json_object_set_new(demo_json_at(map, "metadata.labels"), "bp.openova.io/cutover-order", json_string(text));
    put_map(world, map);
}

/* File numbers are the old orders; steps behind `count` are not there yet. */
static void ship(struct demo_world *world, int count)
{
    char total[8];
    for (int i = 0; i < DEMO_CUTOVER_STEPS; i++) {
        const struct demo_cutover_step *step = &demo_cutover_chain[i];
        int order = atoi(step->file);
        char name[96];
        map_name(step, name);
        if (order <= count) {
            set_order(world, step, order);
            continue;
        }
        demo_store_remove(store_of(world), DEMO_KIND_CONFIGMAP, DEMO_CUTOVER_NAMESPACE, name);
        forget_row(world, step->name);
    }
    snprintf(total, sizeof total, "%d", count);
    demo_cutover_status_set(world, "totalSteps", total, NULL);
}

void demo_scenario_charts_eight(struct demo_world *world)
{
    ship(world, 8);
}

void demo_scenario_charts_nine(struct demo_world *world)
{
    ship(world, 9);
}

void demo_scenario_charts_ten(struct demo_world *world)
{
    ship(world, 10);
}

void demo_scenario_charts_older(struct demo_world *world)
{
    ship(world, 11);
}

void demo_scenario_charts_old_names(struct demo_world *world)
{
    static const char OLD[] = "cutover-step-06-helmrepository-patches";
    ship(world, 8);
    json_t *map = get_map(world, OLD);
    json_object_set_new(json_object_get(map, "metadata"), "name", json_string("cutover-step-06-helmrepo-patches"));
    json_object_del(json_object_get(map, "metadata"), "uid");
    json_object_set_new(json_object_get(map, "data"), "stepName", json_string("helmrepo-patches"));
    demo_store_remove(store_of(world), DEMO_KIND_CONFIGMAP, DEMO_CUTOVER_NAMESPACE, OLD);
    put_map(world, map);
    forget_row(world, "helmrepository-patches");
    demo_cutover_status_set(world, "step.helmrepo-patches.startedAt", "", "step.helmrepo-patches.finishedAt", "",
                            "step.helmrepo-patches.result", "", "step.helmrepo-patches.jobName", "", NULL);
}

static void add_unknown(struct demo_world *world, const char *file, const char *name, int order)
{
    struct demo_cutover_step step = {file, name, order, false, 600, "docker.io/alpine/k8s:1.31.4"};
    char map[96], number[8];
    map_name(&step, map);
    snprintf(number, sizeof number, "%d", order);
    json_t *labels = json_pack("{s:s, s:s, s:s}", "app.kubernetes.io/part-of", "self-sovereign-cutover",
                               "app.kubernetes.io/component", "cutover-step", "bp.openova.io/cutover-order", number);
    json_t *document = demo_build_object(DEMO_CUTOVER_NAMESPACE, map, labels, DEMO_BUILD_DAY);
    char *pod_spec = demo_cutover_chain_pod_spec(&step);
    json_object_set_new(document, "data", json_pack("{s:s, s:s}", "stepName", name, "podSpec", pod_spec));
    free(pod_spec);
    put_map(world, document);
}

void demo_scenario_charts_unknown(struct demo_world *world)
{
    add_unknown(world, "12", "dns-delegation-pivot", 10);
    add_unknown(world, "13", "telemetry-export-pivot", 12);
}

void demo_scenario_charts_invalid(struct demo_world *world)
{
    json_t *map = get_map(world, "cutover-step-05-flux-gitrepository-patch");
    json_object_del(demo_json_at(map, "metadata.labels"), "bp.openova.io/cutover-order");
    put_map(world, map);
}

void demo_scenario_charts_none(struct demo_world *world)
{
    for (int i = 0; i < DEMO_CUTOVER_STEPS; i++) {
        char name[96];
        map_name(&demo_cutover_chain[i], name);
        demo_store_remove(store_of(world), DEMO_KIND_CONFIGMAP, DEMO_CUTOVER_NAMESPACE, name);
    }
}
