/* A subscription from inside: kube_subscription*.c and kube_part.c only. */
#ifndef FEED_KUBE_SUBSCRIPTION_INSIDE_H
#define FEED_KUBE_SUBSCRIPTION_INSIDE_H

#include "feed/kube_part.h"

#define KUBE_SUBSCRIPTION_SLOTS (1 + KUBE_SUBSCRIPTION_NAMESPACES_MAX)

struct kube_subscription {
    struct kube_subscription_options options;
    const struct kind *kind;
    struct feed_anchor *anchor;
    /* HTTP thread */
    struct row_decoder *decoder;
    char version[DISCOVERY_VERSION_MAX];
    struct kube_part *parts[KUBE_SUBSCRIPTION_SLOTS]; /* [0]: everywhere; the others one namespace each; NULL: free */
    size_t closing_parts; /* told to close, not in `parts` any more */
    bool closing;         /* for good */
    bool narrow_known;    /* it was looked up where listing is allowed, since the last refusal */
    bool cut_short;       /* more namespaces than are followed */
    uint64_t list;        /* number of the last list: changes coalesce within one */
    uint64_t dropped, broken;
    bool ever_listed;
    enum table_state state; /* last one reported */
    char text[256];
    bool unsaid; /* the report did not fit into the inbox */
    /* UI thread */
    uint32_t marks[KUBE_SUBSCRIPTION_SLOTS];
};

/* What its parts tell it. HTTP. */
void kube_subscription_part_changed(struct kube_subscription *subscription, struct kube_part *part);
void kube_subscription_part_listing(struct kube_subscription *subscription, struct kube_part *part); /* its first page or event is here */
void kube_subscription_part_closed(struct kube_subscription *subscription, struct kube_part *part);

/* kube_subscription_state.c: the table's state made of the parts' states. */
void kube_subscription_judge(struct kube_subscription *subscription);

#endif
