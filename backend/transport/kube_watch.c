/* List and watch of one collection: its life and its public side; see kube_watch.h. What arrives is handled in
 * kube_watch_flow.c. At most one transfer runs at a time, and its on_done decides what comes next: that is where cancel, reset
 * and close take effect. */
#include "transport/kube_watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "transport/kube_watch_machine.h"

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
    kube_watch_turn_leave(watch);
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
    kube_watch_turn_leave(watch);
    line_splitter_done(&watch->splitter);
    bytebuf_done(&watch->body);
    tls_identity_unref(watch->identity);
    char *texts[] = {watch->name, watch->url, watch->query, watch->accept, watch->watch_accept, watch->proxy, watch->continue_token};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    free(watch);
    if (on_closed != NULL)
        on_closed(context);
}

void kube_watch_end_transfer(void *context, const struct http_result *result)
{
    struct kube_watch *watch = context;
    bool restart = watch->restart;
    watch->transfer = 0;
    watch->restart = false;
    if (watch->phase == KUBE_WATCH_PHASE_INITIAL && (watch->closing || restart))
        kube_watch_initial_forget(watch);
    if (watch->closing) {
        destroy(watch);
        return;
    }
    if (restart) {
        kube_watch_begin(watch);
        return;
    }
    switch (watch->phase) {
    case KUBE_WATCH_PHASE_WATCH: kube_watch_flow_end_watch(watch, result); break;
    case KUBE_WATCH_PHASE_INITIAL: kube_watch_initial_end(watch, result); break;
    case KUBE_WATCH_PHASE_CHECK: kube_watch_flow_end_check(watch, result); break;
    case KUBE_WATCH_PHASE_WAITING:
    case KUBE_WATCH_PHASE_PAGE:
    case KUBE_WATCH_PHASE_PAGE_HELD: kube_watch_flow_end_page(watch, result); break;
    }
}

void kube_watch_begin(struct kube_watch *watch)
{
    stop_waiting(watch);
    if (watch->in_line)
        return;
    if (watch->version[0] != '\0') {
        kube_watch_turn_leave(watch);
        if (watch->suspect)
            kube_watch_request_check(watch);
        else
            kube_watch_request_watch(watch);
        return;
    }
    kube_watch_forget_list(watch);
    watch->suspect = false;
    if (watch->attempt == 0 && !watch->polled)
        kube_watch_report_steady(watch, KUBE_WATCH_STATE_LISTING);
    if (!kube_watch_turn_take(watch))
        return;
    if (kube_watch_initial_is_due(watch)) {
        kube_watch_initial_begin(watch);
        return;
    }
    /* A list that expires before its end must become shorter in requests: larger pages. */
    watch->page_items = watch->page_items_wanted << (watch->expired_in_row < 3 ? watch->expired_in_row : 3);
    kube_watch_request_page(watch);
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
        .watch_accept = alloc_strdup(options->watch_accept != NULL ? options->watch_accept : options->accept),
        .proxy = alloc_strdup(options->proxy),
        .identity = tls_identity_ref(options->identity),
        .force_http1 = options->force_http1,
        .retry = options->retry != NULL ? *options->retry : RETRY_POLICY_DEFAULT,
        .page_items_wanted = options->page_items > 0 ? options->page_items : KUBE_WATCH_PAGE_ITEMS,
        .page_maximum = options->page_maximum > 0 ? options->page_maximum : KUBE_WATCH_PAGE_MAXIMUM,
        .page_timeout_ms = options->page_timeout_ms > 0 ? options->page_timeout_ms : KUBE_WATCH_PAGE_TIMEOUT_MS,
        .recheck_ms = options->recheck_ms > 0 ? options->recheck_ms : KUBE_WATCH_RECHECK_MS,
        .poll_ms = options->poll_ms > 0 ? options->poll_ms : KUBE_WATCH_POLL_MS,
        .initial_idle_ms = options->initial_idle_ms > 0 ? options->initial_idle_ms : KUBE_WATCH_INITIAL_IDLE_MS,
        .server = options->server,
        .no_initial_events = options->server == NULL || options->no_initial_events,
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
        kube_watch_request_page(watch);
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
        .streamed = atomic_load(&watch->counted.streamed),
        .rewound = atomic_load(&watch->counted.rewound),
        .polls = atomic_load(&watch->counted.polls),
        .broken_pages = atomic_load(&watch->counted.broken_pages),
        .broken_lines = atomic_load(&watch->counted.broken_lines),
        .overlong_lines = atomic_load(&watch->counted.overlong_lines),
        .halved_pages = atomic_load(&watch->counted.halved_pages),
        .failures = atomic_load(&watch->counted.failures),
        .bytes_received = atomic_load(&watch->counted.bytes_received),
    };
}
