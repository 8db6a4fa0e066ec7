/* The first line of a NATS server, from a real one and from others. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "support/fake_server.h"
#include "support/nats_fixture.h"
#include "transport/nats_greeting.h"

Test(nats_greeting, reads_what_a_server_says_of_itself)
{
    if (!nats_fixture_available())
        return;
    struct nats_fixture fixture = {0};
    struct nats_greeting greeting;
    struct error error = {0};
    nats_fixture_init(&fixture, "server_name: \"acme-1\"\nauthorization { token: \"s3cret\" }\n");
    cr_assert_eq(nats_greeting_read(fixture.url + strlen("nats://"), 20000, &greeting, &error), STATUS_OK, "%s", error.text);
    cr_assert_str_eq(greeting.server, "acme-1");
    cr_assert(greeting.version[0] >= '1' && greeting.version[0] <= '9' && greeting.has_jetstream && greeting.wants_login && !greeting.wants_tls);
    nats_fixture_done(&fixture);
}

static void answer(void *context, struct fake_exchange *exchange)
{
    fake_server_reply(exchange, 200, "", "{}");
}

Test(nats_greeting, refuses_what_is_no_nats)
{
    struct fake_server *mute = fake_server_new((struct fake_server_options){.handle = answer}); /* says nothing before it is asked */
    struct nats_greeting greeting;
    struct error error = {0};
    char address[64];
    snprintf(address, sizeof address, "127.0.0.1:%d", fake_server_free_port());
    cr_assert_eq(nats_greeting_read(address, 20000, &greeting, &error), STATUS_UNREACHABLE);
    cr_assert_eq(nats_greeting_read(fake_server_url(mute) + strlen("http://"), 100, &greeting, &error), STATUS_TIMEOUT, "%s", error.text);
    fake_server_free(mute);
    cr_assert_eq(nats_greeting_read("nonsense", 20000, &greeting, &error), STATUS_UNREACHABLE);
    cr_assert_eq(nats_greeting_parse(SPAN_LITERAL("SSH-2.0-OpenSSH\r"), &greeting, &error), STATUS_INVALID);
    cr_assert_eq(nats_greeting_parse(SPAN_LITERAL("INFO {broken\r"), &greeting, &error), STATUS_INVALID);
    cr_assert_eq(nats_greeting_parse(SPAN_LITERAL("INFO {\"version\":\"2.10.\\u001b[31m1\",\"tls_required\":true} \r"), &greeting, &error), STATUS_OK);
    cr_assert(greeting.wants_tls && strchr(greeting.version, '\x1b') == NULL && strncmp(greeting.version, "2.10.", 5) == 0);
}
