/* Reasons in words; see nats_failure.h. nats.c says "no server available" for a refused connection and for an unknown name
 * alike, so we look ourselves which it was. */
#include "transport/nats_failure.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "transport/nats_nkey.h"

#define LOOK_MS 500
#define DEFAULT_PORT "4222"

struct address {
    char host[256];
    char port[8];
};

static bool split_url(const char *url, struct address *ret)
{
    const char *at = strstr(url, "://");
    at = at != NULL ? at + 3 : url;
    struct span authority = span_first(span_of(at), strcspn(at, "/?#"));
    for (ptrdiff_t sign; (sign = span_find_byte(authority, '@')) >= 0;)
        authority = span_from(authority, (size_t)sign + 1);
    bool six = span_starts_with(authority, "[");
    ptrdiff_t end = span_find_byte(authority, six ? ']' : ':');
    struct span host = end < 0 ? authority : span_first(authority, (size_t)end);
    struct span port = end < 0 ? SPAN_EMPTY : span_from(authority, (size_t)end + (six ? 1 : 0));
    host = six ? span_from(host, 1) : host;
    port = span_starts_with(port, ":") ? span_from(port, 1) : port;
    snprintf(ret->host, sizeof ret->host, "%.*s", SPAN_PRINT(span_first(host, 255)));
    snprintf(ret->port, sizeof ret->port, "%.*s", SPAN_PRINT(span_first(port, 7)));
    if (ret->port[0] == '\0')
        snprintf(ret->port, sizeof ret->port, DEFAULT_PORT);
    return host.length > 0;
}

void nats_failure_server(const char *url, char out[NATS_FAILURE_SERVER_MAX])
{
    struct address address;
    char raw[NATS_FAILURE_SERVER_MAX];
    (void)split_url(url, &address);
    snprintf(raw, sizeof raw, strchr(address.host, ':') != NULL ? "[%s]:%s" : "%s:%s", address.host, address.port);
    sanitize_line_into(out, NATS_FAILURE_SERVER_MAX, raw, strlen(raw));
}

/* errno of a connection attempt; 0 when it succeeds, ETIMEDOUT when nothing happens. */
static int try_connect(const struct addrinfo *to)
{
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    int number = connect(fd, to->ai_addr, to->ai_addrlen) == 0 ? 0 : errno;
    if (number == EINPROGRESS) {
        struct pollfd polled = {.fd = fd, .events = POLLOUT};
        socklen_t size = sizeof number;
        if (poll(&polled, 1, LOOK_MS) != 1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) != 0)
            number = ETIMEDOUT;
    }
    close(fd);
    return number;
}

static enum status explain_no_server(const char *url, const char *server, struct error *err)
{
    struct address address;
    struct addrinfo *found = NULL, hints = {.ai_socktype = SOCK_STREAM};
    if (!split_url(url, &address) || getaddrinfo(address.host, address.port, &hints, &found) != 0)
        return error_set(err, STATUS_UNREACHABLE, "%s: the name cannot be resolved", server);
    int number = try_connect(found);
    freeaddrinfo(found);
    if (number == 0)
        return error_set(err, STATUS_UNREACHABLE, "%s: no NATS server answers there", server);
    return error_set(err, STATUS_UNREACHABLE, "%s: %s", server,
                     number == ECONNREFUSED ? "connection refused" : strerrordesc_np(number));
}

static const struct {
    natsStatus code;
    enum status status;
    const char *text;
} CONNECT_FAILURES[] = {
    {NATS_CONNECTION_AUTH_FAILED, STATUS_UNAUTHENTICATED, "refuses our credentials"},
    {NATS_NOT_PERMITTED, STATUS_FORBIDDEN, "does not let us in"},
    {NATS_TIMEOUT, STATUS_TIMEOUT, "no connection within 2 s"},
    {NATS_SECURE_CONNECTION_WANTED, STATUS_UNTRUSTED, "does not offer TLS, which is demanded here (a CA, a certificate or tls:// is configured)"},
    {NATS_SECURE_CONNECTION_REQUIRED, STATUS_UNTRUSTED, "demands TLS"},
    {NATS_PROTOCOL_ERROR, STATUS_INVALID, "what answers there does not speak NATS"},
    {NATS_STALE_CONNECTION, STATUS_UNREACHABLE, "the connection went silent"},
    {NATS_IO_ERROR, STATUS_UNREACHABLE, "the connection broke"},
    {NATS_CONNECTION_CLOSED, STATUS_UNREACHABLE, "the server closed the connection"},
    {NATS_OK, STATUS_UNREACHABLE, "the server closed the connection"},
};

