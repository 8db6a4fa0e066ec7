/* GitRepository, Kustomizations, HelmRepositories and the bootstrap kit's HelmReleases of one region. */
#include "demo/demo_fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "demo/demo_build.h"
#include "demo/demo_flux.h"
#include "demo/demo_git.h"
#include "demo/demo_json.h"
#include "demo/demo_kit.h"
#include "demo/demo_kit_documents.h"

#define AGE (DEMO_FIXTURES_AGE_DAYS * DEMO_BUILD_DAY)

struct kustomization_row {
    const char *name, *path, *interval, *depends;
    bool is_primary_only;
};

static const struct kustomization_row KUSTOMIZATIONS[] = {
    {"bootstrap-kit", "./" DEMO_GIT_SLOTS, "5m", "", false},
    {"infrastructure-config", "./clusters/_template/infrastructure", "10m", "bootstrap-kit", false},
    {"sovereign-tls", "./clusters/_template/sovereign-tls", "10m", "bootstrap-kit", false},
    {"org-tenants", "./clusters/" DEMO_WORLD_FQDN "/org-tenants", "5m", "bootstrap-kit", true},
};

static json_t *history_entry(const json_t *release, const char *app_version, int version, int versions,
                             int64_t age_seconds)
{
    json_t *values = demo_json_at(release, "spec.values");
    char *config = demo_build_digest(values);
    int64_t spacing = versions > 1 ? (AGE - age_seconds) / (versions - 1) : 0;
    bool is_last = version == versions;
    char chart_version[32];
    snprintf(chart_version, sizeof chart_version, "%s", demo_json_text(release, "spec.chart.spec.version"));
    json_t *entry = json_pack(
        "{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "name", demo_json_text(release, "spec.releaseName"),
        "namespace", demo_json_text(release, "spec.targetNamespace"), "version", version, "chartName",
        demo_json_text(release, "spec.chart.spec.chart"), "chartVersion", chart_version, "appVersion", app_version,
        "configDigest", config, "status", is_last ? "deployed" : "superseded", "firstDeployed", demo_build_ago(AGE),
        "lastDeployed", demo_build_ago(age_seconds + spacing * (versions - version)));
    char *digest = demo_build_digest(entry);
    json_object_set_new(entry, "digest", json_string(digest));
    free(digest);
    free(config);
    return entry;
}

void demo_fixtures_deploy(json_t *release, const char *app_version, int versions, int64_t age_seconds)
{
    json_t *history = json_array();
    for (int version = versions; version >= 1 && versions - version < DEMO_FLUX_HISTORY_MAX; version--)
        json_array_append_new(history, history_entry(release, app_version, version, versions, age_seconds));
    const json_t *last = json_array_get(history, 0);
    char *chart = alloc_printf("flux-system/%s-%s", demo_json_text(release, "metadata.namespace"),
                               demo_json_text(release, "metadata.name"));
    json_object_set_new(release, "status",
                        json_pack("{s:o, s:s, s:s, s:s, s:s, s:s}", "history", history, "helmChart", chart,
                                  "storageNamespace", demo_json_text(release, "spec.targetNamespace"),
                                  "lastAttemptedRevision", demo_json_text(release, "spec.chart.spec.version"),
                                  "lastAttemptedReleaseAction", versions > 1 ? "upgrade" : "install",
                                  "lastAttemptedConfigDigest", demo_json_text(last, "configDigest")));
    free(chart);
    json_int_t generation = demo_json_integer(release, "metadata.generation", 1);
    char *message =
        alloc_printf("Helm %s succeeded for release %s/%s.v%d with chart %s@%s", versions > 1 ? "upgrade" : "install",
                     demo_json_text(release, "spec.targetNamespace"), demo_json_text(release, "spec.releaseName"),
                     versions, demo_json_text(last, "chartName"), demo_json_text(last, "chartVersion"));
    const char *reason = versions > 1 ? "UpgradeSucceeded" : "InstallSucceeded";
    demo_build_condition(release, "Ready", "True", reason, message, age_seconds, generation);
    demo_build_condition(release, "Released", "True", reason, message, age_seconds, generation);
    free(message);
    demo_json_set(release, "status.observedGeneration", json_integer(generation));
    demo_json_set(release, "status.lastAttemptedGeneration", json_integer(generation));
}

