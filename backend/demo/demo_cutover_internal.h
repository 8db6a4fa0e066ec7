/* State that the engine and the Jobs' runner share. Internal to the demo_cutover_* files. */
#ifndef DEMO_DEMO_CUTOVER_INTERNAL_H
#define DEMO_DEMO_CUTOVER_INTERNAL_H

#include <pthread.h>

#include "demo/demo_cutover.h"
#include "demo/demo_cutover_discovery.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_cutover_runner.h"

struct demo_cutover {
    struct demo_world *world;
    struct demo_cutover_events *events;
    struct demo_cutover_runner *runner;
    struct demo_cutover_restart restart;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* one of the flags below, or a Job was deleted */
    pthread_t thread;
    bool has_thread, is_running, is_stopping;
    bool is_away;     /* catalyst-api restarts: its engine ends where it is, rows stay `running` */
    char failing[64]; /* step that is to fail; "" none */
};

/* What an attempt is: the engine's rules for it differ. */
enum demo_cutover_attempt {
    DEMO_CUTOVER_ATTEMPT_NEW,
    DEMO_CUTOVER_ATTEMPT_RESUMED,   /* catalyst-api found a run without an end at its start */
    DEMO_CUTOVER_ATTEMPT_CONTINUED, /* nothing was interrupted: a scenario begins in the middle of it */
};

/* demo_cutover_engine.c: one attempt from its first write to its last. */
void demo_cutover_engine_attempt(struct demo_cutover_run *run, const struct demo_cutover_discovery *found,
                                 enum demo_cutover_attempt kind);

#endif
