/* Pages, lines and objects to rows. The common cells are read by hand, the kind's own by row_cell, those of a dynamic kind
 * from the server's Table. */
#include "sovereign/row_decoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/sanitize.h"
#include "sovereign/row_cell.h"

#define COMMON_MAXIMUM 512
#define LABELS_MAXIMUM 4096
#define PAGE_ITEMS_MAXIMUM 100000

struct row_decoder {
    const struct kind *kind;
    int region;
    struct json_reader *reader; /* borrowed */
    struct row_builder *builder;
    struct bytebuf cell;
    struct row_cell *cells;
    size_t *columns; /* dynamic column -> position in the server's cells; SIZE_MAX: it has none */
};

struct row_decoder *row_decoder_new(const struct kind *kind, int region, struct json_reader *reader)
{
    struct row_decoder *decoder = alloc_new(struct row_decoder);
    decoder->kind = kind;
    decoder->region = region;
    decoder->reader = reader;
    decoder->builder = row_builder_new();
    bytebuf_init(&decoder->cell, KIND_CELL_MAXIMUM);
    decoder->cells = alloc_zeroed(kind->field_count, sizeof *decoder->cells);
    for (size_t i = 0; i < kind->field_count; i++)
        row_cell_init(&decoder->cells[i], &kind->fields[i]);
    decoder->columns = alloc_zeroed(kind->dynamic_count, sizeof *decoder->columns);
    for (size_t i = 0; i < kind->dynamic_count; i++)
        decoder->columns[i] = i;
    return decoder;
}

void row_decoder_free(struct row_decoder *decoder)
{
    if (decoder == NULL)
        return;
    for (size_t i = 0; i < decoder->kind->field_count; i++)
        row_cell_done(&decoder->cells[i]);
    free(decoder->cells);
    free(decoder->columns);
    bytebuf_done(&decoder->cell);
    row_builder_free(decoder->builder);
    free(decoder);
}

static void add_scalar(struct row_decoder *decoder, struct json_value value, size_t maximum)
{
    char scratch[32];
    bytebuf_clear(&decoder->cell);
    decoder->cell.maximum = maximum;
    sanitize_line(&decoder->cell, json_reader_scalar(value, scratch));
    row_builder_add(decoder->builder, bytebuf_span(&decoder->cell));
}

/* In the order of store/kind.h. */
static void add_common(struct row_decoder *decoder, struct json_value metadata)
{
    static const char *const KEYS[] = {"namespace", "name",       "uid", "resourceVersion", "generation", "creationTimestamp",
                                       "deletionTimestamp"};
    for (size_t i = 0; i < ARRAY_LENGTH(KEYS); i++)
        add_scalar(decoder, json_reader_get(metadata, KEYS[i]), COMMON_MAXIMUM);
    row_cell_read_map(json_reader_get(metadata, "labels"), LABELS_MAXIMUM, &decoder->cell);
    row_builder_add(decoder->builder, bytebuf_span(&decoder->cell));
}

static bool has_name(struct json_value object)
{
    return json_reader_string(json_reader_get(json_reader_get(object, "metadata"), "name")).length > 0;
}

struct row *row_decoder_read_object(struct row_decoder *decoder, struct json_value object)
{
    if (!has_name(object))
        return NULL;
    row_builder_start(decoder->builder, decoder->kind, decoder->region);
    add_common(decoder, json_reader_get(object, "metadata"));
    for (size_t i = 0; i < decoder->kind->field_count; i++) {
        row_cell_read(&decoder->cells[i], object, &decoder->cell);
        row_builder_add(decoder->builder, bytebuf_span(&decoder->cell));
    }
    return row_builder_finish(decoder->builder);
}

static void add_table_cell(struct row_decoder *decoder, struct json_value value)
{
    if (json_reader_kind(value) != JSON_KIND_ARRAY) {
        add_scalar(decoder, value, COMMON_MAXIMUM);
        return;
    }
    bytebuf_clear(&decoder->cell);
    decoder->cell.maximum = COMMON_MAXIMUM;
    struct json_iterator it = json_reader_iterate(value);
    char scratch[32];
    while (json_reader_next(&it)) {
        if (decoder->cell.length > 0)
            bytebuf_append_byte(&decoder->cell, ',');
        sanitize_line(&decoder->cell, json_reader_scalar(it.value, scratch));
    }
    row_builder_add(decoder->builder, bytebuf_span(&decoder->cell));
}

static struct row *read_table_row(struct row_decoder *decoder, struct json_value entry)
{
    struct json_value object = json_reader_get(entry, "object");
    if (!has_name(object))
        return NULL;
    row_builder_start(decoder->builder, decoder->kind, decoder->region);
    add_common(decoder, json_reader_get(object, "metadata"));
    struct json_value cells = json_reader_get(entry, "cells");
    for (size_t i = 0; i < decoder->kind->dynamic_count; i++)
        add_table_cell(decoder, json_reader_at(cells, decoder->columns[i]));
    return row_builder_finish(decoder->builder);
}

