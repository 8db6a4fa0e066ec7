/* Trees as rows; see tree.h. Depth is bounded, so the recursion is; the caller's children may form a cycle. */
#include "widget/tree.h"

#include <string.h>

void tree_init(struct tree *tree)
{
    memset(tree, 0, sizeof *tree);
    hash_table_init(&tree->folded, NULL);
}

void tree_done(struct tree *tree)
{
    ARRAY_FREE(&tree->rows);
    hash_table_done(&tree->folded);
}

void tree_fold(struct tree *tree, struct span identity, bool folded)
{
    if (folded)
        hash_table_put(&tree->folded, identity, tree);
    else
        hash_table_remove(&tree->folded, identity);
}

bool tree_is_folded(const struct tree *tree, struct span identity)
{
    return hash_table_get(&tree->folded, identity) != NULL;
}

static void add_children(struct tree *tree, const struct tree_source *source, size_t parent, size_t depth, uint32_t last)
{
    size_t count = source->child_count(source->context, parent);
    for (size_t i = 0; i < count; i++) {
        if (tree->rows.count >= TREE_ROWS_MAX || depth >= TREE_DEPTH_MAX) {
            tree->truncated = true;
            return;
        }
        size_t node = source->child(source->context, parent, i);
        uint32_t ends = i + 1 == count ? last | 1u << depth : last;
        struct tree_row row = {.node = node, .last = ends, .depth = (uint8_t)depth};
        row.has_children = source->child_count(source->context, node) > 0;
        row.folded = row.has_children && tree_is_folded(tree, source->identity(source->context, node));
        ARRAY_PUSH(&tree->rows, row);
        if (row.has_children && !row.folded)
            add_children(tree, source, node, depth + 1, ends);
    }
}

void tree_flatten(struct tree *tree, const struct tree_source *source)
{
    tree->rows.count = 0;
    tree->truncated = false;
    add_children(tree, source, SIZE_MAX, 0, 0);
}

static size_t append(char *out, size_t length, const char *text)
{
    size_t more = strlen(text);
    memcpy(out + length, text, more + 1);
    return length + more;
}

size_t tree_prefix(const struct tree_row *row, char out[TREE_PREFIX_MAX])
{
    size_t length = 0;
    out[0] = '\0';
    for (size_t depth = 1; depth < row->depth; depth++)
        length = append(out, length, (row->last >> depth & 1) != 0 ? "   " : "│  ");
    if (row->depth > 0)
        length = append(out, length, (row->last >> row->depth & 1) != 0 ? "└─" : "├─");
    if (row->folded)
        return append(out, length, "▸ ");
    if (row->has_children)
        return append(out, length, "▾ ");
    return row->depth > 0 ? append(out, length, " ") : length;
}
