/* Watches for --watch; see live_watch.h. The watch runs and decodes on the HTTP thread; rows come to the main thread through
 * the inbox and change the tables there. A full inbox means a fresh list. */
#include "headless/live_watch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/inbox.h"
#include "decode/json_reader.h"
#include "sovereign/row_decoder.h"
#include "transport/http_url.h"
#include "transport/kube_watch.h"

#define INBOX_MESSAGES 10000
#define INBOX_BYTES ((size_t)64 << 20)

struct channel {
    struct live_watch *owner;
    struct table *table; /* main thread */
    struct kube_client *client;
    char *url, *query;
    char name[96];
    struct row_decoder *decoder; /* HTTP thread, as is watch */
    struct kube_watch *watch;
};

struct live_watch {
    const struct session *session;
    struct inbox *inbox;
    struct json_reader *reader; /* HTTP thread */
    struct channel *channels;
    size_t count;
};

/* ---- messages, applied on the main thread ---- */

enum news_kind { NEWS_PAGE, NEWS_LISTED, NEWS_ROW, NEWS_GONE, NEWS_STATE };

struct news {
    enum news_kind kind;
    struct channel *channel;
    bool first;
    struct row **rows;
    size_t count;
    enum table_state state;
    char text[256];
};

static void apply(void *payload, void *context)
{
    struct news *news = payload;
    struct table *table = news->channel->table;
    if (news->kind == NEWS_PAGE && news->first)
        table_list_begin(table);
    for (size_t i = 0; i < news->count; i++) {
        if (news->kind == NEWS_GONE) {
            table_delete(table, row_key(news->rows[i]));
        } else {
            table_take_row(table, news->rows[i]);
            news->rows[i] = NULL;
        }
    }
    if (news->kind == NEWS_LISTED)
        table_list_end(table);
    if (news->kind != NEWS_STATE)
        return;
    if (table->state != news->state && news->state != TABLE_STATE_LIVE)
        session_say("%s", news->text);
    table_set_state(table, news->state, news->text);
}

static void dispose(void *payload)
{
    struct news *news = payload;
    for (size_t i = 0; i < news->count; i++)
        row_unref(news->rows[i]);
    free(news->rows);
    free(news);
}

static bool post(struct news news)
{
    struct news *payload = alloc_new(struct news);
    *payload = news;
    size_t size = sizeof news;
    for (size_t i = 0; i < news.count; i++)
        size += row_size(news.rows[i]);
    bool posted = inbox_post(news.channel->owner->inbox, (struct inbox_message){apply, dispose, payload, size, 0});
    if (!posted)
        kube_watch_relist(news.channel->watch);
    return posted;
}

/* ---- callbacks, HTTP thread ---- */

static enum status take_page(void *context, struct span body, bool first, struct kube_watch_page *page, struct error *err)
{
    struct channel *channel = context;
    struct row_decoder_page decoded;
    enum status status = row_decoder_read_page(channel->decoder, body, &decoded, err);
    if (status != STATUS_OK)
        return status;
    snprintf(page->resource_version, sizeof page->resource_version, "%s", decoded.resource_version);
    page->continue_token = decoded.continue_token;
    decoded.continue_token = NULL;
    page->items = decoded.count;
    post((struct news){.kind = NEWS_PAGE, .channel = channel, .first = first, .rows = decoded.rows, .count = decoded.count});
    decoded.rows = NULL;
    decoded.count = 0;
    row_decoder_page_done(&decoded);
    page->taken = true;
    return STATUS_OK;
}

static void end_list(void *context)
{
    post((struct news){.kind = NEWS_LISTED, .channel = context});
}

static enum status take_event(void *context, struct span line, struct kube_watch_event *event, struct error *err)
{
    struct channel *channel = context;
    struct row_decoder_event decoded;
    enum status status = row_decoder_read_line(channel->decoder, line, &decoded, err);
    if (status != STATUS_OK)
        return status;
    row_decoder_tell(&decoded, event);
    if (decoded.row == NULL)
        return STATUS_OK;
    struct row **rows = alloc_new(struct row *);
    rows[0] = decoded.row;
    post((struct news){.kind = decoded.type == ROW_DECODER_EVENT_DELETED ? NEWS_GONE : NEWS_ROW, .channel = channel, .rows = rows, .count = 1});
    return STATUS_OK;
}

static void take_state(void *context, const struct kube_watch_status *status)
{
    static const enum table_state STATES[] = {
        [KUBE_WATCH_STATE_LISTING] = TABLE_STATE_LIVE,   [KUBE_WATCH_STATE_LIVE] = TABLE_STATE_LIVE,
        [KUBE_WATCH_STATE_RETRYING] = TABLE_STATE_STALE, [KUBE_WATCH_STATE_UNAUTHENTICATED] = TABLE_STATE_STALE,
        [KUBE_WATCH_STATE_POLLED] = TABLE_STATE_LIVE,    [KUBE_WATCH_STATE_DENIED] = TABLE_STATE_FORBIDDEN, [KUBE_WATCH_STATE_ABSENT] = TABLE_STATE_ABSENT,
    };
    struct news news = {.kind = NEWS_STATE, .channel = context, .state = STATES[status->state]};
    snprintf(news.text, sizeof news.text, "%s", status->text);
    if (status->state != KUBE_WATCH_STATE_LISTING)
        post(news);
}

