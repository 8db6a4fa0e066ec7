/* Lists for people who pipe: a table that is never cut, names, or JSON with all facts. */
#include "resource/resource_text.h"

#include <string.h>

#include "base/array.h"
#include "base/utf8.h"
#include "decode/json_writer.h"
#include "resource/row_state.h"

static const char *const FORMATS[] = {[RESOURCE_TEXT_TABLE] = "table", [RESOURCE_TEXT_WIDE] = "wide", [RESOURCE_TEXT_NAME] = "name",
                                      [RESOURCE_TEXT_JSON] = "json"};

bool resource_text_parse_format(const char *word, enum resource_text_format *format)
{
    for (size_t i = 0; i < ARRAY_LENGTH(FORMATS); i++)
        if (strcmp(word, FORMATS[i]) == 0) {
            *format = (enum resource_text_format)i;
            return true;
        }
    return false;
}

static bool is_shown(const struct column *column, enum resource_text_format format)
{
    return format == RESOURCE_TEXT_WIDE || !column->wide;
}

void resource_text_measure(struct resource_list *list, const struct column_context *context, enum resource_text_format format,
                           struct resource_text_widths *widths)
{
    const struct column_set *set = resource_list_columns(list);
    for (size_t c = 0; c < set->count; c++) {
        widths->cells[c] = utf8_width(span_of(set->columns[c].title));
        for (size_t i = 0; is_shown(&set->columns[c], format) && i < resource_list_count(list); i++) {
            struct column_value value;
            column_value(&set->columns[c], context, resource_list_at(list, i), &value);
            size_t width = utf8_width(value.text);
            if (width > widths->cells[c])
                widths->cells[c] = width;
        }
    }
}

static void write_blanks(struct bytebuf *out, size_t count)
{
    static const char BLANKS[] = "                                ";
    for (; count > 0; count -= count < 32 ? count : 32)
        bytebuf_append(out, BLANKS, count < 32 ? count : 32);
}

/* A cell is padded only when another follows: no line ends in blanks. */
static void write_cell(struct bytebuf *out, struct span text, size_t width, enum column_align align, size_t *pending)
{
    size_t used = utf8_width(text), rest = used < width ? width - used : 0;
    bool right = align == COLUMN_ALIGN_RIGHT;
    if (text.length > 0) {
        write_blanks(out, *pending + (right ? rest : 0));
        bytebuf_append_span(out, text);
        *pending = (right ? 0 : rest) + 3;
    } else {
        *pending += width + 3;
    }
}

static void write_header(struct bytebuf *out, const struct column_set *set, enum resource_text_format format,
                         const struct resource_text_widths *widths)
{
    size_t pending = 0;
    for (size_t c = 0; c < set->count; c++)
        if (is_shown(&set->columns[c], format))
            write_cell(out, span_of(set->columns[c].title), widths->cells[c], set->columns[c].align, &pending);
    bytebuf_append_byte(out, '\n');
}

static void write_line(struct bytebuf *out, const struct column_set *set, const struct column_context *context, const struct row *row,
                       enum resource_text_format format, const struct resource_text_widths *widths)
{
    size_t pending = 0;
    for (size_t c = 0; c < set->count; c++) {
        struct column_value value;
        if (!is_shown(&set->columns[c], format))
            continue;
        column_value(&set->columns[c], context, row, &value);
        write_cell(out, value.text, widths->cells[c], set->columns[c].align, &pending);
    }
    bytebuf_append_byte(out, '\n');
}

static void write_name(struct bytebuf *out, const struct column_context *context, const struct row *row)
{
    bytebuf_printf(out, "%s/%.*s", row_kind(row)->plural != NULL ? row_kind(row)->plural : row_kind(row)->id, SPAN_PRINT(row_key(row)));
    if (context->store->region_count > 1)
        bytebuf_printf(out, "@%s", context->store->regions[row_region(row)].name);
    bytebuf_append_byte(out, '\n');
}

static void write_items(struct json_writer *writer, const struct kind_field *field, const char *name, struct span list)
{
    struct span first, second;
    bool is_map = field->cell == KIND_CELL_MAP || field->cell == KIND_CELL_SUSPECT_VALUES;
    if (is_map)
        json_writer_begin_object(writer, name);
    else
        json_writer_begin_array(writer, name);
    while (row_next_item(&list, &first, &second)) {
        if (is_map) {
            char key[512];
            size_t length = first.length < sizeof key ? first.length : sizeof key - 1;
            memcpy(key, first.data, length);
            key[length] = '\0';
            json_writer_span(writer, key, second);
        } else if (field->cell == KIND_CELL_PAIRS) {
            json_writer_begin_object(writer, NULL);
            json_writer_span(writer, field->first != NULL ? field->first : "first", first);
            json_writer_span(writer, field->second != NULL ? field->second : "second", second);
            json_writer_end(writer);
        } else {
            json_writer_span(writer, NULL, first);
        }
    }
    json_writer_end(writer);
}

static void write_fact(struct json_writer *writer, const struct kind_field *field, struct span text)
{
    const char *name = field_name(field->field);
    int64_t number;
    switch (field->cell) {
    case KIND_CELL_LIST:
    case KIND_CELL_KEYS:
    case KIND_CELL_PAIRS:
    case KIND_CELL_MAP:
    case KIND_CELL_SUSPECT_VALUES:
        write_items(writer, field, name, text);
        return;
    case KIND_CELL_COUNT:
    case KIND_CELL_SUM:
        if (span_to_int64(text, &number)) {
            json_writer_integer(writer, name, number);
            return;
        }
        break;
    default:
        break;
    }
    json_writer_span(writer, name, text);
}

