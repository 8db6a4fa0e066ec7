/* Every scenario begins in its incident's state: what the served objects say, before anything moves. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_cutover.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_git.h"
#include "demo/demo_json.h"
#include "demo/demo_scenario.h"
#include "demo_world_fixture.h"
#include "support/leak_check.h"

#define STATUS "STATUS"   /* a key of the status ConfigMap */
#define AT_FSN DEMO_WORLD_PRIMARY
#define AT_HEL DEMO_WORLD_SECONDARY

/* One fact: the text at a path of an object; "*x" means it contains x, "" that it is absent or empty. */
struct fact {
    const char *scenario;
    int region;
    enum demo_kind_id kind;
    const char *name_space, *name, *path, *wanted;
};

#define CLAIM(scenario, key, wanted) {scenario, AT_FSN, DEMO_KIND_CONFIGMAP, "catalyst", STATUS, key, wanted}
#define REPO(scenario, region, name, wanted) {scenario, region, DEMO_KIND_HELMREPOSITORY, "flux-system", name, "spec.url", wanted}
#define GIT(scenario, region, path, wanted) {scenario, region, DEMO_KIND_GITREPOSITORY, "flux-system", "openova", path, wanted}
#define POLICY(scenario, region, path, wanted) \
    {scenario, region, DEMO_KIND_CILIUMCLUSTERWIDENETWORKPOLICY, "", "cutover-egress-block", path, wanted}
#define READY(type) "status.conditions[?(@.type==\"" type "\")].status"
#define WHY(type) "status.conditions[?(@.type==\"" type "\")].message"

