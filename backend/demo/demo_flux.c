/* Conditions, messages and history exactly as helm-controller 1.1, source-controller 1.4 and kustomize-controller 1.4
 * word them. */
#include "demo/demo_flux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_build.h"
#include "demo/demo_json.h"

static const char REQUESTED[] = "reconcile.fluxcd.io/requestedAt";

static const char *requested(const json_t *object)
{
    json_t *annotations = demo_json_at(object, "metadata.annotations");
    const char *value = json_string_value(json_object_get(annotations, REQUESTED));
    return value ? value : "";
}

bool demo_flux_has_request(const json_t *object)
{
    const char *value = requested(object);
    return value[0] && strcmp(value, demo_json_text(object, "status.lastHandledReconcileAt")) != 0;
}

/* forceAt and resetAt act only together with a request of the same token (domain contract 4.5). */
static void handle_companion(json_t *object, const char *annotation, const char *path)
{
    json_t *annotations = demo_json_at(object, "metadata.annotations");
    const char *value = json_string_value(json_object_get(annotations, annotation));
    if (value && strcmp(value, requested(object)) == 0)
        demo_json_set(object, path, json_string(value));
}

bool demo_flux_handle_request(json_t *object)
{
    if (!demo_flux_has_request(object))
        return false;
    demo_json_set(object, "status.lastHandledReconcileAt", json_string(requested(object)));
    handle_companion(object, "reconcile.fluxcd.io/forceAt", "status.lastHandledForceAt");
    handle_companion(object, "reconcile.fluxcd.io/resetAt", "status.lastHandledResetAt");
    return true;
}

void demo_flux_observe(json_t *object)
{
    json_int_t generation = demo_json_integer(object, "metadata.generation", 1);
    demo_json_set(object, "status.observedGeneration", json_integer(generation));
    size_t index = 0;
    json_t *condition = NULL;
    json_array_foreach(demo_json_at(object, "status.conditions"), index, condition)
        json_object_set_new(condition, "observedGeneration", json_integer(generation));
}

void demo_flux_remove_condition(json_t *object, const char *type)
{
    json_t *conditions = demo_json_at(object, "status.conditions");
    for (size_t i = json_array_size(conditions); i-- > 0;)
        if (strcmp(demo_json_text(json_array_get(conditions, i), "type"), type) == 0)
            json_array_remove(conditions, i);
}

bool demo_flux_is_ready(const json_t *object)
{
    return strcmp(demo_json_text(object, "status.conditions[?(@.type==\"Ready\")].status"), "True") == 0;
}

bool demo_flux_is_suspended(const json_t *object)
{
    return demo_json_bool(object, "spec.suspend");
}

static const char *release_name(const json_t *release)
{
    const char *name = demo_json_text(release, "spec.releaseName");
    return name[0] ? name : demo_json_text(release, "metadata.name");
}

static const char *release_namespace(const json_t *release)
{
    const char *name = demo_json_text(release, "spec.targetNamespace");
    return name[0] ? name : demo_json_text(release, "metadata.namespace");
}

static char *values_digest(const json_t *release)
{
    json_t *empty = json_object();
    json_t *values = demo_json_at(release, "spec.values");
    char *digest = demo_build_digest(values ? values : empty);
    json_decref(empty);
    return digest;
}

bool demo_flux_release_is_changed(const json_t *release)
{
    const json_t *last = json_array_get(demo_json_at(release, "status.history"), 0);
    if (!last || strcmp(demo_json_text(last, "status"), "deployed") != 0)
        return true;
    char *digest = values_digest(release);
    bool changed =
        strcmp(digest, demo_json_text(last, "configDigest")) != 0 ||
        strcmp(demo_json_text(last, "chartVersion"), demo_json_text(release, "spec.chart.spec.version")) != 0;
    free(digest);
    return changed;
}

static const char *action_of(const json_t *release)
{
    return json_array_size(demo_json_at(release, "status.history")) ? "upgrade" : "install";
}

