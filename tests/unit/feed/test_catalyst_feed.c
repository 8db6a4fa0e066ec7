/* catalyst-api's feed against a scripted server: claims into the store, events onto the timeline, restarts, logins. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sovereign_fixture.h"
#include "support/fake_server.h"
#include "support/leak_check.h"

static struct sovereign_fixture fixture;
static atomic_bool cutover_runs, needs_token;
static atomic_int event_streams;

static const char IDLE[] = "{\"state\":\"tethered\",\"cutoverComplete\":false,\"currentStepIndex\":0,\"totalSteps\":11,\"progressPercent\":0,\"steps\":[]}";
static const char RUNNING[] = "{\"state\":\"tethered\",\"cutoverComplete\":false,\"cutoverStartedAt\":\"2026-07-27T04:56:51Z\",\"currentStep\":\"gitea-mirror\","
                              "\"currentStepIndex\":0,\"totalSteps\":11,\"progressPercent\":0,\"steps\":[{\"name\":\"gitea-mirror\",\"result\":\"running\"}]}";

static void stream_events(struct fake_exchange *exchange)
{
    fake_server_begin(exchange, 200, "Content-Type: text/event-stream\r\n");
    fake_server_print(exchange, "event: cutover-status\ndata: {\"time\":\"2026-07-27T05:00:05Z\",\"phase\":\"cutover-status\",\"message\":\"{}\"}\n\n");
    if (atomic_fetch_add(&event_streams, 1) > 0) {
        fake_server_stall(exchange);
        return;
    }
    fake_server_print(exchange, "event: cutover-step-failed\ndata: {\"time\":\"2026-07-27T05:00:02Z\",\"phase\":\"cutover-step-failed\","
                                "\"level\":\"error\",\"message\":\"step gitea-mirror failed\",\"step\":\"gitea-mirror\"}\n\n");
    fake_server_end(exchange); /* as the server does after a terminal event */
}

static void handle(void *context, struct fake_exchange *exchange)
{
    static const char JSON[] = "Content-Type: application/json\r\n";
    const char *path = exchange->target;
    bool open = !atomic_load(&needs_token) || fake_server_has(exchange, "Bearer fresh-token");
    if (strcmp(path, "/healthz") == 0)
        fake_server_reply(exchange, 200, "Content-Type: text/plain\r\n", "ok");
    else if (strcmp(path, "/api/v1/sovereign/self") == 0)
        fake_server_reply(exchange, 200, JSON, "{\"deploymentId\":\"9f1c\",\"sovereignFQDN\":\"acme.example\"}");
    else if (!open)
        fake_server_reply(exchange, 401, JSON, "{\"error\":\"unauthenticated\"}\n");
    else if (strcmp(path, "/api/v1/whoami") == 0)
        fake_server_reply(exchange, 200, JSON, "{\"email\":\"ops@acme.example\",\"tier\":\"owner\"}");
    else if (strcmp(path, "/api/v1/sovereign/cutover/status") == 0)
        fake_server_reply(exchange, 200, JSON, atomic_load(&cutover_runs) ? RUNNING : IDLE);
    else if (strcmp(path, "/api/v1/deployments/9f1c/reconcilers") == 0)
        fake_server_reply(exchange, 200, JSON, "{\"reconcilers\":[],\"reconciled\":71,\"total\":74}");
    else if (strcmp(path, "/api/v1/sovereign/cutover/events") == 0)
        stream_events(exchange);
    else
        fake_server_reply(exchange, 404, "Content-Type: text/plain\r\n", "404 page not found");
}

static const struct feed_health *lamp(void)
{
    return store_feed(fixture.store, FEED_KIND_CATALYST, -1);
}

static bool is_live(struct sovereign_fixture *f)
{
    return lamp()->state == FEED_STATE_LIVE && f->store->catalyst.reconcilers_total == 74 && f->store->catalyst.cutover_known;
}

static bool is_down(struct sovereign_fixture *f)
{
    return lamp()->state == FEED_STATE_DOWN;
}

static bool is_denied(struct sovereign_fixture *f)
{
    return lamp()->state == FEED_STATE_DENIED;
}

static bool is_running(struct sovereign_fixture *f)
{
    return strcmp(f->store->catalyst.current_step, "gitea-mirror") == 0;
}

static bool stream_was_reopened(struct sovereign_fixture *f)
{
    return atomic_load(&event_streams) >= 2;
}

static bool event_arrived(struct sovereign_fixture *f)
{
    for (size_t i = 0; i < timeline_count(f->store->timeline); i++)
        if (strstr(timeline_at(f->store->timeline, i)->text, "catalyst-api: step gitea-mirror failed") != NULL)
            return timeline_at(f->store->timeline, i)->tone == TONE_BAD;
    return false;
}