static const struct {
    const char *word, *text;
} CERTIFICATE_WORDS[] = {
    {"has expired", "its certificate has expired"},
    {"not yet valid", "its certificate is not valid yet (is the clock of this machine right?)"},
    {"mismatch", "its certificate is for another name"}, /* "IP address mismatch", "hostname mismatch" */
    {"self-signed", "its certificate is not signed by the configured CA"},
    {"self signed", "its certificate is not signed by the configured CA"},
    {"signature failure", "its certificate is not signed by the configured CA (same name, other key)"},
    {"local issuer", "its certificate is not signed by the configured CA"},
    {"verify failed", "its certificate is not accepted (other CA, other name or expired)"},
};

static enum status explain_alert(const char *server, const struct nats_failure_identity *identity, struct error *err)
{
    return error_set(err, STATUS_UNTRUSTED, "%s: %s", server,
                     identity->has_certificate ? "refuses our client certificate"
                                               : "demands a client certificate, and none is configured");
}

static enum status explain_tls(const char *server, const char *words, const struct nats_failure_identity *identity, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LENGTH(CERTIFICATE_WORDS); i++)
        if (strstr(words, CERTIFICATE_WORDS[i].word) != NULL)
            return error_set(err, STATUS_UNTRUSTED, "%s: %s", server, CERTIFICATE_WORDS[i].text);
    if (strstr(words, "alert") != NULL || strstr(words, "certificate required") != NULL)
        return explain_alert(server, identity, err);
    return error_set(err, STATUS_UNTRUSTED, "%s: the TLS handshake failed: %.200s", server, words);
}

/* The server's own words, when they say more than the library's code. */
static const struct {
    const char *words;
    enum status status;
    const char *text;
} SERVER_WORDS[] = {
    {"Authentication Expired", STATUS_UNAUTHENTICATED, "says that our credentials have expired: get new ones"},
    {"Authentication Revoked", STATUS_UNAUTHENTICATED, "says that our credentials were revoked: get new ones"},
    {"maximum connections exceeded", STATUS_BUSY, "has as many connections as it may have"},
    {"maximum account active connections", STATUS_BUSY, "the account has as many connections as it may have"},
    {"maximum subscriptions exceeded", STATUS_BUSY, "has as many subscriptions of ours as it may have"},
    {"TLS Required", STATUS_UNTRUSTED, "demands TLS: give its CA, or use tls://"},
    {"Authentication Timeout", STATUS_UNAUTHENTICATED, "our credentials came too late for it (a slow connection?)"},
};

static enum status explain_refusal(const char *server, const struct nats_failure_identity *identity, struct error *err)
{
    struct nats_nkey_claims claims;
    char when[TIMESTAMP_TEXT_MAX];
    if (identity->what[0] == '\0')
        return error_set(err, STATUS_UNAUTHENTICATED, "%s: demands credentials, and none are configured", server);
    bool read = identity->credentials_file != NULL && nats_nkey_read_credentials(identity->credentials_file, &claims, NULL) == STATUS_OK;
    if (read && claims.expires_ms != INT64_MIN && claims.expires_ms <= clock_wall_ms()) {
        timestamp_format(when, claims.expires_ms);
        return error_set(err, STATUS_UNAUTHENTICATED, "%s: %s expired at %s: get new ones", server, identity->what, when);
    }
    return error_set(err, STATUS_UNAUTHENTICATED, "%s: refuses our credentials (%s)", server, identity->what);
}

