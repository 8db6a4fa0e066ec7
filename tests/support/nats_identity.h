/* Identities for a nats-server made for a test: NKeys, and the JWTs of an operator, an account and its user. */
#ifndef SUPPORT_NATS_IDENTITY_H
#define SUPPORT_NATS_IDENTITY_H

#define NATS_IDENTITY_KEY_MAX 64

struct nats_identity_key {
    unsigned char raw[32];
    char seed[NATS_IDENTITY_KEY_MAX];   /* "SU…" */
    char public[NATS_IDENTITY_KEY_MAX]; /* "U…" */
};

/* `type`: 'O' operator, 'A' account, 'U' user. */
struct nats_identity_key nats_identity_make(char type);

/* A JWT about `subject`, signed by `issuer`; `nats` is the inside of its "nats" object. expires_s: seconds from now, 0: never.
 * Caller frees. */
char *nats_identity_jwt(const struct nats_identity_key *issuer, const struct nats_identity_key *subject, const char *name, const char *nats,
                        long expires_s);

/* The lines of a .creds file. Caller frees. */
char *nats_identity_credentials(const char *jwt, const struct nats_identity_key *user);

#endif
