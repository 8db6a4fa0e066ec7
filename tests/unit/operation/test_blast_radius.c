/* Dependents through dependsOn, and the Applications and Organizations behind them. */
#include <criterion/criterion.h>

#include "base/alloc.h"
#include "base/array.h"
#include "operation/blast_radius.h"
#include "support/leak_check.h"

static const struct kind_field RELEASE_FIELDS[] = {{.field = FIELD_DEPENDS_ON}, {.field = FIELD_APPLICATION}};
static const struct kind RELEASES = {.id = KIND_ID_HELMRELEASES, .namespaced = true, .fields = RELEASE_FIELDS, .field_count = 2};
static const struct kind_field APPLICATION_FIELDS[] = {{.field = FIELD_BACKING_RELEASE}, {.field = FIELD_ORGANIZATION}};
static const struct kind APPLICATIONS = {.id = KIND_ID_APPLICATIONS, .namespaced = true, .fields = APPLICATION_FIELDS, .field_count = 2};

static struct row *make_row(const struct kind *kind, const char *namespace, const char *name, const char *first, const char *second)
{
    struct row_builder *builder = row_builder_new();
    row_builder_start(builder, kind, 0);
    row_builder_add(builder, span_of(namespace));
    row_builder_add(builder, span_of(name));
    for (int i = 2; i < KIND_COMMON_CELLS; i++)
        row_builder_add(builder, SPAN_EMPTY);
    row_builder_add(builder, span_of(first));
    row_builder_add(builder, span_of(second));
    struct row *row = row_builder_finish(builder);
    row_builder_free(builder);
    return row;
}

Test(blast_radius, walks_dependents_and_counts_what_stands_on_them)
{
    struct row *releases[] = {
        make_row(&RELEASES, "flux-system", "base", "top\x1f", ""), /* a circle */
        make_row(&RELEASES, "flux-system", "middle", "other\x1f\x1e" "base\x1f" "flux-system", ""),
        make_row(&RELEASES, "flux-system", "top", "middle\x1f", ""),
        make_row(&RELEASES, "elsewhere", "stranger", "base\x1f", ""),
        make_row(&RELEASES, "flux-system", "labelled", "middle\x1f", "shop"),
    };
    struct row *applications[] = {
        make_row(&APPLICATIONS, "acme", "wiki", "top\x1f" "flux-system", "acme"),
        make_row(&APPLICATIONS, "acme", "shop", "", "acme"),
        make_row(&APPLICATIONS, "zeta", "alone", "stranger\x1f" "elsewhere", "zeta"),
    };
    struct blast_radius radius;
    blast_radius_measure((const struct row *const *)releases, ARRAY_LENGTH(releases), (const struct row *const *)applications,
                         ARRAY_LENGTH(applications), "flux-system", "base", &radius);
    char text[400];
    blast_radius_text(&radius, text, sizeof text);
    cr_assert_str_eq(text, "3 HelmReleases depend on it (middle, top, labelled); 2 Applications of 1 Organization");
    for (size_t i = 0; i < ARRAY_LENGTH(releases); i++)
        row_unref(releases[i]);
    for (size_t i = 0; i < ARRAY_LENGTH(applications); i++)
        row_unref(applications[i]);
    TEST_NO_LEAKS();
}
