/* The list+watch state machine from inside: its state, and what its three files offer each other. Only kube_watch*.c include
 * it; HTTP thread only. */
#ifndef TRANSPORT_KUBE_WATCH_MACHINE_H
#define TRANSPORT_KUBE_WATCH_MACHINE_H

#include <stdatomic.h>

#include "base/bytebuf.h"
#include "transport/kube_watch.h"
#include "transport/line_splitter.h"

enum kube_watch_phase {
    KUBE_WATCH_PHASE_WAITING,   /* for a timer, or for its turn to list */
    KUBE_WATCH_PHASE_CHECK,     /* the server's version is being asked for */
    KUBE_WATCH_PHASE_PAGE,      /* a page is being fetched */
    KUBE_WATCH_PHASE_PAGE_HELD, /* the consumer is taking a page in */
    KUBE_WATCH_PHASE_INITIAL,   /* the list comes as events of the watch */
    KUBE_WATCH_PHASE_WATCH,
};

/* Why a watch ended itself. */
enum kube_watch_relist {
    KUBE_WATCH_RELIST_NONE,
    KUBE_WATCH_RELIST_EXPIRED,
    KUBE_WATCH_RELIST_BROKEN,
    KUBE_WATCH_RELIST_PAUSED,  /* no list: the watch goes on after a pause the server wants */
    KUBE_WATCH_RELIST_PAGED,   /* initial events without an end */
};

struct kube_watch {
    struct http_thread *thread;
    struct kube_watch_callbacks callbacks;
    void *context;
    char *name, *url, *query, *accept, *watch_accept, *proxy;
    struct tls_identity *identity;
    bool force_http1;
    struct retry_policy retry;
    unsigned page_items_wanted;
    size_t page_maximum;
    int64_t page_timeout_ms, recheck_ms, poll_ms, initial_idle_ms;
    struct kube_watch_server *server;
    bool no_initial_events;

    enum kube_watch_phase phase;
    enum kube_watch_state reported;
    bool ever_reported, closing, restart, first_page, progressed;
    bool has_turn, in_line;            /* of server->running; in server->waiting */
    bool just_listed, polled, suspect; /* suspect: the server's history may be another one since the connection broke */
    struct kube_watch *next_in_line;
    uint64_t transfer; /* 0: none runs */
    int timer, idle_timer, code;
    unsigned attempt, broken_in_row, short_ends, expired_in_row, page_items, too_large_in_row, polls, initial_ends;
    int64_t initial_byte_ms; /* when the last one of the initial events came */
    enum kube_watch_relist relist;
    struct error problem;                 /* text of what a consumer's callback refused */
    int64_t pause_ms;                     /* what an ERROR event asks for; -1 */
    char version[KUBE_WATCH_VERSION_MAX]; /* "": a list is needed */
    char list_version[KUBE_WATCH_VERSION_MAX]; /* of the running list's first page */
    char *continue_token;
    int64_t watch_began_ms;
    struct bytebuf body;
    struct line_splitter splitter;

    struct {
        atomic_uint_fast64_t lists, pages, items, watches, events, bookmarks, expired, streamed, rewound, polls, broken_pages,
            broken_lines, overlong_lines, halved_pages, failures, bytes_received;
    } counted;
};

static inline void kube_watch_count(atomic_uint_fast64_t *counter, uint64_t by)
{
    atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

/* kube_watch.c: its life, and when what is due begins: the watch when there is a complete list, else the list. */
void kube_watch_begin(struct kube_watch *watch);
void kube_watch_wait(struct kube_watch *watch, int64_t delay_ms);
void kube_watch_forget_list(struct kube_watch *watch); /* a list from its first page is needed */
void kube_watch_end_transfer(void *context, const struct http_result *result);

/* kube_watch_request.c: what is asked for. */
void kube_watch_request_page(struct kube_watch *watch);
void kube_watch_request_initial(struct kube_watch *watch);
void kube_watch_request_watch(struct kube_watch *watch);
void kube_watch_request_check(struct kube_watch *watch);

/* kube_watch_turn.c: whose turn it is to list. take: false: it waits, and kube_watch_begin follows. */
bool kube_watch_turn_take(struct kube_watch *watch);
void kube_watch_turn_leave(struct kube_watch *watch); /* harmless without a turn */

/* kube_watch_initial.c: lists that come as events. */
bool kube_watch_initial_is_due(const struct kube_watch *watch);
void kube_watch_initial_begin(struct kube_watch *watch);
void kube_watch_initial_opened(struct kube_watch *watch); /* 200 */
void kube_watch_initial_complete(struct kube_watch *watch);
void kube_watch_initial_forget(struct kube_watch *watch); /* the transfer is over */
void kube_watch_initial_end(struct kube_watch *watch, const struct http_result *result);

/* kube_watch_report.c: telling the consumer, and how long to wait. */
void kube_watch_report_steady(struct kube_watch *watch, enum kube_watch_state state);
void kube_watch_report_polled(struct kube_watch *watch);
void kube_watch_report_failure(struct kube_watch *watch, const struct error *error, bool refused, int64_t retry_after_ms);
void kube_watch_report_refusal(struct kube_watch *watch, const struct http_result *result);

/* kube_watch_flow.c: what comes in. */
void kube_watch_flow_head(void *context, const struct http_head *head);
bool kube_watch_flow_data(void *context, struct span data);
void kube_watch_flow_line(void *context, struct span line);
void kube_watch_flow_overlong(void *context, size_t length);
void kube_watch_flow_expired(struct kube_watch *watch);
void kube_watch_flow_end_page(struct kube_watch *watch, const struct http_result *result);
void kube_watch_flow_end_check(struct kube_watch *watch, const struct http_result *result);
void kube_watch_flow_end_watch(struct kube_watch *watch, const struct http_result *result);

#endif
