/* Organizations with their vClusters, Environments, Blueprints, and the Applications that stand for releases of the kit. */
#include "demo/demo_fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_build.h"
#include "demo/demo_estate.h"
#include "demo/demo_json.h"
#include "demo/demo_kit.h"
#include "demo/demo_kit_documents.h"
#include "demo/demo_workload.h"

#define AGE (6 * DEMO_BUILD_DAY)

/* What bootstrap-owned Applications name as their region (domain contract 1.2). */
static const char NO_REGION[] = "platform-bootstrap-owned-host";

/* ---- Organizations ---- */

static void set_organization_status(json_t *document, const struct demo_estate_organization *row)
{
    char *realm = alloc_printf("%s", row->slug);
    json_t *status = json_pack(
        "{s:{s:s+, s:s, s:s}, s:{s:s, s:s+, s:s}, s:{s:s, s:s}, s:{s:s, s:[s, s]}, s:{s:s, s:s++, s:s+}, s:i}",
        "vcluster", "name", "vc-", row->slug, "hostCluster", "hz-fsn-rtz-prod", "phase", "Ready", "keycloakGroup", "id",
        "6f0d", "path", "/", row->slug, "realm", "sovereign", "perOrgRealm", "realmName", realm, "state",
        row->realm_state, "giteaOrg", "name", row->slug, "repos", "catalyst-tenant", "applications", "iacBootstrap",
        "state", row->iac_state, "repoURL", "https://gitea." DEMO_WORLD_FQDN "/", row->slug, "/iac", "robotUsername",
        row->slug, "-iac", "observedGeneration", 1);
    free(realm);
    if (row->problem)
        json_object_set_new(json_object_get(status, "iacBootstrap"), "lastError", json_string(row->problem));
    json_object_set_new(document, "status", status);
    demo_build_condition(document, "Ready", "True", "Provisioned", "Organization is provisioned", 5 * DEMO_BUILD_DAY,
                         1);
    bool is_bootstrapped = strcmp(row->iac_state, "Ready") == 0;
    demo_build_condition(document, "IacRepoBootstrapped", is_bootstrapped ? "True" : "False",
                         is_bootstrapped ? "Bootstrapped" : "BootstrapFailed", row->problem ? row->problem : "",
                         DEMO_BUILD_DAY, 1);
}

static void put_organization(struct demo_world *world, const struct demo_estate_organization *row)
{
    json_t *document =
        demo_build_object(NULL, row->slug, json_pack("{s:s}", "openova.io/sovereign", DEMO_WORLD_FQDN), AGE);
    demo_json_set(document, "metadata.finalizers",
                  json_pack("[s, s]", "orgs.openova.io/iac-bootstrap", "orgs.openova.io/per-org-realm"));
    json_object_set_new(document, "spec",
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:s}], s:{s:s}}", "slug", row->slug,
                                  "displayName", row->display_name, "kind", row->kind, "tier", row->tier, "billingMode",
                                  row->billing, "sovereignRef", DEMO_WORLD_FQDN, "defaultEnvironmentType", "prod",
                                  "owners", "email", row->owner, "role", "owner", "identity", "federationProvider",
                                  ""));
    set_organization_status(document, row);
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_ORGANIZATION, document, "catalyst-api");
}

/* ---- Environments ---- */

static json_t *environment_region(const char *region)
{
    char *host = alloc_printf("hz-%s-rtz-prod", region);
    json_t *value = json_pack("{s:s, s:s, s:s, s:s}", "provider", "hetzner", "region", region, "buildingBlock", "rtz",
                              "hostCluster", host);
    free(host);
    return value;
}

static void put_environment(struct demo_world *world, const struct demo_estate_environment *row)
{
    char *name = alloc_printf("%s-%s", row->organization, row->type);
    json_t *document =
        demo_build_object(NULL, name, json_pack("{s:s}", "openova.io/organization", row->organization), AGE);
    json_t *regions = json_array(), *vclusters = json_array();
    for (int region = 0; region < (row->multi_region ? DEMO_WORLD_REGIONS : 1); region++) {
        json_array_append_new(regions, environment_region(demo_world_region(region)));
        json_array_append_new(vclusters, json_pack("{s:s++, s:s, s:s, s:o}", "host", "hz-", demo_world_region(region),
                                                   "-rtz-prod", "name", row->organization, "phase", "Ready",
                                                   "lastTransitionTime", demo_build_ago(AGE - 900)));
    }
    json_int_t region_count = (json_int_t)json_array_size(regions);
    json_object_set_new(document, "spec",
                        json_pack("{s:s, s:s, s:s, s:o}", "organizationRef", row->organization, "envType", row->type,
                                  "placement", row->multi_region ? "multi-region" : "single-region", "regions",
                                  regions));
    const char *branch = strcmp(row->type, "prod") == 0  ? "main"
                         : strcmp(row->type, "stg") == 0 ? "staging"
                                                         : "develop";
    json_object_set_new(document, "status",
                        json_pack("{s:s, s:I, s:o, s:{s:s, s:s}, s:s++, s:i}", "phase", "Ready", "regionCount",
                                  region_count, "vclusters", vclusters, "giteaRepoRef", "org", row->organization,
                                  "branch", branch, "jetstreamSubjectPrefix", "ws.", name, ".>", "observedGeneration",
                                  1));
    demo_build_condition(document, "Ready", "True", "Provisioned", "Environment is ready in every region", AGE - 900,
                         1);
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_ENVIRONMENT, document, "environment-controller");
    free(name);
}

/* ---- the Organizations' own vClusters (cutover contract, #5439) ---- */

