/* What a server showed in the handshake that failed: its own certificate, the one that was not accepted, and why. Recorded by
 * OpenSSL's verification, which libcurl only reports as one number. Inside transport only. */
#ifndef TRANSPORT_TLS_EVIDENCE_H
#define TRANSPORT_TLS_EVIDENCE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct tls_evidence {
    struct x509_st *own, *refused; /* referenced; NULL: not seen, none refused */
    int problem;                   /* X509_V_ERR_… of `refused`, the first one */
};

/* The handle records into *evidence (which stays where it is) whenever it makes a connection. Not for identities that do not
 * verify. */
void tls_evidence_install(CURL *handle, struct tls_evidence *evidence);
void tls_evidence_clear(struct tls_evidence *evidence);

struct tls_evidence_facts {
    char subject[160], issuer[160];      /* CN, else the whole name. Sanitized */
    int64_t not_before_ms, not_after_ms; /* TIMESTAMP_NONE when unreadable */
    char names[320];                     /* of the servers it is for, comma separated */
};

bool tls_evidence_read(const struct x509_st *certificate, struct tls_evidence_facts *ret); /* false: NULL */

#endif
