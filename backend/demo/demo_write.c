/* Writes; see demo_write.h. Each becomes one edit under the store's lock, so a check and its change are one step. */
#include "demo/demo_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "demo/demo_json.h"
#include "demo/demo_list.h"
#include "demo/demo_patch.h"
#include "demo/demo_validate.h"

enum patch_type { PATCH_MERGE, PATCH_JSON, PATCH_STRATEGIC, PATCH_APPLY, PATCH_UNKNOWN };

/* What an edit works with, and what it leaves for the reply. */
struct edit {
    const struct demo_call *call;
    const json_t *body;
    enum patch_type patch;
    json_t *causes; /* of an invalid result */
};

static bool is_dry_run(const struct demo_call *call)
{
    return strcmp(demo_call_query(call, "dryRun"), "All") == 0;
}

static json_t *read_body(struct demo_call *call)
{
    struct error err;
    json_t *body = NULL;
    if (demo_json_parse(call->request->body, &body, &err) != STATUS_OK)
        demo_call_refuse(call, 400, "BadRequest", "the object provided is unrecognized (must be of type %s): %s",
                         call->kind->kind, err.text);
    return body;
}

/* ---- checks on a result ---- */

static enum status invalid(const struct demo_call *call, const json_t *document, json_t *causes, struct error *err)
{
    struct bytebuf text;
    bytebuf_init(&text, ERROR_TEXT_MAX);
    size_t index;
    json_t *cause;
    json_array_foreach(causes, index, cause)
        bytebuf_printf(&text, "%s%s: %s", index == 0 ? "" : ", ", demo_json_text(cause, "field"),
                       demo_json_text(cause, "message"));
    bool is_list = json_array_size(causes) > 1;
    enum status status =
        error_set(err, STATUS_USAGE, "%s%s%s \"%s\" is invalid: %s%s%s", call->kind->kind,
                  call->kind->group[0] == '\0' ? "" : ".", call->kind->group, demo_json_text(document, "metadata.name"),
                  is_list ? "[" : "", bytebuf_text(&text), is_list ? "]" : "");
    bytebuf_done(&text);
    return status;
}

static enum status validate(struct edit *edit, const json_t *document, struct error *err)
{
    json_t *causes = demo_validate_document(edit->call->kind, document);
    if (json_array_size(causes) == 0) {
        json_decref(causes);
        return STATUS_OK;
    }
    edit->causes = causes;
    return invalid(edit->call, document, causes, err);
}

static enum status conflict(const struct demo_call *call, struct error *err)
{
    char resource[160];
    demo_call_resource_name(call->kind, resource, sizeof resource);
    return error_set(err, STATUS_CONFLICT,
                     "Operation cannot be fulfilled on %s \"%s\": the object has been modified; please apply your "
                     "changes to the latest version and try again",
                     resource, call->name);
}

/* A body that names a resourceVersion or uid must name the current one. */
static enum status check_precondition(const struct demo_call *call, const json_t *document, const json_t *body,
                                      struct error *err)
{
    const char *version = demo_json_text(body, "metadata.resourceVersion");
    const char *uid = demo_json_text(body, "metadata.uid");
    if (version[0] != '\0' && strcmp(version, demo_json_text(document, "metadata.resourceVersion")) != 0)
        return conflict(call, err);
    if (uid[0] != '\0' && strcmp(uid, demo_json_text(document, "metadata.uid")) != 0)
        return error_set(err, STATUS_CONFLICT,
                         "Precondition failed: UID in precondition: %s, UID in object meta: %s", uid,
                         demo_json_text(document, "metadata.uid"));
    return STATUS_OK;
}

