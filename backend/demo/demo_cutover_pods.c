/* The pods of one Job and the Job's status, as kube-controller-manager and kubelet keep them (batch/v1 of Kubernetes 1.31:
 * SuccessCriteriaMet precedes Complete, FailureTarget precedes Failed). */
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

static struct demo_store *store_of(const struct demo_cutover_run *run)
{
    return run->world->stores[DEMO_WORLD_PRIMARY];
}

static json_t *time_of(const struct demo_cutover_run *run)
{
    char at[TIMESTAMP_TEXT_MAX];
    timestamp_format(at, demo_cutover_run_now(run));
    return json_string(at);
}

static void date_conditions(const struct demo_cutover_run *run, json_t *object)
{
    json_t *now = time_of(run);
    demo_build_date_conditions(object, now);
    json_decref(now);
}

static json_t *get_job(struct demo_cutover_run *run)
{
    return demo_store_get(store_of(run), DEMO_KIND_JOB, DEMO_CUTOVER_NAMESPACE, run->job);
}

static enum status edit_job(struct demo_cutover_run *run, demo_store_edit_fn edit, void *context)
{
    return demo_store_update(store_of(run), DEMO_KIND_JOB, DEMO_CUTOVER_NAMESPACE, run->job, edit, context,
                             "kube-controller-manager");
}

void demo_cutover_pods_chronicle(struct demo_cutover_run *run, const char *type, const char *reason, const char *message)
{
    json_t *job = get_job(run);
    struct demo_chronicle_entry entry = {type, reason, message, "job-controller",
                                         (clock_wall_ms() - demo_cutover_run_now(run)) / 1000};
    if (job)
        demo_chronicle_write(run->world, DEMO_WORLD_PRIMARY, job, &entry);
    json_decref(job);
}

/* ---- the Job ---- */

static enum status edit_begin(json_t *job, void *context, struct error *err)
{
    if (!json_object_get(job, "status"))
        json_object_set_new(job, "status", json_object());
    json_t *status = json_object_get(job, "status");
    if (!json_object_get(status, "startTime"))
        json_object_set_new(status, "startTime", time_of(context));
    json_object_set_new(status, "uncountedTerminatedPods", json_object());
    if (!demo_json_at(job, "spec.selector")) /* what an API server adds when the Job is created */
        demo_json_set(job, "spec.selector",
                      json_pack("{s:{s:s}}", "matchLabels", "batch.kubernetes.io/controller-uid",
                                demo_json_text(job, "metadata.uid")));
    return STATUS_OK;
}

void demo_cutover_pods_begin_job(struct demo_cutover_run *run)
{
    edit_job(run, edit_begin, run);
}

static enum status edit_active(json_t *job, void *context, struct error *err)
{
    const bool *is_ready = context;
    demo_json_set(job, "status.active", json_integer(1));
    demo_json_set(job, "status.ready", json_integer(*is_ready));
    return STATUS_OK;
}

static enum status edit_counted(json_t *job, void *context, struct error *err)
{
    const char *key = *(const bool *)context ? "status.succeeded" : "status.failed";
    demo_json_set(job, "status.active", NULL);
    demo_json_set(job, "status.ready", json_integer(0));
    demo_json_set(job, key, json_integer(demo_json_integer(job, key, 0) + 1));
    return STATUS_OK;
}

struct finish {
    struct demo_cutover_run *run;
    bool succeeded;
    const char *reason, *message;
};

static enum status edit_finish(json_t *job, void *context, struct error *err)
{
    const struct finish *finish = context;
    demo_json_set(job, "status.active", NULL);
    if (finish->succeeded) {
        demo_json_set(job, "status.completionTime", time_of(finish->run));
        demo_json_set_condition(job, "SuccessCriteriaMet", "True", "CompletionsReached",
                                "Reached expected number of succeeded pods");
        demo_json_set_condition(job, "Complete", "True", "CompletionsReached",
                                "Reached expected number of succeeded pods");
    } else {
        demo_json_set_condition(job, "FailureTarget", "True", finish->reason, finish->message);
        demo_json_set_condition(job, "Failed", "True", finish->reason, finish->message);
    }
    date_conditions(finish->run, job);
    return STATUS_OK;
}

void demo_cutover_pods_finish_job(struct demo_cutover_run *run, bool succeeded, const char *reason, const char *message)
{
    struct finish finish = {run, succeeded, reason, message};
    edit_job(run, edit_finish, &finish);
    if (succeeded)
        demo_cutover_pods_chronicle(run, "Normal", "Completed", "Job completed");
    else
        demo_cutover_pods_chronicle(run, "Warning", reason, message);
}

/* ---- its pods ---- */

static json_t *labels_of(const struct demo_cutover_run *run, const json_t *job)
{
    json_t *template = demo_json_at(job, "spec.template.metadata.labels");
    json_t *labels = template ? json_deep_copy(template) : json_object();
    const char *uid = demo_json_text(job, "metadata.uid");
    json_object_set_new(labels, "job-name", json_string(run->job));
    json_object_set_new(labels, "batch.kubernetes.io/job-name", json_string(run->job));
    json_object_set_new(labels, "controller-uid", json_string(uid));
    json_object_set_new(labels, "batch.kubernetes.io/controller-uid", json_string(uid));
    return labels;
}

