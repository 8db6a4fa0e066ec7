/* Which facts must agree, by kind, as data; see drift.h. */
#include "resource/drift.h"

#include <string.h>

#include "base/array.h"

#define FACTS_MAX 6

static const struct {
    const char *kind_id;
    struct {
        enum field field;
        const char *word;
    } facts[FACTS_MAX];
} KINDS[] = {
    {KIND_ID_HELMRELEASES, {{FIELD_CHART, "chart"}, {FIELD_CHART_VERSION, "version"}, {FIELD_SUSPENDED, "suspended"},
                            {FIELD_SOURCE_NAME, "source"}, {FIELD_REVISION, "revision"}}},
    {KIND_ID_KUSTOMIZATIONS, {{FIELD_PATH, "path"}, {FIELD_SUSPENDED, "suspended"}, {FIELD_SOURCE_NAME, "source"}, {FIELD_REVISION, "revision"}}},
    {KIND_ID_GITREPOSITORIES, {{FIELD_URL, "url"}, {FIELD_BRANCH, "ref"}, {FIELD_SUSPENDED, "suspended"}, {FIELD_REVISION, "revision"}}},
    {KIND_ID_HELMREPOSITORIES, {{FIELD_URL, "url"}, {FIELD_TYPE, "type"}, {FIELD_SUSPENDED, "suspended"}}},
    {KIND_ID_OCIREPOSITORIES, {{FIELD_URL, "url"}, {FIELD_VERSION, "ref"}, {FIELD_SUSPENDED, "suspended"}, {FIELD_REVISION, "revision"}}},
    {KIND_ID_DEPLOYMENTS, {{FIELD_IMAGES, "image"}}},
    {KIND_ID_STATEFULSETS, {{FIELD_IMAGES, "image"}}},
    {KIND_ID_DAEMONSETS, {{FIELD_IMAGES, "image"}}},
    {KIND_ID_BLUEPRINTS, {{FIELD_VERSION, "version"}}},
    {KIND_ID_PROVIDERS, {{FIELD_PACKAGE, "package"}}},
};

static size_t find(const struct kind *kind)
{
    for (size_t i = 0; i < ARRAY_LENGTH(KINDS); i++)
        if (strcmp(KINDS[i].kind_id, kind->id) == 0)
            return i;
    return ARRAY_LENGTH(KINDS);
}

bool drift_applies(const struct kind *kind)
{
    return find(kind) < ARRAY_LENGTH(KINDS);
}

/* "false" and an absent member are the same wish. */
static struct span wish(const struct row *row, enum field field)
{
    struct span text = row_text(row, field);
    return field == FIELD_SUSPENDED && span_equals_text(text, "false") ? SPAN_EMPTY : text;
}

const char *drift_between(const struct row *a, const struct row *b)
{
    size_t kind = find(row_kind(a));
    if (kind == ARRAY_LENGTH(KINDS))
        return NULL;
    for (size_t i = 0; i < FACTS_MAX && KINDS[kind].facts[i].word != NULL; i++) {
        enum field field = KINDS[kind].facts[i].field;
        if (!span_equals(wish(a, field), wish(b, field)))
            return KINDS[kind].facts[i].word;
    }
    return NULL;
}

const char *drift_of(const struct store *store, const struct row *row, int *region)
{
    *region = -1;
    for (int other = 0; other < store->region_count; other++) {
        const struct table *table = other == row_region(row) ? NULL : store_find_table(store, row_kind(row)->id, other);
        const struct row *twin = table_is_known(table) ? table_find(table, row_key(row)) : NULL;
        const char *word = twin == NULL ? NULL : drift_between(row, twin);
        if (word != NULL) {
            *region = other;
            return word;
        }
    }
    return NULL;
}
