/* Every identity against a real nats-server that demands it, and a sentence for each way not to be let in. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/array.h"
#include "support/certificates.h"
#include "support/leak_check.h"
#include "support/nats_fixture.h"
#include "support/nats_identity.h"
#include "support/trace.h"
#include "transport/nats_link.h"
#include "transport/nats_tail.h"

struct scene {
    struct trace trace;
    struct nats_fixture fixture;
    struct nats_link *link;
};

static void see_link(void *context, const struct nats_link_status *status)
{
    static const char *const NAMES[] = {"connecting", "live", "draining", "refused"};
    struct scene *scene = context;
    trace_line(&scene->trace, "link %s: %s", NAMES[status->state], status->text);
}

static const struct nats_link_callbacks SEE_LINK = {.on_state = see_link};

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

/* Connects with these options and waits for the sentence. */
static void expect(struct scene *scene, struct nats_link_options options, const char *sentence)
{
    const char *urls[] = {scene->fixture.url, NULL};
    struct error error = {0};
    if (options.urls == NULL)
        options.urls = urls;
    options.reconnect_wait_ms = 50;
    options.probe_ms = 200;
    nats_link_free(scene->link);
    scene->link = NULL;
    int before = trace_count(&scene->trace, sentence);
    cr_assert_eq(nats_link_new(&options, &SEE_LINK, scene, &scene->link, &error), STATUS_OK, "%s", error.text);
    cr_assert(trace_wait(&scene->trace, sentence, before + 1), "no '%s'", sentence);
}

static char *write_file(const char *text)
{
    char *path = alloc_strdup("/tmp/sovdeck-identity-XXXXXX");
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    return path;
}

static void remove_file(char *path)
{
    remove(path);
    free(path);
}

Test(nats_identity, user_and_password)
{
    struct scene scene = {.fixture.no_jetstream = true};
    char url[128];
    const char *urls[] = {url, NULL};
    begin(&scene, "authorization { user: sre, password: \"p@ss:word\" }");
    expect(&scene, (struct nats_link_options){0}, "demands credentials, and none are configured");
    expect(&scene, (struct nats_link_options){.username = "sre", .password = "no"}, "refuses our credentials (user 'sre' and the password)");
    expect(&scene, (struct nats_link_options){.username = "sre", .password = "p@ss:word"}, "link live");
    snprintf(url, sizeof url, "nats://sre:p%%40ss%%3Aword@127.0.0.1:%d", scene.fixture.port);
    expect(&scene, (struct nats_link_options){.urls = urls}, "link live");
    cr_assert_eq(trace_count(&scene.trace, "word"), 1, "the option's name only"); /* "the password)" */
    end(&scene);
}

Test(nats_identity, token)
{
    struct scene scene = {.fixture.no_jetstream = true};
    char url[128];
    const char *urls[] = {url, NULL};
    begin(&scene, "authorization { token: s3cr3t }");
    expect(&scene, (struct nats_link_options){.token = "wrong"}, "refuses our credentials (the token)");
    expect(&scene, (struct nats_link_options){.token = "s3cr3t"}, "link live");
    snprintf(url, sizeof url, "s3cr3t@127.0.0.1:%d", scene.fixture.port);
    expect(&scene, (struct nats_link_options){.urls = urls}, "link live");
    cr_assert_eq(trace_count(&scene.trace, "s3cr3t"), 0);
    end(&scene);
}

Test(nats_identity, nkey_seed)
{
    struct scene scene = {.fixture.no_jetstream = true};
    struct nats_identity_key key = nats_identity_make('U'), other = nats_identity_make('U'), account = nats_identity_make('A');
    char config[200], text[200];
    snprintf(config, sizeof config, "authorization { users: [ { nkey: %s } ] }", key.public);
    snprintf(text, sizeof text, "# mine\n%s\n", key.seed);
    char *file = write_file(text), *wrong = write_file(other.seed), *not_user = write_file(account.seed);
    begin(&scene, config);
    expect(&scene, (struct nats_link_options){.nkey_seed_file = wrong}, "refuses our credentials (the NKey in '");
    expect(&scene, (struct nats_link_options){.nkey_seed_file = file}, "link live");
    const char *urls[] = {scene.fixture.url, NULL};
    struct nats_link *link = NULL;
    struct error error;
    struct nats_link_options options = {.urls = urls, .nkey_seed_file = not_user};
    cr_assert_eq(nats_link_new(&options, &SEE_LINK, &scene, &link, &error), STATUS_INVALID);
    cr_assert(strstr(error.text, "is not a user's") != NULL, "%s", error.text);
    remove_file(file);
    remove_file(wrong);
    remove_file(not_user);
    end(&scene);
}

