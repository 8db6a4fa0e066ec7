/* List and watch against a server that behaves as real ones do, and as broken ones do. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "support/fake_server.h"
#include "support/leak_check.h"
#include "support/trace.h"
#include "transport/kube_watch.h"

static const struct retry_policy QUICK = {.first_ms = 4, .maximum_ms = 50, .refused_ms = 20, .retry_after_ms = 30};

/* What one test's server does: `script` is called for each request with its number among the lists or watches. */
struct scene {
    struct trace trace; /* of both sides */
    struct fake_server *server;
    struct http_thread *thread;
    struct kube_watch *watch;
    void (*list)(struct scene *scene, struct fake_exchange *exchange, int number);
    void (*follow)(struct scene *scene, struct fake_exchange *exchange, int number);
    struct kube_watch_options options;
    bool hold_pages; /* the test takes the pages */
    pthread_mutex_t lock;
    int lists, follows;
};

/* --- the consumer's side: a decoder good enough for the scripts ------------------------------------------------------ */

static bool read_field(struct span text, const char *key, char *out, size_t size)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"%s\":\"", key);
    const char *found = memmem(text.data, text.length, wanted, strlen(wanted));
    if (found == NULL)
        return false;
    found += strlen(wanted);
    snprintf(out, size, "%.*s", (int)strcspn(found, "\""), found);
    return true;
}

static enum status see_page(void *context, struct span body, bool first, struct kube_watch_page *page, struct error *err)
{
    struct scene *scene = context;
    char token[64];
    if (body.length == 0 || body.data[body.length - 1] != '}')
        return error_set(err, STATUS_INVALID, "no closing brace");
    (void)read_field(body, "resourceVersion", page->resource_version, sizeof page->resource_version);
    if (read_field(body, "continue", token, sizeof token))
        page->continue_token = alloc_strdup(token);
    page->items = 1;
    trace_line(&scene->trace, "page%s %.*s", first ? " first" : "", SPAN_PRINT(span_first(body, 80)));
    page->taken = !scene->hold_pages;
    return STATUS_OK;
}

static void see_complete(void *context)
{
    struct scene *scene = context;
    trace_line(&scene->trace, "complete");
}

static enum status see_event(void *context, struct span line, struct kube_watch_event *event, struct error *err)
{
    struct scene *scene = context;
    if (line.data[line.length - 1] != '}')
        return error_set(err, STATUS_INVALID, "no closing brace");
    trace_line(&scene->trace, "event %.*s", SPAN_PRINT(span_first(line, 80)));
    (void)read_field(line, "resourceVersion", event->resource_version, sizeof event->resource_version);
    if (span_contains(line, "BOOKMARK"))
        event->type = KUBE_WATCH_EVENT_BOOKMARK;
    if (span_contains(line, "ERROR")) {
        event->type = KUBE_WATCH_EVENT_ERROR;
        event->error_code = span_contains(line, "410") ? 410 : 500;
    }
    return STATUS_OK;
}

static const char *const STATES[] = {"listing", "live", "retrying", "unauthenticated", "denied", "absent"};

static void see_state(void *context, const struct kube_watch_status *status)
{
    struct scene *scene = context;
    trace_line(&scene->trace, "state %s%s%s", STATES[status->state], status->text[0] != '\0' ? ": " : "", status->text);
}

static void see_closed(void *context)
{
    struct scene *scene = context;
    trace_line(&scene->trace, "closed");
}

static void see_failure(void *context, struct span body, char *out, size_t size)
{
    (void)read_field(body, "message", out, size);
}

/* --- the scene ------------------------------------------------------------------------------------------------------ */

static void handle(void *context, struct fake_exchange *exchange)
{
    struct scene *scene = context;
    bool follows = strstr(exchange->target, "watch=1") != NULL;
    pthread_mutex_lock(&scene->lock);
    int number = follows ? ++scene->follows : ++scene->lists;
    pthread_mutex_unlock(&scene->lock);
    char *seconds = strstr(exchange->target, "&timeoutSeconds=");
    if (seconds != NULL) {
        int value = atoi(seconds + 16);
        trace_line(&scene->trace, "%s", value >= 290 && value <= 590 ? "seconds fine" : "seconds wrong");
        *seconds = '\0';
    }
    trace_line(&scene->trace, "GET %s", exchange->target);
    (follows ? scene->follow : scene->list)(scene, exchange, number);
}

