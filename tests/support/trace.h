/* What happened, in order, as lines of text; tests wait on it instead of sleeping. Any thread. */
#ifndef SUPPORT_TRACE_H
#define SUPPORT_TRACE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/bytebuf.h"

#define TRACE_DEADLINE_MS 20000

struct trace {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct bytebuf text;
};

void trace_init(struct trace *trace);
void trace_done(struct trace *trace);
void trace_line(struct trace *trace, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Waits until `text` occurs `times` times; false (and the trace on stderr) after TRACE_DEADLINE_MS. */
bool trace_wait(struct trace *trace, const char *text, int times);
int trace_count(struct trace *trace, const char *text);
char *trace_copy(struct trace *trace); /* caller frees */

#endif
