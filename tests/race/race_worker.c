/* Many threads submit to one worker while it is freed in the end: every job is run or disposed, and disposed exactly once. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/worker.h"

#define SUBMITTERS 4
#define JOBS 5000

static unsigned long disposed;

static void run(void *context)
{
    *(unsigned *)context += 1;
}

static void dispose(void *context)
{
    __atomic_add_fetch(&disposed, 1, __ATOMIC_RELAXED);
    free(context);
}

static void *submit(void *argument)
{
    for (unsigned i = 0; i < JOBS; i++)
        worker_submit(argument, run, dispose, alloc_new(unsigned));
    return NULL;
}

int main(void)
{
    struct worker *worker = worker_new("race", 64);
    pthread_t threads[SUBMITTERS];
    for (int i = 0; i < SUBMITTERS; i++)
        pthread_create(&threads[i], NULL, submit, worker);
    for (int i = 0; i < SUBMITTERS; i++)
        pthread_join(threads[i], NULL);
    worker_free(worker);
    if (disposed != (unsigned long)SUBMITTERS * JOBS)
        fprintf(stderr, "disposed %lu of %d\n", disposed, SUBMITTERS * JOBS);
    return disposed == (unsigned long)SUBMITTERS * JOBS ? 0 : 1;
}
