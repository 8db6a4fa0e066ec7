/* Which rules allow a verb on every object of a kind, and which do not. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "sovereign/rules_review.h"
#include "support/leak_check.h"

#define REVIEW                                                                                                              \
    "{\"status\":{\"incomplete\":true,\"resourceRules\":["                                                                    \
    "{\"verbs\":[\"get\",\"list\"],\"apiGroups\":[\"\",\"apps\"],\"resources\":[\"pods\",\"deployments\"]},"                          \
    "{\"verbs\":[\"list\"],\"apiGroups\":[\"\"],\"resources\":[\"configmaps\"],\"resourceNames\":[\"one\"]},"                       \
    "{\"verbs\":[\"get\"],\"apiGroups\":[\"\"],\"resources\":[\"namespaces\"],\"resourceNames\":[\"northwind\",\"south\"]},"          \
    "{\"verbs\":[\"*\"],\"apiGroups\":[\"*\"],\"resources\":[\"helmreleases\"]}]}}"

static void join(void *context, struct span text)
{
    strncat(context, text.data, text.length);
    strcat(context, " ");
}

Test(rules_review, tells_what_is_allowed)
{
    static const struct {
        const char *verb, *group, *resource;
        bool allowed;
    } CASES[] = {
        {"list", "", "pods", true},        {"list", "apps", "deployments", true}, {"watch", "", "pods", false},
        {"list", "", "configmaps", false}, {"list", "batch", "pods", false},      {"watch", "helm.toolkit.fluxcd.io", "helmreleases", true},
    };
    struct json_reader *reader = json_reader_new();
    struct json_value review;
    char found[64] = "", body[256];
    cr_assert_eq(json_reader_parse(reader, span_of(REVIEW), &review, NULL), STATUS_OK);
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++)
        cr_assert_eq(rules_review_allows(review, CASES[i].verb, CASES[i].group, CASES[i].resource), CASES[i].allowed, "case %zu", i);
    cr_assert(rules_review_is_incomplete(review));
    rules_review_each_namespace(review, join, found);
    cr_assert_str_eq(found, "northwind south ");
    cr_assert(rules_review_request("northwind", body, sizeof body) && strstr(body, "{\"namespace\":\"northwind\"}") != NULL);
    cr_assert_not(rules_review_request("a\"b", body, sizeof body));
    cr_assert_not(rules_review_request("northwind", body, 20));
    json_reader_free(reader);
    TEST_NO_LEAKS();
}
