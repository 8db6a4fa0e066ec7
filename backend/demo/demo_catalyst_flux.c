/* Reconcilers of the demo's catalyst-api (contract 4.3): the live Flux inventory of the primary region, and the three levers. */
#include <string.h>

#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_catalyst_internal.h"
#include "demo/demo_json.h"

static const struct {
    enum demo_kind_id id;
    const char *kind, *controller;
} KINDS[] = { /* in the order of the reply: by kind */
    {DEMO_KIND_GITREPOSITORY, "GitRepository", "source-controller"},
    {DEMO_KIND_HELMCHART, "HelmChart", "source-controller"},
    {DEMO_KIND_HELMRELEASE, "HelmRelease", "helm-controller"},
    {DEMO_KIND_HELMREPOSITORY, "HelmRepository", "source-controller"},
    {DEMO_KIND_KUSTOMIZATION, "Kustomization", "kustomize-controller"},
    {DEMO_KIND_OCIREPOSITORY, "OCIRepository", "source-controller"},
};

const char *demo_catalyst_flux_controller(const char *kind)
{
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (strcmp(KINDS[i].kind, kind) == 0)
            return KINDS[i].controller;
    return NULL;
}

static const json_t *condition_of(const json_t *object, const char *type)
{
    size_t index;
    json_t *condition;
    json_array_foreach(json_object_get(json_object_get(object, "status"), "conditions"), index, condition)
        if (strcmp(json_string_value(json_object_get(condition, "type")), type) == 0)
            return condition;
    return NULL;
}

static bool says(const json_t *condition, const char *status)
{
    return condition != NULL && strcmp(json_string_value(json_object_get(condition, "status")), status) == 0;
}

static const char *revision_of(const json_t *object)
{
    static const char *const PATHS[] = {"status.history[0].chartVersion", "status.lastAppliedRevision", "status.artifact.revision"};
    for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++)
        if (demo_json_text(object, PATHS[i])[0] != '\0')
            return demo_json_text(object, PATHS[i]);
    return "";
}

static json_t *describe(const json_t *object, size_t kind)
{
    const json_t *metadata = json_object_get(object, "metadata");
    const json_t *ready = condition_of(object, "Ready");
    bool suspended = json_is_true(json_object_get(json_object_get(object, "spec"), "suspend"));
    bool is_static = KINDS[kind].id == DEMO_KIND_HELMREPOSITORY && json_object_get(object, "status") == NULL; /* OCI: no status at all */
    const char *state = suspended                                                            ? "Suspended"
                        : says(ready, "True") || is_static                                   ? "Reconciled"
                        : says(ready, "False") && says(condition_of(object, "Stalled"), "True") ? "Degraded"
                                                                                            : "Reconciling";
    json_t *row = json_pack("{s:s, s:O, s:O, s:s, s:b, s:s}", "kind", KINDS[kind].kind, "name", json_object_get(metadata, "name"), "namespace",
                            json_object_get(metadata, "namespace"), "state", state, "suspended", suspended, "controller", KINDS[kind].controller);
    const char *revision = revision_of(object);
    if (revision[0] != '\0')
        json_object_set_new(row, "revision", json_string(revision));
    if (ready != NULL) {
        json_object_set(row, "message", json_object_get(ready, "message"));
        json_object_set(row, "lastReconcile", json_object_get(ready, "lastTransitionTime"));
    }
    return row;
}

void demo_catalyst_flux_list(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    if (demo_catalyst_session_of(catalyst, request, reply) == NULL)
        return;
    if (!demo_catalyst_is_ours(request, reply))
        return;
    json_t *rows = json_array();
    int reconciled = 0;
    for (size_t kind = 0; kind < sizeof KINDS / sizeof KINDS[0]; kind++) {
        struct demo_snapshot snapshot = {0};
        demo_store_snapshot(catalyst->world->stores[DEMO_WORLD_PRIMARY], demo_kinds_at(KINDS[kind].id), NULL, 0, &snapshot);
        for (size_t i = 0; i < snapshot.count; i++) { /* one document at a time: a release is big */
            json_t *object = demo_object_document(snapshot.objects[i]);
            json_t *row = describe(object, kind);
            reconciled += strcmp(json_string_value(json_object_get(row, "state")), "Reconciled") == 0;
            json_array_append_new(rows, row);
            json_decref(object);
        }
        demo_store_release(&snapshot);
    }
    demo_http_reply_json(reply, 200, json_pack("{s:i, s:i, s:o}", "reconciled", reconciled, "total", (int)json_array_size(rows), "reconcilers", rows));
}

enum lever { LEVER_RECONCILE, LEVER_SUSPEND, LEVER_RESUME, LEVER_COUNT };

static const char *const LEVERS[LEVER_COUNT] = {"reconcile", "suspend", "resume"};

struct pull {
    enum lever lever;
    char at[TIMESTAMP_TEXT_MAX];
};

static enum status pull_lever(json_t *object, void *context, struct error *err)
{
    const struct pull *pull = context;
    json_t *metadata = json_object_get(object, "metadata");
    if (pull->lever != LEVER_RECONCILE) {
        json_object_set_new(json_object_get(object, "spec"), "suspend", json_boolean(pull->lever == LEVER_SUSPEND));
        return STATUS_OK;
    }
    if (json_object_get(metadata, "annotations") == NULL)
        json_object_set_new(metadata, "annotations", json_object());
    json_object_set_new(json_object_get(metadata, "annotations"), "reconcile.fluxcd.io/requestedAt", json_string(pull->at));
    return STATUS_OK;
}

void demo_catalyst_flux_act(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    const char *kind_name = request->captures[1], *namespace = request->captures[2], *name = request->captures[3], *action = request->captures[4];
    const struct demo_catalyst_session *session = demo_catalyst_session_of(catalyst, request, reply);
    size_t kind = 0;
    struct pull pull = {.lever = LEVER_RECONCILE};
    if (session == NULL)
        return;
    while (kind < sizeof KINDS / sizeof KINDS[0] && strcmp(KINDS[kind].kind, kind_name) != 0)
        kind++;
    while (pull.lever < LEVER_COUNT && strcmp(LEVERS[pull.lever], action) != 0)
        pull.lever++;
    timestamp_format_ms(pull.at, clock_wall_ms());
    if (kind == sizeof KINDS / sizeof KINDS[0])
        demo_catalyst_refuse(reply, 400, "unknown-kind", kind_name);
    else if (pull.lever == LEVER_COUNT)
        demo_catalyst_refuse(reply, 400, "unsupported-action", action);
    else if (!demo_catalyst_may_operate(session))
        demo_catalyst_refuse(reply, 403, "forbidden", "managing reconcilers requires operator tier or higher");
    else if (demo_store_update(catalyst->world->stores[DEMO_WORLD_PRIMARY], KINDS[kind].id, namespace, name, pull_lever, &pull, "catalyst-api") != STATUS_OK)
        demo_catalyst_refuse(reply, 404, "not-found", name);
    else
        demo_http_reply_json(reply, 200,
                             json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "kind", kind_name, "namespace", namespace, "name", name, "action", action,
                                       "requestedAt", pull.at, "requestedBy", session->email));
}
