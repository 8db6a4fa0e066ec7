/* Builds both sides, and steps the clock between them; see fault_rig.h. */
#include "fault_rig.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_cutover.h"
#include "demo/demo_faults.h"
#include "demo/demo_fixtures.h"
#include "demo/demo_git.h"
#include "demo/demo_json.h"
#include "demo/demo_kubeconfig.h"
#include "support/fresh_list.h"

#define QUIET_US 3000            /* nothing moves and nobody owes an answer */
#define ASKING_US 20000          /* a question is under way; what came last may have been a TLS ticket and no answer */
#define PATIENCE_US 600000       /* somebody owes an answer */
#define PATIENCE_MUTE_US 40000   /* the same while servers keep silent on purpose */
#define INBOX_MESSAGES 65536
#define INBOX_BYTES ((size_t)64 << 20)
#define TOKEN "fault-admin-token"

static const char *const LINK_LAMPS[FAULT_LINKS] = {"fsn", "hel", "api", "nats"};

void fault_rig_require(bool holds, const char *format, ...)
{
    if (holds)
        return;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

static int64_t read_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* --- servers --- */

static void add_releases(struct demo_store *store, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "extra-%04zu", i);
        demo_store_put(store, DEMO_KIND_HELMRELEASE,
                       json_pack("{s:{s:s, s:s}, s:{s:s}}", "metadata", "name", name, "namespace", "extra", "spec", "interval", "15m"), "rig");
    }
}

static void make_world(struct fault_rig *rig)
{
    struct demo_world *world = &rig->world;
    *world = (struct demo_world){.speed = 1, .scale = 1, .seed = 7, .born_ms = clock_wall_ms()};
    world->git = demo_git_new(world->seed);
    world->chronicle = demo_chronicle_new();
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        world->stores[region] = demo_store_new(demo_world_region(region), world->seed + (uint64_t)region);
        world->logs[region] = demo_logs_new();
        demo_fixtures_flux(world, region);
    }
    world->cutover = demo_cutover_new(world);
    demo_fixtures_cutover(world);
    add_releases(world->stores[0], rig->options.extra_releases);
}

static void serve(struct fault_rig *rig)
{
    static const struct demo_catalyst_session SESSIONS[] = {{TOKEN, "sre@" DEMO_WORLD_FQDN, "admin"}, {NULL, NULL, NULL}};
    struct error err = {0};
    struct demo_tls_pair pair = {0};
    fault_rig_require(demo_tls_new(&rig->tls, &err) == STATUS_OK, "%s", err.text);
    rig->access = demo_access_new("none");
    for (int region = 0; region < FAULT_RIG_REGIONS; region++) {
        struct demo_kube_options options = {.store = rig->world.stores[region], .logs = rig->world.logs[region],
                                            .access = rig->access, .tls = rig->tls};
        fault_rig_require(demo_kube_start(&rig->kube[region], &options, &err) == STATUS_OK, "%s", err.text);
        rig->proxies[region] = fault_proxy_new(demo_kube_port(rig->kube[region]), true);
    }
    fault_rig_require(demo_tls_server_pair(rig->tls, NULL, &pair, &err) == STATUS_OK, "%s", err.text);
    struct demo_catalyst_options options = {.world = &rig->world, .certificate_pem = pair.certificate_pem, .key_pem = pair.key_pem,
                                            .sessions = SESSIONS};
    fault_rig_require(demo_catalyst_start(&rig->catalyst, &options, &err) == STATUS_OK, "%s", err.text);
    rig->proxies[FAULT_LINK_API] = fault_proxy_new(demo_catalyst_port(rig->catalyst), true);
    demo_tls_pair_clear(&pair);
    if (!rig->options.with_nats)
        return;
    nats_fixture_init(&rig->nats, NULL);
    nats_fixture_add_stream(&rig->nats, "CATALYST_SME", "catalyst.>", 100000);
    rig->proxies[FAULT_LINK_NATS] = fault_proxy_new(rig->nats.port, false);
}

/* --- configuration: the console's goes through the proxies, ours does not --- */

static char *in_folder(const struct fault_rig *rig, const char *prefix, const char *name)
{
    return alloc_printf("%s/%s%s", rig->folder, prefix, name);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    fault_rig_require(file != NULL, "cannot write %s", path);
    fputs(text, file);
    fclose(file);
}

