/* A node of a yaml_tree, read-only. Every accessor accepts NULL (an absent node), so look-ups can be chained.
 * Scalar texts are as in the file (not sanitized, never with a NUL byte inside): sanitize before showing them. */
#ifndef DECODE_YAML_NODE_H
#define DECODE_YAML_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum yaml_kind { YAML_KIND_SCALAR, YAML_KIND_SEQUENCE, YAML_KIND_MAP };

struct yaml_node {
    enum yaml_kind kind;
    bool plain;             /* scalar without quotes: may stand for null, a boolean or a number */
    unsigned line, column;  /* from 1 */
    unsigned repeats_line;  /* key that was there before: the line of the first one; only from a reader that keeps repeats */
    const char *file;       /* the tree's name, for error texts */
    char *text;             /* scalar */
    size_t length;          /* of text */
    size_t count;           /* items of a sequence, pairs of a map */
    struct yaml_node **keys;   /* map: scalar nodes, in file order */
    struct yaml_node **values; /* map: values; sequence: items */
};

bool yaml_node_is_map(const struct yaml_node *node);
bool yaml_node_is_sequence(const struct yaml_node *node);
bool yaml_node_is_scalar(const struct yaml_node *node);
bool yaml_node_is_null(const struct yaml_node *node); /* absent, or the plain scalar ~, null or nothing */

const struct yaml_node *yaml_node_get(const struct yaml_node *map, const char *key); /* NULL: absent, or not a map */
size_t yaml_node_count(const struct yaml_node *node);                                /* items or pairs; 0 for a scalar */
const struct yaml_node *yaml_node_key_at(const struct yaml_node *map, size_t index);
const struct yaml_node *yaml_node_at(const struct yaml_node *node, size_t index); /* item, or value of a pair */
unsigned yaml_node_line(const struct yaml_node *node);                            /* 0 when absent */

/* The scalar's text, or `fallback` when absent, null or not a scalar. Borrowed from the tree. */
const char *yaml_node_text_or(const struct yaml_node *node, const char *fallback);

/* The typed readers. `what` names the setting for the error text, which is "file:line: WHAT is …, expected …".
 * An absent node is STATUS_NOT_FOUND, a wrong type STATUS_INVALID; *ret is set only on success.
 * Booleans are those of the YAML 1.2 core schema (true/True/TRUE, false/…): 'no' and 'off' are strings. */
enum status yaml_node_text(const struct yaml_node *node, const char *what, const char **ret, struct error *err);
enum status yaml_node_bool(const struct yaml_node *node, const char *what, bool *ret, struct error *err);
enum status yaml_node_int(const struct yaml_node *node, const char *what, int64_t least, int64_t most, int64_t *ret,
                          struct error *err);

/* Refuses the first key of `map` that is not one of `known`, with a nearest-name hint. */
enum status yaml_node_only_keys(const struct yaml_node *map, const char *what, const char *const *known, size_t count,
                                struct error *err);

/* "file:line: text" with STATUS_INVALID (just the text when node is NULL). */
enum status yaml_node_error(const struct yaml_node *node, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *yaml_node_kind_name(const struct yaml_node *node); /* "a map", "a list", "a text", "nothing" */

#endif
