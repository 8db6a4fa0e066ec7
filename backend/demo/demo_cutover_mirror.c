/* Steps gitea-mirror, harbor-projects and harbor-prewarm: local copies of everything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "demo/demo_build.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_flux_scan.h"
#include "demo/demo_git.h"
#include "demo/demo_json.h"
#include "demo/demo_workload.h"

#define OVERRIDE "catalyst.openova.io/cutover-settled-roll-override"
#define PREWARM_S 900.0
#define IMAGES_MAX 256

bool demo_cutover_mirror_gitea(struct demo_cutover_run *run)
{
    char sha[DEMO_GIT_SHA_SIZE];
    demo_cutover_run_log(
        run, "gitea-http.gitea.svc.cluster.local resolves, token read from catalyst-system/catalyst-gitea-token");
    if (!demo_cutover_run_wait(run, 15))
        return false;
    demo_cutover_run_log(run, "org openova: exists; repo openova: pull mirror, converting to a regular repo");
    demo_cutover_run_log(run, "git clone --bare https://github.com/openova-io/openova");
    if (!demo_cutover_run_wait(run, 70))
        return false;
    if (!run->past.keeps_mirror)
        demo_git_take_mirror(run->world->git);
    demo_git_set_mirror(run->world->git, false);
    demo_git_head(run->world->git, DEMO_GIT_LOCAL, sha);
    demo_cutover_run_log(
        run, "git push --mirror http://gitea-http.gitea.svc.cluster.local:3000/openova/openova: main -> %.12s", sha);
    if (!demo_cutover_run_wait(run, 30))
        return false;
    demo_store_remove(run->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CRONJOB, DEMO_CUTOVER_NAMESPACE,
                      "gitea-mirror-resync");
    demo_cutover_status_set(run->world, "mirroredCommitSHA", sha, NULL);
    demo_cutover_run_log(run, "severance: CronJob gitea-mirror-resync absent; empty=false mirror=false OK");
    return true;
}

bool demo_cutover_mirror_projects(struct demo_cutover_run *run)
{
    static const char *const PROJECTS[] = {"proxy-xpkg", "openova-io", "proxy-ghcr", "proxy-dockerhub", "proxy-quay",
                                           "proxy-k8s",  "proxy-gcr",  "proxy-ecr",  "proxy-chainguard"};
    for (size_t i = 0; i < ARRAY_LENGTH(PROJECTS); i++) {
        if (!demo_cutover_run_wait(run, 3))
            return false;
        demo_cutover_run_log(run, "POST /api/v2.0/projects %s: 201 OK", PROJECTS[i]);
    }
    demo_cutover_status_set(run->world, "harborProjectCount", "9", NULL);
    return true;
}

/* ---- harbor-prewarm ---- */

static bool is_mid_roll(const json_t *workload)
{
    json_int_t wanted = demo_json_integer(workload, "spec.replicas", 1);
    return demo_json_integer(workload, "metadata.generation", 1) !=
               demo_json_integer(workload, "status.observedGeneration", 0) ||
           demo_json_integer(workload, "status.updatedReplicas", wanted) < wanted;
}

/* A release that is not Ready: its reason to be overridden goes to `overrides`, without one its name to `out`. */
static void find_unready(struct demo_cutover_run *run, int region, char *out, size_t size, char **overrides)
{
    struct demo_snapshot snapshot = {0};
    demo_store_snapshot(run->world->stores[region], demo_kinds_at(DEMO_KIND_HELMRELEASE), NULL, 0, &snapshot);
    for (size_t i = 0; i < snapshot.count; i++) {
        const struct demo_object *object = snapshot.objects[i];
        if (demo_flux_scan_is_ready(object) || demo_flux_scan_is_suspended(object))
            continue;
        json_t *document = demo_object_document(object);
        const char *reason =
            json_string_value(json_object_get(demo_json_at(document, "metadata.annotations"), OVERRIDE));
        if (reason) {
            char *longer = alloc_printf("%s%s%s=%s", *overrides, (*overrides)[0] ? "\n" : "", object->key, reason);
            free(*overrides);
            *overrides = longer;
        } else {
            snprintf(out, size, "HelmRelease %s", object->key);
        }
        json_decref(document);
    }
    demo_store_release(&snapshot);
}

