/* The Jobs and pods of the steps, made from the podSpec in the step's ConfigMap (cutover contract 3.2). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_build.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_json.h"
#include "demo/demo_workload.h"
#include "demo/demo_yaml.h"

#define STEP_TIMEOUT_S 900 /* CATALYST_CUTOVER_STEP_TIMEOUT */

static struct demo_store *store_of(const struct demo_cutover_run *run)
{
    return run->world->stores[DEMO_WORLD_PRIMARY];
}

static json_t *labels_of(const char *step)
{
    return json_pack("{s:s, s:s, s:s}", "app.kubernetes.io/part-of", "self-sovereign-cutover",
                     "app.kubernetes.io/component", "cutover-job", "cutover.openova.io/step", step);
}

static json_t *time_of(const struct demo_cutover_run *run)
{
    char at[TIMESTAMP_TEXT_MAX];
    timestamp_format(at, demo_cutover_run_now(run));
    return json_string(at);
}

static json_t *parse_pod_spec(const char *text)
{
    json_t *documents = NULL;
    if (demo_yaml_parse(span_of(text), &documents, NULL) != STATUS_OK)
        return json_object();
    json_t *spec = json_incref(json_array_get(documents, 0));
    json_decref(documents);
    return spec ? spec : json_object();
}

static json_t *job_document(struct demo_cutover_run *run, const struct demo_cutover_found *found, json_t *pod_spec)
{
    json_int_t deadline = demo_json_integer(pod_spec, "activeDeadlineSeconds", 0);
    json_t *document = demo_build_object(DEMO_CUTOVER_NAMESPACE, run->job, labels_of(found->name), 0);
    demo_json_set(document, "metadata.creationTimestamp", time_of(run));
    json_object_set_new(document, "spec",
                        json_pack("{s:i, s:i, s:I, s:i, s:i, s:{s:{s:o}, s:O}}", "backoffLimit", 3,
                                  "ttlSecondsAfterFinished", 86400, "activeDeadlineSeconds",
                                  deadline > STEP_TIMEOUT_S ? deadline : (json_int_t)STEP_TIMEOUT_S, "completions", 1,
                                  "parallelism", 1, "template", "metadata", "labels", labels_of(found->name), "spec",
                                  pod_spec));
    json_object_set_new(document, "status",
                        json_pack("{s:i, s:i, s:o}", "active", 1, "ready", 1, "startTime", time_of(run)));
    return document;
}

static void chronicle(struct demo_cutover_run *run, const char *type, const char *reason, const char *message)
{
    json_t *job = demo_store_get(store_of(run), DEMO_KIND_JOB, DEMO_CUTOVER_NAMESPACE, run->job);
    struct demo_chronicle_entry entry = {type, reason, message, "job-controller",
                                         (clock_wall_ms() - demo_cutover_run_now(run)) / 1000};
    if (job)
        demo_chronicle_write(run->world, DEMO_WORLD_PRIMARY, job, &entry);
    json_decref(job);
}

void demo_cutover_jobs_create(struct demo_cutover_run *run, const struct demo_cutover_found *found)
{
    snprintf(run->job, sizeof run->job, "cutover-%s-%lld", found->name, (long long)(run->attempt_ms / 1000));
    snprintf(run->pod, sizeof run->pod, "%s-", run->job);
    struct demo_luck luck = demo_luck_from(run->world->seed, run->job);
    demo_luck_hex(&luck, run->pod + strlen(run->pod), 5);
    json_t *pod_spec = parse_pod_spec(found->pod_spec);
    demo_store_put(store_of(run), DEMO_KIND_JOB, job_document(run, found, pod_spec), "catalyst-api");
    json_t *job = demo_store_get(store_of(run), DEMO_KIND_JOB, DEMO_CUTOVER_NAMESPACE, run->job);
    json_t *labels = labels_of(found->name);
    json_object_set_new(labels, "job-name", json_string(run->job));
    json_t *pod = demo_workload_pod(run->world, DEMO_WORLD_PRIMARY, DEMO_CUTOVER_NAMESPACE, run->pod, pod_spec, labels,
                                    job, true);
    demo_json_set(pod, "metadata.creationTimestamp", time_of(run));
    demo_store_put(store_of(run), DEMO_KIND_POD, pod, "kube-controller-manager");
    json_decref(job);
    json_decref(pod_spec);
    char *message = alloc_printf("Created pod: %s", run->pod);
    chronicle(run, "Normal", "SuccessfulCreate", message);
    free(message);
}

struct finish {
    struct demo_cutover_run *run;
    bool succeeded;
};

