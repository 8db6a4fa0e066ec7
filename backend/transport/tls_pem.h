/* Certificates and keys in PEM, as far as we look into them. Inside transport only. Never asks for a passphrase. */
#ifndef TRANSPORT_TLS_PEM_H
#define TRANSPORT_TLS_PEM_H

#include "base/error.h"
#include "base/span.h"
#include "transport/http_response.h"

/* STATUS_USAGE when there is no certificate or one cannot be read. */
enum status tls_pem_check_ca(struct span pem, const char *origin, struct error *err);

/* STATUS_USAGE when either cannot be read, the key is encrypted, or the two do not belong together. */
enum status tls_pem_check_pair(struct span certificate, struct span key, const char *origin, struct error *err);

struct tls_pem_names {
    char common_name[128];
    char organizations[256];
};

struct x509_st;
void tls_pem_describe(struct x509_st *certificate, struct http_certificate *ret); /* subject, issuer, validity. Sanitized */

/* Validity, subject and issuer of the first certificate; names may be NULL. False when there is none. Sanitized. */
bool tls_pem_read(struct span pem, struct http_certificate *ret, struct tls_pem_names *names);

#endif
