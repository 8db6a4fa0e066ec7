/* nats.c's ways to fail, as status and one sentence naming the server. Inside transport only. */
#ifndef TRANSPORT_NATS_FAILURE_H
#define TRANSPORT_NATS_FAILURE_H

#include <nats/nats.h>

#include "base/error.h"

#define NATS_FAILURE_SERVER_MAX 300

/* "host:port" of a nats URL, without credentials, sanitized. */
void nats_failure_server(const char *url, char out[NATS_FAILURE_SERVER_MAX]);

/* A connection could not be made to `url`. For "no server available" asks the system why (at most half a second). */
enum status nats_failure_connect(const char *url, natsStatus code, const char *detail, struct error *err);

/* A JetStream question or a request failed; `what` as in "looking for the stream of 'catalyst.>'". */
enum status nats_failure_request(const char *what, natsStatus code, jsErrCode js_code, struct error *err);

#endif
