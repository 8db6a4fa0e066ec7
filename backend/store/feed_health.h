/* Health of every feed: one lamp each in the header. A lamp is lit by proof of life (any byte or probe reply), never by
 * silence. UI thread. */
#ifndef STORE_FEED_HEALTH_H
#define STORE_FEED_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

enum feed_kind { FEED_KIND_KUBE, FEED_KIND_CATALYST, FEED_KIND_NATS, FEED_KIND_GITEA, FEED_KIND_OPENBAO };

enum feed_state {
    FEED_STATE_OFF,      /* not configured */
    FEED_STATE_STARTING, /* no proof yet */
    FEED_STATE_LIVE,
    FEED_STATE_LIMITED, /* alive, but something of it is refused or missing (reason says what) */
    FEED_STATE_DENIED,  /* alive, but it does not accept us (401, 403) */
    FEED_STATE_DOWN,    /* no proof within the limit, or refused */
};

#define FEED_HEALTH_MAXIMUM 16

struct feed_health {
    enum feed_kind kind;
    int region;      /* FEED_KIND_KUBE: index; -1 otherwise */
    char name[32];   /* lamp's name: "fsn", "api", "nats" */
    enum feed_state state;
    char reason[256];        /* one sentence; "" while LIVE */
    char cause[256];         /* what is known of the way there (a tunnel); while DOWN or STARTING it is the reason. "" for nothing */
    char own_reason[256];    /* private: the feed's own words */
    char address[160], identity[128], protocol[32];
    int64_t proof_ms;        /* monotonic time of the last proof of life; -1: never */
    int64_t changed_ms;      /* monotonic time of the last state change */
    int64_t latency_ms;      /* of the last probe; -1: unknown */
    uint64_t failures, dropped, reconnects;
};

/* Sets state and reason; keeps changed_ms when neither state nor reason changed. True when something visible changed. */
bool feed_health_set(struct feed_health *health, enum feed_state state, const char *reason);

/* What stands between us and the source: `cause` is shown as the reason while the feed is DOWN or STARTING. "": nothing does. True when
 * something visible changed. */
bool feed_health_blame(struct feed_health *health, const char *cause);

/* A sign of life now; latency_ms -1: unknown. Lights a lamp that was STARTING or DOWN. True when something visible changed. */
bool feed_health_proof(struct feed_health *health, int64_t latency_ms);

/* No sign of life for longer than limit_ms: DOWN, with a reason that says so. True when that is new. */
bool feed_health_expire(struct feed_health *health, int64_t limit_ms);
const char *feed_health_state_name(enum feed_state state);

#endif
