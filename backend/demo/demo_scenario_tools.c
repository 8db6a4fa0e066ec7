/* Edits by path, logs and finished Jobs; see demo_scenario_tools.h. */
#include "demo/demo_scenario_tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_build.h"
#include "demo/demo_json.h"
#include "demo/demo_workload.h"

struct setting {
    const char *path;
    json_t *value;
};

static enum status edit_set(json_t *object, void *context, struct error *err)
{
    const struct setting *setting = context;
    static const char ANNOTATION[] = "annotation ";
    if (strncmp(setting->path, ANNOTATION, strlen(ANNOTATION)) != 0) {
        demo_json_set(object, setting->path, setting->value ? json_incref(setting->value) : NULL);
        return STATUS_OK;
    }
    if (!demo_json_at(object, "metadata.annotations"))
        demo_json_set(object, "metadata.annotations", json_object());
    json_object_set(demo_json_at(object, "metadata.annotations"), setting->path + strlen(ANNOTATION), setting->value);
    return STATUS_OK;
}

void demo_scenario_set(struct demo_world *world, const struct demo_scenario_object *object, const char *path,
                       json_t *value, const char *manager)
{
    struct setting setting = {path, value};
    demo_store_update(world->stores[object->region], object->kind, object->name_space, object->name, edit_set, &setting,
                      manager);
    json_decref(value);
}

struct condition {
    const char *type, *status, *reason, *message;
};

static enum status edit_condition(json_t *object, void *context, struct error *err)
{
    const struct condition *condition = context;
    demo_json_set_condition(object, condition->type, condition->status, condition->reason, condition->message);
    return STATUS_OK;
}

void demo_scenario_set_condition(struct demo_world *world, const struct demo_scenario_object *object, const char *type,
                                 const char *status, const char *reason, const char *message)
{
    struct condition condition = {type, status, reason, message};
    demo_store_update(world->stores[object->region], object->kind, object->name_space, object->name, edit_condition,
                      &condition, demo_kinds_at(object->kind)->status_manager);
}

static bool is_spared(const char *name, const char *but)
{
    struct span rest = span_of(but), part;
    while (span_split(&rest, ' ', &part))
        if (part.length > 0 && strncmp(name, part.data, part.length) == 0)
            return true;
    return false;
}

size_t demo_scenario_set_all(struct demo_world *world, int region, enum demo_kind_id kind, const char *name_space,
                             const char *path, const char *text, const char *but)
{
    size_t changed = 0, index = 0;
    json_t *object = NULL;
    json_t *objects = demo_store_list(world->stores[region], kind, name_space);
    json_array_foreach(objects, index, object) {
        const char *name = demo_json_text(object, "metadata.name");
        if (is_spared(name, but))
            continue;
        struct demo_scenario_object one = {region, kind, demo_json_text(object, "metadata.namespace"), name};
        demo_scenario_set(world, &one, path, json_string(text), "kustomize-controller");
        changed++;
    }
    json_decref(objects);
    return changed;
}

/* ---- logs ---- */

static void append(struct demo_world *world, const struct demo_log_key *key, const char *step, int64_t at_ms,
                   const char *lines)
{
    struct span rest = span_of(lines), part;
    while (span_split(&rest, '\n', &part)) {
        if (part.length == 0)
            continue;
        char *line = alloc_printf("[%s] %.*s", step, SPAN_PRINT(part));
        demo_logs_append_at(world->logs[DEMO_WORLD_PRIMARY], key, at_ms, line);
        free(line);
    }
}

static bool is_of_step(const json_t *object, const char *step)
{
    const char *label =
        json_string_value(json_object_get(demo_json_at(object, "metadata.labels"), "cutover.openova.io/step"));
    return label && strcmp(label, step) == 0;
}

void demo_scenario_log(struct demo_world *world, const char *step, const char *lines, bool replaces)
{
    json_t *pods = demo_store_list(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE);
    const json_t *newest = NULL;
    size_t index = 0;
    json_t *pod = NULL;
    json_array_foreach(pods, index, pod)
        if (is_of_step(pod, step) && (!newest || strcmp(demo_json_text(newest, "metadata.creationTimestamp"),
                                                        demo_json_text(pod, "metadata.creationTimestamp")) < 0))
            newest = pod;
    const char *name = demo_json_text(newest, "metadata.name");
    if (newest && replaces)
        demo_logs_remove(world->logs[DEMO_WORLD_PRIMARY], DEMO_CUTOVER_NAMESPACE, name);
    const char *ended = demo_json_text(newest, "status.containerStatuses[0].state.terminated.finishedAt");
    int64_t at_ms = ended[0] ? timestamp_parse(span_of(ended)) : clock_wall_ms();
    struct demo_log_key key = {DEMO_CUTOVER_NAMESPACE, name, demo_json_text(newest, "spec.containers[0].name"), false};
    if (newest)
        append(world, &key, step, at_ms, lines);
    if (newest && ended[0])
        demo_logs_end(world->logs[DEMO_WORLD_PRIMARY], &key);
    json_decref(pods);
}

/* ---- Jobs ---- */

