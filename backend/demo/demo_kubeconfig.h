/* Writes the demo's kubeconfig: one context per region and user. */
#ifndef DEMO_DEMO_KUBECONFIG_H
#define DEMO_DEMO_KUBECONFIG_H

#include <stddef.h>

#include "base/error.h"
#include "demo/demo_tls.h"

struct demo_context {
    const char *name;                /* "fsn", "fsn-viewer"; also the user entry's name */
    const char *cluster;             /* "fsn" */
    int port;                        /* on 127.0.0.1 */
    const char *name_space;          /* NULL: default */
    const struct demo_tls_pair *pair; /* client certificate; NULL: none */
    const char *token;               /* NULL: none */
};

/* Writes `path` (mode 0600, replaced atomically). The first context is the current one. */
enum status demo_kubeconfig_write(const char *path, const char *ca_pem, const struct demo_context *contexts,
                                  size_t count, struct error *err);

#endif