static enum status edit_job(json_t *job, void *context, struct error *err)
{
    struct finish *finish = context;
    json_t *status = json_object_get(job, "status");
    json_object_del(status, "active");
    json_object_del(status, "ready");
    json_object_set_new(status, finish->succeeded ? "succeeded" : "failed", json_integer(finish->succeeded ? 1 : 4));
    if (finish->succeeded) {
        json_object_set_new(status, "completionTime", time_of(finish->run));
        demo_json_set_condition(job, "Complete", "True", "", "");
    } else {
        demo_json_set_condition(job, "Failed", "True", "BackoffLimitExceeded",
                                "Job has reached the specified backoff limit");
    }
    return STATUS_OK;
}

static enum status edit_pod(json_t *pod, void *context, struct error *err)
{
    struct finish *finish = context;
    demo_json_set(pod, "status.phase", json_string(finish->succeeded ? "Succeeded" : "Failed"));
    json_t *container = json_array_get(demo_json_at(pod, "status.containerStatuses"), 0);
    json_object_set_new(container, "ready", json_false());
    json_object_set_new(container, "started", json_false());
    json_object_set_new(container, "state",
                        json_pack("{s:{s:i, s:s, s:o}}", "terminated", "exitCode", finish->succeeded ? 0 : 1, "reason",
                                  finish->succeeded ? "Completed" : "Error", "finishedAt", time_of(finish->run)));
    demo_json_set_condition(pod, "Ready", "False", finish->succeeded ? "PodCompleted" : "PodFailed", "");
    return STATUS_OK;
}

void demo_cutover_jobs_finish(struct demo_cutover_run *run, bool succeeded)
{
    struct finish finish = {run, succeeded};
    demo_store_update(store_of(run), DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE, run->pod, edit_pod, &finish, "kubelet");
    demo_store_update(store_of(run), DEMO_KIND_JOB, DEMO_CUTOVER_NAMESPACE, run->job, edit_job, &finish,
                      "kube-controller-manager");
    struct demo_log_key key = {DEMO_CUTOVER_NAMESPACE, run->pod, run->step, false};
    demo_logs_end(run->world->logs[DEMO_WORLD_PRIMARY], &key);
    if (succeeded)
        chronicle(run, "Normal", "Completed", "Job completed");
    else
        chronicle(run, "Warning", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
}

static enum demo_cutover_job_state state_of(const json_t *job)
{
    if (strcmp(demo_json_text(job, "status.conditions[?(@.type==\"Complete\")].status"), "True") == 0)
        return DEMO_CUTOVER_JOB_COMPLETE;
    if (strcmp(demo_json_text(job, "status.conditions[?(@.type==\"Failed\")].status"), "True") != 0)
        return DEMO_CUTOVER_JOB_RUNNING;
    bool is_late =
        strcmp(demo_json_text(job, "status.conditions[?(@.type==\"Failed\")].reason"), "DeadlineExceeded") == 0;
    return is_late ? DEMO_CUTOVER_JOB_TIMED_OUT : DEMO_CUTOVER_JOB_FAILED;
}

static bool is_of_step(const json_t *object, const char *step)
{
    const char *label =
        json_string_value(json_object_get(demo_json_at(object, "metadata.labels"), "cutover.openova.io/step"));
    return label && strcmp(label, step) == 0;
}

enum demo_cutover_job_state demo_cutover_jobs_existing(struct demo_cutover_run *run, const char *step, char *job,
                                                       size_t size)
{
    enum demo_cutover_job_state state = DEMO_CUTOVER_JOB_NONE;
    json_t *jobs = demo_store_list(store_of(run), DEMO_KIND_JOB, DEMO_CUTOVER_NAMESPACE);
    size_t index = 0;
    json_t *at = NULL;
    json_array_foreach(jobs, index, at) {
        if (!is_of_step(at, step))
            continue;
        state = state_of(at);
        snprintf(job, size, "%s", demo_json_text(at, "metadata.name"));
    }
    json_decref(jobs);
    return state;
}

static void remove_of_kind(struct demo_cutover_run *run, enum demo_kind_id kind, const char *step)
{
    json_t *objects = demo_store_list(store_of(run), kind, DEMO_CUTOVER_NAMESPACE);
    size_t index = 0;
    json_t *object = NULL;
    json_array_foreach(objects, index, object)
        if (is_of_step(object, step))
            demo_store_remove(store_of(run), kind, DEMO_CUTOVER_NAMESPACE, demo_json_text(object, "metadata.name"));
    json_decref(objects);
}

void demo_cutover_jobs_remove(struct demo_cutover_run *run, const char *step)
{
    remove_of_kind(run, DEMO_KIND_JOB, step);
    remove_of_kind(run, DEMO_KIND_POD, step);
}
