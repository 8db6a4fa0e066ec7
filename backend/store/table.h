/* The rows of one kind in one region, by identity, with the state of the feed that fills them. UI thread. */
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include "base/hash_table.h"
#include "store/row.h"

enum table_state {
    TABLE_STATE_OFF,       /* nobody asked for it */
    TABLE_STATE_LISTING,   /* first list under way */
    TABLE_STATE_LIVE,      /* complete list taken in, watch running (or listed again and again: the reason says so) */
    TABLE_STATE_PARTIAL,   /* the same in some namespaces only, because the others may not be listed: the reason names them */
    TABLE_STATE_STALE,     /* rows are old: the feed is down or relisting after an error */
    TABLE_STATE_FORBIDDEN, /* 403: the identity may not list it */
    TABLE_STATE_ABSENT,    /* the server does not have the kind */
    TABLE_STATE_FAILED,    /* never listed, and the last try failed */
};

/* More rows than this are dropped and counted. */
#define TABLE_ROWS_MAX 200000

/* How long rows of a feed that went away still count as an answer (shown as stale); after that they are not known. */
#define TABLE_STALE_MAX_MS 30000

/* Sees a row come (before NULL), change, or go (after NULL) in a table whose first list was complete. */
typedef void (*table_observer_fn)(void *context, const struct row *before, const struct row *after);

struct table {
    const struct kind *kind;
    int region;
    enum table_state state;
    char reason[256];       /* why, for every state but LIVE */
    int64_t changed_ms;     /* monotonic time of the last state change */
    int64_t applied_ms;     /* monotonic time of the last event or page */
    uint64_t generation;    /* grows with every visible change */
    uint64_t broken;        /* pages and lines that could not be read */
    struct hash_table rows; /* key -> struct row * (one count each) */
    uint64_t dropped;       /* rows over TABLE_ROWS_MAX */
    bool listed;            /* a complete list was taken in once: rows may be stale but are not partial */
    /* private */
    uint32_t sweep;             /* mark of the running list */
    bool expired;               /* table_expire has told about it */
    uint64_t *owner_generation; /* the store's; grows with `generation`; NULL: none */
    table_observer_fn observe;
    void *observe_context;
};

struct table *table_new(const struct kind *kind, int region);
void table_free(struct table *table);
const struct row *table_find(const struct table *table, struct span key); /* NULL: absent; valid until the next apply */

/* A complete answer is in hand: what is not in the table does not exist. True while LIVE (never while PARTIAL), and while STALE after a complete
 * list for at most TABLE_STALE_MAX_MS. NULL: false. Proof (an audit, a cutover verdict) wants state == LIVE. */
bool table_is_known(const struct table *table);

/* The rows there are, are right: known, or PARTIAL. NULL: false. */
bool table_is_current(const struct table *table);

/* Why the table is not known (or is stale): its reason, or a sentence for its state. "" when LIVE. NULL: "not asked for". */
const char *table_reason(const struct table *table);

/* True, once, when the rows have just become too old to be known; the generation grows. Call about once a second. */
bool table_expire(struct table *table);
const char *table_state_name(enum table_state state);

/* The feed's calls. table_list_begin: LISTING the first time, STALE ("listing again") when rows are there. A page is taken
 * with its rows; table_list_end sweeps what the list did not bring and sets LIVE. After a list that broke off call
 * table_set_state: nothing is swept. */
void table_list_begin(struct table *table);
void table_take_row(struct table *table, struct row *row); /* takes one count; replaces, or adds */
void table_delete(struct table *table, struct span key);
void table_list_end(struct table *table);
void table_set_state(struct table *table, enum table_state state, const char *reason);

/* Several lists of one table at once, each of one namespace. A mark begins a list without changing the state; a sweep removes the
 * rows of `namespace` (NULL: all) that came before the mark. */
uint32_t table_list_mark(struct table *table);
void table_sweep(struct table *table, const char *namespace, uint32_t mark);

/* Forgets rows without calling them gone (the observer is not told): they may no longer be seen. `keeps` NULL: all of them, and
 * the table counts as never listed. */
void table_forget(struct table *table, bool (*keeps)(void *context, const struct row *row), void *context);

/* for (size_t at = 0; (row = table_next(table, &at)) != NULL;) */
const struct row *table_next(const struct table *table, size_t *at);

#endif
