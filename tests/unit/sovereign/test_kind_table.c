/* The built-in kinds are well formed, and a person's word finds the right one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "decode/json_path.h"
#include "sovereign/kind_table.h"

Test(kind_table, every_row_is_complete_and_every_path_compiles)
{
    for (size_t i = 0; i < kind_table_count(); i++) {
        const struct kind *kind = kind_table_at(i);
        cr_assert(kind->id && kind->title && kind->singular && kind->group && kind->version && kind->plural && kind->aliases,
                  "kind %zu", i);
        cr_assert(kind->field_count > 0, "%s has no fields", kind->id);
        cr_assert_eq(kind_table_get(kind->id), kind, "two kinds are called %s", kind->id);
        bool seen[FIELD_COUNT] = {false};
        for (size_t f = 0; f < kind->field_count; f++) {
            const struct kind_field *field = &kind->fields[f];
            cr_assert_not(seen[field->field], "%s has %s twice", kind->id, field_name(field->field));
            seen[field->field] = true;
            struct span rest = span_of(field->path), part;
            while (span_split(&rest, ' ', &part)) {
                char text[200];
                struct error err = {0};
                snprintf(text, sizeof text, "%.*s", SPAN_PRINT(part));
                struct json_path *path = json_path_compile(text, &err);
                cr_assert_not_null(path, "%s: %s", kind->id, err.text);
                json_path_free(path);
            }
            bool is_pair = field->cell == KIND_CELL_PAIRS;
            cr_assert(!is_pair || (field->first && field->second), "%s %s", kind->id, field_name(field->field));
        }
    }
}

Test(kind_table, a_word_finds_its_kind)
{
    static const struct {
        const char *word, *id;
    } CASES[] = {
        {"hr", "helmreleases"},      {"HelmRelease", "helmreleases"},   {"helmreleases.helm.toolkit.fluxcd.io", "helmreleases"},
        {"orgs", "organizations"},   {"app", "applications"},           {"deploy", "deployments"},
        {"ks", "kustomizations"},    {"gitrepo", "gitrepositories"},    {"cutover-steps", "cutover-steps"},
        {"steps", "cutover-steps"},  {"ccnp", "ciliumclusterwidenetworkpolicies"},
        /* a kind that shows only some ConfigMaps must not pass for all of them */
        {"configmaps", NULL},        {"ConfigMap", NULL},               {"certificates", NULL}, {"", NULL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const struct kind *kind = kind_table_find(CASES[i].word);
        if (CASES[i].id == NULL)
            cr_assert_null(kind, "'%s' found %s", CASES[i].word, kind ? kind->id : "");
        else
            cr_assert(kind != NULL && strcmp(kind->id, CASES[i].id) == 0, "'%s'", CASES[i].word);
    }
    char hint[NEAREST_HINT_MAX];
    kind_table_hint(hint, "helmrelease2");
    cr_assert(strstr(hint, "elm") != NULL, "%s", hint);
}
