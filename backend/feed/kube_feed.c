/* The UI thread's half: who wants which kind, and what the lamp says from probe and tables. */
#include "feed/kube_feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "feed/kube_feed_machine.h"
#include "sovereign/kind_table.h"

#define UNWANTED_MS 30000

struct wanted {
    struct kube_subscription *subscription; /* NULL: the region has no client */
    const struct kind *kind;
    struct table *table;
    unsigned wants;
    int64_t unwanted_ms; /* since when nobody wants it; -1: somebody does */
};

struct kube_feed {
    struct kube_feed_options options;
    struct kube_feed_machine *machine; /* NULL: the region has no client */
    struct feed_anchor *anchor;
    struct feed_health *health; /* in the store; NULL: no room for a lamp */
    ARRAY(struct wanted) wanted;
    struct kube_feed_proof proof; /* the last probe's */
    bool proved;
};

/* ---- lamp */

static bool is_always(const struct wanted *wanted)
{
    return wanted->kind->feed == KIND_FEED_ALWAYS;
}

/* "may not list pods, nodes and 3 more" */
static size_t describe_forbidden(const struct kube_feed *feed, char *text, size_t size)
{
    size_t count = 0, length = 0;
    for (size_t i = 0; i < feed->wanted.count; i++) {
        const struct wanted *wanted = &feed->wanted.items[i];
        if (wanted->table->state != TABLE_STATE_FORBIDDEN)
            continue;
        if (++count <= 3 && length < size)
            length += (size_t)snprintf(text + length, size - length, "%s%s", count > 1 ? ", " : "may not list ", wanted->kind->id);
    }
    if (count > 3 && length < size)
        snprintf(text + length, size - length, " and %zu more", count - 3);
    return count;
}

/* Nothing at all may be listed: whom the server takes us for explains it best ('… is forbidden: User "jane" cannot list …'). */
static void describe_stranger(const struct kube_feed *feed, char *text, size_t size)
{
    for (size_t i = 0; i < feed->wanted.count; i++) {
        const struct table *table = feed->wanted.items[i].table;
        const char *user = table->state == TABLE_STATE_FORBIDDEN ? strstr(table_reason(table), "User \"") : NULL;
        const char *end = user != NULL ? strchr(user + 6, '"') : NULL;
        if (end == NULL)
            continue;
        int length = (int)(end - user - 6);
        if (span_equals_text((struct span){user + 6, (size_t)length}, "system:anonymous"))
            snprintf(text, size, "no credentials reached the server (it sees system:anonymous): see :doctor");
        else
            snprintf(text, size, "'%.*s' may list nothing here: see :doctor, or give -n NAMESPACE where it may", length, user + 6);
        return;
    }
}

static const struct table *find_broken(const struct kube_feed *feed)
{
    for (size_t i = 0; i < feed->wanted.count; i++) {
        const struct table *table = feed->wanted.items[i].table;
        bool relisting = table->state == TABLE_STATE_STALE && strcmp(table->reason, KUBE_SUBSCRIPTION_LISTING_AGAIN) == 0;
        if ((table->state == TABLE_STATE_STALE && !relisting) || table->state == TABLE_STATE_FAILED)
            return table;
    }
    return NULL;
}

/* Seen in part, or listed now and then instead of watched. */
static const struct table *find_narrow(const struct kube_feed *feed)
{
    for (size_t i = 0; i < feed->wanted.count; i++) {
        const struct table *table = feed->wanted.items[i].table;
        if (table->state == TABLE_STATE_PARTIAL || (table->state == TABLE_STATE_LIVE && table->reason[0] != '\0'))
            return table;
    }
    return NULL;
}

