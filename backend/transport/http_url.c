/* URL parts and escaping; see http_url.h. */
#include "transport/http_url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/sanitize.h"

static bool take_scheme(const char *text, struct http_url *url, struct span *rest)
{
    url->is_https = strncasecmp(text, "https://", 8) == 0;
    if (!url->is_https && strncasecmp(text, "http://", 7) != 0)
        return false;
    *rest = span_of(text + (url->is_https ? 8 : 7));
    return true;
}

/* Splits "[::1]:6443" and "host:6443"; the port stays as it is when none is written. */
static bool take_authority(struct span authority, struct http_url *url)
{
    bool bracketed = span_starts_with(authority, "[");
    ptrdiff_t end = bracketed ? span_find_byte(authority, ']') : span_find_byte(authority, ':');
    if (bracketed && end < 0)
        return false;
    struct span host = end < 0 ? authority : span_first(authority, (size_t)end);
    struct span port = end < 0 ? SPAN_EMPTY : span_from(authority, (size_t)end + (bracketed ? 1 : 0));
    if (bracketed)
        host = span_from(host, 1);
    if (host.length == 0 || host.length >= sizeof url->host)
        return false;
    snprintf(url->host, sizeof url->host, "%.*s", SPAN_PRINT(host));
    if (port.length == 0)
        return true;
    int64_t number;
    if (port.data[0] != ':' || !span_to_int64(span_from(port, 1), &number) || number < 1 || number > 65535)
        return false;
    url->port = (int)number;
    return true;
}

static size_t authority_length(struct span rest)
{
    size_t at = 0;
    while (at < rest.length && rest.data[at] != '/' && rest.data[at] != '?' && rest.data[at] != '#')
        at++;
    return at;
}

bool http_url_parse(const char *text, struct http_url *ret)
{
    struct http_url url = {0};
    struct span rest;
    if (text == NULL || !take_scheme(text, &url, &rest))
        return false;
    url.port = url.is_https ? 443 : 80;
    struct span authority = span_first(rest, authority_length(rest));
    if (span_find_byte(authority, '@') >= 0 || !take_authority(authority, &url))
        return false;
    url.path = span_from(rest, authority.length);
    *ret = url;
    return true;
}

void http_url_authority(const char *text, char out[HTTP_URL_ORIGIN_MAX])
{
    struct http_url url;
    char raw[HTTP_URL_ORIGIN_MAX];
    if (http_url_parse(text, &url))
        snprintf(raw, sizeof raw, strchr(url.host, ':') != NULL ? "[%s]:%d" : "%s:%d", url.host, url.port);
    else
        snprintf(raw, sizeof raw, "%s", text == NULL ? "(no URL)" : "(bad URL)"); /* may hold a password: not repeated */
    sanitize_line_into(out, HTTP_URL_ORIGIN_MAX, raw, strlen(raw));
}

static bool is_unreserved(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           strchr("-._~", (char)byte) != NULL;
}

bool http_url_append_escaped(struct bytebuf *buf, struct span value)
{
    for (size_t i = 0; i < value.length; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        char escaped[4];
        bool plain = byte != 0 && is_unreserved(byte);
        snprintf(escaped, sizeof escaped, plain ? "%c" : "%%%02X", byte);
        if (!bytebuf_append_text(buf, escaped))
            return false;
    }
    return true;
}

bool http_url_append_query(struct bytebuf *buf, const char *key, struct span value)
{
    bool first = span_find_byte(bytebuf_span(buf), '?') < 0;
    return bytebuf_append_byte(buf, first ? '?' : '&') && bytebuf_append_text(buf, key) && bytebuf_append_byte(buf, '=') &&
           http_url_append_escaped(buf, value);
}
