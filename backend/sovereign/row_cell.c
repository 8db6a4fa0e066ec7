/* Cells by the shapes of store/kind.h. Items of lists and pairs are whole or not there: a cut item could read as another. */
#include "sovereign/row_cell.h"

#include <stdio.h>
#include <string.h>

#include "base/sanitize.h"
#include "sovereign/row_cell_suspects.h"

static size_t compile(const char *texts, struct json_path **paths)
{
    size_t count = 0;
    struct span rest = span_of(texts), part;
    while (count < ROW_CELL_PATHS_MAX && span_split(&rest, ' ', &part)) {
        char text[160];
        if (part.length == 0)
            continue;
        snprintf(text, sizeof text, "%.*s", SPAN_PRINT(part));
        paths[count] = json_path_compile(text, NULL);
        if (paths[count] != NULL)
            count++;
    }
    return count;
}

void row_cell_init(struct row_cell *cell, const struct kind_field *field)
{
    *cell = (struct row_cell){.field = field};
    cell->path_count = compile(field->path, cell->paths);
    cell->alternative_count = compile(field->alternative, cell->alternatives);
}

void row_cell_done(struct row_cell *cell)
{
    for (size_t i = 0; i < cell->path_count; i++)
        json_path_free(cell->paths[i]);
    for (size_t i = 0; i < cell->alternative_count; i++)
        json_path_free(cell->alternatives[i]);
}

/* Starts an item; returns where to cut when it turns out not to fit. */
static size_t begin_item(struct bytebuf *out)
{
    size_t start = out->length;
    if (start > 0)
        bytebuf_append_byte(out, KIND_ITEM_SEPARATOR);
    return start;
}

static void cut_to(struct bytebuf *out, size_t length)
{
    out->length = length;
    if (out->data != NULL)
        out->data[length] = '\0';
}

static bool put_item(struct bytebuf *out, struct span text)
{
    size_t start = begin_item(out);
    if (!out->overflowed && sanitize_line(out, text))
        return true;
    cut_to(out, start);
    return false;
}

static bool put_pair(struct bytebuf *out, struct span first, struct span second)
{
    size_t start = begin_item(out);
    if (!out->overflowed && sanitize_line(out, first) && bytebuf_append_byte(out, KIND_PAIR_SEPARATOR) &&
        sanitize_line(out, second))
        return true;
    cut_to(out, start);
    return false;
}

struct gather {
    const struct kind_field *field;
    struct bytebuf *out;
    int64_t number;
    bool any;
    bool is_cut; /* items were left out */
};

static void gather_text(struct gather *gather, struct json_value value)
{
    char scratch[32];
    struct span text = json_reader_scalar(value, scratch);
    if (gather->any || text.length == 0)
        return;
    gather->any = true;
    sanitize_line(gather->out, text);
}

static void gather_item(struct gather *gather, struct json_value value)
{
    char scratch[32];
    struct span text = json_reader_scalar(value, scratch);
    if (text.length > 0)
        gather->is_cut |= !put_item(gather->out, text);
}

static void gather_map(struct gather *gather, struct json_value value)
{
    struct json_iterator it = json_reader_iterate(value);
    char scratch[32];
    for (size_t n = 0; n < ROW_CELL_ITEMS_MAX && json_reader_next(&it); n++) {
        enum json_kind kind = json_reader_kind(it.value);
        if (it.key.length > 0 && kind != JSON_KIND_OBJECT && kind != JSON_KIND_ARRAY)
            gather->is_cut |= !put_pair(gather->out, it.key, json_reader_scalar(it.value, scratch));
    }
    gather->is_cut |= json_reader_count(value) > ROW_CELL_ITEMS_MAX;
}

static void gather_pair(struct gather *gather, struct json_value value)
{
    char one[32], two[32];
    struct span first = json_reader_scalar(json_reader_get(value, gather->field->first), one);
    struct span second = json_reader_scalar(json_reader_get(value, gather->field->second), two);
    if (first.length > 0)
        gather->is_cut |= !put_pair(gather->out, first, second);
}