void demo_flux_release_started(json_t *release, bool runs_action)
{
    char message[128] = "Fulfilling prerequisites";
    if (runs_action) {
        snprintf(message, sizeof message, "Running '%s' action with timeout of 15m0s", action_of(release));
        demo_json_set_condition(release, "Ready", "Unknown", "Progressing", message);
        json_int_t generation = demo_json_integer(release, "metadata.generation", 1);
        demo_json_set(release, "status.lastAttemptedGeneration", json_integer(generation));
        demo_json_set(release, "status.lastAttemptedReleaseAction", json_string(action_of(release)));
    }
    demo_json_set_condition(release, "Reconciling", "True", "Progressing", message);
}

static json_t *new_entry(const json_t *release, json_int_t version)
{
    char *config = values_digest(release);
    json_t *entry = json_pack(
        "{s:s, s:s, s:I, s:s, s:s, s:s, s:s}", "name", release_name(release), "namespace", release_namespace(release),
        "version", version, "chartName", demo_json_text(release, "spec.chart.spec.chart"), "chartVersion",
        demo_json_text(release, "spec.chart.spec.version"), "configDigest", config, "status", "deployed");
    char *digest = demo_build_digest(entry);
    json_object_set_new(entry, "digest", json_string(digest));
    const char *app = demo_json_text(release, "status.history[0].appVersion");
    json_object_set_new(entry, "appVersion",
                        json_string(app[0] ? app : demo_json_text(release, "spec.chart.spec.version")));
    free(digest);
    free(config);
    json_t *first = demo_json_at(release, "status.history[0].firstDeployed");
    json_object_set_new(entry, "firstDeployed", first ? json_deep_copy(first) : demo_json_time(0));
    json_object_set_new(entry, "lastDeployed", demo_json_time(0));
    return entry;
}

/* A new newest entry; with "deployed" the earlier ones are superseded, with "failed" they stay what they are. */
static void push_history(json_t *release, const char *status)
{
    json_t *history = demo_json_at(release, "status.history");
    if (!history) {
        demo_json_set(release, "status.history", json_array());
        history = demo_json_at(release, "status.history");
    }
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach(history, index, entry)
        if (strcmp(status, "deployed") == 0 && strcmp(demo_json_text(entry, "status"), "deployed") == 0)
            json_object_set_new(entry, "status", json_string("superseded"));
    json_t *last = json_array_get(history, 0);
    json_int_t version = last ? demo_json_integer(last, "version", 0) + 1 : 1;
    json_t *made = new_entry(release, version);
    json_object_set_new(made, "status", json_string(status));
    json_array_insert_new(history, 0, made);
    while (json_array_size(history) > DEMO_FLUX_HISTORY_MAX)
        json_array_remove(history, json_array_size(history) - 1);
}

static void describe_success(json_t *release)
{
    const json_t *last = json_array_get(demo_json_at(release, "status.history"), 0);
    json_int_t version = demo_json_integer(last, "version", 1);
    const char *reason = version == 1 ? "InstallSucceeded" : "UpgradeSucceeded";
    char *message =
        alloc_printf("Helm %s succeeded for release %s/%s.v%lld with chart %s@%s", version == 1 ? "install" : "upgrade",
                     release_namespace(release), release_name(release), (long long)version,
                     demo_json_text(last, "chartName"), demo_json_text(last, "chartVersion"));
    demo_json_set_condition(release, "Ready", "True", reason, message);
    demo_json_set_condition(release, "Released", "True", reason, message);
    free(message);
}

void demo_flux_release_succeeded(json_t *release, bool acts)
{
    if (acts)
        push_history(release, "deployed");
    demo_flux_remove_condition(release, "Reconciling");
    demo_flux_remove_condition(release, "Stalled");
    demo_flux_remove_condition(release, "Remediated");
    describe_success(release);
    demo_json_set(release, "status.failures", NULL);
    demo_json_set(release, "status.upgradeFailures", NULL);
    demo_json_set(release, "status.installFailures", NULL);
    char *digest = values_digest(release);
    demo_json_set(release, "status.lastAttemptedConfigDigest", json_string(digest));
    free(digest);
    demo_json_set(release, "status.lastAttemptedRevision",
                  json_string(demo_json_text(release, "spec.chart.spec.version")));
    demo_flux_observe(release);
}

