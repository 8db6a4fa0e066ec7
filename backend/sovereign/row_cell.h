/* One cell of a row out of a JSON object, as a kind_field says. Paths are compiled once. */
#ifndef SOVEREIGN_ROW_CELL_H
#define SOVEREIGN_ROW_CELL_H

#include "base/bytebuf.h"
#include "decode/json_path.h"
#include "store/kind.h"

#define ROW_CELL_PATHS_MAX 8
#define ROW_CELL_ITEMS_MAX 512 /* of one list */

struct row_cell {
    const struct kind_field *field;
    struct json_path *paths[ROW_CELL_PATHS_MAX], *alternatives[ROW_CELL_PATHS_MAX];
    size_t path_count, alternative_count;
};

void row_cell_init(struct row_cell *cell, const struct kind_field *field);
void row_cell_done(struct row_cell *cell);

/* Puts the sanitized cell into `out`, which is cleared first and given the field's maximum. */
void row_cell_read(const struct row_cell *cell, struct json_value object, struct bytebuf *out);

/* The same for a map that every row has (labels). */
void row_cell_read_map(struct json_value map, size_t maximum, struct bytebuf *out);

#endif