#define USER_RIGHTS "\"pub\":{},\"sub\":{},\"subs\":-1,\"data\":-1,\"payload\":-1,\"type\":\"user\""
#define ACCOUNT_RIGHTS                                                                                                     \
    "\"limits\":{\"subs\":-1,\"data\":-1,\"payload\":-1,\"imports\":-1,\"exports\":-1,\"wildcards\":true,\"conn\":-1,\"leaf\":-1}," \
    "\"type\":\"account\""

Test(nats_identity, credentials_file)
{
    struct scene scene = {.fixture.no_jetstream = true};
    struct nats_identity_key operator = nats_identity_make('O'), account = nats_identity_make('A'), user = nats_identity_make('U');
    char *operator_jwt = nats_identity_jwt(&operator, &operator, "op", "\"type\":\"operator\"", 0);
    char *account_jwt = nats_identity_jwt(&operator, &account, "acme", ACCOUNT_RIGHTS, 0);
    struct {
        long expires_s;
        const char *sentence;
    } cases[] = {{0, "link live"}, {3600, "link live"}, {-3600, "' expired at 2"}, {3, "our credentials have expired: get new ones"}};
    char *operator_file = write_file(operator_jwt);
    char *config = alloc_printf("operator: \"%s\"\nresolver: MEMORY\nresolver_preload { %s: %s }", operator_file, account.public, account_jwt);
    begin(&scene, config);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char *jwt = nats_identity_jwt(&account, &user, "sre", USER_RIGHTS, cases[i].expires_s);
        char *text = nats_identity_credentials(jwt, &user), *file = write_file(text);
        expect(&scene, (struct nats_link_options){.credentials_file = file}, cases[i].sentence);
        remove_file(file);
        free(text);
        free(jwt);
    }
    remove_file(operator_file);
    free(config);
    free(operator_jwt);
    free(account_jwt);
    end(&scene);
}

Test(nats_identity, client_certificate)
{
    struct scene scene = {.fixture.no_jetstream = true};
    struct certificates_pair ca = certificates_make(NULL, (struct certificates_request){.common_name = "ca"});
    struct certificates_pair server = certificates_make(&ca, (struct certificates_request){0});
    struct certificates_pair client = certificates_make(&ca, (struct certificates_request){.common_name = "sre"});
    char *files[] = {write_file(ca.certificate), write_file(server.certificate), write_file(server.key), write_file(client.certificate),
                     write_file(client.key)};
    char config[400];
    snprintf(config, sizeof config, "tls { cert_file: \"%s\", key_file: \"%s\", ca_file: \"%s\", verify: true }", files[1], files[2], files[0]);
    begin(&scene, config);
    expect(&scene, (struct nats_link_options){.ca_file = files[0]}, "demand a client certificate, and none is configured");
    expect(&scene, (struct nats_link_options){.ca_file = files[0], .certificate_file = files[3], .key_file = files[4]}, "link live");
    for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
        remove_file(files[i]);
    struct certificates_pair *all[] = {&ca, &server, &client};
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
        certificates_free(all[i]);
    end(&scene);
}

Test(nats_identity, several_addresses)
{
    struct scene scene = {.fixture.no_jetstream = true};
    char urls_text[200];
    const char *urls[] = {urls_text, NULL};
    begin(&scene, NULL);
    snprintf(urls_text, sizeof urls_text, "nats://127.0.0.1:1,%s", scene.fixture.url);
    expect(&scene, (struct nats_link_options){.urls = urls}, "link live: connected to 127.0.0.1:");
    nats_fixture_stop(&scene.fixture);
    cr_assert(trace_wait(&scene.trace, "127.0.0.1:1: connection refused; 127.0.0.1:", 1), "each with its own sentence");
    nats_fixture_start(&scene.fixture);
    cr_assert(trace_wait(&scene.trace, "link live", 2));
    end(&scene);
}

/* --- permissions ---------------------------------------------------------------------------------------------------- */

static void see_tail(void *context, const struct nats_tail_status *status)
{
    static const char *const NAMES[] = {"waiting", "no stream", "failed", "denied", "core", "live"};
    struct scene *scene = context;
    trace_line(&scene->trace, "tail %s %s: %s", NAMES[status->state], status->stream, status->text);
}

static void see_message(void *context, const struct nats_tail_message *message)
{
    struct scene *scene = context;
    trace_line(&scene->trace, "message %.*s in '%s'", SPAN_PRINT(message->subject), message->stream);
}

static const struct nats_tail_callbacks SEE_TAIL = {.on_message = see_message, .on_state = see_tail};

