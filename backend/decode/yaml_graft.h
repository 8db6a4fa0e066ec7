/* Aliases and merge keys ("<<") written out: copies of nodes under a budget, so that neither cycles nor "billion laughs" are
 * kept. Inside decode only. */
#ifndef DECODE_YAML_GRAFT_H
#define DECODE_YAML_GRAFT_H

#include "decode/yaml_node.h"

struct yaml_node *yaml_graft_new(enum yaml_kind kind, const char *file, unsigned line, unsigned column);
void yaml_graft_free(struct yaml_node *node); /* with all below, wiped; NULL is fine */
void yaml_graft_append(struct yaml_node *parent, struct yaml_node *key, struct yaml_node *value); /* takes both */

/* A copy with all below; every node takes one from *budget. NULL when it is used up. */
struct yaml_node *yaml_graft_copy(const struct yaml_node *from, size_t *budget);

/* Replaces the key "<<" of a map by what its value (a map, or a list of maps) has and the map itself has not. False: the budget
 * is used up, or the value is no map. */
bool yaml_graft_merge(struct yaml_node *map, size_t *budget);

#endif
