/* Measures one command for the bench: CPU seconds, peak memory, wall time, and bytes received.
 *
 *   measure NAME [--through LISTEN:TARGET] -- COMMAND...   one JSON line on stdout; the command's output is discarded
 *   measure NAME --first-paint TEXT -- COMMAND...          milliseconds from exec until TEXT stands on an 80x24 terminal
 *
 * --through forwards 127.0.0.1:LISTEN to 127.0.0.1:TARGET inside this process and counts what flows to the command;
 * its own CPU is not charged to the command. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_PAINT_LIMIT_MS 5000

static unsigned long long received_bytes;
static int target_port;

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int connect_local(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool copy_some(int from, int to, unsigned long long *count)
{
    char buffer[65536];
    ssize_t length = read(from, buffer, sizeof buffer);
    for (ssize_t sent = 0; sent < length;) {
        ssize_t written = write(to, buffer + sent, (size_t)(length - sent));
        if (written <= 0)
            return false;
        sent += written;
    }
    if (length > 0 && count != NULL)
        __atomic_add_fetch(count, (unsigned long long)length, __ATOMIC_RELAXED);
    return length > 0;
}

static void *forward(void *argument)
{
    int client = (int)(long)argument;
    int server = connect_local(target_port);
    struct pollfd ends[2] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
    bool open = server >= 0;
    while (open && poll(ends, 2, -1) > 0) {
        if (ends[0].revents != 0)
            open = copy_some(client, server, NULL);
        if (open && ends[1].revents != 0)
            open = copy_some(server, client, &received_bytes);
    }
    close(client);
    if (server >= 0)
        close(server);
    return NULL;
}

static void *accept_all(void *argument)
{
    int listener = (int)(long)argument;
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        pthread_t thread;
        if (client >= 0 && pthread_create(&thread, NULL, forward, (void *)(long)client) == 0)
            pthread_detach(thread);
    }
    return NULL;
}

static bool start_forwarder(const char *ports)
{
    int listen_port;
    if (sscanf(ports, "%d:%d", &listen_port, &target_port) != 2)
        return false;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)listen_port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 64) < 0)
        return false;
    pthread_t thread;
    return pthread_create(&thread, NULL, accept_all, (void *)(long)listener) == 0;
}

static int measure_run(const char *name, char **command)
{
    double start = now_ms();
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        execvp(command[0], command);
        _exit(127);
    }
    int status;
    struct rusage usage;
    wait4(child, &status, 0, &usage);
    double wall = (now_ms() - start) / 1e3;
    double cpu = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 + (double)usage.ru_stime.tv_sec +
                 (double)usage.ru_stime.tv_usec / 1e6;
    printf("{\"name\":\"%s\",\"cpu_s\":%.3f,\"peak_mib\":%.1f,\"wall_s\":%.3f,\"received_mib\":%.2f,\"exit\":%d}\n", name, cpu,
           (double)usage.ru_maxrss / 1024.0, wall, (double)received_bytes / 1048576.0, WEXITSTATUS(status));
    return 0;
}

static int measure_first_paint(const char *name, const char *text, char **command)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    int terminal;
    double start = now_ms();
    pid_t child = forkpty(&terminal, NULL, NULL, &size);
    if (child == 0) {
        setenv("TERM", "xterm-256color", 1);
        execvp(command[0], command);
        _exit(127);
    }
    char seen[262144];
    size_t length = 0;
    double elapsed = -1;
    while (length < sizeof seen - 1 && now_ms() - start < FIRST_PAINT_LIMIT_MS) {
        struct pollfd end = {.fd = terminal, .events = POLLIN};
        if (poll(&end, 1, 100) <= 0)
            continue;
        ssize_t got = read(terminal, seen + length, sizeof seen - 1 - length);
        if (got <= 0)
            break;
        length += (size_t)got;
        seen[length] = '\0';
        if (memmem(seen, length, text, strlen(text)) != NULL) {
            elapsed = now_ms() - start;
            break;
        }
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    printf("{\"name\":\"%s\",\"first_paint_ms\":%.1f}\n", name, elapsed);
    return elapsed < 0;
}

int main(int argc, char **argv)
{
    const char *paint = NULL;
    int at = 2;
    signal(SIGPIPE, SIG_IGN);
    for (; at < argc && strcmp(argv[at], "--") != 0; at += 2) {
        bool known = at + 1 < argc && (strcmp(argv[at], "--through") == 0 || strcmp(argv[at], "--first-paint") == 0);
        if (known && argv[at][2] == 'f')
            paint = argv[at + 1];
        else if (!known || !start_forwarder(argv[at + 1])) {
            fprintf(stderr, "measure: cannot use %s\n", argv[at]);
            return 2;
        }
    }
    if (at + 1 >= argc) {
        fprintf(stderr, "usage: measure NAME [--through LISTEN:TARGET | --first-paint TEXT] -- COMMAND...\n");
        return 2;
    }
    return paint != NULL ? measure_first_paint(argv[1], paint, argv + at + 1) : measure_run(argv[1], argv + at + 1);
}
