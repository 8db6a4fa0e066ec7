/* Documents and how they load; see document.h.
 *
 * A document is shared between the screen that holds it (UI thread) and the job that fills it (worker, then HTTP thread for a
 * log). The job never touches the text: it posts chunks through the inbox, and only what the UI thread applies changes it. */
#include "screen/document.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "decode/json_diff.h"
#include "sovereign/kind_table.h"

#define LOG_TAIL_LINES 1000
#define EVENTS_LIMIT 200

struct document {
    atomic_int holders; /* the screen, the job, and every message on its way */
    atomic_bool closed;
    enum document_kind kind;
    char title[2 * SCREEN_NAME_MAX];
    struct screen_object object;
    /* UI thread */
    struct bytebuf text;
    char note[256];
    bool loading;
    size_t dropped; /* bytes of a log that went off the front */
    uint64_t generation;
    /* the job's */
    struct inbox *inbox;
    struct kube_client *client;
    struct http_thread *thread;
    uint64_t _Atomic transfer; /* the running log stream; 0: none */
    int last_code;             /* HTTP thread */
    char *(*produce)(void *context, const atomic_bool *closed, struct error *err);
    void (*dispose)(void *context);
    void *context; /* of both */
};

static void hold(struct document *document)
{
    atomic_fetch_add(&document->holders, 1);
}

static void release(struct document *document)
{
    if (atomic_fetch_sub(&document->holders, 1) != 1)
        return;
    bytebuf_done(&document->text);
    if (document->dispose != NULL)
        document->dispose(document->context);
    free(document);
}

static struct document *create(enum document_kind kind, const char *title)
{
    struct document *document = alloc_new(struct document);
    atomic_init(&document->holders, 1);
    document->kind = kind;
    snprintf(document->title, sizeof document->title, "%s", title);
    bytebuf_init(&document->text, DOCUMENT_MAXIMUM);
    return document;
}

/* --- chunks, on their way to the UI thread --- */

enum chunk_kind { CHUNK_APPEND, CHUNK_END };

struct chunk {
    struct document *document;
    enum chunk_kind kind;
    char *text; /* owned; raw for CHUNK_APPEND, a note for CHUNK_END (NULL: none) */
    size_t length;
};

static void make_room(struct document *document, size_t length)
{
    size_t wanted = document->text.length + length;
    if (wanted <= DOCUMENT_MAXIMUM)
        return;
    size_t cut = wanted - DOCUMENT_MAXIMUM + DOCUMENT_MAXIMUM / 8;
    const char *line_end = cut < document->text.length ? memchr(document->text.data + cut, '\n', document->text.length - cut) : NULL;
    cut = line_end == NULL ? document->text.length : (size_t)(line_end - document->text.data) + 1;
    bytebuf_drop_front(&document->text, cut);
    document->dropped += cut;
    snprintf(document->note, sizeof document->note, "the oldest %zu KiB were let go", document->dropped / 1024);
}

static void apply_chunk(void *payload, void *context)
{
    struct chunk *chunk = payload;
    struct document *document = chunk->document;
    if (atomic_load(&document->closed))
        return;
    if (chunk->kind == CHUNK_APPEND) {
        make_room(document, chunk->length * 3); /* the sanitizer may make a byte three */
        sanitize_text(&document->text, span_make(chunk->text, chunk->length));
    } else {
        document->loading = false;
        if (chunk->text != NULL)
            sanitize_line_into(document->note, sizeof document->note, chunk->text, strlen(chunk->text));
    }
    document->generation++;
}

static void dispose_chunk(void *payload)
{
    struct chunk *chunk = payload;
    release(chunk->document);
    free(chunk->text);
    free(chunk);
}

static void post(struct document *document, enum chunk_kind kind, char *text, size_t length)
{
    struct chunk *chunk = alloc_new(struct chunk);
    *chunk = (struct chunk){document, kind, text, length};
    hold(document);
    inbox_post(document->inbox, (struct inbox_message){apply_chunk, dispose_chunk, chunk, length + sizeof *chunk, 0});
}

