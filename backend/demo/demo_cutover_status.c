/* The status ConfigMap: all values are strings, empty means unset (cutover contract 3.3). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "demo/demo_cutover_run.h"
#include "demo/demo_json.h"

static enum status edit_data(json_t *document, void *context, struct error *err)
{
    json_t *data = json_object_get(document, "data");
    if (!data) {
        data = json_object();
        json_object_set_new(document, "data", data);
    }
    json_object_update(data, context);
    return STATUS_OK;
}

static void update(struct demo_world *world, json_t *take_values)
{
    demo_store_update(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CONFIGMAP, DEMO_CUTOVER_NAMESPACE,
                      DEMO_CUTOVER_STATUS, edit_data, take_values, "catalyst-api");
    json_decref(take_values);
}

void demo_cutover_status_set(struct demo_world *world, ...)
{
    json_t *values = json_object();
    va_list args;
    va_start(args, world);
    const char *key = NULL;
    while ((key = va_arg(args, const char *)))
        json_object_set_new(values, key, json_string(va_arg(args, const char *)));
    va_end(args);
    update(world, values);
}

void demo_cutover_status_set_step(struct demo_world *world, const char *step, const char *field, const char *value)
{
    char key[192];
    snprintf(key, sizeof key, "step.%s.%s", step, field);
    demo_cutover_status_set(world, key, value, NULL);
}

json_t *demo_cutover_status_data(struct demo_world *world)
{
    json_t *document = demo_store_get(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CONFIGMAP, DEMO_CUTOVER_NAMESPACE,
                                      DEMO_CUTOVER_STATUS);
    if (!document)
        return NULL;
    json_t *data = json_object_get(document, "data");
    data = data ? json_incref(data) : json_object();
    json_decref(document);
    return data;
}

void demo_cutover_status_get(struct demo_world *world, const char *key, char *out, size_t size)
{
    json_t *data = demo_cutover_status_data(world);
    const char *value = json_string_value(json_object_get(data, key));
    snprintf(out, size, "%s", value ? value : "");
    json_decref(data);
}

void demo_cutover_status_get_step(struct demo_world *world, const char *step, const char *field, char *out, size_t size)
{
    char key[192];
    snprintf(key, sizeof key, "step.%s.%s", step, field);
    demo_cutover_status_get(world, key, out, size);
}
