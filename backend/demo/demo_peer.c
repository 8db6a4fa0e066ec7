/* Names from a verified client certificate; see demo_peer.h. */
#include "demo/demo_peer.h"

#include <gnutls/x509.h>
#include <stdlib.h>

#include "base/alloc.h"

static void read_name(gnutls_x509_crt_t certificate, struct demo_peer *peer)
{
    char text[256];
    size_t size = sizeof text;
    if (gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, text, &size) == 0)
        peer->name = alloc_strdup(text);
    for (unsigned i = 0; i + 1 < DEMO_HTTP_GROUPS_MAX; i++) {
        size = sizeof text;
        if (gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_ORGANIZATION_NAME, i, 0, text, &size) != 0)
            break;
        peer->groups[i] = alloc_strdup(text);
    }
}

void demo_peer_identify(struct demo_peer *peer, gnutls_session_t session)
{
    unsigned count = 0, verdict = 0;
    peer->is_known = true;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    if (chain == NULL || count == 0 || gnutls_certificate_verify_peers2(session, &verdict) != 0 || verdict != 0)
        return;
    gnutls_x509_crt_t certificate;
    if (gnutls_x509_crt_init(&certificate) != 0)
        return;
    if (gnutls_x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER) == 0)
        read_name(certificate, peer);
    gnutls_x509_crt_deinit(certificate);
}

void demo_peer_free(struct demo_peer *peer)
{
    if (peer == NULL)
        return;
    free(peer->name);
    for (size_t i = 0; i < DEMO_HTTP_GROUPS_MAX; i++)
        free(peer->groups[i]);
    free(peer);
}
