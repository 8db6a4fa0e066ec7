/* Clock, log and waits of a run. */
#include "demo/demo_cutover_run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
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
    struct demo_log_key key = {DEMO_CUTOVER_NAMESPACE, run->pod, run->container, false};
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

static bool must_end(const struct demo_cutover_run *run) /* the lock is held */
{
    if (run->is_instant)
        return false;
    return run->cutover->is_stopping || (run->is_ended && atomic_load(run->is_ended)) ||
           (!run->is_job && run->cutover->is_away);
}

bool demo_cutover_run_must_end(struct demo_cutover_run *run)
{
    pthread_mutex_lock(&run->cutover->lock);
    bool ends = must_end(run);
    pthread_mutex_unlock(&run->cutover->lock);
    return ends;
}

bool demo_cutover_run_sleep(struct demo_cutover_run *run, int64_t ms)
{
    struct demo_cutover *cutover = run->cutover;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t at_ns = (int64_t)until.tv_sec * 1000000000 + until.tv_nsec + clock_unscale(ms) * 1000000;
    until = (struct timespec){at_ns / 1000000000, at_ns % 1000000000};
    pthread_mutex_lock(&cutover->lock);
    while (!must_end(run) && pthread_cond_timedwait(&cutover->changed, &cutover->lock, &until) == 0)
        continue;
    bool goes_on = !must_end(run);
    pthread_mutex_unlock(&cutover->lock);
    return goes_on;
}

static bool is_to_fail(struct demo_cutover_run *run)
{
    if (run->past.failing && strcmp(run->past.failing, run->step) == 0)
        return run->past.story == NULL;
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

/* Sleeps until the time is over or the Job's deadline has come. */
static bool wait_ms(struct demo_cutover_run *run, int64_t ms)
{
    int64_t left_ms = run->deadline_ms - clock_wall_ms();
    if (run->deadline_ms == INT64_MAX || left_ms > ms)
        return demo_cutover_run_sleep(run, ms) || demo_cutover_run_fail(run, "ended from outside");
    run->is_late = demo_cutover_run_sleep(run, left_ms > 0 ? left_ms : 0);
    return demo_cutover_run_fail(run, run->is_late ? "deadline exceeded" : "ended from outside");
}

bool demo_cutover_run_wait(struct demo_cutover_run *run, double seconds)
{
    if (++run->waits == FAILING_WAIT && is_to_fail(run))
        return demo_cutover_run_fail(run, "%s", run->past.failure ? run->past.failure : typical_failure(run->step));
    if (!run->is_instant)
        return wait_ms(run, demo_world_pace_ms(run->world, seconds));
    run->virtual_ms += (int64_t)(seconds * 1000);
    bool is_in_the_middle = run->past.running && strcmp(run->past.running, run->step) == 0;
    return !is_in_the_middle || run->past.story || run->waits < FAILING_WAIT; /* the scenario begins here */
}

bool demo_cutover_run_wait_clock(struct demo_cutover_run *run, double seconds)
{
    return wait_ms(run, (int64_t)(seconds * 1000));
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
        if (clock_monotonic_ms() >= end_ms || !demo_cutover_run_sleep(run, AWAIT_STEP_MS))
            return false;
    }
}

static void set_away(struct demo_cutover *cutover, bool is_away)
{
    pthread_mutex_lock(&cutover->lock);
    cutover->is_away = is_away;
    pthread_cond_broadcast(&cutover->changed);
    while (is_away && cutover->is_running && !cutover->is_stopping)
        pthread_cond_wait(&cutover->changed, &cutover->lock);
    pthread_mutex_unlock(&cutover->lock);
}

bool demo_cutover_run_restart_api(struct demo_cutover_run *run)
{
    if (run->is_instant)
        return true;
    struct demo_cutover *cutover = run->cutover;
    set_away(cutover, true);
    demo_cutover_events_restart(cutover->events);
    if (cutover->restart.go_away)
        cutover->restart.go_away(cutover->restart.context);
    int64_t down_ms = demo_world_pace_ms(run->world, API_DOWN_S);
    bool goes_on = demo_cutover_run_sleep(run, down_ms > API_DOWN_LEAST_MS ? down_ms : API_DOWN_LEAST_MS);
    bool is_stopping = !goes_on && !(run->is_ended && atomic_load(run->is_ended));
    if (cutover->restart.come_back && !is_stopping) /* also when the Job was deleted meanwhile */
        cutover->restart.come_back(cutover->restart.context);
    if (!is_stopping)
        demo_cutover_resume(cutover); /* first: who waits for the run's end must not find a gap */
    set_away(cutover, false);
    return goes_on || demo_cutover_run_fail(run, "ended from outside");
}

int demo_cutover_run_regions(const struct demo_cutover_run *run)
{
    return run->past.forgets_secondary ? 1 : DEMO_WORLD_REGIONS;
}
