/* The NATS link and its tails against a real nats-server that is killed, frozen, emptied and brought back. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "support/certificates.h"
#include "support/leak_check.h"
#include "support/nats_fixture.h"
#include "support/trace.h"
#include "transport/nats_link.h"
#include "transport/nats_tail.h"

struct scene {
    struct trace trace;
    struct nats_fixture fixture;
    struct nats_link *link;
    struct nats_tail *tail;
};

static void see_link(void *context, const struct nats_link_status *status)
{
    static const char *const NAMES[] = {"connecting", "live", "draining", "refused"};
    struct scene *scene = context;
    trace_line(&scene->trace, "link %s: %s", NAMES[status->state], status->text);
}

static void see_alive(void *context, int64_t round_trip_us)
{
    struct scene *scene = context;
    trace_line(&scene->trace, round_trip_us >= 0 && round_trip_us < 5000000 ? "alive" : "odd round trip");
}

static void see_message(void *context, const struct nats_tail_message *message)
{
    struct scene *scene = context;
    trace_line(&scene->trace, "message %d %.*s %.*s%s", (int)message->sequence, SPAN_PRINT(message->subject),
               SPAN_PRINT(message->payload), message->at_ms > 1700000000000 ? "" : " at an odd time");
}

static void see_tail(void *context, const struct nats_tail_status *status)
{
    static const char *const NAMES[] = {"waiting", "no stream", "failed", "denied", "core", "live"};
    struct scene *scene = context;
    trace_line(&scene->trace, "tail %s %s%s", NAMES[status->state], status->stream, status->text);
}

static void see_closed(void *context)
{
    struct scene *scene = context;
    trace_line(&scene->trace, "closed");
}

static const struct nats_link_callbacks SEE_LINK = {.on_state = see_link, .on_alive = see_alive};
static const struct nats_tail_callbacks SEE_TAIL = {.on_message = see_message, .on_state = see_tail, .on_closed = see_closed};

static void connect_link(struct scene *scene, struct nats_link_options options)
{
    const char *urls[] = {scene->fixture.url, NULL};
    struct error error = {0};
    options.urls = urls;
    options.reconnect_wait_ms = options.reconnect_wait_ms > 0 ? options.reconnect_wait_ms : 50;
    options.probe_ms = options.probe_ms > 0 ? options.probe_ms : 200;
    cr_assert_eq(nats_link_new(&options, &SEE_LINK, scene, &scene->link, &error), STATUS_OK, "%s", error.text);
}

static void begin(struct scene *scene, const char *config)
{
    if (!nats_fixture_available())
        cr_skip("no nats-server on this machine");
    trace_init(&scene->trace);
    nats_fixture_init(&scene->fixture, config);
}

static void end(struct scene *scene)
{
    nats_link_free(scene->link);
    nats_fixture_done(&scene->fixture);
    nats_link_shutdown_library();
    trace_done(&scene->trace);
    TEST_NO_LEAKS();
}

static void expect(struct scene *scene, const char *text, int times)
{
    cr_assert(trace_wait(&scene->trace, text, times), "no %d times '%s'", times, text);
}

Test(nats_link, connects_proves_life_and_answers_questions)
{
    struct scene scene = {0};
    struct error error = {0};
    char name[64], server[64], *reply = NULL;
    size_t length = 0;
    begin(&scene, NULL);
    nats_fixture_add_stream(&scene.fixture, "CATALYST_SME", "catalyst.>", -1);
    connect_link(&scene, (struct nats_link_options){0});
    expect(&scene, "link live: connected to 127.0.0.1:", 1);
    expect(&scene, "alive", 2);
    cr_assert_eq(nats_link_find_stream(scene.link, "catalyst.audit", name, sizeof name, &error), STATUS_OK, "%s", error.text);
    cr_assert_str_eq(name, "CATALYST_SME");
    cr_assert_eq(nats_link_find_stream(scene.link, "other.>", name, sizeof name, &error), STATUS_NOT_FOUND);
    cr_assert_str_eq(error.text, "no JetStream stream stores 'other.>'");
    cr_assert_eq(nats_link_request(scene.link, "$JS.API.STREAM.NAMES", SPAN_EMPTY, 2000, &reply, &length, &error), STATUS_OK);
    cr_assert(strstr(reply, "CATALYST_SME") != NULL);
    free(reply);
    cr_assert_eq(nats_link_request(scene.link, "nobody.here", SPAN_EMPTY, 2000, &reply, &length, &error), STATUS_UNSUPPORTED);
    cr_assert(nats_link_server(scene.link, server, sizeof server));
    cr_assert(strstr(scene.fixture.url, server) != NULL);
    end(&scene);
}

Test(nats_link, says_so_when_the_server_dies_and_when_it_is_back)
{
    struct scene scene = {0};
    struct error error = {0};
    char name[64];
    begin(&scene, NULL);
    connect_link(&scene, (struct nats_link_options){0});
    expect(&scene, "link live", 1);
    nats_fixture_stop(&scene.fixture);
    expect(&scene, "link connecting: 127.0.0.1:", 1);
    expect(&scene, ": connection refused", 1);
    cr_assert_eq(nats_link_find_stream(scene.link, "x", name, sizeof name, &error), STATUS_UNREACHABLE);
    nats_fixture_start(&scene.fixture);
    expect(&scene, "link live", 2);
    end(&scene);
}

Test(nats_link, notices_a_server_that_only_stops_answering)
{
    struct scene scene = {0};
    begin(&scene, NULL);
    connect_link(&scene, (struct nats_link_options){0});
    expect(&scene, "alive", 1);
    nats_fixture_freeze(&scene.fixture);
    expect(&scene, "no answer to a ping within 0.2 s", 1);
    nats_fixture_thaw(&scene.fixture);
    expect(&scene, "link live", 2);
    end(&scene);
}

Test(nats_link, a_lame_duck_is_no_alarm)
{
    struct scene scene = {0};
    begin(&scene, NULL);
    connect_link(&scene, (struct nats_link_options){0});
    expect(&scene, "link live", 1);
    nats_fixture_lame_duck(&scene.fixture);
    expect(&scene, "is shutting down in good order; reconnecting when it is gone", 1);
    end(&scene);
}

Test(nats_link, refuses_wrong_credentials_and_takes_right_ones)
{
    struct scene scene = {0};
    begin(&scene, "authorization { user: sre, password: pw }");
    connect_link(&scene, (struct nats_link_options){.username = "sre", .password = "wrong"});
    expect(&scene, "link refused: 127.0.0.1:", 1);
    expect(&scene, ": refuses our credentials", 1);
    nats_link_free(scene.link);
    connect_link(&scene, (struct nats_link_options){.username = "sre", .password = "pw"});
    expect(&scene, "link live", 1);
    end(&scene);
}

Test(nats_link, speaks_tls_and_tells_untrusted_servers_apart)
{
    static const struct {
        struct certificates_request request;
        bool stranger;
        const char *text;
    } CASES[] = {
        {{0}, false, "link live"},
        {{0}, true, "its certificate is not signed by the configured CA"},
        {{.begins_s = -7200, .ends_s = -3600}, false, "its certificate has expired"},
        {{.names = "DNS:other.example"}, false, "its certificate is for another name"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct scene scene = {.fixture.no_jetstream = true};
        struct certificates_pair ca = certificates_make(NULL, (struct certificates_request){.common_name = "ca"});
        struct certificates_pair other = certificates_make(NULL, (struct certificates_request){.common_name = "other"});
        struct certificates_pair pair = certificates_make(&ca, CASES[i].request);
        char file[] = "/tmp/sovdeck-pem-XXXXXX", config[200];
        FILE *out = fdopen(mkstemp(file), "w");
        fprintf(out, "%s%s", pair.certificate, pair.key);
        fclose(out);
        snprintf(config, sizeof config, "tls { cert_file: \"%s\", key_file: \"%s\" }", file, file);
        begin(&scene, config);
        connect_link(&scene,
                     (struct nats_link_options){.ca_data = span_of(CASES[i].stranger ? other.certificate : ca.certificate)});
        expect(&scene, CASES[i].text, 1);
        if (i > 0)
            expect(&scene, "link refused", 1);
        remove(file);
        struct certificates_pair *all[] = {&ca, &other, &pair};
        for (size_t j = 0; j < ARRAY_LENGTH(all); j++)
            certificates_free(all[j]);
        nats_link_free(scene.link);
        nats_fixture_done(&scene.fixture);
        trace_done(&scene.trace);
    }
    nats_link_shutdown_library();
    TEST_NO_LEAKS();
}

Test(nats_link, refuses_options_that_cannot_work)
{
    const char *urls[] = {"nats://127.0.0.1:1", NULL}, *none[] = {NULL};
    const struct {
        struct nats_link_options options;
        const char *text;
    } cases[] = {
        {{.urls = none}, "no NATS URL"},
        {{.urls = urls, .credentials_file = "/nowhere"}, "NATS credentials file '/nowhere' cannot be opened"},
        {{.urls = urls, .nkey_seed_file = "/nowhere"}, "NATS NKey file '/nowhere' cannot be opened"},
        {{.urls = urls, .ca_file = "/nowhere"}, "NATS CA file '/nowhere' cannot be opened"},
        {{.urls = urls, .ca_data = SPAN_LITERAL("x")}, "NATS CA data holds no readable"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct error error = {0};
        struct nats_link *link = NULL;
        cr_assert_neq(nats_link_new(&cases[i].options, &SEE_LINK, NULL, &link, &error), STATUS_OK);
        cr_assert(strstr(error.text, cases[i].text) != NULL, "%s", error.text);
    }
    nats_link_shutdown_library();
    TEST_NO_LEAKS();
}

/* --- tails ---------------------------------------------------------------------------------------------------------- */

