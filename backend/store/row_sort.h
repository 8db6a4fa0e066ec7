/* Sorting rows by key, quickly: what all keys begin with is skipped, the next sixteen bytes are compared as two numbers. */
#ifndef STORE_ROW_SORT_H
#define STORE_ROW_SORT_H

#include <stddef.h>

#include "store/row.h"

void row_sort_by_key(const struct row **rows, size_t count); /* byte order of the keys; of one region */

#endif