/* The probe lights the lamp; who we are and what Flux counts come in replies of their own. */
static bool knows_us(struct sovereign_fixture *f)
{
    return strcmp(f->store->catalyst.user, "ops@acme.example") == 0 && strcmp(f->store->catalyst.tier, "owner") == 0 &&
           f->store->catalyst.reconciled == 71;
}

Test(catalyst_feed, reads_claims_follows_events_and_survives_a_restart)
{
    struct fake_server *server = fake_server_new((struct fake_server_options){.handle = handle});
    int port = fake_server_port(server);
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.catalyst_url = fake_server_url(server)});
    cr_assert(sovereign_fixture_until(&fixture, is_live, 10000), "%s: %s", feed_health_state_name(lamp()->state), lamp()->reason);
    cr_assert(sovereign_fixture_until(&fixture, knows_us, 10000), "user '%s', tier '%s', reconciled %d", fixture.store->catalyst.user,
              fixture.store->catalyst.tier, fixture.store->catalyst.reconciled);
    cr_assert(sovereign_fixture_until(&fixture, event_arrived, 5000));
    atomic_store(&cutover_runs, true);
    feed_set_refresh_cutover(fixture.feeds);
    cr_assert(sovereign_fixture_until(&fixture, is_running, 5000));
    cr_assert(sovereign_fixture_until(&fixture, stream_was_reopened, 5000), "a run is on: its events must be followed again");
    fake_server_free(server);
    cr_assert(sovereign_fixture_until(&fixture, is_down, 5000));
    cr_assert(strcmp(fixture.store->catalyst.current_step, "gitea-mirror") == 0, "the last claim stays, with its age");
    server = fake_server_new((struct fake_server_options){.handle = handle, .port = port});
    cr_assert(sovereign_fixture_until(&fixture, is_live, 10000), "%s: %s", feed_health_state_name(lamp()->state), lamp()->reason);
    cr_assert_eq(lamp()->reconnects, 1);
    sovereign_fixture_stop(&fixture);
    fake_server_free(server);
    TEST_NO_LEAKS();
}

Test(catalyst_feed, logs_in_with_the_token_command_and_says_so_when_it_cannot)
{
    struct fake_server *server = fake_server_new((struct fake_server_options){.handle = handle});
    atomic_store(&needs_token, true);
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.catalyst_url = fake_server_url(server)});
    cr_assert(sovereign_fixture_until(&fixture, is_denied, 10000));
    cr_assert(strstr(lamp()->reason, "not logged in") != NULL, "%s", lamp()->reason);
    sovereign_fixture_stop(&fixture);

    char command[] = "/tmp/sovdeck-token-XXXXXX";
    int fd = mkstemp(command);
    cr_assert(fd >= 0 && write(fd, "#!/bin/sh\necho fresh-token\n", 27) == 27);
    fchmod(fd, 0700);
    close(fd);
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.catalyst_url = fake_server_url(server), .token_command = command});
    cr_assert(sovereign_fixture_until(&fixture, is_live, 10000), "%s: %s", feed_health_state_name(lamp()->state), lamp()->reason);
    sovereign_fixture_stop(&fixture);
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.catalyst_url = fake_server_url(server), .token_command = "/nowhere/token"});
    cr_assert(sovereign_fixture_until(&fixture, is_denied, 10000));
    sovereign_fixture_stop(&fixture);
    unlink(command);
    fake_server_free(server);
    TEST_NO_LEAKS();
}

/* ---- sessions that end, proxies, hosts, idle cuts ---- */

static atomic_int refusal; /* 0: none; 401, 302, 200 (a page) for everything but /healthz and self */
static atomic_int stream_plan; /* 0: stays open, 1: cut without an end */
static atomic_int api_is_elsewhere;

static void replay(struct fake_exchange *exchange)
{
    fake_server_begin(exchange, 200, "Content-Type: text/event-stream\r\n");
    fake_server_print(exchange, "event: cutover-step-finished\ndata: {\"time\":\"2026-07-27T05:00:02Z\",\"phase\":\"cutover-step-finished\","
                                "\"level\":\"info\",\"message\":\"step gitea-mirror is done\",\"step\":\"gitea-mirror\"}\n\n");
    atomic_fetch_add(&event_streams, 1);
    if (atomic_load(&stream_plan) == 1 && atomic_load(&event_streams) < 3)
        fake_server_cut(exchange); /* as nginx does with a stream that is silent */
    else
        fake_server_stall(exchange);
}

