/* From pages and lines to table changes. A full inbox fails the page or line, so that kube_watch lists again: nothing is lost
 * silently and nothing waits in memory.
 *
 * Row changes coalesce per object, but only within one list: the key carries the list's number, because a change that took the
 * place of one from before a list would be overtaken by the list's older row. */
#include "feed/kube_subscription.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "feed/feed_post.h"
#include "transport/kube_watch.h"

#define URL_MAXIMUM 2048

struct kube_subscription {
    struct kube_subscription_options options;
    const struct kind *kind;
    struct feed_anchor *anchor;
    /* HTTP thread */
    struct row_decoder *decoder;
    struct kube_watch *watch; /* NULL: not open */
    bool ending;  /* the watch was told to close; on_closed follows */
    bool closing; /* for good */
    uint64_t list; /* number of the running or last list */
    uint64_t dropped, broken;
    size_t largest_page;
    enum table_state state; /* last one reported */
    char text[256];
    bool unsaid; /* the report did not fit into the inbox */
};

struct kube_subscription *kube_subscription_new(const struct kube_subscription_options *options, const struct kind *kind)
{
    struct kube_subscription *subscription = alloc_new(struct kube_subscription);
    subscription->options = *options;
    subscription->kind = kind;
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
    return subscription->watch != NULL;
}

/* ---- pages */

struct page_message {
    struct row_decoder_page page;
    bool first;
};

static void dispose_page(void *data)
{
    struct page_message *message = data;
    row_decoder_page_done(&message->page);
    free(message);
}

static void page_taken(void *context)
{
    struct kube_subscription *subscription = context;
    if (subscription->watch != NULL && !subscription->ending)
        kube_watch_page_taken(subscription->watch);
}

/* The Sovereign's name, when nobody has said it yet. */
static void learn_fqdn(struct kube_subscription *subscription, const struct row *row)
{
    struct store *store = subscription->options.store;
    if (strcmp(subscription->kind->id, KIND_ID_SOVEREIGN_FQDN) != 0 || store->fqdn[0] != '\0' ||
        row_region(row) != store_primary_region(store))
        return;
    snprintf(store->fqdn, sizeof store->fqdn, "%.*s", SPAN_PRINT(row_lookup(row, FIELD_DATA, "fqdn")));
    store_touch(store);
}

static void apply_page(void *feed, void *data)
{
    struct kube_subscription *subscription = feed;
    struct page_message *message = data;
    struct table *table = subscription->options.table;
    if (message->first)
        table_list_begin(table);
    for (size_t i = 0; i < message->page.count; i++) {
        learn_fqdn(subscription, message->page.rows[i]);
        table_take_row(table, message->page.rows[i]);
        message->page.rows[i] = NULL;
    }
    table->broken += message->page.refused;
    http_thread_call(kube_client_thread(subscription->options.client), page_taken, subscription);
}

static enum status busy(struct kube_subscription *subscription, struct error *err)
{
    subscription->dropped++;
    return error_set(err, STATUS_BUSY, "more came in than the console could take; listing again");
}

static enum status on_page(void *context, struct span body, bool first, struct kube_watch_page *page, struct error *err)
{
    struct kube_subscription *subscription = context;
    struct page_message *message = alloc_new(struct page_message);
    enum status status = row_decoder_read_page(subscription->decoder, body, &message->page, err);
    if (status != STATUS_OK) {
        subscription->broken++;
        dispose_page(message);
        return status;
    }
    if (first)
        subscription->list++;
    if (body.length > subscription->largest_page)
        subscription->largest_page = body.length;
    message->first = first;
    snprintf(page->resource_version, sizeof page->resource_version, "%s", message->page.resource_version);
    page->continue_token = message->page.continue_token;
    page->items = message->page.count;
    message->page.continue_token = NULL;
    struct feed_message posted = {.apply = apply_page, .dispose = dispose_page, .data = message,
                                  .size = sizeof *message + message->page.bytes + message->page.count * sizeof(struct row *)};
    if (feed_post(subscription->anchor, subscription->options.inbox, &posted))
        return STATUS_OK;
    free(page->continue_token);
    page->continue_token = NULL;
    return busy(subscription, err);
}

