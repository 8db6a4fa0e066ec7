/* Steps catalyst-api-env-patch, gitea-token-mint, vcluster-registry-pivot and crossplane-provider-pivot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/timestamp.h"
#include "demo/demo_build.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_git.h"
#include "demo/demo_json.h"
#include "demo/demo_workload_edit.h"

#define AUTHOR "self-sovereign-cutover <cutover@" DEMO_WORLD_FQDN ">"
#define CONSOLE "https://console." DEMO_WORLD_FQDN
#define GITEA "http://gitea-http.gitea.svc.cluster.local:3000/openova/openova"

/* ---- catalyst-api-env-patch ---- */

static enum status edit_registry(json_t *release, void *context, struct error *err)
{
    demo_json_set(release, "spec.values.global.imageRegistry", json_string(DEMO_CUTOVER_REGISTRY));
    return STATUS_OK;
}

static bool pivot_registries(struct demo_cutover_run *run)
{
    static const char *const RELEASES[] = {
        "bp-catalyst-platform",    "bp-openova-flow-server", "bp-continuum", "bp-guacamole", "bp-newapi",
        "bp-openova-flow-emitter", "bp-k8s-ws-proxy"};
    for (size_t i = 0; i < ARRAY_LENGTH(RELEASES); i++) {
        for (int region = 0; region < demo_cutover_run_regions(run); region++)
            demo_store_update(run->world->stores[region], DEMO_KIND_HELMRELEASE, "flux-system", RELEASES[i],
                              edit_registry, NULL, DEMO_CUTOVER_MANAGER);
        demo_cutover_run_log(run, "HelmRelease %s /spec/values/global/imageRegistry -> " DEMO_CUTOVER_REGISTRY,
                             RELEASES[i]);
        if (!demo_cutover_run_wait(run, 4))
            return false;
    }
    size_t files = demo_git_replace(run->world->git, DEMO_GIT_SLOTS, "imageRegistry: \"\"\n",
                                    "imageRegistry: " DEMO_CUTOVER_REGISTRY "\n", AUTHOR,
                                    "cutover: imageRegistry to the local registry");
    demo_cutover_run_log(run, "%zu slot files: imageRegistry, pushed to main", files);
    return demo_cutover_run_sync(run);
}

static void pivot_env(struct demo_cutover_run *run, int region)
{
    static const char *const VARIABLES[][4] = {
        {"catalyst-system", "catalyst-api", "CATALYST_GITOPS_REPO_URL", GITEA},
        {"catalyst-system", "catalyst-api", "CATALYST_PIN_ISSUER", CONSOLE},
        {"catalyst-system", "catalyst-api", "CATALYST_HANDOVER_JWT_ISSUER", CONSOLE},
        {"catalyst-system", "catalyst-api", "CATALYST_LOCAL_IMAGE_REGISTRY_HOST", DEMO_CUTOVER_HARBOR},
        {"org-services", "provisioning", "CATALYST_LOCAL_REGISTRY_URL", "oci://" DEMO_CUTOVER_REGISTRY "/openova-io"},
        {"org-services", "provisioning", "CATALYST_LOCAL_IMAGE_REGISTRY_HOST", DEMO_CUTOVER_HARBOR},
        {"catalyst-system", "catalyst-organization-controller", "CATALYST_LOCAL_IMAGE_REGISTRY_HOST",
         DEMO_CUTOVER_HARBOR},
        {"catalyst-system", "catalyst-organization-controller", "CATALYST_VCLUSTER_IMAGE_REGISTRY",
         DEMO_CUTOVER_HARBOR}};
    for (size_t i = 0; i < ARRAY_LENGTH(VARIABLES); i++) {
        demo_workload_edit_env(run->world, region, VARIABLES[i][0], VARIABLES[i][1], VARIABLES[i][2], VARIABLES[i][3],
                               DEMO_CUTOVER_MANAGER);
        demo_cutover_run_log(run, "[%s] Deployment %s/%s env %s=%s", demo_world_region(region), VARIABLES[i][0],
                             VARIABLES[i][1], VARIABLES[i][2], VARIABLES[i][3]);
    }
}

static enum status edit_runtime(json_t *config, void *context, struct error *err)
{
    demo_json_set(
        config, "data",
        json_pack("{s:s, s:s}", "sovereign-console-url", CONSOLE, "sovereign-api-public-url", CONSOLE "/sovereign"));
    return STATUS_OK;
}

