/* One run of an exec credential plugin (client.authentication.k8s.io/v1 and v1beta1), as client-go does it. Blocks. */
#ifndef SOVEREIGN_EXEC_PLUGIN_H
#define SOVEREIGN_EXEC_PLUGIN_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

#define EXEC_PLUGIN_OUTPUT_MAXIMUM ((size_t)256 << 10)
#define EXEC_PLUGIN_TIMEOUT_MS 30000 /* $SOVDECK_EXEC_TIMEOUT_MS changes it (slow log-ins, tests) */

/* Borrowed. */
struct exec_plugin {
    const char *name;                /* for texts: the command as the kubeconfig has it */
    const char *const *argv;         /* NULL-terminated; argv[0] absolute, or looked up in PATH */
    const char *const *env;          /* "NAME=value", NULL-terminated; NULL: none */
    const char *api_version;         /* "client.authentication.k8s.io/v1" */
    const char *install_hint;        /* shown when the program is missing; NULL: none */
    const char *cluster;             /* JSON object for spec.cluster; NULL: not provided */
};

/* Secrets; wiped by exec_plugin_result_done. */
struct exec_plugin_result {
    char *token;                /* NULL: none */
    char *certificate, *key;    /* PEM, both or none */
    int64_t expires_ms;         /* TIMESTAMP_NONE: never */
};

/* Errors name the plugin and the first line of what it said on stderr; the status is STATUS_UNAUTHENTICATED whatever went wrong,
 * or STATUS_INTERRUPTED. */
enum status exec_plugin_run(const struct exec_plugin *plugin, const atomic_bool *cancel, struct exec_plugin_result *ret, struct error *err);
void exec_plugin_result_done(struct exec_plugin_result *result);

/* Reads a plugin's output. `name` and `api_version` as above. Pure. */
enum status exec_plugin_read(const char *name, const char *api_version, struct span output, struct exec_plugin_result *ret, struct error *err);

#endif