enum status nats_failure_connect(const char *url, natsStatus code, const char *words, const struct nats_failure_identity *identity,
                                 struct error *err)
{
    char server[NATS_FAILURE_SERVER_MAX];
    nats_failure_server(url, server);
    words = words != NULL ? words : "";
    for (size_t i = 0; i < ARRAY_LENGTH(SERVER_WORDS); i++)
        if (strcasestr(words, SERVER_WORDS[i].words) != NULL)
            return error_set(err, SERVER_WORDS[i].status, "%s: %s", server, SERVER_WORDS[i].text);
    if (code == NATS_CONNECTION_AUTH_FAILED || strcasestr(words, "Authorization Violation") != NULL)
        return explain_refusal(server, identity, err);
    if (code == NATS_NO_SERVER)
        return explain_no_server(url, server, err);
    if (code == NATS_SSL_ERROR)
        return explain_tls(server, words, identity, err);
    if (code == NATS_IO_ERROR && strstr(words, "certificate required") != NULL)
        return explain_alert(server, identity, err);
    if ((code == NATS_PROTOCOL_ERROR || code == NATS_IO_ERROR) && identity->uses_tls) /* TLS 1.3: refused after it */
        return error_set(err, STATUS_UNTRUSTED, "%s: closes the connection after the TLS handshake: it seems to %s", server,
                         identity->has_certificate ? "refuse our client certificate" : "demand a client certificate, and none is configured");
    for (size_t i = 0; i < ARRAY_LENGTH(CONNECT_FAILURES); i++)
        if (CONNECT_FAILURES[i].code == code)
            return error_set(err, CONNECT_FAILURES[i].status, "%s: %s", server, CONNECT_FAILURES[i].text);
    return error_set(err, STATUS_UNREACHABLE, "%s: %s", server, natsStatus_GetText(code));
}

static const struct {
    natsStatus code;
    enum status status;
    const char *text; /* NULL: the library's own words */
} REQUEST_FAILURES[] = {
    {NATS_NO_RESPONDERS, STATUS_UNSUPPORTED, "the NATS server has no JetStream for us"},
    {NATS_NOT_FOUND, STATUS_NOT_FOUND, "there is none"},
    {NATS_TIMEOUT, STATUS_TIMEOUT, "no answer in time"},
    {NATS_NOT_PERMITTED, STATUS_FORBIDDEN, "not allowed"},
    {NATS_CONNECTION_CLOSED, STATUS_UNREACHABLE, "the connection to NATS is lost"},
    {NATS_CONNECTION_DISCONNECTED, STATUS_UNREACHABLE, "the connection to NATS is lost"},
};

enum status nats_failure_request(const char *what, natsStatus code, jsErrCode js_code, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LENGTH(REQUEST_FAILURES); i++)
        if (REQUEST_FAILURES[i].code == code)
            return error_set(err, REQUEST_FAILURES[i].status, "%s: %s", what, REQUEST_FAILURES[i].text);
    if (js_code != 0)
        return nats_failure_api(what, 0, (int)js_code, span_of(natsStatus_GetText(code)), err);
    return error_set(err, STATUS_INVALID, "%s: %s", what, natsStatus_GetText(code));
}

enum status nats_failure_api(const char *what, int code, int js_code, struct span description, struct error *err)
{
    if (js_code == JSNotEnabledErr || js_code == JSNotEnabledForAccountErr)
        return error_set(err, STATUS_UNSUPPORTED, "%s: this account has no JetStream", what);
    enum status status = code == 404                                              ? STATUS_NOT_FOUND
                         : code == 403? STATUS_FORBIDDEN
                         : code == 503                                            ? STATUS_UNREACHABLE
                                                                                  : STATUS_INVALID;
    if (js_code == JSStreamNotFoundErr || js_code == JSConsumerNotFoundErr)
        status = STATUS_NOT_FOUND;
    return error_set(err, status, "%s: %.*s (JetStream error %d)", what, SPAN_PRINT(span_first(description, 200)), js_code);
}
