/* Scenarios as rows; see demo_scenario.h. */
#include "demo/demo_scenario.h"

#include <string.h>

#include "base/bytebuf.h"
#include "demo/demo_scenario_charts.h"
#include "demo/demo_scenario_deeds.h"

#define MINUTES 60
#define HOURS 3600
#define NAMES_MAX 4000

static const struct demo_cutover_past COMPLETE = {.started_ago_s = 20 * HOURS};
static const struct demo_cutover_past HALF_WAY = {.started_ago_s = 30 * MINUTES, .until = "helmrepository-patches"};
static const struct demo_cutover_past FAILED = {.started_ago_s = 2 * HOURS, .failing = "helmrepository-patches"};
static const struct demo_cutover_past FORGOTTEN = {.started_ago_s = 20 * HOURS, .forgets_secondary = true};
static const struct demo_cutover_past STUCK_V1 = {.started_ago_s = 5 * HOURS, .keeps_registries_v1 = true};
static const struct demo_cutover_past LEAKED = {.started_ago_s = 20 * HOURS, .leaks_policy = true};
static const struct demo_cutover_past PATCHED = {.started_ago_s = 29 * MINUTES, .until = "catalyst-api-env-patch"};
static const struct demo_cutover_past PATCHED_LIVE_ONLY = {
    .started_ago_s = 29 * MINUTES, .until = "catalyst-api-env-patch", .forgets_git = true};
static const struct demo_cutover_past BEFORE_PROOF_LIVE_ONLY = {
    .started_ago_s = 40 * MINUTES, .until = "egress-block-test", .forgets_git = true};
static const struct demo_cutover_past HOLDING = {.started_ago_s = 60 * MINUTES, .running = "egress-block-test",
                                                 .running_for_s = 700, .story = demo_scenario_runs_hold};
static const struct demo_cutover_past HOLDING_FOUR = {.started_ago_s = 60 * MINUTES, .running = "egress-block-test",
                                                      .running_for_s = 500, .story = demo_scenario_runs_four_addresses};
static const struct demo_cutover_past HOLDING_NOTHING = {.started_ago_s = 60 * MINUTES, .running = "egress-block-test",
                                                         .running_for_s = 500, .story = demo_scenario_runs_no_policy};
static const struct demo_cutover_past BAD_GIT = {
    .started_ago_s = 60 * MINUTES, .failing = "egress-block-test",
    .failure = "host GitOps loop not reconciling (NotReady: bootstrap-kit); the cutover corrupted its own git loop; "
               "sovereignty proof FAILED"};
static const struct demo_cutover_past RESIDUAL = {.started_ago_s = 70 * MINUTES, .failing = "vcluster-registry-pivot"};
static const struct demo_cutover_past STRIPPED = {
    .started_ago_s = 10 * HOURS, .failing = "helmrepository-patches",
    .failure = "phase 3: 57 of 62 HelmRepositories are still at oci://ghcr.io/openova-io, and ghcr-pull was stripped already"};
static const struct demo_cutover_past NO_CLONE = {
    .started_ago_s = 50 * MINUTES, .failing = "flux-gitrepository-patch",
    .failure = "[fsn] GitRepository flux-system/openova not Ready in 300 s: authentication required"};
static const struct demo_cutover_past MINTING = {.started_ago_s = 50 * MINUTES, .running = "gitea-token-mint",
                                                 .running_for_s = 30};
static const struct demo_cutover_past NO_RELEASE_RIGHTS = {
    .started_ago_s = 70 * MINUTES, .failing = "vcluster-registry-pivot",
    .failure = "Error from server (Forbidden): helmreleases.helm.toolkit.fluxcd.io \"bp-mgmt-vcluster\" is forbidden: User "
               "\"system:serviceaccount:catalyst:bp-self-sovereign-cutover-runner\" cannot patch resource \"helmreleases\" in "
               "API group \"helm.toolkit.fluxcd.io\" in the namespace \"flux-system\""};
