/* Substring tests on an object's compact text. */
#include "demo/demo_flux_scan.h"

#include <stdio.h>
#include <stdlib.h>
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

bool demo_flux_scan_is_deleting(const struct demo_object *object)
{
    struct span metadata = demo_object_metadata(object);
    return span_contains(metadata, "\"deletionTimestamp\":");
}

bool demo_flux_scan_is_requested(const struct demo_object *object)
{
    return has(object, "\"reconcile.fluxcd.io/requestedAt\":");
}

/* The number behind the last `key` of the text; -1 when it is not there. Of observedGeneration the last one is the
 * status's own: those of the conditions come before it. */
static long last_number(struct span text, const char *key)
{
    const char *found = NULL;
    size_t length = strlen(key);
    for (const char *at = text.data; (at = memmem(at, (size_t)(text.data + text.length - at), key, length)) != NULL;
         at += length)
        found = at + length;
    return found != NULL ? strtol(found, NULL, 10) : -1;
}

bool demo_flux_scan_is_behind(const struct demo_object *object)
{
    size_t end = DEMO_OBJECT_METADATA_AT + object->metadata_length;
    struct span rest = span_make(object->body + end, object->body_length - end);
    return last_number(demo_object_metadata(object), "\"generation\":") != last_number(rest, "\"observedGeneration\":");
}

bool demo_flux_scan_depends_on(const struct demo_object *object, const char *name)
{
    char needle[300];
    snprintf(needle, sizeof needle, "{\"name\":\"%s\"}", name);
    return has(object, "\"dependsOn\":[") && has(object, needle);
}
