/* The requests of a list+watch: a page, a list as events, the watch, and the question for the server's version. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "transport/http_url.h"
#include "transport/kube_watch_machine.h"

#define URL_MAXIMUM ((size_t)64 << 10)
#define WATCH_SECONDS_LEAST 300
#define WATCH_SECONDS_SPREAD 301
#define PAGE_STALL_TIMEOUT_MS 15000
#define CHECK_TIMEOUT_MS 15000
#define METADATA_ACCEPT "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

static void submit(struct kube_watch *watch, const char *url, struct http_request request)
{
    static const struct http_callbacks CALLBACKS = {
        .on_head = kube_watch_flow_head, .on_data = kube_watch_flow_data, .on_done = kube_watch_end_transfer};
    request.url = url;
    request.identity = watch->identity;
    request.proxy = watch->proxy;
    request.force_http1 = watch->force_http1;
    request.maximum_body = watch->page_maximum;
    watch->code = 0;
    watch->relist = KUBE_WATCH_RELIST_NONE;
    watch->pause_ms = -1;
    watch->progressed = false;
    bytebuf_clear(&watch->body);
    watch->transfer = http_thread_submit(watch->thread, &request, &CALLBACKS, watch);
}

static void begin_url(struct kube_watch *watch, struct bytebuf *url)
{
    bytebuf_init(url, URL_MAXIMUM);
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

void kube_watch_request_page(struct kube_watch *watch)
{
    CLEANUP(bytebuf_done) struct bytebuf url;
    begin_url(watch, &url);
    append_number(&url, "limit", watch->page_items);
    if (watch->continue_token != NULL)
        http_url_append_query(&url, "continue", span_of(watch->continue_token));
    watch->phase = KUBE_WATCH_PHASE_PAGE;
    submit(watch, bytebuf_text(&url),
           (struct http_request){.class = HTTP_REQUEST_CLASS_REQUEST,
                                 .accept = watch->accept,
                                 .total_timeout_ms = watch->page_timeout_ms,
                                 .stall_timeout_ms = PAGE_STALL_TIMEOUT_MS,
                                 .accept_compressed = true});
}

/* One object, as metadata only: the list's own version is what is wanted. */
void kube_watch_request_check(struct kube_watch *watch)
{
    CLEANUP(bytebuf_done) struct bytebuf url;
    begin_url(watch, &url);
    append_number(&url, "limit", 1);
    watch->phase = KUBE_WATCH_PHASE_CHECK;
    submit(watch, bytebuf_text(&url),
           (struct http_request){.class = HTTP_REQUEST_CLASS_REQUEST, .accept = METADATA_ACCEPT, .total_timeout_ms = CHECK_TIMEOUT_MS});
}

static void submit_stream(struct kube_watch *watch, struct bytebuf *url)
{
    append_number(url, "timeoutSeconds", WATCH_SECONDS_LEAST + arc4random_uniform(WATCH_SECONDS_SPREAD));
    line_splitter_clear(&watch->splitter);
    submit(watch, bytebuf_text(url), (struct http_request){.class = HTTP_REQUEST_CLASS_STREAM, .accept = watch->watch_accept});
}

void kube_watch_request_initial(struct kube_watch *watch)
{
    CLEANUP(bytebuf_done) struct bytebuf url;
    begin_url(watch, &url);
    http_url_append_query(&url, "watch", SPAN_LITERAL("1"));
    http_url_append_query(&url, "sendInitialEvents", SPAN_LITERAL("true"));
    http_url_append_query(&url, "resourceVersionMatch", SPAN_LITERAL("NotOlderThan"));
    http_url_append_query(&url, "allowWatchBookmarks", SPAN_LITERAL("true"));
    watch->phase = KUBE_WATCH_PHASE_INITIAL;
    submit_stream(watch, &url);
}

void kube_watch_request_watch(struct kube_watch *watch)
{
    CLEANUP(bytebuf_done) struct bytebuf url;
    begin_url(watch, &url);
    http_url_append_query(&url, "watch", SPAN_LITERAL("1"));
    http_url_append_query(&url, "allowWatchBookmarks", SPAN_LITERAL("true"));
    http_url_append_query(&url, "resourceVersion", span_of(watch->version));
    watch->phase = KUBE_WATCH_PHASE_WATCH;
    submit_stream(watch, &url);
}
