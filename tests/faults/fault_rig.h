/* A console's feeds and store on one side, a demo Sovereign on the other, both in this process, and a fault proxy on every link
 * between them. Real sockets, real TLS, the real HTTP thread and nats.c; only the clock is ours.
 *
 * The clock stands still while anything moves and is stepped when everything is quiet: waiting for a time-out of 30 s costs some
 * milliseconds, and a slow machine costs no clock time. A rig with NATS can run on the real clock instead, because nats.c has
 * timers of its own. One rig per process at a time. */
#ifndef FAULTS_FAULT_RIG_H
#define FAULTS_FAULT_RIG_H

#include "demo/demo_access.h"
#include "demo/demo_catalyst.h"
#include "demo/demo_kube.h"
#include "demo/demo_world.h"
#include "feed/feed_set.h"
#include "support/fault_proxy.h"
#include "support/nats_fixture.h"

#define FAULT_RIG_REGIONS 2
#define FAULT_RIG_STEP_MS 100

enum fault_link { FAULT_LINK_FSN, FAULT_LINK_HEL, FAULT_LINK_API, FAULT_LINK_NATS, FAULT_LINKS };

struct fault_rig_options {
    bool with_nats;
    bool real_clock;
    size_t extra_releases; /* more small HelmReleases in the first region: lists of several pages */
};

struct fault_rig {
    struct fault_rig_options options;
    char folder[64];
    struct demo_world world;
    struct demo_tls *tls;
    struct demo_access *access;
    struct demo_kube *kube[FAULT_RIG_REGIONS];
    struct demo_catalyst *catalyst;
    struct nats_fixture nats;
    struct fault_proxy *proxies[FAULT_LINKS]; /* NULL: the link is not there */
    /* the console below its screens */
    struct http_thread *thread;
    struct inbox *inbox;
    struct worker *worker;
    struct store *store;
    struct sovereign *sovereign;
    struct feed_set *feeds;
    /* another way to the same servers, without proxies */
    struct http_thread *direct_thread;
    struct sovereign *direct;
    /* clock */
    int64_t clock_ms, wall_ms, moved_us, limit_us; /* clock; and real time of the last movement */
    uint64_t activity;
    unsigned steps_sent, steps_seen; /* wake-ups of the HTTP thread */
    int64_t step_ms; /* of the clock */
    bool mute; /* servers keep silent on purpose: a request without an answer holds nothing up */
    int64_t worst_turn_us; /* CPU time of the UI thread's dearest turn */
    uint64_t changes;      /* made by fault_rig_change so far */
};

void fault_rig_start(struct fault_rig *rig, struct fault_rig_options options);
void fault_rig_stop(struct fault_rig *rig);

/* The console's half alone: leaving it (real milliseconds it took) and coming back with an empty store. */
int64_t fault_rig_leave(struct fault_rig *rig);
void fault_rig_enter(struct fault_rig *rig);

int64_t fault_rig_now_ms(const struct fault_rig *rig); /* the clock of the rig */
void fault_rig_turn(struct fault_rig *rig);            /* one turn of the UI thread's loop, then the clock */

/* Turns until it holds, or the clock is `limit_ms` further. */
bool fault_rig_until(struct fault_rig *rig, bool (*holds)(struct fault_rig *rig, void *context), void *context, int64_t limit_ms);

const struct feed_health *fault_rig_lamp(const struct fault_rig *rig, enum fault_link link); /* NULL: the link is not there */

/* Objects come, change and go in both regions, in several kinds, some again and again. */
void fault_rig_change(struct fault_rig *rig);

/* Every lamp is live, every table is live or absent, nothing waits. */
bool fault_rig_is_whole(struct fault_rig *rig, void *unused);

/* The region's tables equal a fresh list; `why` otherwise. */
bool fault_rig_is_true(struct fault_rig *rig, int region, char *why, size_t size);

/* Rules of the demo's fault switches (demo_faults.h), as JSON; and none again. FSN, HEL or API. */
void fault_rig_switch(struct fault_rig *rig, enum fault_link link, const char *rule);
void fault_rig_switch_off(struct fault_rig *rig);
void fault_rig_hits(struct fault_rig *rig, enum fault_link link, char *text, size_t size); /* the rules and their hits, JSON */

void fault_rig_require(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3))); /* else says so and aborts */

#endif
