/* The parts of a subscription: one for the whole kind, and one per namespace while the whole is refused. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "feed/kube_subscription_inside.h"

struct kube_subscription *kube_subscription_new(const struct kube_subscription_options *options, const struct kind *kind)
{
    struct kube_subscription *subscription = alloc_new(struct kube_subscription);
    subscription->options = *options;
    subscription->kind = kind;
    subscription->ever_listed = options->table->listed;
    subscription->anchor = feed_anchor_new(subscription);
    subscription->decoder = row_decoder_new(kind, kube_client_index(options->client), options->reader);
    return subscription;
}

void kube_subscription_free(struct kube_subscription *subscription)
{
    row_decoder_free(subscription->decoder);
    feed_anchor_unref(subscription->anchor);
    free(subscription);
}

void kube_subscription_mute(struct kube_subscription *subscription)
{
    feed_anchor_mute(subscription->anchor);
}

const struct kind *kube_subscription_kind(const struct kube_subscription *subscription)
{
    return subscription->kind;
}

struct table *kube_subscription_table(const struct kube_subscription *subscription)
{
    return subscription->options.table;
}

uint64_t kube_subscription_dropped(const struct kube_subscription *subscription)
{
    return subscription->dropped;
}

bool kube_subscription_is_open(const struct kube_subscription *subscription)
{
    return subscription->parts[0] != NULL || subscription->closing_parts > 0;
}

bool kube_subscription_is_denied(const struct kube_subscription *subscription)
{
    const struct kube_part *whole = subscription->parts[0];
    return whole != NULL && whole->state == KUBE_WATCH_STATE_DENIED && subscription->kind->namespaced &&
           subscription->kind->namespace == NULL;
}

/* ---- parts */

static void open_part(struct kube_subscription *subscription, size_t slot, const char *namespace)
{
    struct kube_part *part = alloc_new(struct kube_part);
    part->subscription = subscription;
    part->slot = slot;
    snprintf(part->namespace, sizeof part->namespace, "%s", namespace);
    subscription->parts[slot] = part;
    kube_part_open(part, subscription->version);
}

/* From here on it has no say: what it still reports is not heard. */
static void close_part(struct kube_subscription *subscription, size_t slot)
{
    struct kube_part *part = subscription->parts[slot];
    if (part == NULL)
        return;
    subscription->parts[slot] = NULL;
    subscription->closing_parts++;
    kube_part_close(part);
}

static void close_namespaces(struct kube_subscription *subscription)
{
    for (size_t slot = 1; slot < KUBE_SUBSCRIPTION_SLOTS; slot++)
        close_part(subscription, slot);
    subscription->narrow_known = subscription->cut_short = false;
}

void kube_subscription_part_closed(struct kube_subscription *subscription, struct kube_part *part)
{
    kube_part_done(part);
    free(part);
    subscription->closing_parts--;
    if (subscription->closing && subscription->closing_parts == 0)
        subscription->options.closed(subscription->options.machine, subscription);
}

static size_t find_namespace(const struct kube_subscription *subscription, const char *namespace)
{
    for (size_t slot = 1; slot < KUBE_SUBSCRIPTION_SLOTS; slot++)
        if (subscription->parts[slot] != NULL && strcmp(subscription->parts[slot]->namespace, namespace) == 0)
            return slot;
    return 0;
}

static bool is_among(const char *namespace, const char *const *namespaces, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(namespaces[i], namespace) == 0)
            return true;
    return false;
}

void kube_subscription_narrow(struct kube_subscription *subscription, const char *const *namespaces, size_t count, bool more)
{
    if (subscription->closing || !kube_subscription_is_denied(subscription))
        return;
    subscription->narrow_known = true;
    subscription->cut_short = more;
    for (size_t slot = 1; slot < KUBE_SUBSCRIPTION_SLOTS; slot++)
        if (subscription->parts[slot] != NULL && !is_among(subscription->parts[slot]->namespace, namespaces, count))
            close_part(subscription, slot);
    for (size_t i = 0; i < count; i++) {
        size_t slot = 1;
        if (find_namespace(subscription, namespaces[i]) != 0)
            continue;
        while (slot < KUBE_SUBSCRIPTION_SLOTS && subscription->parts[slot] != NULL)
            slot++;
        if (slot == KUBE_SUBSCRIPTION_SLOTS)
            subscription->cut_short = true;
        else
            open_part(subscription, slot, namespaces[i]);
    }
    kube_subscription_judge(subscription);
}

static bool has_say(const struct kube_subscription *subscription, const struct kube_part *part)
{
    return subscription->parts[part->slot] == part && !subscription->closing;
}

void kube_subscription_part_listing(struct kube_subscription *subscription, struct kube_part *part)
{
    if (!has_say(subscription, part))
        return;
    if (part->slot == 0)
        close_namespaces(subscription); /* the whole may be listed by now */
    if (part->state == KUBE_WATCH_STATE_POLLED)
        return;
    part->state = KUBE_WATCH_STATE_LISTING;
    kube_subscription_judge(subscription);
}

void kube_subscription_part_changed(struct kube_subscription *subscription, struct kube_part *part)
{
    if (!has_say(subscription, part))
        return;
    kube_subscription_judge(subscription);
    if (part->state == KUBE_WATCH_STATE_ABSENT)
        subscription->options.absent(subscription->options.machine, subscription);
    else if (part->slot == 0 && kube_subscription_is_denied(subscription))
        subscription->options.denied(subscription->options.machine, subscription);
}

/* ---- life */

void kube_subscription_open(struct kube_subscription *subscription, const char *version)
{
    if (kube_subscription_is_open(subscription) || subscription->closing)
        return;
    snprintf(subscription->version, sizeof subscription->version, "%s", version);
    open_part(subscription, 0, "");
}

void kube_subscription_pause(struct kube_subscription *subscription)
{
    close_namespaces(subscription);
    close_part(subscription, 0);
}

void kube_subscription_close(struct kube_subscription *subscription)
{
    subscription->closing = true;
    kube_subscription_pause(subscription);
    if (subscription->closing_parts == 0)
        subscription->options.closed(subscription->options.machine, subscription);
}

void kube_subscription_retry(struct kube_subscription *subscription)
{
    for (size_t slot = 0; slot < KUBE_SUBSCRIPTION_SLOTS; slot++)
        if (subscription->parts[slot] != NULL)
            kube_watch_relist(subscription->parts[slot]->watch);
}
