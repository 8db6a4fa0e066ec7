/* Lists, rows and single objects put together from the texts that object versions carry; see demo_form.h.
 * Lists of custom kinds have their keys in alphabetical order (metadata behind items), as real servers send them. */
#include "demo/demo_form.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

static bool shape_of(struct span media, enum demo_form_shape *shape)
{
    if (span_contains(media, "as=Table")) {
        *shape = DEMO_FORM_TABLE;
        return span_contains(media, "v=v1;") || span_ends_with(media, "v=v1") || span_contains(media, "v=v1beta1");
    }
    if (span_contains(media, "as=PartialObjectMetadata")) {
        *shape = DEMO_FORM_METADATA;
        return true;
    }
    *shape = DEMO_FORM_WHOLE;
    return !span_contains(media, "as=");
}

bool demo_form_choose(struct demo_form *form, const struct demo_call *call)
{
    *form = (struct demo_form){.kind = call->kind, .now_ms = clock_wall_ms()};
    demo_kinds_api_version(call->kind, call->version, form->api_version, sizeof form->api_version);
    const char *include = demo_call_query(call, "includeObject");
    if (strcmp(include, "None") == 0)
        form->row_object = DEMO_FORM_ROW_NONE;
    else if (strcmp(include, "Object") == 0)
        form->row_object = DEMO_FORM_ROW_WHOLE;
    const char *accept = demo_http_header(call->request, "Accept");
    if (accept == NULL || accept[0] == '\0')
        return true;
    struct span rest = span_of(accept);
    struct span media;
    while (span_split(&rest, ',', &media)) {
        media = span_trim(media);
        bool is_json = span_starts_with(media, "application/json") || span_starts_with(media, "*/*") ||
                       span_starts_with(media, "application/*");
        if (is_json && shape_of(media, &form->shape))
            return true;
    }
    return false;
}

static void append_cells(const struct demo_form *form, const struct demo_object *object, struct bytebuf *out)
{
    bytebuf_append_text(out, "{\"cells\":[");
    for (size_t i = 0; i < object->cell_count; i++) {
        if (i > 0)
            bytebuf_append_byte(out, ',');
        demo_columns_append(out, &object->cells[i], form->now_ms);
    }
    bytebuf_append_byte(out, ']');
}

#define PARTIAL "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":"

static void begin_whole(const struct demo_form *form, bool has_type, struct bytebuf *out)
{
    bytebuf_append_byte(out, '{');
    if (has_type)
        bytebuf_printf(out, "\"apiVersion\":\"%s\",\"kind\":\"%s\",", form->api_version, form->kind->kind);
}

static void begin_row(const struct demo_form *form, const struct demo_object *object, struct bytebuf *before,
                      struct span *middle, const char **after)
{
    append_cells(form, object, before);
    if (form->row_object == DEMO_FORM_ROW_NONE) {
        bytebuf_append_text(before, ",\"object\":null}");
        *middle = SPAN_EMPTY;
        *after = "";
    } else if (form->row_object == DEMO_FORM_ROW_WHOLE) {
        bytebuf_append_text(before, ",\"object\":");
        begin_whole(form, true, before);
        *middle = span_make(object->body, object->body_length);
        *after = "}";
    } else {
        bytebuf_append_text(before, ",\"object\":" PARTIAL);
        *middle = demo_object_metadata(object);
        *after = "}}";
    }
}

void demo_form_item(const struct demo_form *form, const struct demo_object *object, struct bytebuf *before,
                    struct span *middle, const char **after)
{
    bytebuf_clear(before);
    switch (form->shape) {
    case DEMO_FORM_TABLE:
        begin_row(form, object, before, middle, after);
        return;
    case DEMO_FORM_METADATA:
        bytebuf_append_text(before, PARTIAL);
        *middle = demo_object_metadata(object);
        *after = "}";
        return;
    case DEMO_FORM_WHOLE:
        break;
    }
    begin_whole(form, form->kind->is_custom, before);
    *middle = span_make(object->body, object->body_length);
    *after = "";
}

static void append_list_metadata(struct bytebuf *out, uint64_t version, const char *token, int64_t remaining)
{
    bytebuf_append_text(out, "\"metadata\":{");
    if (token[0] != '\0')
        bytebuf_printf(out, "\"continue\":\"%s\",", token);
    if (remaining >= 0)
        bytebuf_printf(out, "\"remainingItemCount\":%lld,", (long long)remaining);
    bytebuf_printf(out, "\"resourceVersion\":\"%llu\"}", (unsigned long long)version);
}

