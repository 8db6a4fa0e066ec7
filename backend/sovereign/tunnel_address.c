/* A connection attempt without waiting for the network: local ends answer or refuse at once. */
#include "sovereign/tunnel_address.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"

static const struct {
    const char *scheme, *port;
} SCHEMES[] = {{"https://", "443"}, {"http://", "80"}, {"nats://", "4222"}, {"tls://", "4222"}};

bool tunnel_address_parse(const char *address, char host[TUNNEL_ADDRESS_MAX], char port[8])
{
    const char *standard = NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(SCHEMES); i++)
        if (strncasecmp(address, SCHEMES[i].scheme, strlen(SCHEMES[i].scheme)) == 0) {
            address += strlen(SCHEMES[i].scheme);
            standard = SCHEMES[i].port;
            break;
        }
    size_t length = strcspn(address, "/?#");
    bool six = address[0] == '[';
    size_t end = six ? strcspn(address, "]") : strcspn(address, ":/?#");
    if (six && (end >= length || address[end] != ']'))
        return false;
    const char *rest = address + end + (six ? 1 : 0);
    snprintf(host, TUNNEL_ADDRESS_MAX, "%.*s", (int)(six ? end - 1 : end), address + (six ? 1 : 0));
    if (*rest == ':')
        snprintf(port, 8, "%.*s", (int)(length - (size_t)(rest + 1 - address)), rest + 1);
    else
        snprintf(port, 8, "%s", standard != NULL ? standard : "");
    return host[0] != '\0' && port[0] != '\0' && strspn(port, "0123456789") == strlen(port);
}

static bool connects(const struct addrinfo *target, int timeout_ms)
{
    int error = 0, fd = socket(target->ai_family, target->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, target->ai_protocol);
    socklen_t size = sizeof error;
    if (fd < 0)
        return false;
    bool done = connect(fd, target->ai_addr, target->ai_addrlen) == 0;
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    if (!done && errno == EINPROGRESS && poll(&ready, 1, timeout_ms) == 1)
        done = getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
    close(fd);
    return done;
}

bool tunnel_address_answers(const char *address, int timeout_ms)
{
    char host[TUNNEL_ADDRESS_MAX], port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found = NULL;
    if (!tunnel_address_parse(address, host, port))
        return true; /* nothing to look at: the feed will see */
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return false;
    bool answers = false;
    for (const struct addrinfo *at = found; at != NULL && !answers; at = at->ai_next)
        answers = connects(at, timeout_ms);
    freeaddrinfo(found);
    return answers;
}
