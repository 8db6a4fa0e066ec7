/* The engine's life: one attempt at a time on a thread of its own, started, resumed or told as a past one. */
#include "demo/demo_cutover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "demo/demo_cutover_internal.h"
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
    cutover->runner = demo_cutover_runner_new(cutover);
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
    demo_cutover_runner_stop(cutover->runner);
}

void demo_cutover_free(struct demo_cutover *cutover)
{
    if (!cutover)
        return;
    demo_cutover_halt(cutover);
    demo_cutover_runner_free(cutover->runner);
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

/* ---- starting ---- */

struct launch {
    struct demo_cutover_run run;
    enum demo_cutover_attempt kind;
};

static void *run_thread(void *context)
{
    struct launch *launch = context;
    struct demo_cutover *cutover = launch->run.cutover;
    struct demo_cutover_discovery found;
    if (demo_cutover_discovery_read(cutover->world, &found, NULL) == STATUS_OK) {
        atomic_store(&cutover->world->is_calm, true);
        demo_cutover_engine_attempt(&launch->run, &found, launch->kind);
        atomic_store(&cutover->world->is_calm, false);
        demo_cutover_discovery_clear(&found);
    }
    free(launch);
    pthread_mutex_lock(&cutover->lock);
    cutover->is_running = false;
    pthread_cond_broadcast(&cutover->changed);
    pthread_mutex_unlock(&cutover->lock);
    return NULL;
}

static enum status launch(struct demo_cutover *cutover, enum demo_cutover_source source, enum demo_cutover_attempt kind,
                          struct error *err)
{
    demo_cutover_begin(cutover);
    pthread_mutex_lock(&cutover->lock);
    bool is_api_back = kind == DEMO_CUTOVER_ATTEMPT_RESUMED || !cutover->is_away;
    if (cutover->is_running || cutover->is_stopping || !is_api_back) {
        pthread_mutex_unlock(&cutover->lock);
        return error_set(err, STATUS_CONFLICT, "a cutover is already running on this catalyst-api Pod");
    }
    if (cutover->has_thread)
        pthread_join(cutover->thread, NULL);
    struct launch *made = alloc_new(struct launch);
    *made = (struct launch){.run = {.world = cutover->world,
                                    .cutover = cutover,
                                    .source = source,
                                    .deadline_ms = INT64_MAX},
                            .kind = kind};
    cutover->is_running = cutover->has_thread = true;
    cutover->is_away = false;
    pthread_create(&cutover->thread, NULL, run_thread, made);
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
    return launch(cutover, source, DEMO_CUTOVER_ATTEMPT_NEW, err);
}

static bool is_started(struct demo_cutover *cutover)
{
    char first[64];
    demo_cutover_status_get(cutover->world, "cutoverStartedAt", first, sizeof first);
    return first[0] != '\0';
}

void demo_cutover_resume(struct demo_cutover *cutover)
{
    if (is_started(cutover) && !is_complete(cutover))
        launch(cutover, DEMO_CUTOVER_BY_TRIGGER, DEMO_CUTOVER_ATTEMPT_RESUMED, NULL);
}

void demo_cutover_continue(struct demo_cutover *cutover)
{
    launch(cutover, DEMO_CUTOVER_BY_TRIGGER, DEMO_CUTOVER_ATTEMPT_CONTINUED, NULL);
}

void demo_cutover_begin(struct demo_cutover *cutover)
{
    demo_cutover_runner_begin(cutover->runner);
}

void demo_cutover_set_twist(struct demo_cutover *cutover, const struct demo_cutover_twist *twist)
{
    demo_cutover_runner_set_twist(cutover->runner, twist);
}

void demo_cutover_plan(struct demo_cutover *cutover, double after_s, demo_cutover_deed_fn deed)
{
    demo_cutover_runner_plan(cutover->runner, after_s, deed);
}

bool demo_cutover_wait(struct demo_cutover *cutover, int timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    pthread_mutex_lock(&cutover->lock);
    while ((cutover->is_running || cutover->is_away) && pthread_cond_timedwait(&cutover->changed, &cutover->lock, &until) == 0)
        continue;
    bool is_idle = !cutover->is_running && !cutover->is_away;
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
                                   .deadline_ms = INT64_MAX,
                                   .virtual_ms = clock_wall_ms() - (int64_t)past->started_ago_s * 1000,
                                   .past = *past};
    demo_cutover_engine_attempt(&run, &found, DEMO_CUTOVER_ATTEMPT_NEW);
    demo_cutover_discovery_clear(&found);
    demo_life_settle(cutover->world);
}
