/* What a transfer needs of an identity, as it was at one moment: immutable, shared by reference count, wiped when freed.
 * Inside transport only. */
#ifndef TRANSPORT_TLS_CREDENTIALS_H
#define TRANSPORT_TLS_CREDENTIALS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

struct tls_secret {
    char *data; /* NUL-terminated behind length; NULL: none */
    size_t length;
};

struct tls_credentials {
    atomic_int references;
    bool insecure;
    struct tls_secret ca, certificate, key;
    struct tls_secret token, cookie, username, password;
    char *server_name;
    bool server_name_is_host; /* the Host header names it, too */
    char **headers; /* further header lines, NULL-terminated: impersonation; NULL: none */
    bool no_compression;
    int64_t certificate_not_after_ms; /* TIMESTAMP_NONE without a certificate */
};

struct tls_credentials *tls_credentials_new(void);
struct tls_credentials *tls_credentials_copy(const struct tls_credentials *credentials); /* one reference, not shared */
struct tls_credentials *tls_credentials_ref(struct tls_credentials *credentials);
void tls_credentials_unref(struct tls_credentials *credentials); /* NULL is fine */

/* The identity's credentials as they are now (a changed token file is read); one reference for the caller. A NULL identity
 * has none. Any thread. Defined beside the identity. */
struct tls_identity;
struct tls_credentials *tls_identity_credentials(struct tls_identity *identity);

/* The server answered 401 to `used`. True: other credentials are there, or will be: sending the request once more is right. */
bool tls_identity_reject(struct tls_identity *identity, const struct tls_credentials *used);

/* Replaces *secret by a copy of `value`, wiping the old one; empty removes it. */
void tls_credentials_set(struct tls_secret *secret, struct span value);
struct span tls_credentials_get(const struct tls_secret *secret);

void tls_credentials_set_headers(struct tls_credentials *credentials, const char *const *lines); /* once; copies */

/* The whole of a file of at most `maximum` bytes. The text of the error names `what` and the file. */
enum status tls_credentials_read_file(const char *path, const char *what, size_t maximum, struct tls_secret *ret,
                                      struct error *err);

#endif
