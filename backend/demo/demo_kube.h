/* The Kubernetes API of one region: discovery, list, watch, reads and writes over a demo_store, with the semantics that
 * break naive clients (410 on old versions, Table replies, conflicts, dry run, per-kind refusals). */
#ifndef DEMO_DEMO_KUBE_H
#define DEMO_DEMO_KUBE_H

#include "base/error.h"
#include "demo/demo_access.h"
#include "demo/demo_http.h"
#include "demo/demo_logs.h"
#include "demo/demo_store.h"
#include "demo/demo_tls.h"

struct demo_kube;

struct demo_kube_options {
    struct demo_store *store;         /* borrowed */
    struct demo_logs *logs;           /* borrowed */
    const struct demo_access *access; /* borrowed */
    struct demo_tls *tls;             /* borrowed; its CA signs the server and trusts the clients */
    int port;                         /* 0: any free one */
    bool has_watch_list;              /* the WatchList feature gate from the start */
    const char *version;              /* gitVersion of /version; NULL: v1.30.4+k3s1 */
};

/* Serves until demo_kube_stop. POST /demo/faults (admin only) also takes {"expireWatches": true}, {"watchList": true} (the feature
 * gate: initial events; false at first) and {"plainDiscovery": true} (no aggregated documents, as before 1.27). */
enum status demo_kube_start(struct demo_kube **ret, const struct demo_kube_options *options, struct error *err);
int demo_kube_port(const struct demo_kube *kube);
struct demo_http *demo_kube_http(struct demo_kube *kube); /* for demo_http_pause and demo_http_resume */
void demo_kube_stop(struct demo_kube *kube); /* stops the store and the logs as well, so that no stream waits */

#endif
