/* List and watch of one Kubernetes collection, kept alive for ever. A state machine on the HTTP thread; all callbacks run
 * there. It does not read JSON: the consumer decodes the raw page or line it is given and says what it held.
 *
 *   list page by page (limit, continue; the next one only after kube_watch_page_taken)
 *     or, where the server has WatchList, as the first events of the watch (sendInitialEvents)
 *     → on_list_complete (the consumer sweeps rows that the list did not hold)
 *     → watch from the list's resourceVersion, with bookmarks, timeoutSeconds random in 300..600 as client-go's
 *     → end of stream: watch again from the last version seen; 410 or an ERROR event: list again
 *
 * A page that cannot be read or fetched fails the whole list attempt: it is repeated from its first page after a pause,
 * and on_list_complete does not run, so that old rows stay. After a broken connection the server is asked for its version
 * before the watch goes on from ours: a restored etcd is behind it, and would be silent for ever.
 * Who may list but not watch (403) gets the list again and again, with pauses. */
#ifndef TRANSPORT_KUBE_WATCH_H
#define TRANSPORT_KUBE_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport/http_thread.h"
#include "transport/retry_policy.h"

#define KUBE_WATCH_PAGE_ITEMS 500
#define KUBE_WATCH_PAGE_MAXIMUM ((size_t)32 << 20) /* bytes of one page; over it the limit is halved and the page retried */
#define KUBE_WATCH_LINE_MAXIMUM ((size_t)8 << 20)  /* bytes of one event; an etcd object is at most about 1.5 MiB */
#define KUBE_WATCH_PAGE_TIMEOUT_MS 300000
#define KUBE_WATCH_RECHECK_MS 60000                /* denied, absent, unauthenticated */
#define KUBE_WATCH_POLL_MS 15000                   /* between the lists of what may not be watched */
#define KUBE_WATCH_INITIAL_IDLE_MS 5000            /* initial events pause so long without their end: this server has no WatchList */
#define KUBE_WATCH_LISTS_AT_ONCE 6                 /* lists running against one server; the others take turns */
#define KUBE_WATCH_VERSION_MAX 64

enum kube_watch_state {
    KUBE_WATCH_STATE_LISTING,
    KUBE_WATCH_STATE_LIVE,            /* a watch is open */
    KUBE_WATCH_STATE_POLLED,          /* listed now and then, because it may not be watched: text says so */
    KUBE_WATCH_STATE_RETRYING,        /* status and text say why; what was shown is stale */
    KUBE_WATCH_STATE_UNAUTHENTICATED, /* 401; checked again every 60 s or on kube_watch_retry_now */
    KUBE_WATCH_STATE_DENIED,          /* 403, likewise: a state of this kind, not an error of the program */
    KUBE_WATCH_STATE_ABSENT,          /* 404, likewise: the server does not have this kind */
};

struct kube_watch_status {
    enum kube_watch_state state;
    enum status status;  /* STATUS_OK when listing, live or polled */
    const char *text;    /* one sentence, sanitized; "" when listing or live. Borrowed for the call */
    int64_t retry_in_ms; /* -1: no attempt planned */
    unsigned attempt;    /* failures in a row */
};

/* What is known about one server, shared by its watches (zeroed at first). HTTP thread only; outlives them. */
struct kube_watch_server {
    enum kube_watch_lists {
        KUBE_WATCH_LISTS_UNKNOWN, /* the next list tries sendInitialEvents */
        KUBE_WATCH_LISTS_TRIED,   /* one is trying; the others use pages */
        KUBE_WATCH_LISTS_STREAMED,
        KUBE_WATCH_LISTS_PAGED, /* it has no WatchList (422), or ignores the parameter */
    } lists;
    unsigned running;           /* lists */
    struct kube_watch *waiting; /* for their turn to list, first come first served */
};

/* What a refusal says: a Kubernetes Status, as the body of a reply or the object of an ERROR event. */
struct kube_watch_failure {
    int code;
    bool expired;           /* the version or token is too old, whatever the code */
    bool version_too_large; /* the server has not come that far: a replica that lags, or a history that was restored */
    int64_t retry_after_ms; /* -1: it does not say */
    char message[300];      /* raw */
};

/* What the consumer found in a page. */
struct kube_watch_page {
    char resource_version[KUBE_WATCH_VERSION_MAX];
    char *continue_token; /* malloc'd by the consumer, taken by kube_watch; NULL: this was the last page */
    size_t items;
    bool taken; /* already taken in: the next page is asked for at once, without kube_watch_page_taken */
};

enum kube_watch_event_type {
    KUBE_WATCH_EVENT_ADDED,
    KUBE_WATCH_EVENT_MODIFIED,
    KUBE_WATCH_EVENT_DELETED,
    KUBE_WATCH_EVENT_BOOKMARK,
    KUBE_WATCH_EVENT_ERROR,
};

