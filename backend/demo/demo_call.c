/* Refusals and parameters common to every kind of call; see demo_call.h. */
#include "demo/demo_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

json_t *demo_call_status(int code, const char *reason, const char *message, const struct demo_kind *kind,
                         const char *name)
{
    json_t *status = json_pack("{s:s, s:s, s:{}, s:s, s:s, s:s, s:i}", "kind", "Status", "apiVersion", "v1", "metadata",
                               "status", "Failure", "message", message, "reason", reason, "code", code);
    json_t *details = json_object();
    if (name != NULL && name[0] != '\0')
        json_object_set_new(details, "name", json_string(name));
    if (kind != NULL && kind->group[0] != '\0')
        json_object_set_new(details, "group", json_string(kind->group));
    if (kind != NULL)
        json_object_set_new(details, "kind", json_string(kind->plural));
    if (json_object_size(details) > 0)
        json_object_set(status, "details", details);
    json_decref(details);
    return status;
}

void demo_call_refuse(struct demo_call *call, int code, const char *reason, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *message = alloc_vprintf(format, args);
    va_end(args);
    demo_http_reply_json(call->reply, code, demo_call_status(code, reason, message, call->kind, call->name));
    free(message);
}

void demo_call_refuse_status(struct demo_call *call, const struct error *err)
{
    static const struct {
        enum status status;
        int code;
        const char *reason;
    } replies[] = {
        {STATUS_NOT_FOUND, 404, "NotFound"}, {STATUS_CONFLICT, 409, "Conflict"},   {STATUS_INVALID, 400, "BadRequest"},
        {STATUS_GONE, 410, "Expired"},       {STATUS_FORBIDDEN, 403, "Forbidden"}, {STATUS_USAGE, 422, "Invalid"},
        {STATUS_TOO_BIG, 413, "RequestEntityTooLarge"}, {STATUS_UNSUPPORTED, 415, "UnsupportedMediaType"},
    };
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        if (replies[i].status == err->status) {
            demo_call_refuse(call, replies[i].code, replies[i].reason, "%s", err->text);
            return;
        }
    }
    demo_call_refuse(call, 500, "InternalError", "Internal error occurred: %s", err->text);
}

const char *demo_call_query(const struct demo_call *call, const char *name)
{
    const char *value = demo_http_query(call->request, name);
    return value == NULL ? "" : value;
}

bool demo_call_flag(const struct demo_call *call, const char *name)
{
    const char *value = demo_call_query(call, name);
    return strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
}

void demo_call_resource_name(const struct demo_kind *kind, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s", kind->plural, kind->group[0] == '\0' ? "" : ".", kind->group);
}

void demo_call_manager(const struct demo_call *call, char *out, size_t size)
{
    const char *manager = demo_call_query(call, "fieldManager");
    const char *agent = demo_http_header(call->request, "User-Agent");
    if (manager[0] != '\0')
        snprintf(out, size, "%s", manager);
    else if (agent != NULL && agent[0] != '\0')
        snprintf(out, size, "%.*s", (int)strcspn(agent, "/"), agent);
    else
        snprintf(out, size, "unknown");
}
