/* One thread, one bounded queue; see worker.h. */
#include "base/worker.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/array.h"

struct job {
    void (*run)(void *context);
    void (*dispose)(void *context);
    void *context;
};

struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    ARRAY(struct job) jobs;
    size_t maximum, running;
    bool stopping;
};

static void dispose(struct job *job)
{
    if (job->dispose != NULL)
        job->dispose(job->context);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    pthread_mutex_lock(&worker->lock);
    while (!worker->stopping) {
        if (worker->jobs.count == 0) {
            pthread_cond_wait(&worker->wake, &worker->lock);
            continue;
        }
        struct job job = worker->jobs.items[0];
        ARRAY_REMOVE(&worker->jobs, 0);
        worker->running = 1;
        pthread_mutex_unlock(&worker->lock);
        job.run(job.context);
        dispose(&job);
        pthread_mutex_lock(&worker->lock);
        worker->running = 0;
    }
    pthread_mutex_unlock(&worker->lock);
    return NULL;
}

struct worker *worker_new(const char *name, size_t maximum)
{
    struct worker *worker = alloc_new(struct worker);
    worker->maximum = maximum;
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->wake, NULL);
    pthread_create(&worker->thread, NULL, work, worker);
    pthread_setname_np(worker->thread, name);
    return worker;
}

bool worker_submit(struct worker *worker, void (*run)(void *), void (*dispose_fn)(void *), void *context)
{
    struct job job = {run, dispose_fn, context};
    pthread_mutex_lock(&worker->lock);
    bool accepted = !worker->stopping && worker->jobs.count < worker->maximum;
    if (accepted) {
        ARRAY_PUSH(&worker->jobs, job);
        pthread_cond_signal(&worker->wake);
    }
    pthread_mutex_unlock(&worker->lock);
    if (!accepted)
        dispose(&job);
    return accepted;
}

size_t worker_pending(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    size_t pending = worker->jobs.count + worker->running;
    pthread_mutex_unlock(&worker->lock);
    return pending;
}

void worker_free(struct worker *worker)
{
    if (worker == NULL)
        return;
    pthread_mutex_lock(&worker->lock);
    worker->stopping = true;
    pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&worker->lock);
    pthread_join(worker->thread, NULL);
    for (size_t i = 0; i < worker->jobs.count; i++)
        dispose(&worker->jobs.items[i]);
    ARRAY_FREE(&worker->jobs);
    pthread_cond_destroy(&worker->wake);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}