static void begin(struct scene *scene)
{
    trace_init(&scene->trace);
    pthread_mutex_init(&scene->lock, NULL);
    scene->server = fake_server_new((struct fake_server_options){.handle = handle, .context = scene});
    scene->thread = http_thread_new();
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/apis/helmreleases", fake_server_url(scene->server));
    static const struct kube_watch_callbacks SEE = {.on_page = see_page,
                                                    .on_list_complete = see_complete,
                                                    .on_event = see_event,
                                                    .on_state = see_state,
                                                    .on_closed = see_closed,
                                                    .read_failure = see_failure};
    scene->options.name = "helmreleases on fsn1";
    scene->options.url = url;
    scene->options.retry = &QUICK;
    scene->watch = kube_watch_new(scene->thread, &scene->options, &SEE, scene);
}

static void end(struct scene *scene)
{
    if (scene->watch != NULL) {
        kube_watch_close(scene->watch);
        cr_assert(trace_wait(&scene->trace, "closed", 1));
    }
    http_thread_free(scene->thread);
    fake_server_free(scene->server);
    trace_done(&scene->trace);
    pthread_mutex_destroy(&scene->lock);
    TEST_NO_LEAKS();
}

static void expect(struct scene *scene, const char *text, int times)
{
    cr_assert(trace_wait(&scene->trace, text, times), "no %d times '%s'", times, text);
}

/* --- scripts -------------------------------------------------------------------------------------------------------- */

static void list_one(struct scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_reply(exchange, 200, "", "{\"metadata\":{\"resourceVersion\":\"100\"},\"items\":[1]}");
}

static void follow_quiet(struct scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_begin(exchange, 200, "");
    fake_server_stall(exchange);
}

static void list_three(struct scene *scene, struct fake_exchange *exchange, int number)
{
    const char *token = strstr(exchange->target, "continue=");
    if (token == NULL)
        fake_server_reply(exchange, 200, "", "{\"resourceVersion\":\"100\",\"continue\":\"a/b=\",\"items\":[1]}");
    else if (strstr(token, "a%2Fb%3D") != NULL)
        fake_server_reply(exchange, 200, "", "{\"resourceVersion\":\"100\",\"continue\":\"c\",\"items\":[2]}");
    else
        fake_server_reply(exchange, 200, "", "{\"resourceVersion\":\"100\",\"items\":[3]}");
}

static void follow_events(struct scene *scene, struct fake_exchange *exchange, int number)
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
    struct scene scene = {.list = list_three, .follow = follow_events, .options = {.query = "fieldSelector=x", .page_items = 2}};
    begin(&scene);
    expect(&scene, "GET /apis/helmreleases?fieldSelector=x&watch=1&allowWatchBookmarks=true&resourceVersion=150", 1);
    expect(&scene, "seconds fine", 2);
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
    end(&scene);
}

Test(kube_watch, asks_for_the_next_page_only_when_the_last_was_taken)
{
    struct scene scene = {.list = list_three, .follow = follow_quiet, .hold_pages = true};
    begin(&scene);
    for (int taken = 1; taken <= 2; taken++) {
        expect(&scene, "page", taken);
        kube_watch_reset(scene.watch); /* nothing runs: nothing to cut */
        cr_assert_eq(trace_count(&scene.trace, "GET "), taken);
        kube_watch_page_taken(scene.watch);
    }
    expect(&scene, "complete", 1);
    kube_watch_page_taken(scene.watch);
    expect(&scene, "state live", 1);
    end(&scene);
}

static void list_expiring(struct scene *scene, struct fake_exchange *exchange, int number)
{
    if (number == 2)
        fake_server_reply(exchange, 410, "", "{\"message\":\"The provided continue parameter is too old\"}");
    else
        list_three(scene, exchange, number);
}

Test(kube_watch, an_expired_continue_restarts_the_list)
{
    struct scene scene = {.list = list_expiring, .follow = follow_quiet};
    begin(&scene);
    expect(&scene, "state live", 1);
    cr_assert_eq(trace_count(&scene.trace, "page first"), 2);
    cr_assert_eq(trace_count(&scene.trace, "state retrying"), 0);
    cr_assert_eq(kube_watch_counters(scene.watch).expired, 1u);
    end(&scene);
}

static void follow_expiring(struct scene *scene, struct fake_exchange *exchange, int number)
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
        follow_quiet(scene, exchange, number);
    }
}

