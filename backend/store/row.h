/* One object as the console keeps it: an immutable, reference-counted record of text cells in a single allocation.
 *
 * Made on the HTTP thread by the decoder, handed over through the inbox, then owned by the UI thread (counts are plain
 * ints: a row belongs to one thread at a time). All text is sanitized. */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "store/kind.h"

struct row;

/* Builder: cells are appended in the order of kind.h (KIND_COMMON_CELLS, fields, dynamic columns). */
struct row_builder;
struct row_builder *row_builder_new(void);
void row_builder_free(struct row_builder *builder);
void row_builder_start(struct row_builder *builder, const struct kind *kind, int region);
void row_builder_add(struct row_builder *builder, struct span cell); /* copied; must be sanitized */
struct row *row_builder_finish(struct row_builder *builder);         /* new, count 1; missing cells are empty */

/* A count is no change: a reader may hold a row it sees as const. */
const struct row *row_ref(const struct row *row);
void row_unref(const struct row *row); /* NULL is fine */

const struct kind *row_kind(const struct row *row);
int row_region(const struct row *row);
size_t row_size(const struct row *row); /* bytes */

/* Same facts but for RESOURCE_VERSION: replacing one by the other is no visible change. */
bool row_same(const struct row *a, const struct row *b);

/* The table's own note on a row: the list that brought it last. */
void row_set_mark(struct row *row, uint32_t mark);
uint32_t row_mark(const struct row *row);

/* Identity within kind and region: "namespace/name", or "name" for cluster-scoped objects. */
struct span row_key(const struct row *row);

/* The fact, or the empty span when the kind has no such field or the object no value. Valid while the row is held. */
struct span row_text(const struct row *row, enum field field);
struct span row_name(const struct row *row);
struct span row_namespace(const struct row *row);
struct span row_cell(const struct row *row, size_t index);    /* by position */
struct span row_dynamic(const struct row *row, size_t index); /* dynamic column */
bool row_is(const struct row *row, enum field field, const char *text);
int64_t row_integer(const struct row *row, enum field field, int64_t otherwise);
int64_t row_time(const struct row *row, enum field field); /* timestamp.h; TIMESTAMP_NONE when absent */
bool row_true(const struct row *row, enum field field);    /* the text "true" or "True" */

/* Value of `key` in a MAP or PAIRS field; empty when absent. */
struct span row_lookup(const struct row *row, enum field field, const char *key);

/* Iterates a LIST, MAP or PAIRS field: struct span rest = row_text(...); while (row_next_item(&rest, &first, &second)).
 * `second` is empty for lists. */
bool row_next_item(struct span *rest, struct span *first, struct span *second);

/* A LIST, MAP, PAIRS or SUSPECT_VALUES field that holds only its first items: the rest did not fit. What it does not hold is
 * not known to be absent. */
bool row_is_cut(const struct row *row, enum field field);

#endif
