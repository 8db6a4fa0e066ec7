/* The scripted server and the consumer; see kube_watch_scene.h. */
#include "kube_watch_scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "support/leak_check.h"

static const struct retry_policy QUICK = {.first_ms = 4, .maximum_ms = 50, .refused_ms = 20, .retry_after_ms = 30};

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
    struct kube_watch_scene *scene = context;
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
    struct kube_watch_scene *scene = context;
    trace_line(&scene->trace, "complete");
}

static enum status see_event(void *context, struct span line, struct kube_watch_event *event, struct error *err)
{
    struct kube_watch_scene *scene = context;
    if (line.data[line.length - 1] != '}')
        return error_set(err, STATUS_INVALID, "no closing brace");
    trace_line(&scene->trace, "event %.*s", SPAN_PRINT(span_first(line, 80)));
    (void)read_field(line, "resourceVersion", event->resource_version, sizeof event->resource_version);
    if (span_contains(line, "BOOKMARK"))
        event->type = KUBE_WATCH_EVENT_BOOKMARK;
    event->ends_initial = span_contains(line, "initial-events-end");
    if (span_contains(line, "ERROR")) {
        event->type = KUBE_WATCH_EVENT_ERROR;
        event->failure.code = span_contains(line, "410") ? 410 : span_contains(line, "429") ? 429 : 500;
    }
    return STATUS_OK;
}

static const char *const STATES[] = {"listing", "live", "polled", "retrying", "unauthenticated", "denied", "absent"};

static void see_state(void *context, const struct kube_watch_status *status)
{
    struct kube_watch_scene *scene = context;
    trace_line(&scene->trace, "state %s%s%s", STATES[status->state], status->text[0] != '\0' ? ": " : "", status->text);
}

static void see_closed(void *context)
{
    struct kube_watch_scene *scene = context;
    trace_line(&scene->trace, "closed");
}

static void see_failure(void *context, struct span body, struct kube_watch_failure *failure)
{
    (void)read_field(body, "message", failure->message, sizeof failure->message);
    failure->version_too_large = span_contains(body, "ResourceVersionTooLarge");
    if (span_contains(body, "retryAfterSeconds"))
        failure->retry_after_ms = 1000;
}

static void see_version(void *context, struct span body, char version[KUBE_WATCH_VERSION_MAX])
{
    (void)read_field(body, "resourceVersion", version, KUBE_WATCH_VERSION_MAX);
}

static void see_initial(void *context)
{
    struct kube_watch_scene *scene = context;
    trace_line(&scene->trace, "initial");
}

/* --- the scene ------------------------------------------------------------------------------------------------------ */

void kube_watch_scene_handle(void *context, struct fake_exchange *exchange)
{
    struct kube_watch_scene *scene = context;
    bool follows = strstr(exchange->target, "watch=1") != NULL;
    if (fake_server_has(exchange, "PartialObjectMetadataList")) {
        const char *version = scene->version_now != NULL ? scene->version_now : "1000";
        CLEANUP(alloc_free_pointer) char *body = alloc_printf("{\"metadata\":{\"resourceVersion\":\"%s\"}}", version);
        trace_line(&scene->trace, "CHECK %s", exchange->target);
        fake_server_reply(exchange, 200, "", body);
        return;
    }
    pthread_mutex_lock(&scene->lock);
    int number = follows ? ++scene->follows : ++scene->lists;
    pthread_mutex_unlock(&scene->lock);
    char *seconds = strstr(exchange->target, "&timeoutSeconds=");
    if (seconds != NULL) {
        int value = atoi(seconds + 16);
        trace_line(&scene->trace, "%s", value >= 300 && value <= 600 ? "seconds fine" : "seconds wrong");
        *seconds = '\0';
    }
    trace_line(&scene->trace, "GET %s", exchange->target);
    (follows ? scene->follow : scene->list)(scene, exchange, number);
}

void kube_watch_scene_begin(struct kube_watch_scene *scene)
{
    trace_init(&scene->trace);
    pthread_mutex_init(&scene->lock, NULL);
    scene->server = fake_server_new((struct fake_server_options){.handle = kube_watch_scene_handle, .context = scene});
    scene->thread = http_thread_new();
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/apis/helmreleases", fake_server_url(scene->server));
    static const struct kube_watch_callbacks SEE = {.on_page = see_page,
                                                    .on_list_complete = see_complete,
                                                    .on_event = see_event,
                                                    .on_state = see_state,
                                                    .on_closed = see_closed,
                                                    .on_initial = see_initial,
                                                    .read_failure = see_failure,
                                                    .read_version = see_version};
    scene->options.name = "helmreleases on fsn1";
    scene->options.url = url;
    scene->options.retry = &QUICK;
    scene->watch = kube_watch_new(scene->thread, &scene->options, &SEE, scene);
}

void kube_watch_scene_end(struct kube_watch_scene *scene)
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

void kube_watch_scene_expect(struct kube_watch_scene *scene, const char *text, int times)
{
    cr_assert(trace_wait(&scene->trace, text, times), "no %d times '%s'", times, text);
}

void kube_watch_scene_list_one(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_reply(exchange, 200, "", "{\"metadata\":{\"resourceVersion\":\"100\"},\"items\":[1]}");
}

void kube_watch_scene_follow_quiet(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number)
{
    fake_server_begin(exchange, 200, "");
    fake_server_stall(exchange);
}
