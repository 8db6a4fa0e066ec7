/* Steps flux-gitrepository-patch and helmrepository-patches: Flux's sources, live and in Git, in every region. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/timestamp.h"
#include "demo/demo_build.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_flux.h"
#include "demo/demo_git.h"
#include "demo/demo_json.h"

#define UPSTREAM_OCI "oci://ghcr.io/openova-io"
#define LOCAL_OCI "oci://" DEMO_CUTOVER_REGISTRY "/openova-io"
#define AUTHOR "self-sovereign-cutover <cutover@" DEMO_WORLD_FQDN ">"
#define PATCH_S 2.4 /* per HelmRepository */

/* ---- flux-gitrepository-patch ---- */

static void put_git_auth(struct demo_cutover_run *run, int region)
{
    char token[41];
    struct demo_luck luck = demo_luck_from(run->world->seed, "cutover-gitea-git-auth");
    demo_luck_hex(&luck, token, 40);
    json_t *secret = demo_build_object("flux-system", "cutover-gitea-git-auth", NULL, 0);
    json_object_set_new(secret, "type", json_string("Opaque"));
    json_object_set_new(
        secret, "data",
        json_pack("{s:o, s:o}", "username", demo_build_base64("gitea_admin"), "password", demo_build_base64(token)));
    demo_store_put(run->world->stores[region], DEMO_KIND_SECRET, secret, DEMO_CUTOVER_MANAGER);
}

struct git_patch {
    const char *url;
    struct demo_cutover_run *run;
};

static enum status edit_git(json_t *source, void *context, struct error *err)
{
    const struct git_patch *patch = context;
    char now[TIMESTAMP_TEXT_MAX];
    timestamp_format(now, demo_cutover_run_now(patch->run));
    demo_json_set(source, "spec.url", json_string(patch->url));
    demo_json_set(source, "spec.ref", json_pack("{s:s}", "branch", "main"));
    demo_json_set(source, "spec.secretRef", json_pack("{s:s}", "name", "cutover-gitea-git-auth"));
    demo_json_set(source, "spec.ignore",
                  json_string("/*\n!/clusters/_template\n!/clusters/" DEMO_WORLD_FQDN "\n!/platform\n!/products\n"));
    if (!demo_json_at(source, "metadata.annotations"))
        demo_json_set(source, "metadata.annotations", json_object());
    json_object_set_new(demo_json_at(source, "metadata.annotations"), "reconcile.fluxcd.io/requestedAt",
                        json_string(now));
    return STATUS_OK;
}

static bool is_reconciled(const json_t *object, const void *context)
{
    return demo_json_integer(object, "metadata.generation", 1) ==
               demo_json_integer(object, "status.observedGeneration", 0) &&
           demo_flux_is_ready(object);
}

static void set_region_result(struct demo_cutover_run *run, int region)
{
    if (region == DEMO_WORLD_PRIMARY)
        return;
    char now[TIMESTAMP_TEXT_MAX], field[64];
    timestamp_format(now, demo_cutover_run_now(run));
    snprintf(field, sizeof field, "region.%s.result", demo_world_region(region));
    demo_cutover_status_set_step(run->world, run->step, field, "success");
    snprintf(field, sizeof field, "region.%s.finishedAt", demo_world_region(region));
    demo_cutover_status_set_step(run->world, run->step, field, now);
}

bool demo_cutover_sources_git(struct demo_cutover_run *run)
{
    static const char *const URLS[DEMO_WORLD_REGIONS] = {
        "http://gitea-http.gitea.svc.cluster.local:3000/openova/openova",
        "https://gitea." DEMO_WORLD_FQDN "/openova/openova"};
    for (int region = 0; region < demo_cutover_run_regions(run); region++) {
        put_git_auth(run, region);
        demo_cutover_run_log(run, "[%s] Secret flux-system/cutover-gitea-git-auth written", demo_world_region(region));
        if (!demo_cutover_run_wait(run, 15))
            return false;
        struct git_patch patch = {URLS[region], run};
        demo_store_update(run->world->stores[region], DEMO_KIND_GITREPOSITORY, "flux-system", "openova", edit_git,
                          &patch, DEMO_CUTOVER_MANAGER);
        demo_cutover_run_log(run, "[%s] GitRepository flux-system/openova -> %s", demo_world_region(region),
                             URLS[region]);
        struct demo_cutover_await ready = {
            region, DEMO_KIND_GITREPOSITORY, "flux-system", "openova", is_reconciled, NULL, 300};
        if (!demo_cutover_run_await(run, &ready))
            return demo_cutover_run_fail(
                run, "[%s] GitRepository flux-system/openova not Ready at its generation after 300 s",
                demo_world_region(region));
        demo_cutover_run_log(run, "[%s] Ready=True at observedGeneration", demo_world_region(region));
        if (!demo_cutover_run_wait(run, 25))
            return false;
        set_region_result(run, region);
    }
    return true;
}

/* ---- pull secrets ---- */

struct auth_edit {
    bool adds_local, strips_upstream;
};