static void write_kubeconfig(struct fault_rig *rig, const char *prefix, bool direct)
{
    static const char *const MASTERS[] = {"system:masters", NULL};
    struct demo_tls_pair pair = {0};
    struct demo_context contexts[FAULT_RIG_REGIONS] = {0};
    struct error err = {0};
    CLEANUP(alloc_free_pointer) char *path = in_folder(rig, prefix, "kubeconfig");
    fault_rig_require(demo_tls_client_pair(rig->tls, "admin", MASTERS, 3600000, &pair, &err) == STATUS_OK, "%s", err.text);
    for (int region = 0; region < FAULT_RIG_REGIONS; region++)
        contexts[region] = (struct demo_context){
            .name = demo_world_region(region), .cluster = demo_world_region(region), .pair = &pair,
            .port = direct ? demo_kube_port(rig->kube[region]) : fault_proxy_port(rig->proxies[region])};
    fault_rig_require(demo_kubeconfig_write(path, demo_tls_ca_pem(rig->tls), contexts, FAULT_RIG_REGIONS, &err) == STATUS_OK, "%s", err.text);
    demo_tls_pair_clear(&pair);
}

static void write_profile(struct fault_rig *rig, const char *prefix)
{
    CLEANUP(alloc_free_pointer) char *path = in_folder(rig, prefix, "config.yaml");
    FILE *file = fopen(path, "w");
    fault_rig_require(file != NULL, "cannot write %s", path);
    fprintf(file,
            "current: test\nsovereigns:\n  test:\n    class: development\n    regions:\n"
            "      - {name: fsn, primary: true, kubeconfig: %skubeconfig, context: fsn}\n"
            "      - {name: hel, kubeconfig: %skubeconfig, context: hel}\n"
            "    catalyst: {url: 'https://127.0.0.1:%d', ca-file: ca.crt, token-file: token}\n",
            prefix, prefix, fault_proxy_port(rig->proxies[FAULT_LINK_API]));
    if (rig->proxies[FAULT_LINK_NATS] != NULL)
        fprintf(file, "    nats: {urls: ['nats://127.0.0.1:%d']}\n", fault_proxy_port(rig->proxies[FAULT_LINK_NATS]));
    fclose(file);
}

static struct sovereign *open_sovereign(struct fault_rig *rig, const char *prefix, struct http_thread *thread)
{
    struct error err = {0};
    struct sovereign *sovereign = NULL;
    CLEANUP(alloc_free_pointer) char *config = in_folder(rig, prefix, "config.yaml");
    struct sovereign_options words = {.config_file = config};
    fault_rig_require(sovereign_open(&words, thread, &sovereign, &err) == STATUS_OK, "%s", err.text);
    return sovereign;
}

static void configure(struct fault_rig *rig)
{
    CLEANUP(alloc_free_pointer) char *ca = in_folder(rig, "", "ca.crt");
    CLEANUP(alloc_free_pointer) char *token = in_folder(rig, "", "token");
    write_text(ca, demo_tls_ca_pem(rig->tls));
    write_text(token, TOKEN);
    write_kubeconfig(rig, "", false);
    write_kubeconfig(rig, "direct-", true);
    write_profile(rig, "");
    write_profile(rig, "direct-");
}

/* --- the console's half --- */

void fault_rig_enter(struct fault_rig *rig)
{
    rig->thread = http_thread_new();
    rig->worker = worker_new("rig", 16);
    rig->inbox = inbox_new(INBOX_MESSAGES, INBOX_BYTES);
    rig->store = store_new();
    rig->sovereign = open_sovereign(rig, "", rig->thread);
    rig->steps_sent = 0;
    __atomic_store_n(&rig->steps_seen, 0, __ATOMIC_RELEASE);
    struct feed_set_options feeds = {.sovereign = rig->sovereign, .thread = rig->thread, .inbox = rig->inbox, .store = rig->store,
                                     .worker = rig->worker, .without_nats = rig->proxies[FAULT_LINK_NATS] == NULL};
    rig->feeds = feed_set_start(&feeds);
}

int64_t fault_rig_leave(struct fault_rig *rig)
{
    int64_t began_us = read_us(CLOCK_MONOTONIC);
    feed_set_stop(rig->feeds);
    worker_free(rig->worker);
    http_thread_free(rig->thread);
    int64_t took_ms = (read_us(CLOCK_MONOTONIC) - began_us) / 1000;
    inbox_free(rig->inbox);
    store_free(rig->store);
    sovereign_free(rig->sovereign);
    return took_ms;
}

