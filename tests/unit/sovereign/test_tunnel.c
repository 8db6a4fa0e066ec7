/* Tunnels with real programs: open, gone, back again, and dead with us. */
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sovereign/sovereign_tunnels.h"
#include "sovereign/tunnel.h"
#include "sovereign/tunnel_address.h"
#include "support/leak_check.h"

#define WAIT_MS 20000

static char port[8], address[64];

static void pick_port(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof any;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(bind(fd, (struct sockaddr *)&any, sizeof any) == 0 && getsockname(fd, (struct sockaddr *)&any, &size) == 0);
    close(fd);
    snprintf(port, sizeof port, "%d", ntohs(any.sin_port));
    snprintf(address, sizeof address, "nats://127.0.0.1:%s", port);
}

static struct tunnel_status now(struct tunnel *tunnel)
{
    struct tunnel_status status;
    tunnel_status(tunnel, &status);
    return status;
}

static struct tunnel *listener(void)
{
    pick_port();
    const char *const argv[] = {TEST_LISTENER, port, NULL};
    return tunnel_new(argv, address);
}

static sem_t news;
static unsigned changes;

static void tell(void *context)
{
    sem_post(&news);
}

/* The tunnel says that often that something changed; what await took counts. */
static bool is_told(unsigned times)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_MS / 1000;
    while (changes < times && sem_timedwait(&news, &until) == 0)
        changes++;
    return changes >= times;
}

static bool has_come_back(const struct tunnel_status *status)
{
    return status->starts == 2 && status->state == TUNNEL_READY;
}

static bool has_failed_again(const struct tunnel_status *status)
{
    return status->starts == 2 && status->state == TUNNEL_WAITING;
}

/* Looks whenever the tunnel says that something changed. */
static bool await(struct tunnel *tunnel, bool (*is_so)(const struct tunnel_status *status))
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_MS / 1000;
    for (;; changes++) {
        struct tunnel_status status = now(tunnel);
        if (is_so(&status))
            return true;
        if (sem_timedwait(&news, &until) != 0)
            return false;
    }
}

Test(tunnel, opens_and_is_gone_after_free)
{
    struct error err = {0};
    struct tunnel *tunnel = listener();
    cr_assert_eq(now(tunnel).state, TUNNEL_STOPPED);
    tunnel_start(tunnel, NULL, NULL);
    cr_assert_eq(tunnel_wait(tunnel, WAIT_MS, NULL, &err), STATUS_OK, "%s", err.text);
    struct tunnel_status status = now(tunnel);
    cr_assert(status.state == TUNNEL_READY && status.pid > 0 && status.starts == 1 && status.text[0] == '\0');
    cr_assert_neq(getsid(status.pid), getsid(0), "it shares our terminal's session");
    tunnel_free(tunnel);
    cr_assert_neq(kill(status.pid, 0), 0);
    cr_assert(!tunnel_address_answers(address, 500));
    TEST_NO_LEAKS();
}

Test(tunnel, says_why_it_ended_and_waits_longer_each_time)
{
    static const char *const ARGV[] = {"/bin/sh", "-c", "echo 'error: \033[1mno route' >&2; exit 1", NULL};
    struct error err = {0};
    sem_init(&news, 0, 0);
    pick_port();
    struct tunnel *tunnel = tunnel_new(ARGV, address);
    tunnel_start(tunnel, tell, NULL);
    cr_assert_eq(tunnel_wait(tunnel, WAIT_MS, NULL, &err), STATUS_UNREACHABLE);
    cr_assert(strstr(err.text, "tunnel '/bin/sh -c echo 'error: ") == err.text, "%s", err.text);
    cr_assert(strstr(err.text, "' ended with exit code 1: error: ") != NULL, "%s", err.text);
    cr_assert(strstr(err.text, "no route; again in 1 s") != NULL, "%s", err.text);
    cr_assert_null(strchr(err.text, '\033'));
    cr_assert(await(tunnel, has_failed_again));
    cr_assert(strstr(now(tunnel).text, "; again in 2 s") != NULL, "%s", now(tunnel).text);
    cr_assert(is_told(4), "two starts and two ends");
    tunnel_free(tunnel);
    TEST_NO_LEAKS();
}

Test(tunnel, a_program_that_is_not_there)
{
    static const char *const ARGV[] = {"sovdeck-has-no-such-program", NULL};
    struct error err = {0};
    struct tunnel *tunnel = tunnel_new(ARGV, "127.0.0.1:1");
    tunnel_start(tunnel, NULL, NULL);
    cr_assert_eq(tunnel_wait(tunnel, WAIT_MS, NULL, &err), STATUS_UNREACHABLE);
    cr_assert_str_eq(err.text, "tunnel 'sovdeck-has-no-such-program': no program 'sovdeck-has-no-such-program' in PATH; again in 1 s");
    tunnel_free(tunnel);
    TEST_NO_LEAKS();
}

