/* kubeconfig files: clusters, users, contexts; KUBECONFIG lists merged as kubectl does (the first file that sets a name wins).
 * Read only: the user's kubeconfig is never written. What is broken never hides the rest: it becomes a warning when the file is
 * read, and an error when its context is asked for. Every error names file:line and the key. */
#ifndef SOVEREIGN_KUBECONFIG_H
#define SOVEREIGN_KUBECONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/span.h"
#include "transport/tls_identity.h"

#define KUBECONFIG_FILE_MAXIMUM ((size_t)4 << 20)
#define KUBECONFIG_FILES_MAX 64
#define KUBECONFIG_WARNINGS_MAX 16
#define KUBECONFIG_AS_GROUPS_MAX 32

struct kubeconfig;

/* `path` NULL: the KUBECONFIG list (empty parts and files that do not exist are skipped), else ~/.kube/config, else the service
 * account of the pod we run in (sovereign/in_cluster.h). STATUS_NOT_FOUND: none of them. A file that cannot be read is an error
 * only when there is no other. */
enum status kubeconfig_load(const char *path, struct kubeconfig **ret, struct error *err);
enum status kubeconfig_read(const char *name, struct span text, struct kubeconfig **ret, struct error *err); /* from memory */
void kubeconfig_free(struct kubeconfig *config);

/* What is wrong or unsafe about the files, each a sentence: others can read one, one is broken, a name stands twice. */
size_t kubeconfig_warning_count(const struct kubeconfig *config);
const char *kubeconfig_warning(const struct kubeconfig *config, size_t index);

const char *kubeconfig_current(const struct kubeconfig *config); /* current-context; NULL: none */
size_t kubeconfig_context_count(const struct kubeconfig *config);
const char *kubeconfig_context_name(const struct kubeconfig *config, size_t index);

/* The command line's words over the files, as kubectl's options of the same name. NULL: not given. */
struct kubeconfig_overrides {
    const char *context, *cluster, *user, *namespace;
    const char *as, *as_uid;
    const char *const *as_groups; /* NULL-terminated; NULL: not given */
};

struct kubeconfig_target {
    char server[300]; /* may end in a path, never in '/' */
    char namespace[80]; /* "" when the context has none */
    char context[128], cluster[128], user[128];
    char impersonated[128]; /* who the user acts as; "" for nobody */
    char proxy[300];        /* "" for none; may hold a password: not for showing */
    bool insecure;
    struct tls_identity *identity; /* one reference */
};

/* Everything to reach the cluster of a context (NULL: the current one). STATUS_NOT_FOUND: no such context, cluster or user;
 * STATUS_UNSUPPORTED: the user logs in in a way sovdeck cannot, with what to use instead; STATUS_INVALID: a value is wrong;
 * STATUS_USAGE or STATUS_IO: its certificates cannot be used. Runs no exec plugin: its identity starts that on demand. */
enum status kubeconfig_resolve(const struct kubeconfig *config, const char *context, struct kubeconfig_target *ret, struct error *err);
enum status kubeconfig_resolve_with(const struct kubeconfig *config, const struct kubeconfig_overrides *overrides,
                                    struct kubeconfig_target *ret, struct error *err);
void kubeconfig_target_done(struct kubeconfig_target *target);

#endif
