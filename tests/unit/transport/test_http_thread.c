/* Transfers against a real server on loopback: answers, limits, failures in words, streams, cancelling, cutting, stopping. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "support/certificates.h"
#include "support/fake_server.h"
#include "support/leak_check.h"
#include "support/trace.h"
#include "transport/http_thread.h"

static void handle(void *context, struct fake_exchange *exchange)
{
    const char *target = exchange->target;
    if (strcmp(target, "/hello") == 0) {
        fake_server_reply(exchange, 200,
                          "Content-Type: Application/JSON; charset=utf-8\r\nDate: Mon, 27 Jul 2026 04:56:51 GMT\r\n",
                          "{\"hello\":1}");
    } else if (strcmp(target, "/echo") == 0) {
        char *body = alloc_printf("%s %s|%s", exchange->method,
                                  fake_server_has(exchange, "Content-Type: a/b\r\n") ? "a/b" : "none", exchange->body);
        fake_server_reply(exchange, 200, "", body);
        free(body);
    } else if (strcmp(target, "/who") == 0) {
        bool bearer = fake_server_has(exchange, "Authorization: Bearer s3cret\r\n");
        bool basic = fake_server_has(exchange, "Authorization: Basic YWRtaW46cHc=\r\n");
        bool cookie = fake_server_has(exchange, "Cookie: catalyst_session=abc\r\n");
        fake_server_reply(exchange, 200, "", bearer ? "bearer" : basic ? "basic" : cookie ? "cookie" : "nobody");
    } else if (strcmp(target, "/host") == 0) {
        char *host = strstr(exchange->headers, "Host: ");
        host[strcspn(host, "\r\n")] = '\0';
        fake_server_reply(exchange, 200, "", host);
    } else if (strcmp(target, "/busy") == 0) {
        fake_server_reply(exchange, 429, "Retry-After: 7\r\nContent-Type: text/plain\r\n", "slow down\nplease\x1b[31m");
    } else if (strcmp(target, "/busy-date") == 0) {
        fake_server_reply(exchange, 503, "Date: Mon, 27 Jul 2026 04:56:51 GMT\r\nRetry-After: Mon, 27 Jul 2026 04:57:01 GMT\r\n",
                          "");
    } else if (strcmp(target, "/redirect") == 0) {
        fake_server_reply(exchange, 302, "Location: /hello\r\n", "");
    } else if (strcmp(target, "/big") == 0) {
        fake_server_begin(exchange, 200, "");
        for (int i = 0; i < 1000; i++)
            fake_server_print(exchange, "%01000d", i);
        fake_server_end(exchange);
    } else if (strcmp(target, "/cut") == 0) {
        fake_server_begin(exchange, 200, "");
        fake_server_print(exchange, "half");
        fake_server_cut(exchange);
    } else if (strcmp(target, "/silence") == 0) {
        fake_server_stall(exchange);
    } else if (strcmp(target, "/stream") == 0) {
        fake_server_begin(exchange, 200, "Content-Type: text/event-stream\r\n");
        fake_server_print(exchange, "one");
        fake_server_stall(exchange);
    } else if (strcmp(target, "/garbage") == 0) {
        fake_server_raw(exchange, "SSH-2.0-OpenSSH\r\n", 17);
        fake_server_cut(exchange);
    } else {
        fake_server_reply(exchange, 404, "", "");
    }
}

struct place {
    struct certificates_pair ca, certificate;
    struct fake_server *server;
    struct tls_identity *identity;
    struct http_thread *thread;
};

static void open_place(struct place *place, struct certificates_request request, const char *client_ca)
{
    *place = (struct place){0};
    place->ca = certificates_make(NULL, (struct certificates_request){.common_name = "our CA"});
    place->certificate = certificates_make(&place->ca, request);
    place->server = fake_server_new(
        (struct fake_server_options){.certificate = &place->certificate, .client_ca = client_ca, .handle = handle});
    struct tls_identity_options options = {.ca_data = span_of(place->ca.certificate)};
    cr_assert_eq(tls_identity_new(&options, &place->identity, NULL), STATUS_OK);
    place->thread = http_thread_new();
}

static void close_place(struct place *place)
{
    http_thread_free(place->thread);
    fake_server_free(place->server);
    tls_identity_unref(place->identity);
    certificates_free(&place->certificate);
    certificates_free(&place->ca);
}

static char *url_of(struct place *place, const char *path)
{
    return alloc_printf("%s%s", fake_server_url(place->server), path);
}

static enum status fetch(struct place *place, const char *path, struct http_request request, struct http_response *response,
                         struct error *err)
{
    CLEANUP(alloc_free_pointer) char *url = url_of(place, path);
    request.url = url;
    if (request.identity == NULL)
        request.identity = place->identity;
    *err = (struct error){0};
    return http_thread_fetch(place->thread, &request, NULL, response, err);
}

Test(http_thread, fetches_over_tls)
{
    struct place place;
    struct http_response response;
    struct error error;
    open_place(&place, (struct certificates_request){0}, NULL);
    http_response_init(&response, 1 << 20);
    cr_assert_eq(fetch(&place, "/hello", (struct http_request){.want_peer = true}, &response, &error), STATUS_OK, "%s",
                 error.text);
    cr_assert_eq(response.head.code, 200);
    cr_assert_str_eq(response.head.content_type, "application/json");
    cr_assert_str_eq(response.head.protocol, "HTTP/1.1");
    cr_assert_eq(response.head.date_ms, timestamp_parse(SPAN_LITERAL("2026-07-27T04:56:51Z")));
    cr_assert_eq(response.head.retry_after_ms, -1);
    cr_assert_str_eq(bytebuf_text(&response.body), "{\"hello\":1}");
    cr_assert(response.peer.known);
    cr_assert_geq(response.peer.chain_count, 1u);
    cr_assert_str_eq(response.peer.chain[0].issuer, "CN=our CA");
    cr_assert_geq(response.peer.chain[0].not_after_ms, response.peer.chain[0].not_before_ms + 7200000);
    cr_assert_str_eq(response.peer.tls_version, "TLSv1.3");
    cr_assert_neq(response.peer.cipher[0], '\0');
    cr_assert_not(response.timing.reused);
    cr_assert_gt(response.timing.tls_us, 0);
    cr_assert_gt(response.timing.request_us, 0);
    cr_assert_gt(response.bytes_received, 50u);
    http_response_done(&response);
    close_place(&place);
    TEST_NO_LEAKS();
}

Test(http_thread, sends_methods_bodies_and_no_redirects)
{
    const struct {
        const char *path;
        struct http_request request;
        int code;
        const char *body;
    } cases[] = {
        {"/echo", {.method = "PATCH", .content_type = "a/b", .body = SPAN_LITERAL("{\"x\":1}")}, 200, "PATCH a/b|{\"x\":1}"},
        {"/echo", {.method = "POST"}, 200, "POST none|"},
        {"/echo", {.method = "DELETE"}, 200, "DELETE none|"},
        {"/echo", {.method = "PUT", .body = SPAN_LITERAL("v"), .repeatable = true}, 200, "PUT none|v"},
        {"/redirect", {0}, 302, ""},
        {"/nothing", {0}, 404, ""},
    };
    struct place place;
    open_place(&place, (struct certificates_request){0}, NULL);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct http_response response;
        struct error error;
        http_response_init(&response, 4096);
        cr_assert_eq(fetch(&place, cases[i].path, cases[i].request, &response, &error), STATUS_OK, "%s", error.text);
        cr_assert_eq(response.head.code, cases[i].code);
        cr_assert_str_eq(bytebuf_text(&response.body), cases[i].body);
        http_response_done(&response);
    }
    close_place(&place);
    TEST_NO_LEAKS();
}

static void handle_drops(void *context, struct fake_exchange *exchange)
{
    trace_line(context, "%s %s", exchange->method, exchange->target);
    if (strcmp(exchange->target, "/drop") == 0)
        fake_server_cut(exchange);
    else
        fake_server_reply(exchange, 200, "", "");
}

Test(http_thread, sends_nothing_twice_that_might_have_had_an_effect)
{
    static const struct {
        const char *method;
        bool repeatable;
        int sent;
    } CASES[] = {{"GET", false, 2}, {"PATCH", false, 1}, {"POST", false, 1}, {"DELETE", false, 1}, {"PUT", true, 2}};
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct trace trace;
        trace_init(&trace);
        struct fake_server *server = fake_server_new((struct fake_server_options){.handle = handle_drops, .context = &trace});
        struct http_thread *thread = http_thread_new();
        CLEANUP(alloc_free_pointer) char *fine = alloc_printf("%s/fine", fake_server_url(server));
        CLEANUP(alloc_free_pointer) char *drop = alloc_printf("%s/drop", fake_server_url(server));
        struct http_response response;
        http_response_init(&response, 4096);
        cr_assert_eq(http_thread_fetch(thread, &(struct http_request){.url = fine}, NULL, &response, NULL), STATUS_OK);
        struct http_request request = {.url = drop, .method = CASES[i].method, .repeatable = CASES[i].repeatable};
        cr_assert_eq(http_thread_fetch(thread, &request, NULL, &response, NULL), STATUS_UNREACHABLE);
        cr_assert_eq(trace_count(&trace, "/drop"), CASES[i].sent, "%s was sent %d times", CASES[i].method,
                     trace_count(&trace, "/drop"));
        http_response_done(&response);
        http_thread_free(thread);
        fake_server_free(server);
        trace_done(&trace);
    }
    TEST_NO_LEAKS();
}

Test(http_thread, shows_who_we_are)
{
    struct place place;
    open_place(&place, (struct certificates_request){0}, NULL);
    const struct {
        struct tls_identity_options options;
        const char *cookie, *seen;
    } cases[] = {
        {{0}, NULL, "nobody"},
        {{.token = "s3cret\n"}, NULL, "bearer"},
        {{.username = "admin", .password = "pw"}, NULL, "basic"},
        {{0}, "catalyst_session=abc", "cookie"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct tls_identity_options options = cases[i].options;
        struct tls_identity *identity = NULL;
        struct http_response response;
        struct error error;
        options.ca_data = span_of(place.ca.certificate);
        cr_assert_eq(tls_identity_new(&options, &identity, NULL), STATUS_OK);
        tls_identity_set_cookie(identity, cases[i].cookie);
        http_response_init(&response, 4096);
        cr_assert_eq(fetch(&place, "/who", (struct http_request){.identity = identity}, &response, &error), STATUS_OK);
        cr_assert_str_eq(bytebuf_text(&response.body), cases[i].seen);
        http_response_done(&response);
        tls_identity_unref(identity);
    }
    close_place(&place);
    TEST_NO_LEAKS();
}

Test(http_thread, reads_retry_after_and_cleans_the_text)
{
    struct place place;
    struct http_response response;
    struct error error;
    open_place(&place, (struct certificates_request){0}, NULL);
    http_response_init(&response, 4096);
    cr_assert_eq(fetch(&place, "/busy-date", (struct http_request){0}, &response, &error), STATUS_OK);
    cr_assert_eq(response.head.retry_after_ms, 10000);
    CLEANUP(alloc_free_pointer) char *url = url_of(&place, "/busy");
    struct http_request request = {.url = url, .identity = place.identity};
    cr_assert_eq(http_thread_fetch_ok(place.thread, &request, NULL, &response, &error), STATUS_BUSY);
    cr_assert_eq(response.head.retry_after_ms, 7000);
    char expected[200];
    snprintf(expected, sizeof expected, "GET 127.0.0.1:%d/busy: 429 Too Many Requests: slow down",
             fake_server_port(place.server));
    cr_assert_str_eq(error.text, expected);
    http_response_done(&response);
    close_place(&place);
    TEST_NO_LEAKS();
}

Test(http_thread, says_in_words_what_failed)
{
    const struct {
        const char *path;
        struct http_request request;
        enum status status;
        const char *text;
    } cases[] = {
        {"/big", {.maximum_body = 100000}, STATUS_TOO_BIG, "over the maximum of 97 KiB"},
        {"/cut", {0}, STATUS_UNREACHABLE, "the connection"},
        {"/silence", {.total_timeout_ms = 100}, STATUS_TIMEOUT, "no complete answer within 0.1 s"},
        {"/garbage", {0}, STATUS_UNREACHABLE, "127.0.0.1"},
        {"/hello", {.headers = (const char *const[]){"X: a\r\nEvil: 1", NULL}}, STATUS_USAGE, "the value of the header X has a line end"},
        {"/hello", {.headers = (const char *const[]){"X Y: a", NULL}}, STATUS_USAGE, "no name that HTTP allows"},
        {"/hello", {.headers = (const char *const[]){"X: a\x7f", NULL}}, STATUS_USAGE, "control character; nothing was sent"},
    };
    struct place place;
    open_place(&place, (struct certificates_request){0}, NULL);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct http_response response;
        struct error error;
        http_response_init(&response, 32 << 20);
        enum status status = fetch(&place, cases[i].path, cases[i].request, &response, &error);
        cr_assert_eq(status, cases[i].status, "%s: %s %s", cases[i].path, error_status_name(status), error.text);
        cr_assert(strstr(error.text, cases[i].text) != NULL, "%s: %s", cases[i].path, error.text);
        http_response_done(&response);
    }
    close_place(&place);
    TEST_NO_LEAKS();
}

Test(http_thread, says_who_cannot_be_reached)
{
    struct http_thread *thread = http_thread_new();
    char refused[64];
    snprintf(refused, sizeof refused, "http://127.0.0.1:%d/", fake_server_free_port());
    const struct {
        const char *url;
        enum status status;
        const char *text;
    } cases[] = {
        {refused, STATUS_UNREACHABLE, ": connection refused"},
        {"https://nowhere.invalid/", STATUS_UNREACHABLE, "nowhere.invalid:443: the name cannot be resolved"},
        {"file:///etc/passwd", STATUS_USAGE, "no http or https URL"},
        {"https://user:secret@host/", STATUS_USAGE, "no http or https URL"},
        {NULL, STATUS_USAGE, "no http or https URL"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct http_response response;
        struct error error = {0};
        http_response_init(&response, 4096);
        struct http_request request = {.url = cases[i].url};
        cr_assert_eq(http_thread_fetch(thread, &request, NULL, &response, &error), cases[i].status, "%s", error.text);
        cr_assert(strstr(error.text, cases[i].text) != NULL, "%s", error.text);
        cr_assert(strstr(error.text, "secret") == NULL);
        http_response_done(&response);
    }
    http_thread_free(thread);
    TEST_NO_LEAKS();
}

enum trust { TRUST_OURS, TRUST_SYSTEM, TRUST_NAMESAKE, TRUST_NAMESAKE_RSA, TRUST_OTHER };

static void expect_distrust(struct certificates_request server, enum trust trust, const char *text)
{
    struct place place;
    struct http_response response;
    struct error error;
    open_place(&place, server, NULL);
    struct certificates_pair stranger =
        certificates_make(NULL, (struct certificates_request){.common_name = trust == TRUST_OTHER ? "another CA" : "our CA",
                                                              .key = trust == TRUST_NAMESAKE_RSA ? CERTIFICATES_KEY_RSA_PKCS1
                                                                                                 : CERTIFICATES_KEY_EC_PKCS8});
    struct tls_identity_options options = {.ca_data = span_of(stranger.certificate)};
    if (trust == TRUST_OURS || trust == TRUST_SYSTEM)
        options.ca_data = span_of(trust == TRUST_SYSTEM ? NULL : place.ca.certificate);
    struct tls_identity *identity = NULL;
    cr_assert_eq(tls_identity_new(&options, &identity, NULL), STATUS_OK);
    http_response_init(&response, 4096);
    cr_assert_eq(fetch(&place, "/hello", (struct http_request){.identity = identity}, &response, &error), STATUS_UNTRUSTED, "%s",
                 error.text);
    cr_assert(strstr(error.text, text) != NULL, "'%s' not in '%s'", text, error.text);
    cr_assert(strncmp(error.text, "127.0.0.1:", 10) == 0);
    http_response_done(&response);
    tls_identity_unref(identity);
    certificates_free(&stranger);
    close_place(&place);
}

Test(http_thread, tells_untrusted_servers_apart)
{
    expect_distrust((struct certificates_request){0}, TRUST_SYSTEM,
                    "its certificate is not signed by a CA this machine trusts but by 'our CA', an unknown CA");
    expect_distrust((struct certificates_request){0}, TRUST_OTHER, "not signed by the configured CA");
    expect_distrust((struct certificates_request){0}, TRUST_NAMESAKE, "not signed by the configured CA");
    expect_distrust((struct certificates_request){0}, TRUST_NAMESAKE_RSA, "not signed by the configured CA");
    expect_distrust((struct certificates_request){.begins_s = -7200, .ends_s = -3600}, TRUST_OURS, "its certificate has expired, at 20");
    expect_distrust((struct certificates_request){.begins_s = 3600, .ends_s = 7200}, TRUST_OURS, "is not valid yet, only from 20");
    expect_distrust((struct certificates_request){.names = "DNS:api.acme.example"}, TRUST_OURS,
                    "for another name than '127.0.0.1': it is for api.acme.example");
    TEST_NO_LEAKS();
}

Test(http_thread, verifies_another_server_name_when_told)
{
    struct place place;
    struct http_response response;
    struct error error;
    open_place(&place, (struct certificates_request){.names = "DNS:api.acme.example"}, NULL);
    struct tls_identity_options options = {.ca_data = span_of(place.ca.certificate), .server_name = "api.acme.example"};
    struct tls_identity *named = NULL, *insecure = NULL;
    cr_assert_eq(tls_identity_new(&options, &named, NULL), STATUS_OK);
    options = (struct tls_identity_options){.insecure = true};
    cr_assert_eq(tls_identity_new(&options, &insecure, NULL), STATUS_OK);
    http_response_init(&response, 4096);
    char host[64];
    snprintf(host, sizeof host, "Host: 127.0.0.1:%d", fake_server_port(place.server));
    cr_assert_eq(fetch(&place, "/host", (struct http_request){.identity = named}, &response, &error), STATUS_OK, "%s",
                 error.text);
    cr_assert_str_eq(bytebuf_text(&response.body), host);
    cr_assert_eq(fetch(&place, "/host", (struct http_request){.identity = insecure}, &response, &error), STATUS_OK);
    cr_assert(tls_identity_is_insecure(insecure) && !tls_identity_is_insecure(named));
    http_response_done(&response);
    tls_identity_unref(named);
    tls_identity_unref(insecure);
    close_place(&place);
    TEST_NO_LEAKS();
}

Test(http_thread, shows_a_client_certificate_and_says_when_it_is_refused)
{
    struct certificates_pair users = certificates_make(NULL, (struct certificates_request){.common_name = "users"});
    struct certificates_pair strangers = certificates_make(NULL, (struct certificates_request){.common_name = "strangers"});
    struct certificates_pair good = certificates_make(&users, (struct certificates_request){.key = CERTIFICATES_KEY_EC_SEC1});
    struct certificates_pair old = certificates_make(&users, (struct certificates_request){.begins_s = -7200, .ends_s = -60});
    struct certificates_pair stranger =
        certificates_make(&strangers, (struct certificates_request){.key = CERTIFICATES_KEY_RSA_PKCS1});
    struct place place;
    open_place(&place, (struct certificates_request){0}, users.certificate);
    const struct {
        const struct certificates_pair *pair;
        enum status status;
        const char *text;
    } cases[] = {
        {&good, STATUS_OK, ""},
        {NULL, STATUS_UNTRUSTED, "wants a client certificate and we have none"},
        {&old, STATUS_UNAUTHENTICATED, "our client certificate expired at 20"},
        {&stranger, STATUS_UNTRUSTED, "refuses our client certificate (alert"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct http_response response;
        struct error error;
        struct tls_identity_options options = {.ca_data = span_of(place.ca.certificate)};
        struct tls_identity *identity = NULL;
        if (cases[i].pair != NULL) {
            options.certificate_data = span_of(cases[i].pair->certificate);
            options.key_data = span_of(cases[i].pair->key);
        }
        cr_assert_eq(tls_identity_new(&options, &identity, &error), STATUS_OK, "%s", error.text);
        http_response_init(&response, 4096);
        enum status status = fetch(&place, "/hello", (struct http_request){.identity = identity}, &response, &error);
        cr_assert_eq(status, cases[i].status, "case %zu: %s", i, error.text);
        cr_assert(strstr(error.text, cases[i].text) != NULL, "case %zu: %s", i, error.text);
        http_response_done(&response);
        tls_identity_unref(identity);
    }
    close_place(&place);
    struct certificates_pair *all[] = {&users, &strangers, &good, &old, &stranger};
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
        certificates_free(all[i]);
    TEST_NO_LEAKS();
}

/* --- callbacks ------------------------------------------------------------------------------------------------------ */

