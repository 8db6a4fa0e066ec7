/* Discovery documents as two flat arrays: which group versions were read, and which resources they hold. */
#include "sovereign/discovery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/sanitize.h"
#include "decode/json_reader.h"

struct document {
    char path[DISCOVERY_PATH_MAX];
    bool is_read;
    bool is_broken; /* read as far as that goes */
};

struct discovery {
    ARRAY(struct document) documents; /* in the server's order of preference */
    ARRAY(struct discovery_resource) resources;
    bool groups_read;
    bool groups_refused;
    struct json_reader *reader;
};

struct discovery *discovery_new(void)
{
    struct discovery *discovery = alloc_new(struct discovery);
    discovery->reader = json_reader_new();
    return discovery;
}

void discovery_free(struct discovery *discovery)
{
    if (discovery == NULL)
        return;
    discovery_clear(discovery);
    json_reader_free(discovery->reader);
    free(discovery);
}

void discovery_clear(struct discovery *discovery)
{
    ARRAY_FREE(&discovery->documents);
    ARRAY_FREE(&discovery->resources);
    discovery->groups_read = discovery->groups_refused = false;
}

static struct document *find_document(const struct discovery *discovery, const char *path)
{
    for (size_t i = 0; i < discovery->documents.count; i++)
        if (strcmp(discovery->documents.items[i].path, path) == 0)
            return &discovery->documents.items[i];
    return NULL;
}

static struct document *need_document(struct discovery *discovery, const char *path)
{
    struct document *document = find_document(discovery, path);
    if (document != NULL || discovery->documents.count == DISCOVERY_DOCUMENTS_MAX)
        return document;
    struct document added = {.is_read = false};
    snprintf(added.path, sizeof added.path, "%s", path);
    ARRAY_PUSH(&discovery->documents, added);
    return &discovery->documents.items[discovery->documents.count - 1];
}

static void copy(char *out, size_t size, struct json_value value)
{
    struct span text = json_reader_string(value);
    sanitize_line_into(out, size, text.data, text.length);
}

static bool has_verb(struct json_value verbs, const char *verb)
{
    struct json_iterator it = json_reader_iterate(verbs);
    while (json_reader_next(&it))
        if (span_equals_text(json_reader_string(it.value), verb))
            return true;
    return false;
}

static void copy_short_names(struct discovery_resource *resource, struct json_value names)
{
    struct json_iterator it = json_reader_iterate(names);
    while (json_reader_next(&it)) {
        size_t length = strlen(resource->short_names);
        char name[32];
        copy(name, sizeof name, it.value);
        if (length + strlen(name) + 2 < sizeof resource->short_names)
            snprintf(resource->short_names + length, sizeof resource->short_names - length, "%s%s", length > 0 ? " " : "", name);
    }
}

/* What both forms have in common. */
static void push_resource(struct discovery *discovery, struct discovery_resource *resource, const char *group, const char *version,
                          struct json_value entry)
{
    if (resource->plural[0] == '\0' || strchr(resource->plural, '/') != NULL ||
        discovery->resources.count == DISCOVERY_RESOURCES_MAX)
        return;
    snprintf(resource->group, sizeof resource->group, "%s", group);
    snprintf(resource->version, sizeof resource->version, "%s", version);
    resource->can_list = has_verb(json_reader_get(entry, "verbs"), "list");
    resource->can_watch = has_verb(json_reader_get(entry, "verbs"), "watch");
    copy_short_names(resource, json_reader_get(entry, "shortNames"));
    ARRAY_PUSH(&discovery->resources, *resource);
}

/* An entry of an APIResourceList. */
static void take_resource(struct discovery *discovery, const char *group, const char *version, struct json_value entry)
{
    struct discovery_resource resource = {0};
    copy(resource.plural, sizeof resource.plural, json_reader_get(entry, "name"));
    copy(resource.singular, sizeof resource.singular, json_reader_get(entry, "singularName"));
    copy(resource.kind, sizeof resource.kind, json_reader_get(entry, "kind"));
    resource.namespaced = json_reader_bool(json_reader_get(entry, "namespaced"), false);
    push_resource(discovery, &resource, group, version, entry);
}

