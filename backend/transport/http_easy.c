/* Request value to easy handle: URL, method, headers, credentials, TLS, limits. No redirects, only http and https, always
 * verified unless the identity says otherwise, no signals, and nothing is ever logged by libcurl. */
#include "transport/http_easy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "base/clock.h"
#include "base/timestamp.h"

#define HEADER_MAXIMUM ((size_t)128 << 10)
#define HEADER_NAME_BYTES "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" /* RFC 9110 5.6.2 */
#define REQUEST_BUFFER_BYTES (128L << 10)

static bool is_header_safe(struct span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (((unsigned char)text.data[i] < 0x20 && text.data[i] != '\t') || text.data[i] == 0x7f)
            return false;
    return true;
}

static enum status refuse_header(const struct http_easy *easy, struct span name, struct error *err)
{
    return error_set(err, STATUS_USAGE, "%s: the value of the header %.*s has a line end, NUL or other control character; nothing was sent",
                     easy->authority, SPAN_PRINT(name));
}

static enum status add_header(struct http_easy *easy, const char *name, struct span value, struct error *err)
{
    if (!is_header_safe(value))
        return refuse_header(easy, span_of(name), err);
    struct bytebuf line;
    bytebuf_init(&line, HEADER_MAXIMUM);
    bool fits = bytebuf_append_text(&line, name) && bytebuf_append_text(&line, ": ") && bytebuf_append_span(&line, value);
    if (fits)
        easy->headers = curl_slist_append(easy->headers, bytebuf_text(&line));
    if (line.data != NULL)
        OPENSSL_cleanse(line.data, line.length);
    bytebuf_done(&line);
    return fits ? STATUS_OK : error_set(err, STATUS_TOO_BIG, "%s: the header %s is too long", easy->authority, name);
}

static enum status add_given_headers(struct http_easy *easy, const char *const *lines, struct error *err)
{
    for (; lines != NULL && *lines != NULL; lines++) {
        struct span line = span_of(*lines);
        size_t name = strspn(*lines, HEADER_NAME_BYTES);
        if (name == 0 || line.data[name] != ':')
            return error_set(err, STATUS_USAGE, "%s: a header line has no name that HTTP allows; nothing was sent", easy->authority);
        if (!is_header_safe(line))
            return refuse_header(easy, span_first(line, name), err);
        easy->headers = curl_slist_append(easy->headers, *lines);
    }
    return STATUS_OK;
}

static enum status set_given_headers(struct http_easy *easy, const struct http_request *request, struct error *err)
{
    enum status status = add_header(easy, "Accept", span_of(request->accept != NULL ? request->accept : "application/json"), err);
    if (status == STATUS_OK && request->content_type != NULL)
        status = add_header(easy, "Content-Type", span_of(request->content_type), err);
    if (status == STATUS_OK)
        status = add_given_headers(easy, request->headers, err);
    easy->headers = curl_slist_append(easy->headers, "Expect:");
    if (request->content_type == NULL)
        easy->headers = curl_slist_append(easy->headers, "Content-Type:");
    easy->given = easy->headers;
    easy->headers = NULL;
    return status;
}

static bool has_nul(const struct tls_secret *secret)
{
    return secret->length > 0 && memchr(secret->data, '\0', secret->length) != NULL;
}

static enum status add_credentials(struct http_easy *easy, struct error *err)
{
    struct tls_credentials *who = easy->credentials;
    enum status status = add_given_headers(easy, (const char *const *)who->headers, err);
    if (status == STATUS_OK && who->cookie.length > 0)
        status = add_header(easy, "Cookie", tls_credentials_get(&who->cookie), err);
    if (status == STATUS_OK && who->token.length > 0) {
        struct bytebuf value; /* by its length: a NUL must be seen, not end it */
        bytebuf_init(&value, HEADER_MAXIMUM);
        bytebuf_append_text(&value, "Bearer ");
        bytebuf_append_span(&value, tls_credentials_get(&who->token));
        status = add_header(easy, "Authorization", bytebuf_span(&value), err);
        OPENSSL_cleanse(value.data, value.length);
        bytebuf_done(&value);
    } else if (status == STATUS_OK && (has_nul(&who->username) || has_nul(&who->password))) {
        status = error_set(err, STATUS_USAGE, "%s: user name or password has a NUL in it; nothing was sent", easy->authority);
    } else if (status == STATUS_OK && who->username.length > 0) {
        curl_easy_setopt(easy->handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy->handle, CURLOPT_USERNAME, who->username.data);
        curl_easy_setopt(easy->handle, CURLOPT_PASSWORD, who->password.length > 0 ? who->password.data : "");
    }
    return status;
}

