/* poll(2) loop: file descriptors and timers, one thread. Time is clock.h's (scaled in tests). */
#ifndef BASE_EVENT_LOOP_H
#define BASE_EVENT_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct event_loop;
typedef void (*event_loop_fn)(void *context);

struct event_loop *event_loop_new(void);
void event_loop_free(struct event_loop *loop);
void event_loop_add_fd(struct event_loop *loop, int fd, event_loop_fn readable, void *context);
void event_loop_remove_fd(struct event_loop *loop, int fd);

/* Calls fn once after delay_ms, or every delay_ms when `repeat`. Returns an id > 0 for event_loop_cancel. */
int event_loop_add_timer(struct event_loop *loop, int64_t delay_ms, bool repeat, event_loop_fn fn, void *context);
void event_loop_cancel(struct event_loop *loop, int timer);

/* Runs before every wait: work until quiet, then paint once. NULL for none. */
void event_loop_set_before_wait(struct event_loop *loop, event_loop_fn fn, void *context);

/* One turn: before-wait hook, wait (at most timeout_ms; -1: until something happens), ready fds, due timers. */
void event_loop_turn(struct event_loop *loop, int64_t timeout_ms);
void event_loop_run(struct event_loop *loop); /* until event_loop_stop */
void event_loop_stop(struct event_loop *loop);

#endif
