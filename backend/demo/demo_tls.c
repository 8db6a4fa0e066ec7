/* Certificate authority of one demo run, on OpenSSL's X509 calls; see demo_tls.h. Real time, not the injectable clock:
 * the peers that check these certificates use the machine's. */
#include "demo/demo_tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytebuf.h"

#define BACKDATE_S 3600
#define LIFETIME_S (90L * 24 * 3600)
#define NAMES_MAX 4096

struct demo_tls {
    EVP_PKEY *key;
    X509 *certificate;
    char *pem;
};

/* What makes one certificate different from another. */
struct request {
    const char *common_name;
    const char *const *groups; /* O entries */
    const char *alternative_names;
    const char *key_usage;
    const char *extended_usage; /* NULL: none */
    const char *constraints;
    long lifetime_s;
};

static enum status openssl_error(struct error *err, const char *what)
{
    char text[256];
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    ERR_clear_error();
    return error_set(err, STATUS_IO, "demo certificate authority: %s: %s", what, text);
}

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    if (value == NULL)
        return true;
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool is_added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_added;
}

static bool add_name(X509_NAME *name, const char *field, const char *value)
{
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0) == 1;
}

static bool set_subject(X509 *certificate, const struct request *request)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    bool is_set = true;
    for (size_t i = 0; request->groups != NULL && request->groups[i] != NULL; i++)
        is_set = is_set && add_name(name, "O", request->groups[i]);
    return is_set && add_name(name, "CN", request->common_name);
}

static bool set_serial(X509 *certificate)
{
    unsigned char bytes[8];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    uint64_t serial = 0;
    memcpy(&serial, bytes, sizeof serial);
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

/* Signs a certificate for `key`; with a NULL authority it signs itself. NULL on failure. */
static X509 *sign(const struct demo_tls *authority, EVP_PKEY *key, const struct request *request)
{
    X509 *certificate = X509_new();
    if (certificate == NULL)
        return NULL;
    X509 *issuer = authority == NULL ? certificate : authority->certificate;
    bool is_good = X509_set_version(certificate, 2) == 1 && set_serial(certificate) &&
                   X509_gmtime_adj(X509_getm_notBefore(certificate), -BACKDATE_S) != NULL &&
                   X509_gmtime_adj(X509_getm_notAfter(certificate), request->lifetime_s) != NULL &&
                   X509_set_pubkey(certificate, key) == 1 && set_subject(certificate, request) &&
                   X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
                   add_extension(certificate, issuer, NID_basic_constraints, request->constraints) &&
                   add_extension(certificate, issuer, NID_key_usage, request->key_usage) &&
                   add_extension(certificate, issuer, NID_ext_key_usage, request->extended_usage) &&
                   add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
                   add_extension(certificate, issuer, NID_authority_key_identifier, authority == NULL ? NULL : "keyid") &&
                   add_extension(certificate, issuer, NID_subject_alt_name, request->alternative_names) &&
                   X509_sign(certificate, authority == NULL ? key : authority->key, EVP_sha256()) > 0;
    if (is_good)
        return certificate;
    X509_free(certificate);
    return NULL;
}

static char *take_bio(BIO *bio)
{
    char *data = NULL;
    long length = BIO_get_mem_data(bio, &data);
    char *text = alloc_strndup(data, length < 0 ? 0 : (size_t)length);
    BIO_free(bio);
    return text;
}

static char *certificate_pem(X509 *certificate)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    return take_bio(bio);
}

static char *key_pem(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    return take_bio(bio);
}

