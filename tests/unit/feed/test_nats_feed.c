/* NATS' feed against a real nats-server: the tail becomes timeline entries, the lamp says what is wrong, and it comes back. */
#include <criterion/criterion.h>
#include <string.h>

#include "sovereign_fixture.h"
#include "support/leak_check.h"
#include "support/nats_fixture.h"
#include "transport/nats_link.h"

static struct sovereign_fixture fixture;

static const struct feed_health *lamp(void)
{
    return store_feed(fixture.store, FEED_KIND_NATS, -1);
}

static bool is_live(struct sovereign_fixture *f)
{
    return lamp()->state == FEED_STATE_LIVE && lamp()->latency_ms >= 0;
}

static bool has_no_stream(struct sovereign_fixture *f)
{
    return lamp()->state == FEED_STATE_LIMITED;
}

static bool is_down(struct sovereign_fixture *f)
{
    return lamp()->state == FEED_STATE_DOWN;
}

static bool timeline_has(const char *text)
{
    for (size_t i = 0; i < timeline_count(fixture.store->timeline); i++)
        if (strcmp(timeline_at(fixture.store->timeline, i)->text, text) == 0)
            return true;
    return false;
}

static bool has_first(struct sovereign_fixture *f)
{
    return timeline_has("Organization created: ACME");
}

static bool has_second(struct sovereign_fixture *f)
{
    return timeline_has("user logged in: a@x");
}

static bool has_third(struct sovereign_fixture *f)
{
    return timeline_has("user logged in: b@x");
}

Test(nats_feed, follows_the_stream_and_comes_back)
{
    struct nats_fixture nats = {0};
    if (!nats_fixture_available())
        cr_skip_test("no nats-server on this machine");
    nats_fixture_init(&nats, NULL);
    nats_fixture_add_stream(&nats, "CATALYST_SME", "catalyst.>", 1000);
    nats_fixture_publish(&nats, "catalyst.tenant.created", "{\"timestamp\":\"2026-07-02T09:14:07Z\",\"data\":{\"slug\":\"acme\",\"name\":\"ACME\"}}");
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.nats_url = nats.url});
    cr_assert(sovereign_fixture_until(&fixture, is_live, 10000), "%s: %s", feed_health_state_name(lamp()->state), lamp()->reason);
    cr_assert(sovereign_fixture_until(&fixture, has_first, 5000), "what the stream already held");
    nats_fixture_publish(&nats, "catalyst.user.login", "{\"data\":{\"email\":\"a@x\"}}");
    cr_assert(sovereign_fixture_until(&fixture, has_second, 5000));
    nats_fixture_stop(&nats);
    cr_assert(sovereign_fixture_until(&fixture, is_down, 5000), "%s", feed_health_state_name(lamp()->state));
    cr_assert(lamp()->reason[0] != '\0');
    nats_fixture_start(&nats);
    cr_assert(sovereign_fixture_until(&fixture, is_live, 10000), "%s: %s", feed_health_state_name(lamp()->state), lamp()->reason);
    nats_fixture_publish(&nats, "catalyst.user.login", "{\"data\":{\"email\":\"b@x\"}}");
    cr_assert(sovereign_fixture_until(&fixture, has_third, 10000));
    sovereign_fixture_stop(&fixture);
    nats_fixture_done(&nats);
    nats_link_shutdown_library();
    TEST_NO_LEAKS();
}

Test(nats_feed, says_that_no_stream_keeps_the_events)
{
    struct nats_fixture nats = {0};
    if (!nats_fixture_available())
        cr_skip_test("no nats-server on this machine");
    nats_fixture_init(&nats, NULL);
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.nats_url = nats.url});
    cr_assert(sovereign_fixture_until(&fixture, has_no_stream, 10000), "%s", feed_health_state_name(lamp()->state));
    cr_assert(strstr(lamp()->reason, "catalyst.>") != NULL, "%s", lamp()->reason);
    sovereign_fixture_stop(&fixture);
    nats_fixture_done(&nats);
    nats_link_shutdown_library();
    TEST_NO_LEAKS();
}
