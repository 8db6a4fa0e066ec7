/* The engine's state, shared by demo_cutover.c and demo_cutover_run.c. */
#ifndef DEMO_DEMO_CUTOVER_INTERNAL_H
#define DEMO_DEMO_CUTOVER_INTERNAL_H

#include <pthread.h>

#include "demo/demo_cutover.h"

struct demo_cutover {
    struct demo_world *world;
    struct demo_cutover_events *events;
    struct demo_cutover_restart restart;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* is_running or is_stopping */
    pthread_t thread;
    bool has_thread, is_running, is_stopping;
    char failing[64]; /* step that is to fail; "" none */
};

#endif