struct watcher {
    struct trace trace;
    struct http_thread *thread;
    uint64_t id;
    bool cancel_in_data, stop_in_data;
};

static void see_head(void *context, const struct http_head *head)
{
    struct watcher *watcher = context;
    trace_line(&watcher->trace, "head %d %s", head->code, head->content_type);
}

static bool see_data(void *context, struct span data)
{
    struct watcher *watcher = context;
    trace_line(&watcher->trace, "data %.*s", SPAN_PRINT(data));
    if (watcher->cancel_in_data)
        http_thread_cancel(watcher->thread, watcher->id);
    return !watcher->stop_in_data;
}

static void see_done(void *context, const struct http_result *result)
{
    struct watcher *watcher = context;
    trace_line(&watcher->trace, "done %s %d%s", error_status_name(result->status), result->head->code,
               result->refused ? " refused" : "");
}

static const struct http_callbacks SEE = {.on_head = see_head, .on_data = see_data, .on_done = see_done};

static void submit(struct watcher *watcher, struct place *place, const char *path, enum http_request_class class)
{
    CLEANUP(alloc_free_pointer) char *url = url_of(place, path);
    struct http_request request = {.url = url, .class = class, .identity = place->identity};
    watcher->thread = place->thread;
    trace_init(&watcher->trace);
    watcher->id = http_thread_submit(place->thread, &request, &SEE, watcher);
    cr_assert_neq(watcher->id, 0u);
}