static void post_end(struct document *document, const struct error *err)
{
    char *note = err == NULL ? NULL : alloc_strdup(err->text);
    post(document, CHUNK_END, note, note == NULL ? 0 : strlen(note));
}

/* --- YAML --- */

static void load_yaml(struct document *document)
{
    struct error err = {0};
    struct bytebuf reply;
    json_t *object = NULL;
    bytebuf_init(&reply, KUBE_CLIENT_OBJECT_MAXIMUM);
    enum status status = kube_client_get(document->client, document->object.kind, document->object.namespace,
                                         document->object.name, &reply, &err);
    if (status == STATUS_OK)
        status = json_edit_parse("the object", bytebuf_span(&reply), &object, &err);
    if (status == STATUS_OK) {
        json_t *metadata = json_object_get(object, "metadata");
        json_object_del(metadata, "managedFields");
        if (strcmp(document->object.kind->plural, "secrets") == 0) { /* keys only: values are never shown */
            const char *key;
            json_t *value;
            json_object_foreach(json_object_get(object, "data"), key, value)
                json_object_set_new(json_object_get(object, "data"), key, json_string("(not shown)"));
            json_object_del(json_object_get(metadata, "annotations"), "kubectl.kubernetes.io/last-applied-configuration");
        }
        char *text = json_diff_render(object);
        post(document, CHUNK_APPEND, text, strlen(text));
    }
    post_end(document, status == STATUS_OK ? NULL : &err);
    json_decref(object);
    bytebuf_done(&reply);
}

/* --- events --- */

static void append_event(struct bytebuf *text, struct json_value event)
{
    char scratch[32], at[TIMESTAMP_TEXT_MAX];
    struct span when = json_reader_string(json_reader_get(event, "lastTimestamp"));
    if (when.length == 0)
        when = json_reader_string(json_reader_get(event, "eventTime"));
    if (when.length == 0)
        when = json_reader_string(json_reader_get(json_reader_get(event, "metadata"), "creationTimestamp"));
    timestamp_format(at, timestamp_parse(when));
    struct span count = json_reader_scalar(json_reader_get(event, "count"), scratch);
    struct span reporter = json_reader_string(json_reader_get(json_reader_get(event, "source"), "component"));
    if (reporter.length == 0)
        reporter = json_reader_string(json_reader_get(event, "reportingComponent"));
    bytebuf_printf(text, "%-20s  %-7.*s  %-24.*s  x%-4.*s  %-22.*s  %.*s\n", at,
                   SPAN_PRINT(json_reader_string(json_reader_get(event, "type"))),
                   SPAN_PRINT(json_reader_string(json_reader_get(event, "reason"))),
                   SPAN_PRINT(count.length > 0 ? count : SPAN_LITERAL("1")), SPAN_PRINT(reporter),
                   SPAN_PRINT(json_reader_string(json_reader_get(event, "message"))));
}

static void load_events(struct document *document)
{
    struct error err = {0};
    struct bytebuf reply, text;
    char path[3 * SCREEN_NAME_MAX];
    const char *namespace = document->object.kind->namespaced ? document->object.namespace : "default";
    snprintf(path, sizeof path, "/api/v1/namespaces/%s/events?limit=%d&fieldSelector=involvedObject.name%%3D%s%%2CinvolvedObject.kind%%3D%s",
             namespace, EVENTS_LIMIT, document->object.name, document->object.kind->singular);
    struct kube_call call = {.path = path, .what = "events", .maximum = DOCUMENT_MAXIMUM};
    bytebuf_init(&reply, DOCUMENT_MAXIMUM);
    bytebuf_init(&text, DOCUMENT_MAXIMUM);
    struct json_reader *reader = json_reader_new();
    struct json_value root;
    enum status status = kube_client_call(document->client, &call, &reply, &err);
    if (status == STATUS_OK)
        status = json_reader_parse(reader, bytebuf_span(&reply), &root, &err);
    if (status == STATUS_OK) {
        struct json_iterator it = json_reader_iterate(json_reader_get(root, "items"));
        while (json_reader_next(&it))
            append_event(&text, it.value);
        if (text.length == 0)
            error_set(&err, STATUS_NOT_FOUND, "The server keeps no events about this object (it forgets them after an hour).");
        else
            post(document, CHUNK_APPEND, alloc_strndup(text.data, text.length), text.length);
    }
    post_end(document, status == STATUS_OK && text.length > 0 ? NULL : &err);
    json_reader_free(reader);
    bytebuf_done(&text);
    bytebuf_done(&reply);
}

