/* autoscaling/v1 Scale as a view of a workload's spec.replicas; see demo_scale.h. */
#include "demo/demo_scale.h"

#include <string.h>

#include "base/array.h"
#include "demo/demo_edit.h"
#include "demo/demo_json.h"
#include "demo/demo_patch.h"

static enum status set_replicas(json_t *document, void *context, struct error *err)
{
    const struct demo_edit *edit = context;
    json_t *scale = json_pack("{s:{s:O}}", "spec", "replicas", demo_json_at(document, "spec.replicas") == NULL
                              ? json_null() : demo_json_at(document, "spec.replicas"));
    enum status status = STATUS_OK;
    if (edit->patch == DEMO_PATCH_JSON)
        status = demo_patch_json(scale, edit->body, err);
    else
        demo_patch_merge(scale, edit->body);
    const json_t *replicas = demo_json_at(scale, "spec.replicas");
    if (status == STATUS_OK && (!json_is_integer(replicas) || json_integer_value(replicas) < 0))
        status = error_set(err, STATUS_USAGE, "Scale.autoscaling \"%s\" is invalid: spec.replicas: Invalid value: must "
                           "be greater than or equal to 0", edit->call->name);
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

void demo_scale_reply(struct demo_call *call)
{
    char manager[128];
    struct error err;
    struct demo_object *result = NULL;
    demo_call_manager(call, manager, sizeof manager);
    bool is_read = strcmp(call->request->method, "GET") == 0;
    json_t *body = is_read ? NULL : demo_edit_body(call);
    if (!is_read && body == NULL)
        return;
    struct demo_edit edit = {.call = call, .body = body,
        .patch = is_read ? DEMO_PATCH_UNKNOWN : demo_edit_patch_type(call)};
    struct demo_change change = {.kind = call->kind, .name_space = call->name_space, .name = call->name,
        .manager = manager, .dry_run = demo_edit_is_dry_run(call), .part = DEMO_PART_MAIN, .edit = set_replicas,
        .context = &edit};
    if (is_read)
        result = demo_store_find(call->store, call->kind, call->name_space, call->name);
    else if (demo_store_change(call->store, &change, &result, &err) != STATUS_OK)
        demo_edit_refuse(call, &edit, &err);
    if (result != NULL)
        reply_scale(call, result);
    else if (is_read)
        demo_call_refuse(call, 404, "NotFound", "%s.%s \"%s\" not found", call->kind->plural, call->kind->group,
                         call->name);
    demo_object_unref(result);
    json_decref(body);
}