Test(kube_watch, a_version_too_old_means_a_fresh_list)
{
    struct scene scene = {.list = list_one, .follow = follow_expiring};
    begin(&scene);
    expect(&scene, "complete", 3);
    expect(&scene, "watch=1", 4);
    expect(&scene, "resourceVersion=102", 1);
    cr_assert_eq(trace_count(&scene.trace, "state retrying"), 0);
    cr_assert_eq(kube_watch_counters(scene.watch).expired, 2u);
    end(&scene);
}

static void follow_always_expired(struct scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_reply(exchange, 410, "", "{}");
}

Test(kube_watch, a_server_that_expires_everything_gets_pauses)
{
    struct scene scene = {.list = list_one, .follow = follow_always_expired};
    begin(&scene);
    expect(&scene, "state retrying: helmreleases on fsn1: the server keeps saying that its list is too old (410)", 3);
    end(&scene);
}

static void list_broken(struct scene *scene, struct fake_exchange *exchange, int number)
{
    static const char *const BODIES[] = {"{\"resourceVersion\":\"1\",\"items\":[", "", "{\"items\":[]}"};
    if (number <= 3)
        fake_server_reply(exchange, 200, "", BODIES[number - 1]);
    else
        list_three(scene, exchange, number);
}

Test(kube_watch, a_broken_page_is_named_and_the_list_repeated)
{
    struct scene scene = {.list = list_broken, .follow = follow_quiet};
    begin(&scene);
    expect(&scene, "state retrying: helmreleases on fsn1: a page of the list cannot be read: no closing brace", 2);
    expect(&scene, "cannot be read: it has no resourceVersion", 1);
    expect(&scene, "state live", 1);
    cr_assert_eq(trace_count(&scene.trace, "complete"), 1);
    cr_assert_eq(kube_watch_counters(scene.watch).broken_pages, 3u);
    end(&scene);
}

static void list_middle_cut(struct scene *scene, struct fake_exchange *exchange, int number)
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
    struct scene scene = {.list = list_middle_cut, .follow = follow_quiet};
    begin(&scene);
    expect(&scene, "state live", 1);
    cr_assert_eq(trace_count(&scene.trace, "page first"), 2);
    cr_assert_eq(trace_count(&scene.trace, "complete"), 1);
    cr_assert_eq(trace_count(&scene.trace, "state retrying"), 1);
    end(&scene);
}

static void list_huge(struct scene *scene, struct fake_exchange *exchange, int number)
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
    struct scene scene = {.list = list_huge, .follow = follow_quiet, .options = {.page_items = 40, .page_maximum = 12000}};
    begin(&scene);
    expect(&scene, "state live", 1);
    static const char *const ASKED[] = {"limit=40\n", "limit=20\n", "limit=10\n", "limit=10&continue=c\n"};
    for (size_t i = 0; i < ARRAY_LENGTH(ASKED); i++)
        cr_assert_eq(trace_count(&scene.trace, ASKED[i]), 1, "%s", ASKED[i]);
    cr_assert_eq(kube_watch_counters(scene.watch).halved_pages, 2u);
    end(&scene);
}

Test(kube_watch, one_object_over_the_maximum_fails_the_list)
{
    struct scene scene = {.list = list_huge, .follow = follow_quiet, .options = {.page_items = 2, .page_maximum = 500}};
    begin(&scene);
    expect(&scene, "state retrying: helmreleases on fsn1: 127.0.0.1:", 2);
    cr_assert_geq(trace_count(&scene.trace, "the answer is over the maximum"), 1);
    cr_assert_eq(trace_count(&scene.trace, "complete"), 0);
    end(&scene);
}

static void follow_broken(struct scene *scene, struct fake_exchange *exchange, int number)
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
    struct scene scene = {.list = list_one, .follow = follow_broken};
    begin(&scene);
    expect(&scene, "an event cannot be read; a fresh list follows: no closing brace", 1);
    expect(&scene, "an event is over the maximum of 8192 KiB; a fresh list follows", 1);
    expect(&scene, "the server ended the watch with error 500; a fresh list follows", 1);
    expect(&scene, "state live", 4);
    cr_assert_eq(trace_count(&scene.trace, "complete"), 4);
    struct kube_watch_counters counters = kube_watch_counters(scene.watch);
    cr_assert_eq(counters.broken_lines, 1u);
    cr_assert_eq(counters.overlong_lines, 1u);
    end(&scene);
}

