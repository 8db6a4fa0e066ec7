/* Starts and stops the feeds of a Sovereign together, and passes wishes on to them. */
#include "feed/feed_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "feed/catalyst_feed.h"
#include "feed/feed_gate.h"
#include "feed/feed_post.h"
#include "feed/kube_feed.h"
#include "feed/nats_feed.h"
#include "feed/transition.h"
#include "feed/tunnel_feed.h"

struct feed_set {
    struct feed_set_options options;
    struct feed_gate *gate;
    struct feed_anchor *anchor;
    struct kube_feed *regions[STORE_REGIONS_MAX];
    size_t region_count;
    struct catalyst_feed *catalyst; /* NULL: not wanted */
    struct nats_feed *nats;
    struct tunnel_feed *tunnels; /* NULL: none */
};

static void note_transition(void *context, const struct row *before, const struct row *after)
{
    struct timeline_entry entries[TRANSITION_ENTRIES_MAX];
    size_t count = transition_compare(before, after, clock_wall_ms(), entries);
    for (size_t i = 0; i < count; i++)
        store_note(context, &entries[i]);
}

static void introduce(struct feed_set *set)
{
    const struct sovereign *sovereign = set->options.sovereign;
    struct store *store = set->options.store;
    snprintf(store->sovereign, sizeof store->sovereign, "%s", sovereign->name);
    snprintf(store->fqdn, sizeof store->fqdn, "%s", sovereign->fqdn);
    snprintf(store->sovereign_class, sizeof store->sovereign_class, "%s", profile_class_name(sovereign->class));
    int primary = sovereign_primary(sovereign);
    for (size_t i = 0; i < sovereign->region_count; i++)
        store_add_region(store, sovereign->regions[i].name, (int)i == primary);
    store_set_observer(store, note_transition, store);
}

static void start_regions(struct feed_set *set)
{
    const struct sovereign *sovereign = set->options.sovereign;
    for (size_t i = 0; i < sovereign->region_count; i++) {
        struct kube_feed_options options = {.thread = set->options.thread, .inbox = set->options.inbox, .store = set->options.store,
                                            .gate = set->gate, .region = &sovereign->regions[i], .index = (int)i};
        set->regions[set->region_count++] = kube_feed_start(&options);
    }
}

static void retry_all(void *context)
{
    feed_set_retry(context);
}

struct feed_set *feed_set_start(const struct feed_set_options *options)
{
    struct feed_set *set = alloc_new(struct feed_set);
    set->options = *options;
    set->gate = feed_gate_new();
    set->anchor = feed_anchor_new(set);
    introduce(set);
    start_regions(set);
    if (!options->without_catalyst) {
        struct catalyst_feed_options catalyst = {.thread = options->thread, .inbox = options->inbox, .store = options->store,
                                                 .worker = options->logins != NULL ? options->logins : options->worker, .gate = set->gate, .sovereign = options->sovereign};
        set->catalyst = catalyst_feed_start(&catalyst);
    }
    if (!options->without_nats)
        set->nats = nats_feed_start(&(struct nats_feed_options){options->inbox, options->store, options->sovereign});
    set->tunnels = tunnel_feed_start(options->sovereign, options->inbox, options->store, retry_all, set);
    return set;
}

void feed_set_stop(struct feed_set *set)
{
    if (set == NULL)
        return;
    feed_anchor_mute(set->anchor);
    for (size_t i = 0; i < set->region_count; i++)
        kube_feed_close(set->regions[i]);
    if (set->catalyst != NULL)
        catalyst_feed_close(set->catalyst);
    nats_feed_free(set->nats);
    tunnel_feed_free(set->tunnels);
    feed_gate_wait(set->gate);
    for (size_t i = 0; i < set->region_count; i++)
        kube_feed_free(set->regions[i]);
    catalyst_feed_free(set->catalyst);
    store_set_observer(set->options.store, NULL, NULL);
    feed_anchor_unref(set->anchor);
    feed_gate_free(set->gate);
    free(set);
}

