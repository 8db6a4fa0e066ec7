/* Certificates made for a test: a CA of our own and what it signs. */
#ifndef SUPPORT_CERTIFICATES_H
#define SUPPORT_CERTIFICATES_H

enum certificates_key { CERTIFICATES_KEY_EC_PKCS8, CERTIFICATES_KEY_EC_SEC1, CERTIFICATES_KEY_RSA_PKCS1 };

struct certificates_pair {
    char *certificate; /* PEM */
    char *key;         /* PEM */
};

struct certificates_request {
    const char *common_name;  /* NULL: "test" */
    const char *organization; /* NULL: none */
    const char *names;        /* subjectAltName, NULL: "IP:127.0.0.1,DNS:localhost" */
    long begins_s, ends_s;    /* seconds from now; both 0: an hour ago until in an hour */
    enum certificates_key key;
};

/* A self-signed CA when issuer is NULL, else a certificate signed by it. */
struct certificates_pair certificates_make(const struct certificates_pair *issuer, struct certificates_request request);
void certificates_free(struct certificates_pair *pair);

#endif
