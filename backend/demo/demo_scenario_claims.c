/* Status ConfigMap, Jobs, logs and roles that contradict or mislead; see demo_scenario_deeds.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_build.h"
#include "demo/demo_fixtures.h"
#include "demo/demo_git.h"
#include "demo/demo_json.h"
#include "demo/demo_life.h"
#include "demo/demo_roles.h"
#include "demo/demo_scenario_deeds.h"
#include "demo/demo_scenario_tools.h"
#include "demo/demo_workload.h"

#define CURL "docker.io/curlimages/curl:8.10.1"
#define DASH "\xE2\x80\x94"

/* ---- the auto-trigger ---- */

static void put_trigger(struct demo_world *world, const char *lines, int ago_s, int took_s, bool failed)
{
    struct demo_scenario_job job = {.name = "self-sovereign-cutover-auto-trigger",
                                    .component = "cutover-auto-trigger",
                                    .container = "auto-trigger",
                                    .image = CURL,
                                    .lines = lines,
                                    .started_ago_s = ago_s,
                                    .took_s = took_s,
                                    .failed = failed};
    demo_scenario_put_job(world, &job);
}

void demo_scenario_claims_unauthorized(struct demo_world *world)
{
    put_trigger(world,
                "GET http://catalyst-api.catalyst-system.svc.cluster.local:8080/healthz: 200\n"
                "POST /api/v1/internal/cutover/trigger: 401 {\"error\":\"missing-bearer\"}\n"
                "WARN 401: giving up, start the cutover from the console (exit 0)\n",
                3 * DEMO_BUILD_HOUR, 40, false);
}

void demo_scenario_claims_too_early(struct demo_world *world)
{
    world->lacks_handover = true;
    put_trigger(world,
                "GET http://catalyst-api.catalyst-system.svc.cluster.local:8080/healthz: 200\n"
                "POST /api/v1/internal/cutover/trigger: 425 {\"error\":\"handover-incomplete\"}\n"
                "FAIL unexpected status 425\n",
                5 * DEMO_BUILD_HOUR, 40, true);
}

/* ---- resets and times ---- */

/* What the chart's upgrade takes with it; the other Jobs are still there to be adopted. */
void demo_scenario_claims_reset_prepare(struct demo_world *world)
{
    demo_scenario_remove_jobs(world, "egress-block-test");
}

void demo_scenario_claims_reset(struct demo_world *world)
{
    struct demo_store *store = world->stores[DEMO_WORLD_PRIMARY];
    struct demo_scenario_object release = {DEMO_WORLD_PRIMARY, DEMO_KIND_HELMRELEASE, "flux-system",
                                           "bp-self-sovereign-cutover"};
    demo_store_remove(store, DEMO_KIND_CONFIGMAP, DEMO_CUTOVER_NAMESPACE, DEMO_CUTOVER_STATUS);
    demo_fixtures_cutover_status(world);
    demo_scenario_set_condition(world, &release, "Released", "True", "UpgradeSucceeded",
                                "Helm upgrade succeeded for release catalyst/self-sovereign-cutover");
    put_trigger(world,
                "GET http://catalyst-api.catalyst-system.svc.cluster.local:8080/healthz: 200\n"
                "POST /api/v1/internal/cutover/trigger: 200\n",
                2, 2, false);
    demo_cutover_start(world->cutover, DEMO_CUTOVER_BY_TRIGGER, NULL);
}

void demo_scenario_claims_restamped(struct demo_world *world)
{
    char finished[TIMESTAMP_TEXT_MAX], stamped[TIMESTAMP_TEXT_MAX];
    demo_cutover_status_get(world, "cutoverFinishedAt", finished, sizeof finished);
    timestamp_format(stamped, timestamp_parse(span_of(finished)) - 11 * 60000);
    demo_cutover_status_set(world, "cutoverStartedAt", stamped, "cutoverLastAttemptStartedAt", stamped, NULL);
}

