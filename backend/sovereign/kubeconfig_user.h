/* How a user of a kubeconfig logs in. Inside sovereign/kubeconfig only. */
#ifndef SOVEREIGN_KUBECONFIG_USER_H
#define SOVEREIGN_KUBECONFIG_USER_H

#include "sovereign/exec_plugin.h"
#include "sovereign/kubeconfig.h"
#include "sovereign/kubeconfig_entry.h"
#include "transport/tls_identity.h"

#define KUBECONFIG_USER_HEADERS_MAX 64
#define KUBECONFIG_USER_WORDS_MAX 64

/* Everything borrowed from the files and the material. */
struct kubeconfig_user {
    const char *headers[KUBECONFIG_USER_HEADERS_MAX + 1]; /* impersonation */
    const char *impersonated;                             /* NULL: nobody */
    bool has_exec;
    struct exec_plugin exec;
    bool wants_cluster; /* provideClusterInfo: exec.cluster is to be filled */
    const char *argv[KUBECONFIG_USER_WORDS_MAX + 2], *env[KUBECONFIG_USER_WORDS_MAX + 1];
};

/* Fills the user's part of `options` and *ret. `user` has no node when the context names none. As in client-go: a token, a
 * password or a certificate beside an exec plugin wins, and the plugin is never run. */
enum status kubeconfig_user_read(const struct kubeconfig_entry *user, const char *name, const struct kubeconfig_overrides *overrides,
                                 struct kubeconfig_material *material, struct tls_identity_options *options, struct kubeconfig_user *ret,
                                 struct error *err);

#endif
