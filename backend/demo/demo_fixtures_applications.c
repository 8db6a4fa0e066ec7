/* Applications with their HelmReleases, workloads and troubles, and the many that --scale adds. */
#include "demo/demo_fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_build.h"
#include "demo/demo_estate.h"
#include "demo/demo_flux.h"
#include "demo/demo_json.h"
#include "demo/demo_kit_documents.h"
#include "demo/demo_workload.h"

#define AGE (5 * DEMO_BUILD_DAY)
#define EXTRA_PER_SCALE 65 /* releases per region that each further unit of --scale adds */

struct placing {
    const char *mode;
    bool is_text;
    int regions; /* 1: primary only */
};

static const struct placing PLACINGS[] = {
    [DEMO_ESTATE_SINGLETON_TEXT] = {"singleton", true, 1},
    [DEMO_ESTATE_LEGACY_TEXT] = {"active-hotstandby", true, 2},
    [DEMO_ESTATE_OBJECT] = {"singleton", false, 1},
    [DEMO_ESTATE_OBJECT_PAIR] = {"active-hot-standby", false, 2},
    [DEMO_ESTATE_OBJECT_ACTIVE] = {"active-active", false, 2},
};

static const char *role_in(const struct placing *placing, int region)
{
    if (strcmp(placing->mode, "active-active") == 0)
        return "active";
    return region == DEMO_WORLD_PRIMARY ? "primary" : "standby";
}

static json_t *region_names(int count)
{
    json_t *names = json_array();
    for (int region = 0; region < count; region++)
        json_array_append_new(names, json_string(demo_world_region(region)));
    return names;
}

static const char *phase_of(enum demo_estate_trouble trouble)
{
    static const char *const PHASES[] = {[DEMO_ESTATE_FINE] = "Ready",
                                         [DEMO_ESTATE_UPGRADE_FAILED] = "Failed",
                                         [DEMO_ESTATE_CRASH_LOOP] = "Degraded",
                                         [DEMO_ESTATE_SUSPENDED] = "Ready",
                                         [DEMO_ESTATE_PROVISIONING] = "Provisioning"};
    return PHASES[trouble];
}

static json_t *placement_of(const struct placing *placing)
{
    if (placing->is_text)
        return json_string(placing->mode);
    return json_pack("{s:s, s:s, s:o}", "vcluster", "host", "mode", placing->mode, "regions",
                     region_names(placing->regions));
}

static json_t *application_spec(const struct demo_estate_application *row,
                                const struct demo_estate_blueprint *blueprint, const struct placing *placing)
{
    char *environment = alloc_printf("%s-%s", row->organization, row->environment_type);
    json_t *spec =
        json_pack("{s:s, s:s, s:{s:s, s:s}, s:o, s:o, s:{s:i, s:{s:s}}, s:[{s:s+, s:s}], s:s}", "environmentRef",
                  environment, "organizationRef", row->organization, "blueprintRef", "name", blueprint->name, "version",
                  blueprint->version, "placement", placement_of(placing), "regions", region_names(placing->regions),
                  "parameters", "replicas", row->replicas, "persistence", "size", "10Gi", "owners", "email", "dev@",
                  "acme.example", "role", "developer", "isolationLevel", "vcluster");
    free(environment);
    return spec;
}

static json_t *application_status(const struct demo_estate_application *row,
                                  const struct demo_estate_blueprint *blueprint, const struct placing *placing)
{
    json_t *regions = json_array(), *clusters = json_array();
    bool is_fine = row->trouble == DEMO_ESTATE_FINE || row->trouble == DEMO_ESTATE_SUSPENDED;
    for (int region = 0; region < placing->regions; region++) {
        const char *name = demo_world_region(region), *role = role_in(placing, region);
        json_array_append_new(regions, json_pack("{s:s, s:s, s:i, s:i, s:o}", "name", name, "role", role, "replicas",
                                                 row->replicas, "ready", is_fine ? row->replicas : 0,
                                                 "lastTransitionTime", demo_build_ago(DEMO_BUILD_DAY)));
        json_array_append_new(clusters,
                              json_pack("{s:s++, s:s, s:s, s:s}", "cluster", "hz-", name, "-rtz-prod", "role", role,
                                        "status", is_fine ? "Ready" : phase_of(row->trouble), "hr", row->name));
    }
    return json_pack("{s:s, s:s, s:o, s:o, s:{s:s, s:s, s:s}, s:s+++, s:{s:s, s:s, s:o, s:s}, s:i}", "phase",
                     phase_of(row->trouble), "primaryRegion", "fsn", "regions", regions, "perCluster", clusters,
                     "installedBlueprint", "name", blueprint->name, "version", blueprint->version, "digest",
                     "sha256:6d1c1f0e7b8e5b8b2a4b5f9f0b1b2c3d", "giteaRepo", row->organization, "/", row->name, "",
                     "placement", "vcluster", "host", "source", "instance", "regions", region_names(placing->regions),
                     "mode", placing->mode, "observedGeneration", 1);
}

