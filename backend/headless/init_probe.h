/* What `sovdeck init` finds out about the contexts of a kubeconfig: which answer, which are Catalyst Sovereigns (domain.md 1: ConfigMap
 * catalyst-system/sovereign-fqdn), what region they are, which services of the platform they run. Inside the layer only. */
#ifndef HEADLESS_INIT_PROBE_H
#define HEADLESS_INIT_PROBE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "transport/http_thread.h"

#define INIT_PROBE_CONTEXTS_MAX 64
#define INIT_PROBE_TIMEOUT_MS 3000 /* per question */

struct init_service {
    char namespace[64], name[96]; /* "": not there, or it may not be seen */
    int port;
};

struct init_context {
    char name[160], server[300];
    bool was_asked, answers;   /* answers: it took our identity */
    struct error error;        /* why it does not; or what could not be read though it answers */
    char fqdn[160];            /* "": no Catalyst Sovereign, or it may not be read (then `error`) */
    char region[48];           /* bare: "fsn"; "": its nodes do not say */
    struct init_service catalyst, nats, gitea, openbao;
};

/* A public host of catalyst-api (contract 1.1), asked without any identity. */
struct init_host {
    char url[200];
    bool answers;
    struct error error; /* why not */
};

/* Asks all that have was_asked set, at most 8 at a time. */
void init_probe_contexts(struct http_thread *thread, const char *kubeconfig, struct init_context *contexts, size_t count, const atomic_bool *cancel);

void init_probe_host(struct http_thread *thread, const char *prefix, const char *fqdn, struct init_host *ret, const atomic_bool *cancel);

#endif
