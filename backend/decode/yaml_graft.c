/* Nodes made, freed, copied and merged; see yaml_graft.h. Depth is bounded by yaml_tree before anything comes here. */
#include "decode/yaml_graft.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct yaml_node *yaml_graft_new(enum yaml_kind kind, const char *file, unsigned line, unsigned column)
{
    struct yaml_node *node = alloc_new(struct yaml_node);
    *node = (struct yaml_node){.kind = kind, .file = file, .line = line, .column = column};
    return node;
}

void yaml_graft_free(struct yaml_node *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == YAML_KIND_MAP)
            yaml_graft_free(node->keys[i]);
        yaml_graft_free(node->values[i]); /* at most YAML_TREE_DEPTH_MAX deep */
    }
    if (node->text != NULL)
        explicit_bzero(node->text, node->length); /* kubeconfigs hold secrets */
    free(node->text);
    free(node->keys);
    free(node->values);
    free(node);
}

void yaml_graft_append(struct yaml_node *parent, struct yaml_node *key, struct yaml_node *value)
{
    size_t count = parent->count;
    if ((count & (count - 1)) == 0) { /* capacity is the next power of two */
        size_t capacity = count == 0 ? 1 : count * 2;
        parent->values = alloc_resize(parent->values, capacity, sizeof *parent->values);
        if (parent->kind == YAML_KIND_MAP)
            parent->keys = alloc_resize(parent->keys, capacity, sizeof *parent->keys);
    }
    if (parent->kind == YAML_KIND_MAP)
        parent->keys[count] = key;
    parent->values[count] = value;
    parent->count++;
}

struct yaml_node *yaml_graft_copy(const struct yaml_node *from, size_t *budget)
{
    if (*budget == 0)
        return NULL;
    --*budget;
    struct yaml_node *copy = yaml_graft_new(from->kind, from->file, from->line, from->column);
    copy->plain = from->plain;
    copy->length = from->length;
    copy->text = from->text != NULL ? alloc_strndup(from->text, from->length) : NULL;
    for (size_t i = 0; i < from->count; i++) {
        struct yaml_node *key = from->kind == YAML_KIND_MAP ? yaml_graft_copy(from->keys[i], budget) : NULL;
        struct yaml_node *value = yaml_graft_copy(from->values[i], budget);
        if (value == NULL || (from->kind == YAML_KIND_MAP && key == NULL)) {
            yaml_graft_free(key);
            yaml_graft_free(value);
            yaml_graft_free(copy);
            return NULL;
        }
        yaml_graft_append(copy, key, value);
    }
    return copy;
}

static bool merge_from(struct yaml_node *map, const struct yaml_node *from, size_t *budget)
{
    if (!yaml_node_is_map(from))
        return false;
    for (size_t i = 0; i < from->count; i++) {
        if (yaml_node_get(map, from->keys[i]->text) != NULL)
            continue;
        struct yaml_node *key = yaml_graft_copy(from->keys[i], budget);
        struct yaml_node *value = key != NULL ? yaml_graft_copy(from->values[i], budget) : NULL;
        if (value == NULL) {
            yaml_graft_free(key);
            return false;
        }
        yaml_graft_append(map, key, value);
    }
    return true;
}

bool yaml_graft_merge(struct yaml_node *map, size_t *budget)
{
    const struct yaml_node *from = yaml_node_get(map, "<<");
    if (from == NULL)
        return true;
    bool merged = true;
    if (yaml_node_is_sequence(from))
        for (size_t i = 0; i < from->count && merged; i++)
            merged = merge_from(map, from->values[i], budget);
    else
        merged = merge_from(map, from, budget);
    return merged;
}
