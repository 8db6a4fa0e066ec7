/* List and watch against a server that behaves as real ones do, and as broken ones do. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "kube_watch_scene.h"

/* --- scripts -------------------------------------------------------------------------------------------------------- */

static void list_three(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    const char *token = strstr(exchange->target, "continue=");
    if (token == NULL)
        fake_server_reply(exchange, 200, "", "{\"resourceVersion\":\"100\",\"continue\":\"a/b=\",\"items\":[1]}");
    else if (strstr(token, "a%2Fb%3D") != NULL)
        fake_server_reply(exchange, 200, "", "{\"resourceVersion\":\"100\",\"continue\":\"c\",\"items\":[2]}");
    else
        fake_server_reply(exchange, 200, "", "{\"resourceVersion\":\"100\",\"items\":[3]}");
}

static void follow_events(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_begin(exchange, 200, "");
    if (number == 1) {
        fake_server_print(exchange, "{\"type\":\"ADDED\",\"resourceVersion\":\"101\"}\n{\"type\":\"MODI");
        fake_server_print(exchange, "FIED\",\"resourceVersion\":\"102\"}\n{\"type\":\"BOOKMARK\",\"resourceVersion\":\"150\"}\n");
        fake_server_end(exchange);
        return;
    }
    fake_server_stall(exchange);
}

Test(kube_watch, lists_in_pages_then_watches_and_resumes)
{
    struct kube_watch_scene scene = {.list = list_three, .follow = follow_events, .options = {.query = "fieldSelector=x", .page_items = 2}};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "GET /apis/helmreleases?fieldSelector=x&watch=1&allowWatchBookmarks=true&resourceVersion=150", 1);
    kube_watch_scene_expect(&scene, "seconds fine", 2);
    CLEANUP(alloc_free_pointer) char *text = trace_copy(&scene.trace);
    static const char *const ORDER[] = {"state listing\n",
                                        "GET /apis/helmreleases?fieldSelector=x&limit=2\n",
                                        "page first ",
                                        "limit=2&continue=a%2Fb%3D\n",
                                        "page {",
                                        "limit=2&continue=c\n",
                                        "page {",
                                        "complete\n",
                                        "resourceVersion=100\n",
                                        "event {\"type\":\"ADDED\"",
                                        "event {\"type\":\"MODIFIED\"",
                                        "event {\"type\":\"BOOKMARK\"",
                                        "resourceVersion=150\n"};
    const char *at = text;
    for (size_t i = 0; i < ARRAY_LENGTH(ORDER); i++) {
        at = strstr(at, ORDER[i]);
        cr_assert(at != NULL, "'%s' missing or out of order in\n%s", ORDER[i], text);
    }
    cr_assert_eq(trace_count(&scene.trace, "state live"), 1);
    cr_assert_eq(trace_count(&scene.trace, "state retrying"), 0);
    struct kube_watch_counters counters = kube_watch_counters(scene.watch);
    cr_assert_eq(counters.lists, 1u);
    cr_assert_eq(counters.pages, 3u);
    cr_assert_eq(counters.events, 2u);
    cr_assert_eq(counters.bookmarks, 1u);
    kube_watch_scene_end(&scene);
}

Test(kube_watch, asks_for_the_next_page_only_when_the_last_was_taken)
{
    struct kube_watch_scene scene = {.list = list_three, .follow = kube_watch_scene_follow_quiet, .hold_pages = true};
    kube_watch_scene_begin(&scene);
    for (int taken = 1; taken <= 2; taken++) {
        kube_watch_scene_expect(&scene, "page", taken);
        kube_watch_reset(scene.watch); /* nothing runs: nothing to cut */
        cr_assert_eq(trace_count(&scene.trace, "GET "), taken);
        kube_watch_page_taken(scene.watch);
    }
    kube_watch_scene_expect(&scene, "complete", 1);
    kube_watch_page_taken(scene.watch);
    kube_watch_scene_expect(&scene, "state live", 1);
    kube_watch_scene_end(&scene);
}

