/* The rows of one kind in one region, by identity, with the state of the feed that fills them. UI thread. */
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include "base/hash_table.h"
#include "store/row.h"

enum table_state {
    TABLE_STATE_OFF,       /* nobody asked for it */
    TABLE_STATE_LISTING,   /* first list under way */
    TABLE_STATE_LIVE,      /* complete list taken in, watch running */
    TABLE_STATE_STALE,     /* rows are old: the feed is down or relisting after an error */
    TABLE_STATE_FORBIDDEN, /* 403: the identity may not list it */
    TABLE_STATE_ABSENT,    /* the server does not have the kind */
    TABLE_STATE_FAILED,    /* never listed, and the last try failed */
};

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
    uint64_t sweep;         /* private: mark of the running list */
};

struct table *table_new(const struct kind *kind, int region);
void table_free(struct table *table);
const struct row *table_find(const struct table *table, struct span key); /* NULL: absent; valid until the next apply */

/* A complete answer is in hand: what is not in the table does not exist. */
bool table_is_known(const struct table *table);

/* The feed's calls. A page is taken with its rows; table_list_end sweeps what the list did not bring. */
void table_list_begin(struct table *table);
void table_take_row(struct table *table, struct row *row); /* takes one count; replaces, or adds */
void table_delete(struct table *table, struct span key);
void table_list_end(struct table *table);
void table_set_state(struct table *table, enum table_state state, const char *reason);

/* for (size_t at = 0; (row = table_next(table, &at)) != NULL;) */
const struct row *table_next(const struct table *table, size_t *at);

#endif
