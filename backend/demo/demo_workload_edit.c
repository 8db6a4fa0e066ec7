/* Environment, annotations and images of workload templates. */
#include "demo/demo_workload_edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "demo/demo_json.h"

struct variable {
    const char *name, *value;
};

static void set_variable(json_t *container, const struct variable *variable)
{
    json_t *env = json_object_get(container, "env");
    if (!env) {
        env = json_array();
        json_object_set_new(container, "env", env);
    }
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach(env, index, entry) {
        if (strcmp(demo_json_text(entry, "name"), variable->name) != 0)
            continue;
        json_object_set_new(entry, "value", json_string(variable->value));
        return;
    }
    json_array_append_new(env, json_pack("{s:s, s:s}", "name", variable->name, "value", variable->value));
}

static enum status edit_env(json_t *workload, void *context, struct error *err)
{
    size_t index = 0;
    json_t *container = NULL;
    json_array_foreach(demo_json_at(workload, "spec.template.spec.containers"), index, container)
        set_variable(container, context);
    return STATUS_OK;
}

bool demo_workload_edit_env(struct demo_world *world, int region, const char *name_space, const char *name,
                            const char *variable, const char *value, const char *manager)
{
    struct variable edit = {variable, value};
    return demo_store_update(world->stores[region], DEMO_KIND_DEPLOYMENT, name_space, name, edit_env, &edit, manager) ==
           STATUS_OK;
}

static enum status edit_annotation(json_t *workload, void *context, struct error *err)
{
    const struct variable *variable = context;
    if (!demo_json_at(workload, "spec.template.metadata.annotations"))
        demo_json_set(workload, "spec.template.metadata.annotations", json_object());
    json_object_set_new(demo_json_at(workload, "spec.template.metadata.annotations"), variable->name,
                        json_string(variable->value));
    return STATUS_OK;
}

bool demo_workload_edit_annotation(struct demo_world *world, int region, enum demo_kind_id kind, const char *name_space,
                                   const char *name, const char *key, const char *value, const char *manager)
{
    struct variable edit = {key, value};
    return demo_store_update(world->stores[region], kind, name_space, name, edit_annotation, &edit, manager) ==
           STATUS_OK;
}

struct host_project {
    const char *host, *project; /* project NULL: the same path on harbor.<fqdn> */
};

char *demo_workload_edit_local_image(const char *image)
{
    /* Public registries stay as they are written: the node's mirror redirects them. */
    static const struct host_project HOSTS[] = {{"ghcr.io/", "proxy-ghcr/"}, {"harbor.openova.io/", NULL}};
    for (size_t i = 0; i < ARRAY_LENGTH(HOSTS); i++) {
        size_t length = strlen(HOSTS[i].host);
        if (strncmp(image, HOSTS[i].host, length) != 0)
            continue;
        if (!HOSTS[i].project)
            return alloc_printf("harbor." DEMO_WORLD_FQDN "/%s", image + length);
        return alloc_printf("registry." DEMO_WORLD_FQDN "/%s%s", HOSTS[i].project, image + length);
    }
    return NULL;
}

static enum status edit_images(json_t *workload, void *context, struct error *err)
{
    json_t *before = json_object();
    size_t index = 0;
    json_t *container = NULL;
    json_array_foreach(demo_json_at(workload, "spec.template.spec.containers"), index, container) {
        const char *image = demo_json_text(container, "image");
        char *local = demo_workload_edit_local_image(image);
        if (!local)
            continue;
        json_object_set_new(before, demo_json_text(container, "name"), json_string(image));
        json_object_set_new(container, "image", json_string(local));
        free(local);
    }
    if (json_object_size(before) == 0) {
        json_decref(before);
        return error_set(err, STATUS_NOT_FOUND, "no image to change");
    }
    char *text = demo_json_dump(before);
    json_decref(before);
    if (!demo_json_at(workload, "metadata.annotations"))
        demo_json_set(workload, "metadata.annotations", json_object());
    json_object_set_new(demo_json_at(workload, "metadata.annotations"), "bp.openova.io/cutover-podspec-preimage",
                        json_string(text));
    free(text);
    return STATUS_OK;
}

bool demo_workload_edit_images(struct demo_world *world, int region, enum demo_kind_id kind, const char *name_space,
                               const char *name, const char *manager)
{
    return demo_store_update(world->stores[region], kind, name_space, name, edit_images, NULL, manager) == STATUS_OK;
}
