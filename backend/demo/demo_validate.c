/* Schema rules as a table; see demo_validate.h. Sources: Flux 2.4 CRDs and the openova-* CRDs. */
#include "demo/demo_validate.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "demo/demo_json.h"

enum type { TYPE_STRING, TYPE_BOOLEAN, TYPE_INTEGER, TYPE_OBJECT, TYPE_ARRAY };
enum need { NEED_OPTIONAL, NEED_REQUIRED };

struct rule {
    enum demo_kind_id kind;
    const char *path;
    enum type type;
    enum need need;
    const char *pattern; /* POSIX extended, of strings */
    const char *one_of;  /* "a|b|c" */
};

#define DURATION "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
#define SLUG "^[a-z][a-z0-9-]{2,31}$"

static const struct rule rules[] = {
    {DEMO_KIND_HELMRELEASE, "spec", TYPE_OBJECT, NEED_REQUIRED, NULL, NULL},
    {DEMO_KIND_HELMRELEASE, "spec.interval", TYPE_STRING, NEED_REQUIRED, DURATION, NULL},
    {DEMO_KIND_HELMRELEASE, "spec.timeout", TYPE_STRING, NEED_OPTIONAL, DURATION, NULL},
    {DEMO_KIND_HELMRELEASE, "spec.suspend", TYPE_BOOLEAN, NEED_OPTIONAL, NULL, NULL},
    {DEMO_KIND_HELMRELEASE, "spec.dependsOn", TYPE_ARRAY, NEED_OPTIONAL, NULL, NULL},
    {DEMO_KIND_HELMRELEASE, "spec.maxHistory", TYPE_INTEGER, NEED_OPTIONAL, NULL, NULL},
    {DEMO_KIND_HELMRELEASE, "spec.chart.spec.chart", TYPE_STRING, NEED_OPTIONAL, NULL, NULL},
    {DEMO_KIND_HELMRELEASE, "spec.chart.spec.version", TYPE_STRING, NEED_OPTIONAL, NULL, NULL},
    {DEMO_KIND_HELMRELEASE, "spec.targetNamespace", TYPE_STRING, NEED_OPTIONAL, NULL, NULL},
    {DEMO_KIND_KUSTOMIZATION, "spec.interval", TYPE_STRING, NEED_REQUIRED, DURATION, NULL},
    {DEMO_KIND_KUSTOMIZATION, "spec.suspend", TYPE_BOOLEAN, NEED_OPTIONAL, NULL, NULL},
    {DEMO_KIND_KUSTOMIZATION, "spec.prune", TYPE_BOOLEAN, NEED_REQUIRED, NULL, NULL},
    {DEMO_KIND_HELMREPOSITORY, "spec.url", TYPE_STRING, NEED_REQUIRED, "^(http|https|oci)://.*$", NULL},
    {DEMO_KIND_HELMREPOSITORY, "spec.suspend", TYPE_BOOLEAN, NEED_OPTIONAL, NULL, NULL},
    {DEMO_KIND_HELMREPOSITORY, "spec.type", TYPE_STRING, NEED_OPTIONAL, NULL, "default|oci"},
    {DEMO_KIND_GITREPOSITORY, "spec.url", TYPE_STRING, NEED_REQUIRED, "^(http|https|ssh)://.*$", NULL},
    {DEMO_KIND_GITREPOSITORY, "spec.suspend", TYPE_BOOLEAN, NEED_OPTIONAL, NULL, NULL},
    {DEMO_KIND_OCIREPOSITORY, "spec.url", TYPE_STRING, NEED_REQUIRED, "^oci://.*$", NULL},
    {DEMO_KIND_ORGANIZATION, "spec.slug", TYPE_STRING, NEED_REQUIRED, SLUG, NULL},
    {DEMO_KIND_ORGANIZATION, "spec.kind", TYPE_STRING, NEED_REQUIRED, NULL, "customer|internal"},
    {DEMO_KIND_ORGANIZATION, "spec.tier", TYPE_STRING, NEED_REQUIRED, NULL, "sme|corporate"},
    {DEMO_KIND_ORGANIZATION, "spec.billingMode", TYPE_STRING, NEED_REQUIRED, NULL, "real|chargeback|showback"},
    {DEMO_KIND_ENVIRONMENT, "spec.organizationRef", TYPE_STRING, NEED_REQUIRED, SLUG, NULL},
    {DEMO_KIND_ENVIRONMENT, "spec.envType", TYPE_STRING, NEED_REQUIRED, NULL, "prod|stg|uat|dev|poc"},
    {DEMO_KIND_APPLICATION, "spec.blueprintRef.name", TYPE_STRING, NEED_REQUIRED, "^bp-[a-z][a-z0-9-]{1,62}$", NULL},
    {DEMO_KIND_APPLICATION, "spec.bootstrap", TYPE_BOOLEAN, NEED_OPTIONAL, NULL, NULL},
    {DEMO_KIND_BLUEPRINT, "spec.visibility", TYPE_STRING, NEED_OPTIONAL, NULL, "listed|unlisted|private"},
    {DEMO_KIND_PROVIDER, "spec.package", TYPE_STRING, NEED_REQUIRED, NULL, NULL},
};

