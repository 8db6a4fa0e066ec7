/* Clock, log and waits of a run. */
#include "demo/demo_cutover_run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_cutover_internal.h"

#define FAILING_WAIT 3 /* a step that is to fail does so at this wait of its */
#define AWAIT_LEAST_MS 8000
#define AWAIT_STEP_MS 40
#define API_DOWN_S 40.0
#define API_DOWN_LEAST_MS 4000 /* clients that probe every 2 s must notice, however fast the demo runs */

int64_t demo_cutover_run_now(const struct demo_cutover_run *run)
{
    return run->is_instant ? run->virtual_ms : clock_wall_ms();
}

void demo_cutover_run_log(struct demo_cutover_run *run, const char *format, ...)
{
    char text[600], line[700];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(line, sizeof line, "[%s] %s", run->step, text);
    struct demo_log_key key = {DEMO_CUTOVER_NAMESPACE, run->pod, run->step, false};
    demo_logs_append_at(run->world->logs[DEMO_WORLD_PRIMARY], &key, demo_cutover_run_now(run), line);
}

bool demo_cutover_run_fail(struct demo_cutover_run *run, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(run->error, sizeof run->error, format, args);
    va_end(args);
    if (run->pod[0])
        demo_cutover_run_log(run, "FATAL %s", run->error);
    return false;
}

void demo_cutover_run_emit(struct demo_cutover_run *run, const char *phase, const char *level, const char *step,
                           const char *job, const char *format, ...)
{
    char message[700];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct demo_cutover_event event = {phase, level, message, step, job, demo_cutover_run_now(run)};
    if (!run->is_instant) /* a past run's ring is gone: the server has restarted since */
        demo_cutover_events_publish(run->cutover->events, &event);
}

/* Real sleep that ends early when the demo stops; false then. */
static bool sleep_ms(struct demo_cutover *cutover, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t at_ns = (int64_t)until.tv_sec * 1000000000 + until.tv_nsec + clock_unscale(ms) * 1000000;
    until = (struct timespec){at_ns / 1000000000, at_ns % 1000000000};
    pthread_mutex_lock(&cutover->lock);
    while (!cutover->is_stopping && pthread_cond_timedwait(&cutover->changed, &cutover->lock, &until) == 0)
        continue;
    bool goes_on = !cutover->is_stopping;
    pthread_mutex_unlock(&cutover->lock);
    return goes_on;
}

static bool is_to_fail(struct demo_cutover_run *run)
{
    if (run->past.failing && strcmp(run->past.failing, run->step) == 0)
        return true;
    pthread_mutex_lock(&run->cutover->lock);
    bool is_named = strcmp(run->cutover->failing, run->step) == 0;
    pthread_mutex_unlock(&run->cutover->lock);
    return is_named;
}

static const char *typical_failure(const char *step)
{
    static const char *const TEXTS[][2] = {
        {"gitea-mirror", "push to gitea-http.gitea.svc.cluster.local:3000 failed: 401 Unauthorized"},
        {"harbor-prewarm", "skopeo copy docker.io/grafana/mimir:2.14.3: 504 Gateway Time-out after 6 attempts"},
        {"helmrepository-patches",
         "helm pull bp-harbor 1.4.2 from oci://registry." DEMO_WORLD_FQDN "/openova-io: not found"},
        {"vcluster-registry-pivot", "RESIDUAL-TETHER flux-system/bp-mgmt-vcluster .spec.values.global.registryMirror"},
        {"egress-block-test", "NEW NotReady during the hold: flux-system/bp-external-secrets"}};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        if (strcmp(TEXTS[i][0], step) == 0)
            return TEXTS[i][1];
    return "the API server answered 502 Bad Gateway";
}

bool demo_cutover_run_wait(struct demo_cutover_run *run, double seconds)
{
    if (++run->waits == FAILING_WAIT && is_to_fail(run))
        return demo_cutover_run_fail(run, "%s", typical_failure(run->step));
    if (run->is_instant) {
        run->virtual_ms += (int64_t)(seconds * 1000);
        return true;
    }
    return sleep_ms(run->cutover, demo_world_pace_ms(run->world, seconds)) ||
           demo_cutover_run_fail(run, "the demo is stopping");
}

bool demo_cutover_run_await(struct demo_cutover_run *run, const struct demo_cutover_await *wait)
{
    if (run->is_instant) /* a replay settles once, at its end */
        return true;
    int64_t limit_ms = demo_world_pace_ms(run->world, wait->seconds);
    int64_t end_ms = clock_monotonic_ms() + (limit_ms > AWAIT_LEAST_MS ? limit_ms : AWAIT_LEAST_MS);
    for (;;) {
        json_t *object = demo_store_get(run->world->stores[wait->region], wait->kind, wait->name_space, wait->name);
        bool is_so = object && wait->holds(object, wait->context);
        json_decref(object);
        if (is_so)
            return true;
        if (clock_monotonic_ms() >= end_ms || !sleep_ms(run->cutover, AWAIT_STEP_MS))
            return false;
    }
}

/* What catalyst-api does at its start when it finds a run without an end (ResumeInterruptedCutover). */
static void resume(struct demo_cutover_run *run)
{
    char now[TIMESTAMP_TEXT_MAX];
    timestamp_format(now, demo_cutover_run_now(run));
    demo_cutover_status_set_step(run->world, run->step, "result", "");
    demo_cutover_status_set(run->world, "cutoverLastAttemptStartedAt", now, "failedStep", "", "lastError", "", NULL);
    demo_cutover_run_emit(run, "cutover-started", "info", NULL, NULL, "resuming an interrupted cutover at step %s",
                          run->step);
    demo_cutover_status_set_step(run->world, run->step, "result", "running");
    demo_cutover_run_emit(run, "cutover-step-started", "info", run->step, run->job,
                          "step %s resumed: attached to running Job %s", run->step, run->job);
}

bool demo_cutover_run_restart_api(struct demo_cutover_run *run)
{
    if (run->is_instant)
        return true;
    struct demo_cutover *cutover = run->cutover;
    demo_cutover_events_restart(cutover->events);
    if (cutover->restart.go_away)
        cutover->restart.go_away(cutover->restart.context);
    int64_t down_ms = demo_world_pace_ms(run->world, API_DOWN_S);
    bool goes_on = sleep_ms(cutover, down_ms > API_DOWN_LEAST_MS ? down_ms : API_DOWN_LEAST_MS) ||
                   demo_cutover_run_fail(run, "the demo is stopping");
    if (cutover->restart.come_back && goes_on)
        cutover->restart.come_back(cutover->restart.context);
    if (goes_on)
        resume(run);
    return goes_on;
}

int demo_cutover_run_regions(const struct demo_cutover_run *run)
{
    return run->past.forgets_secondary ? 1 : DEMO_WORLD_REGIONS;
}
