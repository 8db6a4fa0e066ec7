/* Test certificates with OpenSSL; see certificates.h. */
#include "support/certificates.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/alloc.h"

static char *take_text(BIO *bio)
{
    char *data = NULL;
    long length = BIO_get_mem_data(bio, &data);
    char *copy = alloc_strndup(data, (size_t)length);
    BIO_free(bio);
    return copy;
}

static char *write_key(EVP_PKEY *key, enum certificates_key form)
{
    BIO *bio = BIO_new(BIO_s_mem());
    if (form == CERTIFICATES_KEY_EC_PKCS8)
        PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    else
        PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL);
    return take_text(bio);
}

static EVP_PKEY *read_key(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return key;
}

static X509 *read_certificate(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return certificate;
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static void add_name(X509_NAME *name, const char *field, const char *value)
{
    if (value != NULL)
        X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0);
}

static X509 *build(EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key, const struct certificates_request *request)
{
    static long serial = 1000;
    X509 *certificate = X509_new();
    bool is_default = request->begins_s == 0 && request->ends_s == 0;
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), is_default ? -3600 : request->begins_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate), is_default ? 3600 : request->ends_s);
    add_name(X509_get_subject_name(certificate), "O", request->organization);
    add_name(X509_get_subject_name(certificate), "CN", request->common_name != NULL ? request->common_name : "test");
    X509_set_pubkey(certificate, key);
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer != NULL ? issuer : certificate));
    if (issuer == NULL)
        add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    else
        add_extension(certificate, issuer, NID_subject_alt_name,
                      request->names != NULL ? request->names : "IP:127.0.0.1,DNS:localhost");
    X509_sign(certificate, issuer_key != NULL ? issuer_key : key, EVP_sha256());
    return certificate;
}

struct certificates_pair certificates_make(const struct certificates_pair *issuer, struct certificates_request request)
{
    EVP_PKEY *key = request.key == CERTIFICATES_KEY_RSA_PKCS1 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    EVP_PKEY *issuer_key = issuer != NULL ? read_key(issuer->key) : NULL;
    X509 *issuer_certificate = issuer != NULL ? read_certificate(issuer->certificate) : NULL;
    X509 *certificate = build(key, issuer_certificate, issuer_key, &request);
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    struct certificates_pair pair = {.certificate = take_text(bio), .key = write_key(key, request.key)};
    X509_free(certificate);
    X509_free(issuer_certificate);
    EVP_PKEY_free(issuer_key);
    EVP_PKEY_free(key);
    return pair;
}

void certificates_free(struct certificates_pair *pair)
{
    free(pair->certificate);
    free(pair->key);
    *pair = (struct certificates_pair){0};
}
