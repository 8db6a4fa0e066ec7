/* Discovery documents made from the kinds table; see demo_discovery.h. */
#include "demo/demo_discovery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "demo/demo_json.h"
#include "demo/demo_kinds.h"

/* Resources that are answered but not stored. */
static const struct {
    const char *group, *version, *name, *kind;
    bool namespaced;
} reviews[] = {
    {"authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false},
    {"authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false},
    {"authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false},
    {"authorization.k8s.io", "v1", "localsubjectaccessreviews", "LocalSubjectAccessReview", true},
    {"authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", false},
};

json_t *demo_discovery_version(const char *git_version)
{
    char major[8] = "", minor[8] = "";
    sscanf(git_version, "v%7[0-9].%7[0-9]", major, minor);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "major", major, "minor", minor, "gitVersion",
                     git_version, "gitCommit", "2f4b1b5e0a1c4f6d9c3e7a8b5d2c1e0f9a8b7c6d", "gitTreeState", "clean",
                     "buildDate", "2024-08-15T20:11:00Z", "goVersion", "go1.22.5", "compiler", "gc", "platform",
                     "linux/amd64");
}

json_t *demo_discovery_core_versions(void)
{
    return json_pack("{s:s, s:[s], s:[{s:s, s:s}]}", "kind", "APIVersions", "versions", "v1",
                     "serverAddressByClientCIDRs", "clientCIDR", "0.0.0.0/0", "serverAddress", "127.0.0.1:6443");
}

/* ---- groups ---- */

static void add_version(json_t *versions, const char *group, const char *version)
{
    size_t index;
    json_t *entry;
    json_array_foreach(versions, index, entry) {
        if (strcmp(demo_json_text(entry, "version"), version) == 0)
            return;
    }
    json_array_append_new(versions, json_pack("{s:o, s:s}", "groupVersion", json_sprintf("%s/%s", group, version),
                                              "version", version));
}

/* Versions of a group, the preferred one first. */
static json_t *versions_of(const char *group)
{
    json_t *versions = json_array();
    for (enum demo_kind_id id = 0; id < DEMO_KIND_COUNT; id++) {
        const struct demo_kind *kind = demo_kinds_at(id);
        if (strcmp(kind->group, group) == 0)
            add_version(versions, group, kind->version);
    }
    for (enum demo_kind_id id = 0; id < DEMO_KIND_COUNT; id++) {
        const struct demo_kind *kind = demo_kinds_at(id);
        for (size_t i = 0; strcmp(kind->group, group) == 0 && i < DEMO_KIND_NAMES_MAX && kind->other_versions[i]; i++)
            add_version(versions, group, kind->other_versions[i]);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(reviews); i++) {
        if (strcmp(reviews[i].group, group) == 0)
            add_version(versions, group, reviews[i].version);
    }
    return versions;
}

static json_t *make_group(const char *group)
{
    json_t *versions = versions_of(group);
    if (group[0] == '\0' || json_array_size(versions) == 0) {
        json_decref(versions);
        return NULL;
    }
    json_t *preferred = json_deep_copy(json_array_get(versions, 0));
    return json_pack("{s:s, s:o, s:o}", "name", group, "versions", versions, "preferredVersion", preferred);
}

json_t *demo_discovery_group(const char *group)
{
    json_t *entry = make_group(group);
    if (entry != NULL) {
        json_object_set_new(entry, "kind", json_string("APIGroup"));
        json_object_set_new(entry, "apiVersion", json_string("v1"));
    }
    return entry;
}

static void add_group(json_t *groups, const char *group)
{
    size_t index;
    json_t *entry;
    json_array_foreach(groups, index, entry) {
        if (strcmp(demo_json_text(entry, "name"), group) == 0)
            return;
    }
    entry = make_group(group);
    if (entry != NULL)
        json_array_append_new(groups, entry);
}

json_t *demo_discovery_groups(void)
{
    json_t *groups = json_array();
    for (enum demo_kind_id id = 0; id < DEMO_KIND_COUNT; id++)
        add_group(groups, demo_kinds_at(id)->group);
    for (size_t i = 0; i < ARRAY_LENGTH(reviews); i++)
        add_group(groups, reviews[i].group);
    return json_pack("{s:s, s:s, s:o}", "kind", "APIGroupList", "apiVersion", "v1", "groups", groups);
}

/* ---- resources ---- */

static json_t *names_array(const char *const *names)
{
    json_t *array = json_array();
    for (size_t i = 0; i < DEMO_KIND_NAMES_MAX && names[i] != NULL; i++)
        json_array_append_new(array, json_string(names[i]));
    return array;
}

static json_t *resource_entry(const struct demo_kind *kind)
{
    json_t *entry = json_pack("{s:s, s:s, s:b, s:s, s:[s,s,s,s,s,s,s]}", "name", kind->plural, "singularName",
                              kind->singular, "namespaced", (int)kind->namespaced, "kind", kind->kind, "verbs", "create",
                              "delete", "get", "list", "patch", "update", "watch");
    if (kind->short_names[0] != NULL)
        json_object_set_new(entry, "shortNames", names_array(kind->short_names));
    if (kind->categories[0] != NULL)
        json_object_set_new(entry, "categories", names_array(kind->categories));
    json_object_set_new(entry, "storageVersionHash", json_sprintf("%08x", (unsigned)demo_kinds_id(kind) * 2654435761u));
    return entry;
}

static json_t *subresource_entry(const struct demo_kind *kind, const char *subresource)
{
    json_t *entry = json_pack("{s:o, s:s, s:b, s:s, s:[s,s,s]}", "name", json_sprintf("%s/%s", kind->plural, subresource),
                              "singularName", "", "namespaced", (int)kind->namespaced, "kind", kind->kind, "verbs", "get",
                              "patch", "update");
    if (strcmp(subresource, "scale") == 0) {
        json_object_set_new(entry, "group", json_string("autoscaling"));
        json_object_set_new(entry, "version", json_string("v1"));
        json_object_set_new(entry, "kind", json_string("Scale"));
    }
    if (strcmp(subresource, "log") == 0)
        json_object_set_new(entry, "verbs", json_pack("[s]", "get"));
    return entry;
}

static bool is_scalable(const struct demo_kind *kind)
{
    enum demo_kind_id id = demo_kinds_id(kind);
    return id == DEMO_KIND_DEPLOYMENT || id == DEMO_KIND_STATEFULSET || id == DEMO_KIND_REPLICASET;
}

static void add_kind(json_t *resources, const struct demo_kind *kind)
{
    json_array_append_new(resources, resource_entry(kind));
    if (demo_kinds_id(kind) == DEMO_KIND_POD)
        json_array_append_new(resources, subresource_entry(kind, "log"));
    if (is_scalable(kind))
        json_array_append_new(resources, subresource_entry(kind, "scale"));
    if (kind->has_status)
        json_array_append_new(resources, subresource_entry(kind, "status"));
}

json_t *demo_discovery_resources(const char *group, const char *version)
{
    json_t *resources = json_array();
    for (enum demo_kind_id id = 0; id < DEMO_KIND_COUNT; id++) {
        const struct demo_kind *kind = demo_kinds_at(id);
        if (strcmp(kind->group, group) == 0 && demo_kinds_serves(kind, version))
            add_kind(resources, kind);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(reviews); i++) {
        if (strcmp(reviews[i].group, group) == 0 && strcmp(reviews[i].version, version) == 0)
            json_array_append_new(resources, json_pack("{s:s, s:s, s:b, s:s, s:[s]}", "name", reviews[i].name,
                                                       "singularName", "", "namespaced", (int)reviews[i].namespaced,
                                                       "kind", reviews[i].kind, "verbs", "create"));
    }
    if (json_array_size(resources) == 0) {
        json_decref(resources);
        return NULL;
    }
    return json_pack("{s:s, s:s, s:o, s:o}", "kind", "APIResourceList", "apiVersion", "v1", "groupVersion",
                     json_sprintf("%s%s%s", group, group[0] == '\0' ? "" : "/", version), "resources", resources);
}

/* ---- OpenAPI ---- */

static char *path_of(const struct demo_kind *kind, const char *version)
{
    return alloc_printf("%s%s/%s/%s%s/{name}", kind->group[0] == '\0' ? "/api" : "/apis/", kind->group, version,
                        kind->namespaced ? "namespaces/{namespace}/" : "", kind->plural);
}

/* Calls `visit` for every kind in every version it is served in. */
static void each_version(void (*visit)(const struct demo_kind *kind, const char *version, void *context), void *context)
{
    for (enum demo_kind_id id = 0; id < DEMO_KIND_COUNT; id++) {
        const struct demo_kind *kind = demo_kinds_at(id);
        visit(kind, kind->version, context);
        for (size_t i = 0; i < DEMO_KIND_NAMES_MAX && kind->other_versions[i] != NULL; i++)
            visit(kind, kind->other_versions[i], context);
    }
}

static void add_json_path(const struct demo_kind *kind, const char *version, void *paths)
{
    static const char *const parameters[] = {"dryRun", "fieldManager", "fieldValidation"};
    json_t *list = json_array();
    for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}", "in", "query", "name", parameters[i], "type",
                                              "string", "uniqueItems", 1));
    json_t *operation = json_pack(
        "{s:o, s:{s:{s:s}}, s:s, s:{s:s, s:s, s:s}}", "parameters", list, "responses", "200", "description", "OK",
        "x-kubernetes-action", "patch", "x-kubernetes-group-version-kind", "group", kind->group, "version", version,
        "kind", kind->kind);
    char *path = path_of(kind, version);
    json_object_set_new(paths, path, json_pack("{s:o}", "patch", operation));
    free(path);
}

