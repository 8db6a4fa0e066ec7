/* A whole cutover in seconds: order of the steps, the status keys' rules, failure and re-run, and a Sovereign that is
 * really untethered afterwards. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "demo/demo_cutover.h"
#include "demo/demo_cutover_chain.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_git.h"
#include "demo/demo_json.h"
#include "demo/demo_life.h"
#include "demo_world_fixture.h"
#include "support/leak_check.h"

#define SPEED 700
#define RUN_MS 100000

static const char *const FORBIDDEN[] = {"harbor.openova.io", "ghcr.io/",        "//github.com/",     "xpkg.upbound.io",
                                        "charts.loft.sh",    "mail.openova.io", "console.openova.io"};

static bool is_exempt(const struct demo_object *object, enum demo_kind_id kind)
{
    return kind == DEMO_KIND_EVENT || kind == DEMO_KIND_REPLICASET ||
           strcmp(object->name_space, DEMO_CUTOVER_NAMESPACE) == 0;
}

static size_t tethers_in(struct demo_world *world, int region, enum demo_kind_id kind, char *first, size_t size)
{
    size_t found = 0;
    struct demo_snapshot snapshot = {0};
    cr_assert_eq(demo_store_snapshot(world->stores[region], demo_kinds_at(kind), NULL, 0, &snapshot), STATUS_OK);
    for (size_t i = 0; i < snapshot.count; i++) {
        const struct demo_object *object = snapshot.objects[i];
        const char *text = object->body + DEMO_OBJECT_METADATA_AT + object->metadata_length;
        for (size_t j = 0; j < sizeof FORBIDDEN / sizeof *FORBIDDEN && !is_exempt(object, kind); j++) {
            const char *hit = strstr(text, FORBIDDEN[j]);
            if (hit)
                snprintf(first, size, "%s %s: %.200s", object->kind->kind, object->key, hit);
            found += hit != NULL;
        }
    }
    demo_store_release(&snapshot);
    return found;
}

static size_t tethers(struct demo_world *world, int region, char *first, size_t size)
{
    size_t found = 0;
    for (int kind = 0; kind < DEMO_KIND_COUNT; kind++)
        found += tethers_in(world, region, (enum demo_kind_id)kind, first, size);
    return found;
}

/* The last lines of the pods that failed, for the reader of a failing test. */
static void tell_failures(struct demo_world *world)
{
    size_t index;
    json_t *pod;
    json_t *pods = demo_store_list(world->stores[0], DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE);
    json_array_foreach(pods, index, pod) {
        if (strcmp(demo_json_text(pod, "status.phase"), "Succeeded") == 0 ||
            !demo_json_at(pod, "metadata.labels.job-name"))
            continue;
        struct demo_log_read read = {.key = {DEMO_CUTOVER_NAMESPACE, demo_json_text(pod, "metadata.name"),
                                             demo_json_text(pod, "spec.containers[0].name"), false},
                                     .since_ms = INT64_MIN,
                                     .has_timestamps = true};
        struct bytebuf lines;
        bytebuf_init(&lines, 1u << 20);
        read.cursor = demo_logs_tail(world->logs[0], &read.key, 8);
        demo_logs_read(world->logs[0], &read, &lines);
        cr_log_warn("%s", bytebuf_text(&lines));
        bytebuf_done(&lines);
    }
    json_decref(pods);
}

static void check_status(struct demo_world *world)
{
    json_t *data = demo_cutover_status_data(world);
    cr_assert_str_eq(json_string_value(json_object_get(data, "cutoverComplete")), "true",
                     "failedStep '%s' lastError '%s'", json_string_value(json_object_get(data, "failedStep")),
                     json_string_value(json_object_get(data, "lastError")));
    cr_assert_str_eq(json_string_value(json_object_get(data, "currentStep")), "");
    cr_assert_str_eq(json_string_value(json_object_get(data, "currentStepIndex")), "11");
    cr_assert_str_eq(json_string_value(json_object_get(data, "progressPercent")), "100");
    cr_assert_str_eq(json_string_value(json_object_get(data, "registriesYamlActive")), "v2");
    cr_assert_str_eq(json_string_value(json_object_get(data, "node.fsn-w3.hz.registriesYaml")), "v2");
    char earlier[64] = "";
    for (int i = 0; i < DEMO_CUTOVER_STEPS; i++) {
        char result[16], started[64];
        demo_cutover_status_get_step(world, demo_cutover_chain[i].name, "result", result, sizeof result);
        demo_cutover_status_get_step(world, demo_cutover_chain[i].name, "startedAt", started, sizeof started);
        cr_assert_str_eq(result, "success", "%s", demo_cutover_chain[i].name);
        cr_assert(strcmp(earlier, started) <= 0, "%s began before the step in front of it", demo_cutover_chain[i].name);
        strcpy(earlier, started);
    }
    json_decref(data);
}