static void write_common(struct json_writer *writer, const struct row *row)
{
    static const struct kind_field LABELS = {.field = FIELD_LABELS, .cell = KIND_CELL_MAP};
    for (int i = 0; i < KIND_COMMON_CELLS; i++) {
        struct span text = row_text(row, (enum field)i);
        if (text.length > 0 && i != FIELD_LABELS)
            json_writer_span(writer, field_name((enum field)i), text);
    }
    if (row_text(row, FIELD_LABELS).length > 0)
        write_items(writer, &LABELS, field_name(FIELD_LABELS), row_text(row, FIELD_LABELS));
}

void resource_text_write_facts(struct json_writer *writer, const struct column_context *context, const struct row *row)
{
    const struct kind *kind = row_kind(row);
    json_writer_text(writer, "region", context->store->regions[row_region(row)].name);
    write_common(writer, row);
    for (size_t i = 0; i < kind->field_count; i++) {
        struct span text = row_cell(row, KIND_COMMON_CELLS + i);
        if (text.length > 0)
            write_fact(writer, &kind->fields[i], text);
    }
    for (size_t i = 0; i < kind->dynamic_count; i++)
        json_writer_span(writer, kind->dynamic_columns[i], row_dynamic(row, i));
    struct row_state state;
    row_state_of(context, row, &state);
    if (state.word.length > 0) {
        json_writer_begin_object(writer, "health");
        json_writer_span(writer, "state", state.word);
        json_writer_text(writer, "severity", state.tone == TONE_NEUTRAL ? "None" : health_name(state.tone));
        json_writer_span(writer, "cause", state.cause);
        json_writer_end(writer);
    }
}

static void write_unknown(struct json_writer *writer, struct resource_list *list, const struct store *store)
{
    const char *kind_id = resource_list_kind(list)->id;
    json_writer_begin_array(writer, "unknown");
    for (int r = 0; r < store->region_count; r++) {
        const struct table *table = store_find_table(store, kind_id, r);
        if (table_is_known(table) || (table != NULL && table->state == TABLE_STATE_ABSENT))
            continue;
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "region", store->regions[r].name);
        json_writer_text(writer, "state", table_state_name(table == NULL ? TABLE_STATE_OFF : table->state));
        json_writer_text(writer, "reason", table_reason(table));
        json_writer_end(writer);
    }
    json_writer_end(writer);
}

static void write_json(struct resource_list *list, const struct column_context *context, struct bytebuf *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_writer_begin_object(&writer, NULL);
    json_writer_text(&writer, "kind", resource_list_kind(list)->singular);
    json_writer_bool(&writer, "known", resource_list_is_known(list, context->store, NULL, 0));
    write_unknown(&writer, list, context->store);
    json_writer_begin_array(&writer, "items");
    for (size_t i = 0; i < resource_list_count(list); i++) {
        json_writer_begin_object(&writer, NULL);
        resource_text_write_facts(&writer, context, resource_list_at(list, i));
        json_writer_end(&writer);
    }
    json_writer_end(&writer);
    json_writer_end(&writer);
    bytebuf_append_byte(out, '\n');
}

/* The writer indents; a watched object is one line. Line ends and indents stand only between tokens: inside texts they are
 * escaped. */
static void write_json_line(const struct column_context *context, const struct row *row, struct bytebuf *out)
{
    CLEANUP(bytebuf_done) struct bytebuf object;
    struct json_writer writer;
    bytebuf_init(&object, out->maximum);
    json_writer_init(&writer, &object);
    json_writer_begin_object(&writer, NULL);
    resource_text_write_facts(&writer, context, row);
    json_writer_end(&writer);
    for (size_t i = 0; i < object.length; i++) {
        if (object.data[i] != '\n') {
            bytebuf_append_byte(out, object.data[i]);
            continue;
        }
        while (i + 1 < object.length && object.data[i + 1] == ' ')
            i++;
    }
    bytebuf_append_byte(out, '\n');
}

bool resource_text_write_row(const struct column_set *columns, const struct column_context *context, const struct row *row,
                             enum resource_text_format format, const struct resource_text_widths *widths, struct bytebuf *out)
{
    if (format == RESOURCE_TEXT_JSON)
        write_json_line(context, row, out);
    else if (format == RESOURCE_TEXT_NAME)
        write_name(out, context, row);
    else
        write_line(out, columns, context, row, format, widths);
    return !out->overflowed;
}

bool resource_text_write(struct resource_list *list, const struct column_context *context, enum resource_text_format format,
                         struct bytebuf *out)
{
    if (format == RESOURCE_TEXT_JSON) {
        write_json(list, context, out);
        return !out->overflowed;
    }
    struct resource_text_widths widths = {0};
    if (format != RESOURCE_TEXT_NAME) {
        resource_text_measure(list, context, format, &widths);
        write_header(out, resource_list_columns(list), format, &widths);
    }
    for (size_t i = 0; i < resource_list_count(list); i++)
        resource_text_write_row(resource_list_columns(list), context, resource_list_at(list, i), format, &widths, out);
    return !out->overflowed;
}
