/* Everything that belongs to one Sovereign while the console shows it: its threads, clients, feeds and store. Another Sovereign is another
 * visit, so nothing of the old one can reach the new one. Made and used on the UI thread; closing may be left to another thread. */
#ifndef APP_VISIT_H
#define APP_VISIT_H

#include <stdatomic.h>

#include "base/inbox.h"
#include "base/worker.h"
#include "estate/estate.h"
#include "feed/feed_set.h"
#include "operation/prepared.h"
#include "sovereign/sovereign.h"

struct visit {
    struct http_thread *http;
    struct sovereign *sovereign;
    struct store *store;
    struct estate *estate;
    struct inbox *inbox;
    struct worker *worker, *reports, *logins; /* reports and logins (token commands): what may take many seconds */
    struct feed_set *feeds;    /* NULL until visit_start */
    struct prepared *prepared; /* taken over at the end: the worker may still read it */
    atomic_bool cancel;        /* blocking calls end */
};

/* Reads the configuration and makes everything; touches no network. STATUS_USAGE as sovereign_open. */
enum status visit_open(const struct sovereign_options *options, struct visit **ret, struct error *err);

/* Starts the feeds: the store has names, regions and lamps when it returns. */
void visit_start(struct visit *visit);

/* Ends and frees all of it, as long as that takes: a blocking call that looks at `cancel`, a NATS connection attempt, a tunnel that does not
 * want to end (2 s each). No screen may be left. Any thread; NULL is fine. */
void visit_close(struct visit *visit);

#endif
