/* Building blocks of computed table cells: each fills an empty cell with JSON text. Pure functions. */
#ifndef DEMO_DEMO_CELL_H
#define DEMO_DEMO_CELL_H

#include <jansson.h>

#include "demo/demo_columns.h"

void demo_cell_text(struct demo_cell *cell, const char *text);
void demo_cell_format(struct demo_cell *cell, const char *format, ...) __attribute__((format(printf, 2, 3)));
void demo_cell_integer(struct demo_cell *cell, json_int_t value);

/* Text of `path`, or `absent` when missing or empty. */
void demo_cell_path(struct demo_cell *cell, const json_t *object, const char *path, const char *absent);

/* Age since an RFC 3339 time, or `absent`. */
void demo_cell_since(struct demo_cell *cell, const char *time, const char *absent);
void demo_cell_age(const json_t *object, struct demo_cell *cell); /* of the object */

/* "a,b" of `path` in every item of the array; "<none>" when empty. */
void demo_cell_joined(struct demo_cell *cell, const json_t *array, const char *path);

/* "k=v,k=v" of a label map; "<none>" when empty. */
void demo_cell_selector(struct demo_cell *cell, const json_t *labels);

#endif
