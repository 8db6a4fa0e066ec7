/* A small HTTP/1.1 server on loopback, over TLS or not, that does what a test's handler says: a thread per connection, and
 * a handler per request that may answer, stream, stall or cut. */
#ifndef SUPPORT_FAKE_SERVER_H
#define SUPPORT_FAKE_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "support/certificates.h"

struct fake_server;

struct fake_exchange {
    char method[16];
    char target[4096]; /* path and query */
    char headers[8192];
    char body[4096];
    size_t body_length;
    int connection; /* 1 for the server's first connection, and so on */
    int request;    /* 1 for the server's first request, and so on */
    struct fake_connection *wire;
};

struct fake_server_options {
    const struct certificates_pair *certificate; /* NULL: plain HTTP */
    const char *client_ca;                       /* PEM; clients must show a certificate signed by it. NULL: not asked */
    void (*handle)(void *context, struct fake_exchange *exchange); /* on the connection's thread */
    void *context;
    int port; /* 0: any */
};

struct fake_server *fake_server_new(struct fake_server_options options);
void fake_server_free(struct fake_server *server); /* wakes stalled handlers, closes everything, joins */
int fake_server_port(const struct fake_server *server);
const char *fake_server_url(const struct fake_server *server); /* "https://127.0.0.1:PORT" */

/* For handlers. head lines are "Name: value\r\n…" or "". Writes to a gone client are ignored. */
void fake_server_reply(struct fake_exchange *exchange, int code, const char *head_lines, const char *body);
void fake_server_begin(struct fake_exchange *exchange, int code, const char *head_lines); /* chunked */
void fake_server_write(struct fake_exchange *exchange, const void *data, size_t length);
void fake_server_print(struct fake_exchange *exchange, const char *format, ...) __attribute__((format(printf, 2, 3)));
void fake_server_end(struct fake_exchange *exchange);
void fake_server_raw(struct fake_exchange *exchange, const void *data, size_t length); /* as is, no framing */
void fake_server_cut(struct fake_exchange *exchange);                                  /* reset the connection now */
void fake_server_stall(struct fake_exchange *exchange); /* nothing more, until the client leaves or the server stops */
bool fake_server_has(const struct fake_exchange *exchange, const char *header_text); /* case-sensitive part of the headers */

/* A port of loopback nobody listens on at the moment. */
int fake_server_free_port(void);

#endif