enum status demo_tls_new(struct demo_tls **ret, struct error *err)
{
    static const struct request request = {.common_name = "sovdeck demo CA", .constraints = "critical,CA:TRUE",
        .key_usage = "critical,keyCertSign,cRLSign", .lifetime_s = LIFETIME_S};
    struct demo_tls *tls = alloc_new(struct demo_tls);
    tls->key = EVP_EC_gen("P-256");
    tls->certificate = tls->key == NULL ? NULL : sign(NULL, tls->key, &request);
    if (tls->certificate == NULL) {
        demo_tls_free(tls);
        return openssl_error(err, "making the CA");
    }
    tls->pem = certificate_pem(tls->certificate);
    *ret = tls;
    return STATUS_OK;
}

enum status demo_tls_load(struct demo_tls **ret, const char *ca_pem, const char *key_pem, struct error *err)
{
    struct demo_tls *tls = alloc_new(struct demo_tls);
    BIO *certificate = BIO_new_mem_buf(ca_pem, -1), *key = BIO_new_mem_buf(key_pem, -1);
    tls->certificate = PEM_read_bio_X509(certificate, NULL, NULL, NULL);
    tls->key = PEM_read_bio_PrivateKey(key, NULL, NULL, NULL);
    BIO_free(certificate);
    BIO_free(key);
    if (tls->certificate == NULL || tls->key == NULL || X509_check_private_key(tls->certificate, tls->key) != 1) {
        demo_tls_free(tls);
        ERR_clear_error();
        return error_set(err, STATUS_INVALID, "demo certificate authority: the saved certificate and key do not belong together");
    }
    tls->pem = certificate_pem(tls->certificate);
    *ret = tls;
    return STATUS_OK;
}

char *demo_tls_ca_key_pem(const struct demo_tls *tls)
{
    return key_pem(tls->key);
}

void demo_tls_free(struct demo_tls *tls)
{
    if (tls == NULL)
        return;
    X509_free(tls->certificate);
    EVP_PKEY_free(tls->key);
    free(tls->pem);
    free(tls);
}

const char *demo_tls_ca_pem(const struct demo_tls *tls)
{
    return tls->pem;
}

static enum status make_pair(struct demo_tls *tls, const struct request *request, struct demo_tls_pair *ret,
                             struct error *err)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = key == NULL ? NULL : sign(tls, key, request);
    if (certificate == NULL) {
        EVP_PKEY_free(key);
        return openssl_error(err, request->common_name);
    }
    *ret = (struct demo_tls_pair){certificate_pem(certificate), key_pem(key)};
    X509_free(certificate);
    EVP_PKEY_free(key);
    return STATUS_OK;
}

enum status demo_tls_server_pair(struct demo_tls *tls, const char *const *names, struct demo_tls_pair *ret,
                                 struct error *err)
{
    struct bytebuf alternatives;
    bytebuf_init(&alternatives, NAMES_MAX);
    bytebuf_append_text(&alternatives, "DNS:localhost,IP:127.0.0.1,IP:::1");
    for (size_t i = 0; names != NULL && names[i] != NULL; i++)
        bytebuf_printf(&alternatives, ",DNS:%s", names[i]);
    struct request request = {.common_name = "localhost", .alternative_names = bytebuf_text(&alternatives),
        .constraints = "critical,CA:FALSE", .key_usage = "critical,digitalSignature", .extended_usage = "serverAuth",
        .lifetime_s = LIFETIME_S};
    enum status status = make_pair(tls, &request, ret, err);
    bytebuf_done(&alternatives);
    return status;
}

enum status demo_tls_client_pair(struct demo_tls *tls, const char *user, const char *const *groups,
                                 int64_t lifetime_ms, struct demo_tls_pair *ret, struct error *err)
{
    struct request request = {.common_name = user, .groups = groups, .constraints = "critical,CA:FALSE",
        .key_usage = "critical,digitalSignature", .extended_usage = "clientAuth",
        .lifetime_s = (long)(lifetime_ms / 1000)};
    return make_pair(tls, &request, ret, err);
}

void demo_tls_pair_clear(struct demo_tls_pair *pair)
{
    free(pair->certificate_pem);
    free(pair->key_pem);
    *pair = (struct demo_tls_pair){0};
}