/* The body must be of the kind, and of the name, that the URL says. */
static enum status check_identity(const struct demo_call *call, const json_t *body, struct error *err)
{
    const char *api_version = demo_json_text(body, "apiVersion");
    const char *kind = demo_json_text(body, "kind");
    const char *name = demo_json_text(body, "metadata.name");
    const char *name_space = demo_json_text(body, "metadata.namespace");
    char expected[128];
    demo_kinds_api_version(call->kind, call->version, expected, sizeof expected);
    if (api_version[0] != '\0' && strcmp(api_version, expected) != 0)
        return error_set(err, STATUS_INVALID,
                         "the API version in the data (%s) does not match the expected API version (%s)", api_version,
                         expected);
    if (kind[0] != '\0' && strcmp(kind, call->kind->kind) != 0)
        return error_set(err, STATUS_INVALID, "%s in version \"%s\" cannot be handled as a %s: converting %s", kind,
                         call->version, call->kind->kind, kind);
    if (call->name[0] != '\0' && name[0] != '\0' && strcmp(name, call->name) != 0)
        return error_set(err, STATUS_INVALID,
                         "the name of the object (%s) does not match the name on the URL (%s)", name, call->name);
    if (call->kind->namespaced && name_space[0] != '\0' && strcmp(name_space, call->name_space) != 0)
        return error_set(err, STATUS_INVALID,
                         "the namespace of the provided object does not match the namespace sent on the request");
    return STATUS_OK;
}

/* ---- replies ---- */

static void refuse_edit(struct demo_call *call, struct edit *edit, const struct error *err)
{
    if (err->status == STATUS_UNSUPPORTED) { /* a JSON Patch that does not apply */
        demo_call_refuse(call, 422, "Invalid", "%s", err->text);
        return;
    }
    if (edit->causes == NULL) {
        demo_call_refuse_status(call, err);
        return;
    }
    json_t *status = demo_call_status(422, "Invalid", err->text, call->kind, call->name);
    demo_json_set(status, "details.kind", json_string(call->kind->kind));
    demo_json_set(status, "details.causes", json_incref(edit->causes));
    demo_http_reply_json(call->reply, 422, status);
}

static enum demo_part part_of(const struct demo_call *call)
{
    return strcmp(call->subresource, "status") == 0 ? DEMO_PART_STATUS : DEMO_PART_MAIN;
}

/* Runs the edit on the stored object and replies with the result. */
static void run_edit(struct demo_call *call, struct edit *edit, demo_store_edit_fn apply)
{
    char manager[128];
    struct error err;
    struct demo_object *result = NULL;
    demo_call_manager(call, manager, sizeof manager);
    struct demo_change change = {.kind = call->kind, .name_space = call->name_space, .name = call->name,
        .manager = manager, .is_apply = edit->patch == PATCH_APPLY, .dry_run = is_dry_run(call), .part = part_of(call),
        .edit = apply, .context = edit};
    if (demo_store_change(call->store, &change, &result, &err) == STATUS_OK)
        demo_list_reply_object(call, 200, result);
    else
        refuse_edit(call, edit, &err);
    demo_object_unref(result);
    json_decref(edit->causes);
}

/* ---- create ---- */

static void strip_system(const struct demo_kind *kind, json_t *document)
{
    static const char *const names[] = {"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields",
                                        "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"};
    json_t *metadata = json_object_get(document, "metadata");
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        json_object_del(metadata, names[i]);
    if (kind->has_status && kind->is_custom)
        json_object_del(document, "status");
}

/* Takes the namespace from the URL, and makes a name when only generateName is given. False: refused. */
static bool complete_names(struct demo_call *call, json_t *document)
{
    static unsigned serial;
    if (!json_is_object(json_object_get(document, "metadata")))
        json_object_set_new(document, "metadata", json_object());
    if (call->kind->namespaced)
        demo_json_set(document, "metadata.namespace", json_string(call->name_space));
    const char *prefix = demo_json_text(document, "metadata.generateName");
    if (demo_json_text(document, "metadata.name")[0] == '\0' && prefix[0] != '\0')
        demo_json_set(document, "metadata.name",
                      json_sprintf("%s%05x", prefix, (__atomic_add_fetch(&serial, 1, __ATOMIC_RELAXED) * 40503u) & 0xfffffu));
    snprintf(call->name, sizeof call->name, "%s", demo_json_text(document, "metadata.name"));
    if (call->name[0] == '\0') {
        demo_call_refuse(call, 422, "Invalid", "%s \"\" is invalid: metadata.name: Required value: name or generateName "
                         "is required", call->kind->kind);
        return false;
    }
    struct demo_object *parent = !call->kind->namespaced
        ? NULL : demo_store_find(call->store, demo_kinds_at(DEMO_KIND_NAMESPACE), "", call->name_space);
    bool is_homeless = call->kind->namespaced && parent == NULL;
    demo_object_unref(parent);
    if (is_homeless)
        demo_call_refuse(call, 404, "NotFound", "namespaces \"%s\" not found", call->name_space);
    return !is_homeless;
}