/* Another region may serve another version with other columns: they are joined by name. Later events leave them out. */
static void read_columns(struct row_decoder *decoder, struct json_value table)
{
    struct json_value definitions = json_reader_get(table, "columnDefinitions");
    if (json_reader_count(definitions) == 0)
        return;
    for (size_t i = 0; i < decoder->kind->dynamic_count; i++) {
        decoder->columns[i] = SIZE_MAX;
        struct json_iterator it = json_reader_iterate(definitions);
        for (size_t at = 0; json_reader_next(&it); at++)
            if (span_equals_text(json_reader_string(json_reader_get(it.value, "name")), decoder->kind->dynamic_columns[i]))
                decoder->columns[i] = at;
    }
}

static void copy_version(char version[ROW_DECODER_VERSION_MAX], struct json_value document)
{
    struct span text = json_reader_string(json_reader_get(json_reader_get(document, "metadata"), "resourceVersion"));
    sanitize_line_into(version, ROW_DECODER_VERSION_MAX, text.data, text.length);
}

static void take_row(struct row_decoder_page *page, struct row *row)
{
    if (row == NULL) {
        page->refused++;
        return;
    }
    page->bytes += row_size(row);
    page->rows[page->count++] = row;
}

enum status row_decoder_read_page(struct row_decoder *decoder, struct span body, struct row_decoder_page *page, struct error *err)
{
    struct json_value root;
    *page = (struct row_decoder_page){0};
    enum status status = json_reader_parse(decoder->reader, body, &root, err);
    if (status != STATUS_OK)
        return status;
    bool is_table = decoder->kind->dynamic_count > 0;
    struct json_value items = json_reader_get(root, is_table ? "rows" : "items");
    enum json_kind kind = json_reader_kind(items);
    if (json_reader_kind(json_reader_get(root, "metadata")) != JSON_KIND_OBJECT ||
        (kind != JSON_KIND_ARRAY && kind != JSON_KIND_NULL && kind != JSON_KIND_ABSENT))
        return error_set(err, STATUS_INVALID, "the reply is no list (its kind is '%.*s')",
                         SPAN_PRINT(json_reader_string(json_reader_get(root, "kind"))));
    copy_version(page->resource_version, root);
    struct span token = json_reader_string(json_reader_get(json_reader_get(root, "metadata"), "continue"));
    if (token.length > 0)
        page->continue_token = span_dup(token);
    read_columns(decoder, root);
    ARRAY(struct row *) rows = {0};
    struct json_iterator it = json_reader_iterate(items);
    while (json_reader_next(&it)) {
        if (rows.count == PAGE_ITEMS_MAXIMUM)
            return error_set(err, STATUS_TOO_BIG, "a page of more than %d objects", PAGE_ITEMS_MAXIMUM);
        ARRAY_RESERVE(&rows, rows.count + 1);
        page->rows = rows.items;
        take_row(page, is_table ? read_table_row(decoder, it.value) : row_decoder_read_object(decoder, it.value));
        rows.count = page->count;
    }
    return STATUS_OK;
}

void row_decoder_page_done(struct row_decoder_page *page)
{
    for (size_t i = 0; i < page->count; i++)
        row_unref(page->rows[i]);
    free(page->rows);
    free(page->continue_token);
    *page = (struct row_decoder_page){0};
}

static const struct {
    const char *word;
    enum row_decoder_event_type type;
} EVENT_WORDS[] = {
    {"ADDED", ROW_DECODER_EVENT_ADDED},       {"MODIFIED", ROW_DECODER_EVENT_MODIFIED},
    {"DELETED", ROW_DECODER_EVENT_DELETED},   {"BOOKMARK", ROW_DECODER_EVENT_BOOKMARK},
    {"ERROR", ROW_DECODER_EVENT_ERROR},
};

static enum status read_type(struct span word, enum row_decoder_event_type *type, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LENGTH(EVENT_WORDS); i++)
        if (span_equals_text(word, EVENT_WORDS[i].word)) {
            *type = EVENT_WORDS[i].type;
            return STATUS_OK;
        }
    return error_set(err, STATUS_INVALID, "an event of type '%.*s'", SPAN_PRINT(span_first(word, 40)));
}

/* Details.causes of a Status, as apimachinery writes them. */
static bool has_cause(struct json_value details, const char *reason)
{
    struct json_iterator it = json_reader_iterate(json_reader_get(details, "causes"));
    while (json_reader_next(&it))
        if (span_equals_text(json_reader_string(json_reader_get(it.value, "reason")), reason))
            return true;
    return false;
}

