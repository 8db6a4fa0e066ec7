/* Three stages, each done only when its inputs changed: gather and sort the rows, write down their text for the filter, filter.
 * Sort keys are taken once per row and stage: comparing derives nothing. */
#include "resource/resource_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bytebuf.h"
#include "base/sanitize.h"
#include "resource/drill.h"
#include "resource/list_filter.h"
#include "resource/text_order.h"

#define ROW_TEXT_MAX 2048 /* of one row, for the filter */

struct entry {
    const struct row *row; /* held */
    int64_t order;
    uint64_t prefix;       /* of the sort text, or of the name when the column does not sort by text */
    struct span text;      /* sort text, in the row or in `sort_texts`; kept as offset while that grows */
    size_t text_at;
    bool text_is_own;
    uint32_t filter_at, filter_length; /* folded text in `filter_texts` */
};

struct inputs {
    uint64_t rows, estate, parent;
    int region_count, region;
    int sort;
    bool descending;
    char namespace[256];
};

struct resource_list {
    const struct kind *kind;
    struct column_set columns;
    const struct row *parent; /* held */
    uint64_t parent_generation;
    int sort; /* -1: default */
    bool descending;
    int region;
    char namespace[256];
    struct inputs inputs; /* of the last gathering */
    bool is_gathered, has_texts, is_filtered;
    struct list_filter filter;
    char filtered_by[LIST_FILTER_TEXT_MAX]; /* filter text of `shown` */
    ARRAY(struct entry) entries;            /* sorted */
    ARRAY(uint32_t) shown;                  /* indices of entries */
    ARRAY(char) sort_texts;
    ARRAY(char) filter_texts;
    uint64_t generation;
    char identity[RESOURCE_LIST_IDENTITY_MAX];
    const struct store *store; /* of the last update, for region names */
};

struct resource_list *resource_list_new(const struct kind *kind)
{
    struct resource_list *list = alloc_new(struct resource_list);
    list->kind = kind;
    list->sort = -1;
    list->region = -1;
    column_table_build(&list->columns, kind, 1);
    return list;
}

static void drop_entries(struct resource_list *list)
{
    for (size_t i = 0; i < list->entries.count; i++)
        row_unref(list->entries.items[i].row);
    list->entries.count = 0;
    list->shown.count = 0;
    list->sort_texts.count = 0;
    list->filter_texts.count = 0;
}

void resource_list_free(struct resource_list *list)
{
    if (list == NULL)
        return;
    drop_entries(list);
    ARRAY_FREE(&list->entries);
    ARRAY_FREE(&list->shown);
    ARRAY_FREE(&list->sort_texts);
    ARRAY_FREE(&list->filter_texts);
    row_unref(list->parent);
    free(list);
}

void resource_list_set_filter(struct resource_list *list, const char *filter)
{
    list_filter_set(&list->filter, filter);
    list->is_filtered = list->is_filtered && strcmp(list->filter.text, list->filtered_by) == 0;
}

const char *resource_list_filter(const struct resource_list *list)
{
    return list->filter.text;
}

void resource_list_set_namespace(struct resource_list *list, const char *namespace)
{
    sanitize_line_into(list->namespace, sizeof list->namespace, namespace, namespace == NULL ? 0 : strlen(namespace));
}

void resource_list_set_region(struct resource_list *list, int region)
{
    list->region = region;
}

void resource_list_set_parent(struct resource_list *list, const struct row *parent)
{
    const struct row *old = list->parent;
    list->parent = parent == NULL ? NULL : row_ref(parent);
    row_unref(old);
    list->parent_generation++;
}

void resource_list_set_sort(struct resource_list *list, int column, bool descending)
{
    list->sort = column;
    list->descending = descending;
}

int resource_list_sort(const struct resource_list *list, bool *descending)
{
    bool is_default = list->sort < 0 || (size_t)list->sort >= list->columns.count;
    if (descending != NULL)
        *descending = is_default ? list->columns.sort_descending : list->descending;
    return is_default ? (int)list->columns.sort : list->sort;
}

/* Kinds whose cells depend on more than their own rows. */
static bool uses_estate(const struct kind *kind)
{
    static const char *const KINDS[] = {KIND_ID_ORGANIZATIONS, KIND_ID_ENVIRONMENTS, KIND_ID_APPLICATIONS,
                                        KIND_ID_HELMRELEASES};
    for (size_t i = 0; i < ARRAY_LENGTH(KINDS); i++)
        if (strcmp(kind->id, KINDS[i]) == 0)
            return true;
    return false;
}

static struct inputs take_inputs(const struct resource_list *list, const struct column_context *context)
{
    struct inputs inputs;
    memset(&inputs, 0, sizeof inputs); /* compared by bytes */
    inputs.rows = store_kind_generation(context->store, list->kind->id);
    inputs.estate = context->estate != NULL && uses_estate(list->kind) ? context->estate->generation : 0;
    inputs.parent = list->parent_generation;
    inputs.region_count = context->store->region_count;
    inputs.region = list->region;
    inputs.sort = resource_list_sort(list, &inputs.descending);
    memcpy(inputs.namespace, list->namespace, strlen(list->namespace));
    return inputs;
}