static void handle_sessions(void *context, struct fake_exchange *exchange)
{
    static const char PAGE[] = "Content-Type: text/html\r\n";
    int code = atomic_load(&refusal);
    bool is_console = fake_server_has(exchange, "Host: console.");
    if (!is_console && atomic_load(&api_is_elsewhere) != 0)
        fake_server_reply(exchange, atomic_load(&api_is_elsewhere), PAGE, "<html>default backend</html>");
    else if (is_console && strcmp(exchange->target, "/healthz") == 0)
        fake_server_reply(exchange, 200, PAGE, "<html>the browser's</html>");
    else if (strcmp(exchange->target, "/api/v1/version") == 0)
        fake_server_reply(exchange, 200, "Content-Type: application/json\r\n", "{\"service\":\"catalyst-api\"}");
    else if (code != 0 && strcmp(exchange->target, "/healthz") != 0 && strcmp(exchange->target, "/api/v1/sovereign/self") != 0)
        fake_server_reply(exchange, code, code == 401 ? "Content-Type: application/json\r\n" : code == 302 ? "Location: https://auth/\r\n" : PAGE,
                          code == 401 ? "{\"error\":\"unauthenticated\"}" : "<html>Sign in</html>");
    else if (strcmp(exchange->target, "/api/v1/sovereign/cutover/events") == 0)
        replay(exchange);
    else
        handle(context, exchange);
}

static bool was_told(struct sovereign_fixture *f)
{
    size_t count = 0;
    for (size_t i = 0; i < timeline_count(f->store->timeline); i++)
        count += strstr(timeline_at(f->store->timeline, i)->text, "gitea-mirror is done") != NULL;
    return count == 1;
}

static bool is_live_with_events(struct sovereign_fixture *f)
{
    return is_live(f) && was_told(f) && atomic_load(&event_streams) >= 1;
}

Test(catalyst_feed, a_session_that_ends_denies_and_keeps_what_was_read)
{
    static const int CODES[] = {401, 302, 200};
    struct fake_server *server = fake_server_new((struct fake_server_options){.handle = handle_sessions});
    atomic_store(&cutover_runs, true);
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.catalyst_url = fake_server_url(server)});
    cr_assert(sovereign_fixture_until(&fixture, is_live_with_events, 10000), "%s: %s", feed_health_state_name(lamp()->state), lamp()->reason);
    for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++) {
        atomic_store(&refusal, CODES[i]);
        feed_set_refresh_cutover(fixture.feeds);
        cr_assert(sovereign_fixture_until(&fixture, is_denied, 10000), "%d: %s: %s", CODES[i], feed_health_state_name(lamp()->state), lamp()->reason);
        cr_assert(fixture.store->catalyst.cutover_known && strcmp(fixture.store->catalyst.current_step, "gitea-mirror") == 0, "the claim stays");
        cr_assert(CODES[i] == 401 || strstr(lamp()->reason, "login page") != NULL, "%s", lamp()->reason);
        cr_assert_eq(store_feed(fixture.store, FEED_KIND_KUBE, 0)->state, FEED_STATE_LIVE);
        atomic_store(&refusal, 0);
        feed_set_renew_catalyst(fixture.feeds);
        cr_assert(sovereign_fixture_until(&fixture, is_live_with_events, 10000), "%d: %s: %s", CODES[i], feed_health_state_name(lamp()->state), lamp()->reason);
    }
    sovereign_fixture_stop(&fixture);
    fake_server_free(server);
    TEST_NO_LEAKS();
}

static bool came_back_thrice(struct sovereign_fixture *f)
{
    cr_assert_neq(lamp()->state, FEED_STATE_DOWN, "an idle cut is no alarm: %s", lamp()->reason);
    return atomic_load(&event_streams) >= 3 && is_live(f);
}

Test(catalyst_feed, a_cut_of_the_idle_stream_is_no_alarm_and_repeats_nothing)
{
    struct fake_server *server = fake_server_new((struct fake_server_options){.handle = handle_sessions});
    atomic_store(&stream_plan, 1);
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.catalyst_url = fake_server_url(server)});
    cr_assert(sovereign_fixture_until(&fixture, came_back_thrice, 20000), "%d streams", atomic_load(&event_streams));
    cr_assert(sovereign_fixture_until(&fixture, was_told, 5000), "the replay is told once");
    sovereign_fixture_stop(&fixture);
    fake_server_free(server);
    TEST_NO_LEAKS();
}

Test(catalyst_feed, the_console_host_serves_when_the_api_host_does_not)
{
    struct fake_server *server = fake_server_new((struct fake_server_options){.handle = handle_sessions});
    char url[64];
    atomic_store(&api_is_elsewhere, 404);
    snprintf(url, sizeof url, "http://api.localhost:%d", fake_server_port(server));
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.catalyst_url = url});
    cr_assert(sovereign_fixture_until(&fixture, is_live_with_events, 10000), "%s: %s", feed_health_state_name(lamp()->state), lamp()->reason);
    cr_assert(strncmp(lamp()->address, "http://console.localhost", 24) == 0, "%s", lamp()->address);
    sovereign_fixture_stop(&fixture);
    fake_server_free(server);
    TEST_NO_LEAKS();
}