static void set_method(struct http_easy *easy, const struct http_request *request)
{
    const char *method = request->method != NULL ? request->method : "GET";
    bool is_get = strcmp(method, "GET") == 0, is_head = strcmp(method, "HEAD") == 0;
    easy->once = !is_get && !is_head && !request->repeatable;
    if (is_head)
        curl_easy_setopt(easy->handle, CURLOPT_NOBODY, 1L);
    bool sends_body =
        request->body.length > 0 || strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
    if (sends_body) {
        curl_easy_setopt(easy->handle, CURLOPT_POST, 1L);
        curl_easy_setopt(easy->handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
        curl_easy_setopt(easy->handle, CURLOPT_COPYPOSTFIELDS, request->body.length > 0 ? request->body.data : "");
    }
    if (!is_get && !is_head)
        curl_easy_setopt(easy->handle, CURLOPT_CUSTOMREQUEST, method);
}

static void set_blob(CURL *handle, CURLoption option, const struct tls_secret *secret)
{
    struct curl_blob blob = {.data = secret->data, .len = secret->length, .flags = CURL_BLOB_NOCOPY};
    if (secret->length > 0)
        curl_easy_setopt(handle, option, &blob);
}

/* A CA of our own replaces the system's: without the second option libcurl would still trust its built-in CA folder. */
static void set_trust(struct http_easy *easy)
{
    struct tls_credentials *who = easy->credentials;
    curl_easy_setopt(easy->handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy->handle, CURLOPT_SSL_VERIFYPEER, who->insecure ? 0L : 1L);
    curl_easy_setopt(easy->handle, CURLOPT_SSL_VERIFYHOST, who->insecure ? 0L : 2L);
    if (!who->insecure)
        tls_evidence_install(easy->handle, &easy->evidence);
    if (who->ca.length > 0) {
        set_blob(easy->handle, CURLOPT_CAINFO_BLOB, &who->ca);
        curl_easy_setopt(easy->handle, CURLOPT_CAPATH, NULL);
    }
    if (easy->proxy[0] != '\0') { /* an https proxy is trusted as client-go does it: by the cluster's CA, or the machine's */
        curl_easy_setopt(easy->handle, CURLOPT_PROXY_SSL_VERIFYPEER, who->insecure ? 0L : 1L);
        curl_easy_setopt(easy->handle, CURLOPT_PROXY_SSL_VERIFYHOST, who->insecure ? 0L : 2L);
        set_blob(easy->handle, CURLOPT_PROXY_CAINFO_BLOB, &who->ca);
    }
    set_blob(easy->handle, CURLOPT_SSLCERT_BLOB, &who->certificate);
    set_blob(easy->handle, CURLOPT_SSLKEY_BLOB, &who->key);
}

/* libcurl verifies the URL's host, so another expected name goes into the URL and the connection is sent where the URL said. */
static void set_server_name(struct http_easy *easy)
{
    const struct http_url *url = &easy->url;
    const char *name = easy->credentials->server_name;
    char line[700];
    snprintf(line, sizeof line, "https://%.250s:%d%s", name, url->port, "");
    char *rewritten = alloc_printf("%s%.*s", line, SPAN_PRINT(url->path));
    curl_easy_setopt(easy->handle, CURLOPT_URL, rewritten);
    free(rewritten);
    bool six = strchr(url->host, ':') != NULL;
    snprintf(line, sizeof line, "%.250s:%d:%s%s%s:%d", name, url->port, six ? "[" : "", url->host, six ? "]" : "", url->port);
    struct curl_slist *before = easy->connect_to;
    easy->connect_to = curl_slist_append(NULL, line);
    curl_easy_setopt(easy->handle, CURLOPT_CONNECT_TO, easy->connect_to);
    curl_slist_free_all(before);
    if (easy->credentials->server_name_is_host)
        snprintf(line, sizeof line, "Host: %.250s", name);
    else
        snprintf(line, sizeof line, url->port == 443 ? "Host: %s%s%s" : "Host: %s%s%s:%d", six ? "[" : "", url->host, six ? "]" : "",
                 url->port);
    easy->headers = curl_slist_append(easy->headers, line);
}

static bool is_loopback(const char *host)
{
    return strcasecmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

/* As Go does it: a proxy that is named is always used, whatever NO_PROXY says, and a SOCKS proxy resolves the name. */
static void set_proxy(struct http_easy *easy, const char *proxy)
{
    char *text = strncasecmp(proxy, "socks5://", 9) == 0 ? alloc_printf("socks5h://%s", proxy + 9) : alloc_strdup(proxy);
    const char *host = strstr(text, "://"), *login = strrchr(text, '@');
    host = login != NULL ? login + 1 : host != NULL ? host + 3 : text;
    snprintf(easy->proxy, sizeof easy->proxy, "%.*s", (int)strcspn(host, "/?#"), host);
    curl_easy_setopt(easy->handle, CURLOPT_PROXY, text);
    curl_easy_setopt(easy->handle, CURLOPT_NOPROXY, "");
    OPENSSL_cleanse(text, strlen(text));
    free(text);
}

static void set_connection(struct http_easy *easy, const struct http_request *request)
{
    CURL *handle = easy->handle;
    bool stream = request->class == HTTP_REQUEST_CLASS_STREAM;
    int64_t connect_ms = request->connect_timeout_ms > 0 ? request->connect_timeout_ms : HTTP_REQUEST_CONNECT_TIMEOUT_MS;
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    if (request->stall_timeout_ms > 0 && !stream) {
        curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, (long)((request->stall_timeout_ms + 999) / 1000));
    }
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPIDLE, 15L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPINTVL, 5L);
    long version = request->force_http1 ? (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS;
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, version);
    easy->may_share = !request->force_http1 && strncasecmp(request->url, "https:", 6) == 0;
    if (request->proxy != NULL)
        set_proxy(easy, request->proxy);
    else if (is_loopback(easy->host))
        curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!stream) {
        curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, REQUEST_BUFFER_BYTES);
        size_t maximum = request->maximum_body > 0 ? request->maximum_body : HTTP_REQUEST_BODY_MAXIMUM;
        curl_easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)maximum);
    }
    if (request->accept_compressed && !stream)
        curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(handle, CURLOPT_CERTINFO, request->want_peer ? 1L : 0L);
}