static enum status edit_auths(json_t *secret, void *context, struct error *err)
{
    static const char *const UPSTREAM[] = {"ghcr.io", "harbor.openova.io", "xpkg.upbound.io"};
    const struct auth_edit *edit = context;
    json_t *data = json_object_get(secret, "data");
    const char *encoded = json_string_value(json_object_get(data, ".dockerconfigjson"));
    char *text = encoded ? demo_build_unbase64(encoded) : NULL;
    json_t *config = text ? json_loads(text, 0, NULL) : NULL;
    free(text);
    json_t *auths = json_object_get(config, "auths");
    if (!auths) {
        json_decref(config);
        return error_set(err, STATUS_INVALID, "not a docker config");
    }
    if (edit->adds_local) {
        json_object_set_new(auths, DEMO_CUTOVER_REGISTRY, json_pack("{s:o}", "auth", demo_build_base64("admin:local")));
        json_object_set_new(auths, DEMO_CUTOVER_HARBOR, json_pack("{s:o}", "auth", demo_build_base64("admin:local")));
    }
    for (size_t i = 0; edit->strips_upstream && i < sizeof UPSTREAM / sizeof *UPSTREAM; i++)
        json_object_del(auths, UPSTREAM[i]);
    char *changed = demo_json_dump(config);
    json_object_set_new(data, ".dockerconfigjson", demo_build_base64(changed));
    free(changed);
    json_decref(config);
    return STATUS_OK;
}

/* ghcr-pull and every copy the reflector keeps of it. */
static void edit_pull_secrets(struct demo_world *world, int regions, struct auth_edit edit)
{
    for (int region = 0; region < regions; region++) {
        json_t *secrets = demo_store_list(world->stores[region], DEMO_KIND_SECRET, NULL);
        size_t index = 0;
        json_t *secret = NULL;
        json_array_foreach(secrets, index, secret)
            if (strcmp(demo_json_text(secret, "metadata.name"), "ghcr-pull") == 0)
                demo_store_update(world->stores[region], DEMO_KIND_SECRET,
                                  demo_json_text(secret, "metadata.namespace"), "ghcr-pull", edit_auths, &edit,
                                  DEMO_CUTOVER_MANAGER);
        json_decref(secrets);
    }
}

void demo_cutover_sources_strip(struct demo_world *world)
{
    edit_pull_secrets(world, DEMO_WORLD_REGIONS, (struct auth_edit){.strips_upstream = true});
}

/* ---- HelmRepositories ---- */

static enum status edit_repository(json_t *repository, void *context, struct error *err)
{
    demo_json_set(repository, "spec.url", json_string(LOCAL_OCI));
    demo_json_set(repository, "spec.certSecretRef", json_pack("{s:s}", "name", "cutover-harbor-ca"));
    return STATUS_OK;
}

static bool is_upstream(const json_t *repository)
{
    return strncmp(demo_json_text(repository, "spec.url"), "oci://ghcr.io/", strlen("oci://ghcr.io/")) == 0;
}

/* Patches every repository that still points upstream; returns false only when the run must stop. */
static bool patch_repositories(struct demo_cutover_run *run, int region, double seconds_each, size_t *patched)
{
    struct demo_store *store = run->world->stores[region];
    json_t *repositories = demo_store_list(store, DEMO_KIND_HELMREPOSITORY, NULL);
    size_t index = 0;
    json_t *repository = NULL;
    bool goes_on = true;
    *patched = 0;
    json_array_foreach(repositories, index, repository) {
        if (!goes_on || !is_upstream(repository))
            continue;
        const char *name = demo_json_text(repository, "metadata.name");
        demo_store_update(store, DEMO_KIND_HELMREPOSITORY, demo_json_text(repository, "metadata.namespace"), name,
                          edit_repository, NULL, DEMO_CUTOVER_MANAGER);
        demo_cutover_run_log(run, "phase 1 [%s]: %s -> " LOCAL_OCI " OK", demo_world_region(region), name);
        (*patched)++;
        goes_on = demo_cutover_run_wait(run, seconds_each);
    }
    json_decref(repositories);
    return goes_on;
}

static enum status edit_loft(json_t *repository, void *context, struct error *err)
{
    demo_json_set(repository, "spec.type", json_string("oci"));
    demo_json_set(repository, "spec.url", json_string(LOCAL_OCI));
    demo_json_set(repository, "spec.secretRef", json_pack("{s:s}", "name", "ghcr-pull"));
    demo_json_set(repository, "spec.certSecretRef", json_pack("{s:s}", "name", "cutover-harbor-ca"));
    return STATUS_OK;
}

static enum status edit_suspend(json_t *release, void *context, struct error *err)
{
    demo_json_set(release, "spec.suspend", json_true());
    return STATUS_OK;
}

static enum status edit_catalog(json_t *release, void *context, struct error *err)
{
    demo_json_set(release, "spec.values.catalog.helmRepository.url", json_string(LOCAL_OCI));
    return STATUS_OK;
}

