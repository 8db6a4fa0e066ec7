#include "sovereign_fixture.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_fixtures.h"
#include "demo/demo_git.h"
#include "demo/demo_kubeconfig.h"

static void make_world(struct demo_world *world, enum sovereign_fixture_objects objects)
{
    *world = (struct demo_world){.speed = 1, .scale = 1, .seed = 7, .born_ms = clock_wall_ms()};
    world->git = demo_git_new(world->seed);
    world->chronicle = demo_chronicle_new();
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        world->stores[region] = demo_store_new(demo_world_region(region), world->seed + (uint64_t)region);
        world->logs[region] = demo_logs_new();
    }
    if (objects == SOVEREIGN_FIXTURE_EVERYTHING)
        demo_fixtures_load(world);
    else if (objects == SOVEREIGN_FIXTURE_FLUX)
        demo_fixtures_flux(world, DEMO_WORLD_PRIMARY);
}

static void serve(struct sovereign_fixture *fixture, const struct sovereign_fixture_options *options)
{
    static const char *const NO_GROUPS[] = {NULL};
    struct error err = {0};
    cr_assert_eq(demo_tls_new(&fixture->tls, &err), STATUS_OK, "%s", err.text);
    fixture->access = demo_access_new("none");
    demo_access_add_token(fixture->access, "limited-token", "limited", NO_GROUPS);
    struct demo_grant grant = {.subject = "limited", .groups = "*", .resources = "helmreleases", .verbs = "get,list,watch"};
    for (const struct demo_grant *given = options->grants; given != NULL && given->subject != NULL; given++)
        demo_access_grant(fixture->access, given);
    if (options->limited_user && options->grants == NULL)
        demo_access_grant(fixture->access, &grant);
    for (int region = 0; region < fixture->regions; region++) {
        struct demo_kube_options server = {.store = fixture->world.stores[region], .logs = fixture->world.logs[region],
                                           .access = fixture->access, .tls = fixture->tls, .has_watch_list = options->watch_list};
        cr_assert_eq(demo_kube_start(&fixture->kube[region], &server, &err), STATUS_OK, "%s", err.text);
    }
}

static void write_kubeconfig(struct sovereign_fixture *fixture, bool limited_user)
{
    static const char *const MASTERS[] = {"system:masters", NULL};
    struct demo_tls_pair pair = {0};
    struct demo_context contexts[DEMO_WORLD_REGIONS] = {0};
    struct error err = {0};
    char path[128];
    cr_assert_eq(demo_tls_client_pair(fixture->tls, "admin", MASTERS, 3600000, &pair, &err), STATUS_OK, "%s", err.text);
    for (int region = 0; region < fixture->regions; region++)
        contexts[region] = (struct demo_context){.name = demo_world_region(region), .cluster = demo_world_region(region),
                                                 .port = region == 0 && fixture->proxy.process != 0 ? fixture->proxy.port : demo_kube_port(fixture->kube[region]),
                                                 .pair = limited_user ? NULL : &pair, .token = limited_user ? "limited-token" : NULL};
    snprintf(path, sizeof path, "%s/kubeconfig", fixture->folder);
    cr_assert_eq(demo_kubeconfig_write(path, demo_tls_ca_pem(fixture->tls), contexts, (size_t)fixture->regions, &err), STATUS_OK, "%s",
                 err.text);
    demo_tls_pair_clear(&pair);
}

static void write_profile(struct sovereign_fixture *fixture, const struct sovereign_fixture_options *options)
{
    char path[128];
    snprintf(path, sizeof path, "%s/config.yaml", fixture->folder);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs("current: test\nsovereigns:\n  test:\n    class: development\n    regions:\n", file);
    for (int region = 0; region < fixture->regions; region++)
        fprintf(file, "      - {name: %s, primary: %s, kubeconfig: kubeconfig, context: %s}\n", demo_world_region(region),
                region == 0 ? "true" : "false", demo_world_region(region));
    if (options->catalyst_url != NULL && options->token_command != NULL)
        fprintf(file, "    catalyst: {url: '%s', token-command: [%s]}\n", options->catalyst_url, options->token_command);
    else if (options->catalyst_url != NULL)
        fprintf(file, "    catalyst: {url: '%s'}\n", options->catalyst_url);
    if (options->nats_url != NULL)
        fprintf(file, "    nats: {urls: ['%s']}\n", options->nats_url);
    fclose(file);
}

