/* List and watch of one collection: its life, its requests and its public side; see kube_watch.h. What arrives is handled in
 * kube_watch_flow.c. At most one transfer runs at a time, and its on_done decides what comes next: that is where cancel, reset
 * and close take effect. */
#include "transport/kube_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "transport/http_url.h"
#include "transport/kube_watch_machine.h"

#define WATCH_SECONDS_LEAST 290
#define WATCH_SECONDS_SPREAD 301
#define PAGE_TOTAL_TIMEOUT_MS 300000
#define PAGE_STALL_TIMEOUT_MS 15000

void kube_watch_forget_list(struct kube_watch *watch)
{
    watch->version[0] = '\0';
    free(watch->continue_token);
    watch->continue_token = NULL;
    watch->first_page = true;
}

static void wake(void *context)
{
    struct kube_watch *watch = context;
    watch->timer = 0;
    kube_watch_begin(watch);
}

void kube_watch_wait(struct kube_watch *watch, int64_t delay_ms)
{
    watch->phase = KUBE_WATCH_PHASE_WAITING;
    watch->timer = http_thread_add_timer(watch->thread, delay_ms, wake, watch);
}

static void stop_waiting(struct kube_watch *watch)
{
    http_thread_cancel_timer(watch->thread, watch->timer);
    watch->timer = 0;
}

static void destroy(struct kube_watch *watch)
{
    void (*on_closed)(void *context) = watch->callbacks.on_closed;
    void *context = watch->context;
    line_splitter_done(&watch->splitter);
    bytebuf_done(&watch->body);
    tls_identity_unref(watch->identity);
    char *texts[] = {watch->name, watch->url, watch->query, watch->accept, watch->proxy, watch->continue_token};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    free(watch);
    if (on_closed != NULL)
        on_closed(context);
}

static void end_transfer(void *context, const struct http_result *result)
{
    struct kube_watch *watch = context;
    bool restart = watch->restart;
    watch->transfer = 0;
    watch->restart = false;
    if (watch->closing)
        destroy(watch);
    else if (restart)
        kube_watch_begin(watch);
    else if (watch->phase == KUBE_WATCH_PHASE_WATCH)
        kube_watch_flow_end_watch(watch, result);
    else
        kube_watch_flow_end_page(watch, result);
}

static void submit(struct kube_watch *watch, const char *url, enum http_request_class class)
{
    static const struct http_callbacks CALLBACKS = {
        .on_head = kube_watch_flow_head, .on_data = kube_watch_flow_data, .on_done = end_transfer};
    struct http_request request = {
        .url = url,
        .class = class,
        .identity = watch->identity,
        .accept = watch->accept,
        .proxy = watch->proxy,
        .force_http1 = watch->force_http1,
        .total_timeout_ms = PAGE_TOTAL_TIMEOUT_MS,
        .stall_timeout_ms = PAGE_STALL_TIMEOUT_MS,
        .maximum_body = watch->page_maximum,
        .accept_compressed = true,
    };
    watch->code = 0;
    watch->relist = KUBE_WATCH_RELIST_NONE;
    watch->transfer = http_thread_submit(watch->thread, &request, &CALLBACKS, watch);
}

static void begin_url(struct kube_watch *watch, struct bytebuf *url)
{
    bytebuf_init(url, (size_t)64 << 10);
    bytebuf_append_text(url, watch->url);
    if (watch->query != NULL && watch->query[0] != '\0')
        bytebuf_printf(url, "?%s", watch->query);
}

static void append_number(struct bytebuf *url, const char *key, unsigned number)
{
    char text[16];
    snprintf(text, sizeof text, "%u", number);
    http_url_append_query(url, key, span_of(text));
}

void kube_watch_begin_page(struct kube_watch *watch)
{
    CLEANUP(bytebuf_done) struct bytebuf url;
    begin_url(watch, &url);
    append_number(&url, "limit", watch->page_items);
    if (watch->continue_token != NULL)
        http_url_append_query(&url, "continue", span_of(watch->continue_token));
    bytebuf_clear(&watch->body);
    watch->phase = KUBE_WATCH_PHASE_PAGE;
    submit(watch, bytebuf_text(&url), HTTP_REQUEST_CLASS_REQUEST);
}

void kube_watch_begin_watch(struct kube_watch *watch)
{
    CLEANUP(bytebuf_done) struct bytebuf url;
    begin_url(watch, &url);
    http_url_append_query(&url, "watch", SPAN_LITERAL("1"));
    http_url_append_query(&url, "allowWatchBookmarks", SPAN_LITERAL("true"));
    http_url_append_query(&url, "resourceVersion", span_of(watch->version));
    append_number(&url, "timeoutSeconds", WATCH_SECONDS_LEAST + arc4random_uniform(WATCH_SECONDS_SPREAD));
    bytebuf_clear(&watch->body);
    line_splitter_clear(&watch->splitter);
    watch->progressed = false;
    watch->phase = KUBE_WATCH_PHASE_WATCH;
    submit(watch, bytebuf_text(&url), HTTP_REQUEST_CLASS_STREAM);
}