static bool is_in_region(const struct demo_kit_row *row, int region)
{
    return row->presence != (region == DEMO_WORLD_PRIMARY ? DEMO_KIT_SECONDARY_ONLY : DEMO_KIT_PRIMARY_ONLY);
}

static void set_kustomize_labels(json_t *document)
{
    json_t *labels = demo_json_at(document, "metadata.labels");
    if (!labels) {
        demo_json_set(document, "metadata.labels", json_object());
        labels = demo_json_at(document, "metadata.labels");
    }
    json_object_set_new(labels, "kustomize.toolkit.fluxcd.io/name", json_string("bootstrap-kit"));
    json_object_set_new(labels, "kustomize.toolkit.fluxcd.io/namespace", json_string("flux-system"));
}

static void put_repository(struct demo_world *world, int region, const struct demo_kit_row *row)
{
    json_t *document = demo_kit_repository_document(row);
    demo_json_set(document, "metadata.creationTimestamp", demo_build_ago(AGE));
    set_kustomize_labels(document);
    demo_store_put(world->stores[region], DEMO_KIND_HELMREPOSITORY, document, "kustomize-controller");
}

static void put_release(struct demo_world *world, int region, const struct demo_kit_row *row, struct demo_luck *luck)
{
    json_t *document = demo_kit_release_document(row);
    demo_world_substitute_json(document, region);
    demo_json_set(document, "metadata.creationTimestamp", demo_build_ago(AGE));
    demo_json_set(document, "metadata.finalizers", json_pack("[s]", "finalizers.fluxcd.io"));
    set_kustomize_labels(document);
    int versions = 3 + demo_luck_below(luck, 4);
    demo_json_set(document, "metadata.generation", json_integer(versions));
    bool is_suspended = demo_flux_is_suspended(document);
    if (!is_suspended)
        demo_fixtures_deploy(document, row->app_version, versions, DEMO_BUILD_HOUR * (3 + demo_luck_below(luck, 120)));
    demo_store_put(world->stores[region], DEMO_KIND_HELMRELEASE, document, "kustomize-controller");
}

/* The one source that is not of the kit's shape (cutover contract, #5650). */
static void put_loft_repository(struct demo_world *world, int region)
{
    json_t *labels = json_pack("{s:s, s:s}", "helm.toolkit.fluxcd.io/name", "bp-vcluster-helmrepo",
                               "helm.toolkit.fluxcd.io/namespace", "flux-system");
    json_t *document = demo_build_object("vcluster-system", "loft", labels, AGE);
    json_object_set_new(
        document, "spec",
        json_pack("{s:s, s:s, s:s}", "url", "https://charts.loft.sh", "interval", "15m", "timeout", "60s"));
    json_object_set_new(document, "status",
                        json_pack("{s:i, s:{s:s, s:o}}", "observedGeneration", 1, "artifact", "revision",
                                  "sha256:52c6b2d8e5c2f0a91f5b0e6f8d8f0f9d6c9a51b2f51c1c5be6e04e7f10e7a1d3",
                                  "lastUpdateTime", demo_build_ago(DEMO_BUILD_DAY)));
    demo_build_condition(
        document, "Ready", "True", "Succeeded",
        "stored artifact: revision 'sha256:52c6b2d8e5c2f0a91f5b0e6f8d8f0f9d6c9a51b2f51c1c5be6e04e7f10e7a1d3'",
        DEMO_BUILD_DAY, 1);
    demo_store_put(world->stores[region], DEMO_KIND_HELMREPOSITORY, document, "helm-controller");
}

static void date(json_t *document, int64_t age_seconds)
{
    json_t *time = demo_build_ago(age_seconds);
    demo_build_date_conditions(document, time);
    json_decref(time);
}