static void list_expiring(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    if (number == 2)
        fake_server_reply(exchange, 410, "", "{\"message\":\"The provided continue parameter is too old\"}");
    else
        list_three(scene, exchange, number);
}

Test(kube_watch, an_expired_continue_restarts_the_list)
{
    struct kube_watch_scene scene = {.list = list_expiring, .follow = kube_watch_scene_follow_quiet};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state live", 1);
    cr_assert_eq(trace_count(&scene.trace, "page first"), 2);
    cr_assert_eq(trace_count(&scene.trace, "state retrying"), 0);
    cr_assert_eq(kube_watch_counters(scene.watch).expired, 1u);
    kube_watch_scene_end(&scene);
}

static void follow_expiring(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    if (number == 1) {
        fake_server_begin(exchange, 200, "");
        fake_server_print(exchange, "{\"type\":\"ADDED\",\"resourceVersion\":\"101\"}\n");
        fake_server_print(exchange, "{\"type\":\"ERROR\",\"object\":{\"code\":410}}\n");
        fake_server_stall(exchange);
    } else if (number == 2) {
        fake_server_begin(exchange, 200, "");
        fake_server_print(exchange, "{\"type\":\"ADDED\",\"resourceVersion\":\"102\"}\n");
        fake_server_end(exchange);
    } else if (number == 3) {
        fake_server_reply(exchange, 410, "", "{}");
    } else {
        kube_watch_scene_follow_quiet(scene, exchange, number);
    }
}

Test(kube_watch, a_version_too_old_means_a_fresh_list)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_expiring};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "complete", 3);
    kube_watch_scene_expect(&scene, "watch=1", 4);
    kube_watch_scene_expect(&scene, "resourceVersion=102", 1);
    cr_assert_eq(trace_count(&scene.trace, "state retrying"), 0);
    cr_assert_eq(kube_watch_counters(scene.watch).expired, 2u);
    kube_watch_scene_end(&scene);
}

static void follow_always_expired(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_reply(exchange, 410, "", "{}");
}

Test(kube_watch, a_server_that_expires_everything_gets_pauses)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_always_expired};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state retrying: helmreleases on fsn1: the server keeps saying that its list is too old (410)", 3);
    kube_watch_scene_end(&scene);
}

static void list_broken(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    static const char *const BODIES[] = {"{\"resourceVersion\":\"1\",\"items\":[", "", "{\"items\":[]}"};
    if (number <= 3)
        fake_server_reply(exchange, 200, "", BODIES[number - 1]);
    else
        list_three(scene, exchange, number);
}

Test(kube_watch, a_broken_page_is_named_and_the_list_repeated)
{
    struct kube_watch_scene scene = {.list = list_broken, .follow = kube_watch_scene_follow_quiet};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state retrying: helmreleases on fsn1: a page of the list cannot be read: no closing brace", 2);
    kube_watch_scene_expect(&scene, "cannot be read: it has no resourceVersion", 1);
    kube_watch_scene_expect(&scene, "state live", 1);
    cr_assert_eq(trace_count(&scene.trace, "complete"), 1);
    cr_assert_eq(kube_watch_counters(scene.watch).broken_pages, 3u);
    kube_watch_scene_end(&scene);
}

static void list_middle_cut(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    if (number == 2) {
        fake_server_begin(exchange, 200, "");
        fake_server_print(exchange, "{\"resourceVersion\":");
        fake_server_cut(exchange);
        return;
    }
    list_three(scene, exchange, number);
}

Test(kube_watch, a_list_cut_in_the_middle_is_never_complete)
{
    struct kube_watch_scene scene = {.list = list_middle_cut, .follow = kube_watch_scene_follow_quiet};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state live", 1);
    cr_assert_eq(trace_count(&scene.trace, "page first"), 2);
    cr_assert_eq(trace_count(&scene.trace, "complete"), 1);
    cr_assert_eq(trace_count(&scene.trace, "state retrying"), 1);
    kube_watch_scene_end(&scene);
}

