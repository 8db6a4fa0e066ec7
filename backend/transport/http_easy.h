/* One libcurl easy handle made from a request value, with everything it borrows. Inside transport only. */
#ifndef TRANSPORT_HTTP_EASY_H
#define TRANSPORT_HTTP_EASY_H

#include <curl/curl.h>

#include "transport/http_request.h"
#include "transport/http_url.h"
#include "transport/tls_credentials.h"

struct http_easy {
    CURL *handle;
    struct curl_slist *headers; /* may hold Authorization: wiped */
    struct curl_slist *connect_to;
    struct tls_credentials *credentials; /* the handle points into it */
    char message[CURL_ERROR_SIZE];
    char authority[HTTP_URL_ORIGIN_MAX]; /* host:port of the request's URL */
    char host[256];
    bool once; /* gets a connection of its own: libcurl sends again what fails on a reused one */
};

/* STATUS_USAGE with a text when the request cannot be made (bad URL, header injection). Done either way by http_easy_done. */
enum status http_easy_init(struct http_easy *easy, const struct http_request *request, struct error *err);
void http_easy_done(struct http_easy *easy);

#endif
