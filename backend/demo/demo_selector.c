/* Label and field requirements: =, ==, !=, in, notin, exists, not exists. See demo_selector.h. */
#include "demo/demo_selector.h"

#include <stdlib.h>
#include <string.h>

enum operator { OPERATOR_IN, OPERATOR_NOT_IN, OPERATOR_EXISTS, OPERATOR_ABSENT };
enum source { SOURCE_LABEL, SOURCE_NAME, SOURCE_NAMESPACE, SOURCE_SELECTABLE };

#define VALUES_MAX 64

struct demo_requirement {
    enum operator operator;
    enum source source;
    size_t index; /* into selectable */
    char *key;
    char *values[VALUES_MAX]; /* ends with NULL */
};

void demo_selector_clear(struct demo_selector *selector)
{
    for (size_t i = 0; i < selector->requirements.count; i++) {
        struct demo_requirement *requirement = &selector->requirements.items[i];
        free(requirement->key);
        for (size_t j = 0; j < VALUES_MAX && requirement->values[j] != NULL; j++)
            free(requirement->values[j]);
    }
    ARRAY_FREE(&selector->requirements);
}

bool demo_selector_is_empty(const struct demo_selector *selector)
{
    return selector->requirements.count == 0;
}

static void add_value(struct demo_requirement *requirement, struct span value)
{
    size_t count = 0;
    while (requirement->values[count] != NULL)
        count++;
    if (count + 1 < VALUES_MAX)
        requirement->values[count] = span_dup(span_trim(value));
}

/* "key in (a, b)" and "key notin (a, b)". False when it is neither. */
static bool read_set(struct span part, struct demo_requirement *requirement)
{
    ptrdiff_t open = span_find_byte(part, '(');
    if (open < 0 || !span_ends_with(part, ")"))
        return false;
    struct span head = span_trim(span_first(part, (size_t)open));
    bool is_not = span_ends_with(head, " notin");
    if (!is_not && !span_ends_with(head, " in"))
        return false;
    requirement->operator = is_not ? OPERATOR_NOT_IN : OPERATOR_IN;
    requirement->key = span_dup(span_trim(span_first(head, head.length - (is_not ? 6 : 3))));
    struct span rest = span_make(part.data + open + 1, part.length - (size_t)open - 2);
    struct span value;
    while (span_split(&rest, ',', &value))
        add_value(requirement, value);
    return true;
}

/* "key=value", "key==value", "key!=value". False when there is no '='. */
static bool read_equation(struct span part, struct demo_requirement *requirement)
{
    ptrdiff_t equals = span_find_byte(part, '=');
    if (equals < 0)
        return false;
    struct span key = span_first(part, (size_t)equals);
    struct span value = span_from(part, (size_t)equals + 1);
    bool is_not = span_ends_with(key, "!");
    if (span_starts_with(value, "="))
        value = span_from(value, 1);
    requirement->operator = is_not ? OPERATOR_NOT_IN : OPERATOR_IN;
    requirement->key = span_dup(span_trim(span_first(key, key.length - (is_not ? 1 : 0))));
    add_value(requirement, value);
    return true;
}

static void read_presence(struct span part, struct demo_requirement *requirement)
{
    bool is_not = span_starts_with(part, "!");
    requirement->operator = is_not ? OPERATOR_ABSENT : OPERATOR_EXISTS;
    requirement->key = span_dup(span_trim(span_from(part, is_not ? 1 : 0)));
}

/* The part up to the next comma outside parentheses. */
static bool next_part(struct span *rest, struct span *part)
{
    if (rest->length == 0)
        return false;
    size_t length = 0;
    int depth = 0;
    for (; length < rest->length; length++) {
        char byte = rest->data[length];
        depth += byte == '(' ? 1 : byte == ')' ? -1 : 0;
        if (byte == ',' && depth == 0)
            break;
    }
    *part = span_trim(span_first(*rest, length));
    *rest = span_from(*rest, length + 1);
    return true;
}

enum status demo_selector_add_labels(struct demo_selector *selector, const char *text, struct error *err)
{
    struct span rest = span_of(text);
    struct span part;
    while (next_part(&rest, &part)) {
        struct demo_requirement requirement = {.source = SOURCE_LABEL};
        if (!read_set(part, &requirement) && !read_equation(part, &requirement))
            read_presence(part, &requirement);
        ARRAY_PUSH(&selector->requirements, requirement);
        if (requirement.key[0] == '\0' || strpbrk(requirement.key, " ()<>") != NULL)
            return error_set(err, STATUS_INVALID, "unable to parse requirement: found '%.*s', expected: identifier",
                             SPAN_PRINT(part));
    }
    return STATUS_OK;
}

/* Where the object's value of the field is. False when the kind does not offer it. */
static bool resolve_field(struct demo_requirement *requirement, const struct demo_kind *kind)
{
    if (strcmp(requirement->key, "metadata.name") == 0) {
        requirement->source = SOURCE_NAME;
        return true;
    }
    if (strcmp(requirement->key, "metadata.namespace") == 0) {
        requirement->source = SOURCE_NAMESPACE;
        return true;
    }
    requirement->source = SOURCE_SELECTABLE;
    for (size_t i = 0; kind->selectable[i] != NULL; i++) {
        if (strcmp(kind->selectable[i], requirement->key) == 0) {
            requirement->index = i;
            return true;
        }
    }
    return false;
}

enum status demo_selector_add_fields(struct demo_selector *selector, const struct demo_kind *kind, const char *text,
                                     struct error *err)
{
    struct span rest = span_of(text);
    struct span part;
    while (next_part(&rest, &part)) {
        struct demo_requirement requirement = {0};
        if (!read_equation(part, &requirement))
            return error_set(err, STATUS_INVALID,
                             "invalid field selector: invalid selector: '%.*s'; can't understand '%.*s'", SPAN_PRINT(part),
                             SPAN_PRINT(part));
        ARRAY_PUSH(&selector->requirements, requirement);
        if (!resolve_field(&selector->requirements.items[selector->requirements.count - 1], kind))
            return error_set(err, STATUS_INVALID, "field label not supported: %s", requirement.key);
    }
    return STATUS_OK;
}

static const char *value_of(const struct demo_requirement *requirement, const struct demo_object *object)
{
    switch (requirement->source) {
    case SOURCE_NAME:
        return object->name;
    case SOURCE_NAMESPACE:
        return object->name_space;
    case SOURCE_SELECTABLE:
        return object->selectable[requirement->index];
    case SOURCE_LABEL:
        break;
    }
    return json_string_value(json_object_get(object->labels, requirement->key));
}

static bool is_met(const struct demo_requirement *requirement, const struct demo_object *object)
{
    const char *value = value_of(requirement, object);
    if (requirement->operator == OPERATOR_EXISTS || requirement->operator == OPERATOR_ABSENT)
        return (value != NULL) == (requirement->operator == OPERATOR_EXISTS);
    bool is_in = false;
    for (size_t i = 0; value != NULL && requirement->values[i] != NULL; i++)
        is_in = is_in || strcmp(requirement->values[i], value) == 0;
    return is_in == (requirement->operator == OPERATOR_IN);
}

bool demo_selector_matches(const struct demo_selector *selector, const struct demo_object *object)
{
    for (size_t i = 0; i < selector->requirements.count; i++) {
        if (!is_met(&selector->requirements.items[i], object))
            return false;
    }
    return true;
}
