/* Deletion; see demo_delete.h. */
#include "demo/demo_delete.h"

#include <string.h>

#include "demo/demo_edit.h"
#include "demo/demo_json.h"
#include "demo/demo_list.h"

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
    enum status status = demo_edit_check_precondition(call, document, body, &err);
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
    if (left != NULL && !demo_edit_is_dry_run(call)) {
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

void demo_delete_reply(struct demo_call *call)
{
    json_t *options = NULL;
    if (call->request->body.length > 0) {
        options = demo_edit_body(call);
        if (options == NULL)
            return;
    }
    struct demo_object *object = demo_store_find(call->store, call->kind, call->name_space, call->name);
    if (object == NULL) {
        char resource[160];
        demo_call_resource_name(call->kind, resource, sizeof resource);
        demo_call_refuse(call, 404, "NotFound", "%s \"%s\" not found", resource, call->name);
    } else if (check_options(call, object, options)) {
        if (!demo_edit_is_dry_run(call) && json_array_size(json_object_get(options, "dryRun")) == 0) {
            demo_store_delete(call->store, demo_kinds_id(call->kind), call->name_space, call->name);
            if (!is_orphaning(call, options))
                delete_dependents(call->store, object->uid);
        }
        reply_deleted(call, object);
    }
    demo_object_unref(object);
    json_decref(options);
}
