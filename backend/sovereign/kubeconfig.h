/* kubeconfig files: clusters, users, contexts; KUBECONFIG lists merged as kubectl does (the first file that sets a name wins).
 * Read only: the user's kubeconfig is never written. */
#ifndef SOVEREIGN_KUBECONFIG_H
#define SOVEREIGN_KUBECONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "transport/tls_identity.h"

#define KUBECONFIG_FILE_MAXIMUM ((size_t)4 << 20)
#define KUBECONFIG_FILES_MAX 16

struct kubeconfig;

/* `path` NULL: the KUBECONFIG list, else ~/.kube/config. STATUS_NOT_FOUND: no file. Broken files are errors "file:line: …". */
enum status kubeconfig_load(const char *path, struct kubeconfig **ret, struct error *err);
void kubeconfig_free(struct kubeconfig *config);

const char *kubeconfig_current(const struct kubeconfig *config); /* current-context; NULL: none */
size_t kubeconfig_context_count(const struct kubeconfig *config);
const char *kubeconfig_context_name(const struct kubeconfig *config, size_t index);

struct kubeconfig_target {
    char server[300];
    char namespace[80]; /* "" when the context has none */
    char context[128], cluster[128], user[128];
    char proxy[300];    /* "" for none */
    bool insecure;
    struct tls_identity *identity; /* one reference */
};

/* Everything to reach the cluster of a context (NULL: the current one). STATUS_NOT_FOUND: no such context, cluster or user;
 * STATUS_UNSUPPORTED: the user logs in in a way sovdeck does not know, which the text names; STATUS_USAGE or STATUS_IO: its
 * certificates cannot be used. */
enum status kubeconfig_resolve(const struct kubeconfig *config, const char *context, struct kubeconfig_target *ret, struct error *err);
void kubeconfig_target_done(struct kubeconfig_target *target);

#endif