/* The same in an APIGroupDiscoveryList. */
static void take_aggregated_resource(struct discovery *discovery, const char *group, const char *version, struct json_value entry)
{
    struct discovery_resource resource = {0};
    copy(resource.plural, sizeof resource.plural, json_reader_get(entry, "resource"));
    copy(resource.singular, sizeof resource.singular, json_reader_get(entry, "singularResource"));
    copy(resource.kind, sizeof resource.kind, json_reader_get(json_reader_get(entry, "responseKind"), "kind"));
    resource.namespaced = span_equals_text(json_reader_string(json_reader_get(entry, "scope")), "Namespaced");
    push_resource(discovery, &resource, group, version, entry);
}

/* "/apis/apps/v1" is apps and v1, "/api/v1" is "" and v1. */
static bool split_path(const char *path, char group[96], char version[32])
{
    group[0] = '\0';
    if (sscanf(path, "/api/%31[^/]", version) == 1)
        return true;
    return sscanf(path, "/apis/%95[^/]/%31[^/]", group, version) == 2;
}

static void take_groups(struct discovery *discovery, struct json_value root)
{
    struct json_iterator groups = json_reader_iterate(json_reader_get(root, "groups"));
    while (json_reader_next(&groups)) {
        struct json_iterator versions = json_reader_iterate(json_reader_get(groups.value, "versions"));
        while (json_reader_next(&versions)) {
            char group_version[DISCOVERY_PATH_MAX - 8], path[DISCOVERY_PATH_MAX];
            copy(group_version, sizeof group_version, json_reader_get(versions.value, "groupVersion"));
            snprintf(path, sizeof path, "/apis/%s", group_version);
            need_document(discovery, path);
        }
    }
    discovery->groups_read = true;
}

static void take_aggregated_version(struct discovery *discovery, const char *group, struct json_value entry)
{
    char version[DISCOVERY_VERSION_MAX], path[DISCOVERY_PATH_MAX];
    copy(version, sizeof version, json_reader_get(entry, "version"));
    snprintf(path, sizeof path, "%s%s/%s", group[0] != '\0' ? "/apis/" : "/api", group, version);
    struct document *document = need_document(discovery, path);
    if (document == NULL || document->is_read)
        return;
    document->is_read = true;
    document->is_broken = span_equals_text(json_reader_string(json_reader_get(entry, "freshness")), "Stale");
    struct json_iterator it = json_reader_iterate(json_reader_get(entry, "resources"));
    while (json_reader_next(&it))
        take_aggregated_resource(discovery, group, version, it.value);
}

/* Groups come in the server's order of preference, and so do the versions of each. */
static void take_aggregated(struct discovery *discovery, struct json_value root)
{
    struct json_iterator groups = json_reader_iterate(json_reader_get(root, "items"));
    while (json_reader_next(&groups)) {
        char group[96];
        copy(group, sizeof group, json_reader_get(json_reader_get(groups.value, "metadata"), "name"));
        struct json_iterator versions = json_reader_iterate(json_reader_get(groups.value, "versions"));
        while (json_reader_next(&versions))
            take_aggregated_version(discovery, group, versions.value);
    }
    discovery->groups_read = true;
}

static enum status take_all(struct discovery *discovery, int code, struct json_value root, struct error *err)
{
    struct span kind = json_reader_string(json_reader_get(root, "kind"));
    if (span_equals_text(kind, "APIGroupDiscoveryList"))
        take_aggregated(discovery, root);
    else if (code == 404 || json_reader_kind(json_reader_get(root, "groups")) == JSON_KIND_ARRAY)
        take_groups(discovery, root);
    else
        return error_set(err, STATUS_INVALID, "/apis: the reply is no list of groups");
    return STATUS_OK;
}