static void apply_list_end(void *feed, void *data)
{
    struct kube_subscription *subscription = feed;
    table_list_end(subscription->options.table);
    subscription->options.changed(subscription->options.feed);
}

/* The reader keeps the memory of the largest page it saw: given back when a list of big pages is over. */
#define KEPT_PAGE_MAXIMUM ((size_t)1 << 20)

static void on_list_complete(void *context)
{
    struct kube_subscription *subscription = context;
    if (subscription->largest_page > KEPT_PAGE_MAXIMUM)
        json_reader_trim(subscription->options.reader);
    subscription->largest_page = 0;
    struct feed_message posted = {.apply = apply_list_end};
    if (feed_post(subscription->anchor, subscription->options.inbox, &posted))
        return;
    subscription->dropped++;
    kube_watch_relist(subscription->watch);
}

/* ---- events */

struct change_message {
    struct row *row;
    bool is_delete;
};

static void dispose_change(void *data)
{
    struct change_message *message = data;
    row_unref(message->row);
    free(message);
}

static void apply_change(void *feed, void *data)
{
    struct kube_subscription *subscription = feed;
    struct change_message *message = data;
    if (message->is_delete) {
        table_delete(subscription->options.table, row_key(message->row));
        return;
    }
    learn_fqdn(subscription, message->row);
    table_take_row(subscription->options.table, message->row);
    message->row = NULL;
}

static uint64_t coalesce_key(const struct kube_subscription *subscription, const struct row *row)
{
    uint64_t key = span_hash(row_key(row));
    key ^= (uint64_t)(uintptr_t)subscription * 0x9e3779b97f4a7c15u;
    key ^= subscription->list * 0xc2b2ae3d27d4eb4fu;
    return key | 1;
}

static enum status post_change(struct kube_subscription *subscription, struct row *row, bool is_delete, struct error *err)
{
    struct change_message *message = alloc_new(struct change_message);
    *message = (struct change_message){row, is_delete};
    struct feed_message posted = {.apply = apply_change, .dispose = dispose_change, .data = message,
                                  .size = sizeof *message + row_size(row), .coalesce = coalesce_key(subscription, row)};
    return feed_post(subscription->anchor, subscription->options.inbox, &posted) ? STATUS_OK : busy(subscription, err);
}

static enum status on_event(void *context, struct span line, struct kube_watch_event *event, struct error *err)
{
    struct kube_subscription *subscription = context;
    struct row_decoder_event read;
    enum status status = row_decoder_read_line(subscription->decoder, line, &read, err);
    if (status != STATUS_OK) {
        subscription->broken++;
        return status;
    }
    row_decoder_tell(&read, event);
    return read.row != NULL ? post_change(subscription, read.row, read.type == ROW_DECODER_EVENT_DELETED, err) : STATUS_OK;
}

/* ---- state */

struct state_message {
    enum table_state state;
    uint64_t broken;
    char text[256];
};

static void apply_state(void *feed, void *data)
{
    struct kube_subscription *subscription = feed;
    struct state_message *message = data;
    struct table *table = subscription->options.table;
    enum table_state state = message->state;
    if (state == TABLE_STATE_STALE && !table->listed)
        state = TABLE_STATE_FAILED;
    if (state == TABLE_STATE_LIVE && !table->listed)
        return; /* the rows are still on their way */
    table->broken += message->broken;
    table_set_state(table, state, message->text);
    subscription->options.changed(subscription->options.feed);
}

static void say(struct kube_subscription *subscription)
{
    struct state_message *message = alloc_new(struct state_message);
    message->state = subscription->state;
    message->broken = subscription->broken;
    snprintf(message->text, sizeof message->text, "%s", subscription->text);
    struct feed_message posted = {.apply = apply_state, .data = message, .size = sizeof *message};
    subscription->unsaid = !feed_post(subscription->anchor, subscription->options.inbox, &posted);
    if (!subscription->unsaid)
        subscription->broken = 0;
}