static void put_application(struct demo_world *world, const struct demo_estate_application *row,
                            const struct demo_estate_blueprint *blueprint)
{
    const struct placing *placing = &PLACINGS[row->placement];
    json_t *labels =
        json_pack("{s:s, s:s++, s:s}", "openova.io/organization", row->organization, "openova.io/environment",
                  row->organization, "-", row->environment_type, "openova.io/blueprint", blueprint->name);
    json_t *document = demo_build_object(row->organization, row->name, labels, AGE);
    json_object_set_new(document, "spec", application_spec(row, blueprint, placing));
    json_object_set_new(document, "status", application_status(row, blueprint, placing));
    bool is_ready = strcmp(phase_of(row->trouble), "Ready") == 0;
    demo_build_condition(document, "Ready", is_ready ? "True" : "False",
                         is_ready ? "AllClustersReady" : "ReleaseNotReady",
                         is_ready ? "every cluster reports Ready" : "1 cluster is not ready", DEMO_BUILD_HOUR, 1);
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_APPLICATION, document, "catalyst-api");
}

static json_t *release_labels(const struct demo_estate_application *row, const struct placing *placing, int region)
{
    return json_pack("{s:s, s:s, s:s, s:s++, s:s, s:s++, s:s}", "catalyst.openova.io/app", row->name,
                     "catalyst.openova.io/role", role_in(placing, region), "catalyst.openova.io/topology",
                     placing->mode, "catalyst.openova.io/cluster", "hz-", demo_world_region(region), "-rtz-prod",
                     "openova.io/organization", row->organization, "openova.io/environment", row->organization, "-",
                     row->environment_type, "openova.io/managed-by", "application-controller");
}

static json_t *release_spec(const struct demo_estate_application *row, const struct demo_estate_blueprint *blueprint)
{
    json_t *values = demo_kit_usual_values(row->name, (unsigned)row->replicas + (unsigned)strlen(row->name));
    json_object_set_new(values, "host", json_pack("s+++", row->name, ".", row->organization, "." DEMO_WORLD_FQDN));
    json_object_set_new(values, "replicas", json_integer(row->replicas));
    return json_pack("{s:s, s:s, s:s, s:s, s:{s:{s:s, s:s, s:{s:s, s:s, s:s}}}, s:{s:{s:i}}, s:{s:{s:i}}, s:o}",
                     "interval", "15m", "timeout", "10m", "releaseName", row->name, "targetNamespace",
                     row->organization, "chart", "spec", "chart", blueprint->name, "version", blueprint->version,
                     "sourceRef", "kind", "HelmRepository", "name", "openova-catalog", "namespace", "flux-system",
                     "install", "remediation", "retries", 3, "upgrade", "remediation", "retries", 3, "values", values);
}

