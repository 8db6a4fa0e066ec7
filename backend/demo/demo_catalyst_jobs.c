/* Jobs: the finite work of the Sovereign: the cutover with its steps, and the releases' installs (contract 4.1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/timestamp.h"
#include "demo/demo_catalyst_internal.h"
#include "demo/demo_cutover_chain.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_flux.h"
#include "demo/demo_json.h"

#define ID DEMO_WORLD_DEPLOYMENT ":"

static const char *step_status(const char *result)
{
    if (strcmp(result, "success") == 0 || strcmp(result, "skipped") == 0)
        return "succeeded";
    return strcmp(result, "running") == 0 ? "running" : strcmp(result, "failed") == 0 ? "failed" : "pending";
}

static void set_times(json_t *job, const char *started, const char *finished)
{
    int64_t from = timestamp_parse(span_of(started)), to = timestamp_parse(span_of(finished));
    if (from != TIMESTAMP_NONE)
        json_object_set_new(job, "startedAt", json_string(started));
    if (to != TIMESTAMP_NONE)
        json_object_set_new(job, "finishedAt", json_string(finished));
    json_object_set_new(job, "durationMs",
                        json_integer(from != TIMESTAMP_NONE && to != TIMESTAMP_NONE ? to - from : 0));
}

static json_t *step_job(struct demo_world *world, const struct demo_cutover_step *step)
{
    char result[32], started[64], finished[64], job_name[128];
    demo_cutover_status_get_step(world, step->name, "result", result, sizeof result);
    demo_cutover_status_get_step(world, step->name, "startedAt", started, sizeof started);
    demo_cutover_status_get_step(world, step->name, "finishedAt", finished, sizeof finished);
    demo_cutover_status_get_step(world, step->name, "jobName", job_name, sizeof job_name);
    json_t *job = json_pack("{s:s+, s:s, s:s+, s:s, s:s, s:s, s:s, s:[], s:s}", "id", ID "cutover-step-", step->name,
                            "deploymentId", DEMO_WORLD_DEPLOYMENT, "jobName", "cutover-step-", step->name,
                            "displayName", step->name, "type", "install", "kind", "step", "parentId", ID "cutover",
                            "dependsOn", "status", step_status(result));
    set_times(job, started, finished);
    if (job_name[0])
        json_object_set_new(job, "latestExecutionId", json_string(job_name));
    return job;
}

static const char *group_status(const json_t *children)
{
    bool has_pending = false, has_running = false;
    size_t index = 0;
    json_t *child = NULL;
    json_array_foreach(children, index, child) {
        const char *status = demo_json_text(child, "status");
        if (strcmp(status, "failed") == 0)
            return "failed";
        has_running = has_running || strcmp(status, "running") == 0;
        has_pending = has_pending || strcmp(status, "pending") == 0;
    }
    return has_running ? "running" : has_pending ? "pending" : "succeeded";
}

static void append_cutover(struct demo_world *world, json_t *jobs)
{
    json_t *children = json_array(), *ids = json_array();
    for (int i = 0; i < DEMO_CUTOVER_STEPS; i++) {
        json_t *job = step_job(world, &demo_cutover_chain[i]);
        json_array_append(ids, json_object_get(job, "id"));
        json_array_append_new(children, job);
    }
    char started[64], finished[64];
    demo_cutover_status_get(world, "cutoverStartedAt", started, sizeof started);
    demo_cutover_status_get(world, "cutoverFinishedAt", finished, sizeof finished);
    json_t *group =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:[], s:s, s:o}", "id", ID "cutover", "deploymentId",
                  DEMO_WORLD_DEPLOYMENT, "jobName", "cutover", "displayName", "Cutover", "type", "group", "kind",
                  "group", "parentId", "", "dependsOn", "status", group_status(children), "childIds", ids);
    set_times(group, started, finished);
    json_array_append_new(jobs, group);
    json_array_extend(jobs, children);
    json_decref(children);
}

static json_t *install_job(const json_t *release)
{
    const char *name = demo_json_text(release, "metadata.name");
    const char *short_name = strncmp(name, "bp-", 3) == 0 ? name + 3 : name;
    bool is_stalled = demo_json_at(release, "status.conditions[?(@.type==\"Stalled\")]") != NULL;
    const char *status = demo_flux_is_ready(release) ? "succeeded" : is_stalled ? "failed" : "running";
    json_t *job =
        json_pack("{s:s+, s:s, s:s+, s:s, s:s, s:s, s:s, s:[], s:s}", "id", ID "install-", short_name, "deploymentId",
                  DEMO_WORLD_DEPLOYMENT, "jobName", "install-", short_name, "type", "install", "kind", "install",
                  "appId", name, "parentId", ID "bootstrap-kit", "dependsOn", "status", status);
    set_times(job, demo_json_text(release, "metadata.creationTimestamp"),
              demo_flux_is_ready(release) ? demo_json_text(release, "status.history[0].lastDeployed") : "");
    return job;
}

static json_t *all_jobs(struct demo_world *world, bool is_full)
{
    json_t *jobs = json_array();
    append_cutover(world, jobs);
    struct demo_snapshot snapshot = {0};
    if (is_full)
        demo_store_snapshot(world->stores[DEMO_WORLD_PRIMARY], demo_kinds_at(DEMO_KIND_HELMRELEASE), "flux-system", 0,
                            &snapshot);
    for (size_t i = 0; i < snapshot.count; i++) {
        json_t *release = demo_object_document(snapshot.objects[i]);
        json_array_append_new(jobs, install_job(release));
        json_decref(release);
    }
    demo_store_release(&snapshot);
    return jobs;
}

void demo_catalyst_jobs_list(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    static const char STATUSES[] = " pending running succeeded failed healthy degraded failing ";
    struct demo_catalyst *catalyst = context;
    if (demo_catalyst_session_of(catalyst, request, reply) == NULL || !demo_catalyst_is_ours(request, reply))
        return;
    const char *wanted = demo_http_query(request, "status"), *inventory = demo_http_query(request, "inventory");
    char word[64];
    snprintf(word, sizeof word, " %s ", wanted ? wanted : "pending");
    if (!strstr(STATUSES, word)) {
        demo_catalyst_refuse(reply, 400, "invalid-status", wanted);
        return;
    }
    json_t *jobs = all_jobs(catalyst->world, inventory && strcmp(inventory, "full") == 0);
    for (size_t i = json_array_size(jobs); wanted && i-- > 0;)
        if (strcmp(demo_json_text(json_array_get(jobs, i), "status"), wanted) != 0)
            json_array_remove(jobs, i);
    demo_http_reply_json(reply, 200, json_pack("{s:o}", "jobs", jobs));
}

static json_t *execution_of(const json_t *job)
{
    const char *id = demo_json_text(job, "latestExecutionId"), *status = demo_json_text(job, "status");
    json_t *executions = json_array();
    if (id[0])
        json_array_append_new(executions, json_pack("{s:s, s:s, s:s, s:s, s:s, s:i}", "id", id, "jobId",
                                                    demo_json_text(job, "id"), "deploymentId", DEMO_WORLD_DEPLOYMENT,
                                                    "status", strcmp(status, "pending") == 0 ? "running" : status,
                                                    "startedAt", demo_json_text(job, "startedAt"), "lineCount", 0));
    return executions;
}

void demo_catalyst_jobs_get(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    if (demo_catalyst_session_of(catalyst, request, reply) == NULL || !demo_catalyst_is_ours(request, reply))
        return;
    json_t *jobs = all_jobs(catalyst->world, true), *found = NULL, *job = NULL;
    size_t index = 0;
    json_array_foreach(jobs, index, job)
        if (strcmp(demo_json_text(job, "id"), request->captures[1]) == 0)
            found = job;
    if (found)
        demo_http_reply_json(reply, 200, json_pack("{s:O, s:o}", "job", found, "executions", execution_of(found)));
    else
        demo_catalyst_refuse(reply, 404, "job-not-found", request->captures[1]);
    json_decref(jobs);
}

/* ---- logs of one execution: of the cutover Job of that name ---- */

