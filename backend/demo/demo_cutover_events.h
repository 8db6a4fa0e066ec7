/* The in-process event bus of the cutover as catalyst-api has it: a ring of 256 events, bounded subscriber queues,
 * nothing that survives a restart (catalyst-api contract 3.3). Any thread. */
#ifndef DEMO_DEMO_CUTOVER_EVENTS_H
#define DEMO_DEMO_CUTOVER_EVENTS_H

#include <stdint.h>

#define DEMO_CUTOVER_EVENTS_RING 256
#define DEMO_CUTOVER_EVENTS_QUEUE 64

struct demo_cutover_events;
struct demo_cutover_subscriber;

struct demo_cutover_event {
    const char *phase; /* "cutover-step-started"; also the SSE event name */
    const char *level; /* "info", "warn", "error" */
    const char *message;
    const char *step, *job_name; /* NULL: left out */
    int64_t at_ms;
};

struct demo_cutover_events *demo_cutover_events_new(void);
void demo_cutover_events_free(struct demo_cutover_events *events); /* no subscriber may be left */
void demo_cutover_events_publish(struct demo_cutover_events *events, const struct demo_cutover_event *event);

/* A restart: the ring is empty and every subscriber's stream ends. */
void demo_cutover_events_restart(struct demo_cutover_events *events);

/* The subscriber first gets what the ring holds, then what is published. */
struct demo_cutover_subscriber *demo_cutover_events_subscribe(struct demo_cutover_events *events);
void demo_cutover_events_unsubscribe(struct demo_cutover_subscriber *subscriber);

enum demo_cutover_next {
    DEMO_CUTOVER_NEXT_NONE,   /* nothing within the time */
    DEMO_CUTOVER_NEXT_REPLAY, /* *frame is one from the ring */
    DEMO_CUTOVER_NEXT_LIVE,
    DEMO_CUTOVER_NEXT_LAST, /* a live one after which the server closes the stream */
    DEMO_CUTOVER_NEXT_END,  /* the server restarted */
};

/* *frame: the SSE frame, caller frees. Waits at most timeout_ms real milliseconds. */
enum demo_cutover_next demo_cutover_events_next(struct demo_cutover_subscriber *subscriber, int timeout_ms,
                                                char **frame);

/* One SSE frame for an event; caller frees. */
char *demo_cutover_events_frame(const struct demo_cutover_event *event);

#endif
