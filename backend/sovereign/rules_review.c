/* Rules of RBAC as the API server lists them; see rules_review.h. */
#include "sovereign/rules_review.h"

#include <stdio.h>
#include <string.h>

bool rules_review_request(const char *namespace, char *out, size_t size)
{
    bool plain = strcspn(namespace, "\"\\") == strlen(namespace);
    int length = snprintf(out, size, "{\"kind\":\"SelfSubjectRulesReview\",\"apiVersion\":\"authorization.k8s.io/v1\",\"spec\":{\"namespace\":\"%s\"}}",
                          namespace);
    return plain && length > 0 && (size_t)length < size;
}

static bool names(struct json_value list, const char *word)
{
    struct json_iterator it = json_reader_iterate(list);
    while (json_reader_next(&it)) {
        struct span text = json_reader_string(it.value);
        if (span_equals_text(text, "*") || span_equals_text(text, word))
            return true;
    }
    return false;
}

static struct json_iterator rules_of(struct json_value review)
{
    return json_reader_iterate(json_reader_get(json_reader_get(review, "status"), "resourceRules"));
}

bool rules_review_allows(struct json_value review, const char *verb, const char *group, const char *resource)
{
    struct json_iterator it = rules_of(review);
    while (json_reader_next(&it)) {
        bool limited = json_reader_count(json_reader_get(it.value, "resourceNames")) > 0;
        if (!limited && names(json_reader_get(it.value, "verbs"), verb) && names(json_reader_get(it.value, "apiGroups"), group) &&
            names(json_reader_get(it.value, "resources"), resource))
            return true;
    }
    return false;
}

bool rules_review_is_incomplete(struct json_value review)
{
    return json_reader_bool(json_reader_get(json_reader_get(review, "status"), "incomplete"), false);
}

void rules_review_each_namespace(struct json_value review, void (*name)(void *context, struct span text), void *context)
{
    struct json_iterator it = rules_of(review);
    while (json_reader_next(&it)) {
        if (!names(json_reader_get(it.value, "resources"), "namespaces"))
            continue;
        struct json_iterator each = json_reader_iterate(json_reader_get(it.value, "resourceNames"));
        while (json_reader_next(&each))
            name(context, json_reader_string(each.value));
    }
}