static void publish(struct scene *scene, const char *subject, int from, int to)
{
    for (int i = from; i <= to; i++) {
        char payload[16];
        snprintf(payload, sizeof payload, "m%d", i);
        nats_fixture_publish(&scene->fixture, subject, payload);
    }
}

static void begin_tail(struct scene *scene, uint64_t last, long maximum)
{
    begin(scene, NULL);
    nats_fixture_add_stream(&scene->fixture, "CATALYST_SME", "catalyst.>", maximum);
    publish(scene, "catalyst.audit", 1, 5);
    connect_link(scene, (struct nats_link_options){0});
    scene->tail = nats_tail_new(scene->link, &(struct nats_tail_options){.subject = "catalyst.>", .last = last}, &SEE_TAIL, scene);
    expect(scene, "tail live CATALYST_SME", 1);
}

Test(nats_tail, replays_the_last_ones_and_follows)
{
    struct scene scene = {0};
    begin_tail(&scene, 2, -1);
    expect(&scene, "message 5 catalyst.audit m5", 1);
    nats_fixture_publish(&scene.fixture, "catalyst.acme.created", "new");
    expect(&scene, "message 6 catalyst.acme.created new", 1);
    cr_assert_eq(trace_count(&scene.trace, "message "), 3);
    cr_assert_eq(trace_count(&scene.trace, "odd"), 0);
    cr_assert_eq(nats_tail_counters(scene.tail).messages, 3u);
    nats_tail_close(scene.tail);
    expect(&scene, "closed", 1);
    end(&scene);
}