static void create(struct demo_call *call, json_t *document)
{
    char manager[128];
    struct error err;
    struct edit edit = {.call = call};
    demo_call_manager(call, manager, sizeof manager);
    if (check_identity(call, document, &err) != STATUS_OK) {
        demo_call_refuse_status(call, &err);
        return;
    }
    if (!complete_names(call, document))
        return;
    strip_system(call->kind, document);
    struct demo_object *result = NULL;
    if (validate(&edit, document, &err) != STATUS_OK)
        refuse_edit(call, &edit, &err);
    else if (demo_store_create(call->store, call->kind, json_incref(document), manager, is_dry_run(call), &result,
                               &err) != STATUS_OK)
        demo_call_refuse(call, 409, "AlreadyExists", "%s", err.text);
    else
        demo_list_reply_object(call, 201, result);
    demo_object_unref(result);
    json_decref(edit.causes);
}

void demo_write_create(struct demo_call *call)
{
    json_t *document = read_body(call);
    if (document != NULL)
        create(call, document);
    json_decref(document);
}

/* ---- update ---- */

static enum status replace(json_t *document, void *context, struct error *err)
{
    struct edit *edit = context;
    enum status status = check_precondition(edit->call, document, edit->body, err);
    if (status != STATUS_OK)
        return status;
    if (edit->call->kind->is_custom && demo_json_text(edit->body, "metadata.resourceVersion")[0] == '\0')
        return error_set(err, STATUS_USAGE,
                         "%s.%s \"%s\" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an "
                         "update", edit->call->kind->kind, edit->call->kind->group, edit->call->name);
    json_object_clear(document);
    json_t *copy = json_deep_copy(edit->body);
    json_object_update(document, copy);
    json_decref(copy);
    return validate(edit, document, err);
}

void demo_write_update(struct demo_call *call)
{
    struct error err;
    json_t *body = read_body(call);
    if (body == NULL)
        return;
    struct edit edit = {.call = call, .body = body};
    if (check_identity(call, body, &err) != STATUS_OK)
        demo_call_refuse_status(call, &err);
    else
        run_edit(call, &edit, replace);
    json_decref(body);
}

/* ---- patch ---- */

static enum patch_type patch_type_of(const struct demo_call *call)
{
    static const struct {
        const char *media;
        enum patch_type type;
    } types[] = {{"application/merge-patch+json", PATCH_MERGE},
                 {"application/json-patch+json", PATCH_JSON},
                 {"application/strategic-merge-patch+json", PATCH_STRATEGIC},
                 {"application/apply-patch+yaml", PATCH_APPLY}};
    const char *media = demo_http_header(call->request, "Content-Type");
    size_t length = media == NULL ? 0 : strcspn(media, "; ");
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        bool is_it = length == strlen(types[i].media) && strncasecmp(media, types[i].media, length) == 0;
        if (is_it && !(types[i].type == PATCH_STRATEGIC && call->kind->is_custom))
            return types[i].type;
    }
    return PATCH_UNKNOWN;
}

static enum status apply_patch(json_t *document, void *context, struct error *err)
{
    struct edit *edit = context;
    enum status status = STATUS_OK;
    if (edit->patch != PATCH_JSON)
        status = check_precondition(edit->call, document, edit->body, err);
    if (status != STATUS_OK)
        return status;
    if (edit->patch == PATCH_JSON)
        status = demo_patch_json(document, edit->body, err);
    else if (edit->patch == PATCH_STRATEGIC)
        demo_patch_strategic(document, edit->body);
    else
        demo_patch_merge(document, edit->body);
    if (status == STATUS_OK)
        status = check_identity(edit->call, edit->patch == PATCH_JSON ? NULL : edit->body, err);
    return status == STATUS_OK ? validate(edit, document, err) : status;
}

