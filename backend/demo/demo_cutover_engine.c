/* The engine: runs the discovered steps strictly in order, skips what succeeded, adopts and attaches to Jobs, halts at the
 * first failure (cutover contract 3.2, catalyst-api contract 3.7). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_cutover_internal.h"
#include "demo/demo_json.h"

#define DAEMONSET_WAIT_S 600      /* CATALYST_CUTOVER_DAEMONSET_TIMEOUT */
#define DAEMONSET_LEAST_MS 20000  /* real, however fast the demo runs */
#define DAEMONSET_POLL_S 3

static void now_text(const struct demo_cutover_run *run, char out[TIMESTAMP_TEXT_MAX])
{
    timestamp_format(out, demo_cutover_run_now(run));
}

static void number_text(char out[16], int number)
{
    snprintf(out, 16, "%d", number);
}

/* ---- attempts ---- */

static void begin_attempt(struct demo_cutover_run *run, const struct demo_cutover_discovery *found,
                          enum demo_cutover_attempt kind)
{
    char now[TIMESTAMP_TEXT_MAX], first[TIMESTAMP_TEXT_MAX], total[16];
    run->attempt_ms = demo_cutover_run_now(run);
    now_text(run, now);
    number_text(total, found->count);
    demo_cutover_status_get(run->world, "cutoverStartedAt", first, sizeof first);
    demo_cutover_status_set(run->world, "cutoverStartedAt", first[0] ? first : now, "cutoverLastAttemptStartedAt", now,
                            "totalSteps", total, "cutoverComplete", "false", "failedStep", "", "lastError", "", NULL);
    demo_cutover_run_emit(run, "cutover-started", "info", NULL, NULL, "self-sovereign cutover %s: %d steps",
                          kind == DEMO_CUTOVER_ATTEMPT_NEW ? "started" : "resumed after an interruption", found->count);
}

/* An attempt that was under way all the time: its beginning is what the status says. */
static void continue_attempt(struct demo_cutover_run *run)
{
    char last[TIMESTAMP_TEXT_MAX];
    demo_cutover_status_get(run->world, "cutoverLastAttemptStartedAt", last, sizeof last);
    run->attempt_ms = timestamp_parse(span_of(last));
}

static void clear_step(struct demo_cutover_run *run, const char *step)
{
    static const char *const FIELDS[] = {"startedAt", "finishedAt", "result", "jobName"};
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++)
        demo_cutover_status_set_step(run->world, step, FIELDS[i], "");
}

static bool has_result(struct demo_cutover_run *run, const char *step, const char *result)
{
    char have[32];
    demo_cutover_status_get_step(run->world, step, "result", have, sizeof have);
    return strcmp(have, result) == 0;
}

static bool is_mirror_older(struct demo_cutover_run *run, char *finished, size_t size)
{
    demo_cutover_status_get_step(run->world, "gitea-mirror", "finishedAt", finished, size);
    int64_t at_ms = timestamp_parse(span_of(finished));
    return at_ms == TIMESTAMP_NONE || at_ms / 1000 < run->attempt_ms / 1000;
}

/* The step at or behind the pivot boundary that has succeeded or owns a Job; NULL: the mirror may still be re-taken. */
static const char *find_progress(struct demo_cutover_run *run, const struct demo_cutover_discovery *found, int boundary)
{
    char job[128];
    for (int i = boundary; i < found->count; i++)
        if (has_result(run, found->steps[i].name, "success") ||
            demo_cutover_jobs_existing(run, found->steps[i].name, job, sizeof job) != DEMO_CUTOVER_JOB_NONE)
            return found->steps[i].name;
    return NULL;
}