static enum feed_state judge(const struct kube_feed *feed, char *text, size_t size)
{
    text[0] = '\0';
    if (feed->proof.status != STATUS_OK) {
        snprintf(text, size, "%s", feed->proof.text);
        return feed->proof.status == STATUS_UNAUTHENTICATED ? FEED_STATE_DENIED : FEED_STATE_DOWN;
    }
    size_t always = 0;
    for (size_t i = 0; i < feed->wanted.count; i++)
        always += is_always(&feed->wanted.items[i]) && feed->wanted.items[i].table->state != TABLE_STATE_ABSENT;
    const struct table *broken = find_broken(feed), *narrow = find_narrow(feed);
    size_t forbidden = describe_forbidden(feed, text, size);
    if (forbidden > 0 && forbidden >= always && narrow == NULL) {
        describe_stranger(feed, text, size);
        return FEED_STATE_DENIED;
    }
    if (forbidden > 0 && narrow == NULL)
        return FEED_STATE_LIMITED;
    if (forbidden > 0 || narrow != NULL) {
        size_t length = strlen(text);
        snprintf(text + length, size - length, "%s%s", length > 0 ? "; " : "", table_reason(narrow));
        return FEED_STATE_LIMITED;
    }
    if (broken == NULL)
        return FEED_STATE_LIVE;
    snprintf(text, size, "%s", table_reason(broken));
    return FEED_STATE_LIMITED;
}

static void refresh_lamp(void *owner)
{
    struct kube_feed *feed = owner;
    char text[sizeof feed->health->reason];
    if (feed->health == NULL || !feed->proved)
        return;
    enum feed_state state = judge(feed, text, sizeof text);
    if (feed_health_set(feed->health, state, text))
        store_touch(feed->options.store);
}

static void drop_unwanted(struct kube_feed *feed);

static void apply_proof(void *owner, void *data)
{
    struct kube_feed *feed = owner;
    const struct kube_feed_proof *proof = data;
    bool is_probe = proof->latency_ms >= 0 || proof->status != STATUS_OK;
    if (feed->health == NULL)
        return;
    feed->health->dropped = proof->dropped;
    bool was_down = feed->health->state == FEED_STATE_DOWN;
    bool was_refused = proof->status == STATUS_UNAUTHENTICATED && proof->latency_ms >= 0; /* by the server: it lives */
    if (proof->status == STATUS_OK || was_refused)                                        /* not by an exec plugin here */
        feed_health_proof(feed->health, proof->latency_ms);
    if (is_probe || !feed->proved) {
        feed->proof = *proof;
        feed->proved = true;
    }
    if (proof->protocol[0] != '\0')
        snprintf(feed->health->protocol, sizeof feed->health->protocol, "%s", proof->protocol);
    refresh_lamp(feed);
    feed->health->reconnects += was_down && feed->health->state != FEED_STATE_DOWN;
    drop_unwanted(feed);
}

/* ---- kinds */

static struct wanted *find_wanted(const struct kube_feed *feed, const struct kind *kind)
{
    for (size_t i = 0; i < feed->wanted.count; i++)
        if (feed->wanted.items[i].kind == kind)
            return &feed->wanted.items[i];
    return NULL;
}

static void subscribe(struct kube_feed *feed, struct wanted *wanted)
{
    if (feed->machine == NULL) {
        table_set_state(wanted->table, TABLE_STATE_FAILED, feed->options.region->error.text);
        return;
    }
    struct kube_subscription_options options = {
        .client = feed->options.region->client,
        .inbox = feed->options.inbox,
        .store = feed->options.store,
        .table = wanted->table,
        .reader = feed->machine->reader,
        .server = &feed->machine->server,
        .alive = kube_feed_machine_alive,
        .absent = kube_feed_machine_absent,
        .denied = kube_feed_machine_denied,
        .closed = kube_feed_machine_closed,
        .changed = refresh_lamp,
        .machine = feed->machine,
        .feed = feed,
    };
    if (!wanted->table->listed)
        table_set_state(wanted->table, TABLE_STATE_LISTING, "");
    wanted->subscription = kube_subscription_new(&options, wanted->kind);
    kube_feed_machine_add(feed->machine, wanted->subscription);
}

void kube_feed_want(struct kube_feed *feed, const struct kind *kind)
{
    struct wanted *known = find_wanted(feed, kind);
    if (known != NULL) {
        known->wants++;
        known->unwanted_ms = -1;
        return;
    }
    struct wanted wanted = {.kind = kind, .table = store_table(feed->options.store, kind, feed->options.index), .wants = 1,
                            .unwanted_ms = -1};
    if (wanted.table == NULL)
        return;
    subscribe(feed, &wanted);
    ARRAY_PUSH(&feed->wanted, wanted);
}

