/* One YAML document as a small bounded tree with the line and column of every node: configuration, kubeconfig, themes,
 * keymaps. Refused, each with "file:line: what, expected what": anchors, aliases, tags (but !!str), duplicate keys (both
 * lines named), keys that are not text, more than one document, nesting over YAML_TREE_DEPTH_MAX, more than
 * YAML_TREE_NODES_MAX nodes, a file over the maximum, bytes that are not UTF-8. JSON is YAML. Any thread, own tree. */
#ifndef DECODE_YAML_TREE_H
#define DECODE_YAML_TREE_H

#include <stddef.h>

#include "base/error.h"
#include "base/span.h"
#include "decode/yaml_node.h"

#define YAML_TREE_FILE_MAX (256u * 1024)
#define YAML_TREE_DEPTH_MAX 32
#define YAML_TREE_NODES_MAX 65536
#define YAML_TREE_LENIENT_NODES_MAX 262144

struct yaml_tree;

/* Reads `path` (a regular file or a pipe). STATUS_NOT_FOUND when there is none, STATUS_IO, STATUS_TOO_BIG, STATUS_INVALID. */
enum status yaml_tree_load_file(const char *path, struct yaml_tree **ret_tree, struct error *err);

/* A file that other programs read too (a kubeconfig), as they read it: another maximum, anchors, aliases and merge keys written
 * out (cycles refused), the tags of the core schema, the last of duplicate keys, only the first document. At most
 * YAML_TREE_LENIENT_NODES_MAX nodes, copies counted. */
enum status yaml_tree_load_file_lenient(const char *path, size_t maximum, struct yaml_tree **ret_tree, struct error *err);
enum status yaml_tree_load_text_lenient(const char *name, struct span text, struct yaml_tree **ret_tree, struct error *err);

/* `name` stands for the file name in error texts; text is copied. */
enum status yaml_tree_load_text(const char *name, struct span text, struct yaml_tree **ret_tree, struct error *err);

/* Both again for readers that say for themselves what a second key of the same name costs: it stays in its map behind the first,
 * and its key node's `repeats_line` is the first one's line. yaml_node_get gives the first. */
enum status yaml_tree_load_file_keeping_repeats(const char *path, struct yaml_tree **ret_tree, struct error *err);
enum status yaml_tree_load_text_keeping_repeats(const char *name, struct span text, struct yaml_tree **ret_tree, struct error *err);

void yaml_tree_free(struct yaml_tree *tree); /* NULL is fine */

const struct yaml_node *yaml_tree_root(const struct yaml_tree *tree); /* never NULL: an empty file is a null scalar */
const char *yaml_tree_name(const struct yaml_tree *tree);

#endif
