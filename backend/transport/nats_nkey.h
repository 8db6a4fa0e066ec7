/* NATS identities in files: NKey seeds (base32 of an Ed25519 seed with a prefix and a CRC-16, the format of nkeys.go) and .creds
 * files (a JWT and a seed between dashed lines). Only what nats.c does not do itself. Any thread. */
#ifndef TRANSPORT_NATS_NKEY_H
#define TRANSPORT_NATS_NKEY_H

#include <stdint.h>

#include "base/error.h"

#define NATS_NKEY_PUBLIC_MAX 64

/* The public user key ("U…") of the seed ("SU…") in a file. The file may have comments and blank lines around it. */
enum status nats_nkey_public(const char *seed_file, char out[NATS_NKEY_PUBLIC_MAX], struct error *err);

struct nats_nkey_claims {
    char name[96];      /* the user's, sanitized; "" when not said */
    int64_t expires_ms; /* Unix epoch; INT64_MIN: never */
};

/* What a .creds file says about itself. STATUS_IO, or STATUS_INVALID: it holds no user JWT and seed. The signature is the
 * server's business. */
enum status nats_nkey_read_credentials(const char *file, struct nats_nkey_claims *ret, struct error *err);

#endif
