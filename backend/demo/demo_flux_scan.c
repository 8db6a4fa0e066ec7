/* Substring tests on an object's compact text. */
#include "demo/demo_flux_scan.h"

#include <stdio.h>
#include <string.h>

static bool has(const struct demo_object *object, const char *text)
{
    return memmem(object->body, object->body_length, text, strlen(text)) != NULL;
}

bool demo_flux_scan_is_ready(const struct demo_object *object)
{
    return has(object, "\"status\":\"True\",\"type\":\"Ready\"");
}

bool demo_flux_scan_is_busy(const struct demo_object *object)
{
    return has(object, "\"status\":\"True\",\"type\":\"Reconciling\"");
}

bool demo_flux_scan_is_given_up(const struct demo_object *object)
{
    return has(object, "\"status\":\"True\",\"type\":\"Stalled\"");
}

bool demo_flux_scan_is_suspended(const struct demo_object *object)
{
    return has(object, "\"suspend\":true");
}

bool demo_flux_scan_is_waiting(const struct demo_object *object)
{
    return has(object, "\"reason\":\"DependencyNotReady\"");
}

bool demo_flux_scan_depends_on(const struct demo_object *object, const char *name)
{
    char needle[300];
    snprintf(needle, sizeof needle, "{\"name\":\"%s\"}", name);
    return has(object, "\"dependsOn\":[") && has(object, needle);
}
