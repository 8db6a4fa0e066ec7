/* The demo lives as Flux and Kubernetes do: requests are handled, values lead to upgrades, Git wins over live patches.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "demo/demo_flux.h"
#include "demo/demo_git.h"
#include "demo/demo_json.h"
#include "demo/demo_life.h"
#include "demo_world_fixture.h"
#include "support/leak_check.h"

struct setting {
    const char *path;
    json_t *value;
};

static enum status set_value(json_t *document, void *context, struct error *err)
{
    const struct setting *setting = context;
    if (strncmp(setting->path, "annotation ", 11) == 0) {
        if (!demo_json_at(document, "metadata.annotations"))
            demo_json_set(document, "metadata.annotations", json_object());
        json_object_set(demo_json_at(document, "metadata.annotations"), setting->path + 11, setting->value);
    } else {
        demo_json_set(document, setting->path, json_incref(setting->value));
    }
    return STATUS_OK;
}

static void patch(struct demo_world *world, enum demo_kind_id kind, const char *name_space, const char *name,
                  const char *path, json_t *value, const char *manager)
{
    struct setting setting = {path, value};
    cr_assert_eq(demo_store_update(world->stores[0], kind, name_space, name, set_value, &setting, manager), STATUS_OK,
                 "%s", name);
    json_decref(value);
}

static bool has_handled(const json_t *object, const void *context)
{
    return strcmp(demo_json_text(object, "status.lastHandledReconcileAt"), context) == 0 && demo_flux_is_ready(object);
}

static bool has_history(const json_t *object, const void *context)
{
    return json_array_size(demo_json_at(object, "status.history")) > 0 && demo_flux_is_ready(object) &&
           demo_json_integer(object, "status.history[0].version", 0) == *(const json_int_t *)context &&
           demo_json_integer(object, "status.observedGeneration", 0) ==
               demo_json_integer(object, "metadata.generation", -1);
}

static bool has_no_text(const json_t *object, const void *context)
{
    return demo_json_at(object, context) == NULL;
}

static bool is_replicas(const json_t *object, const void *context)
{
    return demo_json_integer(object, "spec.values.server.replicaCount", -1) == *(const json_int_t *)context;
}

static bool is_rolled(const json_t *object, const void *context)
{
    return demo_json_integer(object, "status.readyReplicas", 0) == demo_json_integer(object, "spec.replicas", -1) &&
           demo_json_integer(object, "status.observedGeneration", 0) ==
               demo_json_integer(object, "metadata.generation", -1);
}

Test(demo_life, a_request_is_handled_within_two_seconds)
{
    struct demo_world *world = demo_world_fixture_new(12);
    atomic_store(&world->is_calm, true);
    struct demo_life *life = demo_life_start(world);
    patch(world, DEMO_KIND_HELMRELEASE, "flux-system", "bp-harbor", "annotation reconcile.fluxcd.io/requestedAt",
          json_string("now-1"), "flux");
    cr_assert(demo_world_fixture_wait(world, 0, DEMO_KIND_HELMRELEASE, "flux-system", "bp-harbor", has_handled, "now-1",
                                      20000));
    demo_life_stop(life);
    demo_world_fixture_free(world);
    TEST_NO_LEAKS();
}

Test(demo_life, new_values_lead_to_an_upgrade_and_a_rollout)
{
    struct demo_world *world = demo_world_fixture_new(200);
    atomic_store(&world->is_calm, true);
    struct demo_life *life = demo_life_start(world);
    json_t *before = demo_store_get(world->stores[0], DEMO_KIND_HELMRELEASE, "bluewave", "website");
    json_int_t next = demo_json_integer(before, "status.history[0].version", 0) + 1;
    json_decref(before);
    patch(world, DEMO_KIND_HELMRELEASE, "bluewave", "website", "spec.values.theme", json_string("dark"), "sovdeck");
    cr_assert(
        demo_world_fixture_wait(world, 0, DEMO_KIND_HELMRELEASE, "bluewave", "website", has_history, &next, 20000));
    cr_assert(demo_world_fixture_wait(world, 0, DEMO_KIND_DEPLOYMENT, "bluewave", "website", is_rolled, NULL, 20000));
    demo_life_stop(life);
    demo_world_fixture_free(world);
    TEST_NO_LEAKS();
}

Test(demo_life, git_wins_where_it_declares)
{
    struct demo_world *world = demo_world_fixture_new(200);
    atomic_store(&world->is_calm, true);
    struct demo_life *life = demo_life_start(world);
    json_t *before = demo_store_get(world->stores[0], DEMO_KIND_HELMRELEASE, "flux-system", "bp-loki");
    json_int_t declared = demo_json_integer(before, "spec.values.server.replicaCount", -1);
    json_decref(before);
    patch(world, DEMO_KIND_HELMRELEASE, "flux-system", "bp-loki", "spec.values.server.replicaCount", json_integer(9),
          "sovdeck");
    patch(world, DEMO_KIND_HELMRELEASE, "flux-system", "bp-loki", "spec.values.ours", json_string("stays"), "sovdeck");
    patch(world, DEMO_KIND_HELMRELEASE, "flux-system", "bp-loki", "spec.values.theirs", json_string("goes"),
          "kubectl-patch");
    cr_assert(demo_world_fixture_wait(world, 0, DEMO_KIND_HELMRELEASE, "flux-system", "bp-loki", is_replicas, &declared,
                                      20000));
    cr_assert(demo_world_fixture_wait(world, 0, DEMO_KIND_HELMRELEASE, "flux-system", "bp-loki", has_no_text,
                                      "spec.values.theirs", 20000));
    json_t *after = demo_store_get(world->stores[0], DEMO_KIND_HELMRELEASE, "flux-system", "bp-loki");
    cr_assert_str_eq(demo_json_text(after, "spec.values.ours"), "stays");
    json_decref(after);
    demo_life_stop(life);
    demo_world_fixture_free(world);
    TEST_NO_LEAKS();
}
