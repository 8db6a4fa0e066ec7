/* Waiting for one object to show an effect. A kube_watch on the HTTP thread copies the newest state; the caller's thread parses
 * it and asks `satisfied`. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "sovereign/kube_client.h"
#include "transport/http_url.h"
#include "transport/kube_watch.h"

#define SLICE_MS 100 /* how often a cancelled wait is noticed */
#define PATH_MAXIMUM 2048

struct wait {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct row_decoder *decoder; /* HTTP thread: versions and event types */
    char *document;              /* newest list body or watch line, not yet looked at */
    size_t length;
    bool is_page, is_deleted;
    bool closed;
    struct kube_watch_status state;
    char state_text[ERROR_TEXT_MAX];
};

static void publish(struct wait *wait, struct span document, bool is_page, bool is_deleted)
{
    pthread_mutex_lock(&wait->lock);
    free(wait->document);
    wait->document = span_dup(document);
    wait->length = document.length;
    wait->is_page = is_page;
    wait->is_deleted = is_deleted;
    pthread_cond_signal(&wait->changed);
    pthread_mutex_unlock(&wait->lock);
}

static enum status on_page(void *context, struct span body, bool first, struct kube_watch_page *page, struct error *err)
{
    struct wait *wait = context;
    struct row_decoder_page rows;
    enum status status = row_decoder_read_page(wait->decoder, body, &rows, err);
    snprintf(page->resource_version, sizeof page->resource_version, "%s", rows.resource_version);
    page->items = rows.count;
    row_decoder_page_done(&rows); /* one object: never a second page */
    if (status == STATUS_OK)
        publish(wait, body, true, false);
    return status;
}

static enum status on_event(void *context, struct span line, struct kube_watch_event *event, struct error *err)
{
    struct wait *wait = context;
    struct row_decoder_event read;
    enum status status = row_decoder_read_line(wait->decoder, line, &read, err);
    if (status != STATUS_OK)
        return status;
    row_decoder_tell(&read, event);
    if (read.row != NULL)
        publish(wait, line, false, read.type == ROW_DECODER_EVENT_DELETED);
    row_unref(read.row);
    return STATUS_OK;
}

static void on_list_complete(void *context)
{
}

static void on_state(void *context, const struct kube_watch_status *status)
{
    struct wait *wait = context;
    pthread_mutex_lock(&wait->lock);
    wait->state = *status;
    snprintf(wait->state_text, sizeof wait->state_text, "%s", status->text);
    wait->state.text = wait->state_text;
    pthread_cond_signal(&wait->changed);
    pthread_mutex_unlock(&wait->lock);
}

static void on_closed(void *context)
{
    struct wait *wait = context;
    pthread_mutex_lock(&wait->lock);
    wait->closed = true;
    pthread_cond_signal(&wait->changed);
    pthread_mutex_unlock(&wait->lock);
}

static void sleep_for(struct wait *wait, int64_t real_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += real_ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&wait->changed, &wait->lock, &until);
}

struct question {
    bool (*satisfied)(void *context, struct json_value object);
    void *context;
    struct json_reader *reader;
};

static bool ask(struct question *question, const char *document, size_t length, bool is_page, bool is_deleted)
{
    struct json_value root = {0}, object = {0};
    if (json_reader_parse(question->reader, span_make(document, length), &root, NULL) != STATUS_OK)
        return false;
    if (!is_deleted)
        object = is_page ? json_reader_at(json_reader_get(root, "items"), 0) : json_reader_get(root, "object");
    return question->satisfied(question->context, object);
}

static bool is_hopeless(enum kube_watch_state state)
{
    return state == KUBE_WATCH_STATE_DENIED || state == KUBE_WATCH_STATE_ABSENT || state == KUBE_WATCH_STATE_UNAUTHENTICATED;
}