static json_t *job_labels(const struct demo_scenario_job *job)
{
    json_t *labels = json_pack("{s:s, s:s}", "app.kubernetes.io/part-of", "self-sovereign-cutover",
                               "app.kubernetes.io/component", job->component);
    if (job->step)
        json_object_set_new(labels, "cutover.openova.io/step", json_string(job->step));
    return labels;
}

static json_t *job_document(const struct demo_scenario_job *job)
{
    json_t *document = demo_build_object(DEMO_CUTOVER_NAMESPACE, job->name, job_labels(job), job->started_ago_s);
    json_object_set_new(document, "spec",
                        json_pack("{s:i, s:i, s:i, s:i, s:{s:{s:o}, s:{s:s, s:s, s:[{s:s, s:s}]}}}", "backoffLimit", 3,
                                  "completions", 1, "parallelism", 1, "activeDeadlineSeconds", 2100, "template",
                                  "metadata", "labels", job_labels(job), "spec", "restartPolicy", "Never",
                                  "serviceAccountName", "bp-self-sovereign-cutover-runner", "containers", "name",
                                  job->container, "image", job->image));
    json_object_set_new(document, "status", json_pack("{s:o, s:i}", "startTime", demo_build_ago(job->started_ago_s),
                                                      job->failed ? "failed" : "succeeded", 1));
    if (job->failed)
        demo_build_condition(document, "Failed", "True", "BackoffLimitExceeded",
                             "Job has reached the specified backoff limit", job->started_ago_s - job->took_s, -1);
    else
        demo_build_condition(document, "Complete", "True", "CompletionsReached",
                             "Reached expected number of succeeded pods", job->started_ago_s - job->took_s, -1);
    if (!job->failed)
        demo_json_set(document, "status.completionTime", demo_build_ago(job->started_ago_s - job->took_s));
    return document;
}

void demo_scenario_put_job(struct demo_world *world, const struct demo_scenario_job *job)
{
    struct demo_store *store = world->stores[DEMO_WORLD_PRIMARY];
    demo_store_put(store, DEMO_KIND_JOB, job_document(job), "helm-controller");
    json_t *there = demo_store_get(store, DEMO_KIND_JOB, DEMO_CUTOVER_NAMESPACE, job->name);
    char *pod_name = alloc_printf("%s-x7k2m", job->name);
    json_t *labels = job_labels(job);
    json_object_set_new(labels, "job-name", json_string(job->name));
    json_object_set_new(labels, "batch.kubernetes.io/job-name", json_string(job->name));
    json_t *pod = demo_workload_pod(world, DEMO_WORLD_PRIMARY, DEMO_CUTOVER_NAMESPACE, pod_name,
                                    demo_json_at(there, "spec.template.spec"), labels, there, true);
    demo_json_set(pod, "metadata.creationTimestamp", demo_build_ago(job->started_ago_s));
    demo_json_set(pod, "status.startTime", demo_build_ago(job->started_ago_s));
    demo_json_set(pod, "status.phase", json_string(job->failed ? "Failed" : "Succeeded"));
    json_object_set_new(demo_json_at(pod, "status.containerStatuses[0]"), "state",
                        json_pack("{s:{s:i, s:s, s:o, s:o}}", "terminated", "exitCode", job->failed ? 1 : 0, "reason",
                                  job->failed ? "Error" : "Completed", "startedAt", demo_build_ago(job->started_ago_s),
                                  "finishedAt", demo_build_ago(job->started_ago_s - job->took_s)));
    demo_store_put(store, DEMO_KIND_POD, pod, "kube-controller-manager");
    struct demo_log_key key = {DEMO_CUTOVER_NAMESPACE, pod_name, job->container, false};
    append(world, &key, job->container, clock_wall_ms() - (int64_t)(job->started_ago_s - job->took_s) * 1000, job->lines);
    demo_logs_end(world->logs[DEMO_WORLD_PRIMARY], &key);
    free(pod_name);
    json_decref(there);
}

void demo_scenario_remove_jobs(struct demo_world *world, const char *step)
{
    struct demo_cutover_run run = {.world = world};
    demo_cutover_jobs_remove(&run, step);
}

/* ---- status and times ---- */

void demo_scenario_set_time(struct demo_world *world, const char *key, int ago_s)
{
    char text[TIMESTAMP_TEXT_MAX];
    timestamp_format(text, clock_wall_ms() - (int64_t)ago_s * 1000);
    demo_cutover_status_set(world, key, text, NULL);
}

void demo_scenario_until(struct demo_cutover_run *run, int ago_s)
{
    run->virtual_ms = clock_wall_ms() - (int64_t)ago_s * 1000;
}

void demo_scenario_put_config(struct demo_world *world, const char *name, const char *key, const char *text)
{
    json_t *document = demo_build_object(DEMO_CUTOVER_NAMESPACE, name,
                                         json_pack("{s:s}", "app.kubernetes.io/part-of", "self-sovereign-cutover"), 0);
    json_object_set_new(document, "data", json_pack("{s:s}", key, text));
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CONFIGMAP, document, "cutover-daytwo-harbor-reconciler");
}