static enum status edit_relay(json_t *secret, void *context, struct error *err)
{
    json_object_set_new(json_object_get(secret, "data"), "smtp-host", demo_build_base64("mail." DEMO_WORLD_FQDN));
    return STATUS_OK;
}

/* Job 07a: no step of the engine; the chart renders it (#5921). */
bool demo_cutover_platform_relay(struct demo_cutover_run *run)
{
    demo_cutover_run_log(run, "tcp connect mail." DEMO_WORLD_FQDN ":587 OK");
    for (int region = 0; region < demo_cutover_run_regions(run); region++) {
        demo_store_update(run->world->stores[region], DEMO_KIND_SECRET, "catalyst-system", "sovereign-smtp-credentials",
                          edit_relay, NULL, DEMO_CUTOVER_MANAGER);
        demo_cutover_run_log(run, "[%s] Secret catalyst-system/sovereign-smtp-credentials smtp-host -> mail."
                                  DEMO_WORLD_FQDN " OK",
                             demo_world_region(region));
    }
    return true;
}

static void pivot_relay(struct demo_cutover_run *run)
{
    struct demo_cutover_run job = *run;
    struct demo_cutover_found found = {.name = (char *)(uintptr_t)"07a", .pod_spec = demo_cutover_chain_pod_spec(
        &(struct demo_cutover_step){"07a", "smtp-relay-pivot", 0, false, 600, "docker.io/alpine/k8s:1.31.4"})};
    job.step = "07a";
    snprintf(job.job, sizeof job.job, "cutover-step-07a-smtp-relay-pivot");
    demo_cutover_jobs_remove(&job, "07a");
    demo_cutover_jobs_create(&job, &found);
    free(found.pod_spec);
    if (!run->is_instant) /* the runner sees it */
        return;
    demo_cutover_pods_begin_job(&job);
    demo_cutover_pods_start(&job, true);
    demo_cutover_platform_relay(&job);
    demo_cutover_pods_end(&job, &(struct demo_cutover_pods_end){true, "", 0});
    demo_cutover_pods_finish_job(&job, true, "", "");
}

static bool is_left_alone(const char *name, const json_t *workload)
{
    const char *image = demo_json_text(workload, "spec.template.spec.containers[0].image");
    return strcmp(name, "catalyst-api") == 0 || strstr(name, "csi") || strstr(image, "loft-sh/vcluster");
}

/* Phase 4: every workload whose images name an upstream registry. With `wants_rest` those that phase 4 leaves alone. */
static size_t sweep_images(struct demo_cutover_run *run, int region, bool wants_rest)
{
    static const enum demo_kind_id KINDS[] = {DEMO_KIND_DEPLOYMENT, DEMO_KIND_STATEFULSET, DEMO_KIND_DAEMONSET};
    size_t changed = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(KINDS); i++) {
        json_t *workloads = demo_store_list(run->world->stores[region], KINDS[i], NULL);
        size_t index = 0;
        json_t *workload = NULL;
        json_array_foreach(workloads, index, workload) {
            const char *name = demo_json_text(workload, "metadata.name");
            if (is_left_alone(name, workload) == wants_rest)
                changed += demo_workload_edit_images(run->world, region, KINDS[i],
                                                     demo_json_text(workload, "metadata.namespace"), name,
                                                     DEMO_CUTOVER_MANAGER);
        }
        json_decref(workloads);
    }
    return changed;
}

bool demo_cutover_platform_env(struct demo_cutover_run *run)
{
    demo_cutover_run_log(run,
                         "HEAD " DEMO_CUTOVER_REGISTRY "/v2/openova-io/openova/catalyst-api/manifests/fad88bd: 200");
    if (!demo_cutover_run_wait(run, 20) || !pivot_registries(run))
        return false;
    for (int region = 0; region < demo_cutover_run_regions(run); region++) {
        struct demo_store *store = run->world->stores[region];
        demo_store_update(store, DEMO_KIND_CONFIGMAP, "catalyst-system", "catalyst-runtime-config", edit_runtime, NULL,
                          DEMO_CUTOVER_MANAGER);
        pivot_env(run, region);
        demo_cutover_run_log(run, "[%s] phase 4: %zu workloads swept", demo_world_region(region),
                             sweep_images(run, region, false));
        if (!demo_cutover_run_wait(run, 40))
            return false;
        demo_workload_edit_images(run->world, region, DEMO_KIND_DEPLOYMENT, "catalyst-system", "catalyst-api",
                                  "helm-controller");
    }
    pivot_relay(run);
    demo_cutover_run_log(run, "waiting for the rollout of catalyst-system/catalyst-api");
    if (!demo_cutover_run_restart_api(run) || !demo_cutover_run_wait(run, 60))
        return false;
    demo_cutover_run_log(run, "read-back: no value names openova.io");
    return true;
}