static void start_and_wait(struct demo_world *world, struct demo_cutover *cutover, enum demo_cutover_source source)
{
    cr_assert_eq(demo_cutover_start(cutover, source, NULL), STATUS_OK);
    cr_assert_eq(demo_cutover_start(cutover, source, NULL), STATUS_CONFLICT);
    bool is_idle = demo_cutover_wait(cutover, RUN_MS);
    if (!is_idle)
        tell_failures(world);
    cr_assert(is_idle, "the run did not end");
}

static void check_failure(struct demo_world *world, const char *error)
{
    char value[256];
    demo_cutover_status_get(world, "failedStep", value, sizeof value);
    cr_assert_str_eq(value, "helmrepository-patches");
    demo_cutover_status_get(world, "currentStep", value, sizeof value);
    cr_assert_str_eq(value, "");
    demo_cutover_status_get(world, "lastError", value, sizeof value);
    cr_assert(strstr(value, error), "%s", value);
}

Test(demo_cutover, a_failed_step_is_repeated_by_an_operator_and_the_run_unties_both_regions)
{
    struct demo_world *world = demo_world_fixture_new(SPEED);
    struct demo_cutover *cutover = demo_cutover_new(world);
    struct demo_life *life = demo_life_start(world);
    char first[512] = "";
    cr_assert_gt(tethers(world, 0, first, sizeof first), 100u);
    demo_cutover_set_failure(cutover, "helmrepository-patches");
    start_and_wait(world, cutover, DEMO_CUTOVER_BY_TRIGGER);
    check_failure(world, "reported Failed condition");
    demo_cutover_set_failure(cutover, NULL);
    start_and_wait(world, cutover, DEMO_CUTOVER_BY_TRIGGER);
    check_failure(world, "carried over from prior cutover attempt");
    start_and_wait(world, cutover, DEMO_CUTOVER_BY_OPERATOR);
    check_status(world);
    demo_life_stop(life);
    demo_life_settle(world);
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++)
        cr_assert_eq(tethers(world, region, first, sizeof first), 0u, "region %d: %s", region, first);
    cr_assert_eq(demo_store_count(world->stores[0], DEMO_KIND_CILIUMCLUSTERWIDENETWORKPOLICY), 0u);
    cr_assert_eq(demo_cutover_start(cutover, DEMO_CUTOVER_BY_OPERATOR, NULL), STATUS_FOUND);
    demo_cutover_free(cutover);
    demo_world_fixture_free(world);
    TEST_NO_LEAKS();
}

Test(demo_cutover, past_runs_can_be_told)
{
    struct demo_world *world = demo_world_fixture_new(SPEED);
    struct demo_cutover *cutover = demo_cutover_new(world);
    demo_cutover_replay(cutover, &(struct demo_cutover_past){.started_ago_s = 20000, .forgets_secondary = true});
    check_status(world);
    char first[512] = "";
    cr_assert_eq(tethers(world, 0, first, sizeof first), 0u, "%s", first);
    cr_assert_gt(tethers(world, 1, first, sizeof first), 60u);
    demo_cutover_free(cutover);
    demo_world_fixture_free(world);
    TEST_NO_LEAKS();
}

Test(demo_cutover, discovery_wants_every_step_right)
{
    struct demo_world *world = demo_world_fixture_new(SPEED);
    struct demo_cutover *cutover = demo_cutover_new(world);
    json_t *map =
        demo_store_get(world->stores[0], DEMO_KIND_CONFIGMAP, "catalyst", "cutover-step-05-flux-gitrepository-patch");
    json_object_del(demo_json_at(map, "metadata.labels"), "bp.openova.io/cutover-order");
    demo_store_put(world->stores[0], DEMO_KIND_CONFIGMAP, map, "someone");
    struct error err = {0};
    cr_assert_eq(demo_cutover_start(cutover, DEMO_CUTOVER_BY_OPERATOR, &err), STATUS_INVALID);
    cr_assert(strstr(err.text, "cutover-order"), "%s", err.text);
    demo_cutover_free(cutover);
    demo_world_fixture_free(world);
    TEST_NO_LEAKS();
}
