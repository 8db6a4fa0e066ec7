/* The demo's NATS: Debian's real nats-server with JetStream in the demo's folder, the stream that exists on a Sovereign
 * (CATALYST_SME on `catalyst.>`, domain contract 3.3), and a publisher of the events that really exist (3.5, 3.6): envelopes of
 * the Organization services, bare usage records, audit events of the Continuum controller. Never cutover events. */
#ifndef DEMO_DEMO_NATS_H
#define DEMO_DEMO_NATS_H

#include "base/error.h"
#include "demo/demo_world.h"

struct demo_nats;

struct demo_nats_options {
    struct demo_world *world; /* borrowed: pace and luck */
    const char *folder;       /* an existing folder; the server's files go to FOLDER/nats, its process id to FOLDER/nats.pid */
    int port;                 /* on 127.0.0.1; 0: any free one */
};

/* Starts the server, waits until it answers, makes the stream and begins to publish. STATUS_NOT_FOUND: no nats-server installed. */
enum status demo_nats_start(struct demo_nats **ret, const struct demo_nats_options *options, struct error *err);
int demo_nats_port(const struct demo_nats *nats);
void demo_nats_stop(struct demo_nats *nats); /* ends publisher and server; NULL allowed */

/* Publishes one event now, the next in turn (tests). False when the server is away. */
bool demo_nats_publish_one(struct demo_nats *nats);

#endif