/* A mirror older than this attempt is taken again while nothing behind the pivot boundary has run (#5437). */
static void judge_snapshot(struct demo_cutover_run *run, const struct demo_cutover_discovery *found)
{
    int mirror = demo_cutover_discovery_index(found, "gitea-mirror"),
        boundary = demo_cutover_discovery_index(found, "flux-gitrepository-patch");
    char finished[TIMESTAMP_TEXT_MAX];
    if (mirror < 0 || !has_result(run, "gitea-mirror", "success") || !is_mirror_older(run, finished, sizeof finished))
        return;
    if (boundary < 0)
        boundary = mirror + 1;
    const char *progress = find_progress(run, found, boundary);
    if (progress) {
        demo_cutover_run_emit(run, "cutover-started", "info", "gitea-mirror", NULL,
                              "step gitea-mirror snapshot is from a prior attempt, but the chain has already reached step "
                              "%s; keeping the recorded success",
                              progress);
        return;
    }
    demo_cutover_run_emit(run, "cutover-started", "info", "gitea-mirror", NULL,
                          "step gitea-mirror succeeded at %s, before this attempt started: its output is a snapshot of a "
                          "moving upstream, re-taking it and every step before the pivot",
                          finished);
    for (int i = mirror; i < boundary; i++) {
        clear_step(run, found->steps[i].name);
        demo_cutover_jobs_remove(run, found->steps[i].name);
    }
}

/* Before Flux is pointed at the mirror: it must be of this attempt. */
static bool is_mirror_fresh(struct demo_cutover_run *run, const struct demo_cutover_discovery *found)
{
    char finished[TIMESTAMP_TEXT_MAX];
    if (run->is_instant || demo_cutover_discovery_index(found, "gitea-mirror") < 0 ||
        !is_mirror_older(run, finished, sizeof finished))
        return true;
    snprintf(run->error, sizeof run->error,
             "refusing to pivot Flux onto a stale mirror: step gitea-mirror last succeeded at %s, before this attempt "
             "started. Refresh the snapshot before re-firing: blank the step.gitea-mirror.* rows on the "
             DEMO_CUTOVER_STATUS " ConfigMap and delete the leftover cutover-gitea-mirror-* Job so the engine re-mirrors "
             "from the top",
             finished[0] ? finished : "<unrecorded>");
    return false;
}

/* ---- one step ---- */

static void start_step(struct demo_cutover_run *run, const struct demo_cutover_discovery *found, int index, bool attached)
{
    const struct demo_cutover_found *step = &found->steps[index];
    char at[16], percent[16], now[TIMESTAMP_TEXT_MAX];
    number_text(at, index);
    number_text(percent, 100 * index / found->count);
    now_text(run, now);
    demo_cutover_status_set(run->world, "currentStep", step->name, "currentStepIndex", at, "progressPercent", percent,
                            NULL);
    if (!attached) {
        demo_cutover_status_set_step(run->world, step->name, "startedAt", now);
        if (!step->daemonset)
            demo_cutover_jobs_name(run, step->name);
    }
    demo_cutover_status_set_step(run->world, step->name, "finishedAt", "");
    demo_cutover_status_set_step(run->world, step->name, "result", "running");
    demo_cutover_status_set_step(run->world, step->name, "jobName", run->job);
    if (attached)
        demo_cutover_run_emit(run, "cutover-step-started", "info", step->name, run->job,
                              "step %s resumed: attached to running Job %s", step->name, run->job);
    else
        demo_cutover_run_emit(run, "cutover-step-started", "info", step->name, run->job, "step %s started (%s)",
                              step->name, step->daemonset ? "daemonset-wait" : "job");
}

static void fail_run(struct demo_cutover_run *run, const char *step, const char *error)
{
    demo_cutover_status_set(run->world, "currentStep", "", "failedStep", step, "lastError", error, NULL);
    demo_cutover_run_emit(run, "cutover-step-failed", "error", step, run->job[0] ? run->job : NULL, "%s", error);
}

