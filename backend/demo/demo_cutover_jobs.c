/* The steps' Jobs as the engine makes, finds, watches and removes them (cutover contract 3.2). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "demo/demo_build.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_json.h"
#include "demo/demo_yaml.h"

#define STEP_TIMEOUT_S 900 /* CATALYST_CUTOVER_STEP_TIMEOUT */
#define POLL_MS 40

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
    json_object_set_new(document, "status", json_object());
    return document;
}

void demo_cutover_jobs_name(struct demo_cutover_run *run, const char *step)
{
    snprintf(run->job, sizeof run->job, "cutover-%s-%lld", step, (long long)(run->attempt_ms / 1000));
}

void demo_cutover_jobs_create(struct demo_cutover_run *run, const struct demo_cutover_found *found)
{
    json_t *pod_spec = parse_pod_spec(found->pod_spec);
    demo_store_put(store_of(run), DEMO_KIND_JOB, job_document(run, found, pod_spec), "catalyst-api");
    json_decref(pod_spec);
}

enum demo_cutover_job_state demo_cutover_jobs_state(const json_t *job)
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
    char newest[TIMESTAMP_TEXT_MAX] = "";
    size_t index = 0;
    json_t *at = NULL;
    json_array_foreach(jobs, index, at) {
        const char *created = demo_json_text(at, "metadata.creationTimestamp");
        if (!is_of_step(at, step) || strcmp(created, newest) < 0)
            continue;
        snprintf(newest, sizeof newest, "%s", created);
        state = demo_cutover_jobs_state(at);
        snprintf(job, size, "%s", demo_json_text(at, "metadata.name"));
    }
    json_decref(jobs);
    return state;
}

enum demo_cutover_job_state demo_cutover_jobs_await(struct demo_cutover_run *run)
{
    for (;;) {
        json_t *job = demo_store_get(store_of(run), DEMO_KIND_JOB, DEMO_CUTOVER_NAMESPACE, run->job);
        enum demo_cutover_job_state state = job ? demo_cutover_jobs_state(job) : DEMO_CUTOVER_JOB_NONE;
        json_decref(job);
        if (state != DEMO_CUTOVER_JOB_RUNNING || !demo_cutover_run_sleep(run, POLL_MS))
            return state;
    }
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
