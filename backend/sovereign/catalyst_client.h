/* Blocking calls to catalyst-api, for workers and headless commands; not on the HTTP thread. */
#ifndef SOVEREIGN_CATALYST_CLIENT_H
#define SOVEREIGN_CATALYST_CLIENT_H

#include <stdatomic.h>

#include "base/bytebuf.h"
#include "sovereign/catalyst_reply.h"
#include "transport/http_thread.h"

struct catalyst_client_options {
    const char *url; /* https://api.acme.example, without /api/v1 */
    struct tls_identity *identity;          /* referenced */
    const char *const *token_command;       /* argv, NULL-terminated; its first line of output is the token. NULL: none */
};

struct catalyst_client;

struct catalyst_client *catalyst_client_new(struct http_thread *thread, const struct catalyst_client_options *options);
void catalyst_client_free(struct catalyst_client *client);
const char *catalyst_client_url(const struct catalyst_client *client);
struct tls_identity *catalyst_client_identity(const struct catalyst_client *client); /* borrowed */
void catalyst_client_set_cancel(struct catalyst_client *client, const atomic_bool *cancel);

bool catalyst_client_can_login(const struct catalyst_client *client); /* a token command is configured */

/* Runs the token command and gives its token to the identity. STATUS_UNSUPPORTED when none is configured. Blocks up to 30 s. */
enum status catalyst_client_login(struct catalyst_client *client, struct error *err);

enum status catalyst_client_health(struct catalyst_client *client, struct error *err); /* /healthz, 2 s */
enum status catalyst_client_version(struct catalyst_client *client, struct catalyst_version *ret, struct error *err);
enum status catalyst_client_self(struct catalyst_client *client, struct catalyst_self *ret, struct error *err);
enum status catalyst_client_whoami(struct catalyst_client *client, struct catalyst_whoami *ret, struct error *err);
enum status catalyst_client_cutover(struct catalyst_client *client, struct catalyst_cutover *ret, struct error *err);
enum status catalyst_client_reconcilers(struct catalyst_client *client, const char *deployment_id,
                                        struct catalyst_reconcilers *ret, struct error *err);

/* POST cutover/start. Starts a new run, or does nothing when it is complete (then ret->complete). STATUS_CONFLICT: one runs
 * already. When the outcome is unknown (the reply did not come) the status is STATUS_UNMEASURED: look, never repeat. */
enum status catalyst_client_start(struct catalyst_client *client, struct catalyst_cutover *ret, struct error *err);

/* The exact request of a start, for plans: "https://api.acme.example/api/v1/sovereign/cutover/start". */
void catalyst_client_start_url(const struct catalyst_client *client, struct bytebuf *url);

/* Puts the sentence of contract 3.1 for `code` and the body of a refused request into *err; `what` names the request. */
enum status catalyst_client_explain(const char *what, int code, struct span body, struct error *err);

#endif
