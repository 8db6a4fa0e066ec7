/* inotify on the log, then a look at the port; see await.h. */
#include "support/await.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 200 /* at least this often, should the log say nothing */

static bool accepts(int port, const char *greeting)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (good && greeting != NULL) {
        char said[16];
        size_t length = strlen(greeting);
        good = recv(fd, said, length, MSG_WAITALL) == (ssize_t)length && memcmp(said, greeting, length) == 0;
    }
    close(fd);
    return good;
}

bool await_port(const char *log, int port, const char *greeting)
{
    char events[4096];
    int watcher = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    inotify_add_watch(watcher, log, IN_MODIFY);
    time_t deadline = time(NULL) + AWAIT_SECONDS;
    bool good = accepts(port, greeting);
    while (!good && time(NULL) < deadline) {
        struct pollfd polled = {.fd = watcher, .events = POLLIN};
        poll(&polled, 1, LOOK_MS);
        (void)!read(watcher, events, sizeof events);
        good = accepts(port, greeting);
    }
    close(watcher);
    return good;
}
