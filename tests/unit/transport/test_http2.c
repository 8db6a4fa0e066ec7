/* HTTP/2, as real API servers speak it: nghttpx in front of our scripted server. Many streams on one connection, a peer that
 * freezes, a peer that dies. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "support/await.h"
#include "support/certificates.h"
#include "support/fake_server.h"
#include "support/leak_check.h"
#include "support/trace.h"
#include "transport/http_thread.h"

#define PROXY "/usr/sbin/nghttpx"

struct scene {
    struct trace trace;
    struct certificates_pair ca, certificate;
    struct fake_server *backend;
    struct http_thread *thread;
    struct tls_identity *identity;
    int port;
    int stream_limit;  /* SETTINGS_MAX_CONCURRENT_STREAMS; 0: 100 */
    int request_limit; /* of one connection, which then gets a GOAWAY; 0: none */
    pid_t proxy;
    char certificate_file[40], key_file[40], log_file[40], url[64];
};

static void handle(void *context, struct fake_exchange *exchange)
{
    if (strcmp(exchange->target, "/stream") == 0) {
        fake_server_begin(exchange, 200, "Content-Type: text/plain\r\n");
        fake_server_print(exchange, "one");
        fake_server_stall(exchange);
    } else if (strcmp(exchange->target, "/big") == 0) {
        static char block[1 << 16];
        memset(block, 'x', sizeof block);
        fake_server_begin(exchange, 200, "");
        for (int i = 0; i < 256; i++)
            fake_server_write(exchange, block, sizeof block);
        fake_server_end(exchange);
    } else if (strcmp(exchange->target, "/cut") == 0) {
        fake_server_begin(exchange, 200, "");
        fake_server_print(exchange, "half");
        fake_server_cut(exchange);
    } else {
        fake_server_reply(exchange, 200, "", exchange->method);
    }
}

static void write_file(char *path, const char *text)
{
    strcpy(path, "/tmp/sovdeck-http2-XXXXXX");
    FILE *file = fdopen(mkstemp(path), "w");
    fputs(text, file);
    fclose(file);
}

static void start_proxy(struct scene *scene)
{
    char front[64], back[64], log[80], limit[64], requests[64];
    snprintf(front, sizeof front, "-f127.0.0.1,%d", scene->port);
    snprintf(back, sizeof back, "-b127.0.0.1,%d", fake_server_port(scene->backend));
    snprintf(log, sizeof log, "--errorlog-file=%s", scene->log_file);
    snprintf(limit, sizeof limit, "--frontend-http2-max-concurrent-streams=%d", scene->stream_limit > 0 ? scene->stream_limit : 100);
    snprintf(requests, sizeof requests, "--frontend-max-requests=%d", scene->request_limit > 0 ? scene->request_limit : 1000000);
    scene->proxy = fork();
    if (scene->proxy == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        int null = open("/dev/null", O_RDWR);
        dup2(null, 1);
        dup2(null, 2);
        execl(PROXY, "nghttpx", "--single-process", "--conf=/dev/null", "-n1", "-LNOTICE", limit, requests, log, front, back, scene->key_file,
              scene->certificate_file, (char *)NULL);
        _exit(127);
    }
    cr_assert(await_port(scene->log_file, scene->port, NULL), "nghttpx does not start");
}

static void stop_proxy(struct scene *scene)
{
    kill(scene->proxy, SIGKILL);
    waitpid(scene->proxy, NULL, 0);
}

static void begin(struct scene *scene)
{
    if (access(PROXY, X_OK) != 0)
        cr_skip("no nghttpx on this machine");
    trace_init(&scene->trace);
    scene->ca = certificates_make(NULL, (struct certificates_request){.common_name = "ca"});
    scene->certificate = certificates_make(&scene->ca, (struct certificates_request){0});
    write_file(scene->certificate_file, scene->certificate.certificate);
    write_file(scene->key_file, scene->certificate.key);
    write_file(scene->log_file, "");
    scene->backend = fake_server_new((struct fake_server_options){.handle = handle});
    scene->port = fake_server_free_port();
    snprintf(scene->url, sizeof scene->url, "https://127.0.0.1:%d", scene->port);
    struct tls_identity_options options = {.ca_data = span_of(scene->ca.certificate)};
    cr_assert_eq(tls_identity_new(&options, &scene->identity, NULL), STATUS_OK);
    scene->thread = http_thread_new();
    start_proxy(scene);
}

static void end(struct scene *scene)
{
    http_thread_free(scene->thread);
    stop_proxy(scene);
    fake_server_free(scene->backend);
    tls_identity_unref(scene->identity);
    certificates_free(&scene->certificate);
    certificates_free(&scene->ca);
    unlink(scene->certificate_file);
    unlink(scene->key_file);
    unlink(scene->log_file);
    trace_done(&scene->trace);
    TEST_NO_LEAKS();
}

static bool see_data(void *context, struct span data)
{
    struct scene *scene = context;
    trace_line(&scene->trace, "data %zu", data.length);
    return true;
}

static void see_done(void *context, const struct http_result *result)
{
    struct scene *scene = context;
    trace_line(&scene->trace, "done %s %s", error_status_name(result->status), result->head->protocol);
}

static uint64_t open_stream(struct scene *scene)
{
    static const struct http_callbacks SEE = {.on_data = see_data, .on_done = see_done};
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/stream", scene->url);
    struct http_request request = {.url = url, .class = HTTP_REQUEST_CLASS_STREAM, .identity = scene->identity};
    return http_thread_submit(scene->thread, &request, &SEE, scene);
}

