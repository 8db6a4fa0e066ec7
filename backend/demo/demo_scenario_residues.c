/* Tethers that a run left, or that come back behind it; see demo_scenario_deeds.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_build.h"
#include "demo/demo_git.h"
#include "demo/demo_json.h"
#include "demo/demo_life.h"
#include "demo/demo_life_region.h"
#include "demo/demo_scenario_deeds.h"
#include "demo/demo_scenario_tools.h"

#define FLUX "flux-system"
#define UPSTREAM_OCI "oci://ghcr.io/openova-io"

/* ---- sources and values ---- */

void demo_scenario_residues_loft(struct demo_world *world)
{
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        struct demo_scenario_object loft = {region, DEMO_KIND_HELMREPOSITORY, "vcluster-system", "loft"};
        struct demo_scenario_object release = {region, DEMO_KIND_HELMRELEASE, FLUX, "bp-vcluster-helmrepo"};
        demo_scenario_set(world, &release, "spec.suspend", NULL, "helm-controller");
        demo_scenario_set(world, &loft, "spec",
                          json_pack("{s:s, s:s, s:s}", "url", "https://charts.loft.sh", "interval", "15m", "timeout",
                                    "60s"),
                          "helm-controller");
        demo_scenario_set_condition(world, &loft, "Ready", "True", "Succeeded", "stored artifact");
        demo_scenario_set(world, &loft, "status.artifact",
                          json_pack("{s:s, s:o}", "revision",
                                    "sha256:9e3c1f0b7d5a44c28e1d0c6b5a49383f2716f5e4d3c2b1a09f8e7d6c5b4a3928",
                                    "lastUpdateTime", demo_build_ago(9 * DEMO_BUILD_HOUR)),
                          "source-controller");
    }
    demo_life_settle(world);
}

/* A vCluster release's images, back at the mothership's registry. */
static void tether_values(struct demo_world *world, const char *name_space, const char *name)
{
    struct demo_scenario_object release = {DEMO_WORLD_PRIMARY, DEMO_KIND_HELMRELEASE, name_space, name};
    demo_scenario_set(world, &release, "spec.values.controlPlane.statefulSet.image",
                      json_pack("{s:s, s:s}", "registry", "harbor.openova.io", "repository", "proxy-ghcr/loft-sh/vcluster"),
                      "organization-controller");
}

void demo_scenario_residues_organizations(struct demo_world *world)
{
    json_t *organizations = demo_store_list(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_ORGANIZATION, NULL);
    size_t index = 0;
    json_t *organization = NULL;
    json_array_foreach(organizations, index, organization) {
        const char *slug = demo_json_text(organization, "spec.slug");
        char name[128];
        snprintf(name, sizeof name, "vc-%s", slug);
        tether_values(world, slug, name);
    }
    json_decref(organizations);
    demo_life_settle(world);
}

void demo_scenario_residues_relay(struct demo_world *world)
{
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        struct demo_scenario_object secret = {region, DEMO_KIND_SECRET, "catalyst-system", "sovereign-smtp-credentials"};
        demo_scenario_set(world, &secret, "data.smtp-host", demo_build_base64("mail.openova.io"), "helm-controller");
    }
    demo_scenario_remove_jobs(world, "07a");
}

void demo_scenario_residues_mirror_value(struct demo_world *world)
{
    struct demo_scenario_object release = {DEMO_WORLD_PRIMARY, DEMO_KIND_HELMRELEASE, FLUX, "bp-mgmt-vcluster"};
    demo_scenario_set(world, &release, "spec.values.global.registryMirror", json_string("harbor.openova.io"),
                      "kustomize-controller");
    demo_life_settle(world);
}

/* ---- Git ---- */

void demo_scenario_residues_duplicate_key(struct demo_world *world)
{
    char path[256];
    if (!demo_git_slot_path("bp-sso-bridge", path, sizeof path))
        return;
    char *text = demo_git_read(world->git, DEMO_GIT_LOCAL, path, NULL);
    char *longer = alloc_printf("%s  values:\n    image:\n      repository: harbor." DEMO_WORLD_FQDN
                                "/proxy-dockerhub/alpine/k8s\n",
                                text ? text : "");
    demo_git_write(world->git, path, longer, NULL, "self-sovereign-cutover <cutover@" DEMO_WORLD_FQDN ">",
                   "cutover: bp-sso-bridge image to the local registry", NULL);
    free(longer);
    free(text);
    demo_life_settle(world);
}

