/* Who is below whom, as a table of links, each with its join. */
#include "resource/drill.h"

#include <string.h>

#include "base/array.h"

typedef bool join_fn(const struct column_context *context, const struct row *parent, const struct row *row);

static bool environment_of_organization(const struct column_context *context, const struct row *parent, const struct row *row)
{
    const struct organization *organization = context->estate == NULL ? NULL : estate_organization(context->estate, parent);
    const struct environment *environment = context->estate == NULL ? NULL : estate_environment(context->estate, row);
    return organization != NULL && environment != NULL && environment->organization != ESTATE_NONE &&
           &context->estate->organizations[environment->organization] == organization;
}

static bool application_of_organization(const struct column_context *context, const struct row *parent, const struct row *row)
{
    const struct organization *organization = context->estate == NULL ? NULL : estate_organization(context->estate, parent);
    const struct application *application = context->estate == NULL ? NULL : estate_application(context->estate, row);
    return organization != NULL && application != NULL && application->organization != ESTATE_NONE &&
           &context->estate->organizations[application->organization] == organization;
}

static bool application_of_environment(const struct column_context *context, const struct row *parent, const struct row *row)
{
    const struct environment *environment = context->estate == NULL ? NULL : estate_environment(context->estate, parent);
    const struct application *application = context->estate == NULL ? NULL : estate_application(context->estate, row);
    return environment != NULL && application != NULL && application->environment != ESTATE_NONE &&
           &context->estate->environments[application->environment] == environment;
}

static bool release_of_application(const struct column_context *context, const struct row *parent, const struct row *row)
{
    const struct application *application = context->estate == NULL ? NULL : estate_application(context->estate, parent);
    for (size_t i = 0; application != NULL && i < application->release_count; i++)
        if (row_region(application->releases[i]) == row_region(row) && span_equals(row_key(application->releases[i]), row_key(row)))
            return true;
    return false;
}

static bool pod_of_release(const struct column_context *context, const struct row *parent, const struct row *row)
{
    return application_owns(parent, row);
}

static bool release_of_kustomization(const struct column_context *context, const struct row *parent, const struct row *row)
{
    return row_region(parent) == row_region(row) &&
           span_equals(row_lookup(row, FIELD_LABELS, "kustomize.toolkit.fluxcd.io/name"), row_name(parent)) &&
           span_equals(row_lookup(row, FIELD_LABELS, "kustomize.toolkit.fluxcd.io/namespace"), row_namespace(parent));
}

static bool user_of_source(const struct column_context *context, const struct row *parent, const struct row *row)
{
    struct span namespace = row_text(row, FIELD_SOURCE_NAMESPACE);
    return row_region(parent) == row_region(row) && row_is(row, FIELD_SOURCE_KIND, row_kind(parent)->singular) &&
           span_equals(row_text(row, FIELD_SOURCE_NAME), row_name(parent)) &&
           span_equals(span_is_empty(namespace) ? row_namespace(row) : namespace, row_namespace(parent));
}

static bool pod_of_node(const struct column_context *context, const struct row *parent, const struct row *row)
{
    return row_region(parent) == row_region(row) && span_equals(row_text(row, FIELD_NODE), row_name(parent));
}

static bool pod_of_namespace(const struct column_context *context, const struct row *parent, const struct row *row)
{
    return row_region(parent) == row_region(row) && span_equals(row_namespace(row), row_name(parent));
}

static bool pod_of_owner(const struct column_context *context, const struct row *parent, const struct row *row)
{
    struct span rest = row_text(row, FIELD_OWNER), kind, name, own = row_name(parent);
    if (row_region(parent) != row_region(row) || !span_equals(row_namespace(parent), row_namespace(row)))
        return false;
    while (row_next_item(&rest, &kind, &name)) {
        if (span_equals_text(kind, row_kind(parent)->singular) && span_equals(name, own))
            return true;
        /* a Deployment owns its pods through ReplicaSets named after it, with one more part */
        if (span_equals_text(kind, "ReplicaSet") && strcmp(row_kind(parent)->id, KIND_ID_DEPLOYMENTS) == 0 && name.length > own.length &&
            span_equals(span_first(name, own.length), own) && name.data[own.length] == '-' &&
            span_find_byte(span_from(name, own.length + 1), '-') < 0)
            return true;
    }
    return false;
}

static bool application_of_blueprint(const struct column_context *context, const struct row *parent, const struct row *row)
{
    return span_equals(row_text(row, FIELD_BLUEPRINT), row_name(parent));
}

static const struct {
    const char *parent, *child;
    join_fn *joins;
} LINKS[] = {
    {KIND_ID_ORGANIZATIONS, KIND_ID_ENVIRONMENTS, environment_of_organization},
    {KIND_ID_ORGANIZATIONS, KIND_ID_APPLICATIONS, application_of_organization},
    {KIND_ID_ENVIRONMENTS, KIND_ID_APPLICATIONS, application_of_environment},
    {KIND_ID_APPLICATIONS, KIND_ID_HELMRELEASES, release_of_application},
    {KIND_ID_HELMRELEASES, KIND_ID_PODS, pod_of_release},
    {KIND_ID_KUSTOMIZATIONS, KIND_ID_HELMRELEASES, release_of_kustomization},
    {KIND_ID_GITREPOSITORIES, KIND_ID_KUSTOMIZATIONS, user_of_source},
    {KIND_ID_GITREPOSITORIES, KIND_ID_HELMRELEASES, user_of_source},
    {KIND_ID_HELMREPOSITORIES, KIND_ID_HELMRELEASES, user_of_source},
    {KIND_ID_OCIREPOSITORIES, KIND_ID_HELMRELEASES, user_of_source},
    {KIND_ID_OCIREPOSITORIES, KIND_ID_KUSTOMIZATIONS, user_of_source},
    {KIND_ID_BLUEPRINTS, KIND_ID_APPLICATIONS, application_of_blueprint},
    {KIND_ID_NODES, KIND_ID_PODS, pod_of_node},
    {KIND_ID_NAMESPACES, KIND_ID_PODS, pod_of_namespace},
    {KIND_ID_JOBS, KIND_ID_PODS, pod_of_owner},
    {KIND_ID_DEPLOYMENTS, KIND_ID_PODS, pod_of_owner},
    {KIND_ID_STATEFULSETS, KIND_ID_PODS, pod_of_owner},
    {KIND_ID_DAEMONSETS, KIND_ID_PODS, pod_of_owner},
};

const char *drill_child_kind(const struct kind *kind, size_t index)
{
    for (size_t i = 0; i < ARRAY_LENGTH(LINKS); i++)
        if (strcmp(LINKS[i].parent, kind->id) == 0 && index-- == 0)
            return LINKS[i].child;
    return NULL;
}

bool drill_is_child(const struct column_context *context, const struct row *parent, const struct row *row)
{
    for (size_t i = 0; i < ARRAY_LENGTH(LINKS); i++)
        if (strcmp(LINKS[i].parent, row_kind(parent)->id) == 0 && strcmp(LINKS[i].child, row_kind(row)->id) == 0)
            return LINKS[i].joins(context, parent, row);
    return false;
}
