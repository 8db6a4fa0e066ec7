/* What arrives for a list+watch: pages, lines, ends; see kube_watch_machine.h. Decides what follows each of them. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sanitize.h"
#include "transport/kube_watch_machine.h"

#define FAILURE_BODY_MAXIMUM ((size_t)64 << 10)
#define TOO_LARGE_MAX 3 /* replicas catch up within seconds; what is still ahead then is another history */
#define HEALTHY_WATCH_MS 10000 /* a watch that lived so long was no failure, even if it brought nothing */

/* 410: the first time a fresh list at once; again without any progress in between, with growing pauses. */
void kube_watch_flow_expired(struct kube_watch *watch)
{
    struct error error;
    kube_watch_count(&watch->counted.expired, 1);
    kube_watch_forget_list(watch);
    if (watch->expired_in_row++ == 0) {
        kube_watch_begin(watch);
        return;
    }
    error_set(&error, STATUS_GONE, "the server keeps saying that its list is too old (410)");
    kube_watch_report_failure(watch, &error, false, -1);
}

void kube_watch_flow_head(void *context, const struct http_head *head)
{
    struct kube_watch *watch = context;
    watch->code = head->code;
    if (watch->closing || watch->restart || head->code != 200)
        return;
    if (watch->phase == KUBE_WATCH_PHASE_INITIAL)
        kube_watch_initial_opened(watch);
    if (watch->phase != KUBE_WATCH_PHASE_WATCH)
        return;
    kube_watch_count(&watch->counted.watches, 1);
    watch->watch_began_ms = clock_monotonic_ms();
    watch->polled = false;
    watch->too_large_in_row = 0;
    kube_watch_report_steady(watch, KUBE_WATCH_STATE_LIVE);
}

static bool is_stream(const struct kube_watch *watch)
{
    return watch->phase == KUBE_WATCH_PHASE_WATCH || watch->phase == KUBE_WATCH_PHASE_INITIAL;
}

void kube_watch_flow_overlong(void *context, size_t length)
{
    struct kube_watch *watch = context;
    if (watch->relist != KUBE_WATCH_RELIST_NONE)
        return;
    kube_watch_count(&watch->counted.overlong_lines, 1);
    error_set(&watch->problem, STATUS_TOO_BIG, "an event is over the maximum of %zu KiB; a fresh list follows",
              watch->splitter.maximum_line >> 10);
    watch->relist = KUBE_WATCH_RELIST_BROKEN;
}

bool kube_watch_flow_data(void *context, struct span data)
{
    struct kube_watch *watch = context;
    if (watch->closing || watch->restart)
        return true; /* the cancel is on its way */
    kube_watch_count(&watch->counted.bytes_received, data.length);
    if (watch->callbacks.on_alive != NULL)
        watch->callbacks.on_alive(watch->context);
    if (!is_stream(watch) || watch->code != 200) {
        size_t room = watch->code == 200 ? watch->body.maximum : FAILURE_BODY_MAXIMUM;
        if (watch->body.length < room)
            (void)bytebuf_append_span(&watch->body, span_first(data, room - watch->body.length));
        return true;
    }
    if (watch->phase == KUBE_WATCH_PHASE_INITIAL)
        watch->initial_byte_ms = clock_monotonic_ms();
    line_splitter_feed(&watch->splitter, data);
    if (watch->splitter.skipping)
        kube_watch_flow_overlong(watch, 0); /* known already: why wait for its end */
    return watch->relist == KUBE_WATCH_RELIST_NONE;
}

/* Too old: a fresh list. Busy, or a replica behind: later, from where we are. Anything else: a fresh list. */
static void take_error_event(struct kube_watch *watch, const struct kube_watch_failure *failure)
{
    char said[200];
    bool expired = failure->expired || failure->code == 410;
    bool busy = failure->code == 429 || failure->code == 503 || failure->code == 504;
    if (failure->version_too_large && ++watch->too_large_in_row > TOO_LARGE_MAX)
        busy = false;
    sanitize_line_into(said, sizeof said, failure->message, strlen(failure->message));
    error_set(&watch->problem, http_response_code_status(failure->code), "the server ended the watch with error %d%s%s%s",
              failure->code, said[0] != '\0' ? ": " : "", said, busy || expired ? "" : "; a fresh list follows");
    watch->pause_ms = failure->retry_after_ms;
    watch->relist = expired                                         ? KUBE_WATCH_RELIST_EXPIRED
                    : busy && watch->phase == KUBE_WATCH_PHASE_WATCH ? KUBE_WATCH_RELIST_PAUSED
                                                                     : KUBE_WATCH_RELIST_BROKEN;
}