static enum status take_version(struct discovery *discovery, const char *path, struct json_value root, struct error *err)
{
    char group[96], version[32];
    if (!split_path(path, group, version))
        return error_set(err, STATUS_INVALID, "%s is not a discovery document", path);
    struct document *document = need_document(discovery, path);
    if (document == NULL)
        return error_set(err, STATUS_TOO_BIG, "more than %d group versions", DISCOVERY_DOCUMENTS_MAX);
    if (document->is_read)
        return STATUS_OK;
    document->is_read = true;
    struct json_iterator it = json_reader_iterate(json_reader_get(root, "resources"));
    while (json_reader_next(&it))
        take_resource(discovery, group, version, it.value);
    return STATUS_OK;
}

enum status discovery_take(struct discovery *discovery, const char *path, int code, struct span body, struct error *err)
{
    struct json_value root = {0};
    if (code / 100 == 2) {
        enum status status = json_reader_parse(discovery->reader, body, &root, err);
        if (status != STATUS_OK)
            return error_prefix(err, "%s", path);
    }
    if (strcmp(path, "/apis") == 0)
        return take_all(discovery, code, root, err);
    if (code / 100 == 2 && json_reader_kind(json_reader_get(root, "resources")) == JSON_KIND_ABSENT)
        return error_set(err, STATUS_INVALID, "%s: the reply is no resource list", path);
    return take_version(discovery, path, root, err);
}

void discovery_break(struct discovery *discovery, const char *path)
{
    struct document *document = need_document(discovery, path);
    if (document != NULL && !document->is_read)
        document->is_read = document->is_broken = true;
}

void discovery_without_groups(struct discovery *discovery)
{
    discovery->groups_refused = true;
}

static const struct discovery_resource *find_resource(const struct discovery *discovery, const char *group, const char *version,
                                                      const char *plural)
{
    for (size_t i = 0; i < discovery->resources.count; i++) {
        const struct discovery_resource *resource = &discovery->resources.items[i];
        if (strcmp(resource->plural, plural) == 0 && strcmp(resource->group, group) == 0 && strcmp(resource->version, version) == 0)
            return resource;
    }
    return NULL;
}

/* One version of a kind: UNKNOWN with the path to ask for, or what is known about it. */
static enum discovery_answer look_up(const struct discovery *discovery, const struct kind *kind, const char *version,
                                     char missing[DISCOVERY_PATH_MAX])
{
    snprintf(missing, DISCOVERY_PATH_MAX, "%s%s/%s", kind->group[0] != '\0' ? "/apis/" : "/api", kind->group, version);
    const struct document *document = find_document(discovery, missing);
    bool has_groups = discovery->groups_read || discovery->groups_refused || kind->group[0] == '\0';
    if (document == NULL && !has_groups) {
        snprintf(missing, DISCOVERY_PATH_MAX, "/apis");
        return DISCOVERY_ANSWER_UNKNOWN;
    }
    if (document == NULL && discovery->groups_read && kind->group[0] != '\0')
        return DISCOVERY_ANSWER_ABSENT;
    if (document == NULL || !document->is_read)
        return DISCOVERY_ANSWER_UNKNOWN;
    if (find_resource(discovery, kind->group, version, kind->plural) != NULL)
        return DISCOVERY_ANSWER_SERVED;
    return document->is_broken ? DISCOVERY_ANSWER_BROKEN : DISCOVERY_ANSWER_ABSENT;
}