/* The lock is held on entry and on return. */
static enum status wait_for(struct wait *wait, struct question *question, int64_t deadline_ms, const atomic_bool *cancel,
                            const char *what, struct error *err)
{
    int64_t end_ms = clock_monotonic_ms() + deadline_ms;
    for (;;) {
        if (wait->document != NULL) {
            char *document = wait->document;
            bool is_page = wait->is_page, is_deleted = wait->is_deleted;
            wait->document = NULL;
            pthread_mutex_unlock(&wait->lock);
            bool good = ask(question, document, wait->length, is_page, is_deleted);
            free(document);
            pthread_mutex_lock(&wait->lock);
            if (good)
                return STATUS_OK;
            continue;
        }
        if (is_hopeless(wait->state.state))
            return error_set(err, wait->state.status, "%s: %s", what, wait->state_text);
        if (cancel != NULL && atomic_load(cancel))
            return error_set(err, STATUS_INTERRUPTED, "%s: interrupted", what);
        if (clock_monotonic_ms() >= end_ms)
            return error_set(err, STATUS_TIMEOUT, "%s: not seen within %lld s%s%s", what, (long long)(deadline_ms / 1000),
                             wait->state_text[0] != '\0' ? "; " : "", wait->state_text);
        sleep_for(wait, SLICE_MS);
    }
}

static const struct kube_watch_callbacks CALLBACKS = {
    .on_page = on_page, .on_list_complete = on_list_complete, .on_event = on_event, .on_state = on_state, .on_closed = on_closed,
};

static enum status run(struct kube_client *client, const char *url, const char *query, const struct kind *kind, struct question *question,
                       int64_t deadline_ms, const char *what, struct error *err)
{
    struct wait wait = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    struct json_reader *reader = json_reader_new();
    wait.decoder = row_decoder_new(kind, kube_client_index(client), reader);
    struct kube_watch_options options = {.name = what, .url = url, .query = query, .identity = kube_client_identity(client),
                                         .proxy = kube_client_proxy(client), .page_timeout_ms = kube_client_request_timeout(client)};
    struct kube_watch *watch = kube_watch_new(kube_client_thread(client), &options, &CALLBACKS, &wait);
    pthread_mutex_lock(&wait.lock);
    enum status status = wait_for(&wait, question, deadline_ms, kube_client_cancel(client), what, err);
    pthread_mutex_unlock(&wait.lock);
    kube_watch_close(watch);
    pthread_mutex_lock(&wait.lock);
    while (!wait.closed)
        pthread_cond_wait(&wait.changed, &wait.lock);
    pthread_mutex_unlock(&wait.lock);
    free(wait.document);
    row_decoder_free(wait.decoder);
    json_reader_free(reader);
    pthread_cond_destroy(&wait.changed);
    pthread_mutex_destroy(&wait.lock);
    return status;
}

enum status kube_client_watch_until(struct kube_client *client, const struct kind *kind, const char *namespace, const char *name,
                                    int64_t deadline_ms, bool (*satisfied)(void *context, struct json_value object),
                                    void *context, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf url, selector, query;
    bytebuf_init(&url, PATH_MAXIMUM);
    bytebuf_init(&selector, PATH_MAXIMUM);
    bytebuf_init(&query, PATH_MAXIMUM);
    bytebuf_append_text(&url, kube_client_server(client));
    enum status status = kube_client_object_path(client, kind, namespace, NULL, NULL, &url, err);
    if (status != STATUS_OK)
        return status;
    bytebuf_printf(&selector, "metadata.name=%s", name);
    bytebuf_append_text(&query, "fieldSelector=");
    http_url_append_escaped(&query, bytebuf_span(&selector));
    char what[256];
    snprintf(what, sizeof what, "%s: %s %s%s%s", kube_client_region(client), kind->singular, namespace != NULL ? namespace : "",
             namespace != NULL && namespace[0] != '\0' ? "/" : "", name);
    struct question question = {satisfied, context, json_reader_new()};
    status = run(client, bytebuf_text(&url), bytebuf_text(&query), kind, &question, deadline_ms, what, err);
    json_reader_free(question.reader);
    return status;
}