/* Versions are numbers in every server there is, but not by promise: what is no number is not compared. */
static int compare_versions(const char *a, const char *b)
{
    int64_t left, right;
    if (!span_to_int64(span_of(a), &left) || !span_to_int64(span_of(b), &right))
        return 0;
    return left < right ? -1 : left > right ? 1 : 0;
}

static void rewind_found(struct kube_watch *watch)
{
    kube_watch_count(&watch->counted.rewound, 1);
    watch->relist = KUBE_WATCH_RELIST_BROKEN;
    error_set(&watch->problem, STATUS_GONE, "the server's history went back (restored?); a fresh list follows");
}

static void take_version(struct kube_watch *watch, const struct kube_watch_event *event)
{
    if (event->resource_version[0] == '\0' || watch->phase == KUBE_WATCH_PHASE_INITIAL)
        return;
    int order = compare_versions(event->resource_version, watch->version);
    if (order < 0 && event->type == KUBE_WATCH_EVENT_BOOKMARK)
        rewind_found(watch);
    else if (order >= 0)
        memcpy(watch->version, event->resource_version, sizeof watch->version);
}

void kube_watch_flow_line(void *context, struct span line)
{
    struct kube_watch *watch = context;
    if (line.length == 0 || watch->relist != KUBE_WATCH_RELIST_NONE)
        return;
    struct kube_watch_event event = {.type = KUBE_WATCH_EVENT_MODIFIED, .failure = {.retry_after_ms = -1}};
    if (watch->callbacks.on_event(watch->context, line, &event, &watch->problem) != STATUS_OK) {
        kube_watch_count(&watch->counted.broken_lines, 1);
        error_prefix(&watch->problem, "an event cannot be read; a fresh list follows");
        watch->relist = KUBE_WATCH_RELIST_BROKEN;
        return;
    }
    if (event.type == KUBE_WATCH_EVENT_ERROR) {
        take_error_event(watch, &event.failure);
        return;
    }
    kube_watch_count(event.type == KUBE_WATCH_EVENT_BOOKMARK ? &watch->counted.bookmarks : &watch->counted.events, 1);
    if (watch->phase == KUBE_WATCH_PHASE_INITIAL && event.ends_initial && event.resource_version[0] != '\0') {
        memcpy(watch->version, event.resource_version, sizeof watch->version);
        kube_watch_initial_complete(watch);
    }
    take_version(watch, &event);
    watch->progressed = watch->progressed || watch->phase == KUBE_WATCH_PHASE_WATCH;
    if (watch->phase == KUBE_WATCH_PHASE_WATCH)
        watch->attempt = watch->expired_in_row = 0;
}

/* Lists again later; once in a while it is tried whether a watch is allowed by now. */
#define POLLS_PER_TRY 4

static void wait_for_poll(struct kube_watch *watch)
{
    kube_watch_count(&watch->counted.polls, 1);
    kube_watch_forget_list(watch);
    kube_watch_wait(watch, watch->poll_ms);
    kube_watch_report_polled(watch);
}

static void complete_list(struct kube_watch *watch)
{
    kube_watch_count(&watch->counted.lists, 1);
    bytebuf_done(&watch->body);
    memcpy(watch->version, watch->list_version, sizeof watch->version);
    watch->just_listed = true;
    kube_watch_turn_leave(watch);
    watch->callbacks.on_list_complete(watch->context);
    if (watch->polled && ++watch->polls % POLLS_PER_TRY != 0)
        wait_for_poll(watch);
    else
        kube_watch_begin(watch);
}

static void take_page(struct kube_watch *watch)
{
    struct kube_watch_page page = {0};
    struct error error = {0};
    enum status status = watch->callbacks.on_page(watch->context, bytebuf_span(&watch->body), watch->first_page, &page, &error);
    if (status == STATUS_OK && page.resource_version[0] == '\0')
        status = error_set(&error, STATUS_INVALID, "it has no resourceVersion");
    if (status != STATUS_OK) {
        kube_watch_count(&watch->counted.broken_pages, 1);
        free(page.continue_token);
        error_prefix(&error, "a page of the list cannot be read");
        kube_watch_forget_list(watch);
        kube_watch_report_failure(watch, &error, false, -1);
        return;
    }
    kube_watch_count(&watch->counted.pages, 1);
    kube_watch_count(&watch->counted.items, page.items);
    free(watch->continue_token);
    watch->continue_token = page.continue_token;
    if (watch->first_page) /* pages of one list have one version; were they to differ, the oldest misses nothing */
        memcpy(watch->list_version, page.resource_version, sizeof watch->list_version);
    watch->first_page = false;
    if (watch->continue_token != NULL) {
        watch->phase = KUBE_WATCH_PHASE_PAGE_HELD;
        if (page.taken)
            kube_watch_request_page(watch);
        return;
    }
    complete_list(watch);
}