static void put_vcluster(struct demo_world *world, const char *organization)
{
    char *name = alloc_printf("vc-%s", organization);
    json_t *labels =
        json_pack("{s:s, s:s}", "openova.io/organization", organization, "openova.io/vcluster", organization);
    json_t *document = demo_build_object(organization, name, labels, AGE);
    json_t *values = demo_kit_usual_values(name, 1);
    json_object_set_new(values, "controlPlane",
                        json_pack("{s:{s:{s:s, s:s, s:s}}}", "statefulSet", "image", "registry", "harbor.openova.io",
                                  "repository", "proxy-ghcr/loft-sh/vcluster-pro", "tag", "0.33.1"));
    json_object_set_new(document, "spec",
                        json_pack("{s:s, s:s, s:s, s:{s:{s:s, s:s, s:{s:s, s:s, s:s}}}, s:o}", "interval", "15m",
                                  "releaseName", name, "targetNamespace", organization, "chart", "spec", "chart",
                                  "vcluster", "version", "0.33.1", "sourceRef", "kind", "HelmRepository", "name",
                                  "loft", "namespace", "vcluster-system", "values", values));
    demo_json_set(document, "metadata.generation", json_integer(1));
    demo_fixtures_deploy(document, "0.33.1", 1, AGE - 600);
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_HELMRELEASE, document, "organization-controller");
    struct demo_workload_spec spec = {.kind = DEMO_KIND_STATEFULSET,
                                      .name_space = organization,
                                      .name = name,
                                      .replicas = 1,
                                      .containers = "syncer=harbor.openova.io/proxy-ghcr/loft-sh/vcluster-pro:0.33.1",
                                      .release = name,
                                      .organization = organization,
                                      .image_pull_secret = "ghcr-pull",
                                      .age_seconds = AGE};
    demo_workload_install(world, DEMO_WORLD_PRIMARY, &spec);
    free(name);
}

static void put_catalog(struct demo_world *world)
{
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        json_t *document = demo_build_object("flux-system", "openova-catalog", NULL, AGE);
        json_object_set_new(document, "spec",
                            json_pack("{s:s, s:s, s:s, s:{s:s}}", "type", "oci", "interval", "15m", "url",
                                      "oci://ghcr.io/openova-io", "secretRef", "name", "ghcr-pull"));
        demo_store_put(world->stores[region], DEMO_KIND_HELMREPOSITORY, document, "catalyst-api");
    }
}

static void put_blueprint(struct demo_world *world, const struct demo_estate_blueprint *row)
{
    json_t *document =
        demo_build_object(NULL, row->name, json_pack("{s:s}", "catalyst.openova.io/category", row->category), AGE);
    json_object_set_new(
        document, "spec",
        json_pack("{s:s, s:{s:s, s:s, s:s, s:[s, s]}, s:s, s:{s:s, s:s}, s:{s:[s, s, s], s:s, s:i, s:i}}", "version",
                  row->version, "card", "title", row->title, "summary", row->summary, "category", row->category, "tags",
                  row->category, "catalog", "visibility", "listed", "owner", "team", "blueprints", "contact",
                  "blueprints@" DEMO_WORLD_FQDN, "placementSchema", "modes", "singleton", "active-hot-standby",
                  "active-active", "default", "singleton", "minRegions", 1, "maxRegions", 2));
    json_object_set_new(document, "status",
                        json_pack("{s:s, s:o, s:s}", "phase", "Published", "publishedAt", demo_build_ago(AGE),
                                  "ociDigest",
                                  "sha256:0c7a5b6d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3"));
    demo_build_condition(document, "Ready", "True", "Published", "", AGE, 1);
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_BLUEPRINT, document, "blueprint-controller");
}

/* An Application that only stands for a release of the bootstrap kit. */
static void put_spine(struct demo_world *world, const struct demo_estate_spine *row)
{
    const struct demo_kit_row *kit = demo_kit_find(row->release);
    const char *name = row->release + strlen("bp-");
    json_t *document =
        demo_build_object("catalyst-system", name, json_pack("{s:s}", "openova.io/scope", "platform"), AGE);
    json_object_set_new(document, "spec",
                        json_pack("{s:b, s:{s:s, s:s}, s:{s:s, s:s}, s:[s], s:s}", "bootstrap", 1, "blueprintRef",
                                  "name", row->release, "version", kit->version, "helmRelease", "name", row->release,
                                  "namespace", "flux-system", "regions", NO_REGION, "displayName", row->title));
    json_object_set_new(document, "status",
                        json_pack("{s:s, s:s, s:{s:s, s:s}, s:i}", "phase", "Ready", "primaryRegion", NO_REGION,
                                  "installedBlueprint", "name", row->release, "version", kit->version,
                                  "observedGeneration", 1));
    demo_build_condition(document, "Ready", "True", "HelmReleaseReady", "observed HelmRelease is Ready", AGE, 1);
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_APPLICATION, document, "catalyst-api");
}

void demo_fixtures_estate(struct demo_world *world)
{
    size_t count = 0;
    put_catalog(world);
    const struct demo_estate_blueprint *blueprints = demo_estate_blueprints(&count);
    for (size_t i = 0; i < count; i++)
        put_blueprint(world, &blueprints[i]);
    const struct demo_estate_organization *organizations = demo_estate_organizations(&count);
    for (size_t i = 0; i < count; i++) {
        put_organization(world, &organizations[i]);
        put_vcluster(world, organizations[i].slug);
    }
    const struct demo_estate_environment *environments = demo_estate_environments(&count);
    for (size_t i = 0; i < count; i++)
        put_environment(world, &environments[i]);
    const struct demo_estate_spine *spines = demo_estate_spines(&count);
    for (size_t i = 0; i < count; i++)
        put_spine(world, &spines[i]);
}
