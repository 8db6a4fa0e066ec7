/* Follows the store and writes what the Flux controllers would log; see demo_controller_logs.h. */
#include "demo/demo_controller_logs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_json.h"

#define NAMESPACE "flux-system"
#define WAIT_MS 500

static const struct {
    enum demo_kind_id kind;
    const char *app; /* label app of the controller's pod */
    const char *idle; /* what it says when it finds nothing to do */
} controllers_of[] = {
    {DEMO_KIND_HELMRELEASE, "helm-controller", "release in-sync with desired state"},
    {DEMO_KIND_KUSTOMIZATION, "kustomize-controller", "server-side apply completed"},
    {DEMO_KIND_GITREPOSITORY, "source-controller", "no changes since last reconcilation: observed revision"},
    {DEMO_KIND_HELMREPOSITORY, "source-controller", "artifact up-to-date with remote revision"},
    {DEMO_KIND_HELMCHART, "source-controller", "artifact up-to-date with remote revision"},
    {DEMO_KIND_OCIREPOSITORY, "source-controller", "artifact up-to-date with remote revision"},
};

struct demo_controller_logs {
    struct demo_store *store;
    struct demo_logs *logs;
    pthread_t thread;
};

/* A pod of the app: its name and first container, both to be freed. False: none. */
static bool find_pod(struct demo_store *store, const char *app, char **pod, char **container)
{
    struct demo_snapshot snapshot;
    *pod = NULL;
    if (demo_store_snapshot(store, demo_kinds_at(DEMO_KIND_POD), NAMESPACE, 0, &snapshot) != STATUS_OK)
        return false;
    for (size_t i = 0; i < snapshot.count && *pod == NULL; i++) {
        const char *label = json_string_value(json_object_get(snapshot.objects[i]->labels, "app"));
        if (label == NULL || strcmp(label, app) != 0)
            continue;
        json_t *document = demo_object_document(snapshot.objects[i]);
        *pod = alloc_strdup(snapshot.objects[i]->name);
        *container = alloc_strdup(demo_json_text(document, "spec.containers[0].name"));
        json_decref(document);
    }
    demo_store_release(&snapshot);
    return *pod != NULL;
}

/* What the controller says about the object: the Ready message when it is new, otherwise that there is nothing to do. */
static const char *message_of(const json_t *before, const json_t *after, const char *idle)
{
    static const char path[] = "status.conditions[?(@.type==\"Ready\")].message";
    const char *text = demo_json_text(after, path);
    return text[0] == '\0' || strcmp(text, demo_json_text(before, path)) == 0 ? idle : text;
}

static char *make_line(const struct demo_kind *kind, const json_t *object, const char *message)
{
    char at[TIMESTAMP_TEXT_MAX];
    timestamp_format_ms(at, clock_wall_ms());
    bool is_bad = strcmp(demo_json_text(object, "status.conditions[?(@.type==\"Ready\")].status"), "False") == 0;
    const char *name = demo_json_text(object, "metadata.name");
    const char *name_space = demo_json_text(object, "metadata.namespace");
    json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:s, s:s}", "level", is_bad ? "error" : "info",
                             "ts", at, "msg", message, "controller", kind->singular, "controllerGroup", kind->group,
                             "controllerKind", kind->kind, kind->kind, "name", name, "namespace", name_space, "namespace",
                             name_space, "name", name);
    char *text = json_dumps(line, JSON_COMPACT);
    json_decref(line);
    return text;
}

static void log_change(struct demo_controller_logs *controllers, size_t index, const struct demo_event *event)
{
    char *pod, *container;
    if (!find_pod(controllers->store, controllers_of[index].app, &pod, &container))
        return;
    json_t *after = demo_object_document(event->object);
    json_t *before = event->previous == NULL ? NULL : demo_object_document(event->previous);
    char *line = make_line(event->object->kind, after, message_of(before, after, controllers_of[index].idle));
    struct demo_log_key key = {NAMESPACE, pod, container, false};
    demo_logs_append(controllers->logs, &key, line);
    json_decref(before);
    json_decref(after);
    free(line);
    free(pod);
    free(container);
}

static void *run(void *context)
{
    struct demo_controller_logs *controllers = context;
    uint64_t cursor = demo_store_version(controllers->store);
    for (;;) {
        struct demo_event event = {0};
        enum status status = demo_store_next(controllers->store, NULL, &cursor, WAIT_MS, &event);
        if (status == STATUS_INTERRUPTED)
            return NULL;
        if (status == STATUS_GONE)
            cursor = demo_store_version(controllers->store);
        for (size_t i = 0; status == STATUS_OK && i < ARRAY_LENGTH(controllers_of); i++) {
            if (event.object->kind == demo_kinds_at(controllers_of[i].kind))
                log_change(controllers, i, &event);
        }
        demo_event_clear(&event);
    }
}

struct demo_controller_logs *demo_controller_logs_start(struct demo_store *store, struct demo_logs *logs)
{
    struct demo_controller_logs *controllers = alloc_new(struct demo_controller_logs);
    controllers->store = store;
    controllers->logs = logs;
    if (pthread_create(&controllers->thread, NULL, run, controllers) != 0) {
        free(controllers);
        return NULL;
    }
    return controllers;
}

void demo_controller_logs_stop(struct demo_controller_logs *controllers)
{
    if (controllers == NULL)
        return;
    pthread_join(controllers->thread, NULL);
    free(controllers);
}