static const struct fact FACTS[] = {
    CLAIM("default", "cutoverStartedAt", ""),
    CLAIM("untethered", "cutoverComplete", "true"),
    REPO("untethered", AT_HEL, "bp-harbor", "*registry.acme.example"),
    CLAIM("running", "step.flux-gitrepository-patch.result", "success"),
    CLAIM("running", "step.helmrepository-patches.result", ""),
    CLAIM("failed", "failedStep", "helmrepository-patches"),
    CLAIM("hold", "currentStep", "egress-block-test"),
    POLICY("hold", AT_HEL, "metadata.name", "cutover-egress-block"),
    CLAIM("region-b-forgotten", "cutoverComplete", "true"),
    REPO("region-b-forgotten", AT_HEL, "bp-harbor", "*ghcr.io"),
    REPO("region-b-forgotten", AT_FSN, "bp-harbor", "*registry.acme.example"),
    CLAIM("secondary-reverts", "step.helmrepository-patches.region.hel.result", "success"),
    REPO("secondary-reverts", AT_HEL, "bp-harbor", "*registry.acme.example"),
    GIT("secondary-reverts", AT_HEL, "status.observedGeneration", "1"),
    GIT("stale-ready", AT_HEL, "status.observedGeneration", "1"),
    GIT("stale-ready", AT_HEL, "metadata.generation", "2"),
    GIT("stale-ready", AT_HEL, READY("Ready"), "True"),
    {"loft-returned", AT_FSN, DEMO_KIND_HELMREPOSITORY, "vcluster-system", "loft", "spec.url", "https://charts.loft.sh"},
    {"loft-returned", AT_HEL, DEMO_KIND_HELMRELEASE, "flux-system", "bp-vcluster-helmrepo", "spec.suspend", ""},
    {"org-values-forgotten", AT_FSN, DEMO_KIND_HELMRELEASE, "bluewave", "vc-bluewave",
     "spec.values.controlPlane.statefulSet.image.registry", "harbor.openova.io"},
    {"smtp-relay-forgotten", AT_FSN, DEMO_KIND_SECRET, "catalyst-system", "sovereign-smtp-credentials", "data.smtp-host",
     "bWFpbC5vcGVub3ZhLmlv"},
    CLAIM("registries-stuck-v1", "registriesYamlActive", "v1"),
    CLAIM("registries-stuck-v1", "node.fsn-cp1.registriesYaml", ""),
    CLAIM("status-reset", "cutoverComplete", "true"),
    CLAIM("started-restamped", "cutoverComplete", "true"),
    POLICY("hold-four-addresses", AT_FSN, "spec.egressDeny[0].toCIDRSet[3].cidr", "49.12.16.160/32"),
    {"duplicate-values-key", AT_FSN, DEMO_KIND_KUSTOMIZATION, "flux-system", "bootstrap-kit", READY("Ready"), "False"},
    {"duplicate-values-key", AT_FSN, DEMO_KIND_KUSTOMIZATION, "flux-system", "bootstrap-kit", WHY("Ready"),
     "*mapping key already defined"},
    CLAIM("duplicate-values-key", "failedStep", "egress-block-test"),
    POLICY("hold-without-policy", AT_FSN, "metadata.name", ""),
    CLAIM("hold-without-policy", "currentStep", "egress-block-test"),
    CLAIM("policy-forbidden", "cutoverComplete", "true"),
    CLAIM("residual-tether", "progressPercent", "81"),
    CLAIM("residual-tether", "failedStep", "vcluster-registry-pivot"),
    {"residual-tether", AT_FSN, DEMO_KIND_HELMRELEASE, "flux-system", "bp-mgmt-vcluster",
     "spec.values.global.registryMirror", "harbor.openova.io"},
    {"auth-stripped-early", AT_FSN, DEMO_KIND_HELMRELEASE, "flux-system", "bp-grafana", WHY("Ready"), "*401 Unauthorized"},
    REPO("auth-stripped-early", AT_FSN, "bp-harbor", "*ghcr.io"),
    REPO("reverted-before-proof", AT_FSN, "bp-harbor", "*registry.acme.example"),
    GIT("harbor-empty", AT_FSN, "spec.secretRef.name", ""),
    GIT("harbor-empty", AT_FSN, WHY("Ready"), "*authentication required"),
    CLAIM("reverted-in-seconds", "totalSteps", "8"),
    CLAIM("total-steps-wrong", "totalSteps", "8"),
    CLAIM("total-steps-wrong", "currentStepIndex", "8"),
    CLAIM("helmreleases-forbidden", "failedStep", "vcluster-registry-pivot"),
    CLAIM("namespaces-forbidden", "failedStep", "egress-block-test"),
    CLAIM("hold-twice", "step.egress-block-test.result", "running"),
    CLAIM("running-without-job", "step.flux-gitrepository-patch.result", "running"),
    CLAIM("apiserver-502", "lastError", "*502 Bad Gateway"),
    POLICY("policy-leaked", AT_HEL, "metadata.name", "cutover-egress-block"),
    CLAIM("prewarm-too-slow", "currentStep", "harbor-prewarm"),
    CLAIM("daemonset-lacks-tool", "progressPercent", "27"),
    CLAIM("daemonset-lacks-tool", "failedStep", ""),
    {"daemonset-lacks-tool", AT_FSN, DEMO_KIND_DAEMONSET, "catalyst", "registry-pivot", "status.numberReady", "0"},
    {"registry-at-dead-address", AT_FSN, DEMO_KIND_CONFIGMAP, "kube-system", "coredns-custom", "DATA registry.override",
     "*49.12.16.160"},
    {"organization-mid-cutover", AT_FSN, DEMO_KIND_ORGANIZATION, "", "driftwood", "spec.slug", "driftwood"},
    CLAIM("catalog-drift", "progressPercent", "45"),
    {"catalog-drift", AT_FSN, DEMO_KIND_CONFIGMAP, "catalyst", "self-sovereign-cutover-daytwo-missing", "data.missing",
     "*CHART bp-chargeback"},
    CLAIM("stale-mirror", "failedStep", "catalyst-api-env-patch"),
    {"volumes-desynced", AT_FSN, DEMO_KIND_VOLUMEATTACHMENT, "", "csi-47e1d0b8aa", "status.detachError.message",
     "*i/o timeout"},
    CLAIM("false-leak", "failedStep", "egress-block-test"),
    POLICY("false-leak", AT_FSN, "metadata.name", ""),
    CLAIM("trigger-unauthorized", "cutoverStartedAt", ""),
    {"trigger-too-early", AT_FSN, DEMO_KIND_JOB, "catalyst", "self-sovereign-cutover-auto-trigger", READY("Failed"), "True"},
    {"gateway-not-programmed", AT_FSN, DEMO_KIND_GATEWAY, "kube-system", "cilium-gateway", READY("Programmed"), "False"},
    CLAIM("gateway-not-programmed", "currentStep", "helmrepository-patches"),
    {"resync-overwrites", AT_FSN, DEMO_KIND_CRONJOB, "catalyst", "gitea-mirror-resync", "spec.schedule", "*/5 * * * *"},
    GIT("git-unauthorized", AT_FSN, READY("Ready"), "False"),
    CLAIM("old-step-names", "step.helmrepo-patches.result", "success"),
    CLAIM("old-step-names", "step.helmrepository-patches.result", ""),
    CLAIM("force-push", "cutoverComplete", "true"),
    {"provider-unauthorized", AT_FSN, DEMO_KIND_PROVIDER, "", "provider-helm", READY("Installed"), "False"},
    {"dead-node", AT_FSN, DEMO_KIND_NODE, "", "fsn-w2", READY("Ready"), "Unknown"},
    {"dead-node", AT_FSN, DEMO_KIND_DAEMONSET, "catalyst", "registry-pivot", "status.numberReady", "3"},
    CLAIM("dead-node", "node.fsn-w2.registriesYaml", ""),
    CLAIM("disputed", "cutoverComplete", "true"),
    CLAIM("secondary-kubeconfigs", "failedStep", "secondary-kubeconfigs"),
    CLAIM("chart-8-steps", "step.gitea-token-mint.result", ""),
    CLAIM("status-garbage", "totalSteps", "eleven"),
};

