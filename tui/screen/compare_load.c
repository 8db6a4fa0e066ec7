/* A job shared by the screen, the worker and the message on its way back; see compare_load.h. */
#include "screen/compare_load.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

struct compare_load {
    atomic_int holders;
    atomic_bool done; /* sides are written before and only read after */
    struct compare_side sides[COMPARE_LOAD_SIDES];
    struct screen_object object;
    struct inbox *inbox;
};

static void release(void *context)
{
    struct compare_load *load = context;
    if (atomic_fetch_sub(&load->holders, 1) != 1)
        return;
    compare_fetch_done(load->sides, COMPARE_LOAD_SIDES);
    free(load);
}

static void note_arrival(void *payload, void *context)
{
}

static void run(void *context)
{
    struct compare_load *load = context;
    const struct screen_object *object = &load->object;
    compare_fetch(load->sides, COMPARE_LOAD_SIDES, object->kind, object->namespace, object->name);
    atomic_store(&load->done, true);
    atomic_fetch_add(&load->holders, 1); /* the message wakes the UI thread, which looks by itself */
    inbox_post(load->inbox, (struct inbox_message){note_arrival, release, load, sizeof *load, 0});
}

static void take_region(struct compare_side *side, const struct screen_host *host, int index)
{
    const struct sovereign_region *region = &host->sovereign->regions[index];
    side->client = region->client;
    side->error = region->error;
    snprintf(side->region, sizeof side->region, "%s", region->name);
}

struct compare_load *compare_load_new(struct screen_host *host, const struct screen_object *object, int left, int right)
{
    struct compare_load *load = alloc_new(struct compare_load);
    atomic_init(&load->holders, 2); /* the screen's and the job's */
    load->object = *object;
    load->inbox = host->inbox;
    take_region(&load->sides[0], host, left);
    take_region(&load->sides[1], host, right);
    if (worker_submit(host->reports, run, release, load))
        return load;
    for (size_t i = 0; i < COMPARE_LOAD_SIDES; i++) {
        load->sides[i].presence = COMPARE_UNKNOWN;
        error_set(&load->sides[i].error, STATUS_BUSY, "too much is being loaded already: close something and try again");
    }
    atomic_store(&load->done, true);
    return load;
}

void compare_load_free(struct compare_load *load)
{
    if (load != NULL)
        release(load);
}

bool compare_load_is_done(const struct compare_load *load)
{
    return atomic_load(&load->done);
}

const struct compare_side *compare_load_side(const struct compare_load *load, size_t side)
{
    return &load->sides[side];
}
