/* Create, update and patch; see demo_write.h. */
#include "demo/demo_write.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "demo/demo_edit.h"
#include "demo/demo_json.h"
#include "demo/demo_list.h"
#include "demo/demo_patch.h"

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

/* generateName and five more characters. */
static json_t *generate_name(const char *prefix)
{
    static unsigned serial;
    unsigned number = __atomic_add_fetch(&serial, 1, __ATOMIC_RELAXED);
    return json_sprintf("%s%05x", prefix, (number * 40503u) & 0xfffffu);
}

/* A lowercase RFC 1123 subdomain. */
static bool is_name(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length < 254 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.:") == length &&
           strchr("-.", text[0]) == NULL && strchr("-.", text[length - 1]) == NULL;
}

/* Takes the namespace from the URL, and makes a name when only generateName is given. False: refused. */
static bool complete_names(struct demo_call *call, json_t *document)
{
    if (!json_is_object(json_object_get(document, "metadata")))
        json_object_set_new(document, "metadata", json_object());
    if (call->kind->namespaced)
        demo_json_set(document, "metadata.namespace", json_string(call->name_space));
    const char *prefix = demo_json_text(document, "metadata.generateName");
    if (demo_json_text(document, "metadata.name")[0] == '\0' && prefix[0] != '\0')
        demo_json_set(document, "metadata.name", generate_name(prefix));
    snprintf(call->name, sizeof call->name, "%s", demo_json_text(document, "metadata.name"));
    if (call->name[0] == '\0') {
        demo_call_refuse(call, 422, "Invalid",
                         "%s \"\" is invalid: metadata.name: Required value: name or generateName is required",
                         call->kind->kind);
        return false;
    }
    if (!is_name(call->name)) {
        demo_call_refuse(call, 422, "Invalid",
                         "%s \"%s\" is invalid: metadata.name: Invalid value: \"%s\": a lowercase RFC 1123 subdomain must "
                         "consist of lower case alphanumeric characters, '-' or '.'",
                         call->kind->kind, call->name, call->name);
        return false;
    }
    return true;
}

/* The namespace must be there. False: refused. */
static bool check_namespace(struct demo_call *call)
{
    if (!call->kind->namespaced)
        return true;
    struct demo_object *parent =
        demo_store_find(call->store, demo_kinds_at(DEMO_KIND_NAMESPACE), "", call->name_space);
    if (parent == NULL)
        demo_call_refuse(call, 404, "NotFound", "namespaces \"%s\" not found", call->name_space);
    demo_object_unref(parent);
    return parent != NULL;
}

static void create(struct demo_call *call, json_t *document)
{
    char manager[128];
    struct error err;
    struct demo_edit edit = {.call = call};
    demo_call_manager(call, manager, sizeof manager);
    if (demo_edit_check_identity(call, document, &err) != STATUS_OK) {
        demo_call_refuse_status(call, &err);
        return;
    }
    if (!complete_names(call, document) || !check_namespace(call))
        return;
    strip_system(call->kind, document);
    struct demo_object *result = NULL;
    if (demo_edit_validate(&edit, document, &err) != STATUS_OK)
        demo_edit_refuse(call, &edit, &err);
    else if (demo_store_create(call->store, call->kind, json_incref(document), manager, demo_edit_is_dry_run(call),
                               &result, &err) != STATUS_OK)
        demo_call_refuse(call, 409, "AlreadyExists", "%s", err.text);
    else
        demo_list_reply_object(call, 201, result);
    demo_object_unref(result);
    json_decref(edit.causes);
}

void demo_write_create(struct demo_call *call)
{
    json_t *document = demo_edit_body(call);
    if (document != NULL)
        create(call, document);
    json_decref(document);
}

/* ---- update ---- */

static enum status replace(json_t *document, void *context, struct error *err)
{
    struct demo_edit *edit = context;
    enum status status = demo_edit_check_precondition(edit->call, document, edit->body, err);
    if (status != STATUS_OK)
        return status;
    if (edit->call->kind->is_custom && demo_json_text(edit->body, "metadata.resourceVersion")[0] == '\0')
        return error_set(err, STATUS_USAGE,
                         "%s.%s \"%s\" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for "
                         "an update", edit->call->kind->kind, edit->call->kind->group, edit->call->name);
    json_object_clear(document);
    json_t *copy = json_deep_copy(edit->body);
    json_object_update(document, copy);
    json_decref(copy);
    return demo_edit_validate(edit, document, err);
}

void demo_write_update(struct demo_call *call)
{
    struct error err;
    json_t *body = demo_edit_body(call);
    if (body == NULL)
        return;
    struct demo_edit edit = {.call = call, .body = body};
    if (demo_edit_check_identity(call, body, &err) != STATUS_OK)
        demo_call_refuse_status(call, &err);
    else
        demo_edit_run(call, &edit, replace);
    json_decref(body);
}

/* ---- patch ---- */

static enum status apply_patch(json_t *document, void *context, struct error *err)
{
    struct demo_edit *edit = context;
    enum status status = STATUS_OK;
    if (edit->patch != DEMO_PATCH_JSON)
        status = demo_edit_check_precondition(edit->call, document, edit->body, err);
    if (status != STATUS_OK)
        return status;
    if (edit->patch == DEMO_PATCH_JSON)
        status = demo_patch_json(document, edit->body, err);
    else if (edit->patch == DEMO_PATCH_STRATEGIC)
        demo_patch_strategic(document, edit->body);
    else
        demo_patch_merge(document, edit->body);
    if (status == STATUS_OK)
        status = demo_edit_check_identity(edit->call, edit->patch == DEMO_PATCH_JSON ? NULL : edit->body, err);
    return status == STATUS_OK ? demo_edit_validate(edit, document, err) : status;
}

static bool is_there(const struct demo_call *call)
{
    struct demo_object *object = demo_store_find(call->store, call->kind, call->name_space, call->name);
    demo_object_unref(object);
    return object != NULL;
}

void demo_write_patch(struct demo_call *call)
{
    struct demo_edit edit = {.call = call, .patch = demo_edit_patch_type(call)};
    if (edit.patch == DEMO_PATCH_UNKNOWN) {
        demo_call_refuse(call, 415, "UnsupportedMediaType",
                         "the body of the request was in an unknown format - accepted media types include: "
                         "application/json-patch+json, application/merge-patch+json, %sapplication/apply-patch+yaml",
                         call->kind->is_custom ? "" : "application/strategic-merge-patch+json, ");
        return;
    }
    json_t *body = demo_edit_body(call);
    if (body == NULL)
        return;
    edit.body = body;
    if (edit.patch == DEMO_PATCH_APPLY && !is_there(call))
        create(call, body);
    else
        demo_edit_run(call, &edit, apply_patch);
    json_decref(body);
}
