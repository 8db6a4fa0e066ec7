/* Mutex, ring of messages, eventfd, and a small index of coalescing keys; see inbox.h. */
#include "base/inbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

#define MESSAGE_SIZE_DEFAULT 64

struct inbox {
    pthread_mutex_t lock;
    struct inbox_message *ring;
    size_t capacity, head, count; /* head: index of the oldest */
    size_t bytes, maximum_bytes;
    uint64_t *index_keys; /* open addressing: coalesce key -> position in ring; 0 is empty */
    size_t *index_places;
    size_t index_capacity;
    struct inbox_counters counters;
    int fd;
};

struct inbox *inbox_new(size_t maximum_messages, size_t maximum_bytes)
{
    struct inbox *inbox = alloc_new(struct inbox);
    pthread_mutex_init(&inbox->lock, NULL);
    inbox->capacity = maximum_messages;
    inbox->maximum_bytes = maximum_bytes;
    inbox->ring = alloc_zeroed(maximum_messages, sizeof *inbox->ring);
    inbox->index_capacity = 16;
    while (inbox->index_capacity < maximum_messages * 2)
        inbox->index_capacity *= 2;
    inbox->index_keys = alloc_zeroed(inbox->index_capacity, sizeof *inbox->index_keys);
    inbox->index_places = alloc_zeroed(inbox->index_capacity, sizeof *inbox->index_places);
    inbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return inbox;
}

static void dispose(struct inbox_message *message)
{
    if (message->dispose != NULL)
        message->dispose(message->payload);
}

void inbox_free(struct inbox *inbox)
{
    if (inbox == NULL)
        return;
    for (size_t i = 0; i < inbox->count; i++)
        dispose(&inbox->ring[(inbox->head + i) % inbox->capacity]);
    close(inbox->fd);
    pthread_mutex_destroy(&inbox->lock);
    free(inbox->ring);
    free(inbox->index_keys);
    free(inbox->index_places);
    free(inbox);
}

int inbox_fd(const struct inbox *inbox)
{
    return inbox->fd;
}

static size_t index_find(const struct inbox *inbox, uint64_t key)
{
    size_t mask = inbox->index_capacity - 1;
    size_t at = (size_t)(key * 0x9e3779b97f4a7c15u >> 16) & mask;
    while (inbox->index_keys[at] != 0 && inbox->index_keys[at] != key)
        at = (at + 1) & mask;
    return at;
}

static void index_remove(struct inbox *inbox, uint64_t key)
{
    size_t mask = inbox->index_capacity - 1;
    size_t hole = index_find(inbox, key);
    if (inbox->index_keys[hole] == 0)
        return;
    inbox->index_keys[hole] = 0;
    for (size_t at = (hole + 1) & mask; inbox->index_keys[at] != 0; at = (at + 1) & mask) {
        uint64_t moved = inbox->index_keys[at];
        size_t place = inbox->index_places[at];
        inbox->index_keys[at] = 0;
        size_t home = index_find(inbox, moved);
        inbox->index_keys[home] = moved;
        inbox->index_places[home] = place;
    }
}

static void wake(struct inbox *inbox)
{
    uint64_t one = 1;
    if (write(inbox->fd, &one, sizeof one) < 0) {
        /* the counter is at its maximum: the fd is readable already */
    }
}

bool inbox_post(struct inbox *inbox, struct inbox_message message)
{
    struct inbox_message replaced = {0};
    bool accepted = true;
    if (message.size == 0)
        message.size = MESSAGE_SIZE_DEFAULT;
    pthread_mutex_lock(&inbox->lock);
    inbox->counters.posted++;
    size_t at = message.coalesce != 0 ? index_find(inbox, message.coalesce) : 0;
    if (message.coalesce != 0 && inbox->index_keys[at] == message.coalesce) {
        struct inbox_message *waiting = &inbox->ring[inbox->index_places[at]];
        replaced = *waiting;
        inbox->bytes += message.size;
        inbox->bytes -= replaced.size;
        *waiting = message;
        inbox->counters.coalesced++;
    } else if (inbox->count == inbox->capacity || (inbox->count > 0 && message.size > inbox->maximum_bytes - inbox->bytes) ||
               message.size > inbox->maximum_bytes) {
        inbox->counters.dropped++;
        replaced = message;
        accepted = false;
    } else {
        size_t place = (inbox->head + inbox->count) % inbox->capacity;
        inbox->ring[place] = message;
        inbox->bytes += message.size;
        if (message.coalesce != 0) {
            inbox->index_keys[at] = message.coalesce;
            inbox->index_places[at] = place;
        }
        if (inbox->count++ == 0)
            wake(inbox);
    }
    pthread_mutex_unlock(&inbox->lock);
    dispose(&replaced);
    return accepted;
}

static bool take_oldest(struct inbox *inbox, struct inbox_message *message)
{
    pthread_mutex_lock(&inbox->lock);
    bool any = inbox->count > 0;
    if (any) {
        *message = inbox->ring[inbox->head];
        inbox->head = (inbox->head + 1) % inbox->capacity;
        inbox->count--;
        inbox->bytes -= message->size;
        inbox->counters.applied++;
        if (message->coalesce != 0)
            index_remove(inbox, message->coalesce);
    } else {
        uint64_t drained;
        if (read(inbox->fd, &drained, sizeof drained) < 0) {
            /* was not readable: nothing to clear */
        }
    }
    pthread_mutex_unlock(&inbox->lock);
    return any;
}

static int64_t real_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

size_t inbox_drain(struct inbox *inbox, void *context, int64_t budget_ms)
{
    int64_t deadline = real_ms() + budget_ms;
    size_t applied = 0;
    struct inbox_message message;
    while (take_oldest(inbox, &message)) {
        message.apply(message.payload, context);
        dispose(&message);
        applied++;
        if (applied % 16 == 0 && real_ms() >= deadline)
            break;
    }
    return applied;
}

bool inbox_is_empty(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    bool empty = inbox->count == 0;
    pthread_mutex_unlock(&inbox->lock);
    return empty;
}

struct inbox_counters inbox_counters(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    struct inbox_counters counters = inbox->counters;
    pthread_mutex_unlock(&inbox->lock);
    return counters;
}
