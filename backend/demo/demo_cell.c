/* Building blocks of computed table cells; see demo_cell.h. */
#include "demo/demo_cell.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/timestamp.h"
#include "demo/demo_json.h"

#define LIST_TEXT_MAX 65536

void demo_cell_text(struct demo_cell *cell, const char *text)
{
    json_t *value = json_string(text);
    cell->before = value == NULL ? alloc_strdup("\"\"") : demo_json_dump(value);
    json_decref(value);
}

void demo_cell_format(struct demo_cell *cell, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = alloc_vprintf(format, args);
    va_end(args);
    demo_cell_text(cell, text);
    free(text);
}

void demo_cell_integer(struct demo_cell *cell, json_int_t value)
{
    cell->before = alloc_printf("%" JSON_INTEGER_FORMAT, value);
}

void demo_cell_path(struct demo_cell *cell, const json_t *object, const char *path, const char *absent)
{
    const char *text = demo_json_text(object, path);
    demo_cell_text(cell, text[0] == '\0' ? absent : text);
}

void demo_cell_since(struct demo_cell *cell, const char *time, const char *absent)
{
    cell->since_ms = timestamp_parse(span_of(time));
    if (cell->since_ms == TIMESTAMP_NONE) {
        demo_cell_text(cell, absent);
        return;
    }
    cell->before = alloc_strdup("\"");
    cell->after = alloc_strdup("\"");
}

void demo_cell_age(const json_t *object, struct demo_cell *cell)
{
    demo_cell_since(cell, demo_json_text(object, "metadata.creationTimestamp"), "<unknown>");
}

void demo_cell_joined(struct demo_cell *cell, const json_t *array, const char *path)
{
    struct bytebuf text;
    bytebuf_init(&text, LIST_TEXT_MAX);
    size_t index;
    json_t *item;
    json_array_foreach(array, index, item) {
        if (text.length > 0)
            bytebuf_append_byte(&text, ',');
        bytebuf_append_text(&text, demo_json_text(item, path));
    }
    demo_cell_text(cell, text.length == 0 ? "<none>" : bytebuf_text(&text));
    bytebuf_done(&text);
}

void demo_cell_selector(struct demo_cell *cell, const json_t *labels)
{
    struct bytebuf text;
    bytebuf_init(&text, LIST_TEXT_MAX);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)labels, key, value) {
        const char *shown = json_is_string(value) ? json_string_value(value) : "";
        bytebuf_printf(&text, "%s%s=%s", text.length > 0 ? "," : "", key, shown);
    }
    demo_cell_text(cell, text.length == 0 ? "<none>" : bytebuf_text(&text));
    bytebuf_done(&text);
}