void fault_rig_start(struct fault_rig *rig, struct fault_rig_options options)
{
    *rig = (struct fault_rig){.options = options, .folder = "/tmp/sovdeck-faults-XXXXXX", .step_ms = FAULT_RIG_STEP_MS};
    fault_rig_require(mkdtemp(rig->folder) != NULL, "no temporary folder");
    make_world(rig);
    serve(rig);
    configure(rig);
    rig->clock_ms = clock_monotonic_ms();
    rig->wall_ms = clock_wall_ms();
    if (!options.real_clock)
        clock_freeze(rig->clock_ms, rig->wall_ms);
    rig->direct_thread = http_thread_new();
    rig->direct = open_sovereign(rig, "direct-", rig->direct_thread);
    fault_rig_enter(rig);
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

void fault_rig_stop(struct fault_rig *rig)
{
    static const char *const FILES[] = {"kubeconfig", "config.yaml", "direct-kubeconfig", "direct-config.yaml", "ca.crt", "token"};
    fault_rig_leave(rig);
    http_thread_free(rig->direct_thread);
    sovereign_free(rig->direct);
    for (int link = 0; link < FAULT_LINKS; link++)
        fault_proxy_free(rig->proxies[link]);
    demo_cutover_halt(rig->world.cutover);
    demo_catalyst_stop(rig->catalyst);
    for (int region = 0; region < FAULT_RIG_REGIONS; region++)
        demo_kube_stop(rig->kube[region]);
    demo_cutover_free(rig->world.cutover);
    if (rig->options.with_nats)
        nats_fixture_done(&rig->nats);
    demo_access_free(rig->access);
    demo_tls_free(rig->tls);
    free_world(&rig->world);
    clock_freeze(-1, -1);
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        char *path = in_folder(rig, "", FILES[i]);
        unlink(path);
        free(path);
    }
    rmdir(rig->folder);
}

/* --- the clock --- */

static uint64_t sum_activity(struct fault_rig *rig)
{
    struct http_thread_counters http = http_thread_counters(rig->thread);
    uint64_t sum = inbox_counters(rig->inbox).posted + http.submitted + http.finished;
    for (int link = 0; link < FAULT_LINKS; link++)
        if (rig->proxies[link] != NULL)
            sum += fault_proxy_activity(rig->proxies[link]);
    return sum;
}

static bool is_somebody_waited_for(struct fault_rig *rig)
{
    for (int link = 0; link < FAULT_LINKS; link++)
        if (rig->proxies[link] != NULL && fault_proxy_is_waiting(rig->proxies[link]))
            return true;
    return false;
}

static void acknowledge(void *context)
{
    struct fault_rig *rig = context;
    __atomic_fetch_add(&rig->steps_seen, 1, __ATOMIC_RELEASE);
}

/* The HTTP thread has run what was due: it took the second of two calls, and between them it turned once. */
static bool has_http_thread_seen(struct fault_rig *rig)
{
    unsigned seen = __atomic_load_n(&rig->steps_seen, __ATOMIC_ACQUIRE);
    if (seen < rig->steps_sent)
        return false;
    if (rig->steps_sent % 2 == 0)
        return true;
    rig->steps_sent++;
    http_thread_call(rig->thread, acknowledge, rig);
    return false;
}

static void step(struct fault_rig *rig)
{
    rig->clock_ms += rig->step_ms;
    rig->wall_ms += rig->step_ms;
    clock_freeze(rig->clock_ms, rig->wall_ms);
    if (rig->clock_ms % 1000 < rig->step_ms)
        store_expire(rig->store);
    rig->steps_sent++;
    http_thread_call(rig->thread, acknowledge, rig);
}

static void tend_clock(struct fault_rig *rig)
{
    int64_t now_us = read_us(CLOCK_MONOTONIC);
    uint64_t activity = sum_activity(rig);
    bool moved = activity != rig->activity || !inbox_is_empty(rig->inbox) || !has_http_thread_seen(rig);
    rig->activity = activity;
    if (moved)
        rig->moved_us = now_us;
    if (moved || rig->options.real_clock)
        return;
    bool asking = http_thread_counters(rig->thread).running_requests > 0;
    int64_t patience_us = is_somebody_waited_for(rig) ? (rig->mute ? PATIENCE_MUTE_US : PATIENCE_US) : asking ? ASKING_US : QUIET_US;
    if (now_us - rig->moved_us < patience_us)
        return;
    step(rig);
    rig->moved_us = now_us;
}

int64_t fault_rig_now_ms(const struct fault_rig *rig)
{
    return clock_monotonic_ms();
}

void fault_rig_turn(struct fault_rig *rig)
{
    int64_t began_us = read_us(CLOCK_THREAD_CPUTIME_ID);
    inbox_drain(rig->inbox, NULL, 4);
    int64_t took_us = read_us(CLOCK_THREAD_CPUTIME_ID) - began_us;
    rig->worst_turn_us = took_us > rig->worst_turn_us ? took_us : rig->worst_turn_us;
    struct pollfd ready = {.fd = inbox_fd(rig->inbox), .events = POLLIN};
    poll(&ready, 1, rig->options.real_clock ? 10 : 1);
    tend_clock(rig);
}

