/* Who is behind a TLS connection, found once per connection. */
#ifndef DEMO_DEMO_PEER_H
#define DEMO_DEMO_PEER_H

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "demo/demo_http.h"

struct demo_peer {
    bool is_known;                      /* demo_peer_identify has run */
    char *name;                         /* CN; NULL: no valid certificate */
    char *groups[DEMO_HTTP_GROUPS_MAX]; /* O entries, ends with NULL */
};

/* Takes over the client certificate's names when the trusted authority signed it and it is valid now. */
void demo_peer_identify(struct demo_peer *peer, gnutls_session_t session);
void demo_peer_free(struct demo_peer *peer);

#endif
