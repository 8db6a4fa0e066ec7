/* A text that grows and can be waited on; see trace.h. */
#include "support/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

void trace_init(struct trace *trace)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&trace->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&trace->lock, NULL);
    bytebuf_init(&trace->text, (size_t)4 << 20);
}

void trace_done(struct trace *trace)
{
    bytebuf_done(&trace->text);
    pthread_mutex_destroy(&trace->lock);
    pthread_cond_destroy(&trace->changed);
}

void trace_line(struct trace *trace, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *line = alloc_vprintf(format, args);
    va_end(args);
    pthread_mutex_lock(&trace->lock);
    bytebuf_append_text(&trace->text, line);
    bytebuf_append_byte(&trace->text, '\n');
    pthread_cond_broadcast(&trace->changed);
    pthread_mutex_unlock(&trace->lock);
    free(line);
}

static int count(const struct trace *trace, const char *text)
{
    int found = 0;
    const char *at = bytebuf_text(&trace->text);
    for (; (at = strstr(at, text)) != NULL; at += strlen(text))
        found++;
    return found;
}

bool trace_wait(struct trace *trace, const char *text, int times)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += TRACE_DEADLINE_MS / 1000;
    pthread_mutex_lock(&trace->lock);
    bool late = false;
    while (count(trace, text) < times && !late)
        late = pthread_cond_timedwait(&trace->changed, &trace->lock, &until) != 0;
    bool found = count(trace, text) >= times;
    if (!found)
        fprintf(stderr, "waited in vain for %d times '%s' in:\n%s", times, text, bytebuf_text(&trace->text));
    pthread_mutex_unlock(&trace->lock);
    return found;
}

int trace_count(struct trace *trace, const char *text)
{
    pthread_mutex_lock(&trace->lock);
    int found = count(trace, text);
    pthread_mutex_unlock(&trace->lock);
    return found;
}

char *trace_copy(struct trace *trace)
{
    pthread_mutex_lock(&trace->lock);
    char *copy = alloc_strdup(bytebuf_text(&trace->text));
    pthread_mutex_unlock(&trace->lock);
    return copy;
}
