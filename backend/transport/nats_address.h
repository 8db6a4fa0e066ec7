/* Addresses of NATS servers as people write them: "nats://host:4222", "tls://host", "host", "user:pass@host", several with commas
 * between. Credentials in them are taken out, so that no address that is kept can show one. Inside transport only. */
#ifndef TRANSPORT_NATS_ADDRESS_H
#define TRANSPORT_NATS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/span.h"

#define NATS_ADDRESS_SHOWN_MAX 300
#define NATS_ADDRESSES_MAX 16

struct nats_address {
    char *url;                          /* scheme, host, port; no credentials */
    char *user, *password, *token;      /* of this address; NULL: none. A user without a password is a token (as in nats.go) */
    char shown[NATS_ADDRESS_SHOWN_MAX]; /* "host:port", sanitized */
    bool tls;
};

/* Reads all addresses of a NULL-terminated list whose members may hold several, separated by commas. STATUS_USAGE: one cannot be
 * used (ws:// is not supported), or there is none, or more than NATS_ADDRESSES_MAX. */
enum status nats_address_read(const char *const *texts, struct nats_address *ret, size_t *ret_count, struct error *err);
void nats_address_done(struct nats_address *addresses, size_t count); /* wipes the credentials */

#endif