/* What is due next: the watch when there is a complete list, else the list from its first page. */
void kube_watch_begin(struct kube_watch *watch)
{
    stop_waiting(watch);
    if (watch->version[0] != '\0') {
        kube_watch_begin_watch(watch);
        return;
    }
    kube_watch_forget_list(watch);
    watch->page_items = watch->page_items_wanted;
    if (watch->attempt == 0)
        kube_watch_report_steady(watch, KUBE_WATCH_STATE_LISTING);
    kube_watch_begin_page(watch);
}

static void start_on_thread(void *context)
{
    kube_watch_begin(context);
}

struct kube_watch *kube_watch_new(struct http_thread *thread, const struct kube_watch_options *options,
                                  const struct kube_watch_callbacks *callbacks, void *context)
{
    struct kube_watch *watch = alloc_new(struct kube_watch);
    *watch = (struct kube_watch){
        .thread = thread,
        .callbacks = *callbacks,
        .context = context,
        .name = alloc_strdup(options->name),
        .url = alloc_strdup(options->url),
        .query = alloc_strdup(options->query),
        .accept = alloc_strdup(options->accept),
        .proxy = alloc_strdup(options->proxy),
        .identity = tls_identity_ref(options->identity),
        .force_http1 = options->force_http1,
        .retry = options->retry != NULL ? *options->retry : RETRY_POLICY_DEFAULT,
        .page_items_wanted = options->page_items > 0 ? options->page_items : KUBE_WATCH_PAGE_ITEMS,
        .page_maximum = options->page_maximum > 0 ? options->page_maximum : KUBE_WATCH_PAGE_MAXIMUM,
        .recheck_ms = options->recheck_ms > 0 ? options->recheck_ms : KUBE_WATCH_RECHECK_MS,
    };
    bytebuf_init(&watch->body, watch->page_maximum);
    line_splitter_init(&watch->splitter, options->line_maximum > 0 ? options->line_maximum : KUBE_WATCH_LINE_MAXIMUM,
                       kube_watch_flow_line, kube_watch_flow_overlong, watch);
    http_thread_call(thread, start_on_thread, watch);
    return watch;
}

static void page_taken_on_thread(void *context)
{
    struct kube_watch *watch = context;
    if (watch->phase == KUBE_WATCH_PHASE_PAGE_HELD)
        kube_watch_begin_page(watch);
}

static void restart(struct kube_watch *watch)
{
    if (watch->transfer == 0) {
        kube_watch_begin(watch);
        return;
    }
    watch->restart = true;
    http_thread_cancel(watch->thread, watch->transfer);
}

static void reset_on_thread(void *context)
{
    struct kube_watch *watch = context;
    if (watch->phase != KUBE_WATCH_PHASE_PAGE_HELD)
        restart(watch);
}

static void relist_on_thread(void *context)
{
    struct kube_watch *watch = context;
    kube_watch_forget_list(watch);
    restart(watch);
}

static void retry_on_thread(void *context)
{
    struct kube_watch *watch = context;
    if (watch->timer != 0)
        kube_watch_begin(watch);
}

static void close_on_thread(void *context)
{
    struct kube_watch *watch = context;
    stop_waiting(watch);
    watch->closing = true;
    if (watch->transfer == 0)
        destroy(watch);
    else
        http_thread_cancel(watch->thread, watch->transfer);
}

void kube_watch_page_taken(struct kube_watch *watch)
{
    http_thread_call(watch->thread, page_taken_on_thread, watch);
}

void kube_watch_reset(struct kube_watch *watch)
{
    http_thread_call(watch->thread, reset_on_thread, watch);
}

void kube_watch_relist(struct kube_watch *watch)
{
    http_thread_call(watch->thread, relist_on_thread, watch);
}

void kube_watch_retry_now(struct kube_watch *watch)
{
    http_thread_call(watch->thread, retry_on_thread, watch);
}

void kube_watch_close(struct kube_watch *watch)
{
    if (!http_thread_call(watch->thread, close_on_thread, watch))
        destroy(watch); /* the HTTP thread has ended: nothing of it runs any more */
}

struct kube_watch_counters kube_watch_counters(const struct kube_watch *watch)
{
    return (struct kube_watch_counters){
        .lists = atomic_load(&watch->counted.lists),
        .pages = atomic_load(&watch->counted.pages),
        .items = atomic_load(&watch->counted.items),
        .watches = atomic_load(&watch->counted.watches),
        .events = atomic_load(&watch->counted.events),
        .bookmarks = atomic_load(&watch->counted.bookmarks),
        .expired = atomic_load(&watch->counted.expired),
        .broken_pages = atomic_load(&watch->counted.broken_pages),
        .broken_lines = atomic_load(&watch->counted.broken_lines),
        .overlong_lines = atomic_load(&watch->counted.overlong_lines),
        .halved_pages = atomic_load(&watch->counted.halved_pages),
        .failures = atomic_load(&watch->counted.failures),
        .bytes_received = atomic_load(&watch->counted.bytes_received),
    };
}
