/* Many threads use one HTTP thread: submit, cancel, fetch, cut, open and close watches, change credentials; and it is stopped
 * while they do. Every on_done and every on_closed comes exactly once. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "support/fake_server.h"
#include "transport/http_thread.h"
#include "transport/kube_watch.h"

/* libcurl says "remove" for numbers it has closed before (http_pool.c says why that is harmless). */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:watch_socket\n";
}

#define USERS 4
#define ROUNDS 60

static struct http_thread *thread;
static struct tls_identity *identity;
static struct fake_server *server;
static char url[128];
static atomic_ulong submitted, done, opened, closed;

static void handle(void *context, struct fake_exchange *exchange)
{
    if (strstr(exchange->target, "watch=1") != NULL) {
        fake_server_begin(exchange, 200, "");
        fake_server_print(exchange, "{\"n\":1}\n{\"n\":2}\n");
        fake_server_stall(exchange);
        return;
    }
    fake_server_reply(exchange, 200, "", "{\"items\":[]}");
}

static void note_done(void *context, const struct http_result *result)
{
    atomic_fetch_add(&done, 1);
}

static enum status take_page(void *context, struct span body, bool first, struct kube_watch_page *page, struct error *err)
{
    strcpy(page->resource_version, "1");
    return STATUS_OK;
}

static void take_complete(void *context)
{
}

static enum status take_event(void *context, struct span line, struct kube_watch_event *event, struct error *err)
{
    return STATUS_OK;
}

static void take_state(void *context, const struct kube_watch_status *status)
{
}

static void note_closed(void *context)
{
    atomic_fetch_add(&closed, 1);
}

static void submit_and_cancel(unsigned round)
{
    static const struct http_callbacks CALLBACKS = {.on_done = note_done};
    struct http_request request = {.url = url, .identity = identity, .class = round % 2};
    uint64_t id = http_thread_submit(thread, &request, &CALLBACKS, NULL);
    atomic_fetch_add(&submitted, id != 0 ? 1 : 0);
    if (round % 3 == 0)
        http_thread_cancel(thread, id);
}

static void fetch_once(void)
{
    struct http_response response;
    struct http_request request = {.url = url, .identity = identity};
    http_response_init(&response, 4096);
    (void)http_thread_fetch(thread, &request, NULL, &response, NULL);
    http_response_done(&response);
}

static void watch_once(unsigned round)
{
    static const struct kube_watch_callbacks CALLBACKS = {.on_page = take_page,
                                                          .on_list_complete = take_complete,
                                                          .on_event = take_event,
                                                          .on_state = take_state,
                                                          .on_closed = note_closed};
    struct kube_watch_options options = {.name = "race", .url = url, .identity = identity};
    struct kube_watch *watch = kube_watch_new(thread, &options, &CALLBACKS, NULL);
    atomic_fetch_add(&opened, 1);
    fetch_once();
    if (round % 2 == 0)
        kube_watch_reset(watch);
    kube_watch_page_taken(watch);
    (void)kube_watch_counters(watch);
    kube_watch_close(watch);
}

static void *use(void *argument)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        submit_and_cancel(round);
        if (round % 4 == 0)
            watch_once(round);
        if (round % 16 == 0)
            http_thread_cut(thread, url);
        if (round % 8 == 0)
            tls_identity_set_token(identity, round % 16 == 0 ? "a" : "b");
        (void)http_thread_counters(thread);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[USERS];
    server = fake_server_new((struct fake_server_options){.handle = handle});
    snprintf(url, sizeof url, "%s/race", fake_server_url(server));
    if (tls_identity_new(&(struct tls_identity_options){.token = "a"}, &identity, NULL) != STATUS_OK)
        return 1;
    thread = http_thread_new();
    for (int i = 0; i < USERS; i++)
        pthread_create(&threads[i], NULL, use, NULL);
    pthread_join(threads[0], NULL);
    http_thread_stop(thread);
    for (int i = 1; i < USERS; i++)
        pthread_join(threads[i], NULL);
    http_thread_free(thread);
    fake_server_free(server);
    tls_identity_unref(identity);
    printf("%lu transfers, %lu ended; %lu watches, %lu closed\n", submitted, done, opened, closed);
    return submitted == done && opened == closed ? 0 : 1;
}
