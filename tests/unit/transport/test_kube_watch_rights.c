/* Lists that come as initial events, lists instead of a watch that is not allowed, servers behind themselves, busy servers, and
 * the turns that many lists of one server take. */
#include <criterion/criterion.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "kube_watch_scene.h"
#include "support/leak_check.h"

static struct kube_watch_server server; /* each test is a process of its own */

#define INITIAL "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true\n"
#define END_OF_INITIAL \
    "{\"type\":\"BOOKMARK\",\"resourceVersion\":\"300\",\"metadata\":{\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}\n"

static bool is_initial(const struct fake_exchange *exchange)
{
    return strstr(exchange->target, "sendInitialEvents=true") != NULL;
}

static void follow_initial(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_begin(exchange, 200, "");
    if (is_initial(exchange)) {
        fake_server_print(exchange, "{\"type\":\"ADDED\",\"resourceVersion\":\"7\"}\n{\"type\":\"ADDED\",\"resourceVersion\":\"299\"}\n");
        fake_server_print(exchange, END_OF_INITIAL);
        fake_server_print(exchange, "{\"type\":\"MODIFIED\",\"resourceVersion\":\"305\"}\n");
        fake_server_end(exchange);
        return;
    }
    fake_server_stall(exchange);
}

Test(kube_watch_rights, a_list_comes_as_initial_events_where_the_server_has_them)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_initial, .options = {.server = &server}};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "resourceVersion=305\n", 1);
    cr_assert_eq(trace_count(&scene.trace, INITIAL), 1);
    cr_assert_eq(trace_count(&scene.trace, "limit="), 0, "a page was asked for");
    cr_assert_eq(trace_count(&scene.trace, "complete\n"), 1);
    cr_assert_eq(trace_count(&scene.trace, "state retrying"), 0);
    cr_assert_eq(kube_watch_counters(scene.watch).streamed, 1u);
    kube_watch_relist(scene.watch);
    kube_watch_scene_expect(&scene, "complete\n", 2);
    cr_assert_eq(trace_count(&scene.trace, INITIAL), 2);
    CLEANUP(alloc_free_pointer) char *text = trace_copy(&scene.trace);
    const char *begun = strstr(text, "initial\n"), *complete = strstr(text, "complete\n"), *live = strstr(text, "state live");
    cr_assert(begun != NULL && begun < complete && complete < live, "%s", text);
    kube_watch_scene_end(&scene);
}

static void follow_refusing_initial(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    if (is_initial(exchange))
        fake_server_reply(exchange, 422, "", "{\"message\":\"sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled\"}");
    else
        kube_watch_scene_follow_quiet(scene, exchange, number);
}

Test(kube_watch_rights, a_422_means_pages_for_good)
{
    struct kube_watch_scene scene = {
        .list = kube_watch_scene_list_one, .follow = follow_refusing_initial, .options = {.server = &server}};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state live", 1);
    kube_watch_relist(scene.watch);
    kube_watch_scene_expect(&scene, "complete\n", 2);
    cr_assert_eq(trace_count(&scene.trace, INITIAL), 1);
    cr_assert_eq(trace_count(&scene.trace, "state retrying"), 0);
    cr_assert_eq(server.lists, KUBE_WATCH_LISTS_PAGED);
    kube_watch_scene_end(&scene);
}

/* Before 1.27 the parameter is unknown: everything there is comes as ADDED, and no bookmark ends it. */
static void follow_ignoring_initial(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_begin(exchange, 200, "");
    if (is_initial(exchange))
        fake_server_print(exchange, "{\"type\":\"ADDED\",\"resourceVersion\":\"7\"}\n{\"type\":\"BOOKMARK\",\"resourceVersion\":\"299\"}\n");
    fake_server_stall(exchange);
}

Test(kube_watch_rights, initial_events_without_an_end_are_no_list)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_ignoring_initial,
                                     .options = {.server = &server, .initial_idle_ms = 50}};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state live", 1);
    CLEANUP(alloc_free_pointer) char *text = trace_copy(&scene.trace);
    cr_assert(strstr(text, "complete\n") > strstr(text, "page first"), "swept before a complete list:\n%s", text);
    cr_assert_eq(trace_count(&scene.trace, "complete\n"), 1);
    cr_assert_eq(server.lists, KUBE_WATCH_LISTS_PAGED);
    kube_watch_scene_end(&scene);
}

static void follow_ending_early(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_begin(exchange, 200, "");
    if (is_initial(exchange)) {
        fake_server_print(exchange, "{\"type\":\"ADDED\",\"resourceVersion\":\"7\"}\n");
        fake_server_end(exchange);
        return;
    }
    fake_server_stall(exchange);
}

Test(kube_watch_rights, initial_events_that_break_off_are_never_complete)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_ending_early, .options = {.server = &server}};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state live", 1);
    cr_assert_eq(trace_count(&scene.trace, "before its initial events were complete"), 2);
    cr_assert_eq(trace_count(&scene.trace, "\ncomplete\n"), 1);
    kube_watch_scene_end(&scene);
}

