/* The engine: discovers steps, runs them strictly in order, skips what succeeded, resumes after its own API's restart.
 */
#include "demo/demo_cutover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_cutover_discovery.h"
#include "demo/demo_cutover_internal.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_life.h"

struct demo_cutover *demo_cutover_new(struct demo_world *world)
{
    struct demo_cutover *cutover = alloc_new(struct demo_cutover);
    cutover->world = world;
    cutover->events = demo_cutover_events_new();
    pthread_mutex_init(&cutover->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&cutover->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return cutover;
}

void demo_cutover_halt(struct demo_cutover *cutover)
{
    pthread_mutex_lock(&cutover->lock);
    cutover->is_stopping = true;
    pthread_cond_broadcast(&cutover->changed);
    pthread_mutex_unlock(&cutover->lock);
    if (cutover->has_thread)
        pthread_join(cutover->thread, NULL);
    cutover->has_thread = false;
}

void demo_cutover_free(struct demo_cutover *cutover)
{
    if (!cutover)
        return;
    demo_cutover_halt(cutover);
    demo_cutover_events_free(cutover->events);
    pthread_cond_destroy(&cutover->changed);
    pthread_mutex_destroy(&cutover->lock);
    free(cutover);
}

void demo_cutover_set_restart(struct demo_cutover *cutover, struct demo_cutover_restart restart)
{
    cutover->restart = restart;
}

struct demo_cutover_events *demo_cutover_bus(struct demo_cutover *cutover)
{
    return cutover->events;
}

bool demo_cutover_is_running(struct demo_cutover *cutover)
{
    pthread_mutex_lock(&cutover->lock);
    bool is_running = cutover->is_running;
    pthread_mutex_unlock(&cutover->lock);
    return is_running;
}

void demo_cutover_set_failure(struct demo_cutover *cutover, const char *step)
{
    pthread_mutex_lock(&cutover->lock);
    snprintf(cutover->failing, sizeof cutover->failing, "%s", step ? step : "");
    pthread_mutex_unlock(&cutover->lock);
}

static void now_text(const struct demo_cutover_run *run, char out[TIMESTAMP_TEXT_MAX])
{
    timestamp_format(out, demo_cutover_run_now(run));
}

static void number_text(char out[16], int number)
{
    snprintf(out, 16, "%d", number);
}

/* ---- attempts ---- */

static void begin_attempt(struct demo_cutover_run *run, const struct demo_cutover_discovery *found)
{
    char now[TIMESTAMP_TEXT_MAX], first[TIMESTAMP_TEXT_MAX], total[16];
    run->attempt_ms = demo_cutover_run_now(run);
    now_text(run, now);
    number_text(total, found->count);
    demo_cutover_status_get(run->world, "cutoverStartedAt", first, sizeof first);
    demo_cutover_status_set(run->world, "cutoverStartedAt", first[0] ? first : now, "cutoverLastAttemptStartedAt", now,
                            "totalSteps", total, "cutoverComplete", "false", "failedStep", "", "lastError", "", NULL);
    demo_cutover_run_emit(run, "cutover-started", "info", NULL, NULL, "self-sovereign cutover started: %d steps",
                          found->count);
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

/* A mirror older than this attempt is taken again while nothing behind the pivot boundary has run (#5437). */
static void judge_snapshot(struct demo_cutover_run *run, const struct demo_cutover_discovery *found)
{
    int mirror = demo_cutover_discovery_index(found, "gitea-mirror"),
        boundary = demo_cutover_discovery_index(found, "flux-gitrepository-patch");
    if (mirror < 0 || boundary < 0 || !has_result(run, "gitea-mirror", "success"))
        return;
    char finished[TIMESTAMP_TEXT_MAX], job[128];
    demo_cutover_status_get_step(run->world, "gitea-mirror", "finishedAt", finished, sizeof finished);
    if (timestamp_parse(span_of(finished)) >= run->attempt_ms)
        return;
    for (int i = boundary; i < found->count; i++)
        if (has_result(run, found->steps[i].name, "success") ||
            demo_cutover_jobs_existing(run, found->steps[i].name, job, sizeof job) != DEMO_CUTOVER_JOB_NONE)
            return;
    demo_cutover_run_emit(
        run, "cutover-started", "info", "gitea-mirror", NULL,
        "gitea-mirror snapshot is older than this attempt; re-taking it and every step before the pivot");
    for (int i = mirror; i < boundary; i++) {
        clear_step(run, found->steps[i].name);
        demo_cutover_jobs_remove(run, found->steps[i].name);
    }
}

/* ---- one step ---- */

static void start_step(struct demo_cutover_run *run, const struct demo_cutover_discovery *found, int index)
{
    const struct demo_cutover_found *step = &found->steps[index];
    char at[16], percent[16], now[TIMESTAMP_TEXT_MAX];
    number_text(at, index);
    number_text(percent, 100 * index / found->count);
    now_text(run, now);
    demo_cutover_status_set(run->world, "currentStep", step->name, "currentStepIndex", at, "progressPercent", percent,
                            NULL);
    demo_cutover_status_set_step(run->world, step->name, "startedAt", now);
    demo_cutover_status_set_step(run->world, step->name, "finishedAt", "");
    demo_cutover_status_set_step(run->world, step->name, "result", "running");
    demo_cutover_status_set_step(run->world, step->name, "jobName", run->job);
    demo_cutover_run_emit(run, "cutover-step-started", "info", step->name, run->job, "step %s started (%s)", step->name,
                          step->daemonset ? "daemonset-wait" : "job");
}

static void fail_run(struct demo_cutover_run *run, const char *step, const char *error)
{
    demo_cutover_status_set(run->world, "currentStep", "", "failedStep", step, "lastError", error, NULL);
    demo_cutover_run_emit(run, "cutover-step-failed", "error", step, run->job[0] ? run->job : NULL, "%s", error);
}

static void end_step(struct demo_cutover_run *run, const struct demo_cutover_found *step, bool succeeded)
{
    char now[TIMESTAMP_TEXT_MAX];
    now_text(run, now);
    demo_cutover_status_set_step(run->world, step->name, "finishedAt", now);
    demo_cutover_status_set_step(run->world, step->name, "result", succeeded ? "success" : "failed");
    if (succeeded) {
        demo_cutover_run_emit(run, "cutover-step-finished", "info", step->name, run->job, "step %s finished",
                              step->name);
        return;
    }
    char error[512];
    if (step->daemonset)
        snprintf(error, sizeof error, "%s", run->error);
    else
        snprintf(error, sizeof error, "Job " DEMO_CUTOVER_NAMESPACE "/%s reported Failed condition", run->job);
    fail_run(run, step->name, error);
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

static bool is_stopping(struct demo_cutover_run *run)
{
    pthread_mutex_lock(&run->cutover->lock);
    bool stopping = run->cutover->is_stopping;
    pthread_mutex_unlock(&run->cutover->lock);
    return stopping;
}

static bool work(struct demo_cutover_run *run, const struct demo_cutover_discovery *found, int index)
{
    const struct demo_cutover_found *step = &found->steps[index];
    demo_cutover_step_fn body = demo_cutover_steps_find(step->name);
    run->step = step->name;
    run->waits = 0;
    run->error[0] = run->pod[0] = '\0';
    if (step->daemonset)
        snprintf(run->job, sizeof run->job, "%s", step->daemonset);
    else
        demo_cutover_jobs_create(run, step);
    start_step(run, found, index);
    bool succeeded = body ? body(run) : demo_cutover_run_wait(run, 20); /* an unknown step's Job just completes */
    if (!succeeded && is_stopping(run))
        return false; /* the row stays `running`, as after a crash */
    if (!step->daemonset)
        demo_cutover_jobs_finish(run, succeeded);
    end_step(run, step, succeeded);
    follow_up(run, step, succeeded);
    return succeeded;
}

/* Existing Jobs: Complete is adopted; Failed is repeated only for a deadline or an operator's start. False: halt. */
static bool judge_job(struct demo_cutover_run *run, const struct demo_cutover_found *step, bool *is_adopted)
{
    *is_adopted = false;
    if (step->daemonset)
        return true;
    enum demo_cutover_job_state state = demo_cutover_jobs_existing(run, step->name, run->job, sizeof run->job);
    if (state == DEMO_CUTOVER_JOB_COMPLETE) {
        *is_adopted = true;
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
    bool is_adopted = false;
    if (!judge_job(run, step, &is_adopted))
        return false;
    if (is_adopted) {
        end_step(run, step, true);
        return true;
    }
    return work(run, found, index);
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

static void attempt(struct demo_cutover_run *run, const struct demo_cutover_discovery *found)
{
    begin_attempt(run, found);
    judge_snapshot(run, found);
    for (int i = 0; i < found->count; i++) {
        if (run->past.until && strcmp(run->past.until, found->steps[i].name) == 0)
            return;
        if (!run_step(run, found, i))
            return;
    }
    complete(run, found);
}

/* ---- starting ---- */

static void *run_thread(void *context)
{
    struct demo_cutover_run *run = context;
    struct demo_cutover *cutover = run->cutover;
    struct demo_cutover_discovery found;
    if (demo_cutover_discovery_read(run->world, &found, NULL) == STATUS_OK) {
        atomic_store(&run->world->is_calm, true);
        attempt(run, &found);
        atomic_store(&run->world->is_calm, false);
        demo_cutover_discovery_clear(&found);
    }
    free(run);
    pthread_mutex_lock(&cutover->lock);
    cutover->is_running = false;
    pthread_cond_broadcast(&cutover->changed);
    pthread_mutex_unlock(&cutover->lock);
    return NULL;
}

static enum status launch(struct demo_cutover *cutover, enum demo_cutover_source source, struct error *err)
{
    pthread_mutex_lock(&cutover->lock);
    if (cutover->is_running || cutover->is_stopping) {
        pthread_mutex_unlock(&cutover->lock);
        return error_set(err, STATUS_CONFLICT, "a cutover is already running on this catalyst-api Pod");
    }
    if (cutover->has_thread)
        pthread_join(cutover->thread, NULL);
    struct demo_cutover_run *run = alloc_new(struct demo_cutover_run);
    *run = (struct demo_cutover_run){.world = cutover->world, .cutover = cutover, .source = source};
    cutover->is_running = cutover->has_thread = true;
    pthread_create(&cutover->thread, NULL, run_thread, run);
    pthread_mutex_unlock(&cutover->lock);
    return STATUS_OK;
}

static bool is_complete(struct demo_cutover *cutover)
{
    char complete_text[8];
    demo_cutover_status_get(cutover->world, "cutoverComplete", complete_text, sizeof complete_text);
    return strcmp(complete_text, "true") == 0;
}

enum status demo_cutover_start(struct demo_cutover *cutover, enum demo_cutover_source source, struct error *err)
{
    if (is_complete(cutover)) {
        struct demo_cutover_event event = {
            "cutover-already-complete", "info", "cutover already complete; nothing to do", NULL, NULL, clock_wall_ms()};
        demo_cutover_events_publish(cutover->events, &event);
        return STATUS_FOUND;
    }
    struct demo_cutover_discovery found;
    enum status status = demo_cutover_discovery_read(cutover->world, &found, err);
    if (status != STATUS_OK)
        return status;
    demo_cutover_discovery_clear(&found);
    return launch(cutover, source, err);
}

void demo_cutover_resume(struct demo_cutover *cutover)
{
    if (!is_complete(cutover))
        launch(cutover, DEMO_CUTOVER_BY_TRIGGER, NULL);
}

bool demo_cutover_wait(struct demo_cutover *cutover, int timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    pthread_mutex_lock(&cutover->lock);
    while (cutover->is_running && pthread_cond_timedwait(&cutover->changed, &cutover->lock, &until) == 0)
        continue;
    bool is_idle = !cutover->is_running;
    pthread_mutex_unlock(&cutover->lock);
    return is_idle;
}

void demo_cutover_replay(struct demo_cutover *cutover, const struct demo_cutover_past *past)
{
    struct demo_cutover_discovery found;
    if (demo_cutover_discovery_read(cutover->world, &found, NULL) != STATUS_OK)
        return;
    struct demo_cutover_run run = {.world = cutover->world,
                                   .cutover = cutover,
                                   .source = DEMO_CUTOVER_BY_TRIGGER,
                                   .is_instant = true,
                                   .virtual_ms = clock_wall_ms() - (int64_t)past->started_ago_s * 1000,
                                   .past = *past};
    attempt(&run, &found);
    demo_cutover_discovery_clear(&found);
    demo_life_settle(cutover->world);
}
