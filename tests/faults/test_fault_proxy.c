/* The proxy does to bytes what its faults say: plain sockets at both ends. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/fault_proxy.h"
#include "support/leak_check.h"

#define DEADLINE_MS 10000

static int listener, client, server;
static struct fault_proxy *proxy;

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int call(int port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static void begin(const struct fault *fault)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(listener, 8), 0);
    getsockname(listener, (struct sockaddr *)&address, &size);
    proxy = fault_proxy_new(ntohs(address.sin_port), true);
    if (fault != NULL)
        fault_proxy_set(proxy, fault);
    client = call(fault_proxy_port(proxy));
    bool served = client >= 0 && (fault == NULL || (fault->action != FAULT_SWALLOW && fault->action != FAULT_SLOW_ACCEPT));
    server = served ? accept(listener, NULL, NULL) : -1;
}

static void end(void)
{
    close(client);
    close(server);
    fault_proxy_free(proxy);
    close(listener);
    TEST_NO_LEAKS();
}

/* Reads until the text is there, the connection ends ("|") or breaks ("!"), or nothing comes for wait_ms. */
static void expect(int fd, const char *wanted, int wait_ms)
{
    char seen[256] = "";
    size_t length = 0;
    while (length + 2 < sizeof seen && (wanted[0] == '\0' || strcmp(seen, wanted) != 0)) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (poll(&ready, 1, wait_ms) <= 0)
            break;
        ssize_t got = recv(fd, seen + length, sizeof seen - 2 - length, 0);
        length += got > 0 ? (size_t)got : 0;
        seen[length] = '\0';
        if (got <= 0) {
            strcat(seen, got == 0 ? "|" : "!");
            break;
        }
    }
    cr_assert_str_eq(seen, wanted);
}

static void say(int fd, const char *text)
{
    cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

Test(fault_proxy, passes_everything_on_and_knows_who_waits)
{
    begin(NULL);
    say(client, "question");
    expect(server, "question", DEADLINE_MS);
    cr_assert(fault_proxy_is_waiting(proxy));
    say(server, "answer");
    expect(client, "answer", DEADLINE_MS);
    cr_assert(!fault_proxy_is_waiting(proxy));
    shutdown(server, SHUT_WR);
    expect(client, "|", DEADLINE_MS);
    say(client, "still");
    expect(server, "still", DEADLINE_MS);
    end();
}

static const struct {
    struct fault fault;
    const char *down, *up; /* what "0123456789" becomes in each direction; "|" an end, "!" a break */
} SPOILED[] = {
    {{FAULT_CUT, FAULT_WAY_DOWN, .after_bytes = 4}, "0123|", "0123456789|"},
    {{FAULT_RESET, FAULT_WAY_DOWN}, "!", "!"},
    {{FAULT_CORRUPT, FAULT_WAY_DOWN}, "01234\x15" "6789", "0123456789"},
    {{FAULT_CORRUPT, FAULT_WAY_UP, .after_bytes = 8}, "0123456789", "012345678\x19"},
    {{FAULT_DUPLICATE, FAULT_WAY_DOWN, .after_bytes = 7}, "0123456789789", "0123456789"},
    {{FAULT_LOSE, FAULT_WAY_UP, .after_bytes = 5}, "0123456789", "01234"},
    {{FAULT_SPLIT}, "0123456789", "0123456789"},
};

Test(fault_proxy, spoils_bytes_as_told)
{
    for (size_t i = 0; i < sizeof SPOILED / sizeof SPOILED[0]; i++) {
        bool breaks = SPOILED[i].fault.action == FAULT_RESET;
        begin(breaks ? NULL : &SPOILED[i].fault);
        if (breaks)
            fault_proxy_set(proxy, &SPOILED[i].fault);
        else {
            say(client, "0123456789");
            say(server, "0123456789");
        }
        expect(client, SPOILED[i].down, DEADLINE_MS);
        expect(server, SPOILED[i].up, DEADLINE_MS);
        end();
    }
}

Test(fault_proxy, nobody_listens_until_it_heals)
{
    begin(&(struct fault){.action = FAULT_REFUSE});
    cr_assert_eq(client, -1);
    fault_proxy_heal(proxy);
    client = call(fault_proxy_port(proxy));
    cr_assert_geq(client, 0);
    server = accept(listener, NULL, NULL);
    say(server, "back");
    expect(client, "back", DEADLINE_MS);
    end();
}

Test(fault_proxy, what_pauses_comes_later_and_what_vanishes_does_not)
{
    begin(&(struct fault){.action = FAULT_PAUSE, .way = FAULT_WAY_DOWN});
    say(server, "later");
    expect(client, "", 30);
    fault_proxy_heal(proxy);
    expect(client, "later", DEADLINE_MS);
    end();
    begin(&(struct fault){.action = FAULT_HALF_OPEN, .way = FAULT_WAY_UP});
    say(client, "lost");
    say(server, "arrives");
    expect(client, "arrives", DEADLINE_MS);
    fault_proxy_heal(proxy);
    expect(client, "!", DEADLINE_MS); /* what it was is forgotten */
    end();
    begin(&(struct fault){.action = FAULT_SWALLOW});
    say(client, "anybody");
    expect(client, "", 30);
    end();
}

Test(fault_proxy, waits_on_the_clock_and_not_on_the_wall)
{
    clock_freeze(1000, 1000);
    begin(&(struct fault){.action = FAULT_DELAY, .way = FAULT_WAY_DOWN, .delay_ms = 60000});
    say(server, "an hour");
    while (fault_proxy_counters(proxy).down_bytes < 7)
        poll(NULL, 0, 1);
    expect(client, "", 10);
    clock_freeze(61001, 61001);
    expect(client, "an hour", DEADLINE_MS);
    end();
    clock_freeze(1000, 1000);
    begin(&(struct fault){.action = FAULT_SLOW_ACCEPT, .delay_ms = 60000});
    cr_assert_geq(client, 0);
    clock_freeze(-1, -1);
    end();
}

Test(fault_proxy, one_connection_only)
{
    begin(&(struct fault){.action = FAULT_RESET, .on_connection = 2});
    say(server, "first");
    expect(client, "first", DEADLINE_MS);
    int second = call(fault_proxy_port(proxy));
    expect(second, "!", DEADLINE_MS);
    say(server, " goes on");
    expect(client, " goes on", DEADLINE_MS);
    close(second);
    end();
}