static const struct demo_cutover_past NO_NAMESPACE_RIGHTS = {
    .started_ago_s = 80 * MINUTES, .failing = "egress-block-test",
    .failure = "Error from server (Forbidden): namespaces is forbidden: User "
               "\"system:serviceaccount:catalyst:bp-self-sovereign-cutover-runner\" cannot list resource \"namespaces\" in API "
               "group \"\" at the cluster scope"};
static const struct demo_cutover_past PATCHING_GIT = {.started_ago_s = 45 * MINUTES, .running = "flux-gitrepository-patch",
                                                      .running_for_s = 25 * MINUTES};
static const struct demo_cutover_past BAD_GATEWAY = {
    .started_ago_s = 55 * MINUTES, .failing = "crossplane-provider-pivot",
    .failure = "Error from server (BadGateway): <html><head><title>502 Bad Gateway</title></head>"};
static const struct demo_cutover_past PREWARMING = {.started_ago_s = 80 * MINUTES, .running = "harbor-prewarm",
                                                    .running_for_s = 75 * MINUTES, .story = demo_scenario_runs_prewarm};
static const struct demo_cutover_past PIVOTING_NODES = {.started_ago_s = 45 * MINUTES, .running = "registry-pivot",
                                                        .running_for_s = 25 * MINUTES};
static const struct demo_cutover_past NO_ANSWER = {.started_ago_s = 45 * MINUTES, .running = "helmrepository-patches",
                                                   .running_for_s = 12 * MINUTES, .story = demo_scenario_runs_gateway};
static const struct demo_cutover_past DRIFTED = {
    .started_ago_s = 3 * HOURS, .failing = "helmrepository-patches",
    .failure = "phase 3a-pin: 3 chart pins are missing from the local registry"};
static const struct demo_cutover_past UNMIRRORED = {
    .started_ago_s = 40 * MINUTES, .failing = "catalyst-api-env-patch", .keeps_mirror = true,
    .failure = "rollout of catalyst-system/catalyst-api: 0 of 1 updated replicas available (ImagePullBackOff)"};
static const struct demo_cutover_past ROLLING = {.started_ago_s = 45 * MINUTES, .running = "catalyst-api-env-patch",
                                                 .running_for_s = 8 * MINUTES, .story = demo_scenario_runs_volumes};
static const struct demo_cutover_past LEAK = {.started_ago_s = 70 * MINUTES, .failing = "egress-block-test",
                                              .story = demo_scenario_runs_false_leak};
static const struct demo_cutover_past MIRRORED = {.started_ago_s = 4 * MINUTES, .until = "harbor-prewarm"};

#define HOLD_ON {"egress-block-test", DEMO_CUTOVER_TROUBLE_NONE, demo_scenario_runs_hold_on}
#define CONTINUES .engine = DEMO_SCENARIO_ENGINE_CONTINUES

