/* A counter with a condition. */
#include "feed/feed_gate.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"

struct feed_gate {
    pthread_mutex_t lock;
    pthread_cond_t empty;
    unsigned inside;
};

struct feed_gate *feed_gate_new(void)
{
    struct feed_gate *gate = alloc_new(struct feed_gate);
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->empty, NULL);
    return gate;
}

void feed_gate_free(struct feed_gate *gate)
{
    if (gate == NULL)
        return;
    pthread_cond_destroy(&gate->empty);
    pthread_mutex_destroy(&gate->lock);
    free(gate);
}

void feed_gate_enter(struct feed_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->inside++;
    pthread_mutex_unlock(&gate->lock);
}

void feed_gate_leave(struct feed_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    if (--gate->inside == 0)
        pthread_cond_broadcast(&gate->empty);
    pthread_mutex_unlock(&gate->lock);
}

void feed_gate_wait(struct feed_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    while (gate->inside > 0)
        pthread_cond_wait(&gate->empty, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}