Test(tunnel, is_started_again_when_it_is_killed)
{
    struct error err = {0};
    struct tunnel *tunnel = listener();
    sem_init(&news, 0, 0);
    tunnel_start(tunnel, tell, NULL);
    cr_assert_eq(tunnel_wait(tunnel, WAIT_MS, NULL, &err), STATUS_OK, "%s", err.text);
    pid_t first = now(tunnel).pid;
    kill(first, SIGKILL);
    cr_assert(await(tunnel, has_come_back));
    cr_assert_neq(now(tunnel).pid, first);
    tunnel_free(tunnel);
    TEST_NO_LEAKS();
}

Test(tunnel, dies_with_us_even_when_we_are_killed)
{
    int ends[2];
    pid_t program = 0;
    pick_port();
    cr_assert_eq(pipe(ends), 0);
    pid_t us = fork();
    if (us == 0) {
        const char *const argv[] = {TEST_LISTENER, port, NULL};
        struct tunnel *tunnel = tunnel_new(argv, address);
        tunnel_start(tunnel, NULL, NULL);
        tunnel_wait(tunnel, WAIT_MS, NULL, NULL);
        program = now(tunnel).pid;
        if (write(ends[1], &program, sizeof program) != sizeof program)
            _exit(1);
        for (;;)
            pause();
    }
    close(ends[1]);
    cr_assert(read(ends[0], &program, sizeof program) == sizeof program && program > 0);
    close(ends[0]);
    cr_assert(tunnel_address_answers(address, 1000));
    int watch = (int)syscall(SYS_pidfd_open, program, 0);
    cr_assert(watch >= 0);
    kill(us, SIGKILL);
    waitpid(us, NULL, 0);
    struct pollfd ended = {.fd = watch, .events = POLLIN};
    cr_assert_eq(poll(&ended, 1, WAIT_MS), 1, "it outlived us");
    close(watch);
}

Test(tunnel, knows_the_local_end_of_an_address)
{
    static const struct {
        const char *address, *host, *port; /* NULL: not known */
    } CASES[] = {
        {"nats://127.0.0.1:14222", "127.0.0.1", "14222"}, {"nats://localhost", "localhost", "4222"}, {"https://[::1]:8443/x?y", "::1", "8443"},
        {"https://127.0.0.1/api", "127.0.0.1", "443"},    {"http://h:80", "h", "80"},                {"localhost:4222", "localhost", "4222"},
        {"localhost", NULL, NULL},                        {"https://[::1", NULL, NULL},              {"http://h:x", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char host[TUNNEL_ADDRESS_MAX], number[8];
        bool known = tunnel_address_parse(CASES[i].address, host, number);
        cr_assert_eq(known, CASES[i].host != NULL, "%s", CASES[i].address);
        if (known)
            cr_assert(strcmp(host, CASES[i].host) == 0 && strcmp(number, CASES[i].port) == 0, "%s: %s %s", CASES[i].address, host, number);
    }
}

Test(tunnel, one_command_line_runs_once_for_all_feeds_that_name_it)
{
    static const char TEXT[] = "sovereigns:\n  a:\n    regions:\n      - {name: r, server: 'https://127.0.0.1:1', tunnel: [ssh, -N, jump]}\n"
                               "      - {name: s, contxt: x, server: 'https://127.0.0.1:1', tunnel: [other]}\n"
                               "    nats: {urls: nats://127.0.0.1:2, tunnel: [ssh, -N, jump]}\n    gitea: {url: 'http://127.0.0.1:3', tunnel: [kubectl]}\n";
    struct profile *profile = profile_read("c.yaml", span_of(TEXT));
    struct sovereign_tunnels tunnels;
    sovereign_tunnels_init(&tunnels, &profile->sovereigns[0]);
    cr_assert_eq(tunnels.count, 3); /* the broken region's is never started */
    cr_assert(tunnels.items[0].feed == FEED_KIND_KUBE && tunnels.items[0].region == 0 && tunnels.items[0].is_own);
    cr_assert(tunnels.items[1].feed == FEED_KIND_NATS && !tunnels.items[1].is_own && tunnels.items[1].tunnel == tunnels.items[0].tunnel);
    cr_assert(tunnels.items[2].feed == FEED_KIND_GITEA && tunnels.items[2].is_own);
    cr_assert_str_eq(tunnel_name(tunnels.items[0].tunnel), "ssh -N jump");
    sovereign_tunnels_done(&tunnels);
    profile_free(profile);
    TEST_NO_LEAKS();
}