/* What the consumer found in a line. */
struct kube_watch_event {
    enum kube_watch_event_type type;
    char resource_version[KUBE_WATCH_VERSION_MAX]; /* "": the line carries none, the last one stays */
    bool ends_initial;                             /* a bookmark: the initial events are complete */
    struct kube_watch_failure failure;             /* of an ERROR event */
};

struct kube_watch_callbacks {
    /* A complete page (code 200). `first`: a new list begins. Anything but STATUS_OK fails the list attempt (text into err). */
    enum status (*on_page)(void *context, struct span body, bool first, struct kube_watch_page *page, struct error *err);
    /* A list begins that comes as ADDED events through on_event, up to on_list_complete. Needed where options.server is given. */
    void (*on_initial)(void *context);
    /* Every page of a list was delivered. */
    void (*on_list_complete)(void *context);
    /* One line of the watch. Anything but STATUS_OK: the line is counted and named, and a fresh list follows. */
    enum status (*on_event)(void *context, struct span line, struct kube_watch_event *event, struct error *err);
    void (*on_alive)(void *context); /* any byte arrived: a proof of life; NULL for none */
    void (*on_state)(void *context, const struct kube_watch_status *status);
    /* The last one; context may be freed in it. NULL for none. */
    void (*on_closed)(void *context);
    /* What a refused request's body says (code is set already). NULL: only the code is named. */
    void (*read_failure)(void *context, struct span body, struct kube_watch_failure *failure);
    /* resourceVersion of a list's body, "" when it has none. NULL: the server's version is not asked after a broken connection. */
    void (*read_version)(void *context, struct span body, char version[KUBE_WATCH_VERSION_MAX]);
};

struct kube_watch_options {
    const char *name;              /* "helmreleases on fsn1", first words of error texts */
    const char *url;               /* of the collection, without query: https://host:6443/apis/…/helmreleases */
    const char *query;             /* further parameters, escaped: "fieldSelector=type%3D…"; NULL: none */
    const char *accept;            /* NULL: application/json. A Table request works alike */
    const char *watch_accept;      /* of the watch, when it must differ from the list's; NULL: `accept` */
    struct tls_identity *identity; /* referenced */
    const char *proxy;
    bool force_http1;
    struct kube_watch_server *server; /* shared by all watches of one server; NULL: paged lists, no turns */
    bool no_initial_events;           /* never sendInitialEvents (a Table's bookmarks need not say their end) */
    unsigned page_items;              /* 0: KUBE_WATCH_PAGE_ITEMS */
    size_t page_maximum;              /* 0: KUBE_WATCH_PAGE_MAXIMUM */
    size_t line_maximum;              /* 0: KUBE_WATCH_LINE_MAXIMUM */
    const struct retry_policy *retry; /* NULL: RETRY_POLICY_DEFAULT. Copied */
    int64_t page_timeout_ms;          /* of one page of a list; 0: KUBE_WATCH_PAGE_TIMEOUT_MS. Watches have none */
    int64_t recheck_ms;               /* 0: KUBE_WATCH_RECHECK_MS */
    int64_t poll_ms;                  /* 0: KUBE_WATCH_POLL_MS */
    int64_t initial_idle_ms;          /* 0: KUBE_WATCH_INITIAL_IDLE_MS */
};

struct kube_watch_counters {
    uint64_t lists, pages, items, watches, events, bookmarks;
    uint64_t expired; /* 410, in a list or in a watch */
    uint64_t streamed; /* lists that came as initial events */
    uint64_t rewound;  /* the server's version was behind ours */
    uint64_t polls;
    uint64_t broken_pages, broken_lines, overlong_lines, halved_pages, failures;
    uint64_t bytes_received; /* of bodies, decompressed */
};

struct kube_watch;

/* Starts at once: from another thread than the HTTP thread, callbacks may run before this returns. options are copied. */
struct kube_watch *kube_watch_new(struct http_thread *thread, const struct kube_watch_options *options,
                                  const struct kube_watch_callbacks *callbacks, void *context);

/* The rows of the page delivered last have been taken in: ask for the next one. Once per page; the last page needs none
 * (harmless). Any thread; inside on_page rather set kube_watch_page.taken. */
void kube_watch_page_taken(struct kube_watch *watch);
void kube_watch_reset(struct kube_watch *watch);     /* cut what runs, continue at once from the last version. Any thread */
void kube_watch_relist(struct kube_watch *watch);    /* a fresh list now (the consumer lost something). Any thread */
void kube_watch_retry_now(struct kube_watch *watch); /* do not wait any longer; nothing when not waiting. Any thread */
void kube_watch_close(struct kube_watch *watch);     /* ends and frees it; on_closed follows on the HTTP thread. Any thread */
struct kube_watch_counters kube_watch_counters(const struct kube_watch *watch); /* any thread, before close */

#endif