Test(nats_identity, what_is_not_permitted_is_the_tails_state)
{
    struct scene scene = {0};
    begin(&scene, "authorization { users: [ { user: a, password: a },"
                  " { user: b, password: b, permissions: { publish: [\"_INBOX.>\"], subscribe: [\"_INBOX.>\", \"open.>\"] } } ] }");
    expect(&scene, (struct nats_link_options){.username = "b", .password = "b"}, "link live");
    nats_tail_new(scene.link, &(struct nats_tail_options){.subject = "catalyst.>", .last = 1}, &SEE_TAIL, &scene);
    cr_assert(trace_wait(&scene.trace, "tail denied : asking '$JS.API.STREAM.NAMES': the server does not permit publishing to", 1));
    nats_tail_new(scene.link, &(struct nats_tail_options){.subject = "closed.>", .core = true}, &SEE_TAIL, &scene);
    cr_assert(trace_wait(&scene.trace, "the server does not permit subscribing to 'closed.>'", 1));
    cr_assert_eq(trace_count(&scene.trace, "link connecting"), 0, "not the link's");
    end(&scene);
}

Test(nats_identity, without_jetstream_what_is_published_is_seen)
{
    struct scene scene = {.fixture.no_jetstream = true};
    begin(&scene, NULL);
    expect(&scene, (struct nats_link_options){0}, "link live");
    nats_tail_new(scene.link, &(struct nats_tail_options){.subject = "catalyst.>", .core = true}, &SEE_TAIL, &scene);
    cr_assert(trace_wait(&scene.trace, "the NATS server has no JetStream for us; only what is published from now on is seen", 1));
    char *reply = NULL;
    size_t length = 0;
    (void)nats_link_request(scene.link, "catalyst.audit", SPAN_LITERAL("x"), 200, &reply, &length, NULL);
    cr_assert(trace_wait(&scene.trace, "message catalyst.audit in ''", 1));
    free(reply);
    end(&scene);
}

Test(nats_identity, every_stream_of_a_subject_is_followed)
{
    struct scene scene = {0};
    begin(&scene, NULL);
    nats_fixture_add_stream(&scene.fixture, "catalyst-audit", "catalyst.audit.>", -1);
    nats_fixture_add_stream(&scene.fixture, "catalyst-billing", "catalyst.billing.>", -1);
    expect(&scene, (struct nats_link_options){0}, "link live");
    nats_tail_new(scene.link, &(struct nats_tail_options){.subject = "catalyst.>", .last = 10}, &SEE_TAIL, &scene);
    cr_assert(trace_wait(&scene.trace, "tail live catalyst-", 1));
    nats_fixture_publish(&scene.fixture, "catalyst.audit.a", "1");
    nats_fixture_publish(&scene.fixture, "catalyst.billing.b", "2");
    cr_assert(trace_wait(&scene.trace, "message catalyst.audit.a in 'catalyst-audit'", 1));
    cr_assert(trace_wait(&scene.trace, "message catalyst.billing.b in 'catalyst-billing'", 1));
    end(&scene);
}

Test(nats_identity, a_tail_leaves_nothing_behind)
{
    struct scene scene = {0};
    char *reply = NULL;
    size_t length = 0;
    begin(&scene, NULL);
    nats_fixture_add_stream(&scene.fixture, "CATALYST_SME", "catalyst.>", -1);
    nats_fixture_publish(&scene.fixture, "catalyst.audit", "1");
    expect(&scene, (struct nats_link_options){0}, "link live");
    struct nats_tail *tail = nats_tail_new(scene.link, &(struct nats_tail_options){.subject = "catalyst.>", .last = 10}, &SEE_TAIL, &scene);
    cr_assert(trace_wait(&scene.trace, "message catalyst.audit", 1));
    cr_assert_eq(nats_link_api(scene.link, "CONSUMER.LIST.CATALYST_SME", SPAN_EMPTY, &reply, &length, NULL), STATUS_OK);
    cr_assert(strstr(reply, "\"ack_policy\":\"none\"") != NULL && strstr(reply, "durable_name") == NULL, "%s", reply);
    free(reply);
    nats_tail_close(tail);
    for (bool gone = false; !gone; free(reply)) { /* unsubscribing takes the consumer away; each question takes a round trip */
        cr_assert_eq(nats_link_api(scene.link, "CONSUMER.NAMES.CATALYST_SME", SPAN_EMPTY, &reply, &length, NULL), STATUS_OK);
        gone = strstr(reply, "\"total\":0") != NULL;
    }
    end(&scene);
}

Test(nats_identity, a_link_is_left_at_once)
{
    struct scene scene = {.fixture.no_jetstream = true};
    begin(&scene, NULL);
    expect(&scene, (struct nats_link_options){0}, "link live");
    nats_fixture_freeze(&scene.fixture);
    nats_link_free(scene.link);
    scene.link = NULL;
    nats_fixture_thaw(&scene.fixture);
    end(&scene);
}