/* ---- rights ---- */

void demo_scenario_claims_policy_rights(struct demo_world *world)
{
    demo_roles_forget(world->stores[DEMO_WORLD_PRIMARY], "cilium.io", "ciliumclusterwidenetworkpolicies", "patch,update");
}

void demo_scenario_claims_policy_warned(struct demo_world *world)
{
    demo_scenario_log(world, "egress-block-test",
                      "verifying post-cutover URLs are local\n"
                      "lints: CLEAN\n"
                      "Error from server (Forbidden): ciliumclusterwidenetworkpolicies.cilium.io \"cutover-egress-block\" is "
                      "forbidden: User \"system:serviceaccount:catalyst:bp-self-sovereign-cutover-runner\" cannot patch "
                      "resource \"ciliumclusterwidenetworkpolicies\" in API group \"cilium.io\" at the cluster scope\n"
                      "WARN " DASH " egressDeny apply failed; assertion-only fallback (fail-safe)\n"
                      "entering 600s survival window " DASH " only NEW NotReady regressions count as failure\n"
                      "window complete; new-regression-cycles=0\n"
                      "no new regressions during 600s window " DASH " sovereignty proof PASSED\n",
                      true);
}

void demo_scenario_claims_release_rights(struct demo_world *world)
{
    demo_roles_forget(world->stores[DEMO_WORLD_PRIMARY], "helm.toolkit.fluxcd.io", "helmreleases", "patch,update");
}

void demo_scenario_claims_namespace_rights(struct demo_world *world)
{
    demo_roles_forget(world->stores[DEMO_WORLD_PRIMARY], "", "namespaces", "get,list,watch");
}

/* ---- rows and Jobs ---- */

void demo_scenario_claims_total_eight(struct demo_world *world)
{
    demo_cutover_status_set(world, "totalSteps", "8", "progressPercent", "112", NULL);
}

/* The hold of before the restart of catalyst-api ended well; the engine did not wait for it and made another. */
void demo_scenario_claims_hold_twice(struct demo_world *world)
{
    char name[96];
    snprintf(name, sizeof name, "cutover-egress-block-test-%lld", (long long)(clock_wall_ms() / 1000 - 1500));
    struct demo_scenario_job first = {
        .name = name,
        .step = "egress-block-test",
        .component = "cutover-job",
        .container = "egress-block-test",
        .image = "registry." DEMO_WORLD_FQDN "/proxy-dockerhub/alpine/k8s:1.31.4",
        .lines = "entering 600s survival window " DASH " only NEW NotReady regressions count as failure\n"
                 "window complete; new-regression-cycles=0\negressDeny removed\n"
                 "no new regressions during 600s window " DASH " sovereignty proof PASSED\n",
        .started_ago_s = 1500,
        .took_s = 840};
    demo_scenario_put_job(world, &first);
    demo_scenario_set_time(world, "cutoverLastAttemptStartedAt", 600);
}

void demo_scenario_claims_no_job(struct demo_world *world)
{
    demo_scenario_remove_jobs(world, "flux-gitrepository-patch");
}

void demo_scenario_claims_gateway_error(struct demo_world *world)
{
    static const char ERROR[] =
        "watch Job: an error on the server (\"<html>\\r\\n<head><title>502 Bad Gateway</title></head>\") has prevented the "
        "request from succeeding (get jobs.batch)";
    demo_cutover_status_set(world, "lastError", ERROR, NULL);
}

