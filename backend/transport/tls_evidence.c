/* A verify callback that only looks; see tls_evidence.h. The SSL_CTX outlives the transfer (connections are kept), but OpenSSL
 * verifies in the handshake only, and libcurl closes a connection whose handshake loses its transfer. */
#include "transport/tls_evidence.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>

#include "base/timestamp.h"
#include "transport/tls_pem.h"

static int context_index = -1;

static void make_index(void)
{
    context_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

static void keep(X509 **slot, X509 *certificate)
{
    if (*slot != NULL || certificate == NULL)
        return;
    X509_up_ref(certificate);
    *slot = certificate;
}

static int look(int accepted, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_evidence *evidence = ssl != NULL ? SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), context_index) : NULL;
    if (evidence == NULL)
        return accepted;
    keep(&evidence->own, X509_STORE_CTX_get0_cert(store));
    if (!accepted && evidence->refused == NULL) {
        keep(&evidence->refused, X509_STORE_CTX_get_current_cert(store));
        evidence->problem = X509_STORE_CTX_get_error(store);
    }
    return accepted;
}

static CURLcode prepare(CURL *handle, void *context, void *evidence)
{
    tls_evidence_clear(evidence); /* another try */
    SSL_CTX_set_ex_data(context, context_index, evidence);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, look);
    return CURLE_OK;
}

void tls_evidence_install(CURL *handle, struct tls_evidence *evidence)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_index);
    curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, prepare);
    curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, evidence);
}

void tls_evidence_clear(struct tls_evidence *evidence)
{
    X509_free(evidence->own);
    X509_free(evidence->refused);
    *evidence = (struct tls_evidence){0};
}

/* "CN=kubernetes,O=x" → "kubernetes" */
static void shorten(const char *name, char *out, size_t size)
{
    const char *common = strncmp(name, "CN=", 3) == 0 ? name + 3 : strstr(name, ",CN=");
    if (common != NULL && *common == ',')
        common += 4;
    snprintf(out, size, "%.*s", common != NULL ? (int)strcspn(common, ",") : (int)strlen(name), common != NULL ? common : name);
}

bool tls_evidence_read(const struct x509_st *certificate, struct tls_evidence_facts *ret)
{
    struct http_certificate read;
    *ret = (struct tls_evidence_facts){.not_before_ms = TIMESTAMP_NONE, .not_after_ms = TIMESTAMP_NONE};
    if (certificate == NULL)
        return false;
    tls_pem_describe((X509 *)(uintptr_t)certificate, &read);
    shorten(read.subject, ret->subject, sizeof ret->subject);
    shorten(read.issuer, ret->issuer, sizeof ret->issuer);
    ret->not_before_ms = read.not_before_ms;
    ret->not_after_ms = read.not_after_ms;
    snprintf(ret->names, sizeof ret->names, "%s", read.names[0] != '\0' ? read.names : ret->subject);
    return true;
}