static void read_failure(void *context, struct span body, struct kube_watch_failure *failure)
{
    row_decoder_read_failure(((struct channel *)context)->owner->reader, body, failure);
}

static const struct kube_watch_callbacks CALLBACKS = {
    .on_page = take_page, .on_list_complete = end_list, .on_event = take_event, .on_state = take_state, .read_failure = read_failure,
};

/* ---- life ---- */

/* HTTP thread: nothing of the watch can run before `watch` is set. */
static void open_on_thread(void *context)
{
    struct channel *channel = context;
    const struct kind *kind = channel->table->kind;
    struct kube_watch_options options = {.name = channel->name, .url = channel->url, .query = channel->query[0] != '\0' ? channel->query : NULL,
                                         .accept = kind->dynamic_count > 0 ? ROW_DECODER_TABLE_ACCEPT : NULL,
                                         .identity = kube_client_identity(channel->client), .proxy = kube_client_proxy(channel->client)};
    channel->watch = kube_watch_new(channel->owner->session->thread, &options, &CALLBACKS, channel);
}

static void close_on_thread(void *context)
{
    kube_watch_close(((struct channel *)context)->watch);
}

/* "labelSelector=a,b": the kind's own and the command line's together. */
static void append_selector(struct bytebuf *query, const char *name, const char *own, const char *given)
{
    if (own == NULL && given == NULL)
        return;
    bytebuf_printf(query, "%s%s=", query->length > 0 ? "&" : "", name);
    if (own != NULL)
        http_url_append_escaped(query, span_of(own));
    if (own != NULL && given != NULL)
        bytebuf_append_text(query, "%2C");
    if (given != NULL)
        http_url_append_escaped(query, span_of(given));
}

static void open_channel(struct live_watch *watch, const struct snapshot *snapshot, size_t kind_at, int region)
{
    const struct kind *kind = snapshot->kinds[kind_at];
    struct kube_client *client = watch->session->sovereign->regions[region].client;
    CLEANUP(bytebuf_done) struct bytebuf path;
    CLEANUP(bytebuf_done) struct bytebuf query;
    bytebuf_init(&path, 4096);
    bytebuf_init(&query, 4096);
    bool is_first = kind_at == 0; /* selectors are about the kind that was asked for */
    const char *namespace = is_first && snapshot->namespace != NULL ? snapshot->namespace : kind->namespace;
    if (kube_client_object_path(client, kind, namespace, NULL, NULL, &path, NULL) != STATUS_OK)
        return; /* the region does not have the kind, or cannot be reached: the snapshot said so */
    append_selector(&query, "labelSelector", kind->label_selector, is_first ? snapshot->label_selector : NULL);
    append_selector(&query, "fieldSelector", kind->field_selector, is_first ? snapshot->field_selector : NULL);
    struct channel *channel = &watch->channels[watch->count++];
    *channel = (struct channel){.owner = watch, .table = store_table(snapshot->store, kind, region), .client = client,
                                .url = alloc_printf("%s%s", kube_client_server(client), bytebuf_text(&path)),
                                .query = alloc_strdup(bytebuf_text(&query)),
                                .decoder = row_decoder_new(kind, region, watch->reader)};
    snprintf(channel->name, sizeof channel->name, "%s on %s", kind->plural, kube_client_region(client));
    http_thread_call(watch->session->thread, open_on_thread, channel);
}

struct live_watch *live_watch_start(struct snapshot *snapshot, const struct session *session)
{
    struct live_watch *watch = alloc_new(struct live_watch);
    watch->session = session;
    watch->inbox = inbox_new(INBOX_MESSAGES, INBOX_BYTES);
    watch->reader = json_reader_new();
    watch->channels = alloc_zeroed(SNAPSHOT_KINDS_MAX * STORE_REGIONS_MAX, sizeof *watch->channels);
    for (int region = 0; region < snapshot->store->region_count; region++) {
        if ((snapshot->region >= 0 && snapshot->region != region) || session->sovereign->regions[region].client == NULL)
            continue;
        for (size_t i = 0; i < snapshot->kind_count; i++)
            open_channel(watch, snapshot, i, region);
    }
    return watch;
}

bool live_watch_turn(struct live_watch *watch, int timeout_ms)
{
    struct pollfd wait = {.fd = inbox_fd(watch->inbox), .events = POLLIN};
    if (!atomic_load(watch->session->cancel) && inbox_is_empty(watch->inbox))
        poll(&wait, 1, timeout_ms);
    inbox_drain(watch->inbox, NULL, 100);
    return !atomic_load(watch->session->cancel);
}

void live_watch_stop(struct live_watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        http_thread_call(watch->session->thread, close_on_thread, &watch->channels[i]);
    http_thread_stop(watch->session->thread);
    for (size_t i = 0; i < watch->count; i++) {
        row_decoder_free(watch->channels[i].decoder);
        free(watch->channels[i].url);
        free(watch->channels[i].query);
    }
    inbox_free(watch->inbox);
    json_reader_free(watch->reader);
    free(watch->channels);
    free(watch);
}
