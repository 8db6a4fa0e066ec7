/* The table of rights, and reading rules reviews. */
#include <criterion/criterion.h>
#include <string.h>

#include "sovereign/capability_check.h"
#include "sovereign/kind_table.h"

/* Whoever adds a kind that the console lists must say which right it takes. */
Test(capability_table, covers_every_kind_of_the_console)
{
    for (size_t i = 0; i < kind_table_count(); i++) {
        const struct kind *kind = kind_table_at(i);
        bool found = false;
        for (size_t k = 0; k < capability_table_count() && !found; k++) {
            const struct capability_right *right = capability_table_at(k);
            found = strcmp(right->resource, kind->plural) == 0 && strcmp(right->group, kind->group) == 0 &&
                    strstr(right->verbs, "list") != NULL && right->is_namespaced == kind->namespaced;
        }
        cr_assert(found, "%s of '%s' has no row", kind->plural, kind->group);
    }
}

Test(capability_table, rows_of_a_capability_stand_together)
{
    for (size_t i = 1; i < capability_table_count(); i++)
        for (size_t k = 0; k + 1 < i; k++) {
            bool same = strcmp(capability_table_at(i)->capability, capability_table_at(k)->capability) == 0;
            bool next = strcmp(capability_table_at(i)->capability, capability_table_at(i - 1)->capability) == 0;
            cr_assert(!same || next, "row %zu", i);
        }
}

Test(capability_check, expands_every_verb)
{
    static struct capability_answer answers[CAPABILITY_TABLE_RIGHTS_MAX];
    size_t count = capability_check_expand(answers), verbs = 0;
    for (size_t i = 0; i < capability_table_count(); i++) {
        struct span rest = span_of(capability_table_at(i)->verbs), verb;
        while (span_split(&rest, ' ', &verb))
            verbs++;
    }
    cr_assert_eq(count, verbs, "the maximum is too small for the table");
    cr_assert_str_eq(answers[1].verb, "watch");
    cr_assert_eq(answers[1].verdict, CAPABILITY_UNKNOWN);
}

Test(capability_check, reads_rules_as_the_server_means_them)
{
    static const struct {
        const char *rules;
        struct capability_right right;
        const char *verb;
        bool allowed;
    } CASES[] = {
        {"[{verbs:['*'],apiGroups:['*'],resources:['*']}]", {.group = "apps", .resource = "deployments"}, "list", true},
        {"[{verbs:['list'],apiGroups:['apps'],resources:['deployments']}]", {.group = "apps", .resource = "deployments"}, "list", true},
        {"[{verbs:['list'],apiGroups:['apps'],resources:['deployments']}]", {.group = "apps", .resource = "deployments"}, "watch", false},
        {"[{verbs:['list'],apiGroups:[''],resources:['deployments']}]", {.group = "apps", .resource = "deployments"}, "list", false},
        {"[{verbs:['get'],apiGroups:[''],resources:['pods']}]", {.group = "", .resource = "pods", .subresource = "log"}, "get", false},
        {"[{verbs:['get'],apiGroups:[''],resources:['*/log']}]", {.group = "", .resource = "pods", .subresource = "log"}, "get", true},
        {"[{verbs:['list'],apiGroups:[''],resources:['pods'],resourceNames:['a']}]", {.group = "", .resource = "pods"}, "list", false},
        {"[]", {.group = "", .resource = "pods"}, "list", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char text[300], *at = text;
        int length = snprintf(text, sizeof text, "{'resourceRules':%s}", CASES[i].rules);
        cr_assert_lt(length, (int)sizeof text);
        char quoted[600], *out = quoted;
        static const char *const KEYS[] = {"verbs:", "apiGroups:", "resources:", "resourceNames:"};
        while (*at != '\0') { /* keys get their quotes */
            bool key = false;
            for (size_t k = 0; k < 4 && !key; k++)
                if (strncmp(at, KEYS[k], strlen(KEYS[k])) == 0) {
                    out += sprintf(out, "\"%.*s\":", (int)strlen(KEYS[k]) - 1, KEYS[k]);
                    at += strlen(KEYS[k]);
                    key = true;
                }
            if (!key) {
                *out++ = *at == '\'' ? '"' : *at;
                at++;
            }
        }
        *out = '\0';
        json_t *status = json_loads(quoted, 0, NULL);
        cr_assert_not_null(status, "%s", quoted);
        cr_assert_eq(capability_check_rules_allow(status, &CASES[i].right, CASES[i].verb), CASES[i].allowed, "case %zu", i);
        json_decref(status);
    }
}