static const struct demo_scenario_job RESYNC = {
    .name = "gitea-mirror-resync-29712345",
    .component = "mirror-resync",
    .container = "resync",
    .image = "docker.io/alpine/k8s:1.31.4",
    .lines = "git fetch https://github.com/openova-io/openova\ngit push --mirror --force http://gitea-http.gitea.svc.cluster."
             "local:3000/openova/openova: main (forced update) OK\n",
    .started_ago_s = 4,
    .took_s = 4,
};

void demo_scenario_residues_resync(struct demo_world *world)
{
    json_t *job = demo_build_object(DEMO_CUTOVER_NAMESPACE, "gitea-mirror-resync",
                                    json_pack("{s:s}", "app.kubernetes.io/part-of", "self-sovereign-cutover"),
                                    9 * DEMO_BUILD_DAY);
    json_object_set_new(job, "spec",
                        json_pack("{s:s, s:b, s:s, s:{s:{s:{s:{s:s, s:[{s:s, s:s}]}}}}}", "schedule", "*/5 * * * *",
                                  "suspend", 0, "concurrencyPolicy", "Forbid", "jobTemplate", "spec", "template", "spec",
                                  "restartPolicy", "Never", "containers", "name", "resync", "image", RESYNC.image));
    json_object_set_new(job, "status", json_pack("{s:o}", "lastScheduleTime", demo_build_ago(290)));
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CRONJOB, job, "helm-controller");
}

void demo_scenario_residues_resync_runs(struct demo_world *world)
{
    demo_scenario_put_job(world, &RESYNC);
    demo_git_take_mirror(world->git);
    struct demo_scenario_object job = {DEMO_WORLD_PRIMARY, DEMO_KIND_CRONJOB, DEMO_CUTOVER_NAMESPACE,
                                       "gitea-mirror-resync"};
    demo_scenario_set(world, &job, "status.lastScheduleTime", demo_build_ago(4), "kube-controller-manager");
    demo_scenario_set(world, &job, "status.lastSuccessfulTime", demo_build_ago(0), "kube-controller-manager");
}

void demo_scenario_residues_force_push(struct demo_world *world)
{
    demo_git_take_mirror(world->git);
}

/* ---- credentials ---- */

void demo_scenario_residues_stripped(struct demo_world *world)
{
    static const char *const STRANDED[] = {"bp-grafana", "bp-langfuse", "bp-velero", "bp-trivy", "bp-kyverno-policies"};
    demo_cutover_sources_strip(world);
    for (size_t i = 0; i < sizeof STRANDED / sizeof *STRANDED; i++) {
        struct demo_scenario_object release = {DEMO_WORLD_PRIMARY, DEMO_KIND_HELMRELEASE, FLUX, STRANDED[i]};
        char message[300];
        snprintf(message, sizeof message,
                 "HelmChart '" FLUX "/" FLUX "-%s' is not ready: failed to login to OCI registry: GET "
                 "https://ghcr.io/token?scope=repository%%3Aopenova-io%%2F%s%%3Apull: DENIED: denied (401 Unauthorized)",
                 STRANDED[i], STRANDED[i]);
        demo_scenario_set_condition(world, &release, "Ready", "False", "SourceNotReady", message);
    }
}

static void fail_source(struct demo_world *world, int region, const char *message)
{
    struct demo_scenario_object source = {region, DEMO_KIND_GITREPOSITORY, FLUX, "openova"};
    demo_scenario_set_condition(world, &source, "Ready", "False", "GitOperationFailed", message);
    demo_scenario_set_condition(world, &source, "FetchFailed", "True", "GitOperationFailed", message);
}

#define REFUSED "failed to checkout and determine revision: unable to clone 'http://gitea-http.gitea.svc.cluster.local:3000/" \
    "openova/openova': authentication required: Unauthorized"

