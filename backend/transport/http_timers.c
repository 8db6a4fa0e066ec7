/* A short unsorted list of timers (some dozens at most); see http_timers.h. */
#include "transport/http_timers.h"

#include "base/clock.h"

int http_timers_add(struct http_timers *timers, int64_t delay_ms, void (*fn)(void *context), void *context)
{
    timers->last_id = timers->last_id == INT32_MAX ? 1 : timers->last_id + 1;
    struct http_timer timer = {timers->last_id, clock_monotonic_ms() + delay_ms, fn, context};
    ARRAY_PUSH(&timers->waiting, timer);
    return timer.id;
}

void http_timers_cancel(struct http_timers *timers, int id)
{
    for (size_t i = 0; i < timers->waiting.count; i++) {
        if (timers->waiting.items[i].id == id) {
            ARRAY_REMOVE(&timers->waiting, i);
            return;
        }
    }
}

static bool take_due(struct http_timers *timers, int64_t now_ms, struct http_timer *timer)
{
    size_t earliest = timers->waiting.count;
    for (size_t i = 0; i < timers->waiting.count; i++)
        if (timers->waiting.items[i].due_ms <= now_ms &&
            (earliest == timers->waiting.count || timers->waiting.items[i].due_ms < timers->waiting.items[earliest].due_ms))
            earliest = i;
    if (earliest == timers->waiting.count)
        return false;
    *timer = timers->waiting.items[earliest];
    ARRAY_REMOVE(&timers->waiting, earliest);
    return true;
}

void http_timers_run(struct http_timers *timers)
{
    int64_t now_ms = clock_monotonic_ms();
    struct http_timer timer;
    while (take_due(timers, now_ms, &timer))
        timer.fn(timer.context);
}

int64_t http_timers_wait_ms(const struct http_timers *timers)
{
    int64_t wait_ms = -1, now_ms = clock_monotonic_ms();
    for (size_t i = 0; i < timers->waiting.count; i++) {
        int64_t left_ms = timers->waiting.items[i].due_ms - now_ms;
        left_ms = left_ms < 0 ? 0 : left_ms;
        wait_ms = wait_ms < 0 || left_ms < wait_ms ? left_ms : wait_ms;
    }
    return wait_ms < 0 ? -1 : clock_unscale(wait_ms);
}

void http_timers_done(struct http_timers *timers)
{
    ARRAY_FREE(&timers->waiting);
}
