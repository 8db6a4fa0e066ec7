/* One-shot timers of the HTTP thread, in clock.h milliseconds. Inside transport only; one thread. */
#ifndef TRANSPORT_HTTP_TIMERS_H
#define TRANSPORT_HTTP_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"

struct http_timer {
    int id;
    int64_t due_ms;
    void (*fn)(void *context);
    void *context;
};

struct http_timers {
    ARRAY(struct http_timer) waiting;
    int last_id;
};

int http_timers_add(struct http_timers *timers, int64_t delay_ms, void (*fn)(void *context), void *context);
void http_timers_cancel(struct http_timers *timers, int id);
void http_timers_run(struct http_timers *timers);              /* calls what is due; a timer may add and cancel others */
int64_t http_timers_wait_ms(const struct http_timers *timers); /* real time until the next is due; -1: none */
void http_timers_done(struct http_timers *timers);

#endif