static void connect_console(struct sovereign_fixture *fixture, const struct sovereign_fixture_options *options)
{
    struct error err = {0};
    char config[128];
    snprintf(config, sizeof config, "%s/config.yaml", fixture->folder);
    fixture->thread = http_thread_new();
    fixture->worker = worker_new("test-worker", 16);
    fixture->inbox = inbox_new(options->inbox_messages > 0 ? options->inbox_messages : 65536,
                               options->inbox_bytes > 0 ? options->inbox_bytes : (size_t)64 << 20);
    fixture->store = store_new();
    struct sovereign_options words = {.config_file = config};
    cr_assert_eq(sovereign_open(&words, fixture->thread, &fixture->sovereign, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(fixture->sovereign->file->warning_count, 0);
    struct feed_set_options feeds = {.sovereign = fixture->sovereign, .thread = fixture->thread, .inbox = fixture->inbox,
                                     .store = fixture->store, .worker = fixture->worker};
    fixture->feeds = feed_set_start(&feeds);
}

static void start_proxy(struct sovereign_fixture *fixture, int streams)
{
    struct demo_tls_pair pair = {0};
    struct error err = {0};
    cr_assert_eq(demo_tls_server_pair(fixture->tls, NULL, &pair, &err), STATUS_OK, "%s", err.text);
    cr_assert(nghttpx_start(&fixture->proxy, pair.certificate_pem, pair.key_pem, demo_kube_port(fixture->kube[0]), streams));
    demo_tls_pair_clear(&pair);
}

void sovereign_fixture_start(struct sovereign_fixture *fixture, struct sovereign_fixture_options options)
{
    *fixture = (struct sovereign_fixture){.folder = "/tmp/sovdeck-test-XXXXXX", .regions = options.regions > 0 ? options.regions : 1};
    cr_assert_not_null(mkdtemp(fixture->folder));
    make_world(&fixture->world, options.objects);
    serve(fixture, &options);
    if (options.streams > 0)
        start_proxy(fixture, options.streams);
    write_kubeconfig(fixture, options.limited_user);
    write_profile(fixture, &options);
    connect_console(fixture, &options);
}

static void free_world(struct demo_world *world)
{
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        demo_store_free(world->stores[region]);
        demo_logs_free(world->logs[region]);
    }
    demo_chronicle_free(world->chronicle);
    demo_git_free(world->git);
}

void sovereign_fixture_stop(struct sovereign_fixture *fixture)
{
    static const char *const FILES[] = {"kubeconfig", "config.yaml"};
    feed_set_stop(fixture->feeds);
    worker_free(fixture->worker);
    http_thread_free(fixture->thread);
    inbox_free(fixture->inbox);
    store_free(fixture->store);
    sovereign_free(fixture->sovereign);
    nghttpx_stop(&fixture->proxy);
    for (int region = 0; region < fixture->regions; region++)
        demo_kube_stop(fixture->kube[region]);
    demo_access_free(fixture->access);
    demo_tls_free(fixture->tls);
    free_world(&fixture->world);
    for (size_t i = 0; i < 2; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", fixture->folder, FILES[i]);
        unlink(path);
    }
    rmdir(fixture->folder);
}

bool sovereign_fixture_until(struct sovereign_fixture *fixture, bool (*holds)(struct sovereign_fixture *fixture), int64_t timeout_ms)
{
    int64_t end_ms = clock_monotonic_ms() + timeout_ms;
    for (;;) {
        inbox_drain(fixture->inbox, NULL, 20);
        if (holds(fixture))
            return true;
        int64_t left_ms = end_ms - clock_monotonic_ms();
        if (left_ms <= 0)
            return false;
        struct pollfd ready = {.fd = inbox_fd(fixture->inbox), .events = POLLIN};
        poll(&ready, 1, left_ms < 50 ? (int)left_ms : 50);
    }
}

bool sovereign_fixture_is_settled(struct sovereign_fixture *fixture)
{
    return feed_set_is_settled(fixture->feeds) && inbox_is_empty(fixture->inbox);
}

void sovereign_fixture_fault(struct sovereign_fixture *fixture, int region, const char *method, const char *json)
{
    struct error err = {0};
    struct kube_call call = {.method = method, .path = "/demo/faults", .body = span_of(json)};
    cr_assert_eq(kube_client_call(fixture->sovereign->regions[region].client, &call, NULL, &err), STATUS_OK, "%s", err.text);
}