static void list_huge(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    int limit = atoi(strstr(exchange->target, "limit=") + 6);
    char *padding = alloc_zeroed(1, (size_t)limit * 1000 + 1);
    memset(padding, 'x', (size_t)limit * 1000);
    bool last = strstr(exchange->target, "continue=c") != NULL;
    char *body = alloc_printf("{\"resourceVersion\":\"100\",%s\"items\":\"%s\"}", last ? "" : "\"continue\":\"c\",", padding);
    fake_server_reply(exchange, 200, "", body);
    free(body);
    free(padding);
}

Test(kube_watch, a_page_over_the_maximum_is_asked_for_in_halves)
{
    struct kube_watch_scene scene = {.list = list_huge, .follow = kube_watch_scene_follow_quiet, .options = {.page_items = 40, .page_maximum = 12000}};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state live", 1);
    static const char *const ASKED[] = {"limit=40\n", "limit=20\n", "limit=10\n", "limit=10&continue=c\n"};
    for (size_t i = 0; i < ARRAY_LENGTH(ASKED); i++)
        cr_assert_eq(trace_count(&scene.trace, ASKED[i]), 1, "%s", ASKED[i]);
    cr_assert_eq(kube_watch_counters(scene.watch).halved_pages, 2u);
    kube_watch_scene_end(&scene);
}

Test(kube_watch, one_object_over_the_maximum_fails_the_list)
{
    struct kube_watch_scene scene = {.list = list_huge, .follow = kube_watch_scene_follow_quiet, .options = {.page_items = 2, .page_maximum = 500}};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state retrying: helmreleases on fsn1: 127.0.0.1:", 2);
    cr_assert_geq(trace_count(&scene.trace, "the answer is over the maximum"), 1);
    cr_assert_eq(trace_count(&scene.trace, "complete"), 0);
    kube_watch_scene_end(&scene);
}

static void follow_broken(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_begin(exchange, 200, "");
    if (number == 1) {
        fake_server_print(exchange, "{\"type\":\"ADDED\",\"resourceVersion\":\"101\"}\n{\"type\":\n");
    } else if (number == 2) {
        static char block[64 << 10];
        memset(block, 'x', sizeof block);
        for (int sent = 0; sent < 20 << 20; sent += (int)sizeof block)
            fake_server_write(exchange, block, sizeof block);
    } else if (number == 3) {
        fake_server_print(exchange, "{\"type\":\"ERROR\",\"object\":{\"code\":500}}\n");
    }
    fake_server_stall(exchange);
}

Test(kube_watch, a_broken_or_huge_line_is_named_and_a_fresh_list_follows)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_broken};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "an event cannot be read; a fresh list follows: no closing brace", 1);
    kube_watch_scene_expect(&scene, "an event is over the maximum of 8192 KiB; a fresh list follows", 1);
    kube_watch_scene_expect(&scene, "the server ended the watch with error 500; a fresh list follows", 1);
    kube_watch_scene_expect(&scene, "state live", 4);
    cr_assert_eq(trace_count(&scene.trace, "complete"), 4);
    struct kube_watch_counters counters = kube_watch_counters(scene.watch);
    cr_assert_eq(counters.broken_lines, 1u);
    cr_assert_eq(counters.overlong_lines, 1u);
    kube_watch_scene_end(&scene);
}

static void follow_cut(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    if (number == 1) {
        fake_server_begin(exchange, 200, "");
        fake_server_print(exchange, "{\"type\":\"ADDED\",\"resourceVersion\":\"107\"}\n{\"type\":\"HALF");
        fake_server_cut(exchange);
    } else if (number == 2) {
        fake_server_reply(exchange, 429, "Retry-After: 1\r\n", "{\"message\":\"too many\x1b[31m requests\"}");
    } else {
        kube_watch_scene_follow_quiet(scene, exchange, number);
    }
}

