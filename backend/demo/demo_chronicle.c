/* One ring of event names per region bounds how many Events the store holds. */
#include "demo/demo_chronicle.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_build.h"
#include "demo/demo_json.h"

struct written {
    char *name_space, *name;
};

struct ring {
    struct written entries[DEMO_CHRONICLE_EVENTS_MAX];
    size_t next;
};

struct demo_chronicle {
    pthread_mutex_t lock;
    struct ring rings[DEMO_WORLD_REGIONS];
};

struct demo_chronicle *demo_chronicle_new(void)
{
    struct demo_chronicle *chronicle = alloc_new(struct demo_chronicle);
    pthread_mutex_init(&chronicle->lock, NULL);
    return chronicle;
}

void demo_chronicle_free(struct demo_chronicle *chronicle)
{
    if (!chronicle)
        return;
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        for (size_t i = 0; i < DEMO_CHRONICLE_EVENTS_MAX; i++) {
            free(chronicle->rings[region].entries[i].name_space);
            free(chronicle->rings[region].entries[i].name);
        }
    }
    pthread_mutex_destroy(&chronicle->lock);
    free(chronicle);
}

static void remember(struct demo_world *world, int region, const char *name_space, const char *name)
{
    struct ring *ring = &world->chronicle->rings[region];
    pthread_mutex_lock(&world->chronicle->lock);
    struct written oldest = ring->entries[ring->next];
    ring->entries[ring->next] = (struct written){alloc_strdup(name_space), alloc_strdup(name)};
    ring->next = (ring->next + 1) % DEMO_CHRONICLE_EVENTS_MAX;
    pthread_mutex_unlock(&world->chronicle->lock);
    if (oldest.name)
        demo_store_remove(world->stores[region], DEMO_KIND_EVENT, oldest.name_space, oldest.name);
    free(oldest.name_space);
    free(oldest.name);
}

static enum status count_again(json_t *event, void *context, struct error *err)
{
    json_object_set_new(event, "count", json_integer(demo_json_integer(event, "count", 1) + 1));
    json_object_set_new(event, "lastTimestamp", demo_build_ago(0));
    return STATUS_OK;
}

void demo_chronicle_write(struct demo_world *world, int region, const json_t *object,
                          const struct demo_chronicle_entry *entry)
{
    const char *name = demo_json_text(object, "metadata.name"),
               *name_space = demo_json_text(object, "metadata.namespace");
    if (!name_space[0])
        name_space = "default";
    char purpose[512], event_name[320], hex[17];
    snprintf(purpose, sizeof purpose, "%s %s %s %s", demo_json_text(object, "metadata.uid"), name, entry->reason,
             entry->message);
    struct demo_luck luck = demo_luck_from(world->seed, purpose);
    demo_luck_hex(&luck, hex, 16);
    snprintf(event_name, sizeof event_name, "%s.%s", name, hex);
    if (demo_store_update(world->stores[region], DEMO_KIND_EVENT, name_space, event_name, count_again, NULL,
                          entry->component) == STATUS_OK)
        return;
    json_t *event = demo_build_object(name_space, event_name, NULL, entry->age_seconds);
    json_object_set_new(event, "involvedObject",
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "apiVersion", demo_json_text(object, "apiVersion"),
                                  "kind", demo_json_text(object, "kind"), "namespace",
                                  demo_json_text(object, "metadata.namespace"), "name", name, "uid",
                                  demo_json_text(object, "metadata.uid"), "resourceVersion",
                                  demo_json_text(object, "metadata.resourceVersion")));
    json_object_update_new(event, json_pack("{s:s, s:s, s:s, s:i, s:{s:s}, s:o, s:o, s:n, s:s, s:s}", "type",
                                            entry->type, "reason", entry->reason, "message", entry->message, "count", 1,
                                            "source", "component", entry->component, "firstTimestamp",
                                            demo_build_ago(entry->age_seconds), "lastTimestamp",
                                            demo_build_ago(entry->age_seconds), "eventTime", "reportingComponent",
                                            entry->component, "reportingInstance", ""));
    demo_store_put(world->stores[region], DEMO_KIND_EVENT, event, entry->component);
    remember(world, region, name_space, event_name);
}
