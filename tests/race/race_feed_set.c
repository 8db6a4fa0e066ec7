/* Feeds started, flooded, cut and stopped while their server changes: every path between the HTTP thread, the worker and the UI
 * thread, for ThreadSanitizer. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "demo/demo_access.h"
#include "demo/demo_kube.h"
#include "demo/demo_kubeconfig.h"
#include "feed/feed_set.h"

#define OBJECTS 60
#define ROUNDS 3

static struct demo_store *objects;
static atomic_bool stopping;
static int opened_count;

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "failed: %s\n", what);
    exit(1);
}

static void put(int index, int value)
{
    char name[32];
    snprintf(name, sizeof name, "bp-%03d", index);
    demo_store_put(objects, DEMO_KIND_HELMRELEASE,
                   json_pack("{s:{s:s, s:s}, s:{s:i}}", "metadata", "name", name, "namespace", "flux-system", "spec", "timeout", value), "race");
}

static void *change_objects(void *argument)
{
    for (int i = 0; !atomic_load(&stopping); i++) {
        put(i % OBJECTS, i);
        if (i % 97 == 0)
            demo_store_expire(objects);
        if (i % 11 == 0)
            demo_store_remove(objects, DEMO_KIND_HELMRELEASE, "flux-system", "bp-001");
    }
    return NULL;
}

static void opened(void *context, const struct kind *kind, const struct error *err)
{
    opened_count++;
    if (kind != NULL)
        feed_set_want(context, kind);
}

static void drain_for(struct inbox *inbox, int64_t duration_ms)
{
    int64_t end_ms = clock_monotonic_ms() + duration_ms;
    while (clock_monotonic_ms() < end_ms) {
        struct pollfd ready = {.fd = inbox_fd(inbox), .events = POLLIN};
        poll(&ready, 1, 20);
        inbox_drain(inbox, NULL, 5);
    }
}

static void run_round(struct sovereign *sovereign, struct http_thread *thread, struct demo_kube *kube, size_t inbox_messages)
{
    struct inbox *inbox = inbox_new(inbox_messages, 1 << 22);
    struct store *store = store_new();
    struct worker *worker = worker_new("race", 8);
    struct feed_set_options options = {.sovereign = sovereign, .thread = thread, .inbox = inbox, .store = store, .worker = worker};
    struct feed_set *feeds = feed_set_start(&options);
    feed_set_open_kind(feeds, "certificates", opened, feeds);
    drain_for(inbox, 700);
    feed_set_retry(feeds);
    demo_http_pause(demo_kube_http(kube));
    drain_for(inbox, 300);
    require(demo_http_resume(demo_kube_http(kube), NULL) == STATUS_OK, "the server comes back");
    drain_for(inbox, 500);
    feed_set_stop(feeds);
    inbox_drain(inbox, NULL, 100);
    worker_free(worker);
    inbox_free(inbox);
    store_free(store);
}

int main(void)
{
    static const char *const MASTERS[] = {"system:masters", NULL};
    char folder[] = "/tmp/sovdeck-race-XXXXXX", path[64];
    struct error err = {0};
    struct demo_tls *tls = NULL;
    struct demo_tls_pair pair = {0};
    struct demo_kube *kube = NULL;
    struct sovereign *sovereign = NULL;
    pthread_t changer;
    require(mkdtemp(folder) != NULL, "a folder");
    snprintf(path, sizeof path, "%s/kubeconfig", folder);
    struct http_thread *thread = http_thread_new();
    struct demo_logs *logs = demo_logs_new();
    struct demo_access *access_table = demo_access_new("none");
    objects = demo_store_new("fsn", 7);
    for (int i = 0; i < OBJECTS; i++)
        put(i, 0);
    require(demo_tls_new(&tls, &err) == STATUS_OK && demo_tls_client_pair(tls, "admin", MASTERS, 3600000, &pair, &err) == STATUS_OK, err.text);
    struct demo_kube_options options = {.store = objects, .logs = logs, .access = access_table, .tls = tls};
    require(demo_kube_start(&kube, &options, &err) == STATUS_OK, err.text);
    struct demo_context context = {.name = "fsn", .cluster = "fsn", .port = demo_kube_port(kube), .pair = &pair};
    require(demo_kubeconfig_write(path, demo_tls_ca_pem(tls), &context, 1, &err) == STATUS_OK, err.text);
    struct sovereign_options words = {.kubeconfig = path};
    require(sovereign_open(&words, thread, &sovereign, &err) == STATUS_OK && sovereign->regions[0].client != NULL, err.text);
    pthread_create(&changer, NULL, change_objects, NULL);
    for (int round = 0; round < ROUNDS; round++)
        run_round(sovereign, thread, kube, round == 1 ? 4 : 4096);
    atomic_store(&stopping, true);
    pthread_join(changer, NULL);
    http_thread_free(thread);
    sovereign_free(sovereign);
    demo_kube_stop(kube);
    demo_tls_pair_clear(&pair);
    demo_tls_free(tls);
    demo_access_free(access_table);
    demo_logs_free(logs);
    demo_store_free(objects);
    unlink(path);
    rmdir(folder);
    return 0;
}
