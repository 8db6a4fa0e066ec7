/* The Sovereign one session works with: its regions' clients, catalyst-api, NATS, class; from profile or kubeconfig. */
#ifndef SOVEREIGN_SOVEREIGN_H
#define SOVEREIGN_SOVEREIGN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "sovereign/catalyst_client.h"
#include "sovereign/kube_client.h"
#include "sovereign/kubeconfig.h"
#include "sovereign/nats_target.h"
#include "sovereign/profile.h"
#include "sovereign/sovereign_tunnels.h"
#include "store/store.h"
#include "transport/nats_link.h"

/* The command line's words; NULL: not given. */
struct sovereign_options {
    const char *config_file; /* --config */
    const char *name;        /* --sovereign */
    const char *kubeconfig;  /* --kubeconfig: one region from this file instead of a profile */
    const char *context;     /* --context */
    const char *cluster, *user, *namespace; /* --cluster, --user, --namespace: over the context's */
    bool all_namespaces;                    /* --all-namespaces: no namespace to begin with */
    const char *as, *as_uid;                /* --as, --as-uid */
    const char *as_groups[KUBECONFIG_AS_GROUPS_MAX + 1]; /* --as-group, NULL-terminated */
    const char *request_timeout;            /* --request-timeout: "5s", "1m", seconds; "0": none */
    struct nats_target_words nats;
};

#define SOVEREIGN_WARNINGS_MAX 16

struct sovereign_region {
    char name[32];
    bool insecure; /* its server's certificate is not verified: to be said on every screen */
    bool primary;
    struct kube_client *client; /* NULL when it cannot be used: `error` says why */
    struct error error;
    char context[128];
};

struct sovereign {
    char name[64];  /* profile name, or the context's */
    char fqdn[160]; /* "" when the profile has none */
    enum profile_class class;
    struct sovereign_region regions[STORE_REGIONS_MAX];
    size_t region_count;
    char impersonated[128]; /* who all that is done is done as (--as, or a kubeconfig's "as"); "" for nobody */
    char namespace[80]; /* --namespace: lists begin with only this one; "" for all */
    char *warnings[SOVEREIGN_WARNINGS_MAX]; /* about the kubeconfigs; for people, once */
    size_t warning_count;
    struct catalyst_client *catalyst; /* NULL: not configured, or `catalyst_error` */
    struct error catalyst_error;
    struct nats_target *nats; /* NULL: none is configured */
    const struct profile_sovereign *profile; /* NULL without a profile; owned by `file` */
    struct profile *file;                    /* never NULL: theme, keymap, warnings */
    struct sovereign_tunnels tunnels;        /* not running until somebody starts them */
    struct http_thread *thread;              /* borrowed */
};

/* Reads configuration and builds the clients; touches no network. Fails only when it is not clear which cluster is meant
 * (STATUS_USAGE: unknown Sovereign, with a hint; --config that cannot be read; contradicting words). A region whose kubeconfig
 * is missing or broken is there with its error. */
enum status sovereign_open(const struct sovereign_options *options, struct http_thread *thread, struct sovereign **ret,
                           struct error *err);
void sovereign_free(struct sovereign *sovereign); /* after store and feeds: dynamic kinds go with it */

bool sovereign_is_insecure(const struct sovereign *sovereign); /* some region's server is not verified */

/* Index of the primary region: the profile's word, else 0. -1 without regions. */
int sovereign_primary(const struct sovereign *sovereign);
/* Region by name; -1: none. */
int sovereign_find_region(const struct sovereign *sovereign, const char *name);

bool sovereign_has_nats(const struct sovereign *sovereign);
/* A link to sovereign->nats. */
enum status sovereign_open_nats(const struct sovereign *sovereign, const struct nats_link_callbacks *callbacks, void *context,
                                struct nats_link **ret, struct error *err);

void sovereign_set_cancel(struct sovereign *sovereign, const atomic_bool *cancel); /* for all clients */

#endif