static void put_git_repository(struct demo_world *world, int region)
{
    char sha[DEMO_GIT_SHA_SIZE];
    demo_git_head(world->git, DEMO_GIT_UPSTREAM, sha);
    json_t *document = demo_build_object("flux-system", "openova", NULL, AGE);
    json_object_set_new(document, "spec",
                        json_pack("{s:s, s:s, s:{s:s}, s:s}", "interval", "1m", "url",
                                  "https://github.com/openova-io/openova", "ref", "branch", "main", "timeout", "60s"));
    demo_json_set(document, "metadata.generation", json_integer(1));
    demo_json_set(document, "metadata.finalizers", json_pack("[s]", "finalizers.fluxcd.io"));
    demo_flux_git_fetched(document, sha);
    date(document, 22 * DEMO_BUILD_HOUR);
    demo_json_set(document, "status.artifact.lastUpdateTime", demo_build_ago(22 * DEMO_BUILD_HOUR));
    demo_store_put(world->stores[region], DEMO_KIND_GITREPOSITORY, document, "kubectl");
}

static json_t *inventory(struct demo_world *world, int region)
{
    json_t *entries = json_array();
    size_t count = 0;
    const struct demo_kit_row *rows = demo_kit_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if (!is_in_region(&rows[i], region))
            continue;
        json_array_append_new(entries, json_pack("{s:s++, s:s}", "id", "flux-system_", rows[i].name,
                                                 "_helm.toolkit.fluxcd.io_HelmRelease", "v", "v2"));
        if (!rows[i].repository)
            json_array_append_new(entries, json_pack("{s:s++, s:s}", "id", "flux-system_", rows[i].name,
                                                     "_source.toolkit.fluxcd.io_HelmRepository", "v", "v1"));
    }
    return entries;
}

static void put_kustomization(struct demo_world *world, int region, const struct kustomization_row *row)
{
    char sha[DEMO_GIT_SHA_SIZE];
    demo_git_head(world->git, DEMO_GIT_UPSTREAM, sha);
    json_t *document = demo_build_object("flux-system", row->name, NULL, AGE);
    bool is_kit = strcmp(row->name, "bootstrap-kit") == 0;
    const char *path = is_kit && region != DEMO_WORLD_PRIMARY ? "./" DEMO_GIT_SLOTS_SECONDARY : row->path;
    json_t *spec =
        json_pack("{s:s, s:s, s:b, s:b, s:s, s:{s:s, s:s}, s:{s:{s:s, s:s}}}", "interval", row->interval, "path", path,
                  "prune", 1, "wait", is_kit, "timeout", "30m", "sourceRef", "kind", "GitRepository", "name", "openova",
                  "postBuild", "substitute", "SOVEREIGN_FQDN", DEMO_WORLD_FQDN, "REGION", demo_world_region(region));
    if (row->depends[0])
        json_object_set_new(spec, "dependsOn", json_pack("[{s:s}]", "name", row->depends));
    json_object_set_new(document, "spec", spec);
    demo_json_set(document, "metadata.generation", json_integer(1));
    demo_json_set(document, "metadata.finalizers", json_pack("[s]", "finalizers.fluxcd.io"));
    char *revision = alloc_printf("main@sha1:%s", sha);
    demo_flux_kustomization_applied(document, revision);
    free(revision);
    date(document, 22 * DEMO_BUILD_HOUR);
    if (is_kit)
        demo_json_set(document, "status.inventory", json_pack("{s:o}", "entries", inventory(world, region)));
    demo_store_put(world->stores[region], DEMO_KIND_KUSTOMIZATION, document, "kubectl");
}

void demo_fixtures_flux(struct demo_world *world, int region)
{
    struct demo_luck luck = demo_luck_from(world->seed, region == DEMO_WORLD_PRIMARY ? "kit fsn" : "kit hel");
    put_git_repository(world, region);
    for (size_t i = 0; i < ARRAY_LENGTH(KUSTOMIZATIONS); i++)
        if (region == DEMO_WORLD_PRIMARY || !KUSTOMIZATIONS[i].is_primary_only)
            put_kustomization(world, region, &KUSTOMIZATIONS[i]);
    size_t count = 0;
    const struct demo_kit_row *rows = demo_kit_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].repository && is_in_region(&rows[i], region))
            put_repository(world, region, &rows[i]);
        if (is_in_region(&rows[i], region))
            put_release(world, region, &rows[i], &luck);
    }
    put_loft_repository(world, region);
}