/* --- logs: find the pod on the worker, then follow it as a stream on the HTTP thread --- */

static bool on_log_data(void *context, struct span data)
{
    struct document *document = context;
    if (atomic_load(&document->closed))
        return false;
    post(document, CHUNK_APPEND, span_dup(data), data.length);
    return true;
}

static void on_log_head(void *context, const struct http_head *head)
{
    ((struct document *)context)->last_code = head->code;
}

static void on_log_done(void *context, const struct http_result *result)
{
    struct document *document = context;
    struct error err = result->error;
    if (result->status == STATUS_OK && document->last_code == 200)
        error_set(&err, STATUS_OK, "the log has ended");
    else if (result->status == STATUS_OK)
        error_set(&err, STATUS_INVALID, "the server answered %d %s", document->last_code, http_response_reason(document->last_code));
    post_end(document, &err);
    atomic_store(&document->transfer, 0);
    release(document);
}

/* Name of the newest pod of a Job; the object itself when it is a pod. */
static enum status find_pod(struct document *document, char *pod, size_t size, struct error *err)
{
    if (strcmp(document->object.kind->plural, "jobs") != 0) {
        snprintf(pod, size, "%s", document->object.name);
        return STATUS_OK;
    }
    char path[3 * SCREEN_NAME_MAX];
    snprintf(path, sizeof path, "/api/v1/namespaces/%s/pods?limit=50&labelSelector=job-name%%3D%s", document->object.namespace,
             document->object.name);
    struct bytebuf reply;
    bytebuf_init(&reply, DOCUMENT_MAXIMUM);
    struct kube_call call = {.path = path, .what = "the Job's pods", .maximum = DOCUMENT_MAXIMUM};
    struct json_reader *reader = json_reader_new();
    struct json_value root;
    struct span newest = SPAN_EMPTY;
    pod[0] = '\0';
    enum status status = kube_client_call(document->client, &call, &reply, err);
    if (status == STATUS_OK)
        status = json_reader_parse(reader, bytebuf_span(&reply), &root, err);
    if (status == STATUS_OK) {
        struct json_iterator it = json_reader_iterate(json_reader_get(root, "items"));
        while (json_reader_next(&it)) {
            struct json_value metadata = json_reader_get(it.value, "metadata");
            struct span created = json_reader_string(json_reader_get(metadata, "creationTimestamp"));
            if (pod[0] != '\0' && span_compare(created, newest) < 0)
                continue;
            newest = created;
            snprintf(pod, size, "%.*s", SPAN_PRINT(json_reader_string(json_reader_get(metadata, "name"))));
        }
        if (pod[0] == '\0')
            status = error_set(err, STATUS_NOT_FOUND, "Job %s has no pod (it was cleaned up, or has not started)", document->object.name);
    }
    json_reader_free(reader);
    bytebuf_done(&reply);
    return status;
}

static void load_log(struct document *document)
{
    struct error err = {0};
    char pod[SCREEN_NAME_MAX];
    if (find_pod(document, pod, sizeof pod, &err) != STATUS_OK) {
        post_end(document, &err);
        return;
    }
    CLEANUP(alloc_free_pointer) char *url =
        alloc_printf("%s/api/v1/namespaces/%s/pods/%s/log?follow=true&tailLines=%d", kube_client_server(document->client),
                     document->object.namespace, pod, LOG_TAIL_LINES);
    struct http_request request = {.url = url,
                                   .class = HTTP_REQUEST_CLASS_STREAM,
                                   .identity = kube_client_identity(document->client),
                                   .proxy = kube_client_proxy(document->client),
                                   .accept = "*/*"};
    struct http_callbacks callbacks = {on_log_head, on_log_data, on_log_done};
    hold(document); /* the transfer's; released by on_log_done */
    uint64_t transfer = http_thread_submit(document->thread, &request, &callbacks, document);
    if (transfer == 0)
        release(document);
    else if (!atomic_load(&document->closed))
        atomic_store(&document->transfer, transfer);
    else
        http_thread_cancel(document->thread, transfer);
}

