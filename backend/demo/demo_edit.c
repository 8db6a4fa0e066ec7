/* The common part of writes; see demo_edit.h. A check and its change are one step, under the store's lock. */
#include "demo/demo_edit.h"

#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "demo/demo_json.h"
#include "demo/demo_list.h"
#include "demo/demo_validate.h"

bool demo_edit_is_dry_run(const struct demo_call *call)
{
    return strcmp(demo_call_query(call, "dryRun"), "All") == 0;
}

json_t *demo_edit_body(struct demo_call *call)
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

enum status demo_edit_validate(struct demo_edit *edit, const json_t *document, struct error *err)
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

enum status demo_edit_check_precondition(const struct demo_call *call, const json_t *document, const json_t *body,
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

enum status demo_edit_check_identity(const struct demo_call *call, const json_t *body, struct error *err)
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

void demo_edit_refuse(struct demo_call *call, struct demo_edit *edit, const struct error *err)
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

void demo_edit_run(struct demo_call *call, struct demo_edit *edit, demo_store_edit_fn apply)
{
    char manager[128];
    struct error err;
    struct demo_object *result = NULL;
    demo_call_manager(call, manager, sizeof manager);
    struct demo_change change = {.kind = call->kind, .name_space = call->name_space, .name = call->name,
        .manager = manager, .is_apply = edit->patch == DEMO_PATCH_APPLY, .dry_run = demo_edit_is_dry_run(call),
        .part = part_of(call),
        .edit = apply, .context = edit};
    if (demo_store_change(call->store, &change, &result, &err) == STATUS_OK)
        demo_list_reply_object(call, 200, result);
    else
        demo_edit_refuse(call, edit, &err);
    demo_object_unref(result);
    json_decref(edit->causes);
}

enum demo_patch_type demo_edit_patch_type(const struct demo_call *call)
{
    static const struct {
        const char *media;
        enum demo_patch_type type;
    } types[] = {{"application/merge-patch+json", DEMO_PATCH_MERGE},
                 {"application/json-patch+json", DEMO_PATCH_JSON},
                 {"application/strategic-merge-patch+json", DEMO_PATCH_STRATEGIC},
                 {"application/apply-patch+yaml", DEMO_PATCH_APPLY}};
    const char *media = demo_http_header(call->request, "Content-Type");
    size_t length = media == NULL ? 0 : strcspn(media, "; ");
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        bool is_it = length == strlen(types[i].media) && strncasecmp(media, types[i].media, length) == 0;
        if (is_it && !(types[i].type == DEMO_PATCH_STRATEGIC && call->kind->is_custom))
            return types[i].type;
    }
    return DEMO_PATCH_UNKNOWN;
}
