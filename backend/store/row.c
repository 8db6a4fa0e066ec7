/* Rows in one allocation: header, end offsets of the cells, then the bytes. The bytes of NAMESPACE and NAME have a '/'
 * between them, so that the key is a slice and costs nothing. */
#include "store/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/timestamp.h"

struct row {
    const struct kind *kind;
    int32_t region;
    uint32_t count; /* references */
    uint32_t mark;
    uint32_t cells;
    uint32_t ends[]; /* then the bytes */
};

struct row_builder {
    const struct kind *kind;
    int region;
    size_t cells; /* added so far */
    ARRAY(uint32_t) ends;
    ARRAY(char) bytes;
};

struct row_builder *row_builder_new(void)
{
    return alloc_new(struct row_builder);
}

void row_builder_free(struct row_builder *builder)
{
    if (builder == NULL)
        return;
    ARRAY_FREE(&builder->ends);
    ARRAY_FREE(&builder->bytes);
    free(builder);
}

void row_builder_start(struct row_builder *builder, const struct kind *kind, int region)
{
    builder->kind = kind;
    builder->region = region;
    builder->cells = 0;
    builder->ends.count = 0;
    builder->bytes.count = 0;
}

void row_builder_add(struct row_builder *builder, struct span cell)
{
    if (builder->cells == 1 && builder->bytes.count > 0)
        ARRAY_PUSH(&builder->bytes, '/');
    if (builder->bytes.count + cell.length > UINT32_MAX)
        cell = SPAN_EMPTY;
    if (cell.length > 0) {
        ARRAY_RESERVE(&builder->bytes, builder->bytes.count + cell.length);
        memcpy(builder->bytes.items + builder->bytes.count, cell.data, cell.length);
        builder->bytes.count += cell.length;
    }
    ARRAY_PUSH(&builder->ends, (uint32_t)builder->bytes.count);
    builder->cells++;
}

struct row *row_builder_finish(struct row_builder *builder)
{
    const struct kind *kind = builder->kind;
    size_t cells = KIND_COMMON_CELLS + kind->field_count + kind->dynamic_count;
    while (builder->cells < cells)
        row_builder_add(builder, SPAN_EMPTY);
    size_t bytes = builder->ends.items[cells - 1];
    struct row *row = alloc_bytes(sizeof *row + cells * sizeof row->ends[0] + bytes);
    row->kind = kind;
    row->region = builder->region;
    row->count = 1;
    row->mark = 0;
    row->cells = (uint32_t)cells;
    memcpy(row->ends, builder->ends.items, cells * sizeof row->ends[0]);
    if (bytes > 0)
        memcpy(row->ends + cells, builder->bytes.items, bytes);
    return row;
}

const struct row *row_ref(const struct row *row)
{
    ((struct row *)row)->count++;
    return row;
}

void row_unref(const struct row *row)
{
    struct row *counted = (struct row *)row;
    if (counted != NULL && --counted->count == 0)
        free(counted);
}

const struct kind *row_kind(const struct row *row)
{
    return row->kind;
}

int row_region(const struct row *row)
{
    return row->region;
}

void row_set_mark(struct row *row, uint32_t mark)
{
    row->mark = mark;
}

uint32_t row_mark(const struct row *row)
{
    return row->mark;
}

size_t row_size(const struct row *row)
{
    return sizeof *row + row->cells * sizeof row->ends[0] + row->ends[row->cells - 1];
}

static const char *bytes(const struct row *row)
{
    return (const char *)(row->ends + row->cells);
}

struct span row_key(const struct row *row)
{
    return span_make(bytes(row), row->ends[1]);
}

struct span row_cell(const struct row *row, size_t index)
{
    if (index >= row->cells)
        return SPAN_EMPTY;
    size_t start = index == 0 ? 0 : row->ends[index - 1];
    if (index == 1 && start > 0)
        start++; /* the key's '/' */
    return span_make(bytes(row) + start, row->ends[index] - start);
}

/* Where each fact of a kind is. A list of rows of one kind is read a million times between two changes of kind; the key holds
 * the fields too, so that a kind made at the address of a freed one is another. */
