/* The tunnels of one Sovereign: each command line runs once, however many feeds name it. One owner; see tunnel.h for the rest. */
#ifndef SOVEREIGN_SOVEREIGN_TUNNELS_H
#define SOVEREIGN_SOVEREIGN_TUNNELS_H

#include <stddef.h>

#include "sovereign/profile.h"
#include "sovereign/tunnel.h"
#include "store/feed_health.h"

#define SOVEREIGN_TUNNELS_MAX (STORE_REGIONS_MAX + 4)

struct sovereign_tunnel {
    struct tunnel *tunnel; /* may be that of a row before */
    enum feed_kind feed;   /* FEED_KIND_KUBE, _CATALYST, _NATS, _GITEA */
    int region;            /* FEED_KIND_KUBE: index; -1 otherwise */
    bool is_own;           /* the first row of its tunnel */
};

struct sovereign_tunnels {
    struct sovereign_tunnel items[SOVEREIGN_TUNNELS_MAX];
    size_t count;
};

/* Makes those the profile names; none of them runs yet. */
void sovereign_tunnels_init(struct sovereign_tunnels *tunnels, const struct profile_sovereign *profile);

/* `on_change` gets the context; NULL for none. */
void sovereign_tunnels_start(struct sovereign_tunnels *tunnels, void (*on_change)(void *context), void *context);
void sovereign_tunnels_mute(struct sovereign_tunnels *tunnels);

/* Blocks until all are ready or have failed once, for timeout_ms at most (commands that do not stay). `report` gets the reason of
 * each that is not ready. */
void sovereign_tunnels_wait(struct sovereign_tunnels *tunnels, int64_t timeout_ms, const atomic_bool *cancel, void (*report)(const char *text));

void sovereign_tunnels_done(struct sovereign_tunnels *tunnels); /* all at once: 2 s at most */

#endif