Test(nats_tail, continues_behind_what_it_saw_after_a_restart)
{
    struct scene scene = {0};
    begin_tail(&scene, 100, -1);
    expect(&scene, "message 5", 1);
    nats_fixture_stop(&scene.fixture);
    expect(&scene, "tail waiting", 1);
    nats_fixture_start(&scene.fixture);
    publish(&scene, "catalyst.audit", 6, 7);
    expect(&scene, "message 7 catalyst.audit m7", 1);
    for (int i = 1; i <= 7; i++) {
        char line[32];
        snprintf(line, sizeof line, "message %d ", i);
        cr_assert_eq(trace_count(&scene.trace, line), 1, "%s", line);
    }
    struct nats_tail_counters counters = nats_tail_counters(scene.tail);
    cr_assert_eq(counters.gaps + counters.restarts, 0u);
    end(&scene);
}

Test(nats_tail, counts_what_the_stream_no_longer_holds)
{
    struct scene scene = {0};
    begin_tail(&scene, 100, 5);
    expect(&scene, "message 5", 1);
    nats_fixture_hide(&scene.fixture);
    publish(&scene, "catalyst.audit", 6, 20);
    nats_fixture_show(&scene.fixture);
    expect(&scene, "message 20 ", 1);
    struct nats_tail_counters counters = nats_tail_counters(scene.tail);
    cr_assert_eq(counters.gaps, 1u);
    cr_assert_eq(counters.missing, 10u);
    end(&scene);
}

Test(nats_tail, ends_with_its_link)
{
    struct scene scene = {0};
    begin_tail(&scene, 0, -1);
    nats_fixture_publish(&scene.fixture, "catalyst.audit", "new");
    expect(&scene, "message 6 catalyst.audit new", 1);
    nats_link_free(scene.link);
    scene.link = NULL;
    cr_assert_eq(trace_count(&scene.trace, "closed"), 1);
    end(&scene);
}

Test(nats_tail, finds_a_stream_that_is_made_later_and_one_made_anew)
{
    struct scene scene = {0};
    begin(&scene, NULL);
    connect_link(&scene, (struct nats_link_options){0});
    expect(&scene, "link live", 1);
    scene.tail = nats_tail_new(scene.link, &(struct nats_tail_options){.subject = "catalyst.>", .last = 10}, &SEE_TAIL, &scene);
    expect(&scene, "tail no stream no JetStream stream stores 'catalyst.>'", 1);
    nats_fixture_add_stream(&scene.fixture, "CATALYST_SME", "catalyst.>", -1);
    publish(&scene, "catalyst.audit", 1, 3);
    expect(&scene, "message 3", 1);
    nats_fixture_delete_stream(&scene.fixture, "CATALYST_SME");
    nats_fixture_add_stream(&scene.fixture, "CATALYST_SME", "catalyst.>", -1);
    publish(&scene, "catalyst.audit", 11, 12);
    nats_fixture_stop(&scene.fixture);
    nats_fixture_start(&scene.fixture);
    expect(&scene, "message 2 catalyst.audit m12", 1);
    cr_assert_eq(nats_tail_counters(scene.tail).restarts, 1u);
    end(&scene);
}