void kube_subscription_report(struct kube_subscription *subscription, enum table_state state, const char *text)
{
    subscription->state = state;
    snprintf(subscription->text, sizeof subscription->text, "%s", text);
    say(subscription);
}

void kube_subscription_tick(struct kube_subscription *subscription)
{
    if (subscription->unsaid)
        say(subscription);
}

static void on_state(void *context, const struct kube_watch_status *status)
{
    struct kube_subscription *subscription = context;
    switch (status->state) {
    case KUBE_WATCH_STATE_LISTING: break; /* its first page says so */
    case KUBE_WATCH_STATE_LIVE: kube_subscription_report(subscription, TABLE_STATE_LIVE, ""); break;
    case KUBE_WATCH_STATE_POLLED: kube_subscription_report(subscription, TABLE_STATE_LIVE, ""); break;
    case KUBE_WATCH_STATE_RETRYING: kube_subscription_report(subscription, TABLE_STATE_STALE, status->text); break;
    case KUBE_WATCH_STATE_UNAUTHENTICATED:
    case KUBE_WATCH_STATE_DENIED: kube_subscription_report(subscription, TABLE_STATE_FORBIDDEN, status->text); break;
    case KUBE_WATCH_STATE_ABSENT:
        kube_subscription_report(subscription, TABLE_STATE_ABSENT, status->text);
        subscription->options.absent(subscription->options.machine, subscription);
        break;
    }
}

static void on_alive(void *context)
{
    struct kube_subscription *subscription = context;
    subscription->options.alive(subscription->options.machine);
}

static void on_closed(void *context)
{
    struct kube_subscription *subscription = context;
    subscription->watch = NULL;
    subscription->ending = false;
    if (subscription->closing)
        subscription->options.closed(subscription->options.machine, subscription);
}

static void read_failure(void *context, struct span body, struct kube_watch_failure *failure)
{
    struct kube_subscription *subscription = context;
    row_decoder_read_failure(subscription->options.reader, body, failure);
}

static const struct kube_watch_callbacks CALLBACKS = {
    .on_page = on_page,   .on_list_complete = on_list_complete, .on_event = on_event,         .on_alive = on_alive,
    .on_state = on_state, .on_closed = on_closed,               .read_failure = read_failure,
};

/* ---- life */

void kube_subscription_open(struct kube_subscription *subscription, const char *version)
{
    if (subscription->watch != NULL || subscription->closing)
        return;
    struct kube_client *client = subscription->options.client;
    CLEANUP(bytebuf_done) struct bytebuf url, query;
    char name[128];
    bytebuf_init(&url, URL_MAXIMUM);
    bytebuf_init(&query, URL_MAXIMUM);
    bytebuf_append_text(&url, kube_client_server(client));
    kube_client_path(&url, subscription->kind, version, subscription->kind->namespace, NULL, NULL);
    kube_client_selectors(&query, subscription->kind);
    snprintf(name, sizeof name, "%s on %s", subscription->kind->id, kube_client_region(client));
    struct kube_watch_options options = {
        .name = name,
        .url = bytebuf_text(&url),
        .query = query.length > 0 ? bytebuf_text(&query) : NULL,
        .accept = subscription->kind->dynamic_count > 0 ? ROW_DECODER_TABLE_ACCEPT : NULL,
        .identity = kube_client_identity(client),
        .proxy = kube_client_proxy(client),
    };
    subscription->watch = kube_watch_new(kube_client_thread(client), &options, &CALLBACKS, subscription);
}

void kube_subscription_pause(struct kube_subscription *subscription)
{
    if (subscription->watch == NULL || subscription->ending)
        return;
    subscription->ending = true;
    kube_watch_close(subscription->watch);
}

void kube_subscription_close(struct kube_subscription *subscription)
{
    subscription->closing = true;
    if (subscription->watch == NULL)
        subscription->options.closed(subscription->options.machine, subscription);
    else
        kube_subscription_pause(subscription);
}

void kube_subscription_retry(struct kube_subscription *subscription)
{
    if (subscription->watch != NULL && !subscription->ending)
        kube_watch_relist(subscription->watch);
}