static void finish(struct watcher *watcher, const char *expected)
{
    cr_assert(trace_wait(&watcher->trace, "done", 1));
    CLEANUP(alloc_free_pointer) char *text = trace_copy(&watcher->trace);
    cr_assert_str_eq(text, expected);
    trace_done(&watcher->trace);
}

#define STREAM_BEGIN "head 200 text/event-stream\ndata one\n"

Test(http_thread, a_stream_can_be_cancelled_from_anywhere)
{
    struct place place;
    struct watcher outside = {0}, inside = {.cancel_in_data = true}, refusing = {.stop_in_data = true};
    open_place(&place, (struct certificates_request){0}, NULL);
    submit(&outside, &place, "/stream", HTTP_REQUEST_CLASS_STREAM);
    cr_assert(trace_wait(&outside.trace, "data one", 1));
    http_thread_cancel(place.thread, outside.id);
    http_thread_cancel(place.thread, outside.id);
    finish(&outside, STREAM_BEGIN "done interrupted 200\n");
    submit(&refusing, &place, "/stream", HTTP_REQUEST_CLASS_STREAM);
    finish(&refusing, STREAM_BEGIN "done interrupted 200\n");
    inside.id = refusing.id + 1;
    submit(&inside, &place, "/stream", HTTP_REQUEST_CLASS_STREAM);
    finish(&inside, STREAM_BEGIN "done interrupted 200\n");
    close_place(&place);
    TEST_NO_LEAKS();
}

