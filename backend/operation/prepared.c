/* Freeing and showing a prepared operation; see prepared.h. */
#include "operation/prepared.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/bytebuf.h"
#include "base/timestamp.h"
#include "operation/operation.h"
#include "operation/precondition.h"

#define TEXT_MAX ((size_t)16 << 20)

bool prepared_is_refused(const struct prepared *prepared)
{
    return prepared->refusals.count > 0;
}

#define FREE_TEXTS(list)                                  \
    do {                                                  \
        for (size_t i_ = 0; i_ < (list)->count; i_++)     \
            free((list)->items[i_]);                      \
        ARRAY_FREE(list);                                 \
    } while (0)

void prepared_free(struct prepared *prepared)
{
    if (prepared == NULL)
        return;
    for (size_t i = 0; i < prepared->requests.count; i++) {
        struct prepared_request *request = &prepared->requests.items[i];
        free(request->method);
        free(request->url);
        free(request->content_type);
        free(request->body);
        free(request->equivalent);
    }
    ARRAY_FREE(&prepared->requests);
    for (size_t i = 0; i < prepared->checks.count; i++)
        free(prepared->checks.items[i].text);
    ARRAY_FREE(&prepared->checks);
    FREE_TEXTS(&prepared->refusals);
    FREE_TEXTS(&prepared->warnings);
    FREE_TEXTS(&prepared->predicted);
    for (size_t i = 0; i < prepared->paths.count; i++) {
        free(prepared->paths.items[i].path);
        free(prepared->paths.items[i].before);
        free(prepared->paths.items[i].after);
    }
    ARRAY_FREE(&prepared->paths);
    json_diff_done(&prepared->diff);
    operation_free(prepared->operation);
    precondition_free(prepared->precondition);
    free(prepared->title);
    free(prepared->confirm_name);
    free(prepared);
}

/* ---- text ---- */

static void print_list(struct bytebuf *out, const char *head, char *const *items, size_t count)
{
    if (count == 0)
        return;
    bytebuf_printf(out, "%s\n", head);
    for (size_t i = 0; i < count; i++)
        bytebuf_printf(out, "  %s\n", items[i]);
}

static const char *mark_of(enum status status)
{
    return status == STATUS_OK ? "ok     " : status == STATUS_FOUND ? "warning" : status == STATUS_UNMEASURED ? "unknown" : "refused";
}

static void print_diff(struct bytebuf *out, const struct prepared *prepared)
{
    if (prepared->diff_kind == PREPARED_DIFF_NONE)
        return;
    bytebuf_append_text(out, prepared->diff_kind == PREPARED_DIFF_DRY_RUN ? "Preview (server-side dry run)\n" : "Predicted change (no dry run was made)\n");
    if (prepared->diff.count == 0)
        bytebuf_append_text(out, "  no difference\n");
    for (size_t i = 0; i < prepared->diff.count; i++) {
        const struct json_diff_line *line = &prepared->diff.items[i];
        if (line->sign == '@')
            bytebuf_printf(out, "  @@ %s\n", line->text);
        else
            bytebuf_printf(out, "  %c %s\n", line->sign, line->text);
    }
}

static void print_confirm(struct bytebuf *out, const struct prepared *prepared)
{
    char text[1024];
    blast_radius_text(&prepared->radius, text, sizeof text);
    bytebuf_printf(out, "Blast radius\n  %s\n", text);
    char deadline[TIMESTAMP_TEXT_MAX];
    timestamp_format_age(deadline, prepared->deadline_ms);
    bytebuf_printf(out, "Afterwards\n  watches until %s, at most %s\n", prepared->effect, deadline);
    if (prepared_is_refused(prepared))
        print_list(out, "Refused", prepared->refusals.items, prepared->refusals.count);
    else if (prepared->is_production)
        bytebuf_printf(out, "To do it\n  --yes --confirm %s\n", prepared->confirm_name);
    else
        bytebuf_append_text(out, "To do it\n  --yes\n");
}

