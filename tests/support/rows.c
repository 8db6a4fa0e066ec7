/* Builds rows the way the decoder does, from texts. */
#include "support/rows.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "base/array.h"
#include "base/sanitize.h"

static struct kind_field fields[FIELD_COUNT - KIND_COMMON_CELLS];
static struct kind kinds[] = {
    {.id = KIND_ID_HELMRELEASES, .title = "HelmReleases", .singular = "HelmRelease", .namespaced = true},
    {.id = KIND_ID_KUSTOMIZATIONS, .title = "Kustomizations", .singular = "Kustomization", .namespaced = true},
    {.id = KIND_ID_GITREPOSITORIES, .title = "GitRepositories", .singular = "GitRepository", .namespaced = true},
    {.id = KIND_ID_HELMREPOSITORIES, .title = "HelmRepositories", .singular = "HelmRepository", .namespaced = true},
    {.id = KIND_ID_OCIREPOSITORIES, .title = "OCIRepositories", .singular = "OCIRepository", .namespaced = true},
    {.id = KIND_ID_ORGANIZATIONS, .title = "Organizations", .singular = "Organization"},
    {.id = KIND_ID_ENVIRONMENTS, .title = "Environments", .singular = "Environment"},
    {.id = KIND_ID_APPLICATIONS, .title = "Applications", .singular = "Application", .namespaced = true},
    {.id = KIND_ID_BLUEPRINTS, .title = "Blueprints", .singular = "Blueprint"},
    {.id = KIND_ID_NODES, .title = "Nodes", .singular = "Node"},
    {.id = KIND_ID_PODS, .title = "Pods", .singular = "Pod", .namespaced = true},
    {.id = KIND_ID_JOBS, .title = "Jobs", .singular = "Job", .namespaced = true},
    {.id = KIND_ID_STATEFULSETS, .title = "StatefulSets", .singular = "StatefulSet", .namespaced = true},
    {.id = KIND_ID_DAEMONSETS, .title = "DaemonSets", .singular = "DaemonSet", .namespaced = true},
    {.id = KIND_ID_NAMESPACES, .title = "Namespaces", .singular = "Namespace"},
    {.id = KIND_ID_CUTOVER_STATUS, .title = "Cutover status", .singular = "ConfigMap", .namespaced = true},
    {.id = KIND_ID_CUTOVER_STEPS, .title = "Cutover steps", .singular = "ConfigMap", .namespaced = true},
    {.id = KIND_ID_DEPLOYMENTS, .title = "Deployments", .singular = "Deployment", .namespaced = true},
    {.id = KIND_ID_CUTOVER_PODS, .title = "Cutover pods", .singular = "Pod", .namespaced = true},
    {.id = KIND_ID_STATEFULSETS, .title = "StatefulSets", .singular = "StatefulSet", .namespaced = true},
    {.id = KIND_ID_DAEMONSETS, .title = "DaemonSets", .singular = "DaemonSet", .namespaced = true},
    {.id = KIND_ID_PROVIDERS, .title = "Crossplane providers", .singular = "Provider"},
    {.id = KIND_ID_EGRESS_POLICIES, .title = "Egress policies", .singular = "CiliumClusterwideNetworkPolicy"},
};

const struct kind *rows_kind(const char *id)
{
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
        fields[i].field = (enum field)(KIND_COMMON_CELLS + i);
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
        if (strcmp(kinds[i].id, id) == 0) {
            kinds[i].fields = fields;
            kinds[i].field_count = ARRAY_LENGTH(fields);
            return &kinds[i];
        }
    assert(!"rows_kind: add the kind to the list");
    return NULL;
}

struct store *rows_store(const char *region, ...)
{
    struct store *store = store_new();
    va_list args;
    va_start(args, region);
    for (; region != NULL; region = va_arg(args, const char *))
        store_add_region(store, region, store->region_count == 0);
    va_end(args);
    return store;
}

static bool is_list(enum field field)
{
    static const enum field LISTS[] = {FIELD_LABELS, FIELD_FINALIZERS, FIELD_CONDITIONS, FIELD_HISTORY, FIELD_DEPENDS_ON,
                                       FIELD_REGIONS, FIELD_IMAGES, FIELD_CLUSTER_STATES, FIELD_CLUSTER_RELEASES,
                                       FIELD_CLUSTER_MESSAGES, FIELD_BACKING_RELEASE, FIELD_ROLES, FIELD_DATA,
                                       FIELD_ENVIRONMENT_VALUES, FIELD_VALUES_SUSPECT, FIELD_OWNER};
    for (size_t i = 0; i < ARRAY_LENGTH(LISTS); i++)
        if (LISTS[i] == field)
            return true;
    return false;
}

static void add_cell(struct row_builder *builder, enum field field, const char *text)
{
    char cell[8192] = "";
    sanitize_line_into(cell, sizeof cell, text, text == NULL ? 0 : strlen(text));
    bool in_second = false;
    for (char *c = cell; is_list(field) && *c != '\0'; c++) {
        if (*c == '|')
            *c = KIND_ITEM_SEPARATOR, in_second = false;
        else if (*c == '=' && !in_second)
            *c = KIND_PAIR_SEPARATOR, in_second = true;
    }
    row_builder_add(builder, span_of(cell));
}

const struct row *rows_add(struct store *store, const char *kind_id, int region, const char *key, ...)
{
    const char *values[FIELD_COUNT] = {0};
    char namespace[256] = "";
    const char *slash = strchr(key, '/');
    if (slash != NULL)
        sanitize_line_into(namespace, sizeof namespace, key, (size_t)(slash - key));
    values[FIELD_NAMESPACE] = namespace;
    values[FIELD_NAME] = slash == NULL ? key : slash + 1;
    va_list args;
    va_start(args, key);
    for (int field; (field = va_arg(args, int)) != ROWS_END;)
        values[field] = va_arg(args, const char *);
    va_end(args);
    const struct kind *kind = rows_kind(kind_id);
    struct row_builder *builder = row_builder_new();
    row_builder_start(builder, kind, region);
    for (int i = 0; i < FIELD_COUNT; i++)
        add_cell(builder, (enum field)i, values[i]);
    struct row *row = row_builder_finish(builder);
    row_builder_free(builder);
    table_take_row(store_table(store, kind, region), row);
    return row;
}

void rows_live(struct store *store, const char *kind_id, int region)
{
    table_list_end(store_table(store, rows_kind(kind_id), region));
}

void rows_all_live(struct store *store)
{
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
        for (int r = 0; r < store->region_count; r++)
            rows_live(store, kinds[i].id, r);
}
