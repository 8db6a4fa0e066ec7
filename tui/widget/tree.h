/* A tree flattened to rows for a table: which branches are folded, and the lines before a name. Nodes are the caller's. */
#ifndef WIDGET_TREE_H
#define WIDGET_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/hash_table.h"
#include "base/span.h"

#define TREE_DEPTH_MAX 24
#define TREE_ROWS_MAX 200000
#define TREE_PREFIX_MAX (TREE_DEPTH_MAX * 8 + 8)

struct tree_source {
    void *context;
    /* Children of `node` (SIZE_MAX: the roots) by position; a node is any number the caller chooses. */
    size_t (*child_count)(void *context, size_t node);
    size_t (*child)(void *context, size_t node, size_t position);
    struct span (*identity)(void *context, size_t node); /* stable name, valid until the next call */
};

struct tree_row {
    size_t node;
    uint32_t last;   /* bit d: the branch at depth d is the last of its parent */
    uint8_t depth;
    bool has_children, folded;
};

struct tree {
    ARRAY(struct tree_row) rows; /* as shown, after tree_flatten */
    struct hash_table folded;    /* identities of folded nodes */
    bool truncated;              /* TREE_DEPTH_MAX or TREE_ROWS_MAX was hit */
};

void tree_init(struct tree *tree);
void tree_done(struct tree *tree);
void tree_flatten(struct tree *tree, const struct tree_source *source); /* after nodes or folds changed */
void tree_fold(struct tree *tree, struct span identity, bool folded);   /* then flatten again */
bool tree_is_folded(const struct tree *tree, struct span identity);
size_t tree_prefix(const struct tree_row *row, char out[TREE_PREFIX_MAX]); /* "│  ├─ ", "└▸ " when folded; length */

#endif
