/* The Kubernetes side of a running demo in one piece: an API server per region, the demo's people, the kubeconfig, and the
 * Flux controllers' logs.
 *
 * People, each with a context per region ("fsn" is the region):
 *   fsn            client certificate, group system:masters: everything
 *   fsn-viewer     token, group openova:tier-viewer: reads everything but Secrets
 *   fsn-developer  client certificate, group openova:tier-developer: namespace DEMO_GATE_DEVELOPER_NAMESPACE only
 *   fsn-expired    a client certificate that has run out: 401
 *   fsn-stranger   a token nobody knows: 401 */
#ifndef DEMO_DEMO_GATE_H
#define DEMO_DEMO_GATE_H

#include "base/error.h"
#include "demo/demo_access.h"
#include "demo/demo_kube.h"
#include "demo/demo_logs.h"
#include "demo/demo_store.h"
#include "demo/demo_tls.h"

#define DEMO_GATE_DEVELOPER_NAMESPACE "northwind"
#define DEMO_GATE_REGIONS_MAX 4

struct demo_gate;

struct demo_gate_region {
    struct demo_store *store; /* borrowed; its name is the context's */
    struct demo_logs *logs;   /* borrowed */
    int port;                 /* 0: any free one */
};

/* `tls` is borrowed: the caller may sign further servers with the same authority. */
enum status demo_gate_start(struct demo_gate **ret, struct demo_tls *tls, const struct demo_gate_region *regions,
                            size_t count, struct error *err);
enum status demo_gate_write_kubeconfig(const struct demo_gate *gate, const char *path, struct error *err);

struct demo_kube *demo_gate_kube(struct demo_gate *gate, size_t region);
const struct demo_access *demo_gate_access(const struct demo_gate *gate);
const char *demo_gate_viewer_token(const struct demo_gate *gate);
void demo_gate_stop(struct demo_gate *gate); /* NULL allowed */

#endif
