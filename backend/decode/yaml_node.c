/* Reading nodes of a YAML tree with types of the YAML 1.2 core schema; see yaml_node.h. */
#include "decode/yaml_node.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"

bool yaml_node_is_map(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_KIND_MAP;
}

bool yaml_node_is_sequence(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_KIND_SEQUENCE;
}

bool yaml_node_is_scalar(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_KIND_SCALAR;
}

static bool is_one_of(const struct yaml_node *node, const char *const *words, size_t count)
{
    if (!yaml_node_is_scalar(node) || !node->plain)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(node->text, words[i]) == 0)
            return true;
    return false;
}

bool yaml_node_is_null(const struct yaml_node *node)
{
    static const char *const WORDS[] = {"", "~", "null", "Null", "NULL"};
    return node == NULL || is_one_of(node, WORDS, 5);
}

const struct yaml_node *yaml_node_get(const struct yaml_node *map, const char *key)
{
    if (!yaml_node_is_map(map))
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->keys[i]->text, key) == 0)
            return map->values[i];
    return NULL;
}

size_t yaml_node_count(const struct yaml_node *node)
{
    return node == NULL ? 0 : node->count;
}

const struct yaml_node *yaml_node_key_at(const struct yaml_node *map, size_t index)
{
    return yaml_node_is_map(map) && index < map->count ? map->keys[index] : NULL;
}

const struct yaml_node *yaml_node_at(const struct yaml_node *node, size_t index)
{
    return node != NULL && index < node->count ? node->values[index] : NULL;
}

unsigned yaml_node_line(const struct yaml_node *node)
{
    return node == NULL ? 0 : node->line;
}

const char *yaml_node_text_or(const struct yaml_node *node, const char *fallback)
{
    return yaml_node_is_scalar(node) && !yaml_node_is_null(node) ? node->text : fallback;
}

const char *yaml_node_kind_name(const struct yaml_node *node)
{
    if (yaml_node_is_null(node))
        return "nothing";
    switch (node->kind) {
    case YAML_KIND_MAP:
        return "a map";
    case YAML_KIND_SEQUENCE:
        return "a list";
    case YAML_KIND_SCALAR:
        break;
    }
    return "a text";
}

enum status yaml_node_error(const struct yaml_node *node, struct error *err, const char *format, ...)
{
    char text[ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (node == NULL)
        return error_set(err, STATUS_INVALID, "%s", text);
    return error_set(err, STATUS_INVALID, "%s:%u: %s", node->file, node->line, text);
}

/* Absent is NOT_FOUND, so that a caller can tell "use the default" from "the file is wrong". */
static enum status check_scalar(const struct yaml_node *node, const char *what, const char *expected, struct error *err)
{
    if (node == NULL)
        return error_set(err, STATUS_NOT_FOUND, "%s is missing, expected %s", what, expected);
    if (!yaml_node_is_scalar(node) || yaml_node_is_null(node))
        return yaml_node_error(node, err, "%s is %s, expected %s", what, yaml_node_kind_name(node), expected);
    return STATUS_OK;
}

enum status yaml_node_text(const struct yaml_node *node, const char *what, const char **ret, struct error *err)
{
    enum status status = check_scalar(node, what, "a text", err);
    if (status == STATUS_OK)
        *ret = node->text;
    return status;
}

enum status yaml_node_bool(const struct yaml_node *node, const char *what, bool *ret, struct error *err)
{
    static const char *const TRUE_WORDS[] = {"true", "True", "TRUE"};
    static const char *const FALSE_WORDS[] = {"false", "False", "FALSE"};
    enum status status = check_scalar(node, what, "true or false", err);
    if (status != STATUS_OK)
        return status;
    bool is_true = is_one_of(node, TRUE_WORDS, 3);
    if (!is_true && !is_one_of(node, FALSE_WORDS, 3))
        return yaml_node_error(node, err, "%s is '%.64s', expected true or false", what, node->text);
    *ret = is_true;
    return STATUS_OK;
}

static bool parse_int(const char *text, int64_t *value)
{
    int base = 10;
    const char *digits = text;
    if (strncmp(text, "0x", 2) == 0 || strncmp(text, "0o", 2) == 0) {
        base = text[1] == 'x' ? 16 : 8;
        digits += 2;
    }
    bool sign_allowed = base == 10 && (*digits == '-' || *digits == '+');
    const char *first = digits + (sign_allowed ? 1 : 0);
    if (!((*first >= '0' && *first <= '9') || (base == 16 && strchr("abcdefABCDEF", *first) != NULL && *first != '\0')))
        return false;
    char *end;
    errno = 0;
    long long number = strtoll(digits, &end, base);
    if (errno != 0 || *end != '\0')
        return false;
    *value = number;
    return true;
}

enum status yaml_node_int(const struct yaml_node *node, const char *what, int64_t least, int64_t most, int64_t *ret,
                          struct error *err)
{
    enum status status = check_scalar(node, what, "a whole number", err);
    if (status != STATUS_OK)
        return status;
    int64_t value;
    if (!node->plain || !parse_int(node->text, &value))
        return yaml_node_error(node, err, "%s is '%.64s', expected a whole number", what, node->text);
    if (value < least || value > most)
        return yaml_node_error(node, err, "%s is %lld, expected a number from %lld to %lld", what, (long long)value,
                               (long long)least, (long long)most);
    *ret = value;
    return STATUS_OK;
}

enum status yaml_node_only_keys(const struct yaml_node *map, const char *what, const char *const *known, size_t count,
                                struct error *err)
{
    if (map == NULL)
        return STATUS_OK;
    if (!yaml_node_is_map(map))
        return yaml_node_error(map, err, "%s is %s, expected a map", what, yaml_node_kind_name(map));
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_node *key = map->keys[i];
        bool found = false;
        for (size_t k = 0; k < count && !found; k++)
            found = strcmp(key->text, known[k]) == 0;
        if (found)
            continue;
        char hint[NEAREST_HINT_MAX];
        nearest_hint(hint, span_make(key->text, key->length), known, count);
        return yaml_node_error(key, err, "%s has no setting '%.64s'%s", what, key->text, hint);
    }
    return STATUS_OK;
}