void feed_set_want(struct feed_set *set, const struct kind *kind)
{
    for (size_t i = 0; i < set->region_count; i++)
        kube_feed_want(set->regions[i], kind);
}

void feed_set_unwant(struct feed_set *set, const struct kind *kind)
{
    for (size_t i = 0; i < set->region_count; i++)
        kube_feed_unwant(set->regions[i], kind);
}

/* A look-up on the worker: the first region that knows the word decides, the primary first. */
struct lookup {
    struct feed_anchor *anchor;
    struct inbox *inbox;
    const struct sovereign *sovereign;
    char *word;
    void (*opened)(void *context, const struct kind *kind, const struct error *err);
    void *context;
    const struct kind *kind;
    struct error error;
};

static void free_lookup(void *data)
{
    struct lookup *lookup = data;
    feed_anchor_unref(lookup->anchor);
    free(lookup->word);
    free(lookup);
}

static void apply_lookup(void *owner, void *data)
{
    const struct lookup *lookup = data;
    lookup->opened(lookup->context, lookup->kind, &lookup->error);
}

static void run_lookup(void *data)
{
    struct lookup *lookup = data;
    const struct sovereign *sovereign = lookup->sovereign;
    int primary = sovereign_primary(sovereign);
    error_set(&lookup->error, STATUS_UNREACHABLE, "no region can be asked for '%s'", lookup->word);
    for (size_t i = 0; i < sovereign->region_count && lookup->kind == NULL; i++) {
        size_t at = (i + (size_t)(primary < 0 ? 0 : primary)) % sovereign->region_count;
        struct error err = {0};
        if (sovereign->regions[at].client == NULL)
            continue;
        if (kube_client_find_kind(sovereign->regions[at].client, lookup->word, &lookup->kind, &err) == STATUS_OK)
            error_clear(&lookup->error);
        else if (i == 0 || lookup->error.status == STATUS_UNREACHABLE)
            lookup->error = err;
    }
}

/* The worker's dispose: the answer goes to the UI thread, or nowhere when the job never ran. */
static void post_lookup(void *data)
{
    struct lookup *lookup = data;
    struct feed_message message = {.apply = apply_lookup, .dispose = free_lookup, .data = lookup, .size = sizeof *lookup};
    if (lookup->kind == NULL && lookup->error.status == STATUS_OK)
        error_set(&lookup->error, STATUS_BUSY, "too much is waiting to be done; try '%s' again", lookup->word);
    feed_post(lookup->anchor, lookup->inbox, &message);
}

void feed_set_open_kind(struct feed_set *set, const char *word,
                        void (*opened)(void *context, const struct kind *kind, const struct error *err), void *context)
{
    struct lookup *lookup = alloc_new(struct lookup);
    *lookup = (struct lookup){.anchor = feed_anchor_ref(set->anchor), .inbox = set->options.inbox,
                              .sovereign = set->options.sovereign, .word = alloc_strdup(word), .opened = opened, .context = context};
    worker_submit(set->options.worker, run_lookup, post_lookup, lookup);
}

void feed_set_retry(struct feed_set *set)
{
    for (size_t i = 0; i < set->region_count; i++)
        kube_feed_retry(set->regions[i]);
    if (set->catalyst != NULL)
        catalyst_feed_retry(set->catalyst);
}

void feed_set_refresh_cutover(struct feed_set *set)
{
    if (set->catalyst != NULL)
        catalyst_feed_refresh(set->catalyst);
}

void feed_set_renew_catalyst(struct feed_set *set)
{
    if (set->catalyst != NULL)
        catalyst_feed_renew(set->catalyst);
}

struct nats_link *feed_set_nats(const struct feed_set *set)
{
    return set->nats != NULL ? nats_feed_link(set->nats) : NULL;
}

bool feed_set_is_settled(const struct feed_set *set)
{
    for (size_t i = 0; i < set->region_count; i++)
        if (!kube_feed_is_settled(set->regions[i]))
            return false;
    return (set->catalyst == NULL || catalyst_feed_is_settled(set->catalyst)) &&
           (set->nats == NULL || nats_feed_is_settled(set->nats));
}