static void name_pod(struct demo_cutover_run *run, const json_t *job)
{
    char purpose[200], tail[6];
    snprintf(purpose, sizeof purpose, "%s %lld", run->job, (long long)demo_json_integer(job, "status.failed", 0));
    struct demo_luck luck = demo_luck_from(run->world->seed, purpose);
    for (int i = 0; i < 5; i++)
        tail[i] = "bcdfghjklmnpqrstvwxz2456789"[demo_luck_below(&luck, 27)];
    tail[5] = '\0';
    snprintf(run->pod, sizeof run->pod, "%s-%s", run->job, tail);
}

/* An instant run's pod began at that run's time. */
static void date_pod(const struct demo_cutover_run *run, json_t *pod)
{
    demo_json_set(pod, "metadata.creationTimestamp", time_of(run));
    demo_json_set(pod, "status.startTime", time_of(run));
    date_conditions(run, pod);
    json_t *running = demo_json_at(pod, "status.containerStatuses[0].state.running");
    if (running)
        json_object_set_new(running, "startedAt", time_of(run));
}

void demo_cutover_pods_start(struct demo_cutover_run *run, bool is_running)
{
    json_t *job = get_job(run);
    run->pod[0] = '\0';
    if (!job)
        return;
    name_pod(run, job);
    const json_t *pod_spec = demo_json_at(job, "spec.template.spec");
    snprintf(run->container, sizeof run->container, "%s", demo_json_text(pod_spec, "containers[0].name"));
    json_t *pod = demo_workload_pod(run->world, DEMO_WORLD_PRIMARY, DEMO_CUTOVER_NAMESPACE, run->pod, pod_spec,
                                    labels_of(run, job), job, is_running);
    date_pod(run, pod);
    demo_store_put(store_of(run), DEMO_KIND_POD, pod, "kube-controller-manager");
    edit_job(run, edit_active, &is_running);
    json_decref(job);
    char *message = alloc_printf("Created pod: %s", run->pod);
    demo_cutover_pods_chronicle(run, "Normal", "SuccessfulCreate", message);
    free(message);
}

void demo_cutover_pods_adopt(struct demo_cutover_run *run)
{
    json_t *pods = demo_store_list(store_of(run), DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE);
    size_t index = 0;
    json_t *pod = NULL;
    run->pod[0] = '\0';
    json_array_foreach(pods, index, pod) {
        if (strcmp(demo_json_text(pod, "metadata.labels.job-name"), run->job) != 0 ||
            strcmp(demo_json_text(pod, "status.phase"), "Running") != 0)
            continue;
        snprintf(run->pod, sizeof run->pod, "%s", demo_json_text(pod, "metadata.name"));
        snprintf(run->container, sizeof run->container, "%s", demo_json_text(pod, "spec.containers[0].name"));
    }
    json_decref(pods);
}

struct ending {
    struct demo_cutover_run *run;
    const struct demo_cutover_pods_end *end;
};

static enum status edit_end(json_t *pod, void *context, struct error *err)
{
    const struct ending *ending = context;
    const struct demo_cutover_pods_end *end = ending->end;
    json_t *container = json_array_get(demo_json_at(pod, "status.containerStatuses"), 0);
    json_t *started = demo_json_at(container, "state.running.startedAt");
    json_t *terminated = json_pack("{s:i, s:s, s:o}", "exitCode", end->succeeded ? 0 : end->exit_code, "reason",
                                   end->succeeded ? "Completed" : end->reason, "finishedAt", time_of(ending->run));
    if (started)
        json_object_set(terminated, "startedAt", started);
    json_object_set_new(container, "ready", json_false());
    json_object_set_new(container, "started", json_false());
    json_object_set_new(container, "state", json_pack("{s:o}", "terminated", terminated));
    demo_json_set(pod, "status.phase", json_string(end->succeeded ? "Succeeded" : "Failed"));
    demo_json_set_condition(pod, "Ready", "False", end->succeeded ? "PodCompleted" : "PodFailed", "");
    demo_json_set_condition(pod, "ContainersReady", "False", end->succeeded ? "PodCompleted" : "PodFailed", "");
    return STATUS_OK;
}

void demo_cutover_pods_end(struct demo_cutover_run *run, const struct demo_cutover_pods_end *end)
{
    struct ending ending = {run, end};
    demo_store_update(store_of(run), DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE, run->pod, edit_end, &ending, "kubelet");
    bool succeeded = end->succeeded;
    edit_job(run, edit_counted, &succeeded);
    struct demo_log_key key = {DEMO_CUTOVER_NAMESPACE, run->pod, run->container, false};
    demo_logs_end(run->world->logs[DEMO_WORLD_PRIMARY], &key);
}

void demo_cutover_pods_drop(struct demo_cutover_run *run)
{
    struct demo_log_key key = {DEMO_CUTOVER_NAMESPACE, run->pod, run->container, false};
    demo_logs_end(run->world->logs[DEMO_WORLD_PRIMARY], &key);
    demo_store_remove(store_of(run), DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE, run->pod);
}