/* A page over the maximum: half as many items of it. */
static void halve_page(struct kube_watch *watch, const struct http_result *result)
{
    if (watch->page_items > 1) {
        kube_watch_count(&watch->counted.halved_pages, 1);
        watch->page_items /= 2;
        kube_watch_request_page(watch);
        return;
    }
    kube_watch_forget_list(watch);
    kube_watch_report_failure(watch, &result->error, false, -1);
}

void kube_watch_flow_end_page(struct kube_watch *watch, const struct http_result *result)
{
    if (result->status == STATUS_TOO_BIG) {
        halve_page(watch, result);
    } else if (result->status != STATUS_OK) {
        kube_watch_forget_list(watch);
        kube_watch_report_failure(watch, &result->error, result->refused, -1);
    } else if (watch->code == 200) {
        take_page(watch);
    } else if (watch->code == 410) {
        kube_watch_flow_expired(watch);
    } else {
        kube_watch_forget_list(watch);
        kube_watch_report_refusal(watch, result);
    }
}

/* The server's version as it is now. Whatever else it answers, the watch itself will hear it too. */
void kube_watch_flow_end_check(struct kube_watch *watch, const struct http_result *result)
{
    char version[KUBE_WATCH_VERSION_MAX] = "";
    if (result->status != STATUS_OK && result->status != STATUS_TOO_BIG) {
        if (result->refused)
            kube_watch_forget_list(watch);
        kube_watch_report_failure(watch, &result->error, result->refused, -1);
        return;
    }
    watch->suspect = false;
    if (watch->code == 200 && result->status == STATUS_OK)
        watch->callbacks.read_version(watch->context, bytebuf_span(&watch->body), version);
    if (compare_versions(version, watch->version) < 0) {
        kube_watch_count(&watch->counted.rewound, 1);
        kube_watch_forget_list(watch);
    }
    kube_watch_begin(watch);
}

/* Only now it is known whether the watch was worth something: then failures start to count anew. */
static bool note_health(struct kube_watch *watch)
{
    bool lived = watch->code == 200 && clock_monotonic_ms() - watch->watch_began_ms >= HEALTHY_WATCH_MS;
    if (lived)
        watch->attempt = watch->broken_in_row = watch->expired_in_row = 0;
    bool healthy = lived || watch->progressed;
    watch->short_ends = healthy ? 0 : watch->short_ends + 1;
    return healthy;
}

/* A clean end is normal (timeoutSeconds). Only a server that ends watches as soon as they begin gets pauses. */
static void end_cleanly(struct kube_watch *watch)
{
    if (note_health(watch) || watch->short_ends <= 1) {
        kube_watch_begin(watch);
        return;
    }
    struct error error;
    error_set(&error, STATUS_UNREACHABLE, "the server ends every watch at once");
    kube_watch_report_failure(watch, &error, false, -1);
}

/* Not allowed to watch. After a list of just now: lists must do. Else the rights may be gone altogether, the list will tell. */
static void end_forbidden(struct kube_watch *watch, bool just_listed)
{
    watch->polled = true;
    watch->polls = 0;
    kube_watch_forget_list(watch);
    if (just_listed)
        wait_for_poll(watch);
    else
        kube_watch_begin(watch);
}

static void end_badly(struct kube_watch *watch, const struct http_result *result)
{
    (void)note_health(watch);
    watch->suspect = watch->callbacks.read_version != NULL;
    if (result->refused) /* the server went away: what comes back may be another history (a restore), so a fresh list */
        kube_watch_forget_list(watch);
    kube_watch_report_failure(watch, &result->error, result->refused, -1);
}

void kube_watch_flow_end_watch(struct kube_watch *watch, const struct http_result *result)
{
    bool just_listed = watch->just_listed;
    watch->just_listed = false;
    if (result->status == STATUS_OK && watch->code == 200)
        line_splitter_finish(&watch->splitter); /* a last line without its end may still be whole */
    if (watch->relist == KUBE_WATCH_RELIST_EXPIRED || (result->status == STATUS_OK && watch->code == 410)) {
        (void)note_health(watch); /* a quiet watch of an hour is no expiry "again" */
        kube_watch_flow_expired(watch);
    } else if (watch->relist == KUBE_WATCH_RELIST_PAUSED) {
        kube_watch_report_failure(watch, &watch->problem, false, watch->pause_ms);
    } else if (watch->relist == KUBE_WATCH_RELIST_BROKEN) {
        watch->broken_in_row++;
        kube_watch_forget_list(watch);
        kube_watch_report_failure(watch, &watch->problem, false, -1);
    } else if (result->status != STATUS_OK) {
        end_badly(watch, result);
    } else if (watch->code == 200) {
        end_cleanly(watch);
    } else if (watch->code == 403) {
        end_forbidden(watch, just_listed);
    } else {
        kube_watch_report_refusal(watch, result);
    }
}