static void end_step(struct demo_cutover_run *run, const struct demo_cutover_found *step, enum status status)
{
    char now[TIMESTAMP_TEXT_MAX];
    now_text(run, now);
    demo_cutover_status_set_step(run->world, step->name, "finishedAt", now);
    demo_cutover_status_set_step(run->world, step->name, "result", status == STATUS_OK ? "success" : "failed");
    if (status == STATUS_OK) {
        demo_cutover_run_emit(run, "cutover-step-finished", "info", step->name, run->job, "step %s finished",
                              step->name);
        return;
    }
    char error[512];
    snprintf(error, sizeof error, "Job " DEMO_CUTOVER_NAMESPACE "/%s reported Failed condition", run->job);
    bool is_told = run->is_instant && !step->daemonset; /* the body's own words are in its log */
    fail_run(run, step->name, is_told ? error : run->error);
}

/* After the step: the engine's own deeds. */
static void follow_up(struct demo_cutover_run *run, const struct demo_cutover_found *step, bool succeeded)
{
    if (strcmp(step->name, "egress-block-test") == 0 && !run->past.leaks_policy) {
        demo_cutover_egress_reap(run->world);
        demo_cutover_run_emit(run, "cutover-step-finished", "info", step->name, NULL,
                              "egress policy backstop: %s absent", DEMO_CUTOVER_POLICY);
    }
    if (strcmp(step->name, "harbor-prewarm") == 0 && succeeded && !run->past.keeps_registries_v1) {
        demo_cutover_status_set(run->world, "registriesYamlActive", "v2", NULL);
        demo_cutover_run_emit(run, "cutover-step-finished", "info", step->name, NULL,
                              "registriesYamlActive flipped to v2");
    }
}

/* DaemonSet/registry-pivot and its like: every pod ready, then every node acknowledged. */
static bool wait_daemonset(struct demo_cutover_run *run, const char *name)
{
    if (run->is_instant) {
        if (!run->past.keeps_registries_v1)
            demo_cutover_sweep_all(run->world, run->virtual_ms);
        run->virtual_ms += 60000;
        return true;
    }
    int64_t limit_ms = demo_world_pace_ms(run->world, DAEMONSET_WAIT_S);
    int64_t end_ms = clock_monotonic_ms() + (limit_ms > DAEMONSET_LEAST_MS ? limit_ms : DAEMONSET_LEAST_MS);
    json_int_t desired = 0, ready = 0, acknowledged = 0;
    while (clock_monotonic_ms() < end_ms) {
        json_t *daemonset = demo_store_get(run->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_DAEMONSET,
                                           DEMO_CUTOVER_NAMESPACE, name);
        desired = demo_json_integer(daemonset, "status.desiredNumberScheduled", 0);
        ready = demo_json_integer(daemonset, "status.numberReady", 0);
        json_decref(daemonset);
        acknowledged = (json_int_t)demo_cutover_sweep_acknowledged(run->world, name);
        if (desired > 0 && ready == desired && acknowledged >= desired)
            return true;
        if (!demo_cutover_run_sleep(run, demo_world_pace_ms(run->world, DAEMONSET_POLL_S)))
            return false;
    }
    snprintf(run->error, sizeof run->error,
             "DaemonSet " DEMO_CUTOVER_NAMESPACE "/%s: timed out after %d s: %lld of %lld ready, %lld of %lld nodes "
             "acknowledged registries.yaml=v2",
             name, DAEMONSET_WAIT_S, (long long)ready, (long long)desired, (long long)acknowledged, (long long)desired);
    return false;
}

static bool is_middle(const struct demo_cutover_run *run, const char *step)
{
    return run->past.running && strcmp(run->past.running, step) == 0;
}

