/* What the log of a step in the middle says, and how it goes on from there; see demo_scenario_deeds.h. */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "demo/demo_build.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_json.h"
#include "demo/demo_scenario_deeds.h"
#include "demo/demo_scenario_tools.h"

#define HELD_S 200 /* of the window when the scenario begins */
#define DASH "\xE2\x80\x94"

/* ---- egress-block-test ---- */

static void log_asserts(struct demo_cutover_run *run)
{
    demo_cutover_run_log(run, "verifying post-cutover URLs are local");
    demo_cutover_run_log(run, "lints: sources, packages, SMTP relay, per-Organization values: CLEAN");
    demo_cutover_run_log(run, "completeness: every workload image answers HEAD in local Harbor OK");
}

/* The window's first seconds, as far as the scenario's beginning. */
static void log_window(struct demo_cutover_run *run)
{
    demo_scenario_until(run, HELD_S);
    demo_cutover_run_log(run, "capturing baseline NotReady set");
    demo_cutover_run_log(run, "baseline pre-existing NotReady items (excluded from regression check):");
    demo_cutover_run_log(run, "  baseline fsn finovate/dashboards=False");
    demo_cutover_run_log(run, "entering 600s survival window " DASH " only NEW NotReady regressions count as failure");
    for (int at_s = 30; at_s <= HELD_S; at_s += 30) {
        demo_scenario_until(run, HELD_S - at_s);
        demo_cutover_run_log(run, "  sample %d/600s: NotReady=1 new=0", at_s);
    }
}

bool demo_scenario_runs_hold(struct demo_cutover_run *run)
{
    log_asserts(run);
    demo_scenario_until(run, HELD_S + 330);
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++)
        demo_cutover_egress_put_policy(run, region);
    demo_cutover_run_log(run, "  OK call-home https://console.openova.io/healthz: 000 unreachable");
    demo_cutover_run_log(run, "    PASS " DASH " workloads of flux-system rolled out (images pulled from local registry "
                              "under deny-egress)");
    log_window(run);
    return true;
}

bool demo_scenario_runs_hold_on(struct demo_cutover_run *run)
{
    return demo_cutover_egress_end(run, demo_cutover_egress_hold(run, HELD_S / 30 * 30));
}

static const char *const ADDRESSES[] = {"140.82.121.3/32", "140.82.121.34/32", "185.199.108.133/32", "49.12.16.160/32"};

bool demo_scenario_runs_four_addresses(struct demo_cutover_run *run)
{
    log_asserts(run);
    demo_scenario_until(run, HELD_S + 40);
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        struct demo_scenario_object policy = {region, DEMO_KIND_CILIUMCLUSTERWIDENETWORKPOLICY, "", DEMO_CUTOVER_POLICY};
        json_t *list = json_array();
        for (size_t i = 0; i < ARRAY_LENGTH(ADDRESSES); i++)
            json_array_append_new(list, json_pack("{s:s}", "cidr", ADDRESSES[i]));
        demo_cutover_egress_put_policy(run, region);
        demo_scenario_set(run->world, &policy, "spec",
                          json_pack("{s:{}, s:{s:b}, s:[{s:o}]}", "endpointSelector", "enableDefaultDeny", "egress", 0,
                                    "egressDeny", "toCIDRSet", list),
                          DEMO_CUTOVER_MANAGER);
    }
    demo_cutover_run_log(run, "WARN call-home https://console.openova.io/healthz: 200 (reachable)");
    demo_cutover_run_log(run, "  OK call-home https://github.com/openova-io: 000 unreachable");
    log_window(run);
    return true;
}

bool demo_scenario_runs_no_policy(struct demo_cutover_run *run)
{
    log_asserts(run);
    demo_scenario_until(run, HELD_S + 40);
    demo_cutover_run_log(run, "enforce mode ON " DASH " resolving upstream hosts to CIDRs");
    demo_cutover_run_log(run, "/bin/sh: can't create /tmp/egress-deny.yaml: Read-only file system");
    demo_cutover_run_log(run, "WARN " DASH " egressDeny apply failed; assertion-only fallback (fail-safe)");
    demo_cutover_run_log(run, "#3647: FRESH-PULL proof requested but egressDeny not applied " DASH
                              " skipping the fresh pull, survival-poll only");
    log_window(run);
    return true;
}

bool demo_scenario_runs_false_leak(struct demo_cutover_run *run)
{
    log_asserts(run);
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++)
        demo_cutover_egress_put_policy(run, region);
    run->virtual_ms += 5000;
    demo_cutover_run_log(run, "call-home https://console.openova.io/healthz: LEAK (http_code=000000)");
    demo_cutover_egress_end(run, false);
    return demo_cutover_run_fail(run, "call-home https://console.openova.io/healthz answered 000000 under default-deny "
                                      "egress " DASH " sovereignty proof FAILED");
}

/* ---- harbor-prewarm ---- */