json_t *demo_discovery_openapi(const char *git_version)
{
    json_t *paths = json_object();
    each_version(add_json_path, paths);
    return json_pack("{s:s, s:{s:s, s:s}, s:o, s:{}}", "swagger", "2.0", "info", "title", "Kubernetes", "version",
                     git_version, "paths", paths, "definitions");
}

#define PROTOBUF_MAX (4u << 20)

static void put_varint(struct bytebuf *out, uint64_t value)
{
    while (value >= 0x80) {
        bytebuf_append_byte(out, (char)(value | 0x80));
        value >>= 7;
    }
    bytebuf_append_byte(out, (char)value);
}

static void put_bytes(struct bytebuf *out, unsigned field, struct span bytes)
{
    put_varint(out, field << 3 | 2);
    put_varint(out, bytes.length);
    bytebuf_append_span(out, bytes);
}

static void put_text(struct bytebuf *out, unsigned field, const char *text)
{
    put_bytes(out, field, span_of(text));
}

/* Puts `inner` as a message field and empties it. */
static void put_message(struct bytebuf *out, unsigned field, struct bytebuf *inner)
{
    put_bytes(out, field, bytebuf_span(inner));
    bytebuf_clear(inner);
}

/* ParametersItem{parameter: Parameter{non_body: NonBodyParameter{query: {in, name, type}}}} of an Operation. */
static void put_query_parameter(struct bytebuf *operation, const char *name)
{
    struct bytebuf layers[2];
    bytebuf_init(&layers[0], 4096);
    bytebuf_init(&layers[1], 4096);
    put_text(&layers[0], 2, "query");
    put_text(&layers[0], 4, name);
    put_text(&layers[0], 6, "string");
    put_message(&layers[1], 3, &layers[0]); /* query_parameter_sub_schema */
    put_message(&layers[0], 2, &layers[1]); /* non_body_parameter */
    put_message(&layers[1], 1, &layers[0]); /* parameter */
    put_message(operation, 8, &layers[1]);
    bytebuf_done(&layers[0]);
    bytebuf_done(&layers[1]);
}

