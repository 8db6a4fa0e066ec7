/* Reads, checks and sorts the step ConfigMaps. */
#include "demo/demo_cutover_discovery.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_json.h"

static const char *label(const json_t *document, const char *name)
{
    const char *value = json_string_value(json_object_get(demo_json_at(document, "metadata.labels"), name));
    return value ? value : "";
}

static const char *datum(const json_t *document, const char *name)
{
    const char *value = json_string_value(json_object_get(json_object_get(document, "data"), name));
    return value ? value : "";
}

static bool is_step(const json_t *document)
{
    return strcmp(label(document, "app.kubernetes.io/part-of"), "self-sovereign-cutover") == 0 &&
           strcmp(label(document, "app.kubernetes.io/component"), "cutover-step") == 0;
}

static enum status read_one(const json_t *document, struct demo_cutover_found *ret, struct error *err)
{
    const char *name = demo_json_text(document, "metadata.name");
    int64_t order = 0;
    if (!span_to_int64(span_of(label(document, "bp.openova.io/cutover-order")), &order))
        return error_set(err, STATUS_INVALID,
                         "ConfigMap %s: label bp.openova.io/cutover-order is missing or not an integer", name);
    if (!datum(document, "stepName")[0])
        return error_set(err, STATUS_INVALID, "ConfigMap %s: data key stepName is missing", name);
    bool waits = strcmp(label(document, "bp.openova.io/cutover-mode"), "daemonset-wait") == 0;
    if (!waits && !datum(document, "podSpec")[0])
        return error_set(err, STATUS_INVALID, "ConfigMap %s: data key podSpec is missing", name);
    const char *daemonset = label(document, "bp.openova.io/cutover-daemonset");
    *ret =
        (struct demo_cutover_found){alloc_strdup(name), alloc_strdup(datum(document, "stepName")),
                                    waits ? alloc_strdup(daemonset[0] ? daemonset : datum(document, "stepName")) : NULL,
                                    alloc_strdup(datum(document, "podSpec")), (int)order};
    return STATUS_OK;
}

static int by_order(const void *a, const void *b)
{
    const struct demo_cutover_found *left = a, *right = b;
    return left->order != right->order ? (left->order > right->order) - (left->order < right->order)
                                       : strcmp(left->config_map, right->config_map);
}

enum status demo_cutover_discovery_read(struct demo_world *world, struct demo_cutover_discovery *ret, struct error *err)
{
    *ret = (struct demo_cutover_discovery){0};
    json_t *maps = demo_store_list(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CONFIGMAP, DEMO_CUTOVER_NAMESPACE);
    enum status status = STATUS_OK;
    size_t index = 0;
    json_t *map = NULL;
    json_array_foreach(maps, index, map) {
        if (status != STATUS_OK || !is_step(map) || ret->count == DEMO_CUTOVER_DISCOVERY_MAX)
            continue;
        status = read_one(map, &ret->steps[ret->count], err);
        if (status == STATUS_OK)
            ret->count++;
    }
    json_decref(maps);
    if (status == STATUS_OK && ret->count == 0)
        status = error_set(err, STATUS_NOT_FOUND,
                           "no cutover-step ConfigMaps found in namespace \"%s\" \xE2\x80\x94 "
                           "bp-self-sovereign-cutover not installed?",
                           DEMO_CUTOVER_NAMESPACE);
    if (status != STATUS_OK) {
        demo_cutover_discovery_clear(ret);
        return status;
    }
    qsort(ret->steps, (size_t)ret->count, sizeof *ret->steps, by_order);
    return STATUS_OK;
}

void demo_cutover_discovery_clear(struct demo_cutover_discovery *discovery)
{
    for (int i = 0; i < discovery->count; i++) {
        free(discovery->steps[i].config_map);
        free(discovery->steps[i].name);
        free(discovery->steps[i].daemonset);
        free(discovery->steps[i].pod_spec);
    }
    discovery->count = 0;
}

int demo_cutover_discovery_index(const struct demo_cutover_discovery *discovery, const char *step)
{
    for (int i = 0; i < discovery->count; i++)
        if (strcmp(discovery->steps[i].name, step) == 0)
            return i;
    return -1;
}