char *prepared_text(const struct prepared *prepared)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, TEXT_MAX);
    bytebuf_printf(&out, "%s\n\nPlan\n", prepared->title);
    for (size_t i = 0; i < prepared->requests.count; i++) {
        const struct prepared_request *request = &prepared->requests.items[i];
        bytebuf_printf(&out, "  %s %s\n", request->method, request->url);
        if (request->body != NULL)
            bytebuf_printf(&out, "  %s: %s\n", request->content_type, request->body);
        bytebuf_printf(&out, "  = %s\n", request->equivalent);
    }
    bytebuf_append_text(&out, "Checks\n");
    for (size_t i = 0; i < prepared->checks.count; i++)
        bytebuf_printf(&out, "  %s  %s\n", mark_of(prepared->checks.items[i].status), prepared->checks.items[i].text);
    print_diff(&out, prepared);
    print_list(&out, "Predicted (there is no dry run for this)", prepared->predicted.items, prepared->predicted.count);
    if (prepared->paths.count > 0)
        bytebuf_append_text(&out, "Git\n");
    for (size_t i = 0; i < prepared->paths.count; i++)
        bytebuf_printf(&out, "  %s: %s\n", prepared->paths.items[i].path, prepared->paths.items[i].git.text);
    print_confirm(&out, prepared);
    return bytebuf_take(&out);
}

/* ---- JSON ---- */

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

static json_t *list_json(char *const *items, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(items[i]));
    return list;
}

static json_t *requests_json(const struct prepared *prepared)
{
    json_t *list = json_array();
    for (size_t i = 0; i < prepared->requests.count; i++) {
        const struct prepared_request *request = &prepared->requests.items[i];
        json_array_append_new(list, json_pack("{s:s,s:s,s:o,s:o,s:s}", "method", request->method, "url", request->url, "contentType",
                                              text_or_null(request->content_type), "body", text_or_null(request->body), "equivalent",
                                              request->equivalent));
    }
    return list;
}

static json_t *checks_json(const struct prepared *prepared)
{
    json_t *list = json_array();
    for (size_t i = 0; i < prepared->checks.count; i++)
        json_array_append_new(list, json_pack("{s:s,s:s}", "result", error_status_name(prepared->checks.items[i].status), "text",
                                              prepared->checks.items[i].text));
    return list;
}

static json_t *paths_json(const struct prepared *prepared)
{
    json_t *list = json_array();
    for (size_t i = 0; i < prepared->paths.count; i++) {
        const struct prepared_path *path = &prepared->paths.items[i];
        json_array_append_new(list, json_pack("{s:s,s:o,s:o,s:s,s:s}", "path", path->path, "before", text_or_null(path->before), "after",
                                              text_or_null(path->after), "git", git_verdict_name(path->git.kind), "gitText",
                                              path->git.text));
    }
    return list;
}

static json_t *diff_json(const struct prepared *prepared)
{
    json_t *list = json_array();
    for (size_t i = 0; i < prepared->diff.count; i++) {
        char *line = alloc_printf("%c %s", prepared->diff.items[i].sign, prepared->diff.items[i].text);
        json_array_append_new(list, json_string(line));
        free(line);
    }
    return list;
}

static json_t *radius_json(const struct blast_radius *radius)
{
    json_t *names = json_array();
    for (size_t i = 0; i < radius->name_count; i++)
        json_array_append_new(names, json_string(radius->names[i]));
    if (!radius->known)
        json_array_clear(names);
    return json_pack("{s:b,s:b,s:s,s:I,s:I,s:I,s:o}", "known", radius->known, "everything", radius->is_everything, "why", radius->why, "dependents", (json_int_t)radius->dependents,
                     "applications", (json_int_t)radius->applications, "organizations", (json_int_t)radius->organizations, "names", names);
}

json_t *prepared_json(const struct prepared *prepared)
{
    static const char *const KINDS[] = {"none", "dry-run", "predicted"};
    static const char *const CONFIRMS[] = {"key", "dialog", "type-name"};
    json_t *object = json_object();
    json_object_set_new(object, "title", json_string(prepared->title));
    json_object_set_new(object, "requests", requests_json(prepared));
    json_object_set_new(object, "checks", checks_json(prepared));
    json_object_set_new(object, "refusals", list_json(prepared->refusals.items, prepared->refusals.count));
    json_object_set_new(object, "warnings", list_json(prepared->warnings.items, prepared->warnings.count));
    json_object_set_new(object, "diffKind", json_string(KINDS[prepared->diff_kind]));
    json_object_set_new(object, "diff", diff_json(prepared));
    json_object_set_new(object, "predicted", list_json(prepared->predicted.items, prepared->predicted.count));
    json_object_set_new(object, "paths", paths_json(prepared));
    json_object_set_new(object, "radius", radius_json(&prepared->radius));
    json_object_set_new(object, "confirm", json_string(CONFIRMS[prepared->confirm]));
    json_object_set_new(object, "confirmName", json_string(prepared->confirm_name));
    json_object_set_new(object, "production", json_boolean(prepared->is_production));
    json_object_set_new(object, "effect", json_string(prepared->effect));
    json_object_set_new(object, "deadlineMs", json_integer(prepared->deadline_ms));
    return object;
}
