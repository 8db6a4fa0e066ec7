/* What every part of the demo Sovereign shares: its two regions' object stores, its name, its pace and its luck.
 * Fields are set before the threads start and do not change afterwards, except the atomics. */
#ifndef DEMO_DEMO_WORLD_H
#define DEMO_DEMO_WORLD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "demo/demo_logs.h"
#include "demo/demo_store.h"

#define DEMO_WORLD_REGIONS 2
#define DEMO_WORLD_FQDN "acme.example"
#define DEMO_WORLD_DEPLOYMENT "9f1c2e44d0aa77b1"

enum { DEMO_WORLD_PRIMARY, DEMO_WORLD_SECONDARY };

struct demo_world {
    struct demo_store *stores[DEMO_WORLD_REGIONS];
    struct demo_logs *logs[DEMO_WORLD_REGIONS];
    struct demo_chronicle *chronicle; /* Kubernetes events */
    struct demo_git *git;
    struct demo_cutover *cutover;
    double speed; /* contract seconds pass this many times as fast */
    int scale;
    uint64_t seed;
    int64_t born_ms;                          /* wall time when the demo started */
    atomic_bool is_calm;                      /* no new troubles: a cutover runs, or a test wants quiet */
    atomic_bool is_stuck[DEMO_WORLD_REGIONS]; /* the region's source-controller no longer reconciles (stale Ready) */
    bool applies_old[DEMO_WORLD_REGIONS];     /* ... and what it fetched from upstream long ago is still applied */
    bool lacks_handover;                      /* OpenBao has no handover archive: the trigger answers 425 */
    double first_reconcile_s;                 /* when Flux first looks at Git; 0: at once */
};

/* "fsn", "hel". */
const char *demo_world_region(int region);

/* Real milliseconds that `seconds` of the contract's time take at this pace; at least 1. */
int64_t demo_world_pace_ms(const struct demo_world *world, double seconds);

/* Deterministic luck: one stream of numbers per user. */
struct demo_luck {
    uint64_t state;
};
struct demo_luck demo_luck_from(uint64_t seed, const char *purpose);
uint64_t demo_luck_next(struct demo_luck *luck);
int demo_luck_below(struct demo_luck *luck, int limit);            /* 0 .. limit-1 */
void demo_luck_hex(struct demo_luck *luck, char *out, int digits); /* writes digits characters and a NUL */

/* New text with every ${SOVEREIGN_FQDN} (and ${REGION}) of `text` filled in; caller frees. */
char *demo_world_substitute(const char *text, int region);

/* The same for every string of a document, in place. */
void demo_world_substitute_json(json_t *value, int region);

#endif
