/* One short connection that only listens; see nats_greeting.h. */
#include "transport/nats_greeting.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/sanitize.h"
#include "decode/json_reader.h"

#define LINE_MAXIMUM 32768 /* a big cluster's list of addresses is in it */
#define HOST_MAX 256

static void take_text(struct json_value root, const char *key, char *out, size_t size)
{
    struct span text = json_reader_string(json_reader_get(root, key));
    sanitize_line_into(out, size, text.length > 0 ? text.data : "", text.length);
}

enum status nats_greeting_parse(struct span line, struct nats_greeting *ret, struct error *err)
{
    struct json_value root = {0};
    line = span_trim(line);
    *ret = (struct nats_greeting){0};
    if (!span_starts_with(line, "INFO "))
        return error_set(err, STATUS_INVALID, "what answers there does not greet as a NATS server");
    struct json_reader *reader = json_reader_new();
    enum status status = json_reader_parse(reader, span_from(line, 5), &root, NULL);
    if (status == STATUS_OK) {
        take_text(root, "version", ret->version, sizeof ret->version);
        take_text(root, "server_name", ret->server, sizeof ret->server);
        take_text(root, "cluster", ret->cluster, sizeof ret->cluster);
        ret->has_jetstream = json_reader_bool(json_reader_get(root, "jetstream"), false);
        ret->wants_login = json_reader_bool(json_reader_get(root, "auth_required"), false);
        ret->wants_tls = json_reader_bool(json_reader_get(root, "tls_required"), false);
    } else {
        status = error_set(err, STATUS_INVALID, "the NATS server's greeting is not JSON");
    }
    json_reader_free(reader);
    return status;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool await(int fd, short events, int64_t until_ms)
{
    struct pollfd wait = {.fd = fd, .events = events};
    int64_t left_ms = until_ms - now_ms();
    return left_ms > 0 && poll(&wait, 1, (int)left_ms) == 1;
}

static int open_socket(const struct addrinfo *to, int64_t until_ms)
{
    int problem = 0, fd = socket(to->ai_family, to->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to->ai_protocol);
    socklen_t size = sizeof problem;
    if (fd < 0)
        return -1;
    bool done = connect(fd, to->ai_addr, to->ai_addrlen) == 0;
    if (!done && errno == EINPROGRESS && await(fd, POLLOUT, until_ms))
        done = getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0;
    if (done)
        return fd;
    close(fd);
    return -1;
}

/* False: the line did not come whole. */
static bool read_line(int fd, char *line, size_t *ret_length, int64_t until_ms)
{
    size_t length = 0;
    while (length < LINE_MAXIMUM && await(fd, POLLIN, until_ms)) {
        ssize_t got = recv(fd, line + length, LINE_MAXIMUM - length, 0);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
            return false;
        char *end = got > 0 ? memchr(line + length, '\n', (size_t)got) : NULL;
        *ret_length = end != NULL ? (size_t)(end - line) : 0;
        if (end != NULL)
            return true;
        length += got > 0 ? (size_t)got : 0;
    }
    return false;
}

static bool split(const char *address, char host[HOST_MAX], char port[8])
{
    const char *colon = strrchr(address, ':');
    bool six = address[0] == '[';
    if (colon == NULL || strlen(colon + 1) > 5)
        return false;
    size_t length = (size_t)(colon - address) - (six ? 2 : 0);
    if (colon - address < (six ? 3 : 1) || length >= HOST_MAX)
        return false;
    snprintf(host, HOST_MAX, "%.*s", (int)length, address + (six ? 1 : 0));
    snprintf(port, 8, "%s", colon + 1);
    return true;
}

enum status nats_greeting_read(const char *address, int64_t timeout_ms, struct nats_greeting *ret, struct error *err)
{
    char host[HOST_MAX], port[8], line[LINE_MAXIMUM];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found = NULL;
    int64_t until_ms = now_ms() + timeout_ms;
    size_t length = 0;
    int fd = -1;
    *ret = (struct nats_greeting){0};
    if (!split(address, host, port) || getaddrinfo(host, port, &hints, &found) != 0)
        return error_set(err, STATUS_UNREACHABLE, "%s: no such host", address);
    for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
        fd = open_socket(at, until_ms);
    freeaddrinfo(found);
    if (fd < 0)
        return error_set(err, STATUS_UNREACHABLE, "%s: not reached a second time", address);
    bool came = read_line(fd, line, &length, until_ms);
    close(fd);
    if (!came)
        return error_set(err, STATUS_TIMEOUT, "%s: no greeting came (a server that shakes hands for TLS first gives none)", address);
    return nats_greeting_parse(span_make(line, length), ret, err);
}