static void load_report(struct document *document)
{
    struct error err = {0};
    char *text = document->produce(document->context, &document->closed, &err);
    if (text != NULL)
        post(document, CHUNK_APPEND, text, strlen(text));
    post_end(document, text != NULL ? NULL : &err);
}

static void run_job(void *context)
{
    struct document *document = context;
    if (atomic_load(&document->closed))
        return;
    switch (document->kind) {
    case DOCUMENT_KIND_YAML: load_yaml(document); break;
    case DOCUMENT_KIND_EVENTS: load_events(document); break;
    case DOCUMENT_KIND_REPORT: load_report(document); break;
    default: load_log(document);
    }
}

static void release_job(void *context)
{
    release(context);
}

static const char *const KIND_WORDS[] = {
    [DOCUMENT_KIND_YAML] = "YAML", [DOCUMENT_KIND_EVENTS] = "Events", [DOCUMENT_KIND_LOG] = "Log",
    [DOCUMENT_KIND_PLAN] = "Plan", [DOCUMENT_KIND_TEXT] = "Text", [DOCUMENT_KIND_REPORT] = "Report",
};

static void submit(struct document *document, struct screen_host *host)
{
    document->loading = true;
    hold(document);
    if (worker_submit(document->kind == DOCUMENT_KIND_REPORT ? host->reports : host->worker, run_job, release_job, document))
        return;
    document->loading = false;
    snprintf(document->note, sizeof document->note, "too much is being loaded already: close something and try again");
}

struct document *document_load(struct screen_host *host, enum document_kind kind, const struct screen_object *object)
{
    char name[2 * SCREEN_NAME_MAX], title[3 * SCREEN_NAME_MAX];
    screen_object_title(object, name, sizeof name);
    snprintf(title, sizeof title, "%s of %s%s%s", KIND_WORDS[kind], name, host->store->region_count > 1 ? " in " : "",
             host->store->region_count > 1 ? screen_region_name(host, object->region) : "");
    struct document *document = create(kind, title);
    document->object = *object;
    document->inbox = host->inbox;
    document->thread = host->sovereign->thread;
    const struct sovereign_region *region = object->region >= 0 && (size_t)object->region < host->sovereign->region_count
                                                ? &host->sovereign->regions[object->region]
                                                : NULL;
    document->client = region == NULL ? NULL : region->client;
    if (document->client == NULL) {
        snprintf(document->note, sizeof document->note, "%s", region == NULL ? "the object has no region" : region->error.text);
        return document;
    }
    submit(document, host);
    return document;
}

struct document *document_produce(struct screen_host *host, const char *title,
                                  char *(*produce)(void *context, const atomic_bool *closed, struct error *err),
                                  void (*dispose)(void *context), void *context)
{
    struct document *document = create(DOCUMENT_KIND_REPORT, title);
    document->inbox = host->inbox;
    document->produce = produce;
    document->dispose = dispose;
    document->context = context;
    submit(document, host);
    return document;
}

struct document *document_of_text(enum document_kind kind, const char *title, struct span text)
{
    struct document *document = create(kind, title);
    bytebuf_append_span(&document->text, span_first(text, DOCUMENT_MAXIMUM));
    return document;
}

void document_close(struct document *document)
{
    if (document == NULL)
        return;
    atomic_store(&document->closed, true);
    uint64_t transfer = atomic_load(&document->transfer);
    if (transfer != 0)
        http_thread_cancel(document->thread, transfer);
    release(document);
}

const char *document_title(const struct document *document)
{
    return document->title;
}

enum document_kind document_kind(const struct document *document)
{
    return document->kind;
}

struct span document_text(const struct document *document)
{
    return bytebuf_span(&document->text);
}

bool document_is_loading(const struct document *document)
{
    return document->loading;
}

const char *document_note(const struct document *document)
{
    return document->note;
}

uint64_t document_generation(const struct document *document)
{
    return document->generation;
}