struct cell_map {
    const struct kind *kind;
    const struct kind_field *fields;
    size_t field_count;
    uint8_t cells[FIELD_COUNT]; /* 0: the kind does not have it */
};

#define CELL_MAPS 8 /* direct-mapped by the kind's address */
_Static_assert(KIND_COMMON_CELLS + FIELD_COUNT <= UINT8_MAX, "a cell's position fits its byte");

static const struct cell_map *find_map(const struct kind *kind)
{
    static _Thread_local struct cell_map maps[CELL_MAPS];
    struct cell_map *map = &maps[((uintptr_t)kind / sizeof *kind) % CELL_MAPS];
    if (map->kind == kind && map->fields == kind->fields && map->field_count == kind->field_count)
        return map;
    memset(map, 0, sizeof *map);
    map->kind = kind;
    map->fields = kind->fields;
    map->field_count = kind->field_count;
    for (size_t i = kind->field_count < UINT8_MAX - KIND_COMMON_CELLS ? kind->field_count : UINT8_MAX - KIND_COMMON_CELLS; i-- > 0;)
        map->cells[kind->fields[i].field] = (uint8_t)(KIND_COMMON_CELLS + i);
    return map;
}

struct span row_text(const struct row *row, enum field field)
{
    if (field < KIND_COMMON_CELLS)
        return row_cell(row, field);
    size_t cell = row->kind->field_count == 0 ? 0 : find_map(row->kind)->cells[field];
    return cell == 0 ? SPAN_EMPTY : row_cell(row, cell);
}

struct span row_name(const struct row *row)
{
    return row_cell(row, FIELD_NAME);
}

struct span row_namespace(const struct row *row)
{
    return row_cell(row, FIELD_NAMESPACE);
}

struct span row_dynamic(const struct row *row, size_t index)
{
    return index < row->kind->dynamic_count ? row_cell(row, KIND_COMMON_CELLS + row->kind->field_count + index) : SPAN_EMPTY;
}

bool row_same(const struct row *a, const struct row *b)
{
    if (a->kind != b->kind || a->region != b->region || a->cells != b->cells)
        return false;
    for (size_t i = 0; i < a->cells; i++)
        if (i != FIELD_RESOURCE_VERSION && !span_equals(row_cell(a, i), row_cell(b, i)))
            return false;
    return true;
}

bool row_is(const struct row *row, enum field field, const char *text)
{
    return span_equals_text(row_text(row, field), text);
}

int64_t row_integer(const struct row *row, enum field field, int64_t otherwise)
{
    int64_t value = 0;
    return span_to_int64(row_text(row, field), &value) ? value : otherwise;
}

int64_t row_time(const struct row *row, enum field field)
{
    return timestamp_parse(row_text(row, field));
}

bool row_true(const struct row *row, enum field field)
{
    struct span text = row_text(row, field);
    return span_equals_text(text, "true") || span_equals_text(text, "True");
}

struct span row_lookup(const struct row *row, enum field field, const char *key)
{
    struct span rest = row_text(row, field), first, second;
    while (row_next_item(&rest, &first, &second))
        if (span_equals_text(first, key))
            return second;
    return SPAN_EMPTY;
}

bool row_next_item(struct span *rest, struct span *first, struct span *second)
{
    struct span item;
    bool is_end = rest->length == 0 || (rest->length == 1 && rest->data[0] == KIND_ITEM_SEPARATOR);
    if (is_end || !span_split(rest, KIND_ITEM_SEPARATOR, &item))
        return false;
    ptrdiff_t at = span_find_byte(item, KIND_PAIR_SEPARATOR);
    *first = at < 0 ? item : span_first(item, (size_t)at);
    *second = at < 0 ? SPAN_EMPTY : span_from(item, (size_t)at + 1);
    return true;
}

bool row_is_cut(const struct row *row, enum field field)
{
    struct span text = row_text(row, field);
    return text.length > 0 && text.data[text.length - 1] == KIND_ITEM_SEPARATOR;
}
