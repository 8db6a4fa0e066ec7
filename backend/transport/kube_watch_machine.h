/* The list+watch state machine from inside: its state, and what its three files offer each other. Only kube_watch*.c include
 * it; HTTP thread only. */
#ifndef TRANSPORT_KUBE_WATCH_MACHINE_H
#define TRANSPORT_KUBE_WATCH_MACHINE_H

#include <stdatomic.h>

#include "base/bytebuf.h"
#include "transport/kube_watch.h"
#include "transport/line_splitter.h"

enum kube_watch_phase {
    KUBE_WATCH_PHASE_WAITING,   /* for a timer, or for the first turn */
    KUBE_WATCH_PHASE_PAGE,      /* a page is being fetched */
    KUBE_WATCH_PHASE_PAGE_HELD, /* the consumer is taking a page in */
    KUBE_WATCH_PHASE_WATCH,
};

/* Why a watch ended itself. */
enum kube_watch_relist { KUBE_WATCH_RELIST_NONE, KUBE_WATCH_RELIST_EXPIRED, KUBE_WATCH_RELIST_BROKEN };

struct kube_watch {
    struct http_thread *thread;
    struct kube_watch_callbacks callbacks;
    void *context;
    char *name, *url, *query, *accept, *proxy;
    struct tls_identity *identity;
    bool force_http1;
    struct retry_policy retry;
    unsigned page_items_wanted;
    size_t page_maximum;
    int64_t recheck_ms;

    enum kube_watch_phase phase;
    enum kube_watch_state reported;
    bool ever_reported, closing, restart, first_page, progressed;
    uint64_t transfer; /* 0: none runs */
    int timer, code;
    unsigned attempt, broken_in_row, short_ends, expired_in_row, page_items;
    enum kube_watch_relist relist;
    struct error problem;                 /* text of what a consumer's callback refused */
    char version[KUBE_WATCH_VERSION_MAX]; /* "": a list is needed */
    char *continue_token;
    int64_t watch_began_ms;
    struct bytebuf body;
    struct line_splitter splitter;

    struct {
        atomic_uint_fast64_t lists, pages, items, watches, events, bookmarks, expired, broken_pages, broken_lines, overlong_lines,
            halved_pages, failures, bytes_received;
    } counted;
};

static inline void kube_watch_count(atomic_uint_fast64_t *counter, uint64_t by)
{
    atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

/* kube_watch.c: starting things. begin: what is due next (the watch when there is a complete list, else the list). */
void kube_watch_begin(struct kube_watch *watch);
void kube_watch_begin_page(struct kube_watch *watch);
void kube_watch_begin_watch(struct kube_watch *watch);
void kube_watch_wait(struct kube_watch *watch, int64_t delay_ms);
void kube_watch_forget_list(struct kube_watch *watch); /* a list from its first page is needed */

/* kube_watch_report.c: telling the consumer, and how long to wait. */
void kube_watch_report_steady(struct kube_watch *watch, enum kube_watch_state state);
void kube_watch_report_failure(struct kube_watch *watch, const struct error *error, bool refused, int64_t retry_after_ms);
void kube_watch_report_refusal(struct kube_watch *watch, const struct http_result *result);

/* kube_watch_flow.c: what comes in. */
void kube_watch_flow_head(void *context, const struct http_head *head);
bool kube_watch_flow_data(void *context, struct span data);
void kube_watch_flow_line(void *context, struct span line);
void kube_watch_flow_overlong(void *context, size_t length);
void kube_watch_flow_end_page(struct kube_watch *watch, const struct http_result *result);
void kube_watch_flow_end_watch(struct kube_watch *watch, const struct http_result *result);

#endif