static void follow_denied(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_reply(exchange, 403, "", "{\"message\":\"cannot watch\"}");
}

Test(kube_watch_rights, what_may_not_be_watched_is_listed_now_and_then)
{
    struct kube_watch_scene scene = {
        .list = kube_watch_scene_list_one, .follow = follow_denied, .options = {.server = &server, .poll_ms = 20}};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "complete\n", 9);
    cr_assert_eq(trace_count(&scene.trace, "state polled: helmreleases on fsn1: listed every 1 s, because it may not be watched (403)"), 1);
    cr_assert_eq(trace_count(&scene.trace, "state listing"), 1, "every poll shows");
    cr_assert_eq(trace_count(&scene.trace, "state denied"), 0);
    cr_assert_leq(trace_count(&scene.trace, "resourceVersion=100"), 4, "a watch is tried with every list");
    kube_watch_scene_end(&scene);
}

/* A watch that ran, ended, and may not begin again: the list says that the rights are gone altogether. */
static void list_until_denied(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    if (number == 1)
        kube_watch_scene_list_one(scene, exchange, number);
    else
        fake_server_reply(exchange, 403, "", "{\"message\":\"cannot list\"}");
}

static void follow_once(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    if (number > 1) {
        follow_denied(scene, exchange, number);
        return;
    }
    fake_server_begin(exchange, 200, "");
    fake_server_print(exchange, "{\"type\":\"ADDED\",\"resourceVersion\":\"101\"}\n");
    fake_server_end(exchange);
}

Test(kube_watch_rights, rights_that_go_while_watching_are_a_state)
{
    struct kube_watch_scene scene = {.list = list_until_denied, .follow = follow_once};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state denied: helmreleases on fsn1: not allowed (403): cannot list", 1);
    cr_assert_eq(trace_count(&scene.trace, "GET "), 4);
    kube_watch_scene_end(&scene);
}

static void follow_cut_once(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_begin(exchange, 200, "");
    fake_server_print(exchange, "{\"type\":\"BOOKMARK\",\"resourceVersion\":\"500\"}\n");
    if (number == 1)
        fake_server_cut(exchange);
    else
        fake_server_stall(exchange);
}

Test(kube_watch_rights, a_restored_history_is_found_before_the_watch_goes_on)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_cut_once, .version_now = "120"};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "complete\n", 2);
    cr_assert_eq(trace_count(&scene.trace, "CHECK "), 1);
    cr_assert_eq(trace_count(&scene.trace, "resourceVersion=500"), 0);
    cr_assert_eq(kube_watch_counters(scene.watch).rewound, 1u);
    kube_watch_scene_end(&scene);
}

Test(kube_watch_rights, a_history_that_goes_on_is_not_listed_again)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_cut_once};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "watch=1&allowWatchBookmarks=true&resourceVersion=500\n", 1);
    cr_assert_eq(trace_count(&scene.trace, "complete\n"), 1);
    kube_watch_scene_end(&scene);
}

static void follow_back_in_time(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_begin(exchange, 200, "");
    if (number == 1)
        fake_server_print(exchange, "{\"type\":\"ADDED\",\"resourceVersion\":\"500\"}\n{\"type\":\"BOOKMARK\",\"resourceVersion\":\"90\"}\n");
    fake_server_stall(exchange);
}

Test(kube_watch_rights, a_bookmark_behind_us_means_a_fresh_list)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_back_in_time};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state live", 2);
    cr_assert_eq(trace_count(&scene.trace, "history went back"), 1);
    cr_assert_eq(trace_count(&scene.trace, "complete\n"), 2);
    kube_watch_scene_end(&scene);
}

static void follow_behind(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    if (number <= 6)
        fake_server_reply(exchange, 504, "",
                          "{\"message\":\"Too large resource version: 100, current: 50\",\"details\":{\"causes\":[{\"reason\":"
                          "\"ResourceVersionTooLarge\"}],\"retryAfterSeconds\":1}}");
    else
        kube_watch_scene_follow_quiet(scene, exchange, number);
}

Test(kube_watch_rights, a_replica_that_lags_is_asked_again_and_then_believed)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_behind};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state live", 1);
    cr_assert_eq(trace_count(&scene.trace, "complete\n"), 2, "one fresh list after the fourth refusal");
    cr_assert_eq(trace_count(&scene.trace, "it asks to wait 1 s, the next try is in 1 s"), 6);
    kube_watch_scene_end(&scene);
}

static void follow_busy(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    if (number > 1) {
        kube_watch_scene_follow_quiet(scene, exchange, number);
        return;
    }
    fake_server_begin(exchange, 200, "");
    fake_server_print(exchange, "{\"type\":\"ADDED\",\"resourceVersion\":\"107\"}\n{\"type\":\"ERROR\",\"object\":{\"code\":429}}\n");
    fake_server_stall(exchange);
}

