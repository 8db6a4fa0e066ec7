/* YAML files of the demo's Git repository to JSON documents and back. Pure functions. */
#ifndef DEMO_DEMO_YAML_H
#define DEMO_DEMO_YAML_H

#include <jansson.h>

#include "base/bytebuf.h"
#include "base/error.h"
#include "base/span.h"

/* Every document of the file, in a new JSON array (empty documents left out). Core-schema booleans, numbers and nulls;
 * a duplicate key, an alias or nesting beyond 64 is STATUS_INVALID with the line, as kustomize reports it. */
enum status demo_yaml_parse(struct span text, json_t **ret, struct error *err);

/* Appends `value` as block style YAML, keys in their order, indented by `indent` spaces. */
void demo_yaml_append(struct bytebuf *out, const json_t *value, int indent);

#endif