/* The prewarm counted pushes that Harbor never got; the private repository is read without credentials. */
void demo_scenario_residues_no_credentials(struct demo_world *world)
{
    struct demo_scenario_object source = {DEMO_WORLD_PRIMARY, DEMO_KIND_GITREPOSITORY, FLUX, "openova"};
    demo_scenario_log(world, "harbor-prewarm", "A 29/29 images pushed OK\n"
                      "WARN GET /api/v2.0/projects/proxy-ghcr/repositories: 200 [] (repo_count 0)\n", true);
    demo_cutover_status_set(world, "harborImageCount", "29", "harborRepositoryCount", "0", NULL);
    demo_scenario_set(world, &source, "spec.url",
                      json_string("http://gitea-http.gitea.svc.cluster.local:3000/openova/openova"), DEMO_CUTOVER_MANAGER);
    demo_scenario_set(world, &source, "spec.secretRef", NULL, DEMO_CUTOVER_MANAGER);
    demo_scenario_set(world, &source, "status.observedGeneration", json_integer(2), "source-controller");
    fail_source(world, DEMO_WORLD_PRIMARY, REFUSED);
}

void demo_scenario_residues_revoked(struct demo_world *world)
{
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        struct demo_scenario_object secret = {region, DEMO_KIND_SECRET, FLUX, "cutover-gitea-git-auth"};
        demo_scenario_set(world, &secret, "data.password", json_string(DEMO_LIFE_REVOKED), "sre");
        fail_source(world, region, REFUSED);
    }
    demo_scenario_put_config(world, "self-sovereign-cutover-daytwo-missing", "missing",
                             "CHART bp-grafana 1.1.2\nCHART bp-keycloak 1.3.10\nIMAGE quay.io/keycloak/keycloak:26.0.8\n"
                             "UNMAPPED registry.gitlab.com/gitlab-org/cli:v1.50.0\n");
    demo_scenario_put_config(world, "self-sovereign-cutover-daytwo-delivery", "state",
                             "stranded: git pull of openova/openova: 401 Unauthorized");
}

/* ---- Organizations, packages ---- */

void demo_scenario_residues_newcomer(struct demo_world *world)
{
    struct demo_store *store = world->stores[DEMO_WORLD_PRIMARY];
    json_t *model = demo_store_get(store, DEMO_KIND_ORGANIZATION, "", "bluewave");
    json_t *release = demo_store_get(store, DEMO_KIND_HELMRELEASE, "bluewave", "vc-bluewave");
    json_t *place = demo_build_object(NULL, "driftwood", json_pack("{s:s}", "openova.io/organization", "driftwood"), 19 * 3600);
    json_t *made = demo_build_object(NULL, "driftwood", json_pack("{s:s}", "openova.io/sovereign", DEMO_WORLD_FQDN), 19 * 3600);
    json_object_set(made, "spec", json_object_get(model, "spec"));
    json_object_set(made, "status", json_object_get(model, "status"));
    json_t *copy = json_deep_copy(made);
    demo_json_set(copy, "spec.slug", json_string("driftwood"));
    demo_json_set(copy, "spec.displayName", json_string("Driftwood Lines"));
    demo_store_put(store, DEMO_KIND_NAMESPACE, place, "organization-controller");
    demo_store_put(store, DEMO_KIND_ORGANIZATION, copy, "catalyst-api");
    json_decref(made);
    json_decref(model);
    if (release) {
        json_t *vcluster = demo_build_object("driftwood", "vc-driftwood",
                                             json_pack("{s:s}", "openova.io/organization", "driftwood"), 19 * 3600 - 90);
        json_object_set(vcluster, "spec", json_object_get(release, "spec"));
        json_object_set(vcluster, "status", json_object_get(release, "status"));
        json_t *own = json_deep_copy(vcluster);
        demo_json_set(own, "spec.targetNamespace", json_string("driftwood"));
        demo_json_set(own, "metadata.generation", json_integer(1));
        demo_json_set(own, "status.observedGeneration", json_integer(1));
        demo_store_put(store, DEMO_KIND_HELMRELEASE, own, "organization-controller");
        tether_values(world, "driftwood", "vc-driftwood");
        json_decref(vcluster);
    }
    json_decref(release);
}

void demo_scenario_residues_provider(struct demo_world *world)
{
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        struct demo_scenario_object provider = {region, DEMO_KIND_PROVIDER, "", "provider-helm"};
        demo_store_remove(world->stores[region], DEMO_KIND_IMAGECONFIG, "", "cutover-harbor-xpkg");
        demo_scenario_set_condition(world, &provider, "Installed", "False", "UnpackingPackage",
                                    "cannot unpack package: failed to fetch package from remote: GET https://harbor."
                                    DEMO_WORLD_FQDN "/v2/proxy-xpkg/crossplane-contrib/provider-helm/manifests/: "
                                    "UNAUTHORIZED: unauthorized to access repository: 401 Unauthorized");
    }
}
