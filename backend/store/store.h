/* Everything the console knows, and the only place that changes it: tables per kind and region, feed health, the
 * catalyst-api's claims, the timeline. UI thread; no locks. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "store/feed_health.h"
#include "store/table.h"
#include "store/timeline.h"

#define STORE_REGIONS_MAX 8
#define STORE_KINDS_MAX 96

struct store_region {
    char name[32];
    bool primary;
};

/* catalyst-api's own words (contract 2.4, 3.2, 5.1), as last read. `at_ms` is monotonic; -1: never. */
struct store_catalyst {
    char fqdn[160], deployment_id[64];
    char user[96], tier[24];
    bool cutover_known;       /* cutover_* below were read */
    int64_t cutover_read_ms;
    char cutover_state[24];   /* "tethered" or "sovereign" */
    char current_step[64], failed_step[64], last_error[256];
    int current_index, total_steps, progress_percent;
    int64_t started_ms, last_attempt_ms, finished_ms; /* wall, timestamp.h */
    struct { char name[64], result[16], job[96]; int64_t started_ms, finished_ms; } steps[24];
    size_t step_count;
    int reconciled, reconcilers_total;
};

struct store {
    struct store_region regions[STORE_REGIONS_MAX];
    int region_count;
    char sovereign[64], fqdn[160]; /* profile name; FQDN from profile, ConfigMap or catalyst-api: "" while unknown */
    char sovereign_class[16];      /* production, staging, development */
    struct { const struct kind *kind; struct table *tables[STORE_REGIONS_MAX]; } kinds[STORE_KINDS_MAX];
    size_t kind_count;
    struct feed_health feeds[FEED_HEALTH_MAXIMUM];
    size_t feed_count;
    struct store_catalyst catalyst;
    struct timeline *timeline;
    uint64_t generation; /* grows with every visible change anywhere */
    table_observer_fn observe; /* private: handed to every table */
    void *observe_context;
};

struct store *store_new(void);
void store_free(struct store *store);
int store_add_region(struct store *store, const char *name, bool primary); /* index; -1: too many */
int store_primary_region(const struct store *store);                        /* 0 when none says so */
struct table *store_table(struct store *store, const struct kind *kind, int region); /* created when missing; NULL: STORE_KINDS_MAX */
const struct table *store_find_table(const struct store *store, const char *kind_id, int region); /* NULL: never asked for */
const struct row *store_find(const struct store *store, const char *kind_id, int region, const char *namespace, const char *name);
struct feed_health *store_add_feed(struct store *store, enum feed_kind kind, int region, const char *name);
struct feed_health *store_feed(struct store *store, enum feed_kind kind, int region);
const struct kind *store_find_kind(const struct store *store, const char *kind_id); /* NULL: no table of it yet */
void store_touch(struct store *store); /* something visible changed */
void store_note(struct store *store, const struct timeline_entry *entry); /* timeline_add, and a touch when it is new */

/* Rows that have become too old to be known: call about once a second. True when something visible changed. */
bool store_expire(struct store *store);

/* `observe` sees every row come, change and go, in every table (transitions for the timeline). One observer. */
void store_set_observer(struct store *store, table_observer_fn observe, void *context);

/* Sum of the generations of one kind's tables over all regions, and of the number of tables: equal means unchanged. */
uint64_t store_kind_generation(const struct store *store, const char *kind_id);

/* All regions' tables of the kind are known; else false and *reason (may be NULL) says which is not and why
 * ("hel1: forbidden ..."), up to `size` bytes. A kind that no region's server has counts as known and empty. */
bool store_kind_is_known(const struct store *store, const char *kind_id, char *reason, size_t size);

#endif
