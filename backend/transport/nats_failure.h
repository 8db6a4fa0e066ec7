/* nats.c's ways to fail, as status and one sentence naming the server. Inside transport only. */
#ifndef TRANSPORT_NATS_FAILURE_H
#define TRANSPORT_NATS_FAILURE_H

#include <nats/nats.h>

#include "base/error.h"
#include "base/span.h"

#define NATS_FAILURE_SERVER_MAX 300

/* Who we say we are, for sentences. */
struct nats_failure_identity {
    const char *what;             /* "user 'sre' and its password"; "" when we bring nothing */
    const char *credentials_file; /* NULL: none */
    bool has_certificate, uses_tls;
};

/* "host:port" of a nats URL, without credentials, sanitized. */
void nats_failure_server(const char *url, char out[NATS_FAILURE_SERVER_MAX]);

/* A connection to `url` could not be made, or ended; `words` are the library's or the server's. For "no server available" asks
 * the system why (at most half a second). */
enum status nats_failure_connect(const char *url, natsStatus code, const char *words, const struct nats_failure_identity *identity,
                                 struct error *err);

/* A JetStream question or a request failed; `what` as in "looking for the stream of 'catalyst.>'". */
enum status nats_failure_request(const char *what, natsStatus code, jsErrCode js_code, struct error *err);

/* What a JetStream reply's "error" says: HTTP-like code, JetStream's own code, description. */
enum status nats_failure_api(const char *what, int code, int js_code, struct span description, struct error *err);

#endif