enum discovery_answer discovery_version(const struct discovery *discovery, const struct kind *kind,
                                        char version[DISCOVERY_VERSION_MAX], char missing[DISCOVERY_PATH_MAX])
{
    char wanted[128], broken[DISCOVERY_PATH_MAX] = "";
    snprintf(wanted, sizeof wanted, "%s %s", kind->version, kind->versions != NULL ? kind->versions : "");
    struct span rest = span_of(wanted), part;
    while (span_split(&rest, ' ', &part)) {
        char name[32];
        if (part.length == 0)
            continue;
        snprintf(name, sizeof name, "%.*s", SPAN_PRINT(part));
        enum discovery_answer answer = look_up(discovery, kind, name, missing);
        if (answer == DISCOVERY_ANSWER_SERVED)
            snprintf(version, DISCOVERY_VERSION_MAX, "%s", name);
        if (answer == DISCOVERY_ANSWER_SERVED || answer == DISCOVERY_ANSWER_UNKNOWN)
            return answer;
        if (answer == DISCOVERY_ANSWER_BROKEN && broken[0] == '\0')
            memcpy(broken, missing, sizeof broken);
    }
    if (broken[0] == '\0')
        return DISCOVERY_ANSWER_ABSENT;
    memcpy(missing, broken, sizeof broken);
    return DISCOVERY_ANSWER_BROKEN;
}

static bool same_word(struct span a, const char *b)
{
    return a.length > 0 && a.length == strlen(b) && span_contains_folded(a, span_of(b));
}

static bool has_name(const struct discovery_resource *resource, struct span word)
{
    char full[200];
    snprintf(full, sizeof full, "%s.%s", resource->plural, resource->group);
    return same_word(word, resource->plural) || same_word(word, resource->singular) || same_word(word, resource->kind) ||
           same_word(word, full);
}

static bool has_short_name(const struct discovery_resource *resource, struct span word)
{
    struct span rest = span_of(resource->short_names), name;
    while (span_split(&rest, ' ', &name))
        if (name.length > 0 && name.length == word.length && span_contains_folded(name, word))
            return true;
    return false;
}

/* Documents are read in any order; the first one in order of preference decides. */
static const struct discovery_resource *search(const struct discovery *discovery, struct span word,
                                               bool (*matches)(const struct discovery_resource *resource, struct span word))
{
    for (size_t d = 0; d < discovery->documents.count; d++) {
        char group[96], version[32];
        if (!split_path(discovery->documents.items[d].path, group, version))
            continue;
        for (size_t i = 0; i < discovery->resources.count; i++) {
            const struct discovery_resource *resource = &discovery->resources.items[i];
            if (resource->can_list && strcmp(resource->group, group) == 0 && strcmp(resource->version, version) == 0 &&
                matches(resource, word))
                return resource;
        }
    }
    return NULL;
}

static bool find_missing(const struct discovery *discovery, char missing[DISCOVERY_PATH_MAX])
{
    const struct document *core = find_document(discovery, "/api/v1");
    if (core == NULL || !core->is_read) {
        snprintf(missing, DISCOVERY_PATH_MAX, "/api/v1");
        return true;
    }
    if (!discovery->groups_read && !discovery->groups_refused) {
        snprintf(missing, DISCOVERY_PATH_MAX, "/apis");
        return true;
    }
    for (size_t i = 0; i < discovery->documents.count; i++)
        if (!discovery->documents.items[i].is_read) {
            snprintf(missing, DISCOVERY_PATH_MAX, "%s", discovery->documents.items[i].path);
            return true;
        }
    return false;
}

enum discovery_answer discovery_find(const struct discovery *discovery, const char *word, const struct discovery_resource **ret,
                                     char missing[DISCOVERY_PATH_MAX])
{
    if (find_missing(discovery, missing))
        return DISCOVERY_ANSWER_UNKNOWN;
    const struct discovery_resource *resource = search(discovery, span_of(word), has_name);
    if (resource == NULL)
        resource = search(discovery, span_of(word), has_short_name);
    if (resource == NULL)
        return DISCOVERY_ANSWER_ABSENT;
    *ret = resource;
    return DISCOVERY_ANSWER_SERVED;
}

const char *discovery_broken(const struct discovery *discovery)
{
    for (size_t i = 0; i < discovery->documents.count; i++)
        if (discovery->documents.items[i].is_broken)
            return discovery->documents.items[i].path;
    return NULL;
}

size_t discovery_count(const struct discovery *discovery)
{
    return discovery->resources.count;
}

const struct discovery_resource *discovery_at(const struct discovery *discovery, size_t index)
{
    return &discovery->resources.items[index];
}
