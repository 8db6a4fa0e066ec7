/* What a demo keeps in its folder, so that a server that was killed can come back as the same one: its authority, ports and
 * tokens. Also writes what others read there: config.yaml, ca.crt. Files with secrets are 0600. */
#ifndef DEMO_DEMO_STATE_H
#define DEMO_DEMO_STATE_H

#include "base/error.h"
#include "demo/demo_tls.h"

enum demo_state_port { DEMO_STATE_PORT_FSN, DEMO_STATE_PORT_HEL, DEMO_STATE_PORT_CATALYST, DEMO_STATE_PORT_GITEA, DEMO_STATE_PORT_NATS, DEMO_STATE_PORTS };
enum demo_state_token { DEMO_STATE_TOKEN_ADMIN, DEMO_STATE_TOKEN_OPERATOR, DEMO_STATE_TOKEN_VIEWER, DEMO_STATE_TOKEN_GITEA, DEMO_STATE_TOKEN_RUNNER, DEMO_STATE_TOKENS };

#define DEMO_STATE_TOKEN_MAX 80

struct demo_state {
    char *folder; /* absolute */
    int ports[DEMO_STATE_PORTS]; /* 0: none yet */
    char tokens[DEMO_STATE_TOKENS][DEMO_STATE_TOKEN_MAX];
    struct demo_tls *tls;
};

/* Makes the folder when missing; takes over what an earlier run left there, makes the rest. */
enum status demo_state_open(struct demo_state *state, const char *folder, struct error *err);
void demo_state_close(struct demo_state *state);

/* Writes ports, authority and tokens, and config.yaml for the console; a part whose port is 0 is left out of it. */
enum status demo_state_save(const struct demo_state *state, struct error *err);

/* Path of a file in the folder; caller frees. */
char *demo_state_path(const struct demo_state *state, const char *name);

#endif