Test(kube_watch_rights, a_busy_server_gets_a_pause_and_no_list)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_busy};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "watch=1&allowWatchBookmarks=true&resourceVersion=107\n", 1);
    cr_assert_eq(trace_count(&scene.trace, "complete\n"), 1);
    cr_assert_eq(trace_count(&scene.trace, "the server ended the watch with error 429"), 1);
    kube_watch_scene_end(&scene);
}

static void list_moving(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    static const char *const BODIES[] = {"{\"resourceVersion\":\"100\",\"continue\":\"a\",\"items\":[1]}",
                                         "{\"resourceVersion\":\"150\",\"items\":[2]}"};
    fake_server_reply(exchange, 200, "", BODIES[number > 1]);
}

Test(kube_watch_rights, pages_of_different_versions_are_watched_from_the_oldest)
{
    struct kube_watch_scene scene = {.list = list_moving, .follow = kube_watch_scene_follow_quiet};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "resourceVersion=100\n", 1);
    kube_watch_scene_end(&scene);
}

/* --- turns ---------------------------------------------------------------------------------------------------------- */

enum { KINDS = 40 };

struct crowd {
    struct trace trace;
    pthread_mutex_t lock;
    int running, most;
};

static void answer_crowd(void *context, struct fake_exchange *exchange)
{
    struct crowd *crowd = context;
    if (strstr(exchange->target, "watch=1") != NULL) {
        trace_line(&crowd->trace, "watch");
        kube_watch_scene_follow_quiet(NULL, exchange, 0);
        return;
    }
    pthread_mutex_lock(&crowd->lock);
    crowd->running++;
    crowd->most = crowd->running > crowd->most ? crowd->running : crowd->most;
    pthread_mutex_unlock(&crowd->lock);
    trace_line(&crowd->trace, "list");
    sched_yield();
    pthread_mutex_lock(&crowd->lock);
    crowd->running--;
    pthread_mutex_unlock(&crowd->lock);
    fake_server_reply(exchange, 200, "", "{}");
}

static enum status take_any_page(void *context, struct span body, bool first, struct kube_watch_page *page, struct error *err)
{
    snprintf(page->resource_version, sizeof page->resource_version, "100");
    page->taken = true;
    return STATUS_OK;
}

static void ignore_complete(void *context)
{
}

static enum status ignore_event(void *context, struct span line, struct kube_watch_event *event, struct error *err)
{
    return STATUS_OK;
}

static void see_state(void *context, const struct kube_watch_status *status)
{
    struct crowd *crowd = context;
    if (status->state == KUBE_WATCH_STATE_LIVE)
        trace_line(&crowd->trace, "live");
}

static void see_closed(void *context)
{
    struct crowd *crowd = context;
    trace_line(&crowd->trace, "closed");
}

static void ignore_initial(void *context)
{
}

Test(kube_watch_rights, many_lists_of_one_server_take_turns)
{
    struct crowd crowd = {.lock = PTHREAD_MUTEX_INITIALIZER};
    trace_init(&crowd.trace);
    static const struct kube_watch_callbacks SEE = {.on_page = take_any_page, .on_list_complete = ignore_complete,
                                                    .on_initial = ignore_initial, .on_event = ignore_event, .on_state = see_state,
                                                    .on_closed = see_closed};
    struct certificates_pair ca = certificates_make(NULL, (struct certificates_request){.common_name = "ca"});
    struct certificates_pair certificate = certificates_make(&ca, (struct certificates_request){0});
    struct tls_identity *identity = NULL;
    cr_assert_eq(tls_identity_new(&(struct tls_identity_options){.ca_data = span_of(ca.certificate)}, &identity, NULL), STATUS_OK);
    struct fake_server *peer =
        fake_server_new((struct fake_server_options){.certificate = &certificate, .handle = answer_crowd, .context = &crowd});
    struct http_thread *thread = http_thread_new();
    struct kube_watch *watches[KINDS];
    server.lists = KUBE_WATCH_LISTS_PAGED;
    for (int i = 0; i < KINDS; i++) {
        CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/kind%d", fake_server_url(peer), i);
        struct kube_watch_options options = {.name = "kind", .url = url, .identity = identity, .server = &server};
        watches[i] = kube_watch_new(thread, &options, &SEE, &crowd);
    }
    cr_assert(trace_wait(&crowd.trace, "live", KINDS));
    cr_assert_leq(crowd.most, KUBE_WATCH_LISTS_AT_ONCE);
    for (int i = 0; i < KINDS; i++)
        kube_watch_relist(watches[i]);
    for (int i = 0; i < KINDS; i++) /* some of them while they wait for their turn */
        kube_watch_close(watches[i]);
    cr_assert(trace_wait(&crowd.trace, "closed", KINDS));
    cr_assert(server.running == 0 && server.waiting == NULL);
    http_thread_free(thread);
    fake_server_free(peer);
    tls_identity_unref(identity);
    certificates_free(&certificate);
    certificates_free(&ca);
    trace_done(&crowd.trace);
    TEST_NO_LEAKS();
}
