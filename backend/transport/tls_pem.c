/* PEM checks with OpenSSL; see tls_pem.h. */
#include "transport/tls_pem.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/sanitize.h"
#include "base/timestamp.h"

/* Without it OpenSSL would ask on the terminal. */
static int refuse_passphrase(char *buffer, int size, int writing, void *encrypted)
{
    *(bool *)encrypted = true;
    return -1;
}

static BIO *open_pem(struct span pem)
{
    return pem.length == 0 || pem.length > INT_MAX ? NULL : BIO_new_mem_buf(pem.data, (int)pem.length);
}

static X509 *read_certificate(struct span pem)
{
    bool encrypted = false;
    BIO *bio = open_pem(pem);
    X509 *certificate = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, refuse_passphrase, &encrypted);
    BIO_free(bio);
    ERR_clear_error();
    return certificate;
}

static EVP_PKEY *read_key(struct span pem, bool *encrypted)
{
    BIO *bio = open_pem(pem);
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, encrypted);
    BIO_free(bio);
    ERR_clear_error();
    return key;
}

enum status tls_pem_check_ca(struct span pem, const char *origin, struct error *err)
{
    X509 *certificate = read_certificate(pem);
    if (certificate == NULL)
        return error_set(err, STATUS_USAGE, "%s holds no readable PEM certificate", origin);
    X509_free(certificate);
    return STATUS_OK;
}

enum status tls_pem_check_pair(struct span certificate_pem, struct span key_pem, const char *origin, struct error *err)
{
    bool encrypted = false;
    X509 *certificate = read_certificate(certificate_pem);
    EVP_PKEY *key = read_key(key_pem, &encrypted);
    enum status status = STATUS_OK;
    if (certificate == NULL)
        status = error_set(err, STATUS_USAGE, "client certificate %s: no readable PEM certificate", origin);
    else if (key == NULL && encrypted)
        status = error_set(err, STATUS_USAGE, "client key of %s is encrypted; sovdeck needs it without a passphrase", origin);
    else if (key == NULL)
        status = error_set(err, STATUS_USAGE, "client key of %s: no readable PEM private key", origin);
    else if (X509_check_private_key(certificate, key) != 1)
        status = error_set(err, STATUS_USAGE, "client certificate and key of %s do not belong together", origin);
    ERR_clear_error();
    X509_free(certificate);
    EVP_PKEY_free(key);
    return status;
}

static int64_t read_time(const ASN1_TIME *time)
{
    struct tm parts;
    if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1)
        return TIMESTAMP_NONE;
    return (int64_t)timegm(&parts) * 1000;
}

static void read_name(X509_NAME *name, char *out, size_t size)
{
    char *line = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    long length = BIO_get_mem_data(bio, &line);
    sanitize_line_into(out, size, line, length > 0 ? (size_t)length : 0);
    BIO_free(bio);
}

/* All values of one attribute, comma separated. */
static void read_values(X509_NAME *name, int nid, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (int at = -1; (at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0;) {
        unsigned char *text = NULL;
        int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
        char clean[128];
        sanitize_line_into(clean, sizeof clean, (char *)text, length > 0 ? (size_t)length : 0);
        OPENSSL_free(text);
        int added = snprintf(out + used, size - used, "%s%s", used > 0 ? "," : "", clean);
        used += added > 0 ? (size_t)added : 0;
        if (used >= size)
            return;
    }
}

static void read_address(const ASN1_OCTET_STRING *address, char *out, size_t size)
{
    int family = address->length == 4 ? AF_INET : AF_INET6;
    out[0] = '\0';
    if (address->length == 4 || address->length == 16)
        (void)inet_ntop(family, address->data, out, (socklen_t)size);
}

/* DNS names and addresses of the extension subjectAltName, as many as fit whole. */
static void read_server_names(X509 *certificate, char *out, size_t size)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        char text[256] = "";
        if (name->type == GEN_DNS)
            sanitize_line_into(text, sizeof text, (const char *)name->d.dNSName->data, (size_t)name->d.dNSName->length);
        else if (name->type == GEN_IPADD)
            read_address(name->d.iPAddress, text, sizeof text);
        size_t length = strlen(text);
        if (length == 0 || used + length + 3 > size)
            continue;
        used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", text);
    }
    GENERAL_NAMES_free(names);
}

void tls_pem_describe(X509 *certificate, struct http_certificate *ret)
{
    read_name(X509_get_subject_name(certificate), ret->subject, sizeof ret->subject);
    read_name(X509_get_issuer_name(certificate), ret->issuer, sizeof ret->issuer);
    read_server_names(certificate, ret->names, sizeof ret->names);
    ret->not_before_ms = read_time(X509_get0_notBefore(certificate));
    ret->not_after_ms = read_time(X509_get0_notAfter(certificate));
}

bool tls_pem_read(struct span pem, struct http_certificate *ret, struct tls_pem_names *names)
{
    X509 *certificate = read_certificate(pem);
    if (certificate == NULL)
        return false;
    X509_NAME *subject = X509_get_subject_name(certificate);
    tls_pem_describe(certificate, ret);
    if (names != NULL) {
        read_values(subject, NID_commonName, names->common_name, sizeof names->common_name);
        read_values(subject, NID_organizationName, names->organizations, sizeof names->organizations);
    }
    X509_free(certificate);
    return true;
}