static void note_call(void *context)
{
    struct watcher *watcher = context;
    trace_line(&watcher->trace, "called");
}

Test(http_thread, a_stream_must_answer_but_may_then_be_quiet)
{
    struct place place;
    struct watcher silent = {0}, quiet = {0};
    clock_freeze(1000, 1000);
    open_place(&place, (struct certificates_request){0}, NULL);
    submit(&quiet, &place, "/stream", HTTP_REQUEST_CLASS_STREAM);
    cr_assert(trace_wait(&quiet.trace, "data one", 1));
    submit(&silent, &place, "/silence", HTTP_REQUEST_CLASS_STREAM);
    http_thread_call(place.thread, note_call, &quiet);
    cr_assert(trace_wait(&quiet.trace, "called", 1));
    clock_freeze(1000 + HTTP_REQUEST_HEAD_TIMEOUT_MS, 1000);
    http_thread_call(place.thread, note_call, &quiet);
    finish(&silent, "done timeout 0\n");
    http_thread_cancel(place.thread, quiet.id);
    finish(&quiet, STREAM_BEGIN "called\ncalled\ndone interrupted 200\n");
    close_place(&place);
    clock_freeze(-1, -1);
    TEST_NO_LEAKS();
}

Test(http_thread, cutting_a_host_ends_its_transfers_and_later_ones_connect_anew)
{
    struct place place;
    struct watcher stream = {0}, silent = {0};
    open_place(&place, (struct certificates_request){0}, NULL);
    submit(&stream, &place, "/stream", HTTP_REQUEST_CLASS_STREAM);
    submit(&silent, &place, "/silence", HTTP_REQUEST_CLASS_REQUEST);
    cr_assert(trace_wait(&stream.trace, "data one", 1));
    http_thread_cut(place.thread, "https://127.0.0.1:1/other");
    CLEANUP(alloc_free_pointer) char *url = url_of(&place, "/livez");
    http_thread_cut(place.thread, url);
    finish(&stream, STREAM_BEGIN "done unreachable 200\n");
    finish(&silent, "done unreachable 0\n");
    struct http_response response;
    struct error error;
    http_response_init(&response, 4096);
    cr_assert_eq(fetch(&place, "/hello", (struct http_request){0}, &response, &error), STATUS_OK, "%s", error.text);
    http_response_done(&response);
    close_place(&place);
    TEST_NO_LEAKS();
}

