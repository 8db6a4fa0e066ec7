/* From pages and lines to messages for the table. A full inbox fails the page or line, so that kube_watch lists again: nothing is
 * lost silently and nothing waits in memory. Initial events are gathered into pages, and go the slow way when the inbox is full.
 *
 * Row changes coalesce per object, but only within one list: the key carries the list's number, because a change that took the
 * place of one from before a list would be overtaken by the list's older row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "feed/kube_subscription_inside.h"

#define URL_MAXIMUM 2048
#define BATCH_ROWS 500
#define BATCH_BYTES ((size_t)1 << 20)

/* ---- pages */

struct page_message {
    struct row_decoder_page page;
    size_t slot;
    bool first, is_page; /* is_page: the next one is asked for when this one was taken in */
};

static void dispose_page(void *data)
{
    struct page_message *message = data;
    row_decoder_page_done(&message->page);
    free(message);
}

struct errand {
    struct kube_subscription *subscription;
    size_t slot;
};

static void page_taken(void *context)
{
    struct errand *errand = context;
    struct kube_part *part = errand->subscription->parts[errand->slot];
    if (part != NULL && part->watch != NULL && !part->ending)
        kube_watch_page_taken(part->watch);
    free(errand);
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
        subscription->marks[message->slot] = table_list_mark(table);
    for (size_t i = 0; i < message->page.count; i++) {
        learn_fqdn(subscription, message->page.rows[i]);
        table_take_row(table, message->page.rows[i]);
        message->page.rows[i] = NULL;
    }
    table->broken += message->page.refused;
    if (!message->is_page)
        return;
    struct errand *errand = alloc_new(struct errand);
    *errand = (struct errand){subscription, message->slot};
    if (!http_thread_call(kube_client_thread(subscription->options.client), page_taken, errand))
        free(errand);
}

static enum status busy(struct kube_part *part, struct error *err)
{
    part->subscription->dropped++;
    return error_set(err, STATUS_BUSY, "more came in than the console could take; listing again");
}

/* Takes the page, in either case. */
static enum status post_page(struct kube_part *part, struct row_decoder_page *page, bool first, bool is_page, struct error *err)
{
    struct kube_subscription *subscription = part->subscription;
    struct page_message *message = alloc_new(struct page_message);
    *message = (struct page_message){.page = *page, .slot = part->slot, .first = first, .is_page = is_page};
    struct feed_message posted = {.apply = apply_page, .dispose = dispose_page, .data = message,
                                  .size = sizeof *message + page->bytes + page->count * sizeof(struct row *)};
    *page = (struct row_decoder_page){0};
    return feed_post(subscription->anchor, subscription->options.inbox, &posted) ? STATUS_OK : busy(part, err);
}

static void begin_list(struct kube_part *part)
{
    part->subscription->list++;
    part->initial = false;
    row_decoder_page_done(&part->batch);
    kube_subscription_part_listing(part->subscription, part);
}

static enum status on_page(void *context, struct span body, bool first, struct kube_watch_page *page, struct error *err)
{
    struct kube_part *part = context;
    struct row_decoder_page read;
    enum status status = row_decoder_read_page(part->subscription->decoder, body, &read, err);
    if (status != STATUS_OK) {
        part->subscription->broken++;
        row_decoder_page_done(&read);
        return status;
    }
    if (first)
        begin_list(part);
    if (body.length > part->largest_page)
        part->largest_page = body.length;
    snprintf(page->resource_version, sizeof page->resource_version, "%s", read.resource_version);
    page->items = read.count;
    char *token = read.continue_token;
    read.continue_token = NULL;
    status = post_page(part, &read, first, true, err);
    if (status == STATUS_OK)
        page->continue_token = token;
    else
        free(token);
    return status;
}

/* ---- a list as events */

static void on_initial(void *context)
{
    struct kube_part *part = context;
    begin_list(part);
    part->initial = part->batch_is_first = true;
}

static enum status flush_batch(struct kube_part *part, struct error *err)
{
    bool first = part->batch_is_first;
    if (part->batch.count == 0 && !first)
        return STATUS_OK;
    part->batch_is_first = false;
    return post_page(part, &part->batch, first, false, err);
}

static enum status gather(struct kube_part *part, struct row *row, struct error *err)
{
    struct row_decoder_page *batch = &part->batch;
    if (batch->rows == NULL)
        batch->rows = alloc_zeroed(BATCH_ROWS, sizeof *batch->rows);
    batch->rows[batch->count++] = row;
    batch->bytes += row_size(row);
    return batch->count == BATCH_ROWS || batch->bytes >= BATCH_BYTES ? flush_batch(part, err) : STATUS_OK;
}

/* ---- the end of a list */

struct list_end {
    size_t slot;
    char namespace[KUBE_PART_NAMESPACE_MAX];
};

static void apply_list_end(void *feed, void *data)
{
    struct kube_subscription *subscription = feed;
    const struct list_end *end = data;
    table_sweep(subscription->options.table, end->namespace[0] != '\0' ? end->namespace : NULL, subscription->marks[end->slot]);
    subscription->options.changed(subscription->options.feed);
}

/* The reader keeps the memory of the largest page it saw: given back when a list of big pages is over. */
#define KEPT_PAGE_MAXIMUM ((size_t)1 << 20)