static const struct demo_scenario SCENARIOS[] = {
    {"default", "", "tethered, a few things need attention, the cutover was never started"},
    {"untethered", "", "the cutover completed yesterday", .past = &COMPLETE},
    {"running", "", "a cutover runs, half way through", .past = &HALF_WAY, CONTINUES},
    {"failed", "", "the cutover failed at helmrepository-patches", .past = &FAILED},
    {"hold", "", "the egress hold is under way, as it should be", .past = &HOLDING, .twist = HOLD_ON, CONTINUES},
    {"region-b-forgotten", "1", "complete, but the second region was never touched", .past = &FORGOTTEN},
    {"secondary-reverts", "2", "helmrepository-patches succeeded in both regions; 55 s later Flux reverts the second one",
     .past = &PATCHED, .first_reconcile_s = 55, .secondary_is_stuck = true, .secondary_applies_old = true, CONTINUES},
    {"stale-ready", "3", "complete, but the second region's source is Ready for an old generation", .past = &COMPLETE,
     .secondary_is_stuck = true},
    {"loft-returned", "4", "complete, but vcluster-system/loft fetches charts.loft.sh again", .past = &COMPLETE,
     .after = demo_scenario_residues_loft},
    {"org-values-forgotten", "5", "complete, but the Organizations' own releases still name harbor.openova.io",
     .past = &COMPLETE, .after = demo_scenario_residues_organizations},
    {"smtp-relay-forgotten", "6", "complete, but customer mail still goes through mail.openova.io; the Job 07a never ran",
     .past = &COMPLETE, .after = demo_scenario_residues_relay},
    {"registries-stuck-v1", "7", "every step succeeded, yet the nodes never switched", .past = &STUCK_V1},
    {"status-reset", "8", "complete; a minute later an upgrade resets the status and the hold runs again",
     .past = &COMPLETE, .after = demo_scenario_claims_reset_prepare, .deed = demo_scenario_claims_reset, .deed_after_s = 60},
    {"started-restamped", "9", "complete; cutoverStartedAt says 11 minutes, the Jobs say more", .past = &COMPLETE,
     .after = demo_scenario_claims_restamped},
    {"hold-four-addresses", "10", "the hold runs under a policy that denies four addresses only", .past = &HOLDING_FOUR,
     .twist = HOLD_ON, CONTINUES},
    {"duplicate-values-key", "11", "a slot file with two values: keys; bootstrap-kit cannot be built", .past = &BAD_GIT,
     .after = demo_scenario_residues_duplicate_key},
    {"hold-without-policy", "12", "the hold runs, but its policy was never applied", .past = &HOLDING_NOTHING,
     .twist = HOLD_ON, CONTINUES},
    {"policy-forbidden", "13", "complete; the policy was Forbidden, the step warned and PASSED",
     demo_scenario_claims_policy_rights, &COMPLETE, demo_scenario_claims_policy_warned},
    {"residual-tether", "14", "vcluster-registry-pivot failed at 81 %: RESIDUAL-TETHER", demo_scenario_charts_older,
     &RESIDUAL, demo_scenario_residues_mirror_value},
    {"auth-stripped-early", "15", "upstream credentials are gone while most sources still need them", .past = &STRIPPED,
     .after = demo_scenario_residues_stripped},
    {"reverted-before-proof", "16", "everything patched live, nothing in Git: within a minute the sources go back, the proof fails",
     .past = &BEFORE_PROOF_LIVE_ONLY, .first_reconcile_s = 40, CONTINUES},
    {"harbor-empty", "17", "the prewarm counted 29 pushes, Harbor has none; then the private clone is refused",
     .past = &NO_CLONE, .after = demo_scenario_residues_no_credentials},
    {"reverted-in-seconds", "18", "a chart of eight steps: all HelmRepositories go back 30 s after the patch",
     demo_scenario_charts_eight, &PATCHED_LIVE_ONLY, .first_reconcile_s = 30, CONTINUES},
    {"total-steps-wrong", "19", "totalSteps says 8, the chart has nine steps: past 100 %", demo_scenario_charts_nine,
     &MINTING, demo_scenario_claims_total_eight,
     .twist = {"gitea-token-mint", DEMO_CUTOVER_TROUBLE_NONE, demo_scenario_runs_wait_on}},
    {"helmreleases-forbidden", "20", "the runner may not patch HelmReleases", demo_scenario_claims_release_rights,
     &NO_RELEASE_RIGHTS},
    {"namespaces-forbidden", "21", "the runner may not list Namespaces", demo_scenario_claims_namespace_rights,
     &NO_NAMESPACE_RIGHTS},
    {"hold-twice", "22", "after a restart of catalyst-api the hold runs a second time", .past = &HOLDING,
     .after = demo_scenario_claims_hold_twice, .twist = HOLD_ON, CONTINUES},
    {"running-without-job", "23", "a row says running since 25 minutes, no Job exists, no engine lives",
     .past = &PATCHING_GIT, .after = demo_scenario_claims_no_job},
    {"apiserver-502", "24", "a 502 of the API server failed a step", .past = &BAD_GATEWAY,
     .after = demo_scenario_claims_gateway_error},
    {"policy-leaked", "25", "complete, but the egress policy was left behind and volumes do not attach", .past = &LEAKED,
     .after = demo_scenario_cluster_attachments},
    {"prewarm-too-slow", "26", "84 of 140 images after 75 of 90 minutes", .past = &PREWARMING,
     .twist = {"harbor-prewarm", DEMO_CUTOVER_TROUBLE_NONE, demo_scenario_runs_prewarm_on}, CONTINUES},
    {"daemonset-lacks-tool", "27", "registry-pivot at 27 % for 25 minutes, failedStep empty, pods not ready",
     .past = &PIVOTING_NODES, .after = demo_scenario_cluster_daemonset},
    {"registry-at-dead-address", "28", "registry.<fqdn> is pinned to an address that does not answer", .past = &NO_ANSWER,
     .after = demo_scenario_cluster_dead_address,
     .twist = {"helmrepository-patches", DEMO_CUTOVER_TROUBLE_NONE, demo_scenario_runs_gateway_on}, CONTINUES},
    {"organization-mid-cutover", "29", "complete; an Organization made during the run was never mirrored", .past = &COMPLETE,
     .after = demo_scenario_residues_newcomer},
    {"catalog-drift", "30", "parked at 45 %: three chart pins are missing", .past = &DRIFTED,
     .after = demo_scenario_claims_drift},
    {"stale-mirror", "31", "the mirror is of 14 hours ago; old manifests, ImagePullBackOff in the control plane",
     .past = &UNMIRRORED, .after = demo_scenario_claims_unmirrored},
    {"volumes-desynced", "32", "a roll waits for a volume that is attached elsewhere", .past = &ROLLING,
     .after = demo_scenario_cluster_volumes,
     .twist = {"catalyst-api-env-patch", DEMO_CUTOVER_TROUBLE_NONE, demo_scenario_runs_wait_on}, CONTINUES},
    {"false-leak", "33", "curl said 000000: compared wrong, the proof failed", .past = &LEAK},
    {"trigger-unauthorized", "34", "the auto-trigger gave up with 401, nothing was ever started",
     .after = demo_scenario_claims_unauthorized},
    {"trigger-too-early", "35", "the auto-trigger got 425 and was not repeated: 0 % for ever",
     .after = demo_scenario_claims_too_early},
    {"gateway-not-programmed", "36", "helmrepository-patches waits for a Gateway that is not Programmed", .past = &NO_ANSWER,
     .after = demo_scenario_cluster_gateway,
     .twist = {"helmrepository-patches", DEMO_CUTOVER_TROUBLE_NONE, demo_scenario_runs_gateway_on}, CONTINUES},
    {"resync-overwrites", "37", "complete; the CronJob gitea-mirror-resync is there and overwrites Git 20 s later",
     .past = &COMPLETE, .after = demo_scenario_residues_resync, .deed = demo_scenario_residues_resync_runs,
     .deed_after_s = 20},
    {"git-unauthorized", "38", "complete; Gitea refuses Flux's token, day two is stranded", .past = &COMPLETE,
     .after = demo_scenario_residues_revoked},
    {"old-step-names", "39", "a chart whose sixth step is called helmrepo-patches", demo_scenario_charts_old_names, &PATCHED,
     CONTINUES},
    {"force-push", "40", "complete; 20 s later somebody force-pushes upstream's tree into Gitea", .past = &COMPLETE,
     .deed = demo_scenario_residues_force_push, .deed_after_s = 20},
    {"provider-unauthorized", "41", "complete; a Provider pulls anonymously from the local proxy: 401", .past = &COMPLETE,
     .after = demo_scenario_residues_provider},
    {"dead-node", "", "complete, but one node is dead and never acknowledged", .past = &COMPLETE,
     .after = demo_scenario_cluster_dead_node},
    {"disputed", "1", "complete, with a dead node and a forgotten second region", .past = &FORGOTTEN,
     .after = demo_scenario_cluster_dead_node},
    {"secondary-kubeconfigs", "", "the kubeconfigs of the second region could not be gathered",
     .after = demo_scenario_claims_kubeconfigs},
    {"chart-8-steps", "", "the first charts: eight steps", demo_scenario_charts_eight},
    {"chart-9-steps", "", "nine steps, gitea-token-mint behind the proof", demo_scenario_charts_nine},
    {"chart-10-steps", "", "ten steps", demo_scenario_charts_ten},
    {"chart-older-order", "", "eleven steps, egress-block-test eighth", demo_scenario_charts_older},
    {"chart-unknown-steps", "", "thirteen steps, two of them unknown; totalSteps still says 11", demo_scenario_charts_unknown},
    {"chart-invalid-step", "", "a step ConfigMap without its order: start answers 502", demo_scenario_charts_invalid},
    {"chart-without-steps", "", "no step ConfigMap: start answers 424", demo_scenario_charts_none},
    {"status-garbage", "", "a status ConfigMap full of values that mean nothing", .past = &HALF_WAY,
     .after = demo_scenario_claims_garbage},
    {"step-pod-pending", "", "no node fits the pod of harbor-prewarm", .past = &MIRRORED,
     .twist = {"harbor-prewarm", DEMO_CUTOVER_TROUBLE_PENDING, NULL}, CONTINUES},
    {"step-image-pull", "", "the image of harbor-prewarm's pod cannot be pulled", .past = &MIRRORED,
     .twist = {"harbor-prewarm", DEMO_CUTOVER_TROUBLE_IMAGE, NULL}, CONTINUES},
    {"step-out-of-memory", "", "harbor-prewarm's pods are OOMKilled one after the other", .past = &MIRRORED,
     .twist = {"harbor-prewarm", DEMO_CUTOVER_TROUBLE_OUT_OF_MEMORY, NULL}, CONTINUES},
    {"step-without-pod", "", "the quota refuses harbor-prewarm's pod", .past = &MIRRORED,
     .twist = {"harbor-prewarm", DEMO_CUTOVER_TROUBLE_NO_POD, NULL}, CONTINUES},
};

