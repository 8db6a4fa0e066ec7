/* Which NATS belongs to the Sovereign, and as whom: decided once from, in this order, the words of the command line (--nats,
 * --nats-context), the profile, and only when neither says anything NATS_URL or NATS_CONTEXT of the environment with their
 * companions. The environment comes last: a NATS_URL left over from another cluster must not lend a configured Sovereign its events. */
#ifndef SOVEREIGN_NATS_TARGET_H
#define SOVEREIGN_NATS_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "sovereign/profile.h"
#include "transport/nats_link.h"

#define NATS_TARGET_CONTEXT_CURRENT "current" /* --nats-context current: the one selected in the nats CLI */

/* The command line's words; NULL: not given. */
struct nats_target_words {
    const char *urls;    /* --nats */
    const char *context; /* --nats-context: a name, "current", or a file with a slash in it */
};

struct nats_target {
    char origin[160];      /* "the configuration", "NATS_URL", "context 'acme' of the nats CLI" */
    char unsupported[200]; /* keys of a context that are not supported: "tls_first, socks_proxy"; "" for none */
    char shown[160];       /* the first address, without credentials; "" for none */
    struct error error;    /* why it cannot be used; STATUS_OK: it can */
    /* owned; NULL: not given */
    char **urls; /* NULL-terminated */
    char *credentials_file, *nkey_seed_file, *token, *token_file, *username, *password, *password_file;
    char **token_command, **password_command;
    char *ca_file, *certificate_file, *key_file, *server_name;
    char *inbox_prefix, *jetstream_domain, *jetstream_prefix;
    int64_t refresh_ms; /* of the commands */
    bool insecure;
};

/* Reads words, profile, environment and the nats CLI's files; touches no network. NULL: there is no NATS. A target that cannot be used
 * says so in `error`. */
struct nats_target *nats_target_new(const struct nats_target_words *words, const struct profile_sovereign *profile);
void nats_target_free(struct nats_target *target); /* wipes the secrets; NULL is fine */

/* Starts a link to it. Secret files and commands are read by the link, before each attempt to connect. */
enum status nats_target_open(const struct nats_target *target, const struct nats_link_callbacks *callbacks, void *context,
                             struct nats_link **ret, struct error *err);

#endif