static size_t failures; /* of this process */

static void complain(const char *scenario, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void complain(const char *scenario, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", scenario);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    failures++;
}

static char *text_at(struct demo_world *world, const struct fact *fact)
{
    const char *name = strcmp(fact->name, STATUS) == 0 ? DEMO_CUTOVER_STATUS : fact->name;
    bool is_key = strcmp(fact->name, STATUS) == 0 || strncmp(fact->path, "DATA ", 5) == 0;
    json_t *object = demo_store_get(world->stores[fact->region], fact->kind, fact->name_space, name);
    const char *key = strncmp(fact->path, "DATA ", 5) == 0 ? fact->path + 5 : fact->path;
    json_t *value = is_key ? json_object_get(json_object_get(object, "data"), key) : demo_json_at(object, fact->path);
    char *text = json_is_integer(value) ? alloc_printf("%lld", (long long)json_integer_value(value))
                 : json_is_true(value)  ? alloc_strdup("true")
                 : json_is_string(value) ? alloc_strdup(json_string_value(value))
                                         : alloc_strdup("");
    json_decref(object);
    return text;
}

static void check_fact(struct demo_world *world, const struct fact *fact)
{
    char *text = text_at(world, fact);
    bool holds = fact->wanted[0] == '*' && fact->wanted[1] != '/' ? strstr(text, fact->wanted + 1) != NULL
                                                                 : strcmp(text, fact->wanted) == 0;
    if (!holds)
        complain(fact->scenario, "%s/%s %s is '%s', not '%s'", fact->name_space, fact->name, fact->path, text,
                 fact->wanted);
    free(text);
}

static size_t count_jobs(struct demo_world *world, const char *step, const char *condition)
{
    size_t count = 0, index;
    json_t *job;
    json_t *jobs = demo_store_list(world->stores[AT_FSN], DEMO_KIND_JOB, "catalyst");
    json_array_foreach(jobs, index, job) {
        const char *label = json_string_value(json_object_get(demo_json_at(job, "metadata.labels"), "cutover.openova.io/step"));
        bool is_complete = strcmp(demo_json_text(job, READY("Complete")), "True") == 0;
        bool is_failed = strcmp(demo_json_text(job, READY("Failed")), "True") == 0;
        const char *is = is_complete ? "Complete" : is_failed ? "Failed" : "active";
        count += label && strcmp(label, step) == 0 && strcmp(is, condition) == 0;
    }
    json_decref(jobs);
    return count;
}

/* A row that says running has an active Job, one that failed a Failed one; times are in order and in the past. */
static void check_rows(struct demo_world *world, const struct demo_scenario *scenario)
{
    json_t *data = demo_cutover_status_data(world);
    const char *key;
    json_t *value;
    json_object_foreach(data, key, value) {
        size_t length = strlen(key);
        bool is_row = strncmp(key, "step.", 5) == 0 && length > 12 && strcmp(key + length - 7, ".result") == 0 &&
                      !strstr(key, ".region.");
        if (!is_row)
            continue;
        char *step = alloc_strdup(key + 5);
        step[length - 12] = '\0';
        bool is_job = strcmp(step, "registry-pivot") != 0 && strcmp(scenario->name, "running-without-job") != 0;
        if (strcmp(json_string_value(value), "running") == 0 && is_job && count_jobs(world, step, "active") != 1)
            complain(scenario->name, "%s runs without its Job", step);
        if (strcmp(json_string_value(value), "failed") == 0 && count_jobs(world, step, "Failed") != 1)
            complain(scenario->name, "%s failed without its Job", step);
        free(step);
    }
    char started[64], finished[64];
    demo_cutover_status_get(world, "cutoverStartedAt", started, sizeof started);
    demo_cutover_status_get(world, "cutoverFinishedAt", finished, sizeof finished);
    if (finished[0] && (timestamp_parse(span_of(finished)) >= clock_wall_ms() || strcmp(started, finished) >= 0))
        complain(scenario->name, "from %s to %s", started, finished);
    json_decref(data);
}

/* In a copy of this process: a world costs most of a second, a copy of it nothing. */
static bool is_sound(const struct demo_scenario *scenario, struct demo_world *world, bool is_told)
{
    pid_t child = fork();
    if (child == 0) {
        struct demo_scenario rest = *scenario;
        if (is_told)
            rest.past = NULL;
        failures = 0;
        demo_scenario_apply(&rest, world);
        if (strcmp(scenario->name, "status-garbage") != 0)
            check_rows(world, scenario);
        for (size_t i = 0; i < ARRAY_LENGTH(FACTS); i++)
            if (strcmp(FACTS[i].scenario, scenario->name) == 0)
                check_fact(world, &FACTS[i]);
        fflush(stderr);
        _exit(failures == 0 ? 0 : 1);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Those that begin behind the same told run share its world; `shares`: the others in parts that run beside each other. */
static void check_share(const struct demo_cutover_past *told, size_t share, size_t shares)
{
    struct demo_world *world = demo_world_fixture_new(14);
    world->cutover = demo_cutover_new(world);
    if (told)
        demo_cutover_replay(world->cutover, told);
    for (size_t i = 0, number = 0; i < demo_scenario_count(); i++) {
        const struct demo_scenario *scenario = demo_scenario_at(i);
        bool can_share = scenario->past == demo_scenario_find("untethered", NULL)->past && !scenario->before &&
                         !scenario->secondary_is_stuck;
        if (can_share != (told != NULL) || number++ % shares != share)
            continue;
        cr_expect(is_sound(scenario, world, told != NULL), "%s is not as it says", scenario->name);
    }
    demo_cutover_free(world->cutover);
    demo_world_fixture_free(world);
    TEST_NO_LEAKS();
}

Test(demo_scenario, what_comes_behind_a_good_run_begins_as_it_says)
{
    check_share(demo_scenario_find("untethered", NULL)->past, 0, 1);
}

#define PARTS 6
#define PART(number)                                                      \
    Test(demo_scenario, part_##number##_of_the_others_begins_as_it_says) \
    {                                                                     \
        check_share(NULL, number, PARTS);                                 \
    }

PART(0)
PART(1)
PART(2)
PART(3)
PART(4)
PART(5)
