/* What needs me: roots instead of symptoms, one line for one thing, worst first. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "estate/overview.h"
#include "support/leak_check.h"
#include "support/rows.h"

#define NOW 1785128211000 /* 2026-07-27T04:56:51Z */

static void release(struct store *store, int region, const char *key, const char *needs, const char *reason, const char *message)
{
    rows_add(store, KIND_ID_HELMRELEASES, region, key, FIELD_DEPENDS_ON, needs, FIELD_READY, reason == NULL ? "True" : "False",
             FIELD_READY_REASON, reason, FIELD_READY_MESSAGE, message, ROWS_END);
}

static const struct problem *find(const struct overview *overview, const char *title)
{
    for (size_t i = 0; i < overview->problems.count; i++)
        if (strcmp(overview->problems.items[i].title, title) == 0)
            return &overview->problems.items[i];
    return NULL;
}

static void build(struct overview *overview, struct store *store)
{
    struct estate *estate = estate_new(store);
    estate_refresh(estate);
    overview_build(overview, estate, NOW);
    estate_free(estate);
}

Test(overview, says_roots_with_what_they_block)
{
    struct store *store = rows_store("fsn1", "hel1", NULL);
    release(store, 0, "flux-system/bp-openbao", "", "InstallFailed", "post-install hook failed");
    release(store, 0, "flux-system/bp-stores", "bp-openbao", "DependencyNotReady", "dependency");
    release(store, 0, "flux-system/bp-newapi", "bp-stores", "DependencyNotReady", "dependency");
    release(store, 0, "flux-system/bp-cilium", "", NULL, NULL);
    release(store, 1, "flux-system/bp-cilium", "", NULL, NULL);
    rows_add(store, KIND_ID_NODES, 1, "hel1-w2", FIELD_READY, "Unknown", FIELD_READY_REASON, "NodeStatusUnknown", FIELD_READY_MESSAGE,
             "Kubelet stopped posting node status.", ROWS_END);
    rows_add(store, KIND_ID_NODES, 1, "hel1-w1", FIELD_READY, "True", FIELD_CONDITIONS, "DiskPressure=True|Ready=True", ROWS_END);
    rows_all_live(store);
    struct overview overview = {0};
    build(&overview, store);
    cr_assert_eq(overview.problems.count, 3);
    cr_assert_str_eq(overview.problems.items[0].title, "Node hel1-w2 is NotReady");
    cr_assert_str_eq(overview.problems.items[0].cause, "NodeStatusUnknown: Kubelet stopped posting node status.");
    cr_assert_str_eq(overview.problems.items[1].title, "HelmRelease flux-system/bp-openbao is Failed");
    cr_assert_eq(overview.problems.items[1].blocked, 2);
    cr_assert_str_eq(overview.problems.items[1].cause, "post-install hook failed");
    cr_assert_str_eq(overview.problems.items[2].cause, "DiskPressure");
    cr_assert_eq(overview.regions[0].tone, TONE_BAD);
    cr_assert_str_eq(overview.regions[0].cause, "1 of 4 HelmReleases failed, 2 wait for them");
    cr_assert_eq(overview.regions[1].tone, TONE_WARN);
    cr_assert_eq(overview.regions[1].nodes_ready, 1);
    cr_assert_eq(overview.tone, TONE_BAD);
    overview_clear(&overview);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(overview, one_running_thing_is_one_line)
{
    struct store *store = rows_store("fsn1", NULL);
    rows_add(store, KIND_ID_APPLICATIONS, 0, "acme/shop", FIELD_PHASE, "Ready", ROWS_END);
    release(store, 0, "acme/shop", "", "UpgradeFailed", "timed out");
    release(store, 0, "acme/after", "shop", "DependencyNotReady", "");
    rows_all_live(store);
    struct overview overview = {0};
    build(&overview, store);
    cr_assert_eq(overview.problems.count, 1);
    cr_assert_str_eq(overview.problems.items[0].title, "Application acme/shop is Failed");
    cr_assert_eq(overview.problems.items[0].blocked, 1);
    overview_clear(&overview);
    store_free(store);
}

Test(overview, the_same_trouble_of_many_is_one_line)
{
    struct store *store = rows_store("fsn1", NULL);
    char key[64];
    for (int i = 0; i < 62; i++) {
        snprintf(key, sizeof key, "flux-system/bp-%02d", i);
        rows_add(store, KIND_ID_HELMREPOSITORIES, 0, key, FIELD_READY, "False", FIELD_READY_MESSAGE, "401 from ghcr.io", ROWS_END);
    }
    for (int i = 0; i < 5; i++) {
        snprintf(key, sizeof key, "flux-system/oci-%02d", i);
        rows_add(store, KIND_ID_HELMREPOSITORIES, 0, key, FIELD_TYPE, "oci", ROWS_END);
    }
    rows_all_live(store);
    struct overview overview = {0};
    build(&overview, store);
    cr_assert_eq(overview.problems.count, 1);
    cr_assert_str_eq(overview.problems.items[0].title, "62 HelmRepositories are Failed, first flux-system/bp-00");
    overview_clear(&overview);
    store_free(store);
}

Test(overview, time_makes_problems)
{
    struct store *store = rows_store("fsn1", NULL);
    rows_add(store, KIND_ID_HELMRELEASES, 0, "a/slow", FIELD_READY, "Unknown", FIELD_READY_CHANGED, "2026-07-27T04:40:00Z", ROWS_END);
    rows_add(store, KIND_ID_HELMRELEASES, 0, "a/quick", FIELD_READY, "Unknown", FIELD_READY_CHANGED, "2026-07-27T04:50:00Z", ROWS_END);
    rows_add(store, KIND_ID_ORGANIZATIONS, 0, "gone", FIELD_READY, "True", FIELD_DELETED, "2026-07-27T04:40:00Z", FIELD_FINALIZERS,
             "orgs.openova.io/per-org-realm", ROWS_END);
    rows_add(store, KIND_ID_ORGANIZATIONS, 0, "going", FIELD_READY, "True", FIELD_DELETED, "2026-07-27T04:55:00Z", ROWS_END);
    rows_all_live(store);
    struct overview overview = {0};
    build(&overview, store);
    cr_assert_not_null(find(&overview, "HelmRelease a/slow is Progressing"));
    cr_assert_null(find(&overview, "HelmRelease a/quick is Progressing"));
    const struct problem *stuck = find(&overview, "Organization gone is stuck in deletion");
    cr_assert_not_null(stuck);
    cr_assert_str_eq(stuck->cause, "held by finalizer orgs.openova.io/per-org-realm");
    cr_assert_null(find(&overview, "Organization going is stuck in deletion"));
    overview_clear(&overview);
    store_free(store);
}

Test(overview, what_cannot_be_read_is_said_and_not_green)
{
    struct store *store = rows_store("fsn1", "hel1", NULL);
    rows_all_live(store);
    struct overview overview = {0};
    build(&overview, store);
    cr_assert_eq(overview.problems.count, 0);
    cr_assert_eq(overview.tone, TONE_GOOD);
    struct feed_health *feed = store_add_feed(store, FEED_KIND_KUBE, 1, "hel1");
    feed_health_set(feed, FEED_STATE_DOWN, "connection refused");
    table_set_state(store_table(store, rows_kind(KIND_ID_HELMRELEASES), 0), TABLE_STATE_FORBIDDEN, "403 for user bob");
    build(&overview, store);
    cr_assert_str_eq(overview.problems.items[0].title, "Feed hel1 is down");
    cr_assert_str_eq(overview.problems.items[1].title, "HelmReleases are not readable");
    cr_assert_eq(overview.regions[0].tone, TONE_UNKNOWN);
    cr_assert_eq(overview.regions[1].tone, TONE_UNKNOWN);
    cr_assert_eq(overview.tone, TONE_UNKNOWN);
    overview_clear(&overview);
    store_free(store);
    TEST_NO_LEAKS();
}

/* An identity with few rights must not fill the screen with one line a kind, and a server without the kinds is no peaceful one. */
Test(overview, many_kinds_that_may_not_be_listed_are_one_line)
{
    static const char *const FORBIDDEN[] = {KIND_ID_NODES, KIND_ID_JOBS, KIND_ID_STATEFULSETS, KIND_ID_DEPLOYMENTS};
    struct store *store = rows_store("fsn1", "hel1", NULL);
    rows_all_live(store);
    for (size_t i = 0; i < ARRAY_LENGTH(FORBIDDEN); i++)
        table_set_state(store_table(store, rows_kind(FORBIDDEN[i]), 0), TABLE_STATE_FORBIDDEN, "403 for user bob");
    table_set_state(store_table(store, rows_kind(KIND_ID_NODES), 1), TABLE_STATE_FORBIDDEN, "403 for user bob");
    struct overview overview = {0};
    build(&overview, store);
    const struct problem *one = find(&overview, "4 kinds are not readable");
    cr_assert_not_null(one);
    cr_assert_str_eq(one->cause, "Nodes, Jobs, StatefulSets, Deployments; 403 for user bob");
    cr_assert_eq(one->region, 0);
    cr_assert_not_null(find(&overview, "Nodes are not readable"), "the other region has one only");
    cr_assert_eq(overview.problems.count, 2);
    overview_clear(&overview);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(overview, a_server_without_flux_or_catalyst_is_said_to_be_so)
{
    static const char *const ABSENT[] = {KIND_ID_HELMRELEASES, KIND_ID_ORGANIZATIONS, KIND_ID_ENVIRONMENTS, KIND_ID_APPLICATIONS};
    struct store *store = rows_store("fsn1", NULL);
    rows_all_live(store);
    struct overview overview = {0};
    build(&overview, store);
    cr_assert(!overview.regions[0].lacks_flux && !overview.regions[0].lacks_catalyst);
    for (size_t i = 0; i < ARRAY_LENGTH(ABSENT); i++)
        table_set_state(store_table(store, rows_kind(ABSENT[i]), 0), TABLE_STATE_ABSENT, "404");
    build(&overview, store);
    cr_assert(overview.regions[0].lacks_flux && overview.regions[0].lacks_catalyst);
    cr_assert_eq(overview.problems.count, 0);
    overview_clear(&overview);
    store_free(store);
}

static const struct {
    const char *name, *data, *job, *active, *finished;
    enum cutover_state state;
    const char *title;
} CUTOVERS[] = {
    {"tethered", "cutoverComplete=false|currentStep=", .state = CUTOVER_STATE_NEVER_STARTED},
    {"running", "currentStep=harbor-prewarm|currentStepIndex=2|totalSteps=11|progressPercent=18|step.harbor-prewarm.result=running|step.harbor-prewarm.jobName=job-1",
     .job = "catalyst/job-1", .active = "1", .state = CUTOVER_STATE_RUNNING, .title = "Cutover running at harbor-prewarm"},
    {"no Job left", "currentStep=harbor-prewarm|step.harbor-prewarm.result=running|step.harbor-prewarm.jobName=job-1",      .state = CUTOVER_STATE_STRANDED, .title = "Cutover stranded at harbor-prewarm"},
    {"ended long ago", "currentStep=harbor-prewarm|step.harbor-prewarm.result=running|step.harbor-prewarm.jobName=job-1", .job = "catalyst/job-1",
     .finished = "2026-07-27T04:40:00Z", .state = CUTOVER_STATE_STRANDED, .title = "Cutover stranded at harbor-prewarm"},
    {"failed", "currentStep=x|failedStep=secondary-kubeconfigs|lastError=no kubeconfig", .state = CUTOVER_STATE_FAILED,
     .title = "Cutover failed at secondary-kubeconfigs"},
    {"complete", "cutoverComplete=true|failedStep=old", .state = CUTOVER_STATE_COMPLETE},
};

Test(cutover_claim, is_derived_from_the_flat_keys)
{
    for (size_t i = 0; i < ARRAY_LENGTH(CUTOVERS); i++) {
        struct store *store = rows_store("fsn1", NULL);
        rows_add(store, KIND_ID_CUTOVER_STATUS, 0, "catalyst/self-sovereign-cutover-status", FIELD_DATA, CUTOVERS[i].data, ROWS_END);
        if (CUTOVERS[i].job != NULL)
            rows_add(store, KIND_ID_JOBS, 0, CUTOVERS[i].job, FIELD_STEP_NAME, "harbor-prewarm", FIELD_ACTIVE, CUTOVERS[i].active,
                     FIELD_STALLED, CUTOVERS[i].finished != NULL ? "True" : NULL, FIELD_FINISHED, CUTOVERS[i].finished,
                     ROWS_END);
        rows_all_live(store);
        struct overview overview = {0};
        build(&overview, store);
        cr_assert_eq(overview.cutover.state, CUTOVERS[i].state, "%s: %s", CUTOVERS[i].name, overview.cutover.text);
        cr_assert_eq(overview.problems.count, CUTOVERS[i].title != NULL, "%s", CUTOVERS[i].name);
        if (CUTOVERS[i].title != NULL)
            cr_assert_str_eq(overview.problems.items[0].title, CUTOVERS[i].title);
        if (CUTOVERS[i].state == CUTOVER_STATE_RUNNING)
            cr_assert_str_eq(overview.cutover.text, "claim: running 3/11 18% at harbor-prewarm");
        overview_clear(&overview);
        store_free(store);
    }
    TEST_NO_LEAKS();
}

Test(overview, a_leaked_egress_policy_is_an_alarm)
{
    struct store *store = rows_store("fsn1", NULL);
    rows_add(store, KIND_ID_EGRESS_POLICIES, 0, "cutover-egress-block", ROWS_END);
    rows_add(store, KIND_ID_CUTOVER_STATUS, 0, "catalyst/self-sovereign-cutover-status", FIELD_DATA, "currentStep=egress-block-test|step.egress-block-test.result=running|step.egress-block-test.startedAt=2026-07-27T04:56:40Z",
             ROWS_END);
    rows_all_live(store);
    struct overview overview = {0};
    build(&overview, store);
    cr_assert_null(find(&overview, "CiliumClusterwideNetworkPolicy cutover-egress-block is leaked"), "the test runs");
    rows_add(store, KIND_ID_CUTOVER_STATUS, 0, "catalyst/self-sovereign-cutover-status", FIELD_DATA, "cutoverComplete=true", ROWS_END);
    build(&overview, store);
    cr_assert_not_null(find(&overview, "CiliumClusterwideNetworkPolicy cutover-egress-block is leaked"));
    overview_clear(&overview);
    store_free(store);
}

Test(cutover_claim, catalyst_api_stands_in)
{
    struct store *store = rows_store("fsn1", NULL);
    cr_assert_eq(cutover_claim_of(store, NOW).state, CUTOVER_STATE_UNKNOWN);
    rows_all_live(store);
    cr_assert_eq(cutover_claim_of(store, NOW).state, CUTOVER_STATE_ABSENT);
    store->catalyst.cutover_known = true;
    snprintf(store->catalyst.cutover_state, sizeof store->catalyst.cutover_state, "tethered");
    snprintf(store->catalyst.current_step, sizeof store->catalyst.current_step, "registry-pivot");
    cr_assert_eq(cutover_claim_of(store, NOW).state, CUTOVER_STATE_RUNNING);
    store_free(store);
}

Test(overview, regions_that_drifted_apart_and_workloads_that_are_down)
{
    struct store *store = rows_store("fsn1", "hel1", NULL);
    for (int r = 0; r < 2; r++) {
        rows_add(store, KIND_ID_HELMRELEASES, r, "flux-system/bp-harbor", FIELD_READY, "True", FIELD_REVISION, r == 0 ? "1.4.2" : "1.4.1",
                 ROWS_END);
        rows_add(store, KIND_ID_HELMRELEASES, r, "flux-system/bp-gitea", FIELD_READY, r == 0 ? "True" : "Unknown", FIELD_REVISION,
                 r == 0 ? "2" : "1", ROWS_END);
    }
    rows_add(store, KIND_ID_DAEMONSETS, 0, "a/short", FIELD_REPLICAS, "3", FIELD_REPLICAS_READY, "2", ROWS_END);
    rows_add(store, KIND_ID_DAEMONSETS, 0, "a/dead", FIELD_REPLICAS, "3", ROWS_END);
    rows_all_live(store);
    struct overview overview = {0};
    build(&overview, store);
    cr_assert_eq(overview.problems.count, 2);
    cr_assert_str_eq(overview.problems.items[0].title, "DaemonSet a/dead is down");
    cr_assert_str_eq(overview.problems.items[1].title, "HelmRelease flux-system/bp-harbor is at another revision");
    cr_assert_str_eq(overview.problems.items[1].cause, "1.4.1 here, 1.4.2 in fsn1");
    overview_clear(&overview);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(overview, a_failing_pod_is_told_where_it_belongs)
{
    struct store *store = rows_store("fsn1", NULL);
    rows_add(store, KIND_ID_APPLICATIONS, 0, "acme/shop", FIELD_PHASE, "Degraded", ROWS_END);
    rows_add(store, KIND_ID_HELMRELEASES, 0, "acme/shop", FIELD_READY, "True", ROWS_END);
    rows_add(store, KIND_ID_PODS, 0, "acme/shop-1", FIELD_LABELS, "helm.toolkit.fluxcd.io/name=shop|helm.toolkit.fluxcd.io/namespace=acme",
             FIELD_WAITING, "CrashLoopBackOff", ROWS_END);
    rows_add(store, KIND_ID_PODS, 0, "loki/loki-0", FIELD_WAITING, "ImagePullBackOff", ROWS_END);
    rows_add(store, KIND_ID_STATEFULSETS, 0, "loki/loki", FIELD_REPLICAS, "1", ROWS_END);
    rows_all_live(store);
    struct overview overview = {0};
    build(&overview, store);
    cr_assert_eq(overview.problems.count, 2);
    cr_assert_str_eq(overview.problems.items[0].cause, "phase Degraded; pod shop-1: CrashLoopBackOff");
    cr_assert_str_eq(overview.problems.items[1].title, "Pod loki/loki-0 is failing", "and not its StatefulSet too");
    overview_clear(&overview);
    store_free(store);
    TEST_NO_LEAKS();
}
