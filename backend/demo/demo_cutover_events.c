/* Frames are made once, when published; the ring and the queues hold copies of the text. */
#include "demo/demo_cutover_events.h"

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/timestamp.h"

struct queued {
    char *frame;
    bool is_replayed, is_last;
};

struct demo_cutover_subscriber {
    struct demo_cutover_events *events;
    ARRAY(struct queued) queue;
    bool is_ended;
};

struct demo_cutover_events {
    pthread_mutex_t lock;
    pthread_cond_t grown;
    ARRAY(char *) ring;
    ARRAY(struct demo_cutover_subscriber *) subscribers;
};

struct demo_cutover_events *demo_cutover_events_new(void)
{
    struct demo_cutover_events *events = alloc_new(struct demo_cutover_events);
    pthread_mutex_init(&events->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&events->grown, &attributes);
    pthread_condattr_destroy(&attributes);
    return events;
}

static void clear_ring(struct demo_cutover_events *events)
{
    for (size_t i = 0; i < events->ring.count; i++)
        free(events->ring.items[i]);
    events->ring.count = 0;
}

void demo_cutover_events_free(struct demo_cutover_events *events)
{
    if (!events)
        return;
    clear_ring(events);
    ARRAY_FREE(&events->ring);
    ARRAY_FREE(&events->subscribers);
    pthread_cond_destroy(&events->grown);
    pthread_mutex_destroy(&events->lock);
    free(events);
}

char *demo_cutover_events_frame(const struct demo_cutover_event *event)
{
    char at[TIMESTAMP_TEXT_MAX];
    timestamp_format(at, event->at_ms);
    json_t *data = json_pack("{s:s, s:s, s:s, s:s}", "time", at, "phase", event->phase, "level", event->level,
                             "message", event->message);
    if (event->step)
        json_object_set_new(data, "step", json_string(event->step));
    if (event->job_name)
        json_object_set_new(data, "jobName", json_string(event->job_name));
    char *text = json_dumps(data, JSON_COMPACT | JSON_PRESERVE_ORDER);
    char *frame = alloc_printf("event: %s\ndata: %s\n\n", event->phase, text);
    free(text);
    json_decref(data);
    return frame;
}

static bool ends_stream(const char *phase)
{
    return strcmp(phase, "cutover-completed") == 0 || strcmp(phase, "cutover-step-failed") == 0;
}

void demo_cutover_events_publish(struct demo_cutover_events *events, const struct demo_cutover_event *event)
{
    char *frame = demo_cutover_events_frame(event);
    pthread_mutex_lock(&events->lock);
    for (size_t i = 0; i < events->subscribers.count; i++) {
        struct demo_cutover_subscriber *subscriber = events->subscribers.items[i];
        if (subscriber->queue.count >= DEMO_CUTOVER_EVENTS_QUEUE + DEMO_CUTOVER_EVENTS_RING)
            continue; /* a slow reader loses events silently, as the contract says */
        struct queued queued = {alloc_strdup(frame), false, ends_stream(event->phase)};
        ARRAY_PUSH(&subscriber->queue, queued);
    }
    if (events->ring.count == DEMO_CUTOVER_EVENTS_RING) {
        free(events->ring.items[0]);
        ARRAY_REMOVE(&events->ring, 0);
    }
    ARRAY_PUSH(&events->ring, frame);
    pthread_cond_broadcast(&events->grown);
    pthread_mutex_unlock(&events->lock);
}

void demo_cutover_events_restart(struct demo_cutover_events *events)
{
    pthread_mutex_lock(&events->lock);
    clear_ring(events);
    for (size_t i = 0; i < events->subscribers.count; i++)
        events->subscribers.items[i]->is_ended = true;
    pthread_cond_broadcast(&events->grown);
    pthread_mutex_unlock(&events->lock);
}

struct demo_cutover_subscriber *demo_cutover_events_subscribe(struct demo_cutover_events *events)
{
    struct demo_cutover_subscriber *subscriber = alloc_new(struct demo_cutover_subscriber);
    subscriber->events = events;
    pthread_mutex_lock(&events->lock);
    for (size_t i = 0; i < events->ring.count; i++) {
        struct queued queued = {alloc_strdup(events->ring.items[i]), true, false};
        ARRAY_PUSH(&subscriber->queue, queued);
    }
    ARRAY_PUSH(&events->subscribers, subscriber);
    pthread_mutex_unlock(&events->lock);
    return subscriber;
}

void demo_cutover_events_unsubscribe(struct demo_cutover_subscriber *subscriber)
{
    struct demo_cutover_events *events = subscriber->events;
    pthread_mutex_lock(&events->lock);
    for (size_t i = events->subscribers.count; i-- > 0;)
        if (events->subscribers.items[i] == subscriber)
            ARRAY_REMOVE(&events->subscribers, i);
    pthread_mutex_unlock(&events->lock);
    for (size_t i = 0; i < subscriber->queue.count; i++)
        free(subscriber->queue.items[i].frame);
    ARRAY_FREE(&subscriber->queue);
    free(subscriber);
}

static enum demo_cutover_next take(struct demo_cutover_subscriber *subscriber, char **frame)
{
    if (subscriber->queue.count == 0)
        return subscriber->is_ended ? DEMO_CUTOVER_NEXT_END : DEMO_CUTOVER_NEXT_NONE;
    struct queued queued = subscriber->queue.items[0];
    ARRAY_REMOVE(&subscriber->queue, 0);
    *frame = queued.frame;
    return queued.is_replayed ? DEMO_CUTOVER_NEXT_REPLAY
           : queued.is_last   ? DEMO_CUTOVER_NEXT_LAST
                              : DEMO_CUTOVER_NEXT_LIVE;
}

enum demo_cutover_next demo_cutover_events_next(struct demo_cutover_subscriber *subscriber, int timeout_ms,
                                                char **frame)
{
    struct demo_cutover_events *events = subscriber->events;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    until.tv_sec += timeout_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&events->lock);
    enum demo_cutover_next next = take(subscriber, frame);
    while (next == DEMO_CUTOVER_NEXT_NONE && pthread_cond_timedwait(&events->grown, &events->lock, &until) == 0)
        next = take(subscriber, frame);
    pthread_mutex_unlock(&events->lock);
    return next;
}