Test(kube_watch, a_cut_watch_resumes_behind_what_was_seen)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_cut};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "resourceVersion=107", 2);
    kube_watch_scene_expect(&scene, "state live", 2);
    kube_watch_scene_expect(&scene, "state retrying", 2);
    kube_watch_scene_expect(&scene, "the server answers 429 Too Many Requests: too many\xEF\xBF\xBD[31m requests", 1);
    cr_assert_eq(trace_count(&scene.trace, "HALF"), 0, "half an event was delivered");
    cr_assert_eq(trace_count(&scene.trace, "complete"), 1);
    kube_watch_scene_end(&scene);
}

static void follow_short(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_begin(exchange, 200, "");
    fake_server_end(exchange);
}

Test(kube_watch, watches_that_end_at_once_get_pauses)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = follow_short};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state retrying: helmreleases on fsn1: the server ends every watch at once", 2);
    cr_assert_eq(trace_count(&scene.trace, "complete"), 1);
    kube_watch_scene_end(&scene);
}

static void list_refused(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    static const int CODES[] = {401, 403, 404};
    if (number <= 3)
        fake_server_reply(exchange, CODES[number - 1], "", "{\"message\":\"because\"}");
    else
        kube_watch_scene_list_one(scene, exchange, number);
}

Test(kube_watch, refusals_are_states_and_are_checked_again)
{
    struct kube_watch_scene scene = {.list = list_refused, .follow = kube_watch_scene_follow_quiet, .options = {.recheck_ms = 5}};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state live", 1);
    kube_watch_scene_expect(&scene, "state unauthenticated: helmreleases on fsn1: the server does not accept our credentials (401): because", 1);
    kube_watch_scene_expect(&scene, "state denied: helmreleases on fsn1: not allowed (403): because", 1);
    kube_watch_scene_expect(&scene, "state absent: helmreleases on fsn1: the server does not have this kind (404): because", 1);
    cr_assert_eq(trace_count(&scene.trace, "state retrying"), 0);
    kube_watch_scene_end(&scene);
}

static void list_denied_once(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    if (number == 1)
        fake_server_reply(exchange, 403, "", "");
    else
        kube_watch_scene_list_one(scene, exchange, number);
}

Test(kube_watch, can_be_told_not_to_wait)
{
    struct kube_watch_scene scene = {.list = list_denied_once, .follow = kube_watch_scene_follow_quiet};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state denied", 1);
    kube_watch_retry_now(scene.watch);
    kube_watch_scene_expect(&scene, "state live", 1);
    kube_watch_retry_now(scene.watch);
    kube_watch_reset(scene.watch);
    kube_watch_scene_expect(&scene, "watch=1", 2);
    cr_assert_eq(trace_count(&scene.trace, "complete"), 1);
    kube_watch_relist(scene.watch);
    kube_watch_scene_expect(&scene, "complete", 2);
    kube_watch_scene_expect(&scene, "watch=1", 3);
    kube_watch_scene_end(&scene);
}

Test(kube_watch, survives_a_server_that_goes_and_comes)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = kube_watch_scene_follow_quiet};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state live", 1);
    int port = fake_server_port(scene.server);
    fake_server_free(scene.server);
    kube_watch_scene_expect(&scene, ": connection refused", 2);
    scene.server = fake_server_new((struct fake_server_options){.handle = kube_watch_scene_handle, .context = &scene, .port = port});
    kube_watch_scene_expect(&scene, "state live", 2);
    kube_watch_scene_end(&scene);
}

Test(kube_watch, a_cut_host_is_reconnected_and_closing_after_the_thread_is_fine)
{
    struct kube_watch_scene scene = {.list = kube_watch_scene_list_one, .follow = kube_watch_scene_follow_quiet};
    kube_watch_scene_begin(&scene);
    kube_watch_scene_expect(&scene, "state live", 1);
    http_thread_cut(scene.thread, fake_server_url(scene.server));
    kube_watch_scene_expect(&scene, "no sign of life, connection cut", 1);
    kube_watch_scene_expect(&scene, "state live", 2);
    http_thread_stop(scene.thread);
    kube_watch_scene_end(&scene);
}