static bool is_there(const struct demo_call *call)
{
    struct demo_object *object = demo_store_find(call->store, call->kind, call->name_space, call->name);
    demo_object_unref(object);
    return object != NULL;
}

void demo_write_patch(struct demo_call *call)
{
    struct edit edit = {.call = call, .patch = patch_type_of(call)};
    if (edit.patch == PATCH_UNKNOWN) {
        demo_call_refuse(call, 415, "UnsupportedMediaType",
                         "the body of the request was in an unknown format - accepted media types include: "
                         "application/json-patch+json, application/merge-patch+json, %sapplication/apply-patch+yaml",
                         call->kind->is_custom ? "" : "application/strategic-merge-patch+json, ");
        return;
    }
    json_t *body = read_body(call);
    if (body == NULL)
        return;
    edit.body = body;
    if (edit.patch == PATCH_APPLY && !is_there(call))
        create(call, body);
    else
        run_edit(call, &edit, apply_patch);
    json_decref(body);
}

/* ---- delete ---- */

/* preconditions of DeleteOptions. */
static bool check_options(struct demo_call *call, const struct demo_object *object, const json_t *options)
{
    struct error err;
    json_t *body = json_pack("{s:{}}", "metadata");
    json_t *document = demo_object_document(object);
    const char *uid = demo_json_text(options, "preconditions.uid");
    const char *version = demo_json_text(options, "preconditions.resourceVersion");
    if (uid[0] != '\0')
        demo_json_set(body, "metadata.uid", json_string(uid));
    if (version[0] != '\0')
        demo_json_set(body, "metadata.resourceVersion", json_string(version));
    enum status status = check_precondition(call, document, body, &err);
    if (status != STATUS_OK)
        demo_call_refuse_status(call, &err);
    json_decref(body);
    json_decref(document);
    return status == STATUS_OK;
}

static bool is_orphaning(const struct demo_call *call, const json_t *options)
{
    return strcmp(demo_json_text(options, "propagationPolicy"), "Orphan") == 0 ||
           strcmp(demo_call_query(call, "propagationPolicy"), "Orphan") == 0;
}

/* The garbage collector's part: everything owned by `owner`, and by what it owned. */
static void delete_dependents(struct demo_store *store, const char *owner)
{
    for (enum demo_kind_id id = 0; id < DEMO_KIND_COUNT && owner[0] != '\0'; id++) {
        struct demo_snapshot snapshot;
        if (demo_store_snapshot(store, demo_kinds_at(id), NULL, 0, &snapshot) != STATUS_OK)
            continue;
        for (size_t i = 0; i < snapshot.count; i++) {
            const struct demo_object *object = snapshot.objects[i];
            if (strcmp(object->owner, owner) != 0)
                continue;
            demo_store_delete(store, id, object->name_space, object->name);
            delete_dependents(store, object->uid);
        }
        demo_store_release(&snapshot);
    }
}

static void reply_deleted(struct demo_call *call, const struct demo_object *object)
{
    struct demo_object *left = demo_store_find(call->store, call->kind, call->name_space, call->name);
    if (left != NULL && !is_dry_run(call)) {
        demo_list_reply_object(call, 200, left);
    } else {
        json_t *status = json_pack("{s:s, s:s, s:{}, s:s, s:{s:s, s:s, s:s}}", "kind", "Status", "apiVersion", "v1",
                                   "metadata", "status", "Success", "details", "name", object->name, "kind",
                                   call->kind->plural, "uid", object->uid);
        if (call->kind->group[0] != '\0')
            demo_json_set(status, "details.group", json_string(call->kind->group));
        demo_http_reply_json(call->reply, 200, status);
    }
    demo_object_unref(left);
}