Test(http_thread, stopping_ends_everything_once)
{
    struct place place;
    struct watcher stream = {0}, silent = {0};
    open_place(&place, (struct certificates_request){0}, NULL);
    submit(&stream, &place, "/stream", HTTP_REQUEST_CLASS_STREAM);
    submit(&silent, &place, "/silence", HTTP_REQUEST_CLASS_REQUEST);
    cr_assert(trace_wait(&stream.trace, "data one", 1));
    http_thread_stop(place.thread);
    finish(&stream, STREAM_BEGIN "done interrupted 200\n");
    finish(&silent, "done interrupted 0\n");
    struct http_request request = {.url = "http://127.0.0.1:1/"};
    cr_assert_eq(http_thread_submit(place.thread, &request, &SEE, NULL), 0u);
    struct http_response response;
    http_response_init(&response, 10);
    cr_assert_eq(http_thread_fetch(place.thread, &request, NULL, &response, NULL), STATUS_INTERRUPTED);
    http_response_done(&response);
    close_place(&place);
    TEST_NO_LEAKS();
}

static void raise_flag(void *context, const struct http_head *head)
{
    atomic_store((atomic_bool *)context, true);
}

static void ignore_done(void *context, const struct http_result *result)
{
}

Test(http_thread, a_fetch_obeys_its_cancel_flag)
{
    struct place place;
    atomic_bool cancel = false;
    open_place(&place, (struct certificates_request){0}, NULL);
    /* the flag is raised by another transfer while the fetch is waiting */
    static const struct http_callbacks RAISE = {.on_head = raise_flag, .on_done = ignore_done};
    CLEANUP(alloc_free_pointer) char *silence = url_of(&place, "/silence");
    CLEANUP(alloc_free_pointer) char *hello = url_of(&place, "/hello");
    struct http_request waiting = {.url = silence, .identity = place.identity};
    struct http_request raising = {.url = hello, .identity = place.identity};
    struct http_response response;
    http_response_init(&response, 4096);
    http_thread_submit(place.thread, &raising, &RAISE, &cancel);
    cr_assert_eq(http_thread_fetch(place.thread, &waiting, &cancel, &response, NULL), STATUS_INTERRUPTED);
    http_response_done(&response);
    close_place(&place);
    TEST_NO_LEAKS();
}