static void put_release(struct demo_world *world, int region, const struct demo_estate_application *row,
                        const struct demo_estate_blueprint *blueprint, struct demo_luck *luck)
{
    json_t *document =
        demo_build_object(row->organization, row->name, release_labels(row, &PLACINGS[row->placement], region), AGE);
    int versions = 1 + demo_luck_below(luck, 5);
    demo_json_set(document, "metadata.generation", json_integer(versions));
    demo_json_set(document, "metadata.finalizers", json_pack("[s]", "finalizers.fluxcd.io"));
    json_object_set_new(document, "spec", release_spec(row, blueprint));
    if (row->trouble == DEMO_ESTATE_PROVISIONING) {
        json_object_set_new(document, "status", json_object());
        demo_flux_release_started(document, true);
    } else {
        demo_fixtures_deploy(document, blueprint->version, versions,
                             DEMO_BUILD_HOUR * (2 + demo_luck_below(luck, 100)));
    }
    if (row->trouble == DEMO_ESTATE_SUSPENDED)
        demo_json_set(document, "spec.suspend", json_true());
    if (row->trouble == DEMO_ESTATE_UPGRADE_FAILED) {
        demo_json_set(document, "metadata.annotations",
                      json_pack("{s:s}", "catalyst.openova.io/cutover-settled-roll-override",
                                "CHG-4711: vendor fix due, not part of the platform"));
        demo_json_set(document, "status.upgradeFailures", json_integer(3));
        demo_flux_release_failed(document, "context deadline exceeded", true);
    }
    demo_store_put(world->stores[region], DEMO_KIND_HELMRELEASE, document, "application-controller");
}

static void put_pods(struct demo_world *world, int region, const struct demo_estate_application *row,
                     const struct demo_estate_blueprint *blueprint)
{
    char *containers = alloc_printf("%s=%s", row->name, blueprint->image);
    struct demo_workload_spec spec = {.kind = DEMO_KIND_DEPLOYMENT,
                                      .name_space = row->organization,
                                      .name = row->name,
                                      .replicas = row->replicas,
                                      .containers = containers,
                                      .release = row->name,
                                      .organization = row->organization,
                                      .application = row->name,
                                      .age_seconds = AGE};
    demo_workload_install(world, region, &spec);
    free(containers);
    if (row->trouble != DEMO_ESTATE_CRASH_LOOP)
        return;
    json_t *pods = demo_store_list(world->stores[region], DEMO_KIND_POD, row->organization);
    size_t index = 0;
    json_t *pod = NULL;
    json_array_foreach(pods, index, pod)
        if (strcmp(demo_json_text(pod, "metadata.labels.app"), row->name) == 0)
            demo_workload_set_waiting(world, region, row->organization, demo_json_text(pod, "metadata.name"),
                                      "CrashLoopBackOff", "back-off 5m0s restarting failed container", 41);
    json_decref(pods);
    demo_workload_count(world, region, DEMO_KIND_DEPLOYMENT, row->organization, row->name);
}

static void install(struct demo_world *world, const struct demo_estate_application *row, struct demo_luck *luck,
                    bool has_pods)
{
    const struct demo_estate_blueprint *blueprint = demo_estate_blueprint(row->blueprint);
    put_application(world, row, blueprint);
    for (int region = 0; region < PLACINGS[row->placement].regions; region++) {
        put_release(world, region, row, blueprint, luck);
        if (has_pods && row->trouble != DEMO_ESTATE_PROVISIONING)
            put_pods(world, region, row, blueprint);
    }
}

/* Further Applications for load: active in both regions, without pods. */
static void install_extra(struct demo_world *world, struct demo_luck *luck)
{
    size_t blueprint_count = 0, environment_count = 0;
    const struct demo_estate_blueprint *blueprints = demo_estate_blueprints(&blueprint_count);
    const struct demo_estate_environment *environments = demo_estate_environments(&environment_count);
    for (int i = 0; i < (world->scale - 1) * EXTRA_PER_SCALE; i++) {
        char name[32];
        snprintf(name, sizeof name, "load-%05d", i);
        const struct demo_estate_environment *environment = &environments[(size_t)i % environment_count];
        struct demo_estate_application row = {
            environment->organization, environment->type, name,     blueprints[(size_t)i % blueprint_count].name,
            DEMO_ESTATE_OBJECT_ACTIVE, DEMO_ESTATE_FINE,  1 + i % 3};
        install(world, &row, luck, false);
    }
}

void demo_fixtures_applications(struct demo_world *world)
{
    size_t count = 0;
    struct demo_luck luck = demo_luck_from(world->seed, "estate");
    const struct demo_estate_application *applications = demo_estate_applications(&count);
    for (size_t i = 0; i < count; i++)
        install(world, &applications[i], &luck, true);
    install_extra(world, &luck);
}