/* ---- gitea-token-mint ---- */

static enum status edit_token(json_t *secret, void *context, struct error *err)
{
    struct demo_cutover_run *run = context;
    char now[TIMESTAMP_TEXT_MAX], token[41];
    timestamp_format(now, demo_cutover_run_now(run));
    struct demo_luck luck = demo_luck_from(run->world->seed, run->job);
    demo_luck_hex(&luck, token, 40);
    json_object_set_new(json_object_get(secret, "data"), "GITHUB_TOKEN", demo_build_base64(token));
    if (!demo_json_at(secret, "metadata.annotations"))
        demo_json_set(secret, "metadata.annotations", json_object());
    json_t *annotations = demo_json_at(secret, "metadata.annotations");
    json_object_set_new(annotations, "catalyst.openova.io/token-minted-at", json_string(now));
    json_object_set_new(annotations, "catalyst.openova.io/token-source", json_string("self-sovereign-cutover-step-09"));
    return STATUS_OK;
}

bool demo_cutover_platform_token(struct demo_cutover_run *run)
{
    demo_cutover_run_log(run, "POST /api/v1/users/gitea_admin/tokens catalyst-platform-bootstrap-%lld: 201",
                         (long long)(run->attempt_ms / 1000));
    if (!demo_cutover_run_wait(run, 10))
        return false;
    demo_store_update(run->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_SECRET, "org-services",
                      "provisioning-github-token", edit_token, run, DEMO_CUTOVER_MANAGER);
    demo_cutover_run_log(
        run, "GET /api/v1/user with the new token: 200; Secret org-services/provisioning-github-token patched");
    return demo_cutover_run_wait(run, 8);
}

/* ---- vcluster-registry-pivot ---- */

/* Replaces the mothership's registry in every string of the tree; returns how many were replaced. */
static size_t replace_host(json_t *value)
{
    static const char FROM[] = "harbor.openova.io";
    size_t count = 0, index = 0;
    const char *key = NULL;
    json_t *item = NULL;
    json_array_foreach(value, index, item)
        count += replace_host(item);
    json_object_foreach(value, key, item) {
        const char *text = json_string_value(item);
        const char *hit = text ? strstr(text, FROM) : NULL;
        if (!text)
            count += replace_host(item);
        if (!hit)
            continue;
        char *changed = alloc_printf("%.*s%s%s", (int)(hit - text), text, DEMO_CUTOVER_HARBOR, hit + strlen(FROM));
        json_object_set_new(value, key, json_string(changed));
        free(changed);
        count++;
    }
    return count;
}

static enum status edit_values(json_t *release, void *context, struct error *err)
{
    *(size_t *)context = replace_host(demo_json_at(release, "spec.values"));
    return STATUS_OK;
}

static bool pivot_values(struct demo_cutover_run *run, int region, const char *name_space, const char *name)
{
    size_t changed = 0;
    enum status status = demo_store_update(run->world->stores[region], DEMO_KIND_HELMRELEASE, name_space, name,
                                           edit_values, &changed, DEMO_CUTOVER_MANAGER);
    demo_cutover_run_log(run, "[%s] %s/%s: %s", demo_world_region(region), name_space, name,
                         status == STATUS_NOT_FOUND ? "SKIP absent (topology)"
                         : changed                  ? "OK"
                                                    : "SKIP already right");
    return demo_cutover_run_wait(run, 2);
}

static bool pivot_kit_values(struct demo_cutover_run *run)
{
    static const char *const RELEASES[] = {"bp-mgmt-vcluster", "bp-dmz-vcluster", "bp-rtz-vcluster", "bp-sso-bridge"};
    for (int region = 0; region < demo_cutover_run_regions(run); region++)
        for (size_t i = 0; i < ARRAY_LENGTH(RELEASES); i++)
            if (!pivot_values(run, region, "flux-system", RELEASES[i]))
                return false;
    size_t files = demo_git_replace(run->world->git, DEMO_GIT_SLOTS, "harbor.openova.io", DEMO_CUTOVER_HARBOR, AUTHOR,
                                    "cutover: vCluster images to the local registry (TBD-V24 MISS-1)");
    demo_cutover_run_log(run, "phase 2: %zu slot files, pushed to main", files);
    return demo_cutover_run_sync(run);
}