static void follow_cut(struct scene *scene, struct fake_exchange *exchange, int number)
{
    if (number == 1) {
        fake_server_begin(exchange, 200, "");
        fake_server_print(exchange, "{\"type\":\"ADDED\",\"resourceVersion\":\"107\"}\n{\"type\":\"HALF");
        fake_server_cut(exchange);
    } else if (number == 2) {
        fake_server_reply(exchange, 429, "Retry-After: 1\r\n", "{\"message\":\"too many\x1b[31m requests\"}");
    } else {
        follow_quiet(scene, exchange, number);
    }
}

Test(kube_watch, a_cut_watch_resumes_behind_what_was_seen)
{
    struct scene scene = {.list = list_one, .follow = follow_cut};
    begin(&scene);
    expect(&scene, "resourceVersion=107", 2);
    expect(&scene, "state live", 2);
    expect(&scene, "state retrying", 2);
    expect(&scene, "the server answers 429 Too Many Requests: too many\xEF\xBF\xBD[31m requests", 1);
    cr_assert_eq(trace_count(&scene.trace, "HALF"), 0, "half an event was delivered");
    cr_assert_eq(trace_count(&scene.trace, "complete"), 1);
    end(&scene);
}

static void follow_short(struct scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_begin(exchange, 200, "");
    fake_server_end(exchange);
}

Test(kube_watch, watches_that_end_at_once_get_pauses)
{
    struct scene scene = {.list = list_one, .follow = follow_short};
    begin(&scene);
    expect(&scene, "state retrying: helmreleases on fsn1: the server ends every watch at once", 2);
    cr_assert_eq(trace_count(&scene.trace, "complete"), 1);
    end(&scene);
}

static void list_refused(struct scene *scene, struct fake_exchange *exchange, int number)
{
    static const int CODES[] = {401, 403, 404};
    if (number <= 3)
        fake_server_reply(exchange, CODES[number - 1], "", "{\"message\":\"because\"}");
    else
        list_one(scene, exchange, number);
}

Test(kube_watch, refusals_are_states_and_are_checked_again)
{
    struct scene scene = {.list = list_refused, .follow = follow_quiet, .options = {.recheck_ms = 5}};
    begin(&scene);
    expect(&scene, "state live", 1);
    expect(&scene, "state unauthenticated: helmreleases on fsn1: the server does not accept our credentials (401): because", 1);
    expect(&scene, "state denied: helmreleases on fsn1: not allowed (403): because", 1);
    expect(&scene, "state absent: helmreleases on fsn1: the server does not have this kind (404): because", 1);
    cr_assert_eq(trace_count(&scene.trace, "state retrying"), 0);
    end(&scene);
}

static void list_denied_once(struct scene *scene, struct fake_exchange *exchange, int number)
{
    if (number == 1)
        fake_server_reply(exchange, 403, "", "");
    else
        list_one(scene, exchange, number);
}

Test(kube_watch, can_be_told_not_to_wait)
{
    struct scene scene = {.list = list_denied_once, .follow = follow_quiet};
    begin(&scene);
    expect(&scene, "state denied", 1);
    kube_watch_retry_now(scene.watch);
    expect(&scene, "state live", 1);
    kube_watch_retry_now(scene.watch);
    kube_watch_reset(scene.watch);
    expect(&scene, "watch=1", 2);
    cr_assert_eq(trace_count(&scene.trace, "complete"), 1);
    kube_watch_relist(scene.watch);
    expect(&scene, "complete", 2);
    expect(&scene, "watch=1", 3);
    end(&scene);
}

Test(kube_watch, survives_a_server_that_goes_and_comes)
{
    struct scene scene = {.list = list_one, .follow = follow_quiet};
    begin(&scene);
    expect(&scene, "state live", 1);
    int port = fake_server_port(scene.server);
    fake_server_free(scene.server);
    expect(&scene, ": connection refused", 2);
    scene.server = fake_server_new((struct fake_server_options){.handle = handle, .context = &scene, .port = port});
    expect(&scene, "state live", 2);
    end(&scene);
}

Test(kube_watch, a_cut_host_is_reconnected_and_closing_after_the_thread_is_fine)
{
    struct scene scene = {.list = list_one, .follow = follow_quiet};
    begin(&scene);
    expect(&scene, "state live", 1);
    http_thread_cut(scene.thread, fake_server_url(scene.server));
    expect(&scene, "no sign of life, connection cut", 1);
    expect(&scene, "state live", 2);
    http_thread_stop(scene.thread);
    end(&scene);
}
