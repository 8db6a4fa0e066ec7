/* One libcurl easy handle made from a request value, with everything it borrows. Inside transport only. */
#ifndef TRANSPORT_HTTP_EASY_H
#define TRANSPORT_HTTP_EASY_H

#include <curl/curl.h>

#include "transport/http_request.h"
#include "transport/http_url.h"
#include "transport/tls_credentials.h"
#include "transport/tls_evidence.h"

struct http_easy {
    CURL *handle;
    struct curl_slist *given;   /* headers that the request says */
    struct curl_slist *headers; /* those, and what the credentials add: may hold Authorization, wiped */
    struct curl_slist *connect_to;
    struct tls_identity *identity;       /* referenced; may be NULL */
    struct tls_credentials *credentials; /* the handle points into it; NULL before http_easy_bind */
    struct http_url url;                 /* its path points into url_text */
    char *url_text;
    char proxy[HTTP_URL_ORIGIN_MAX]; /* host:port of the request's own proxy, for texts; "" */
    struct tls_evidence evidence;
    char message[CURL_ERROR_SIZE];
    char authority[HTTP_URL_ORIGIN_MAX]; /* host:port of the request's URL */
    char host[256];
    bool may_share; /* HTTP/2 can come of it */
    bool once; /* gets a connection of its own: libcurl sends again what fails on a reused one */
};

/* STATUS_USAGE with a text when the request cannot be made (bad URL, header injection). Done either way by http_easy_done. */
enum status http_easy_init(struct http_easy *easy, const struct http_request *request, struct error *err);

/* Puts in the identity's credentials as they are now; before the start, and again before another try. STATUS_USAGE when a
 * token cannot be a header, STATUS_UNAUTHENTICATED when the client certificate has expired. */
enum status http_easy_bind(struct http_easy *easy, struct error *err);
void http_easy_done(struct http_easy *easy);

#endif