static bool pivot_organizations(struct demo_cutover_run *run)
{
    json_t *organizations = demo_store_list(run->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_ORGANIZATION, NULL);
    size_t index = 0;
    json_t *organization = NULL;
    bool goes_on = true;
    json_array_foreach(organizations, index, organization) {
        char name[128];
        const char *slug = demo_json_text(organization, "spec.slug");
        snprintf(name, sizeof name, "vc-%s", slug);
        goes_on = goes_on && pivot_values(run, DEMO_WORLD_PRIMARY, slug, name);
    }
    json_decref(organizations);
    return goes_on;
}

bool demo_cutover_platform_vclusters(struct demo_cutover_run *run)
{
    if (!pivot_kit_values(run) || !pivot_organizations(run))
        return false;
    for (int region = 0; region < demo_cutover_run_regions(run); region++)
        sweep_images(run, region, true);
    demo_cutover_run_log(run, "phase 1c: residual assertion CLEAN");
    return demo_cutover_run_wait(run, 10);
}

/* ---- crossplane-provider-pivot ---- */

static enum status edit_package(json_t *provider, void *context, struct error *err)
{
    demo_json_set(provider, "spec.package", json_string(context));
    return STATUS_OK;
}

/* "<harbor>/proxy-xpkg/<path>@<digest>" for an upstream package; NULL when it is local already. Caller frees. */
static char *local_package(const json_t *provider)
{
    const char *package = demo_json_text(provider, "spec.package");
    static const char *const PREFIXES[] = {"xpkg.upbound.io/", "harbor.openova.io/proxy-xpkg/"};
    for (size_t i = 0; i < ARRAY_LENGTH(PREFIXES); i++) {
        if (strncmp(package, PREFIXES[i], strlen(PREFIXES[i])) != 0)
            continue;
        const char *path = package + strlen(PREFIXES[i]);
        const char *tag = strrchr(path, ':');
        char *digest = demo_build_digest(demo_json_at(provider, "spec.package"));
        char *made = alloc_printf(DEMO_CUTOVER_HARBOR "/proxy-xpkg/%.*s@%s",
                                  (int)(tag ? (size_t)(tag - path) : strlen(path)), path, digest);
        free(digest);
        return made;
    }
    return NULL;
}

static bool pivot_provider(struct demo_cutover_run *run, int region, const json_t *provider)
{
    char *package = local_package(provider);
    if (!package)
        return true;
    const char *name = demo_json_text(provider, "metadata.name");
    demo_store_update(run->world->stores[region], DEMO_KIND_PROVIDER, "", name, edit_package, package,
                      DEMO_CUTOVER_MANAGER);
    demo_cutover_run_log(run, "[%s] Provider %s -> %s", demo_world_region(region), name, package);
    free(package);
    return demo_cutover_run_wait(run, 4);
}

static void put_image_config(struct demo_cutover_run *run, int region)
{
    json_t *config = demo_build_object(NULL, "cutover-harbor-xpkg", NULL, 0);
    json_object_set_new(config, "spec",
                        json_pack("{s:[{s:s}, {s:s}], s:{s:{s:{s:s}}}}", "matchImages", "prefix",
                                  DEMO_CUTOVER_HARBOR "/proxy-xpkg", "prefix", DEMO_CUTOVER_REGISTRY "/proxy-xpkg",
                                  "registry", "authentication", "pullSecretRef", "name", "cutover-harbor-xpkg-pull"));
    demo_store_put(run->world->stores[region], DEMO_KIND_IMAGECONFIG, config, DEMO_CUTOVER_MANAGER);
    demo_cutover_run_log(run, "[%s] ImageConfig cutover-harbor-xpkg written", demo_world_region(region));
}

bool demo_cutover_platform_providers(struct demo_cutover_run *run)
{
    for (int region = 0; region < demo_cutover_run_regions(run); region++) {
        put_image_config(run, region);
        json_t *providers = demo_store_list(run->world->stores[region], DEMO_KIND_PROVIDER, NULL);
        size_t index = 0;
        json_t *provider = NULL;
        bool goes_on = true;
        json_array_foreach(providers, index, provider)
            goes_on = goes_on && pivot_provider(run, region, provider);
        json_decref(providers);
        if (!goes_on)
            return false;
    }
    return demo_cutover_run_wait(run, 8);
}
