/* One thread that runs blocking jobs in order: operations, JetStream management, big files. */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include <stdbool.h>
#include <stddef.h>

struct worker;

/* `name` shows in the process list (15 characters at most); `maximum` bounds the waiting jobs. */
struct worker *worker_new(const char *name, size_t maximum);

/* Queues run(context); dispose(context) follows it, also when the job never runs. False (context disposed): queue full. */
bool worker_submit(struct worker *worker, void (*run)(void *context), void (*dispose)(void *context), void *context);

size_t worker_pending(struct worker *worker); /* waiting and running */

/* Lets the running job end, disposes the waiting ones, joins the thread. NULL is fine. */
void worker_free(struct worker *worker);

#endif
