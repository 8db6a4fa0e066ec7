/* What the dormant bp-self-sovereign-cutover has put into namespace `catalyst`: step ConfigMaps, status, DaemonSet. */
#include "demo/demo_fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_build.h"
#include "demo/demo_cutover_chain.h"
#include "demo/demo_json.h"
#include "demo/demo_roles.h"
#include "demo/demo_workload.h"

#define AGE (DEMO_FIXTURES_AGE_DAYS * DEMO_BUILD_DAY)

static json_t *labels_of(const char *component)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "app.kubernetes.io/part-of", "self-sovereign-cutover",
                     "app.kubernetes.io/component", component, "app.kubernetes.io/managed-by", "Helm",
                     "app.kubernetes.io/instance", "self-sovereign-cutover");
}

static json_t *repository_names(struct demo_world *world)
{
    char *names = alloc_strdup("");
    json_t *repositories = demo_store_list(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_HELMREPOSITORY, "flux-system");
    size_t index = 0;
    json_t *repository = NULL;
    json_array_foreach(repositories, index, repository) {
        char *longer = alloc_printf("%s%s\n", names, demo_json_text(repository, "metadata.name"));
        free(names);
        names = longer;
    }
    json_decref(repositories);
    json_t *value = json_string(names);
    free(names);
    return value;
}

static void put_step(struct demo_world *world, const struct demo_cutover_step *step)
{
    char name[96], order[8];
    snprintf(name, sizeof name, "cutover-step-%s-%s", step->file, step->name);
    snprintf(order, sizeof order, "%d", step->order);
    json_t *labels = labels_of("cutover-step");
    json_object_set_new(labels, "bp.openova.io/cutover-order", json_string(order));
    json_object_set_new(labels, "bp.openova.io/cutover-mode",
                        json_string(step->waits_for_daemonset ? "daemonset-wait" : "job"));
    if (step->waits_for_daemonset)
        json_object_set_new(labels, "bp.openova.io/cutover-daemonset", json_string(step->name));
    json_t *document = demo_build_object(DEMO_CUTOVER_NAMESPACE, name, labels, AGE);
    json_t *data = json_pack("{s:s}", "stepName", step->name);
    char *pod_spec = demo_cutover_chain_pod_spec(step);
    if (!step->waits_for_daemonset)
        json_object_set_new(data, "podSpec", json_string(pod_spec));
    free(pod_spec);
    if (strcmp(step->name, "helmrepository-patches") == 0)
        json_object_set_new(data, "helmrepository-names.txt", repository_names(world));
    json_object_set_new(document, "data", data);
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CONFIGMAP, document, "helm-controller");
}

void demo_fixtures_cutover_status(struct demo_world *world)
{
    static const char *const STEP_KEYS[] = {"startedAt", "finishedAt", "result", "jobName"};
    static const char *const EMPTY[] = {"cutoverStartedAt", "cutoverFinishedAt", "currentStep", "failedStep",
                                        "lastError"};
    json_t *data = json_pack("{s:s, s:s, s:s, s:s, s:s}", "cutoverComplete", "false", "currentStepIndex", "0",
                             "totalSteps", "11", "progressPercent", "0", "registriesYamlActive", "v1");
    for (size_t i = 0; i < sizeof EMPTY / sizeof *EMPTY; i++)
        json_object_set_new(data, EMPTY[i], json_string(""));
    for (int i = 0; i < DEMO_CUTOVER_STEPS; i++) {
        for (size_t j = 0; j < sizeof STEP_KEYS / sizeof *STEP_KEYS; j++) {
            char key[96];
            snprintf(key, sizeof key, "step.%s.%s", demo_cutover_chain[i].name, STEP_KEYS[j]);
            json_object_set_new(data, key, json_string(""));
        }
    }
    json_t *document = demo_build_object(DEMO_CUTOVER_NAMESPACE, DEMO_CUTOVER_STATUS, labels_of("cutover-status"), AGE);
    demo_json_set(document, "metadata.annotations", json_pack("{s:s}", "helm.sh/resource-policy", "keep"));
    json_object_set_new(document, "data", data);
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CONFIGMAP, document, "helm-controller");
}

static void log_daemonset(struct demo_world *world)
{
    json_t *pods = demo_store_list(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE);
    size_t index = 0;
    json_t *pod = NULL;
    json_array_foreach(pods, index, pod) {
        struct demo_log_key key = {DEMO_CUTOVER_NAMESPACE, demo_json_text(pod, "metadata.name"), "registry-pivot",
                                   false};
        demo_logs_append(world->logs[DEMO_WORLD_PRIMARY], &key, "[registry-pivot] started, sweep every 15 s");
        demo_logs_append(world->logs[DEMO_WORLD_PRIMARY], &key,
                         "[registry-pivot] registriesYamlActive=v1: nothing to do");
    }
    json_decref(pods);
}

void demo_fixtures_cutover(struct demo_world *world)
{
    for (int i = 0; i < DEMO_CUTOVER_STEPS; i++)
        put_step(world, &demo_cutover_chain[i]);
    demo_fixtures_cutover_status(world);
    json_t *account =
        demo_build_object(DEMO_CUTOVER_NAMESPACE, "bp-self-sovereign-cutover-runner", labels_of("runner"), AGE);
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_SERVICEACCOUNT, account, "helm-controller");
    demo_roles_put_runner(world->stores[DEMO_WORLD_PRIMARY], AGE);
    struct demo_workload_spec pivot = {.kind = DEMO_KIND_DAEMONSET,
                                       .name_space = DEMO_CUTOVER_NAMESPACE,
                                       .name = "registry-pivot",
                                       .containers = "registry-pivot=docker.io/library/alpine:3.20",
                                       .release = "bp-self-sovereign-cutover",
                                       .age_seconds = AGE};
    demo_workload_install(world, DEMO_WORLD_PRIMARY, &pivot);
    struct demo_workload_spec reconciler = {.kind = DEMO_KIND_DEPLOYMENT,
                                            .name_space = DEMO_CUTOVER_NAMESPACE,
                                            .name = "cutover-daytwo-harbor-reconciler",
                                            .replicas = 1,
                                            .containers = "reconciler=docker.io/alpine/k8s:1.31.4",
                                            .release = "bp-self-sovereign-cutover",
                                            .age_seconds = AGE};
    demo_workload_install(world, DEMO_WORLD_PRIMARY, &reconciler);
    log_daemonset(world);
}
