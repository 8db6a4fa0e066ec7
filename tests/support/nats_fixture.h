/* A real nats-server with JetStream on a free port of loopback, in a temporary folder. */
#ifndef SUPPORT_NATS_FIXTURE_H
#define SUPPORT_NATS_FIXTURE_H

#include <stdbool.h>

#include <sys/types.h>

struct nats_fixture {
    char folder[64];
    char url[64];
    char config[2048]; /* further lines of the server's configuration */
    int port, shown_port;
    pid_t process; /* 0: not running */
    bool no_jetstream;
};

/* False (test to be skipped) when there is no nats-server on this machine. */
bool nats_fixture_available(void);

/* `config`: further configuration lines, or NULL. Starts and waits until it accepts connections. */
void nats_fixture_init(struct nats_fixture *fixture, const char *config);
void nats_fixture_configure(struct nats_fixture *fixture); /* writes the configuration anew: config, no_jetstream, port changed */
void nats_fixture_start(struct nats_fixture *fixture);  /* again, on the same port, with the same folder */
void nats_fixture_stop(struct nats_fixture *fixture);   /* killed, at once */
void nats_fixture_freeze(struct nats_fixture *fixture); /* stops answering without closing anything */
void nats_fixture_thaw(struct nats_fixture *fixture);
void nats_fixture_hide(struct nats_fixture *fixture); /* goes on under another port: others lose it, publishing works */
void nats_fixture_show(struct nats_fixture *fixture); /* back on its own port */
void nats_fixture_lame_duck(struct nats_fixture *fixture);
void nats_fixture_done(struct nats_fixture *fixture);

/* Management with a connection of its own: subjects are comma separated. */
void nats_fixture_add_stream(struct nats_fixture *fixture, const char *name, const char *subject, long maximum_messages);
void nats_fixture_delete_stream(struct nats_fixture *fixture, const char *name);
void nats_fixture_publish(struct nats_fixture *fixture, const char *subject, const char *payload);
void nats_fixture_flood(struct nats_fixture *fixture, const char *subject, const char *payload, int count); /* without acknowledgement */

#endif
