/* What arrives for a list+watch: pages, lines, ends; see kube_watch_machine.h. Decides what follows each of them. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "transport/kube_watch_machine.h"

#define FAILURE_BODY_MAXIMUM ((size_t)64 << 10)
#define HEALTHY_WATCH_MS 10000 /* a watch that lived so long was no failure, even if it brought nothing */

/* 410: the first time a fresh list at once; again without any progress in between, with growing pauses. */
static void expire(struct kube_watch *watch)
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
    if (watch->closing || watch->restart || watch->phase != KUBE_WATCH_PHASE_WATCH || head->code != 200)
        return;
    kube_watch_count(&watch->counted.watches, 1);
    watch->watch_began_ms = clock_monotonic_ms();
    kube_watch_report_steady(watch, KUBE_WATCH_STATE_LIVE);
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
    if (watch->phase != KUBE_WATCH_PHASE_WATCH || watch->code != 200) {
        size_t room = watch->code == 200 ? watch->body.maximum : FAILURE_BODY_MAXIMUM;
        if (watch->body.length < room)
            (void)bytebuf_append_span(&watch->body, span_first(data, room - watch->body.length));
        return true;
    }
    line_splitter_feed(&watch->splitter, data);
    if (watch->splitter.skipping)
        kube_watch_flow_overlong(watch, 0); /* known already: why wait for its end */
    return watch->relist == KUBE_WATCH_RELIST_NONE;
}

static void take_error_event(struct kube_watch *watch, const struct kube_watch_event *event)
{
    if (event->error_code == 410) {
        watch->relist = KUBE_WATCH_RELIST_EXPIRED;
        return;
    }
    error_set(&watch->problem, http_response_code_status(event->error_code),
              "the server ended the watch with error %d; a fresh list follows", event->error_code);
    watch->relist = KUBE_WATCH_RELIST_BROKEN;
}

void kube_watch_flow_line(void *context, struct span line)
{
    struct kube_watch *watch = context;
    if (line.length == 0 || watch->relist != KUBE_WATCH_RELIST_NONE)
        return;
    struct kube_watch_event event = {.type = KUBE_WATCH_EVENT_MODIFIED};
    if (watch->callbacks.on_event(watch->context, line, &event, &watch->problem) != STATUS_OK) {
        kube_watch_count(&watch->counted.broken_lines, 1);
        error_prefix(&watch->problem, "an event cannot be read; a fresh list follows");
        watch->relist = KUBE_WATCH_RELIST_BROKEN;
        return;
    }
    if (event.type == KUBE_WATCH_EVENT_ERROR) {
        take_error_event(watch, &event);
        return;
    }
    kube_watch_count(event.type == KUBE_WATCH_EVENT_BOOKMARK ? &watch->counted.bookmarks : &watch->counted.events, 1);
    if (event.resource_version[0] != '\0')
        memcpy(watch->version, event.resource_version, sizeof watch->version);
    watch->progressed = true;
    watch->attempt = watch->expired_in_row = 0;
}

static void complete_list(struct kube_watch *watch)
{
    kube_watch_count(&watch->counted.lists, 1);
    bytebuf_done(&watch->body);
    watch->callbacks.on_list_complete(watch->context);
    kube_watch_begin_watch(watch);
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
    watch->first_page = false;
    if (watch->continue_token != NULL) {
        watch->phase = KUBE_WATCH_PHASE_PAGE_HELD;
        if (page.taken)
            kube_watch_begin_page(watch);
        return;
    }
    memcpy(watch->version, page.resource_version, sizeof watch->version);
    complete_list(watch);
}

/* A page over the maximum: half as many items of it. */
static void halve_page(struct kube_watch *watch, const struct http_result *result)
{
    if (watch->page_items > 1) {
        kube_watch_count(&watch->counted.halved_pages, 1);
        watch->page_items /= 2;
        kube_watch_begin_page(watch);
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
        expire(watch);
    } else {
        kube_watch_forget_list(watch);
        kube_watch_report_refusal(watch, result);
    }
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
        kube_watch_begin_watch(watch);
        return;
    }
    struct error error;
    error_set(&error, STATUS_UNREACHABLE, "the server ends every watch at once");
    kube_watch_report_failure(watch, &error, false, -1);
}

void kube_watch_flow_end_watch(struct kube_watch *watch, const struct http_result *result)
{
    if (result->status == STATUS_OK && watch->code == 200)
        line_splitter_finish(&watch->splitter); /* a last line without its end may still be whole */
    if (watch->relist == KUBE_WATCH_RELIST_EXPIRED || (result->status == STATUS_OK && watch->code == 410)) {
        expire(watch);
    } else if (watch->relist == KUBE_WATCH_RELIST_BROKEN) {
        watch->broken_in_row++;
        kube_watch_forget_list(watch);
        kube_watch_report_failure(watch, &watch->problem, false, -1);
    } else if (result->status != STATUS_OK) {
        (void)note_health(watch);
        if (result->refused) /* the server went away: what comes back may be another history (a restore), so a fresh list */
            kube_watch_forget_list(watch);
        kube_watch_report_failure(watch, &result->error, result->refused, -1);
    } else if (watch->code == 200) {
        end_cleanly(watch);
    } else {
        kube_watch_report_refusal(watch, result);
    }
}