size_t demo_scenario_count(void)
{
    return sizeof SCENARIOS / sizeof SCENARIOS[0];
}

const struct demo_scenario *demo_scenario_at(size_t index)
{
    return &SCENARIOS[index];
}

const struct demo_scenario *demo_scenario_find(const char *name, struct error *err)
{
    struct bytebuf names;
    for (size_t i = 0; i < demo_scenario_count(); i++)
        if (strcmp(SCENARIOS[i].name, name) == 0)
            return &SCENARIOS[i];
    bytebuf_init(&names, NAMES_MAX);
    for (size_t i = 0; i < demo_scenario_count(); i++)
        bytebuf_printf(&names, "%s%s", i > 0 ? ", " : "", SCENARIOS[i].name);
    error_set(err, STATUS_USAGE, "there is no scenario '%s'; there are: %s", name, bytebuf_text(&names));
    bytebuf_done(&names);
    return NULL;
}

void demo_scenario_apply(const struct demo_scenario *scenario, struct demo_world *world)
{
    world->first_reconcile_s = scenario->first_reconcile_s;
    if (scenario->secondary_is_stuck) /* before the past run: what it asked of the region was never looked at */
        atomic_store(&world->is_stuck[DEMO_WORLD_SECONDARY], true);
    if (scenario->before)
        scenario->before(world);
    if (scenario->past)
        demo_cutover_replay(world->cutover, scenario->past);
    world->applies_old[DEMO_WORLD_SECONDARY] = scenario->secondary_applies_old; /* from now on */
    if (scenario->after)
        scenario->after(world);
    if (scenario->twist.step)
        demo_cutover_set_twist(world->cutover, &scenario->twist);
    if (scenario->deed)
        demo_cutover_plan(world->cutover, scenario->deed_after_s, scenario->deed);
}

void demo_scenario_begin(const struct demo_scenario *scenario, struct demo_world *world)
{
    demo_cutover_begin(world->cutover);
    if (scenario->engine == DEMO_SCENARIO_ENGINE_RESUMES)
        demo_cutover_resume(world->cutover);
    if (scenario->engine == DEMO_SCENARIO_ENGINE_CONTINUES)
        demo_cutover_continue(world->cutover);
}