#define IMAGES 140
#define IMAGES_DONE 84
#define IMAGE_S 53.0

static const char *image_of(int number)
{
    static const char *const IMAGES_OF[] = {
        "docker.io/grafana/mimir:2.14.3",        "docker.io/langfuse/langfuse:2.95.1",
        "quay.io/keycloak/keycloak:26.0.7",      "ghcr.io/openova-io/openova/catalyst-api:fad88bd",
        "docker.io/goharbor/harbor-core:v2.12.1", "registry.k8s.io/autoscaling/vpa-recommender:1.2.1",
        "ghcr.io/kyverno/kyverno:v1.13.2",       "mirror.gcr.io/aquasec/trivy-operator:0.24.1"};
    return IMAGES_OF[number % (int)ARRAY_LENGTH(IMAGES_OF)];
}

bool demo_scenario_runs_prewarm(struct demo_cutover_run *run)
{
    struct demo_scenario_object job = {DEMO_WORLD_PRIMARY, DEMO_KIND_JOB, DEMO_CUTOVER_NAMESPACE, run->job};
    demo_scenario_set(run->world, &job, "spec.activeDeadlineSeconds", json_integer(5400), "catalyst-api");
    demo_cutover_run_log(run, "A0 settled-roll gate: every HelmRelease, Deployment and StatefulSet is settled");
    for (int i = 1; i <= IMAGES_DONE; i++) {
        demo_scenario_until(run, (int)((IMAGES_DONE - i) * IMAGE_S));
        demo_cutover_run_log(run, "A %d/%d skopeo copy --multi-arch all %s OK", i, IMAGES, image_of(i));
    }
    return true;
}

/* Too slow for its deadline; in seconds of the clock, because that is what a deadline is. */
bool demo_scenario_runs_prewarm_on(struct demo_cutover_run *run)
{
    for (int i = IMAGES_DONE + 1; i <= IMAGES; i++) {
        if (!demo_cutover_run_wait_clock(run, IMAGE_S))
            return false;
        demo_cutover_run_log(run, "A %d/%d skopeo copy --multi-arch all %s OK", i, IMAGES, image_of(i));
    }
    return true;
}

/* ---- helmrepository-patches, catalyst-api-env-patch ---- */

static void log_no_answer(struct demo_cutover_run *run, int waited_s)
{
    demo_cutover_run_log(run, "phase -1: Gateway kube-system/cilium-gateway not confirmed, https://" DEMO_CUTOVER_REGISTRY
                              "/v2/: 000; %d of 1800 s waited",
                         waited_s);
}

bool demo_scenario_runs_gateway(struct demo_cutover_run *run)
{
    for (int waited_s = 0; waited_s < 720; waited_s += 60) {
        demo_scenario_until(run, 720 - waited_s);
        log_no_answer(run, waited_s);
    }
    return true;
}

static bool is_programmed(struct demo_cutover_run *run)
{
    json_t *gateway = demo_store_get(run->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_GATEWAY, "kube-system",
                                     "cilium-gateway");
    bool is_so = strcmp(demo_json_text(gateway, "status.conditions[?(@.type==\"Programmed\")].status"), "True") == 0;
    json_decref(gateway);
    return is_so;
}

static bool is_pinned_right(struct demo_cutover_run *run)
{
    json_t *config = demo_store_get(run->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CONFIGMAP, "kube-system",
                                    "coredns-custom");
    const char *text = json_string_value(json_object_get(json_object_get(config, "data"), "registry.override"));
    bool is_right = !text || strstr(text, "203.0.113.10 ");
    json_decref(config);
    return is_right;
}

/* Somebody may mend what it waits for; then the step does its work. */
bool demo_scenario_runs_gateway_on(struct demo_cutover_run *run)
{
    for (int waited_s = 720; waited_s < 1800; waited_s += 60) {
        if (is_programmed(run) && is_pinned_right(run))
            return demo_cutover_sources_helm(run);
        if (!demo_cutover_run_wait_clock(run, 60))
            return false;
        log_no_answer(run, waited_s);
    }
    return demo_cutover_run_fail(run, "phase -1: no answer from https://" DEMO_CUTOVER_REGISTRY "/v2/ in 1800 s");
}

bool demo_scenario_runs_wait_on(struct demo_cutover_run *run)
{
    while (demo_cutover_run_wait_clock(run, 600))
        continue;
    return false;
}

bool demo_scenario_runs_volumes(struct demo_cutover_run *run)
{
    demo_cutover_run_log(run, "HelmRelease bp-catalyst-platform /spec/values/global/imageRegistry -> " DEMO_CUTOVER_REGISTRY);
    demo_cutover_run_log(run, "phase 4: rolling harbor/harbor-registry, openbao/openbao");
    demo_scenario_until(run, 120);
    demo_cutover_run_log(run, "WARN rollout of openbao/openbao: 0 of 1 updated pods available (ContainerCreating)");
    return true;
}