static bool is_in_scope(const struct resource_list *list, const struct column_context *context, const struct row *row)
{
    if (list->namespace[0] != '\0' && !span_equals_text(row_namespace(row), list->namespace))
        return false;
    return list->parent == NULL || drill_is_child(context, list->parent, row);
}

static void add_entry(struct resource_list *list, const struct column_context *context, const struct column *sort, const struct row *row)
{
    struct column_value value;
    struct entry entry = {.row = row_ref(row)};
    column_value(sort, context, row, &value);
    entry.order = value.order;
    if (sort->type == COLUMN_TYPE_TEXT && value.text.data == value.buffer) {
        entry.text_is_own = true;
        entry.text_at = list->sort_texts.count;
        entry.text.length = value.text.length;
        ARRAY_RESERVE(&list->sort_texts, list->sort_texts.count + value.text.length);
        memcpy(list->sort_texts.items + list->sort_texts.count, value.text.data, value.text.length);
        list->sort_texts.count += value.text.length;
    } else {
        entry.text = value.text.data == value.buffer ? SPAN_EMPTY : value.text;
    }
    ARRAY_PUSH(&list->entries, entry);
}

static int compare_rows(const struct row *a, const struct row *b)
{
    int order = text_order_compare(row_name(a), row_name(b));
    if (order == 0)
        order = span_compare(row_key(a), row_key(b));
    return order != 0 ? order : row_region(a) - row_region(b);
}