/* What is not settled, by kind and name; "" when all is. Overridden releases go to `overrides`. */
static void find_unsettled(struct demo_cutover_run *run, int region, char *out, size_t size, char **overrides)
{
    static const enum demo_kind_id KINDS[] = {DEMO_KIND_DEPLOYMENT, DEMO_KIND_STATEFULSET};
    find_unready(run, region, out, size, overrides);
    size_t index = 0;
    json_t *object = NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(KINDS); i++) {
        json_t *workloads = demo_store_list(run->world->stores[region], KINDS[i], NULL);
        json_array_foreach(workloads, index, object)
            if (is_mid_roll(object))
                snprintf(out, size, "%s %s/%s", demo_kinds_at(KINDS[i])->kind,
                         demo_json_text(object, "metadata.namespace"), demo_json_text(object, "metadata.name"));
        json_decref(workloads);
    }
}

static bool pass_settled_gate(struct demo_cutover_run *run)
{
    for (int tries = 0; tries < 80; tries++) {
        char unsettled[320] = "";
        char *overrides = alloc_strdup("");
        for (int region = 0; region < demo_cutover_run_regions(run); region++)
            find_unsettled(run, region, unsettled, sizeof unsettled, &overrides);
        if (overrides[0])
            demo_cutover_status_set(run->world, "settledRollOverrides", overrides, NULL);
        free(overrides);
        if (!unsettled[0] || run->is_instant) {
            demo_cutover_run_log(run, "A0 settled-roll gate: every HelmRelease, Deployment and StatefulSet is settled");
            return true;
        }
        demo_cutover_run_log(run, "A0 settled-roll gate: waiting for %s", unsettled);
        if (!demo_cutover_run_wait(run, 15))
            return false;
    }
    return demo_cutover_run_fail(run, "A0 settled-roll gate: not settled after 1200 s");
}

/* Distinct images of running pods, sorted by first use; returns how many. */
static size_t collect_images(struct demo_cutover_run *run, char **images)
{
    size_t count = 0, index = 0;
    json_t *pod = NULL;
    json_t *pods = demo_store_list(run->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_POD, NULL);
    json_array_foreach(pods, index, pod) {
        const char *image = demo_json_text(pod, "spec.containers[0].image");
        size_t i = 0;
        while (i < count && strcmp(images[i], image) != 0)
            i++;
        if (i == count && count < IMAGES_MAX)
            images[count++] = alloc_strdup(image);
    }
    json_decref(pods);
    return count;
}

static bool copy_images(struct demo_cutover_run *run)
{
    char *images[IMAGES_MAX];
    size_t count = collect_images(run, images);
    bool goes_on = true;
    for (size_t i = 0; i < count && goes_on; i++) {
        goes_on = demo_cutover_run_wait(run, PREWARM_S / (double)count);
        if (goes_on)
            demo_cutover_run_log(run, "A %zu/%zu skopeo copy --multi-arch all %s OK", i + 1, count, images[i]);
    }
    for (size_t i = 0; i < count; i++)
        free(images[i]);
    return goes_on;
}

/* A4: digests of Crossplane packages, because a proxy cache keeps no tags. */
static void write_digests(struct demo_cutover_run *run)
{
    json_t *data = json_object();
    json_t *providers = demo_store_list(run->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_PROVIDER, NULL);
    size_t index = 0;
    json_t *provider = NULL;
    json_array_foreach(providers, index, provider) {
        char *digest = demo_build_digest(demo_json_at(provider, "spec.package"));
        json_object_set_new(data, demo_json_text(provider, "metadata.name"), json_string(digest));
        free(digest);
    }
    json_decref(providers);
    json_t *document = demo_build_object(DEMO_CUTOVER_NAMESPACE, "self-sovereign-cutover-xpkg-digests", NULL, 0);
    json_object_set_new(document, "data", data);
    demo_store_put(run->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CONFIGMAP, document, DEMO_CUTOVER_MANAGER);
    demo_cutover_run_log(run, "A4 proxy-xpkg warmed, digests in ConfigMap self-sovereign-cutover-xpkg-digests");
}

static enum status edit_pin(json_t *config, void *context, struct error *err)
{
    demo_json_set(config, "data",
                  json_pack("{s:s}", "registry.override",
                            "203.0.113.10 " DEMO_CUTOVER_REGISTRY " # managed-by self-sovereign-cutover"));
    return STATUS_OK;
}

bool demo_cutover_mirror_prewarm(struct demo_cutover_run *run)
{
    if (!demo_cutover_run_wait(run, 5) || !pass_settled_gate(run) || !copy_images(run))
        return false;
    demo_cutover_run_log(run, "A2 62 charts mirrored at their deployed versions");
    if (!demo_cutover_run_wait(run, 55))
        return false;
    write_digests(run);
    demo_store_update(run->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CONFIGMAP, "kube-system", "coredns-custom",
                      edit_pin, NULL, DEMO_CUTOVER_MANAGER);
    demo_cutover_run_log(run, "pinned " DEMO_CUTOVER_REGISTRY " in kube-system/coredns-custom");
    return true;
}