static bool find_pod(struct demo_world *world, const char *job, char *pod, size_t pod_size, char *container,
                     size_t container_size, bool *is_finished)
{
    json_t *pods = demo_store_list(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE);
    size_t index = 0;
    json_t *at = NULL;
    bool found = false;
    json_array_foreach(pods, index, at) {
        if (strcmp(demo_json_text(at, "metadata.labels.job-name"), job) != 0)
            continue;
        found = true;
        snprintf(pod, pod_size, "%s", demo_json_text(at, "metadata.name"));
        snprintf(container, container_size, "%s", demo_json_text(at, "spec.containers[0].name"));
        *is_finished = strcmp(demo_json_text(at, "status.phase"), "Running") != 0;
    }
    json_decref(pods);
    return found;
}

static json_t *log_lines(struct demo_world *world, const char *pod, const char *container, size_t from, size_t limit,
                         int *total)
{
    struct demo_log_read read = {
        .key = {DEMO_CUTOVER_NAMESPACE, pod, container, false}, .since_ms = INT64_MIN, .has_timestamps = true};
    struct bytebuf text;
    bytebuf_init(&text, 8u << 20);
    demo_logs_read(world->logs[DEMO_WORLD_PRIMARY], &read, &text);
    json_t *lines = json_array();
    struct span rest = bytebuf_span(&text), line, at;
    *total = 0;
    while (span_split(&rest, '\n', &line)) {
        if (span_is_empty(line) || !span_split(&line, ' ', &at))
            continue;
        (*total)++;
        if ((size_t)*total >= from && json_array_size(lines) < limit)
            json_array_append_new(lines, json_pack("{s:i, s:s%, s:s, s:s%}", "lineNumber", *total, "timestamp", at.data,
                                                   at.length, "level", span_contains(line, "FATAL") ? "ERROR" : "INFO",
                                                   "message", line.data, line.length));
    }
    bytebuf_done(&text);
    return lines;
}

void demo_catalyst_jobs_logs(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    if (demo_catalyst_session_of(catalyst, request, reply) == NULL)
        return;
    char pod[256], container[128];
    bool is_finished = false;
    if (!find_pod(catalyst->world, request->captures[0], pod, sizeof pod, container, sizeof container, &is_finished)) {
        demo_catalyst_refuse(reply, 404, "execution-not-found", request->captures[0]);
        return;
    }
    const char *from = demo_http_query(request, "fromLine"), *limit = demo_http_query(request, "limit");
    size_t most = limit ? strtoul(limit, NULL, 10) : 500;
    int total = 0;
    json_t *lines = log_lines(catalyst->world, pod, container, from ? strtoul(from, NULL, 10) : 1,
                              most > 5000 ? 5000 : most, &total);
    demo_http_reply_json(
        reply, 200, json_pack("{s:o, s:i, s:b}", "lines", lines, "total", total, "executionFinished", is_finished));
}