/* What is not there comes last in both directions; equal values are in the order of names. */
static int compare_entries(const void *left, const void *right, void *context)
{
    const struct entry *a = left, *b = right;
    const struct resource_list *list = context;
    const struct column *sort = &list->columns.columns[list->inputs.sort];
    int order;
    if (sort->type == COLUMN_TYPE_TEXT) {
        if ((a->text.length == 0) != (b->text.length == 0))
            return a->text.length == 0 ? 1 : -1;
        order = a->prefix != b->prefix ? (a->prefix < b->prefix ? -1 : 1) : text_order_compare(a->text, b->text);
    } else {
        if ((a->order == COLUMN_ORDER_LAST) != (b->order == COLUMN_ORDER_LAST))
            return a->order == COLUMN_ORDER_LAST ? 1 : -1;
        order = a->order < b->order ? -1 : a->order > b->order;
    }
    if (order != 0)
        return list->inputs.descending ? -order : order;
    if (sort->type != COLUMN_TYPE_TEXT && a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    return compare_rows(a->row, b->row);
}

static struct span sort_text(const struct entry *entry, bool by_text)
{
    return by_text ? entry->text : row_name(entry->row);
}

/* Most comparisons are decided by one number: eight bytes behind what all texts share. */
static void take_prefixes(struct resource_list *list, bool by_text)
{
    size_t skip = SIZE_MAX;
    const struct entry *first = NULL;
    for (size_t i = 0; i < list->entries.count; i++) {
        struct span text = sort_text(&list->entries.items[i], by_text);
        if (text.length == 0)
            continue;
        if (first == NULL)
            first = &list->entries.items[i];
        skip = text_order_common(sort_text(first, by_text), text, skip);
    }
    for (size_t i = 0; i < list->entries.count; i++)
        list->entries.items[i].prefix = text_order_prefix(sort_text(&list->entries.items[i], by_text), skip);
}

static void gather(struct resource_list *list, const struct column_context *context)
{
    const struct column *sort = &list->columns.columns[list->inputs.sort];
    drop_entries(list);
    for (int r = 0; r < context->store->region_count; r++) {
        const struct table *table = list->region < 0 || list->region == r ? store_find_table(context->store, list->kind->id, r) : NULL;
        size_t at = 0;
        const struct row *row;
        while ((row = table_next(table, &at)) != NULL)
            if (is_in_scope(list, context, row))
                add_entry(list, context, sort, row);
    }
    for (size_t i = 0; i < list->entries.count; i++)
        if (list->entries.items[i].text_is_own)
            list->entries.items[i].text.data = list->sort_texts.items + list->entries.items[i].text_at;
    take_prefixes(list, sort->type == COLUMN_TYPE_TEXT);
    if (list->entries.count > 0)
        qsort_r(list->entries.items, list->entries.count, sizeof list->entries.items[0], compare_entries, list);
}

/* All cells of a row in lower case, parted by a byte that no word can hold. Ages change by themselves and are left out. */
static void write_text(struct resource_list *list, const struct column_context *context, struct entry *entry)
{
    char text[ROW_TEXT_MAX];
    size_t length = 0;
    struct column_value value;
    text[0] = '\0';
    for (size_t i = 0; i < list->columns.count && length < sizeof text; i++) {
        if (list->columns.columns[i].type == COLUMN_TYPE_AGE)
            continue;
        column_value(&list->columns.columns[i], context, entry->row, &value);
        length = list_filter_fold(text, length, sizeof text, value.text);
        length = list_filter_fold(text, length, sizeof text, SPAN_LITERAL("\n"));
    }
    entry->filter_at = (uint32_t)list->filter_texts.count;
    entry->filter_length = (uint32_t)length;
    ARRAY_RESERVE(&list->filter_texts, list->filter_texts.count + length);
    memcpy(list->filter_texts.items + list->filter_texts.count, text, length);
    list->filter_texts.count += length;
}

static bool matches(const struct resource_list *list, const struct column_context *context, const struct entry *entry)
{
    for (size_t i = 0; i < list->filter.count; i++) {
        struct span text = span_make(list->filter_texts.items + entry->filter_at, entry->filter_length);
        char folded[ROW_TEXT_MAX];
        if (list->filter.terms[i].column >= 0) {
            struct column_value value;
            column_value(&list->columns.columns[list->filter.terms[i].column], context, entry->row, &value);
            text = span_make(folded, list_filter_fold(folded, 0, sizeof folded, value.text));
        }
        if (!list_filter_matches_text(&list->filter, i, text))
            return false;
    }
    return true;
}

static void filter_entries(struct resource_list *list, const struct column_context *context, bool can_narrow)
{
    list_filter_parse(&list->filter, &list->columns);
    bool narrows = can_narrow && list_filter_narrows(&list->filter, list->filtered_by);
    if (list->filter.needs_row_text && !list->has_texts) {
        list->filter_texts.count = 0;
        for (size_t i = 0; i < list->entries.count; i++)
            write_text(list, context, &list->entries.items[i]);
        list->has_texts = true;
    }
    size_t candidates = narrows ? list->shown.count : list->entries.count, kept = 0;
    ARRAY_RESERVE(&list->shown, list->entries.count);
    for (size_t i = 0; i < candidates; i++) {
        uint32_t at = narrows ? list->shown.items[i] : (uint32_t)i;
        if (list->filter.count == 0 || matches(list, context, &list->entries.items[at]))
            list->shown.items[kept++] = at;
    }
    list->shown.count = kept;
    memcpy(list->filtered_by, list->filter.text, sizeof list->filtered_by);
    list->is_filtered = true;
}

bool resource_list_update(struct resource_list *list, const struct column_context *context)
{
    if (context->estate != NULL && uses_estate(list->kind))
        estate_refresh(context->estate);
    list->store = context->store;
    if (!list->is_gathered || list->inputs.region_count != context->store->region_count) {
        column_table_build(&list->columns, list->kind, context->store->region_count);
        list->is_filtered = false;
    }
    struct inputs inputs = take_inputs(list, context);
    bool same = list->is_gathered && memcmp(&inputs, &list->inputs, sizeof inputs) == 0;
    if (same && list->is_filtered)
        return false;
    bool can_narrow = same;
    if (!same) {
        list->inputs = inputs;
        gather(list, context);
        list->is_gathered = true;
        list->has_texts = false;
    }
    filter_entries(list, context, can_narrow);
    list->generation++;
    return true;
}

const struct column_set *resource_list_columns(const struct resource_list *list)
{
    return &list->columns;
}

const struct kind *resource_list_kind(const struct resource_list *list)
{
    return list->kind;
}

size_t resource_list_count(const struct resource_list *list)
{
    return list->shown.count;
}

size_t resource_list_total(const struct resource_list *list)
{
    return list->entries.count;
}

const struct row *resource_list_at(const struct resource_list *list, size_t index)
{
    return index < list->shown.count ? list->entries.items[list->shown.items[index]].row : NULL;
}

uint64_t resource_list_generation(const struct resource_list *list)
{
    return list->generation;
}

struct span resource_list_identity(struct resource_list *list, size_t index)
{
    const struct row *row = resource_list_at(list, index);
    if (row == NULL || list->store == NULL)
        return SPAN_EMPTY;
    int length = snprintf(list->identity, sizeof list->identity, "%.*s@%s", SPAN_PRINT(row_key(row)),
                          list->store->regions[row_region(row)].name);
    return span_first(span_of(list->identity), length < 0 ? 0 : (size_t)length);
}

size_t resource_list_find(const struct resource_list *list, struct span identity)
{
    const char *at = identity.length == 0 ? NULL : memrchr(identity.data, '@', identity.length);
    if (at == NULL || list->store == NULL)
        return RESOURCE_LIST_NONE;
    struct span key = span_first(identity, (size_t)(at - identity.data)), region = span_from(identity, key.length + 1);
    for (size_t i = 0; i < list->shown.count; i++) {
        const struct row *row = resource_list_at(list, i);
        if (span_equals(row_key(row), key) && span_equals_text(region, list->store->regions[row_region(row)].name))
            return i;
    }
    return RESOURCE_LIST_NONE;
}

bool resource_list_is_known(const struct resource_list *list, const struct store *store, char *reason, size_t size)
{
    if (list->region < 0)
        return store_kind_is_known(store, list->kind->id, reason, size);
    const struct table *table = store_find_table(store, list->kind->id, list->region);
    bool known = table_is_known(table) || (table != NULL && table->state == TABLE_STATE_ABSENT);
    if (size > 0 && reason != NULL)
        snprintf(reason, size, "%s", known ? "" : table_reason(table));
    return known;
}
