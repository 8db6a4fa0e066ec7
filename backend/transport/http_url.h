/* The few things we do with URLs. Pure. */
#ifndef TRANSPORT_HTTP_URL_H
#define TRANSPORT_HTTP_URL_H

#include <stdbool.h>

#include "base/bytebuf.h"
#include "base/span.h"

#define HTTP_URL_ORIGIN_MAX 300

struct http_url {
    bool is_https;
    char host[256];   /* without brackets */
    int port;         /* explicit or the scheme's */
    struct span path; /* from the first '/' after the authority; may be empty. Points into the text given */
};

/* False when `text` is not an http(s) URL with a host, or carries a user name (secrets do not belong in URLs). */
bool http_url_parse(const char *text, struct http_url *ret);

/* "host:port" for error texts, sanitized; "(bad URL)" when it is none. */
void http_url_authority(const char *text, char out[HTTP_URL_ORIGIN_MAX]);

/* Percent-encodes everything but unreserved characters. */
bool http_url_append_escaped(struct bytebuf *buf, struct span value);

/* Appends '?' or '&' and key=escaped(value) to the URL in `buf`. */
bool http_url_append_query(struct bytebuf *buf, const char *key, struct span value);

#endif
