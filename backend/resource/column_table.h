/* The columns of every kind as data; columns of kinds that are not built in come from the server. Immutable. */
#ifndef RESOURCE_COLUMN_TABLE_H
#define RESOURCE_COLUMN_TABLE_H

#include "resource/column.h"

#define COLUMN_SET_MAX 28

struct column_set {
    const struct kind *kind;
    struct column columns[COLUMN_SET_MAX];
    size_t count;
    size_t sort;          /* default sort column */
    bool sort_descending; /* default direction */
};

/* REGION comes first: for one region it is a wide column, with several it is always there, and DRIFT with it for kinds that are meant
 * to be the same everywhere. Region count 0: neither. */
void column_table_build(struct column_set *set, const struct kind *kind, int region_count);

/* Column by title, in any case; -1: none. */
int column_table_find(const struct column_set *set, struct span title);

#endif
