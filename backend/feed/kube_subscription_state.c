/* What the table says about itself, made of what the parts live through: one state and one sentence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "feed/kube_subscription_inside.h"

struct state_message {
    enum table_state state;
    uint64_t broken;
    char text[256];
    char namespaces[KUBE_SUBSCRIPTION_NAMESPACES_MAX][KUBE_PART_NAMESPACE_MAX]; /* of PARTIAL */
    size_t namespace_count;
};

static bool is_followed(void *context, const struct row *row)
{
    const struct state_message *message = context;
    for (size_t i = 0; i < message->namespace_count; i++)
        if (span_equals_text(row_namespace(row), message->namespaces[i]))
            return true;
    return false;
}

/* Rows of namespaces that may not be seen any more, and of a kind that is no more, cannot be vouched for. */
static void apply_state(void *feed, void *data)
{
    struct kube_subscription *subscription = feed;
    struct state_message *message = data;
    struct table *table = subscription->options.table;
    table->broken += message->broken;
    if (message->state == TABLE_STATE_PARTIAL)
        table_forget(table, is_followed, message);
    if (message->state == TABLE_STATE_ABSENT)
        table_forget(table, NULL, NULL);
    table_set_state(table, message->state, message->text);
    subscription->options.changed(subscription->options.feed);
}

static void add_namespaces(const struct kube_subscription *subscription, struct state_message *message)
{
    for (size_t slot = 1; slot < KUBE_SUBSCRIPTION_SLOTS; slot++) {
        const struct kube_part *part = subscription->parts[slot];
        if (part != NULL)
            memcpy(message->namespaces[message->namespace_count++], part->namespace, sizeof part->namespace);
    }
}

static void say(struct kube_subscription *subscription)
{
    struct state_message *message = alloc_new(struct state_message);
    message->state = subscription->state;
    message->broken = subscription->broken;
    add_namespaces(subscription, message);
    snprintf(message->text, sizeof message->text, "%s", subscription->text);
    struct feed_message posted = {.apply = apply_state, .data = message, .size = sizeof *message};
    subscription->unsaid = !feed_post(subscription->anchor, subscription->options.inbox, &posted);
    if (!subscription->unsaid)
        subscription->broken = 0;
}

/* Where nothing was ever listed, nothing can be stale. */
void kube_subscription_report(struct kube_subscription *subscription, enum table_state state, const char *text)
{
    if (state == TABLE_STATE_ABSENT)
        subscription->ever_listed = false;
    if (state == TABLE_STATE_STALE && !subscription->ever_listed)
        state = TABLE_STATE_FAILED;
    subscription->state = state;
    snprintf(subscription->text, sizeof subscription->text, "%s", text);
    say(subscription);
}

void kube_subscription_tick(struct kube_subscription *subscription)
{
    if (subscription->unsaid)
        say(subscription);
}

/* ---- judging */

static void judge_whole(struct kube_subscription *subscription, const struct kube_part *whole)
{
    switch (whole->state) {
    case KUBE_WATCH_STATE_LISTING:
        if (!subscription->ever_listed)
            kube_subscription_report(subscription, TABLE_STATE_LISTING, "");
        else if (subscription->state != TABLE_STATE_STALE) /* else the reason it is listed for stays */
            kube_subscription_report(subscription, TABLE_STATE_STALE, KUBE_SUBSCRIPTION_LISTING_AGAIN);
        break;
    case KUBE_WATCH_STATE_LIVE:
        if (whole->listed)
            kube_subscription_report(subscription, TABLE_STATE_LIVE, "");
        break;
    case KUBE_WATCH_STATE_POLLED: kube_subscription_report(subscription, TABLE_STATE_LIVE, whole->text); break;
    case KUBE_WATCH_STATE_RETRYING: kube_subscription_report(subscription, TABLE_STATE_STALE, whole->text); break;
    case KUBE_WATCH_STATE_UNAUTHENTICATED:
    case KUBE_WATCH_STATE_DENIED:
        kube_subscription_report(subscription, subscription->ever_listed ? TABLE_STATE_STALE : TABLE_STATE_FORBIDDEN, whole->text);
        break;
    case KUBE_WATCH_STATE_ABSENT: kube_subscription_report(subscription, TABLE_STATE_STALE, whole->text); break;
    }
}

struct tally {
    size_t followed, listing, current;
    const struct kube_part *broken; /* first one that is neither */
    char names[160];
};

static void add_name(struct tally *tally, const struct kube_part *part)
{
    size_t length = strlen(tally->names), left = sizeof tally->names - length;
    if (tally->current > 4) {
        if (strstr(tally->names, "...") == NULL)
            snprintf(tally->names + length, left, " ...");
        return;
    }
    snprintf(tally->names + length, left, "%s%s", length > 0 ? ", " : "", part->namespace);
}

static struct tally count_parts(const struct kube_subscription *subscription)
{
    struct tally tally = {0};
    for (size_t slot = 1; slot < KUBE_SUBSCRIPTION_SLOTS; slot++) {
        const struct kube_part *part = subscription->parts[slot];
        if (part == NULL)
            continue;
        bool current = part->listed && (part->state == KUBE_WATCH_STATE_LIVE || part->state == KUBE_WATCH_STATE_POLLED ||
                                        part->state == KUBE_WATCH_STATE_LISTING);
        tally.followed++;
        tally.current += current;
        if (current)
            add_name(&tally, part);
        else if (part->state == KUBE_WATCH_STATE_LISTING || part->state == KUBE_WATCH_STATE_LIVE)
            tally.listing++;
        else if (tally.broken == NULL)
            tally.broken = part;
    }
    return tally;
}

static void judge_namespaces(struct kube_subscription *subscription, const struct tally *tally)
{
    char text[256];
    if (tally->broken != NULL) { /* a namespace that was only a guess may turn out to be refused too */
        bool refused = tally->broken->state == KUBE_WATCH_STATE_DENIED && tally->current == 0 && !subscription->ever_listed;
        kube_subscription_report(subscription, refused ? TABLE_STATE_FORBIDDEN : TABLE_STATE_STALE, tally->broken->text);
        return;
    }
    if (tally->listing > 0) {
        if (!subscription->ever_listed)
            kube_subscription_report(subscription, TABLE_STATE_LISTING, "");
        return;
    }
    snprintf(text, sizeof text, "only namespace%s %s%s (may not list %s across all)", tally->followed == 1 ? "" : "s", tally->names,
             subscription->cut_short ? " of more" : "", subscription->kind->plural);
    kube_subscription_report(subscription, TABLE_STATE_PARTIAL, text);
}

static void note_listed(struct kube_subscription *subscription)
{
    for (size_t slot = 0; slot < KUBE_SUBSCRIPTION_SLOTS; slot++)
        if (subscription->parts[slot] != NULL && subscription->parts[slot]->listed)
            subscription->ever_listed = true;
}

void kube_subscription_judge(struct kube_subscription *subscription)
{
    const struct kube_part *whole = subscription->parts[0];
    if (whole == NULL)
        return;
    struct tally tally = count_parts(subscription);
    note_listed(subscription);
    if (kube_subscription_is_denied(subscription) && tally.followed > 0)
        judge_namespaces(subscription, &tally);
    else if (kube_subscription_is_denied(subscription) && !subscription->narrow_known && !subscription->ever_listed)
        kube_subscription_report(subscription, TABLE_STATE_LISTING, ""); /* where it may be listed is being found out */
    else
        judge_whole(subscription, whole);
}
