/* Four producers against one consumer on a small inbox: every message is applied, coalesced or dropped, once, and freed. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/inbox.h"

#define PRODUCERS 4
#define MESSAGES 20000

static unsigned long applied, disposed;

static void apply(void *payload, void *context)
{
    applied++;
}

static void dispose(void *payload)
{
    __atomic_add_fetch(&disposed, 1, __ATOMIC_RELAXED);
    free(payload);
}

static void *produce(void *argument)
{
    struct inbox *inbox = argument;
    for (unsigned i = 0; i < MESSAGES; i++)
        inbox_post(inbox, (struct inbox_message){apply, dispose, alloc_new(unsigned), 64, i % 3 == 0 ? 0 : 1 + i % 50});
    return NULL;
}

int main(void)
{
    struct inbox *inbox = inbox_new(256, 1 << 20);
    pthread_t threads[PRODUCERS];
    for (int i = 0; i < PRODUCERS; i++)
        pthread_create(&threads[i], NULL, produce, inbox);
    struct inbox_counters counters;
    do {
        inbox_drain(inbox, NULL, 1);
        counters = inbox_counters(inbox);
    } while (counters.posted < (uint64_t)PRODUCERS * MESSAGES || !inbox_is_empty(inbox));
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(threads[i], NULL);
    inbox_free(inbox);
    bool balanced = counters.posted == counters.applied + counters.coalesced + counters.dropped;
    bool once = applied == counters.applied && disposed == counters.posted;
    if (!balanced || !once)
        fprintf(stderr, "posted %lu applied %lu (%lu) coalesced %lu dropped %lu disposed %lu\n", (unsigned long)counters.posted,
                (unsigned long)counters.applied, applied, (unsigned long)counters.coalesced, (unsigned long)counters.dropped, disposed);
    return balanced && once ? 0 : 1;
}