static enum status fetch(struct scene *scene, const char *path, struct http_request request, size_t *length, char *protocol)
{
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s%s", scene->url, path);
    struct http_response response;
    request.url = url;
    request.identity = scene->identity;
    http_response_init(&response, 32 << 20);
    enum status status = http_thread_fetch(scene->thread, &request, NULL, &response, NULL);
    if (length != NULL)
        *length = response.body.length;
    if (protocol != NULL)
        memcpy(protocol, response.head.protocol, sizeof response.head.protocol);
    http_response_done(&response);
    return status;
}

Test(http2, many_streams_and_big_answers_do_not_disturb_each_other)
{
    enum { STREAMS = 40 };
    struct scene scene = {0};
    char protocol[12];
    size_t length;
    begin(&scene);
    uint64_t ids[STREAMS];
    for (size_t i = 0; i < STREAMS; i++)
        ids[i] = open_stream(&scene);
    cr_assert(trace_wait(&scene.trace, "data 3", STREAMS));
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(fetch(&scene, "/big", (struct http_request){0}, &length, protocol), STATUS_OK);
        cr_assert_eq(length, (size_t)16 << 20);
        cr_assert_str_eq(protocol, "HTTP/2");
    }
    cr_assert_eq(fetch(&scene, "/", (struct http_request){.force_http1 = true}, &length, protocol), STATUS_OK);
    cr_assert_str_eq(protocol, "HTTP/1.1");
    cr_assert_eq(fetch(&scene, "/", (struct http_request){.method = "PATCH", .body = SPAN_LITERAL("{}")}, &length, protocol),
                 STATUS_OK);
    cr_assert_eq(length, 5u);
    cr_assert_eq(trace_count(&scene.trace, "done"), 0);
    http_thread_cancel(scene.thread, ids[0]);
    cr_assert(trace_wait(&scene.trace, "done interrupted HTTP/2", 1));
    cr_assert_eq(fetch(&scene, "/", (struct http_request){0}, NULL, NULL), STATUS_OK);
    cr_assert_eq(trace_count(&scene.trace, "done"), 1, "cancelling one stream ended others");
    end(&scene);
}

Test(http2, a_frozen_peer_is_left_for_a_new_connection)
{
    struct scene scene = {0};
    begin(&scene);
    open_stream(&scene);
    cr_assert(trace_wait(&scene.trace, "data 3", 1));
    kill(scene.proxy, SIGSTOP);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(fetch(&scene, "/", (struct http_request){.total_timeout_ms = 200}, NULL, NULL), STATUS_TIMEOUT);
    http_thread_cut(scene.thread, scene.url);
    cr_assert(trace_wait(&scene.trace, "done unreachable", 1));
    kill(scene.proxy, SIGCONT);
    cr_assert_eq(fetch(&scene, "/", (struct http_request){0}, NULL, NULL), STATUS_OK);
    open_stream(&scene);
    cr_assert(trace_wait(&scene.trace, "data 3", 2));
    end(&scene);
}

Test(http2, a_peer_that_dies_ends_its_streams_and_may_come_back)
{
    struct scene scene = {0};
    begin(&scene);
    for (int i = 0; i < 5; i++)
        open_stream(&scene);
    cr_assert(trace_wait(&scene.trace, "data 3", 5));
    stop_proxy(&scene);
    cr_assert(trace_wait(&scene.trace, "done unreachable HTTP/2", 5));
    cr_assert_eq(fetch(&scene, "/", (struct http_request){0}, NULL, NULL), STATUS_UNREACHABLE);
    start_proxy(&scene);
    cr_assert_eq(fetch(&scene, "/", (struct http_request){0}, NULL, NULL), STATUS_OK);
    end(&scene);
}

/* Go servers allow 250, others far less. What does not fit on one connection goes to the next: none waits for a stream that never ends. */
Test(http2, more_streams_than_one_connection_may_have)
{
    static const int LIMITS[] = {10, 3};
    for (size_t i = 0; i < sizeof LIMITS / sizeof LIMITS[0]; i++) {
        enum { STREAMS = 40 };
        struct scene scene = {.stream_limit = LIMITS[i]};
        begin(&scene);
        for (size_t n = 0; n < STREAMS; n++)
            open_stream(&scene);
        cr_assert(trace_wait(&scene.trace, "data 3", STREAMS), "with %d streams per connection", LIMITS[i]);
        cr_assert_eq(trace_count(&scene.trace, "done"), 0);
        cr_assert_eq(fetch(&scene, "/", (struct http_request){0}, NULL, NULL), STATUS_OK);
        end(&scene);
    }
}

Test(http2, a_reset_stream_ends_alone)
{
    struct scene scene = {0};
    begin(&scene);
    for (int i = 0; i < 5; i++)
        open_stream(&scene);
    cr_assert(trace_wait(&scene.trace, "data 3", 5));
    cr_assert_neq(fetch(&scene, "/cut", (struct http_request){0}, NULL, NULL), STATUS_OK);
    cr_assert_eq(fetch(&scene, "/", (struct http_request){0}, NULL, NULL), STATUS_OK);
    cr_assert_eq(trace_count(&scene.trace, "done"), 0);
    end(&scene);
}

/* GOAWAY without haste: what runs goes on, what is new goes to another connection. */
Test(http2, a_server_that_says_goodbye_is_left_in_peace)
{
    struct scene scene = {.request_limit = 4};
    begin(&scene);
    for (int i = 1; i <= 12; i++) {
        open_stream(&scene);
        cr_assert(trace_wait(&scene.trace, "data 3", i), "stream %d", i);
        cr_assert_eq(fetch(&scene, "/", (struct http_request){0}, NULL, NULL), STATUS_OK, "request %d", i);
    }
    cr_assert_eq(trace_count(&scene.trace, "done"), 0);
    end(&scene);
}
