/* What libcurl and OpenSSL report, told apart for people: wrong CA, expired, other name, client certificate refused; refused,
 * unresolvable, silent. See http_failure.h. */
#include "transport/http_failure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/x509_vfy.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"

static const struct {
    CURLcode code;
    enum status status;
    const char *text; /* NULL: libcurl's own words */
} FAILURES[] = {
    {CURLE_URL_MALFORMAT, STATUS_USAGE, "the URL is malformed"},
    {CURLE_UNSUPPORTED_PROTOCOL, STATUS_USAGE, "only http and https are spoken"},
    {CURLE_COULDNT_RESOLVE_PROXY, STATUS_UNREACHABLE, "the name of the proxy cannot be resolved"},
    {CURLE_COULDNT_RESOLVE_HOST, STATUS_UNREACHABLE, "the name cannot be resolved"},
    {CURLE_GOT_NOTHING, STATUS_UNREACHABLE, "closed the connection without an answer"},
    {CURLE_PARTIAL_FILE, STATUS_UNREACHABLE, "the connection broke in the middle of the answer"},
    {CURLE_HTTP2, STATUS_UNREACHABLE, NULL},
    {CURLE_HTTP2_STREAM, STATUS_UNREACHABLE, "the server ended the HTTP/2 stream with an error"},
    {CURLE_SSL_CERTPROBLEM, STATUS_USAGE, "our client certificate or key cannot be used"},
    {CURLE_SSL_CACERT_BADFILE, STATUS_USAGE, "our CA certificates cannot be used"},
    {CURLE_FILESIZE_EXCEEDED, STATUS_TOO_BIG, "the answer is over the maximum size"},
    {CURLE_WEIRD_SERVER_REPLY, STATUS_INVALID, "what answers there does not speak HTTP"},
    {CURLE_BAD_CONTENT_ENCODING, STATUS_INVALID, "the answer's compression is broken"},
};

static const char *const ISSUERS[] = {"a CA this machine trusts", "the configured CA"};

/* "its certificate", or the one above it in the chain that is at fault. */
static void name_culprit(const struct http_easy *easy, const struct tls_evidence_facts *facts, char out[200])
{
    if (easy->evidence.refused == easy->evidence.own)
        snprintf(out, 200, "its certificate");
    else
        snprintf(out, 200, "the CA certificate '%.120s' above its own", facts->subject);
}

static enum status explain_date(const struct http_easy *easy, int problem, const struct tls_evidence_facts *facts, struct error *err)
{
    bool expired = problem == X509_V_ERR_CERT_HAS_EXPIRED;
    char when[TIMESTAMP_TEXT_MAX], culprit[200];
    timestamp_format(when, expired ? facts->not_after_ms : facts->not_before_ms);
    name_culprit(easy, facts, culprit);
    return error_set(err, STATUS_UNTRUSTED, expired ? "%s: %s has expired, at %s" : "%s: %s is not valid yet, only from %s on (is the clock of this machine right?)",
                     easy->authority, culprit, when);
}

static enum status explain_issuer(const struct http_easy *easy, int problem, const struct tls_evidence_facts *facts, struct error *err)
{
    const char *wanted = ISSUERS[easy->credentials->ca.length > 0];
    if (problem == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
        return error_set(err, STATUS_UNTRUSTED, "%s: its certificate is self-signed ('%s'), not signed by %s", easy->authority, facts->subject, wanted);
    const char *issuer = problem == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ? facts->subject : facts->issuer;
    return error_set(err, STATUS_UNTRUSTED, "%s: its certificate is not signed by %s but by '%s', an unknown CA", easy->authority, wanted, issuer);
}

static const struct {
    int problem;
    enum status (*explain)(const struct http_easy *easy, int problem, const struct tls_evidence_facts *facts, struct error *err);
    const char *text; /* without a function */
} PROBLEMS[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, explain_date, NULL},
    {X509_V_ERR_CERT_NOT_YET_VALID, explain_date, NULL},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, explain_issuer, NULL},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, explain_issuer, NULL},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, explain_issuer, NULL},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, explain_issuer, NULL},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, explain_issuer, NULL},
    {X509_V_ERR_CERT_REVOKED, NULL, "its certificate has been revoked"},
    {X509_V_ERR_CERT_UNTRUSTED, NULL, "its certificate is not trusted"},
    {X509_V_ERR_INVALID_CA, NULL, "its certificate was signed by one that is no CA"},
    {X509_V_ERR_INVALID_PURPOSE, NULL, "its certificate is not one for servers"},
    {X509_V_ERR_EE_KEY_TOO_SMALL, NULL, "its certificate has a key that is too weak"},
    {X509_V_ERR_CA_MD_TOO_WEAK, NULL, "its certificate is signed in a way that is too weak"},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, NULL, "its certificate is not signed by the configured CA of that name"},
};

