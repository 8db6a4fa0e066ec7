/* A small HTTPS server: a table of routes, whole or streamed replies, client certificates, fault switches.
 * libmicrohttpd with a thread per connection, so a handler and a stream may block. */
#ifndef DEMO_DEMO_HTTP_H
#define DEMO_DEMO_HTTP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/span.h"

#define DEMO_HTTP_BODY_MAX (8u << 20) /* request bodies; more gets 413 */
#define DEMO_HTTP_CAPTURES_MAX 8
#define DEMO_HTTP_GROUPS_MAX 8

struct demo_http;
struct demo_http_connection; /* opaque */

struct demo_http_request {
    const char *method; /* "GET" */
    const char *path;   /* percent-decoded, without the query */
    const char *query;  /* the raw query text behind '?', "" when none */
    struct span body;
    const char *captures[DEMO_HTTP_CAPTURES_MAX]; /* what each '*' of the route matched; "**" captures the rest */
    const char *peer_name;                        /* CN of the verified client certificate; NULL: none */
    const char *peer_groups[DEMO_HTTP_GROUPS_MAX]; /* its O entries, ends with NULL */
    bool is_spoiled; /* a fault spoils the reply's body: it is sent as text, so that the fault is in the text */
    struct demo_http_connection *connection;
};

struct demo_http_reply; /* filled by the handler; an untouched reply becomes 500 */

/* Request header by name (any case); NULL when absent. Valid during the handler. */
const char *demo_http_header(const struct demo_http_request *request, const char *name);
const char *demo_http_query(const struct demo_http_request *request, const char *name); /* decoded; NULL when absent */
const char *demo_http_bearer(const struct demo_http_request *request); /* token of "Authorization: Bearer …"; NULL */

/* Runs on the connection's thread; several at once. */
typedef void (*demo_http_handler)(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);

/* One row of a route table; the table ends with a row without a pattern. First match wins. `method` NULL: any.
 * Pattern segments: literal, "*" (one segment), "**" (the rest, last only). An unknown path gets 404 text/plain. */
struct demo_http_route {
    const char *method;
    const char *pattern;
    demo_http_handler handler;
};

#define DEMO_HTTP_STREAM_END ((ssize_t)-1)
#define DEMO_HTTP_STREAM_ABORT ((ssize_t)-2) /* cuts the connection without ending the reply */

/* Source of a streamed body (chunked). `read` puts at most `size` bytes into `out`; 0 means nothing yet: it should have
 * waited for up to about 200 ms itself (the server looks whether the client is still there, then calls again). */
struct demo_http_stream {
    ssize_t (*read)(void *state, char *out, size_t size);
    void (*free)(void *state); /* always called once */
    void *state;
};

void demo_http_reply_header(struct demo_http_reply *reply, const char *name, const char *value); /* also several times */
void demo_http_reply_text(struct demo_http_reply *reply, int code, const char *content_type, const char *text);
void demo_http_reply_take(struct demo_http_reply *reply, int code, const char *content_type, char *take_bytes,
                          size_t length); /* bytes from malloc */
void demo_http_reply_json(struct demo_http_reply *reply, int code, json_t *take_value);
void demo_http_reply_stream(struct demo_http_reply *reply, int code, const char *content_type,
                            struct demo_http_stream stream);

struct demo_http_options {
    const char *address;         /* NULL: 127.0.0.1 */
    int port;                    /* 0: any free one */
    const char *certificate_pem; /* server certificate chain and key; both NULL: plain HTTP */
    const char *key_pem;
    const char *client_ca_pem; /* NULL: client certificates are not asked for */
    const struct demo_http_route *routes;
    void *context; /* for the handlers */
    /* Whether the request may use POST/GET/DELETE /demo/faults (NULL: nobody). */
    bool (*may_control)(const struct demo_http_request *request, void *context);
    /* Extra words for POST /demo/faults that the owner implements, e.g. {"expireWatches":true}. May be NULL. */
    void (*control)(const json_t *request, void *context);
};

struct demo_faults;
struct demo_faults *demo_http_faults(struct demo_http *http); /* its switches, for tests in the same process */

/* Listens and serves until demo_http_stop. Everything in options is copied except routes and context. */
enum status demo_http_start(struct demo_http **ret, const struct demo_http_options *options, struct error *err);
int demo_http_port(const struct demo_http *http);
void demo_http_stop(struct demo_http *http); /* ends every stream, waits for the threads; NULL allowed */

/* The server disappears (the port refuses connections, open ones are cut) and comes back on the same port: the API
 * restart of cutover step catalyst-api-env-patch. Not from a handler's thread. */
void demo_http_pause(struct demo_http *http);
enum status demo_http_resume(struct demo_http *http, struct error *err);

#endif
