/* All groups, versions and resources in one document: the plain documents, put together anew. */
#include <stdio.h>
#include <string.h>

#include "demo/demo_discovery.h"
#include "demo/demo_json.h"

/* Clients list what they know, best first, with parameters; the first one we have is it. */
const char *demo_discovery_aggregated_version(const char *accept)
{
    static const char *const VERSIONS[] = {"v2", "v2beta1"};
    const char *best = NULL, *first = NULL;
    for (size_t i = 0; accept != NULL && i < sizeof VERSIONS / sizeof VERSIONS[0]; i++) {
        char words[64];
        snprintf(words, sizeof words, "g=apidiscovery.k8s.io;v=%s;as=APIGroupDiscoveryList", VERSIONS[i]);
        const char *found = strstr(accept, words);
        if (found != NULL && (first == NULL || found < first)) {
            first = found;
            best = VERSIONS[i];
        }
    }
    return best;
}

static json_t *response_kind(const json_t *entry, const char *group, const char *version)
{
    const char *own = demo_json_text(entry, "group"), *own_version = demo_json_text(entry, "version");
    return json_pack("{s:s, s:s, s:s}", "group", own[0] != '\0' ? own : group, "version", own_version[0] != '\0' ? own_version : version,
                     "kind", demo_json_text(entry, "kind"));
}

static void add_subresource(json_t *resources, const json_t *entry, const char *group, const char *version)
{
    const char *name = demo_json_text(entry, "name"), *slash = strchr(name, '/');
    size_t index;
    json_t *resource;
    json_array_foreach(resources, index, resource) {
        const char *owner = demo_json_text(resource, "resource");
        if (strlen(owner) != (size_t)(slash - name) || strncmp(owner, name, strlen(owner)) != 0)
            continue;
        if (json_object_get(resource, "subresources") == NULL)
            json_object_set_new(resource, "subresources", json_array());
        json_array_append_new(json_object_get(resource, "subresources"),
                              json_pack("{s:s, s:o, s:O}", "subresource", slash + 1, "responseKind", response_kind(entry, group, version),
                                        "verbs", json_object_get(entry, "verbs")));
    }
}

static json_t *make_resource(const json_t *entry, const char *group, const char *version)
{
    bool is_namespaced = demo_json_bool(entry, "namespaced");
    json_t *resource = json_pack("{s:s, s:o, s:s, s:s, s:O}", "resource", demo_json_text(entry, "name"), "responseKind",
                                 response_kind(entry, group, version), "scope", is_namespaced ? "Namespaced" : "Cluster",
                                 "singularResource", demo_json_text(entry, "singularName"), "verbs", json_object_get(entry, "verbs"));
    static const char *const LISTS[] = {"shortNames", "categories"};
    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++)
        if (json_object_get(entry, LISTS[i]) != NULL)
            json_object_set(resource, LISTS[i], json_object_get(entry, LISTS[i]));
    return resource;
}

static json_t *make_version(const char *group, const char *version)
{
    json_t *document = demo_discovery_resources(group, version), *resources = json_array(), *entry;
    size_t index;
    json_array_foreach(json_object_get(document, "resources"), index, entry) {
        if (strchr(demo_json_text(entry, "name"), '/') == NULL)
            json_array_append_new(resources, make_resource(entry, group, version));
    }
    json_array_foreach(json_object_get(document, "resources"), index, entry) {
        if (strchr(demo_json_text(entry, "name"), '/') != NULL)
            add_subresource(resources, entry, group, version);
    }
    json_decref(document);
    return json_pack("{s:s, s:o, s:s}", "version", version, "resources", resources, "freshness", "Current");
}

static json_t *make_group(const char *name, const json_t *versions)
{
    json_t *list = json_array(), *entry;
    size_t index;
    json_array_foreach(versions, index, entry) {
        json_array_append_new(list, make_version(name, demo_json_text(entry, "version")));
    }
    json_t *metadata = name[0] == '\0' ? json_pack("{s:n}", "creationTimestamp")
                                       : json_pack("{s:s, s:n}", "name", name, "creationTimestamp");
    return json_pack("{s:o, s:o}", "metadata", metadata, "versions", list);
}

json_t *demo_discovery_aggregated(bool is_core, const char *version)
{
    json_t *items = json_array();
    if (is_core) {
        json_t *versions = json_pack("[{s:s}]", "version", "v1");
        json_array_append_new(items, make_group("", versions));
        json_decref(versions);
    } else {
        json_t *groups = demo_discovery_groups(), *group;
        size_t index;
        json_array_foreach(json_object_get(groups, "groups"), index, group) {
            json_array_append_new(items, make_group(demo_json_text(group, "name"), json_object_get(group, "versions")));
        }
        json_decref(groups);
    }
    return json_pack("{s:s, s:o, s:{}, s:o}", "kind", "APIGroupDiscoveryList", "apiVersion",
                     json_sprintf("apidiscovery.k8s.io/%s", version), "metadata", "items", items);
}
