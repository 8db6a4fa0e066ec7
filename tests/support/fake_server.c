/* The scripted server of the transport tests; see fake_server.h. */
#include "support/fake_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/alloc.h"

struct fake_connection {
    struct fake_server *server;
    pthread_t thread;
    int fd, number;
    SSL *tls;
    bool chunked, dead;
    struct fake_connection *next;
};

struct fake_server {
    struct fake_server_options options;
    pthread_t thread;
    pthread_mutex_t lock;
    int listener, stop_fd, port, connections, requests;
    char url[64];
    SSL_CTX *tls;
    struct fake_connection *open;
};

/* --- bytes ---------------------------------------------------------------------------------------------------------- */

static ssize_t read_some(struct fake_connection *wire, void *data, size_t size)
{
    return wire->tls != NULL ? SSL_read(wire->tls, data, (int)size) : recv(wire->fd, data, size, 0);
}

static void write_all(struct fake_connection *wire, const char *data, size_t length)
{
    while (length > 0 && !wire->dead) {
        ssize_t sent = wire->tls != NULL ? SSL_write(wire->tls, data, (int)length) : send(wire->fd, data, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            wire->dead = true;
            return;
        }
        data += sent;
        length -= (size_t)sent;
    }
}

/* --- one request ---------------------------------------------------------------------------------------------------- */

static size_t body_length(const char *headers)
{
    const char *found = strcasestr(headers, "\r\ncontent-length:");
    return found != NULL ? strtoul(found + 17, NULL, 10) : 0;
}

static bool read_request(struct fake_connection *wire, struct fake_exchange *exchange)
{
    char text[8192];
    size_t length = 0;
    char *end = NULL;
    while (end == NULL && length < sizeof text - 1) {
        ssize_t got = read_some(wire, text + length, 1);
        if (got <= 0)
            return false;
        length += (size_t)got;
        text[length] = '\0';
        end = length >= 4 && strcmp(text + length - 4, "\r\n\r\n") == 0 ? text : NULL;
    }
    snprintf(exchange->headers, sizeof exchange->headers, "%s", text);
    if (sscanf(text, "%15s %4095s", exchange->method, exchange->target) != 2)
        return false;
    size_t wanted = body_length(text);
    while (exchange->body_length < wanted && exchange->body_length < sizeof exchange->body - 1) {
        ssize_t got = read_some(wire, exchange->body + exchange->body_length, wanted - exchange->body_length);
        if (got <= 0)
            return false;
        exchange->body_length += (size_t)got;
    }
    return true;
}

static void serve(struct fake_connection *wire)
{
    struct fake_server *server = wire->server;
    while (!wire->dead) {
        struct fake_exchange *exchange = alloc_new(struct fake_exchange);
        exchange->wire = wire;
        exchange->connection = wire->number;
        bool complete = read_request(wire, exchange);
        if (complete) {
            pthread_mutex_lock(&server->lock);
            exchange->request = ++server->requests;
            pthread_mutex_unlock(&server->lock);
            server->options.handle(server->options.context, exchange);
        }
        free(exchange);
        if (!complete)
            return;
    }
}

static void *run_connection(void *argument)
{
    struct fake_connection *wire = argument;
    if (wire->server->tls != NULL) {
        wire->tls = SSL_new(wire->server->tls);
        SSL_set_fd(wire->tls, wire->fd);
    }
    if (wire->tls == NULL || SSL_accept(wire->tls) == 1)
        serve(wire);
    if (wire->tls != NULL && !wire->dead)
        SSL_shutdown(wire->tls);
    SSL_free(wire->tls);
    ERR_clear_error();
    shutdown(wire->fd, SHUT_RDWR);
    return NULL;
}

/* --- the server ----------------------------------------------------------------------------------------------------- */

static void accept_one(struct fake_server *server)
{
    int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct fake_connection *wire = alloc_new(struct fake_connection);
    wire->server = server;
    wire->fd = fd;
    pthread_mutex_lock(&server->lock);
    wire->number = ++server->connections;
    wire->next = server->open;
    server->open = wire;
    pthread_mutex_unlock(&server->lock);
    pthread_create(&wire->thread, NULL, run_connection, wire);
}

static void *run_server(void *argument)
{
    struct fake_server *server = argument;
    for (;;) {
        struct pollfd polled[] = {{.fd = server->listener, .events = POLLIN}, {.fd = server->stop_fd, .events = POLLIN}};
        poll(polled, 2, -1);
        if (polled[1].revents != 0)
            return NULL;
        accept_one(server);
    }
}