/* CURLE_PEER_FAILED_VERIFICATION: the chain (what the verification recorded) or the name (nothing was refused). */
static enum status explain_verification(struct http_easy *easy, struct error *err)
{
    struct tls_evidence_facts facts;
    long result = easy->evidence.problem;
    if (result == X509_V_OK)
        curl_easy_getinfo(easy->handle, CURLINFO_SSL_VERIFYRESULT, &result);
    tls_evidence_read(easy->evidence.refused, &facts);
    for (size_t i = 0; i < ARRAY_LENGTH(PROBLEMS); i++) {
        if (PROBLEMS[i].problem != result)
            continue;
        if (PROBLEMS[i].explain != NULL)
            return PROBLEMS[i].explain(easy, (int)result, &facts, err);
        return error_set(err, STATUS_UNTRUSTED, "%s: %s", easy->authority, PROBLEMS[i].text);
    }
    const char *name = easy->credentials->server_name != NULL ? easy->credentials->server_name : easy->host;
    if (result != X509_V_OK && strstr(easy->message, "subject name") == NULL)
        return error_set(err, STATUS_UNTRUSTED, "%s: its certificate is not accepted: %s", easy->authority,
                         X509_verify_cert_error_string(result));
    if (!tls_evidence_read(easy->evidence.own, &facts))
        return error_set(err, STATUS_UNTRUSTED, "%s: its certificate is for another name than '%s'", easy->authority, name);
    return error_set(err, STATUS_UNTRUSTED, "%s: its certificate is for another name than '%s': it is for %s", easy->authority, name,
                     facts.names);
}

static bool is_about_certificate(const char *alert)
{
    static const char *const WORDS[] = {"certificate", "unknown ca", "access denied"};
    for (size_t i = 0; i < ARRAY_LENGTH(WORDS); i++)
        if (strstr(alert, WORDS[i]) != NULL)
            return true;
    return false;
}

/* A TLS alert of the server about us comes as a failed handshake (1.2) or a failed read (1.3). */
static bool explain_alert(struct http_easy *easy, struct error *err)
{
    const char *alert = strstr(easy->message, "alert ");
    if (alert == NULL)
        return false;
    struct tls_credentials *who = easy->credentials;
    int length = (int)strcspn(alert, ",");
    if (!is_about_certificate(alert))
        error_set(err, STATUS_UNTRUSTED, "%s: refuses the TLS connection (%.*s)", easy->authority, length, alert);
    else if (who->certificate.length == 0)
        error_set(err, STATUS_UNTRUSTED, "%s: wants a client certificate and we have none (%.*s)", easy->authority, length,
                  alert);
    else if (who->certificate_not_after_ms != TIMESTAMP_NONE && who->certificate_not_after_ms < clock_wall_ms())
        error_set(err, STATUS_UNTRUSTED, "%s: refuses our client certificate, which has expired", easy->authority);
    else
        error_set(err, STATUS_UNTRUSTED, "%s: refuses our client certificate (%.*s)", easy->authority, length, alert);
    return true;
}

static const char *own_words(const struct http_easy *easy, CURLcode code)
{
    return easy->message[0] != '\0' ? easy->message : curl_easy_strerror(code);
}

/* A CA of the right name with another key (every Kubernetes CA is called "kubernetes" or the like): checking the signature
 * fails below the verification, so neither libcurl's code nor the verify result says so, only the first OpenSSL error. */
static bool is_wrong_signature(const char *message)
{
    static const char *const WORDS[] = {"asn1 encoding routines", "rsa routines", "elliptic curve routines", "bad signature"};
    for (size_t i = 0; i < ARRAY_LENGTH(WORDS); i++)
        if (strstr(message, WORDS[i]) != NULL)
            return true;
    return false;
}