/* --- timers and calls ----------------------------------------------------------------------------------------------- */

struct ticking {
    struct trace trace;
    struct http_thread *thread;
    int doomed;
};

static void tick(void *context)
{
    struct ticking *ticking = context;
    trace_line(&ticking->trace, "tick");
}

static void tock(void *context)
{
    struct ticking *ticking = context;
    http_thread_cancel_timer(ticking->thread, ticking->doomed);
    trace_line(&ticking->trace, "tock %d", http_thread_is_current(ticking->thread));
}

static void never(void *context)
{
    struct ticking *ticking = context;
    trace_line(&ticking->trace, "never");
}

static void arm(void *context)
{
    struct ticking *ticking = context;
    http_thread_add_timer(ticking->thread, 20, tick, ticking);
    ticking->doomed = http_thread_add_timer(ticking->thread, 15, never, ticking);
    http_thread_add_timer(ticking->thread, 1, tock, ticking);
    http_thread_cancel_timer(ticking->thread, 0);
}

Test(http_thread, runs_calls_and_timers_in_order)
{
    struct ticking ticking = {.thread = http_thread_new()};
    trace_init(&ticking.trace);
    cr_assert(http_thread_call(ticking.thread, arm, &ticking));
    cr_assert(trace_wait(&ticking.trace, "tick", 1));
    CLEANUP(alloc_free_pointer) char *text = trace_copy(&ticking.trace);
    cr_assert_str_eq(text, "tock 1\ntick\n");
    cr_assert_not(http_thread_is_current(ticking.thread));
    http_thread_stop(ticking.thread);
    cr_assert_not(http_thread_call(ticking.thread, arm, &ticking));
    http_thread_free(ticking.thread);
    trace_done(&ticking.trace);
}

Test(http_thread, many_transfers_at_once)
{
    enum { COUNT = 60 };
    struct place place;
    static struct watcher watchers[COUNT];
    open_place(&place, (struct certificates_request){0}, NULL);
    for (size_t i = 0; i < COUNT; i++)
        submit(&watchers[i], &place, "/hello", i % 2 == 0 ? HTTP_REQUEST_CLASS_REQUEST : HTTP_REQUEST_CLASS_STREAM);
    for (size_t i = 0; i < COUNT; i++)
        finish(&watchers[i], "head 200 application/json\ndata {\"hello\":1}\ndone ok 200\n");
    struct http_thread_counters counters = http_thread_counters(place.thread);
    cr_assert_eq(counters.submitted, (uint64_t)COUNT);
    cr_assert_eq(counters.finished, (uint64_t)COUNT);
    cr_assert_eq(counters.failed, 0u);
    cr_assert_eq(counters.running_streams + counters.running_requests, 0u);
    close_place(&place);
    TEST_NO_LEAKS();
}