static const char *type_name(enum type type)
{
    static const char *const names[] = {"string", "boolean", "integer", "object", "array"};
    return names[type];
}

static enum type type_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return TYPE_OBJECT;
    case JSON_ARRAY:
        return TYPE_ARRAY;
    case JSON_TRUE:
    case JSON_FALSE:
        return TYPE_BOOLEAN;
    case JSON_INTEGER:
    case JSON_REAL:
        return TYPE_INTEGER;
    default:
        return TYPE_STRING;
    }
}

static bool is_matching(const char *text, const char *pattern)
{
    regex_t compiled;
    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return true;
    bool is_match = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return is_match;
}

static bool is_one_of(const char *text, const char *list)
{
    struct span rest = span_of(list);
    struct span word;
    while (span_split(&rest, '|', &word)) {
        if (span_equals_text(word, text))
            return true;
    }
    return false;
}

static void add_cause(json_t *causes, const char *reason, const char *field, char *message)
{
    json_array_append_new(causes, json_pack("{s:s, s:s, s:s}", "reason", reason, "message", message, "field", field));
    free(message);
}

static char *quoted_list(const char *list)
{
    struct bytebuf text;
    bytebuf_init(&text, 4096);
    struct span rest = span_of(list);
    struct span word;
    while (span_split(&rest, '|', &word))
        bytebuf_printf(&text, "%s\"%.*s\"", text.length > 0 ? ", " : "", SPAN_PRINT(word));
    return bytebuf_take(&text);
}

static void check(json_t *causes, const struct rule *rule, const json_t *value)
{
    if (value == NULL || json_is_null(value)) {
        if (rule->need == NEED_REQUIRED)
            add_cause(causes, "FieldValueRequired", rule->path, alloc_strdup("Required value"));
        return;
    }
    if (type_of(value) != rule->type) {
        add_cause(causes, "FieldValueTypeInvalid", rule->path,
                  alloc_printf("Invalid value: \"%s\": %s in body must be of type %s: \"%s\"", type_name(type_of(value)),
                               rule->path, type_name(rule->type), type_name(type_of(value))));
        return;
    }
    const char *text = json_string_value(value);
    if (rule->pattern != NULL && !is_matching(text, rule->pattern))
        add_cause(causes, "FieldValueInvalid", rule->path,
                  alloc_printf("Invalid value: \"%s\": %s in body should match '%s'", text, rule->path, rule->pattern));
    if (rule->one_of != NULL && !is_one_of(text, rule->one_of)) {
        char *values = quoted_list(rule->one_of);
        add_cause(causes, "FieldValueNotSupported", rule->path,
                  alloc_printf("Unsupported value: \"%s\": supported values: %s", text, values));
        free(values);
    }
}

json_t *demo_validate_document(const struct demo_kind *kind, const json_t *document)
{
    json_t *causes = json_array();
    for (size_t i = 0; i < ARRAY_LENGTH(rules); i++) {
        if (rules[i].kind == demo_kinds_id(kind))
            check(causes, &rules[i], demo_json_at(document, rules[i].path));
    }
    return causes;
}