void demo_scenario_claims_drift(struct demo_world *world)
{
    static const char MISSING[] = "CHART bp-chargeback 0.2.0\nCHART bp-openova-mcp 0.4.1\nCHART bp-continuum 0.4.6\n";
    demo_scenario_log(world, "helmrepository-patches",
                      "3a-pin: MISSING CHART bp-chargeback 0.2.0 in oci://registry." DEMO_WORLD_FQDN "/openova-io\n"
                      "3a-pin: MISSING CHART bp-openova-mcp 0.4.1 in oci://registry." DEMO_WORLD_FQDN "/openova-io\n"
                      "3a-pin: MISSING CHART bp-continuum 0.4.6 in oci://registry." DEMO_WORLD_FQDN "/openova-io\n"
                      "FATAL 3 chart pins of the mirrored slots were never pushed; ghcr-pull is left as it is\n",
                      false);
    demo_scenario_put_config(world, "self-sovereign-cutover-daytwo-missing", "missing", MISSING);
}

void demo_scenario_claims_kubeconfigs(struct demo_world *world)
{
    static const char ERROR[] = "gathering secondary kubeconfigs: region hel: Secret catalyst/cutover-secondary-kubeconfigs "
                                "has no key hel.yaml";
    demo_store_remove(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_SECRET, DEMO_CUTOVER_NAMESPACE,
                      "cutover-secondary-kubeconfigs");
    demo_scenario_set_time(world, "cutoverStartedAt", 1200);
    demo_scenario_set_time(world, "cutoverLastAttemptStartedAt", 1200);
    demo_cutover_status_set(world, "failedStep", "secondary-kubeconfigs", "lastError", ERROR, NULL);
}

void demo_scenario_claims_garbage(struct demo_world *world)
{
    demo_cutover_status_set(world, "progressPercent", "-7%", "totalSteps", "eleven", "currentStepIndex", "99999999999999",
                            "cutoverStartedAt", "0001-01-01T00:00:00Z", "cutoverFinishedAt", "yesterday",
                            "registriesYamlActive", "v3\033[31m", "currentStep", "no-such-step", "cutoverComplete", "maybe",
                            "step.harbor-prewarm.result", "sucess", "step.gitea-mirror.finishedAt", "2039-01-01T00:00:00Z",
                            "step..result", "running", "step.egress-block-test", "success", "node..registriesYaml", "v2",
                            "node.fsn-w9.hz.example.registriesYaml", "v2", "somethingNew", "\xE2\x80\xAE" "desrever", NULL);
}

/* ---- a mirror that is too old ---- */

void demo_scenario_claims_unmirrored(struct demo_world *world)
{
    char path[256];
    int64_t then_ms = clock_wall_ms() - (int64_t)14 * 3600 * 1000;
    char then[TIMESTAMP_TEXT_MAX];
    timestamp_format(then, then_ms);
    if (demo_git_slot_path("bp-catalyst-platform", path, sizeof path))
        demo_git_replace(world->git, path, "version: 1.4.166", "version: 1.4.165", "openova-bot <bot@openova.io>",
                         "bootstrap-kit: bp-catalyst-platform 1.4.165");
    demo_life_settle(world);
    demo_cutover_status_set(world, "step.gitea-mirror.startedAt", then, "step.gitea-mirror.finishedAt", then,
                            "cutoverStartedAt", then, NULL);
    json_t *pods = demo_store_list(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_POD, "catalyst-system");
    size_t index = 0;
    json_t *pod = NULL;
    json_array_foreach(pods, index, pod) {
        const char *app = demo_json_text(pod, "metadata.labels.app");
        if (strcmp(app, "catalyst-api") != 0 && strcmp(app, "catalyst-ui") != 0)
            continue;
        char *text = alloc_printf("Back-off pulling image \"registry." DEMO_WORLD_FQDN "/proxy-ghcr/openova-io/openova/%s:"
                                  "b1b472d\": rpc error: code = NotFound",
                                  app);
        demo_workload_set_waiting(world, DEMO_WORLD_PRIMARY, "catalyst-system", demo_json_text(pod, "metadata.name"),
                                  "ImagePullBackOff", text, 0);
        demo_workload_count(world, DEMO_WORLD_PRIMARY, DEMO_KIND_DEPLOYMENT, "catalyst-system", app);
        free(text);
    }
    json_decref(pods);
}