static void on_list_complete(void *context)
{
    struct kube_part *part = context;
    struct kube_subscription *subscription = part->subscription;
    bool whole = !part->initial || flush_batch(part, NULL) == STATUS_OK;
    part->initial = false;
    if (part->largest_page > KEPT_PAGE_MAXIMUM)
        json_reader_trim(subscription->options.reader);
    part->largest_page = 0;
    struct list_end *end = alloc_new(struct list_end);
    end->slot = part->slot;
    snprintf(end->namespace, sizeof end->namespace, "%s", part->namespace);
    struct feed_message posted = {.apply = apply_list_end, .data = end, .size = sizeof *end};
    if (whole && feed_post(subscription->anchor, subscription->options.inbox, &posted)) {
        part->listed = true;
        if (part->state != KUBE_WATCH_STATE_POLLED)
            part->state = KUBE_WATCH_STATE_LIVE; /* its rows are those of now, whatever becomes of the watch */
        kube_subscription_part_changed(subscription, part);
        return;
    }
    if (!whole)
        free(end);
    subscription->dropped++;
    kube_watch_relist(part->watch);
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

static enum status post_change(struct kube_part *part, struct row *row, bool is_delete, struct error *err)
{
    struct kube_subscription *subscription = part->subscription;
    struct change_message *message = alloc_new(struct change_message);
    *message = (struct change_message){row, is_delete};
    struct feed_message posted = {.apply = apply_change, .dispose = dispose_change, .data = message,
                                  .size = sizeof *message + row_size(row), .coalesce = coalesce_key(subscription, row)};
    return feed_post(subscription->anchor, subscription->options.inbox, &posted) ? STATUS_OK : busy(part, err);
}

static enum status on_event(void *context, struct span line, struct kube_watch_event *event, struct error *err)
{
    struct kube_part *part = context;
    struct row_decoder_event read;
    enum status status = row_decoder_read_line(part->subscription->decoder, line, &read, err);
    if (status != STATUS_OK) {
        part->subscription->broken++;
        return status;
    }
    row_decoder_tell(&read, event);
    bool is_delete = read.type == ROW_DECODER_EVENT_DELETED;
    if (read.row == NULL)
        return STATUS_OK;
    if (part->initial && !is_delete)
        return gather(part, read.row, err);
    if (part->initial)
        status = flush_batch(part, err);
    if (status == STATUS_OK)
        return post_change(part, read.row, is_delete, err);
    row_unref(read.row);
    return status;
}

/* ---- state */

static void on_state(void *context, const struct kube_watch_status *status)
{
    struct kube_part *part = context;
    if (status->state == KUBE_WATCH_STATE_LISTING)
        return; /* its first page says so: until then it may be refused as before */
    part->state = status->state;
    snprintf(part->text, sizeof part->text, "%s", status->text);
    kube_subscription_part_changed(part->subscription, part);
}

static void on_alive(void *context)
{
    struct kube_part *part = context;
    part->subscription->options.alive(part->subscription->options.machine);
}

static void on_closed(void *context)
{
    struct kube_part *part = context;
    part->watch = NULL;
    part->ending = false;
    kube_subscription_part_closed(part->subscription, part);
}

static void read_failure(void *context, struct span body, struct kube_watch_failure *failure)
{
    struct kube_part *part = context;
    row_decoder_read_failure(part->subscription->options.reader, body, failure);
}

static void read_version(void *context, struct span body, char version[KUBE_WATCH_VERSION_MAX])
{
    struct kube_part *part = context;
    row_decoder_read_version(part->subscription->options.reader, body, version);
}

static const struct kube_watch_callbacks CALLBACKS = {
    .on_page = on_page,   .on_initial = on_initial, .on_list_complete = on_list_complete, .on_event = on_event,
    .on_alive = on_alive, .on_state = on_state,     .on_closed = on_closed,               .read_failure = read_failure,
    .read_version = read_version,
};

/* ---- life */

void kube_part_open(struct kube_part *part, const char *version)
{
    const struct kube_subscription *subscription = part->subscription;
    const struct kind *kind = subscription->kind;
    struct kube_client *client = subscription->options.client;
    const char *namespace = part->namespace[0] != '\0' ? part->namespace : kind->namespace;
    CLEANUP(bytebuf_done) struct bytebuf url, query;
    char name[192];
    bytebuf_init(&url, URL_MAXIMUM);
    bytebuf_init(&query, URL_MAXIMUM);
    bytebuf_append_text(&url, kube_client_server(client));
    kube_client_path(&url, kind, version, namespace, NULL, NULL);
    kube_client_selectors(&query, kind);
    snprintf(name, sizeof name, "%s%s%s on %s", kind->id, part->namespace[0] != '\0' ? " in " : "", part->namespace,
             kube_client_region(client));
    struct kube_watch_options options = {
        .name = name,
        .url = bytebuf_text(&url),
        .query = query.length > 0 ? bytebuf_text(&query) : NULL,
        .accept = kind->dynamic_count > 0 ? ROW_DECODER_TABLE_ACCEPT : NULL,
        .identity = kube_client_identity(client),
        .proxy = kube_client_proxy(client),
        .page_timeout_ms = kube_client_request_timeout(client),
        .server = subscription->options.server,
        .no_initial_events = kind->dynamic_count > 0,
    };
    part->state = KUBE_WATCH_STATE_LISTING;
    part->text[0] = '\0';
    part->watch = kube_watch_new(kube_client_thread(client), &options, &CALLBACKS, part);
}

void kube_part_close(struct kube_part *part)
{
    if (part->ending)
        return;
    part->ending = true;
    kube_watch_close(part->watch);
}

void kube_part_done(struct kube_part *part)
{
    row_decoder_page_done(&part->batch);
}
