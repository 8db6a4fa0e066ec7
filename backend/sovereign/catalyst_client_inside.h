/* What the files of catalyst_client share. */
#ifndef SOVEREIGN_CATALYST_CLIENT_INSIDE_H
#define SOVEREIGN_CATALYST_CLIENT_INSIDE_H

#include <pthread.h>

#include "sovereign/catalyst_client.h"
#include "sovereign/secret_source.h"

struct catalyst_client {
    struct http_thread *thread;
    struct tls_identity *identity;
    struct catalyst_hosts *hosts;
    char *fqdn; /* "" when not known */
    struct secret_source *command; /* NULL: no token command */
    char *command_name;
    char *token_file;
    const atomic_bool *cancel;
    bool keeps_session;

    pthread_mutex_t lock; /* of what follows */
    atomic_int method; /* enum catalyst_method; written under the lock */
    struct catalyst_session session;
    int64_t token_expires_ms; /* of the token command's token */
    struct catalyst_whoami whoami; /* "" before the first answer */
    char last_email[sizeof((struct catalyst_session *)0)->email];
    atomic_bool has_command_token; /* the command has given one */
    bool was_accepted; /* this identity has got answers */
};

/* In catalyst_client_session.c: the session kept from before, if there is one. */
void catalyst_client_restore(struct catalyst_client *client);

#endif
