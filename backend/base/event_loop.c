/* poll(2) loop; see event_loop.h. */
#include "base/event_loop.h"

#include <poll.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"

struct watch {
    int fd; /* -1: removed during this turn */
    event_loop_fn readable;
    void *context;
};

struct timer {
    int id; /* 0: cancelled during this turn */
    int64_t due_ms, period_ms;
    event_loop_fn fn;
    void *context;
};

struct event_loop {
    ARRAY(struct watch) watches;
    ARRAY(struct pollfd) polled;
    ARRAY(struct timer) timers;
    int last_timer;
    event_loop_fn before_wait;
    void *before_wait_context;
    bool stopped;
};

struct event_loop *event_loop_new(void)
{
    return alloc_new(struct event_loop);
}

void event_loop_free(struct event_loop *loop)
{
    if (loop == NULL)
        return;
    ARRAY_FREE(&loop->watches);
    ARRAY_FREE(&loop->polled);
    ARRAY_FREE(&loop->timers);
    free(loop);
}

void event_loop_add_fd(struct event_loop *loop, int fd, event_loop_fn readable, void *context)
{
    struct watch watch = {fd, readable, context};
    ARRAY_PUSH(&loop->watches, watch);
}

void event_loop_remove_fd(struct event_loop *loop, int fd)
{
    for (size_t i = 0; i < loop->watches.count; i++)
        if (loop->watches.items[i].fd == fd)
            loop->watches.items[i].fd = -1;
}

int event_loop_add_timer(struct event_loop *loop, int64_t delay_ms, bool repeat, event_loop_fn fn, void *context)
{
    struct timer timer = {++loop->last_timer, clock_monotonic_ms() + delay_ms, repeat ? delay_ms : 0, fn, context};
    ARRAY_PUSH(&loop->timers, timer);
    return timer.id;
}

void event_loop_cancel(struct event_loop *loop, int id)
{
    for (size_t i = 0; i < loop->timers.count; i++)
        if (loop->timers.items[i].id == id)
            loop->timers.items[i].id = 0;
}

void event_loop_set_before_wait(struct event_loop *loop, event_loop_fn fn, void *context)
{
    loop->before_wait = fn;
    loop->before_wait_context = context;
}

static int64_t wait_ms(const struct event_loop *loop, int64_t timeout_ms)
{
    int64_t wait = timeout_ms;
    int64_t now = clock_monotonic_ms();
    for (size_t i = 0; i < loop->timers.count; i++) {
        if (loop->timers.items[i].id == 0)
            continue;
        int64_t left = loop->timers.items[i].due_ms - now;
        if (left < 0)
            left = 0;
        if (wait < 0 || left < wait)
            wait = left;
    }
    return wait < 0 ? -1 : clock_unscale(wait);
}

static void sweep(struct event_loop *loop)
{
    for (size_t i = loop->watches.count; i-- > 0;)
        if (loop->watches.items[i].fd < 0)
            ARRAY_REMOVE(&loop->watches, i);
    for (size_t i = loop->timers.count; i-- > 0;)
        if (loop->timers.items[i].id == 0)
            ARRAY_REMOVE(&loop->timers, i);
}

static void run_ready(struct event_loop *loop, size_t polled)
{
    for (size_t i = 0; i < polled; i++) {
        struct watch watch = loop->watches.items[i];
        if (watch.fd >= 0 && loop->polled.items[i].revents != 0)
            watch.readable(watch.context);
    }
}

static void run_timers(struct event_loop *loop)
{
    int64_t now = clock_monotonic_ms();
    size_t count = loop->timers.count; /* timers added by a callback wait for the next turn */
    for (size_t i = 0; i < count; i++) {
        struct timer timer = loop->timers.items[i];
        if (timer.id == 0 || timer.due_ms > now)
            continue;
        if (timer.period_ms > 0)
            loop->timers.items[i].due_ms = now + timer.period_ms;
        else
            loop->timers.items[i].id = 0;
        timer.fn(timer.context);
    }
}

void event_loop_turn(struct event_loop *loop, int64_t timeout_ms)
{
    if (loop->before_wait != NULL)
        loop->before_wait(loop->before_wait_context);
    sweep(loop);
    loop->polled.count = 0;
    for (size_t i = 0; i < loop->watches.count; i++) {
        struct pollfd entry = {.fd = loop->watches.items[i].fd, .events = POLLIN};
        ARRAY_PUSH(&loop->polled, entry);
    }
    size_t polled = loop->polled.count;
    int ready = poll(loop->polled.items, polled, loop->stopped ? 0 : (int)wait_ms(loop, timeout_ms));
    if (ready > 0)
        run_ready(loop, polled);
    run_timers(loop);
}

void event_loop_run(struct event_loop *loop)
{
    loop->stopped = false;
    while (!loop->stopped)
        event_loop_turn(loop, -1);
}

void event_loop_stop(struct event_loop *loop)
{
    loop->stopped = true;
}