static int listen_on(int port, int *ret_port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 64) != 0)
        abort();
    getsockname(fd, (struct sockaddr *)&address, &size);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static SSL_CTX *make_tls(const struct fake_server_options *options)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    BIO *bio = BIO_new_mem_buf(options->certificate->certificate, -1);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    bio = BIO_new_mem_buf(options->certificate->key, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    SSL_CTX_use_certificate(tls, certificate);
    SSL_CTX_use_PrivateKey(tls, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    if (options->client_ca != NULL) {
        bio = BIO_new_mem_buf(options->client_ca, -1);
        X509 *ca = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        BIO_free(bio);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(tls), ca);
        X509_free(ca);
        SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    return tls;
}

struct fake_server *fake_server_new(struct fake_server_options options)
{
    struct fake_server *server = alloc_new(struct fake_server);
    signal(SIGPIPE, SIG_IGN);
    server->options = options;
    pthread_mutex_init(&server->lock, NULL);
    server->stop_fd = eventfd(0, EFD_CLOEXEC);
    server->listener = listen_on(options.port, &server->port);
    if (options.certificate != NULL)
        server->tls = make_tls(&options);
    snprintf(server->url, sizeof server->url, "%s://127.0.0.1:%d", server->tls != NULL ? "https" : "http", server->port);
    pthread_create(&server->thread, NULL, run_server, server);
    return server;
}

void fake_server_free(struct fake_server *server)
{
    if (server == NULL)
        return;
    uint64_t one = 1;
    (void)!write(server->stop_fd, &one, sizeof one);
    pthread_join(server->thread, NULL);
    close(server->listener);
    for (struct fake_connection *wire = server->open, *next; wire != NULL; wire = next) {
        next = wire->next;
        shutdown(wire->fd, SHUT_RDWR);
        pthread_join(wire->thread, NULL);
        close(wire->fd);
        free(wire);
    }
    SSL_CTX_free(server->tls);
    close(server->stop_fd);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

int fake_server_port(const struct fake_server *server)
{
    return server->port;
}

const char *fake_server_url(const struct fake_server *server)
{
    return server->url;
}

int fake_server_free_port(void)
{
    int port;
    close(listen_on(0, &port));
    return port;
}

/* --- answers -------------------------------------------------------------------------------------------------------- */

void fake_server_raw(struct fake_exchange *exchange, const void *data, size_t length)
{
    write_all(exchange->wire, data, length);
}

static void begin(struct fake_exchange *exchange, int code, const char *head_lines, const char *framing)
{
    char *head = alloc_printf("HTTP/1.1 %d Whatever\r\n%s%s\r\n", code, head_lines, framing);
    write_all(exchange->wire, head, strlen(head));
    free(head);
}

void fake_server_reply(struct fake_exchange *exchange, int code, const char *head_lines, const char *body)
{
    char framing[64];
    snprintf(framing, sizeof framing, "Content-Length: %zu\r\n", strlen(body));
    begin(exchange, code, head_lines, framing);
    write_all(exchange->wire, body, strlen(body));
}

void fake_server_begin(struct fake_exchange *exchange, int code, const char *head_lines)
{
    begin(exchange, code, head_lines, "Transfer-Encoding: chunked\r\n");
}

void fake_server_write(struct fake_exchange *exchange, const void *data, size_t length)
{
    char size[32];
    snprintf(size, sizeof size, "%zx\r\n", length);
    write_all(exchange->wire, size, strlen(size));
    write_all(exchange->wire, data, length);
    write_all(exchange->wire, "\r\n", 2);
}

void fake_server_print(struct fake_exchange *exchange, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = alloc_vprintf(format, args);
    va_end(args);
    fake_server_write(exchange, text, strlen(text));
    free(text);
}

void fake_server_end(struct fake_exchange *exchange)
{
    write_all(exchange->wire, "0\r\n\r\n", 5);
}

void fake_server_cut(struct fake_exchange *exchange)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(exchange->wire->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    exchange->wire->dead = true;
    struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
    connect(exchange->wire->fd, &unspecified, sizeof unspecified); /* resets a connected TCP socket at once */
}

void fake_server_stall(struct fake_exchange *exchange)
{
    struct pollfd polled[] = {{.fd = exchange->wire->fd, .events = POLLIN | POLLRDHUP},
                              {.fd = exchange->wire->server->stop_fd, .events = POLLIN}};
    poll(polled, 2, -1);
    exchange->wire->dead = true;
}

bool fake_server_has(const struct fake_exchange *exchange, const char *header_text)
{
    return strstr(exchange->headers, header_text) != NULL;
}