/* The Job's work in a told run: at once, in place of the runner. */
static bool work_at_once(struct demo_cutover_run *run)
{
    bool is_told = is_middle(run, run->step) || (run->past.failing && strcmp(run->past.failing, run->step) == 0);
    demo_cutover_step_fn body = is_told && run->past.story ? run->past.story : demo_cutover_steps_find(run->step);
    demo_cutover_pods_begin_job(run);
    demo_cutover_pods_start(run, true);
    run->waits = 0;
    bool succeeded = body ? body(run) : demo_cutover_run_wait(run, 20);
    if (is_middle(run, run->step))
        return false;
    demo_cutover_pods_end(run, &(struct demo_cutover_pods_end){succeeded, "Error", 1});
    for (int retry = 0; !succeeded && retry < 3; retry++) {
        run->virtual_ms += 10000 << retry;
        demo_cutover_pods_start(run, true);
        demo_cutover_run_log(run, "FATAL %s", run->error);
        demo_cutover_pods_end(run, &(struct demo_cutover_pods_end){false, "Error", 1});
    }
    demo_cutover_pods_finish_job(run, succeeded, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    return succeeded;
}

/* INTERRUPTED: the attempt has to end and the row stays `running`, as after a crash. */
static enum status await_job(struct demo_cutover_run *run)
{
    if (run->is_instant)
        return work_at_once(run) ? STATUS_OK : is_middle(run, run->step) ? STATUS_INTERRUPTED : STATUS_INVALID;
    switch (demo_cutover_jobs_await(run)) {
    case DEMO_CUTOVER_JOB_COMPLETE: return STATUS_OK;
    case DEMO_CUTOVER_JOB_RUNNING: return STATUS_INTERRUPTED;
    case DEMO_CUTOVER_JOB_NONE:
        snprintf(run->error, sizeof run->error, "watching Job " DEMO_CUTOVER_NAMESPACE "/%s: it was deleted", run->job);
        return STATUS_NOT_FOUND;
    default:
        snprintf(run->error, sizeof run->error, "Job " DEMO_CUTOVER_NAMESPACE "/%s reported Failed condition", run->job);
        return STATUS_INVALID;
    }
}

static enum status await_step(struct demo_cutover_run *run, const struct demo_cutover_found *step)
{
    if (step->daemonset && is_middle(run, step->name))
        return STATUS_INTERRUPTED;
    if (step->daemonset)
        return wait_daemonset(run, step->daemonset) ? STATUS_OK
               : demo_cutover_run_must_end(run)     ? STATUS_INTERRUPTED
                                                    : STATUS_INVALID;
    return await_job(run);
}

/* `attached`: run->job runs already. */
static bool work(struct demo_cutover_run *run, const struct demo_cutover_discovery *found, int index, bool attached)
{
    const struct demo_cutover_found *step = &found->steps[index];
    run->step = step->name;
    run->error[0] = run->pod[0] = '\0';
    if (is_middle(run, step->name) && run->past.running_for_s > 0)
        run->virtual_ms = clock_wall_ms() - (int64_t)run->past.running_for_s * 1000;
    if (step->daemonset)
        snprintf(run->job, sizeof run->job, "%s", step->daemonset);
    start_step(run, found, index, attached);
    if (strcmp(step->name, "flux-gitrepository-patch") == 0 && !attached && !is_mirror_fresh(run, found)) {
        end_step(run, step, STATUS_INVALID);
        return false;
    }
    if (!step->daemonset && !attached)
        demo_cutover_jobs_create(run, step);
    enum status status = await_step(run, step);
    if (status == STATUS_INTERRUPTED)
        return false;
    end_step(run, step, status);
    follow_up(run, step, status == STATUS_OK);
    return status == STATUS_OK;
}

/* Existing Jobs: Complete is adopted, a running one attached to; Failed is repeated only for a deadline or an operator's
 * start. False: halt. *state_ret is NONE when there is none left. */
static bool judge_job(struct demo_cutover_run *run, const struct demo_cutover_found *step,
                      enum demo_cutover_job_state *state_ret)
{
    *state_ret = DEMO_CUTOVER_JOB_NONE;
    if (step->daemonset)
        return true;
    enum demo_cutover_job_state state = demo_cutover_jobs_existing(run, step->name, run->job, sizeof run->job);
    if (state == DEMO_CUTOVER_JOB_COMPLETE || state == DEMO_CUTOVER_JOB_RUNNING) {
        *state_ret = state;
        return true;
    }
    if (state == DEMO_CUTOVER_JOB_FAILED && run->source != DEMO_CUTOVER_BY_OPERATOR) {
        char error[256];
        snprintf(error, sizeof error,
                 "Job " DEMO_CUTOVER_NAMESPACE
                 "/%s reported Failed condition (carried over from prior cutover attempt)",
                 run->job);
        fail_run(run, step->name, error);
        return false;
    }
    if (state != DEMO_CUTOVER_JOB_NONE) {
        demo_cutover_run_emit(run, "cutover-step-started", "info", step->name, run->job,
                              "removing Job %s of an earlier attempt before re-running it", run->job);
        demo_cutover_jobs_remove(run, step->name);
        clear_step(run, step->name);
    }
    return true;
}

static bool run_step(struct demo_cutover_run *run, const struct demo_cutover_discovery *found, int index)
{
    const struct demo_cutover_found *step = &found->steps[index];
    if (has_result(run, step->name, "success")) {
        demo_cutover_run_emit(run, "cutover-step-finished", "info", step->name, NULL,
                              "step %s already succeeded on a prior run; skipping", step->name);
        return true;
    }
    enum demo_cutover_job_state state = DEMO_CUTOVER_JOB_NONE;
    if (!judge_job(run, step, &state))
        return false;
    if (state == DEMO_CUTOVER_JOB_COMPLETE) {
        end_step(run, step, STATUS_OK);
        follow_up(run, step, true);
        return true;
    }
    return work(run, found, index, state == DEMO_CUTOVER_JOB_RUNNING);
}

static void complete(struct demo_cutover_run *run, const struct demo_cutover_discovery *found)
{
    char active[16], total[16], now[TIMESTAMP_TEXT_MAX];
    demo_cutover_status_get(run->world, "registriesYamlActive", active, sizeof active);
    if (demo_cutover_discovery_index(found, "registry-pivot") >= 0 && strcmp(active, "v2") != 0 &&
        !run->past.keeps_registries_v1) {
        fail_run(run, "registry-pivot", "every step succeeded but registriesYamlActive is not v2");
        return;
    }
    number_text(total, found->count);
    now_text(run, now);
    demo_cutover_status_set(run->world, "cutoverComplete", "true", "cutoverFinishedAt", now, "currentStep", "",
                            "currentStepIndex", total, "progressPercent", "100", NULL);
    demo_cutover_run_emit(run, "cutover-completed", "info", NULL, NULL, "self-sovereign cutover completed");
}

/* Rows that say `running` belong to an attempt that no longer lives. */
static void reset_running(struct demo_cutover_run *run, const struct demo_cutover_discovery *found)
{
    for (int i = 0; i < found->count; i++)
        if (has_result(run, found->steps[i].name, "running"))
            demo_cutover_status_set_step(run->world, found->steps[i].name, "result", "");
}

void demo_cutover_engine_attempt(struct demo_cutover_run *run, const struct demo_cutover_discovery *found,
                                 enum demo_cutover_attempt kind)
{
    if (kind == DEMO_CUTOVER_ATTEMPT_RESUMED)
        reset_running(run, found);
    if (kind == DEMO_CUTOVER_ATTEMPT_CONTINUED) {
        continue_attempt(run);
    } else {
        begin_attempt(run, found, kind);
        judge_snapshot(run, found);
    }
    for (int i = 0; i < found->count; i++) {
        if (run->past.until && strcmp(run->past.until, found->steps[i].name) == 0)
            return;
        if (demo_cutover_run_must_end(run) || !run_step(run, found, i))
            return;
    }
    complete(run, found);
}
