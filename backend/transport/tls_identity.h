/* Who we trust and who we are towards one server: CA, client certificate, bearer token, basic login, session cookie.
 *
 * Shared between requests and threads by reference count; every function is safe on any thread. Key material and secrets
 * are wiped when replaced or freed and have no accessor that formats them. */
#ifndef TRANSPORT_TLS_IDENTITY_H
#define TRANSPORT_TLS_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

#define TLS_IDENTITY_FILE_MAXIMUM ((size_t)1 << 20)
#define TLS_IDENTITY_TOKEN_MAXIMUM ((size_t)64 << 10)

/* Borrowed by tls_identity_new, which copies. For each pair data wins over the file (as in a kubeconfig). PEM; keys may be
 * PKCS#1 (RSA), SEC1 (EC) or PKCS#8. All NULL/empty: the system's CAs and no credentials. */
struct tls_identity_options {
    const char *ca_file;
    struct span ca_data;
    const char *certificate_file;
    struct span certificate_data;
    const char *key_file;
    struct span key_data;
    bool insecure;           /* no verification of the server; the caller says so to the person */
    const char *server_name; /* name in SNI and for verification instead of the URL's host (kubeconfig tls-server-name) */
    bool server_name_is_host; /* the URL is a tunnel's end: the Host header names server_name, too */
    const char *token;
    const char *token_file; /* read again when its modification time changes; wins over token while it can be read */
    const char *username;
    const char *password;
    const char *const *headers; /* lines for every request, NULL-terminated: "Impersonate-User: jane"; NULL: none */
    bool no_compression;        /* never ask for compressed answers (kubeconfig disable-compression) */
};

struct tls_identity;

/* Reads and checks everything (CA has certificates, key fits certificate). STATUS_USAGE or STATUS_IO with a text that names
 * the file. On success *ret has one reference. */
enum status tls_identity_new(const struct tls_identity_options *options, struct tls_identity **ret, struct error *err);
struct tls_identity *tls_identity_ref(struct tls_identity *identity);
void tls_identity_unref(struct tls_identity *identity); /* NULL is fine */

/* Replace credentials in place (exec plugins, logins); the next request uses them. NULL or empty removes. */
void tls_identity_set_token(struct tls_identity *identity, const char *token);
void tls_identity_set_cookie(struct tls_identity *identity, const char *cookie); /* "name=value" */
enum status tls_identity_set_certificate(struct tls_identity *identity, struct span certificate, struct span key,
                                         struct error *err);

/* The URL is another way to the same server: its certificate is still for `name`, unless the identity knows better. */
void tls_identity_keep_server_name(struct tls_identity *identity, const char *name);

/* Credentials that are not there at once and do not last: an exec plugin's. Until they are there, the HTTP thread keeps the
 * requests that need them; everything else goes on. */
enum tls_identity_state {
    TLS_IDENTITY_STATE_READY,
    TLS_IDENTITY_STATE_PENDING, /* being obtained; tls_identity_settle follows */
    TLS_IDENTITY_STATE_FAILED,  /* not to be had now; asking again later is right */
};

/* Any thread; must not block. */
struct tls_identity_source {
    /* Somebody wants to use the identity now. FAILED with a sentence that says when it is tried again. */
    enum tls_identity_state (*demand)(void *context, struct error *err);
    /* The server answered 401 to what was provided last. True: fresh ones are being obtained, or will be on demand. */
    bool (*reject)(void *context);
    void (*release)(void *context); /* the identity goes; no call into it after this returns */
    void *context;
    char name[64]; /* of the plugin, for people */
};

void tls_identity_set_source(struct tls_identity *identity, struct tls_identity_source source); /* once, before it is shared */

/* READY for every identity without a source. When PENDING, `wake_fd` (an eventfd; -1: none) is written to once the state has
 * changed, unless tls_identity_forget comes first. */
enum tls_identity_state tls_identity_demand(struct tls_identity *identity, int wake_fd, struct error *err);
void tls_identity_forget(struct tls_identity *identity, int wake_fd);
void tls_identity_settle(struct tls_identity *identity); /* the source's word that a PENDING is over */

bool tls_identity_is_insecure(const struct tls_identity *identity);

/* What the identity says about itself, for doctor and for error texts. Sanitized. */
struct tls_identity_summary {
    bool has_certificate, has_token, has_basic, has_cookie, has_own_ca, insecure;
    bool has_token_file, has_source; /* the token comes from a file; token or certificate come from an exec plugin */
    char certificate_name[128];       /* CN of the client certificate: the Kubernetes user */
    char certificate_groups[256];     /* its O values, comma separated: the Kubernetes groups */
    int64_t certificate_not_after_ms; /* TIMESTAMP_NONE without a certificate */
    char source_name[64];             /* of the exec plugin; "" without one */
    char impersonated[128];           /* user of --as; "" for none */
};

void tls_identity_summary(struct tls_identity *identity, struct tls_identity_summary *ret);

#endif