void kube_feed_unwant(struct kube_feed *feed, const struct kind *kind)
{
    struct wanted *known = find_wanted(feed, kind);
    if (known != NULL && known->wants > 0 && --known->wants == 0)
        known->unwanted_ms = clock_monotonic_ms();
}

static void unsubscribe(struct kube_feed *feed, struct wanted *wanted)
{
    if (wanted->subscription == NULL)
        return;
    kube_subscription_mute(wanted->subscription);
    kube_feed_machine_remove(feed->machine, wanted->subscription);
    wanted->subscription = NULL;
}

/* A screen that is left and opened again within the half minute finds its rows. */
static void drop_unwanted(struct kube_feed *feed)
{
    for (size_t i = feed->wanted.count; i-- > 0;) {
        struct wanted *wanted = &feed->wanted.items[i];
        if (wanted->unwanted_ms < 0 || clock_monotonic_ms() - wanted->unwanted_ms < UNWANTED_MS)
            continue;
        unsubscribe(feed, wanted);
        table_set_state(wanted->table, wanted->table->listed ? TABLE_STATE_STALE : TABLE_STATE_OFF, "not followed any more");
        ARRAY_REMOVE(&feed->wanted, i);
    }
}

/* ---- life */

static void add_lamp(struct kube_feed *feed)
{
    const struct sovereign_region *region = feed->options.region;
    feed->health = store_add_feed(feed->options.store, FEED_KIND_KUBE, feed->options.index, region->name);
    if (feed->health == NULL)
        return;
    if (region->client == NULL) {
        feed_health_set(feed->health, FEED_STATE_DOWN, region->error.text);
        return;
    }
    snprintf(feed->health->address, sizeof feed->health->address, "%s", kube_client_server(region->client));
    snprintf(feed->health->identity, sizeof feed->health->identity, "%s", kube_client_user(region->client));
    char waiting[128] = "connecting";
    struct tls_identity_summary identity;
    tls_identity_summary(kube_client_identity(region->client), &identity);
    if (identity.has_source)
        snprintf(waiting, sizeof waiting, "asking exec plugin '%s' for credentials", identity.source_name);
    feed_health_set(feed->health, FEED_STATE_STARTING, waiting);
}

struct kube_feed *kube_feed_start(const struct kube_feed_options *options)
{
    struct kube_feed *feed = alloc_new(struct kube_feed);
    feed->options = *options;
    feed->anchor = feed_anchor_new(feed);
    add_lamp(feed);
    if (options->region->client != NULL) {
        struct kube_feed_machine parts = {.thread = options->thread, .client = options->region->client, .inbox = options->inbox,
                                          .gate = options->gate, .anchor = feed->anchor, .proved = apply_proof};
        feed->machine = kube_feed_machine_new(&parts);
        kube_feed_machine_start(feed->machine);
    }
    for (size_t i = 0; i < kind_table_count(); i++)
        if (kind_table_at(i)->feed == KIND_FEED_ALWAYS)
            kube_feed_want(feed, kind_table_at(i));
    return feed;
}

void kube_feed_close(struct kube_feed *feed)
{
    feed_anchor_mute(feed->anchor);
    for (size_t i = 0; i < feed->wanted.count; i++)
        if (feed->wanted.items[i].subscription != NULL)
            kube_subscription_mute(feed->wanted.items[i].subscription);
    if (feed->machine != NULL)
        kube_feed_machine_close(feed->machine);
}

void kube_feed_free(struct kube_feed *feed)
{
    if (feed == NULL)
        return;
    kube_feed_machine_free(feed->machine);
    feed_anchor_unref(feed->anchor);
    ARRAY_FREE(&feed->wanted);
    free(feed);
}

void kube_feed_retry(struct kube_feed *feed)
{
    if (feed->machine != NULL)
        kube_feed_machine_retry(feed->machine);
}

bool kube_feed_is_settled(const struct kube_feed *feed)
{
    if (feed->machine == NULL)
        return true;
    if (!feed->proved)
        return false;
    for (size_t i = 0; i < feed->wanted.count; i++)
        if (feed->wanted.items[i].table->state == TABLE_STATE_LISTING)
            return false;
    return true;
}
