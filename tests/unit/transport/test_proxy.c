/* The way to a server: through a proxy that is named, to its sentence when that refuses; and a server that only vouches for itself. */
#include <criterion/criterion.h>
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "support/certificates.h"
#include "support/fake_server.h"
#include "support/leak_check.h"
#include "transport/http_thread.h"

/* Takes one CONNECT, answers `answer`, and after a 200 carries bytes both ways to the named port of loopback. */
struct proxy {
    int listening;
    const char *answer;
    char asked[512];
    pthread_t thread;
};

static void carry(int one, int other)
{
    struct pollfd both[2] = {{.fd = one, .events = POLLIN}, {.fd = other, .events = POLLIN}};
    char bytes[16384];
    while (poll(both, 2, 20000) > 0)
        for (int i = 0; i < 2; i++) {
            if (both[i].revents == 0)
                continue;
            ssize_t count = read(both[i].fd, bytes, sizeof bytes);
            if (count <= 0 || send(both[1 - i].fd, bytes, (size_t)count, MSG_NOSIGNAL) != count)
                return;
        }
}

static void *serve(void *context)
{
    struct proxy *proxy = context;
    int client = accept(proxy->listening, NULL, NULL), port = 0;
    size_t length = 0;
    while (client >= 0 && strstr(proxy->asked, "\r\n\r\n") == NULL && length < sizeof proxy->asked - 1) {
        ssize_t count = read(client, proxy->asked + length, sizeof proxy->asked - 1 - length);
        if (count <= 0)
            break;
        length += (size_t)count;
    }
    (void)!send(client, proxy->answer, strlen(proxy->answer), MSG_NOSIGNAL);
    if (strstr(proxy->answer, " 200 ") != NULL && sscanf(proxy->asked, "CONNECT %*[^:]:%d", &port) == 1) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(server, (struct sockaddr *)&address, sizeof address) == 0)
            carry(client, server);
        close(server);
    }
    close(client);
    return NULL;
}

static int proxy_start(struct proxy *proxy)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    proxy->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(proxy->listening, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(proxy->listening, 4), 0);
    getsockname(proxy->listening, (struct sockaddr *)&address, &size);
    pthread_create(&proxy->thread, NULL, serve, proxy);
    return ntohs(address.sin_port);
}

static void hello(void *context, struct fake_exchange *exchange)
{
    fake_server_reply(exchange, 200, "", "hello");
}

Test(proxy, a_named_proxy_is_used_and_its_refusals_are_told_apart)
{
    static const struct {
        const char *answer;
        enum status status;
        const char *part;
    } CASES[] = {
        {"HTTP/1.1 200 Connection established\r\n\r\n", STATUS_OK, ""},
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", STATUS_UNREACHABLE, "refuses to connect us there (403)"},
        {"HTTP/1.1 407 Authentication Required\r\nContent-Length: 0\r\n\r\n", STATUS_UNREACHABLE, "wants a login (407)"},
    };
    struct certificates_pair ca = certificates_make(NULL, (struct certificates_request){.common_name = "our CA"});
    struct certificates_pair pair = certificates_make(&ca, (struct certificates_request){0});
    struct fake_server *server = fake_server_new((struct fake_server_options){.certificate = &pair, .handle = hello});
    struct tls_identity *identity = NULL;
    struct tls_identity_options options = {.ca_data = span_of(ca.certificate)};
    cr_assert_eq(tls_identity_new(&options, &identity, NULL), STATUS_OK);
    setenv("NO_PROXY", "*", 1); /* a proxy that is named is used all the same */
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct http_thread *thread = http_thread_new();
        struct proxy proxy = {.answer = CASES[i].answer};
        CLEANUP(alloc_free_pointer) char *url = alloc_printf("http://user:secret@127.0.0.1:%d", proxy_start(&proxy));
        struct http_response response;
        struct error err = {0};
        http_response_init(&response, 4096);
        struct http_request request = {.url = fake_server_url(server), .identity = identity, .proxy = url};
        cr_assert_eq(http_thread_fetch(thread, &request, NULL, &response, &err), CASES[i].status, "case %zu: %s", i, err.text);
        cr_assert(strstr(err.text, CASES[i].part) != NULL && strstr(err.text, "secret") == NULL, "case %zu: %s", i, err.text);
        http_response_done(&response);
        http_thread_free(thread);
        pthread_join(proxy.thread, NULL);
        close(proxy.listening);
        cr_assert(strncmp(proxy.asked, "CONNECT 127.0.0.1:", 18) == 0, "case %zu: %s", i, proxy.asked);
    }
    struct http_thread *thread = http_thread_new();
    CLEANUP(alloc_free_pointer) char *nowhere = alloc_printf("http://127.0.0.1:%d", fake_server_free_port());
    struct http_response response;
    struct error err = {0};
    http_response_init(&response, 4096);
    struct http_request request = {.url = fake_server_url(server), .identity = identity, .proxy = nowhere};
    cr_assert_eq(http_thread_fetch(thread, &request, NULL, &response, &err), STATUS_UNREACHABLE);
    cr_assert(strstr(err.text, ": the proxy 127.0.0.1:") != NULL && strstr(err.text, "connection refused") != NULL, "%s", err.text);
    http_response_done(&response);
    http_thread_free(thread);
    tls_identity_unref(identity);
    fake_server_free(server);
    certificates_free(&pair);
    certificates_free(&ca);
    TEST_NO_LEAKS();
}

Test(proxy, a_self_signed_certificate_has_its_own_sentence)
{
    struct certificates_pair own = certificates_make(NULL, (struct certificates_request){.common_name = "just me"});
    struct certificates_pair ca = certificates_make(NULL, (struct certificates_request){.common_name = "our CA"});
    struct fake_server *server = fake_server_new((struct fake_server_options){.certificate = &own, .handle = hello});
    struct tls_identity *identity = NULL;
    struct tls_identity_options options = {.ca_data = span_of(ca.certificate)};
    cr_assert_eq(tls_identity_new(&options, &identity, NULL), STATUS_OK);
    struct http_thread *thread = http_thread_new();
    struct http_response response;
    struct error err = {0};
    http_response_init(&response, 4096);
    struct http_request request = {.url = fake_server_url(server), .identity = identity};
    cr_assert_eq(http_thread_fetch(thread, &request, NULL, &response, &err), STATUS_UNTRUSTED, "%s", err.text);
    cr_assert(strstr(err.text, ": its certificate is self-signed ('just me'), not signed by the configured CA") != NULL, "%s", err.text);
    http_response_done(&response);
    http_thread_free(thread);
    tls_identity_unref(identity);
    fake_server_free(server);
    certificates_free(&own);
    certificates_free(&ca);
    TEST_NO_LEAKS();
}
