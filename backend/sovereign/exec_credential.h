/* Credentials of an exec plugin, kept fresh for all identities with the same plugin: one run serves every region and request.
 *
 * Nothing runs before the first request needs it. A run has a thread of its own; requests wait on the HTTP thread meanwhile
 * (tls_identity_source), and nobody else does. It runs again a little before the credentials expire (the old ones serve until
 * then), when they have expired, and once when the server answers 401. After a failure it is tried again on demand, after a pause
 * that grows from 1 s to 30 s (injectable clock); in between every request gets the failure's sentence. */
#ifndef SOVEREIGN_EXEC_CREDENTIAL_H
#define SOVEREIGN_EXEC_CREDENTIAL_H

#include "sovereign/exec_plugin.h"
#include "transport/tls_identity.h"

/* Makes `plugin` (copied) the source of the identity, before it is shared. Everything ends with the last identity: a run that is
 * under way is killed then. Any thread. */
void exec_credential_attach(const struct exec_plugin *plugin, struct tls_identity *identity);

#endif