static void put_kind_extension(struct bytebuf *operation, const struct demo_kind *kind, const char *version)
{
    struct bytebuf yaml, any, named;
    bytebuf_init(&yaml, 4096);
    bytebuf_init(&any, 4096);
    bytebuf_init(&named, 4096);
    bytebuf_printf(&yaml, "group: \"%s\"\nversion: %s\nkind: %s\n", kind->group, version, kind->kind);
    put_message(&any, 2, &yaml);
    put_text(&named, 1, "x-kubernetes-group-version-kind");
    put_message(&named, 2, &any);
    put_message(operation, 13, &named);
    bytebuf_done(&yaml);
    bytebuf_done(&any);
    bytebuf_done(&named);
}

static void add_protobuf_path(const struct demo_kind *kind, const char *version, void *context)
{
    struct bytebuf *paths = context;
    struct bytebuf operation, item, named;
    bytebuf_init(&operation, 65536);
    bytebuf_init(&item, 65536);
    bytebuf_init(&named, 65536);
    put_query_parameter(&operation, "dryRun");
    put_query_parameter(&operation, "fieldManager");
    put_query_parameter(&operation, "fieldValidation");
    put_kind_extension(&operation, kind, version);
    put_message(&item, 8, &operation); /* PathItem.patch */
    char *path = path_of(kind, version);
    put_text(&named, 1, path);
    free(path);
    put_message(&named, 2, &item);
    put_message(paths, 2, &named);
    bytebuf_done(&operation);
    bytebuf_done(&item);
    bytebuf_done(&named);
}

void demo_discovery_openapi_protobuf(struct bytebuf *out, const char *git_version)
{
    struct bytebuf part;
    bytebuf_init(&part, PROTOBUF_MAX);
    put_text(out, 1, "2.0");
    put_text(&part, 1, "Kubernetes");
    put_text(&part, 2, git_version);
    put_message(out, 2, &part);
    each_version(add_protobuf_path, &part);
    put_message(out, 8, &part);
    bytebuf_done(&part);
}