static void gather_sum(struct gather *gather, struct json_value value)
{
    gather->any = true;
    gather->number += json_reader_bool(value, false) ? 1 : json_reader_integer(value, 0);
}

static void gather_count(struct gather *gather, struct json_value value)
{
    gather->any = true;
    gather->number += (int64_t)json_reader_count(value);
}

static void gather_keys(struct gather *gather, struct json_value value)
{
    struct json_iterator it = json_reader_iterate(value);
    for (size_t n = 0; n < ROW_CELL_ITEMS_MAX && json_reader_next(&it); n++)
        if (span_starts_with(it.key, gather->field->first))
            gather->is_cut |= !put_item(gather->out, span_from(it.key, strlen(gather->field->first)));
}

static void gather_yaml(struct gather *gather, struct json_value value)
{
    struct span rest = json_reader_string(value), line;
    size_t length = strlen(gather->field->first);
    while (!gather->any && span_split(&rest, '\n', &line)) {
        if (!span_starts_with(line, gather->field->first) || line.length <= length || line.data[length] != ':')
            continue;
        struct span text = span_trim(span_from(line, length + 1)), number;
        span_split(&text, ' ', &number); /* a comment may follow */
        gather->any = true;
        sanitize_line(gather->out, number);
    }
}

static void gather_present(struct gather *gather, struct json_value value)
{
    if (!gather->any && json_reader_kind(value) != JSON_KIND_NULL)
        bytebuf_append_text(gather->out, "true");
    gather->any = true;
}

static void gather_suspects(struct gather *gather, struct json_value value)
{
    gather->is_cut |= !row_cell_suspects_read(value, gather->out);
}

static void (*const GATHER[])(struct gather *gather, struct json_value value) = {
    [KIND_CELL_TEXT] = gather_text,       [KIND_CELL_LIST] = gather_item,
    [KIND_CELL_COUNT] = gather_count,     [KIND_CELL_MAP] = gather_map,
    [KIND_CELL_PAIRS] = gather_pair,      [KIND_CELL_SUSPECT_VALUES] = gather_suspects,
    [KIND_CELL_PRESENT] = gather_present, [KIND_CELL_SUM] = gather_sum,
    [KIND_CELL_KEYS] = gather_keys,       [KIND_CELL_YAML_VALUE] = gather_yaml,
};

static void found(struct json_value value, void *context)
{
    struct gather *gather = context;
    GATHER[gather->field->cell](gather, value);
}

static void read_paths(struct gather *gather, struct json_path *const *paths, size_t count, struct json_value object)
{
    for (size_t i = 0; i < count && !(gather->field->cell == KIND_CELL_TEXT && gather->any); i++)
        gather->is_cut |= json_path_each(paths[i], object, ROW_CELL_ITEMS_MAX, found, gather) == ROW_CELL_ITEMS_MAX;
}

/* What was left out must not read as absent: an audit would call it clean (row_is_cut). */
static void mark_cut(struct bytebuf *out)
{
    out->overflowed = false;
    out->maximum++;
    bytebuf_append_byte(out, KIND_ITEM_SEPARATOR);
}

void row_cell_read(const struct row_cell *cell, struct json_value object, struct bytebuf *out)
{
    bytebuf_clear(out);
    out->maximum = cell->field->maximum > 0 ? cell->field->maximum : KIND_CELL_MAXIMUM;
    struct gather gather = {.field = cell->field, .out = out};
    read_paths(&gather, cell->paths, cell->path_count, object);
    if (out->length == 0 && !gather.any)
        read_paths(&gather, cell->alternatives, cell->alternative_count, object);
    bool is_number = cell->field->cell == KIND_CELL_SUM || cell->field->cell == KIND_CELL_COUNT;
    if (is_number && gather.any)
        bytebuf_printf(out, "%lld", (long long)gather.number);
    else if (gather.is_cut && cell->field->cell != KIND_CELL_TEXT)
        mark_cut(out);
}

void row_cell_read_map(struct json_value map, size_t maximum, struct bytebuf *out)
{
    bytebuf_clear(out);
    out->maximum = maximum;
    struct gather gather = {.out = out};
    gather_map(&gather, map);
    if (gather.is_cut)
        mark_cut(out);
}