static void read_status(struct json_value status, struct kube_watch_failure *failure)
{
    struct span message = json_reader_string(json_reader_get(status, "message"));
    struct span reason = json_reader_string(json_reader_get(status, "reason"));
    struct json_value details = json_reader_get(status, "details");
    int64_t seconds = json_reader_integer(json_reader_get(details, "retryAfterSeconds"), 0);
    failure->code = (int)json_reader_integer(json_reader_get(status, "code"), failure->code);
    failure->expired = span_equals_text(reason, "Expired") || span_equals_text(reason, "Gone");
    failure->version_too_large = has_cause(details, "ResourceVersionTooLarge") || span_starts_with(message, "Too large resource version");
    failure->retry_after_ms = seconds > 0 && seconds <= 86400 ? seconds * 1000 : -1;
    snprintf(failure->message, sizeof failure->message, "%.*s", SPAN_PRINT(span_first(message, sizeof failure->message - 1)));
}

static bool is_end_of_initial(struct json_value object)
{
    struct json_value annotations = json_reader_get(json_reader_get(object, "metadata"), "annotations");
    return span_equals_text(json_reader_string(json_reader_get(annotations, "k8s.io/initial-events-end")), "true");
}

enum status row_decoder_read_line(struct row_decoder *decoder, struct span line, struct row_decoder_event *event, struct error *err)
{
    struct json_value root;
    *event = (struct row_decoder_event){0};
    enum status status = json_reader_parse(decoder->reader, line, &root, err);
    if (status == STATUS_OK)
        status = read_type(json_reader_string(json_reader_get(root, "type")), &event->type, err);
    if (status != STATUS_OK)
        return status;
    struct json_value object = json_reader_get(root, "object");
    if (event->type == ROW_DECODER_EVENT_ERROR) {
        event->failure.retry_after_ms = -1;
        read_status(object, &event->failure);
        return STATUS_OK;
    }
    struct json_value versioned = object;
    if (decoder->kind->dynamic_count > 0) {
        struct json_value entry = json_reader_at(json_reader_get(object, "rows"), 0);
        read_columns(decoder, object);
        versioned = json_reader_get(entry, "object");
        event->row = event->type == ROW_DECODER_EVENT_BOOKMARK ? NULL : read_table_row(decoder, entry);
        if (json_reader_kind(versioned) == JSON_KIND_ABSENT)
            versioned = object;
    } else if (event->type != ROW_DECODER_EVENT_BOOKMARK) {
        event->row = row_decoder_read_object(decoder, object);
    }
    copy_version(event->resource_version, versioned);
    event->ends_initial = event->type == ROW_DECODER_EVENT_BOOKMARK && is_end_of_initial(versioned);
    if (event->row == NULL && event->type != ROW_DECODER_EVENT_BOOKMARK)
        return error_set(err, STATUS_INVALID, "an event whose object has no name");
    return STATUS_OK;
}

void row_decoder_tell(const struct row_decoder_event *read, struct kube_watch_event *event)
{
    static const enum kube_watch_event_type TYPES[] = {
        [ROW_DECODER_EVENT_ADDED] = KUBE_WATCH_EVENT_ADDED,     [ROW_DECODER_EVENT_MODIFIED] = KUBE_WATCH_EVENT_MODIFIED,
        [ROW_DECODER_EVENT_DELETED] = KUBE_WATCH_EVENT_DELETED, [ROW_DECODER_EVENT_BOOKMARK] = KUBE_WATCH_EVENT_BOOKMARK,
        [ROW_DECODER_EVENT_ERROR] = KUBE_WATCH_EVENT_ERROR,
    };
    event->type = TYPES[read->type];
    event->ends_initial = read->ends_initial;
    if (read->type == ROW_DECODER_EVENT_ERROR)
        event->failure = read->failure;
    snprintf(event->resource_version, sizeof event->resource_version, "%s", read->resource_version);
}

void row_decoder_read_failure(struct json_reader *reader, struct span body, struct kube_watch_failure *failure)
{
    struct json_value root;
    if (json_reader_parse(reader, body, &root, NULL) == STATUS_OK)
        read_status(root, failure);
}

void row_decoder_read_version(struct json_reader *reader, struct span body, char version[ROW_DECODER_VERSION_MAX])
{
    struct json_value root;
    version[0] = '\0';
    if (json_reader_parse(reader, body, &root, NULL) == STATUS_OK)
        copy_version(version, root);
}

void row_decoder_status_message(struct json_reader *reader, struct span body, char *out, size_t size)
{
    struct json_value root = {0};
    struct span message = SPAN_EMPTY;
    if (json_reader_parse(reader, body, &root, NULL) == STATUS_OK)
        message = json_reader_string(json_reader_get(root, "message"));
    sanitize_line_into(out, size, message.data, message.length);
}