enum status http_easy_init(struct http_easy *easy, const struct http_request *request, struct error *err)
{
    *easy = (struct http_easy){.identity = tls_identity_ref(request->identity), .url_text = alloc_strdup(request->url)};
    http_url_authority(request->url, easy->authority);
    if (!http_url_parse(easy->url_text, &easy->url))
        return error_set(err, STATUS_USAGE, "the URL given is no http or https URL with a host (and without a user name)");
    snprintf(easy->host, sizeof easy->host, "%s", easy->url.host);
    easy->handle = curl_easy_init();
    if (easy->handle == NULL)
        return error_set(err, STATUS_IO, "%s: libcurl could not make a handle", easy->authority);
    curl_easy_setopt(easy->handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy->handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy->handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy->handle, CURLOPT_ERRORBUFFER, easy->message);
    curl_easy_setopt(easy->handle, CURLOPT_USERAGENT, "sovdeck/" SOVDECK_VERSION);
    curl_easy_setopt(easy->handle, CURLOPT_URL, request->url);
    set_method(easy, request);
    easy->once = easy->once || request->want_peer; /* certificates are only seen in a handshake */
    set_connection(easy, request);
    return set_given_headers(easy, request, err);
}

static void wipe_headers(struct curl_slist **headers)
{
    for (struct curl_slist *at = *headers; at != NULL; at = at->next)
        OPENSSL_cleanse(at->data, strlen(at->data));
    curl_slist_free_all(*headers);
    *headers = NULL;
}

/* Said before anything is sent: the server would only refuse it. With a token beside it the server may well let us in. */
static enum status check_expiry(const struct http_easy *easy, struct error *err)
{
    int64_t ends_ms = easy->credentials->certificate_not_after_ms;
    char when[TIMESTAMP_TEXT_MAX];
    bool has_other = easy->credentials->token.length > 0 || easy->credentials->username.length > 0;
    if (!easy->url.is_https || has_other || ends_ms == TIMESTAMP_NONE || ends_ms > clock_wall_ms())
        return STATUS_OK;
    timestamp_format(when, ends_ms);
    return error_set(err, STATUS_UNAUTHENTICATED, "%s: our client certificate expired at %s; nothing was sent", easy->authority, when);
}

enum status http_easy_bind(struct http_easy *easy, struct error *err)
{
    curl_easy_setopt(easy->handle, CURLOPT_HTTPHEADER, NULL);
    wipe_headers(&easy->headers);
    tls_credentials_unref(easy->credentials);
    easy->credentials = tls_identity_credentials(easy->identity);
    for (const struct curl_slist *at = easy->given; at != NULL; at = at->next)
        easy->headers = curl_slist_append(easy->headers, at->data);
    if (easy->url.is_https)
        set_trust(easy);
    if (easy->url.is_https && easy->credentials->server_name != NULL && easy->credentials->server_name[0] != '\0')
        set_server_name(easy);
    if (easy->credentials->no_compression)
        curl_easy_setopt(easy->handle, CURLOPT_ACCEPT_ENCODING, NULL);
    enum status status = add_credentials(easy, err);
    curl_easy_setopt(easy->handle, CURLOPT_HTTPHEADER, easy->headers);
    return status == STATUS_OK ? check_expiry(easy, err) : status;
}

void http_easy_done(struct http_easy *easy)
{
    if (easy->handle != NULL)
        curl_easy_cleanup(easy->handle);
    wipe_headers(&easy->headers);
    wipe_headers(&easy->given);
    curl_slist_free_all(easy->connect_to);
    tls_evidence_clear(&easy->evidence);
    tls_credentials_unref(easy->credentials);
    tls_identity_unref(easy->identity);
    free(easy->url_text);
    *easy = (struct http_easy){0};
}
