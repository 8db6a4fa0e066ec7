/* A list that comes as the first events of its watch (WatchList: Kubernetes 1.32 on, where the feature gate is on). A server
 * without it answers 422; one that is older ignores the parameter and never says where the initial events end. Nothing counts as
 * complete before that bookmark. */
#include "base/clock.h"
#include "transport/kube_watch_machine.h"

#define TOTAL_IDLE_PERIODS 24 /* initial events that never end are given up, however many come */
#define EARLY_ENDS_MAX 2

bool kube_watch_initial_is_due(const struct kube_watch *watch)
{
    return !watch->no_initial_events && !watch->polled &&
           (watch->server->lists == KUBE_WATCH_LISTS_UNKNOWN || watch->server->lists == KUBE_WATCH_LISTS_STREAMED);
}

void kube_watch_initial_begin(struct kube_watch *watch)
{
    if (watch->server->lists == KUBE_WATCH_LISTS_UNKNOWN)
        watch->server->lists = KUBE_WATCH_LISTS_TRIED;
    kube_watch_request_initial(watch);
}

static void look_at_idleness(void *context)
{
    struct kube_watch *watch = context;
    int64_t now_ms = clock_monotonic_ms();
    int64_t idle_ms = now_ms - watch->initial_byte_ms;
    watch->idle_timer = 0;
    bool endless = now_ms - watch->watch_began_ms >= TOTAL_IDLE_PERIODS * watch->initial_idle_ms;
    if (idle_ms < watch->initial_idle_ms && !endless) {
        watch->idle_timer = http_thread_add_timer(watch->thread, watch->initial_idle_ms - idle_ms, look_at_idleness, watch);
        return;
    }
    watch->relist = KUBE_WATCH_RELIST_PAGED;
    http_thread_cancel(watch->thread, watch->transfer);
}

void kube_watch_initial_opened(struct kube_watch *watch)
{
    watch->watch_began_ms = watch->initial_byte_ms = clock_monotonic_ms();
    watch->idle_timer = http_thread_add_timer(watch->thread, watch->initial_idle_ms, look_at_idleness, watch);
    watch->callbacks.on_initial(watch->context);
}

static void stop_timer(struct kube_watch *watch)
{
    http_thread_cancel_timer(watch->thread, watch->idle_timer);
    watch->idle_timer = 0;
}

void kube_watch_initial_forget(struct kube_watch *watch)
{
    stop_timer(watch);
    if (watch->server->lists == KUBE_WATCH_LISTS_TRIED)
        watch->server->lists = KUBE_WATCH_LISTS_UNKNOWN;
}

void kube_watch_initial_complete(struct kube_watch *watch)
{
    stop_timer(watch);
    watch->server->lists = KUBE_WATCH_LISTS_STREAMED;
    watch->phase = KUBE_WATCH_PHASE_WATCH;
    watch->initial_ends = 0;
    watch->just_listed = watch->progressed = true;
    kube_watch_count(&watch->counted.streamed, 1);
    kube_watch_count(&watch->counted.lists, 1);
    kube_watch_turn_leave(watch);
    watch->callbacks.on_list_complete(watch->context);
    kube_watch_report_steady(watch, KUBE_WATCH_STATE_LIVE);
}

/* This server, or this kind of it, is listed in pages from now on. */
static void use_pages(struct kube_watch *watch, bool whole_server)
{
    watch->no_initial_events = true;
    if (whole_server && watch->server->lists != KUBE_WATCH_LISTS_STREAMED)
        watch->server->lists = KUBE_WATCH_LISTS_PAGED;
    kube_watch_initial_forget(watch);
    kube_watch_begin(watch);
}

static void end_early(struct kube_watch *watch)
{
    struct error error;
    kube_watch_initial_forget(watch);
    if (++watch->initial_ends >= EARLY_ENDS_MAX)
        watch->no_initial_events = true;
    error_set(&error, STATUS_UNREACHABLE, "the server ended the watch before its initial events were complete");
    kube_watch_report_failure(watch, &error, false, -1);
}

void kube_watch_initial_end(struct kube_watch *watch, const struct http_result *result)
{
    if (watch->relist == KUBE_WATCH_RELIST_PAGED) {
        use_pages(watch, true);
    } else if (watch->relist == KUBE_WATCH_RELIST_EXPIRED) {
        kube_watch_initial_forget(watch);
        kube_watch_flow_expired(watch);
    } else if (watch->relist != KUBE_WATCH_RELIST_NONE) {
        watch->broken_in_row++;
        watch->no_initial_events = true; /* pages have their own pace: nothing overflows, and a bad object costs less */
        kube_watch_initial_forget(watch);
        kube_watch_report_failure(watch, &watch->problem, false, watch->pause_ms);
    } else if (result->status != STATUS_OK) {
        kube_watch_initial_forget(watch);
        kube_watch_report_failure(watch, &result->error, result->refused, -1);
    } else if (watch->code == 422 || watch->code == 400) {
        use_pages(watch, true);
    } else if (watch->code == 403 || watch->code == 405) {
        use_pages(watch, false); /* perhaps it may be listed, and not watched */
    } else if (watch->code == 200) {
        end_early(watch);
    } else {
        kube_watch_initial_forget(watch);
        kube_watch_report_refusal(watch, result);
    }
}