bool fault_rig_until(struct fault_rig *rig, bool (*holds)(struct fault_rig *rig, void *context), void *context, int64_t limit_ms)
{
    int64_t end_ms = fault_rig_now_ms(rig) + limit_ms;
    for (;;) {
        if (holds(rig, context))
            return true;
        if (fault_rig_now_ms(rig) >= end_ms)
            return false;
        fault_rig_turn(rig);
    }
}

/* --- what is so --- */

const struct feed_health *fault_rig_lamp(const struct fault_rig *rig, enum fault_link link)
{
    if (rig->proxies[link] == NULL)
        return NULL;
    for (size_t i = 0; i < rig->store->feed_count; i++)
        if (strcmp(rig->store->feeds[i].name, LINK_LAMPS[link]) == 0)
            return &rig->store->feeds[i];
    return NULL;
}

bool fault_rig_is_whole(struct fault_rig *rig, void *unused)
{
    for (int link = 0; link < FAULT_LINKS; link++) {
        const struct feed_health *lamp = fault_rig_lamp(rig, (enum fault_link)link);
        if (rig->proxies[link] != NULL && (lamp == NULL || lamp->state != FEED_STATE_LIVE))
            return false;
    }
    for (size_t i = 0; i < rig->store->kind_count; i++)
        for (int region = 0; region < FAULT_RIG_REGIONS; region++) {
            const struct table *table = rig->store->kinds[i].tables[region];
            if (table != NULL && table->state != TABLE_STATE_LIVE && table->state != TABLE_STATE_ABSENT)
                return false;
        }
    return inbox_is_empty(rig->inbox);
}

bool fault_rig_is_true(struct fault_rig *rig, int region, char *why, size_t size)
{
    return fresh_list_equals_all(rig->direct->regions[region].client, rig->store, region, why, size);
}

/* --- what happens --- */

static enum status set_interval(json_t *document, void *context, struct error *err)
{
    const uint64_t *number = context;
    char interval[32];
    snprintf(interval, sizeof interval, "%um", (unsigned)(*number % 50 + 1));
    json_object_set_new(json_object_get(document, "spec"), "interval", json_string(interval));
    return STATUS_OK;
}

static void change_region(struct fault_rig *rig, int region)
{
    struct demo_store *store = rig->world.stores[region];
    uint64_t number = rig->changes;
    char name[32];
    snprintf(name, sizeof name, "come-%u", (unsigned)(number % 7));
    demo_store_put(store, DEMO_KIND_HELMRELEASE,
                   json_pack("{s:{s:s, s:s}, s:{s:s}}", "metadata", "name", name, "namespace", "extra", "spec", "interval", "15m"), "rig");
    snprintf(name, sizeof name, "come-%u", (unsigned)((number + 3) % 7));
    demo_store_remove(store, DEMO_KIND_HELMRELEASE, "extra", name);
    (void)demo_store_update(store, DEMO_KIND_HELMRELEASE, "flux-system", "bp-harbor", set_interval, &number, "rig");
    (void)demo_store_update(store, DEMO_KIND_HELMRELEASE, "flux-system", "bp-cilium", set_interval, &number, "rig");
    snprintf(name, sizeof name, "node-%u", (unsigned)(number % 3));
    demo_store_put(store, DEMO_KIND_NODE, json_pack("{s:{s:s}, s:{}}", "metadata", "name", name, "spec"), "rig");
    snprintf(name, sizeof name, "node-%u", (unsigned)((number + 1) % 3));
    demo_store_remove(store, DEMO_KIND_NODE, "", name);
}

void fault_rig_change(struct fault_rig *rig)
{
    rig->changes++;
    for (int region = 0; region < FAULT_RIG_REGIONS; region++)
        change_region(rig, region);
}

static struct demo_faults *switches(struct fault_rig *rig, enum fault_link link)
{
    return demo_http_faults(link == FAULT_LINK_API ? demo_catalyst_http(rig->catalyst) : demo_kube_http(rig->kube[link]));
}

void fault_rig_switch(struct fault_rig *rig, enum fault_link link, const char *rule)
{
    struct error err = {0};
    json_t *words = NULL;
    fault_rig_require(demo_json_parse(span_of(rule), &words, &err) == STATUS_OK && demo_faults_add(switches(rig, link), words, &err) == STATUS_OK,
                      "%s: %s", rule, err.text);
    json_decref(words);
}

void fault_rig_switch_off(struct fault_rig *rig)
{
    for (int link = 0; link <= FAULT_LINK_API; link++)
        demo_faults_remove_all(switches(rig, (enum fault_link)link));
}

void fault_rig_hits(struct fault_rig *rig, enum fault_link link, char *text, size_t size)
{
    json_t *list = demo_faults_list(switches(rig, link));
    char *dump = json_dumps(list, JSON_COMPACT);
    snprintf(text, size, "%s", dump);
    free(dump);
    json_decref(list);
}