/* libcurl speaks of a proxy's refusal in its own words: "… 403 from proxy …", "CONNECT tunnel failed, response 403". */
static bool explain_proxy(struct http_easy *easy, struct error *err)
{
    if (easy->proxy[0] == '\0' || (strstr(easy->message, "proxy") == NULL && strstr(easy->message, "CONNECT") == NULL &&
                                   strstr(easy->message, "SOCKS") == NULL))
        return false;
    long code = 0;
    curl_easy_getinfo(easy->handle, CURLINFO_HTTP_CONNECTCODE, &code);
    if (code == 407)
        error_set(err, STATUS_UNREACHABLE, "%s: the proxy %s wants a login (407): put it into the proxy's URL", easy->authority, easy->proxy);
    else if (code != 0)
        error_set(err, STATUS_UNREACHABLE, "%s: the proxy %s refuses to connect us there (%ld)", easy->authority, easy->proxy, code);
    else
        error_set(err, STATUS_UNREACHABLE, "%s: the proxy %s: %.200s", easy->authority, easy->proxy, easy->message);
    return true;
}

static enum status explain_broken(struct http_easy *easy, CURLcode code, struct error *err)
{
    if (explain_alert(easy, err))
        return STATUS_UNTRUSTED;
    if (explain_proxy(easy, err))
        return STATUS_UNREACHABLE;
    if (code == CURLE_SSL_CONNECT_ERROR && is_wrong_signature(easy->message))
        return error_set(err, STATUS_UNTRUSTED, "%s: its certificate is not signed by the configured CA (same name, other key)",
                         easy->authority);
    if (strstr(easy->message, "wrong version number") != NULL)
        return error_set(err, STATUS_UNREACHABLE, "%s: what answers there does not speak TLS", easy->authority);
    long number = 0;
    curl_easy_getinfo(easy->handle, CURLINFO_OS_ERRNO, &number);
    if (number == ECONNRESET || strstr(easy->message, "reset by peer") != NULL)
        return error_set(err, STATUS_UNREACHABLE, "%s: the connection was reset", easy->authority);
    if (code == CURLE_SSL_CONNECT_ERROR && strstr(easy->message, "SSL_ERROR_SYSCALL") != NULL)
        return error_set(err, STATUS_UNREACHABLE, "%s: the connection broke during the TLS handshake", easy->authority);
    return error_set(err, STATUS_UNREACHABLE, "%s: the connection broke: %.200s", easy->authority, own_words(easy, code));
}

static enum status explain_connect(struct http_easy *easy, struct http_failure *ret)
{
    long number = 0;
    curl_easy_getinfo(easy->handle, CURLINFO_OS_ERRNO, &number);
    ret->refused = number == ECONNREFUSED;
    const char *why = number != 0 ? strerrordesc_np((int)number) : NULL;
    if (number == 0 && explain_proxy(easy, &ret->error))
        return STATUS_UNREACHABLE;
    bool by_proxy = easy->proxy[0] != '\0';
    return error_set(&ret->error, STATUS_UNREACHABLE, "%s: %s%s%s%s", easy->authority, by_proxy ? "the proxy " : "", easy->proxy,
                     by_proxy ? ": " : "",
                     ret->refused  ? "connection refused"
                     : why != NULL ? why
                                   : "no connection could be made");
}

static enum status explain_timeout(struct http_easy *easy, struct http_failure *ret)
{
    curl_off_t connected_us = 0, total_us = 0;
    curl_easy_getinfo(easy->handle, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    curl_easy_getinfo(easy->handle, CURLINFO_TOTAL_TIME_T, &total_us);
    ret->silent = connected_us > 0;
    return error_set(&ret->error, STATUS_TIMEOUT, "%s: no %s within %.1f s", easy->authority,
                     ret->silent ? "complete answer" : "connection", (double)total_us / 1e6);
}

void http_failure_read(struct http_easy *easy, CURLcode code, struct http_failure *ret)
{
    *ret = (struct http_failure){0};
    switch ((int)code) {
    case CURLE_PEER_FAILED_VERIFICATION: explain_verification(easy, &ret->error); return;
    case CURLE_COULDNT_CONNECT: explain_connect(easy, ret); return;
    case CURLE_OPERATION_TIMEDOUT: explain_timeout(easy, ret); return;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR: explain_broken(easy, code, &ret->error); return;
    }
    if (code == CURLE_PROXY && explain_proxy(easy, &ret->error))
        return;
    for (size_t i = 0; i < ARRAY_LENGTH(FAILURES); i++) {
        if (FAILURES[i].code != code)
            continue;
        const char *text = FAILURES[i].text != NULL ? FAILURES[i].text : own_words(easy, code);
        error_set(&ret->error, FAILURES[i].status, "%s: %.300s", easy->authority, text);
        return;
    }
    error_set(&ret->error, STATUS_UNREACHABLE, "%s: %.300s", easy->authority, own_words(easy, code));
}