static void append_columns(const struct demo_form *form, struct bytebuf *out)
{
    bytebuf_append_text(out, "\"columnDefinitions\":[");
    for (const struct demo_column *column = form->kind->columns; column->name != NULL; column++) {
        bytebuf_printf(out, "%s{\"name\":\"%s\",\"type\":\"%s\",\"format\":\"%s\",\"description\":\"%s\",\"priority\":%d}",
                       column == form->kind->columns ? "" : ",", column->name, column->type,
                       column->format == NULL ? "" : column->format,
                       column->description == NULL ? column->name : column->description, column->priority);
    }
    bytebuf_append_text(out, "],");
}

static void begin_table(const struct demo_form *form, bool has_columns, struct bytebuf *out, uint64_t version,
                        const char *token, int64_t remaining)
{
    bytebuf_append_text(out, "{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",");
    append_list_metadata(out, version, token, remaining);
    bytebuf_append_byte(out, ',');
    if (has_columns)
        append_columns(form, out);
    else
        bytebuf_append_text(out, "\"columnDefinitions\":null,");
    bytebuf_append_text(out, "\"rows\":[");
}

void demo_form_list_head(const struct demo_form *form, struct bytebuf *out, uint64_t version, const char *token,
                         int64_t remaining)
{
    if (form->shape == DEMO_FORM_TABLE) {
        begin_table(form, true, out, version, token, remaining);
        return;
    }
    if (form->shape == DEMO_FORM_METADATA) {
        bytebuf_append_text(out, "{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"meta.k8s.io/v1\",");
    } else if (form->kind->is_custom) {
        bytebuf_printf(out, "{\"apiVersion\":\"%s\",\"items\":[", form->api_version);
        return;
    } else {
        bytebuf_printf(out, "{\"kind\":\"%s\",\"apiVersion\":\"%s\",", form->kind->list_kind, form->api_version);
    }
    append_list_metadata(out, version, token, remaining);
    bytebuf_append_text(out, ",\"items\":[");
}

void demo_form_list_tail(const struct demo_form *form, struct bytebuf *out, uint64_t version, const char *token,
                         int64_t remaining)
{
    bytebuf_append_byte(out, ']');
    if (form->shape == DEMO_FORM_WHOLE && form->kind->is_custom) {
        bytebuf_printf(out, ",\"kind\":\"%s\",", form->kind->list_kind);
        append_list_metadata(out, version, token, remaining);
    }
    bytebuf_append_text(out, "}\n");
}

void demo_form_single(const struct demo_form *form, const struct demo_object *object, bool has_columns,
                      struct bytebuf *out)
{
    struct bytebuf before;
    struct span middle;
    const char *after = "";
    if (form->shape == DEMO_FORM_WHOLE) {
        begin_whole(form, true, out);
        bytebuf_append(out, object->body, object->body_length);
        return;
    }
    if (form->shape == DEMO_FORM_TABLE)
        begin_table(form, has_columns, out, object->version, "", -1);
    bytebuf_init(&before, 1u << 20);
    demo_form_item(form, object, &before, &middle, &after);
    bytebuf_append_span(out, bytebuf_span(&before));
    bytebuf_append_span(out, middle);
    bytebuf_append_text(out, after);
    bytebuf_done(&before);
    if (form->shape == DEMO_FORM_TABLE)
        bytebuf_append_text(out, "]}");
}

void demo_form_bookmark(const struct demo_form *form, uint64_t version, bool ends_initial, struct bytebuf *out)
{
    if (form->shape == DEMO_FORM_TABLE) {
        begin_table(form, false, out, version, "", -1);
        bytebuf_append_text(out, "]}");
        return;
    }
    if (form->shape == DEMO_FORM_METADATA)
        bytebuf_append_text(out, "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",");
    else
        bytebuf_printf(out, "{\"kind\":\"%s\",\"apiVersion\":\"%s\",", form->kind->kind, form->api_version);
    bytebuf_printf(out, "\"metadata\":{\"resourceVersion\":\"%llu\",\"creationTimestamp\":null%s}}", (unsigned long long)version,
                   ends_initial ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "");
}