void demo_write_delete(struct demo_call *call)
{
    json_t *options = NULL;
    if (call->request->body.length > 0) {
        options = read_body(call);
        if (options == NULL)
            return;
    }
    struct demo_object *object = demo_store_find(call->store, call->kind, call->name_space, call->name);
    if (object == NULL) {
        char resource[160];
        demo_call_resource_name(call->kind, resource, sizeof resource);
        demo_call_refuse(call, 404, "NotFound", "%s \"%s\" not found", resource, call->name);
    } else if (check_options(call, object, options)) {
        if (!is_dry_run(call) && json_array_size(json_object_get(options, "dryRun")) == 0) {
            demo_store_delete(call->store, demo_kinds_id(call->kind), call->name_space, call->name);
            if (!is_orphaning(call, options))
                delete_dependents(call->store, object->uid);
        }
        reply_deleted(call, object);
    }
    demo_object_unref(object);
    json_decref(options);
}

/* ---- scale ---- */

static enum status set_replicas(json_t *document, void *context, struct error *err)
{
    const struct edit *edit = context;
    json_t *scale = json_pack("{s:{s:O}}", "spec", "replicas", demo_json_at(document, "spec.replicas") == NULL
                              ? json_null() : demo_json_at(document, "spec.replicas"));
    enum status status = STATUS_OK;
    if (edit->patch == PATCH_JSON)
        status = demo_patch_json(scale, edit->body, err);
    else
        demo_patch_merge(scale, edit->body);
    const json_t *replicas = demo_json_at(scale, "spec.replicas");
    if (status == STATUS_OK && (!json_is_integer(replicas) || json_integer_value(replicas) < 0))
        status = error_set(err, STATUS_USAGE, "Scale.autoscaling \"%s\" is invalid: spec.replicas: Invalid value: must be "
                           "greater than or equal to 0", edit->call->name);
    if (status == STATUS_OK)
        demo_json_set(document, "spec.replicas", json_integer(json_integer_value(replicas)));
    json_decref(scale);
    return status;
}

static void reply_scale(struct demo_call *call, const struct demo_object *object)
{
    static const char *const kept[] = {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"};
    json_t *document = demo_object_document(object);
    json_t *scale = json_pack("{s:s, s:s, s:{}, s:{s:I}, s:{s:I}}", "kind", "Scale", "apiVersion", "autoscaling/v1",
                              "metadata", "spec", "replicas", demo_json_integer(document, "spec.replicas", 1), "status",
                              "replicas", demo_json_integer(document, "status.replicas", 0));
    for (size_t i = 0; i < ARRAY_LENGTH(kept); i++) {
        json_t *value = json_object_get(json_object_get(document, "metadata"), kept[i]);
        if (value != NULL)
            json_object_set(json_object_get(scale, "metadata"), kept[i], value);
    }
    demo_http_reply_json(call->reply, 200, scale);
    json_decref(document);
}

void demo_write_scale(struct demo_call *call)
{
    char manager[128];
    struct error err;
    struct demo_object *result = NULL;
    demo_call_manager(call, manager, sizeof manager);
    bool is_read = strcmp(call->request->method, "GET") == 0;
    json_t *body = is_read ? NULL : read_body(call);
    if (!is_read && body == NULL)
        return;
    struct edit edit = {.call = call, .body = body, .patch = is_read ? PATCH_UNKNOWN : patch_type_of(call)};
    struct demo_change change = {.kind = call->kind, .name_space = call->name_space, .name = call->name,
        .manager = manager, .dry_run = is_dry_run(call), .part = DEMO_PART_MAIN, .edit = set_replicas, .context = &edit};
    if (is_read)
        result = demo_store_find(call->store, call->kind, call->name_space, call->name);
    else if (demo_store_change(call->store, &change, &result, &err) != STATUS_OK)
        refuse_edit(call, &edit, &err);
    if (result != NULL)
        reply_scale(call, result);
    else if (is_read)
        demo_call_refuse(call, 404, "NotFound", "%s.%s \"%s\" not found", call->kind->plural, call->kind->group, call->name);
    demo_object_unref(result);
    json_decref(body);
}