void demo_flux_release_failed(json_t *release, const char *cause, bool stalled)
{
    const char *action = action_of(release);
    const char *reason = action[0] == 'u' ? "UpgradeFailed" : "InstallFailed";
    char *message =
        alloc_printf("Helm %s failed for release %s/%s with chart %s@%s: %s", action, release_namespace(release),
                     release_name(release), demo_json_text(release, "spec.chart.spec.chart"),
                     demo_json_text(release, "spec.chart.spec.version"), cause);
    demo_flux_remove_condition(release, "Reconciling");
    demo_json_set_condition(release, "Released", "False", reason, message);
    push_history(release, "failed");
    const char *counter = action[0] == 'u' ? "status.upgradeFailures" : "status.installFailures";
    json_int_t failures = demo_json_integer(release, counter, 0) + 1;
    demo_json_set(release, counter, json_integer(failures));
    demo_json_set(release, "status.failures", json_integer(demo_json_integer(release, "status.failures", 0) + 1));
    if (stalled) {
        char *exhausted = alloc_printf("Failed to %s after %lld attempt(s)", action, (long long)failures);
        demo_json_set_condition(release, "Stalled", "True", "RetriesExceeded", exhausted);
        demo_json_set_condition(release, "Ready", "False", reason, message);
        free(exhausted);
    } else {
        demo_json_set_condition(release, "Ready", "False", reason, message);
    }
    free(message);
    demo_flux_observe(release);
}

void demo_flux_release_blocked(json_t *release, const char *dependency)
{
    char *message = alloc_printf("dependency '%s' is not ready", dependency);
    demo_flux_remove_condition(release, "Reconciling");
    demo_json_set_condition(release, "Ready", "False", "DependencyNotReady", message);
    free(message);
    demo_flux_observe(release);
}

void demo_flux_git_fetched(json_t *source, const char *sha)
{
    char *revision = alloc_printf("main@sha1:%s", sha);
    if (strcmp(demo_json_text(source, "status.artifact.revision"), revision) != 0) {
        char *path = alloc_printf("gitrepository/%s/%s/%s.tar.gz", demo_json_text(source, "metadata.namespace"),
                                  demo_json_text(source, "metadata.name"), sha);
        json_t *artifact = json_pack("{s:s, s:s, s:s+, s:o, s:i}", "revision", revision, "path", path, "url",
                                     "http://source-controller.flux-system.svc.cluster.local./", path, "lastUpdateTime",
                                     demo_json_time(0), "size", 1843712);
        char *digest = demo_build_digest(artifact);
        json_object_set_new(artifact, "digest", json_string(digest));
        free(digest);
        free(path);
        demo_json_set(source, "status.artifact", artifact);
    }
    char *message = alloc_printf("stored artifact for revision '%s'", revision);
    demo_flux_remove_condition(source, "Reconciling");
    demo_flux_remove_condition(source, "FetchFailed");
    demo_json_set_condition(source, "Ready", "True", "Succeeded", message);
    demo_json_set_condition(source, "ArtifactInStorage", "True", "Succeeded", message);
    free(message);
    free(revision);
    demo_flux_observe(source);
}

void demo_flux_git_failed(json_t *source, const char *cause)
{
    demo_flux_remove_condition(source, "Reconciling");
    demo_json_set_condition(source, "FetchFailed", "True", "GitOperationFailed", cause);
    demo_json_set_condition(source, "Ready", "False", "GitOperationFailed", cause);
    demo_flux_observe(source);
}

void demo_flux_kustomization_applied(json_t *kustomization, const char *revision)
{
    char *message = alloc_printf("Applied revision: %s", revision);
    demo_json_set(kustomization, "status.lastAppliedRevision", json_string(revision));
    demo_json_set(kustomization, "status.lastAttemptedRevision", json_string(revision));
    demo_flux_remove_condition(kustomization, "Reconciling");
    demo_json_set_condition(kustomization, "Ready", "True", "ReconciliationSucceeded", message);
    free(message);
    demo_flux_observe(kustomization);
}

void demo_flux_kustomization_failed(json_t *kustomization, const char *reason, const char *message)
{
    demo_flux_remove_condition(kustomization, "Reconciling");
    demo_json_set_condition(kustomization, "Ready", "False", reason, message);
    demo_flux_observe(kustomization);
}