static void put_authority(struct demo_cutover_run *run, int region)
{
    json_t *secret = demo_build_object("flux-system", "cutover-harbor-ca", NULL, 0);
    json_object_set_new(secret, "type", json_string("Opaque"));
    json_object_set_new(secret, "data",
                        json_pack("{s:o}", "ca.crt",
                                  demo_build_base64("-----BEGIN CERTIFICATE-----\ndemo\n-----END CERTIFICATE-----\n")));
    demo_store_put(run->world->stores[region], DEMO_KIND_SECRET, secret, DEMO_CUTOVER_MANAGER);
}

static void pivot_git(struct demo_cutover_run *run)
{
    static const char PAIR[] = "url: " UPSTREAM_OCI "\n  secretRef:\n    name: ghcr-pull\n";
    static const char LOCAL_PAIR[] =
        "url: " LOCAL_OCI "\n  secretRef:\n    name: ghcr-pull\n  certSecretRef:\n    name: cutover-harbor-ca\n";
    struct demo_git *git = run->world->git;
    size_t files = demo_git_replace(git, DEMO_GIT_SLOTS, PAIR, LOCAL_PAIR, AUTHOR,
                                    "cutover: HelmRepositories to the local registry");
    demo_git_replace(git, DEMO_GIT_SLOTS, "url: " UPSTREAM_OCI "\n", "url: " LOCAL_OCI "\n", AUTHOR,
                     "cutover: catalog to the local registry");
    demo_cutover_run_log(run, "phase 2: %zu slot files rewritten in gitea openova/openova, pushed to main", files);
}

static void pivot_loft(struct demo_cutover_run *run, int region)
{
    struct demo_store *store = run->world->stores[region];
    demo_store_update(store, DEMO_KIND_HELMRELEASE, "flux-system", "bp-vcluster-helmrepo", edit_suspend, NULL,
                      DEMO_CUTOVER_MANAGER);
    demo_store_update(store, DEMO_KIND_HELMREPOSITORY, "vcluster-system", "loft", edit_loft, NULL,
                      DEMO_CUTOVER_MANAGER);
    demo_cutover_run_log(run,
                         "phase 2c [%s]: vcluster-system/loft -> type oci " LOCAL_OCI
                         "; HelmRelease bp-vcluster-helmrepo suspended",
                         demo_world_region(region));
}

/* Two clean read-backs in a row; what Flux put back meanwhile is patched again. */
static bool read_back(struct demo_cutover_run *run)
{
    int clean = 0;
    for (int tries = 0; tries < 30 && clean < 2; tries++) {
        size_t total = 0, patched = 0;
        for (int region = 0; region < demo_cutover_run_regions(run); region++) {
            if (!patch_repositories(run, region, 0.05, &patched))
                return false;
            total += patched;
        }
        clean = total == 0 ? clean + 1 : 0;
        demo_cutover_run_log(run, "phase 3: read-back %s (%zu upstream)", total ? "dirty, patched again" : "clean",
                             total);
        if (!demo_cutover_run_wait(run, 10))
            return false;
    }
    return clean == 2 || demo_cutover_run_fail(run, "phase 3: HelmRepositories keep going back upstream");
}

static bool patch_regions(struct demo_cutover_run *run)
{
    for (int region = 0; region < demo_cutover_run_regions(run); region++) {
        size_t patched = 0;
        put_authority(run, region);
        if (!patch_repositories(run, region, region == DEMO_WORLD_PRIMARY ? PATCH_S : PATCH_S / 3, &patched))
            return false;
        demo_store_update(run->world->stores[region], DEMO_KIND_HELMRELEASE, "flux-system", "bp-catalyst-platform",
                          edit_catalog, NULL, DEMO_CUTOVER_MANAGER);
        pivot_loft(run, region);
        if (region == DEMO_WORLD_PRIMARY && !run->past.forgets_git)
            pivot_git(run);
    }
    return true;
}

bool demo_cutover_sources_helm(struct demo_cutover_run *run)
{
    demo_cutover_run_log(run, "phase -1: Gateway kube-system/cilium-gateway Programmed=True");
    if (!demo_cutover_run_wait(run, 20))
        return false;
    edit_pull_secrets(run->world, demo_cutover_run_regions(run), (struct auth_edit){.adds_local = true});
    demo_cutover_run_log(run, "phase 0: auth for " DEMO_CUTOVER_REGISTRY " added to ghcr-pull");
    if (!patch_regions(run) || !demo_cutover_run_sync(run) || !read_back(run))
        return false;
    for (int region = 1; region < demo_cutover_run_regions(run); region++)
        set_region_result(run, region);
    static const char *const SAMPLES[] = {"bp-harbor",   "bp-gitea",   "bp-cilium",
                                          "bp-keycloak", "bp-openbao", "bp-catalyst-platform"};
    for (size_t i = 0; i < sizeof SAMPLES / sizeof *SAMPLES; i++) {
        if (!demo_cutover_run_wait(run, 20))
            return false;
        demo_cutover_run_log(run, "phase 3a: helm pull %s OK", SAMPLES[i]);
    }
    edit_pull_secrets(run->world, demo_cutover_run_regions(run), (struct auth_edit){.strips_upstream = true});
    demo_cutover_run_log(run, "phase 3b: auths ghcr.io, harbor.openova.io, xpkg.upbound.io removed from ghcr-pull");
    return demo_cutover_run_wait(run, 15);
}
