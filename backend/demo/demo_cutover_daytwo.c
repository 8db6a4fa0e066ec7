/* Deployment cutover-daytwo-harbor-reconciler: a request ConfigMap becomes a delivery (cutover contract 2.2). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_build.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_json.h"

#define PREFIX "self-sovereign-cutover-daytwo"
#define REFS_MAX 50

static struct demo_store *store_of(struct demo_world *world)
{
    return world->stores[DEMO_WORLD_PRIMARY];
}

static json_t *get(struct demo_world *world, const char *name)
{
    return demo_store_get(store_of(world), DEMO_KIND_CONFIGMAP, DEMO_CUTOVER_NAMESPACE, name);
}

static void put(struct demo_world *world, const char *name, json_t *take_data)
{
    json_t *document = demo_build_object(DEMO_CUTOVER_NAMESPACE, name,
                                         json_pack("{s:s}", "app.kubernetes.io/part-of", "self-sovereign-cutover"), 0);
    json_object_set_new(document, "data", take_data);
    demo_store_put(store_of(world), DEMO_KIND_CONFIGMAP, document, "cutover-daytwo-harbor-reconciler");
}

static int count_refs(const char *scope)
{
    int count = 0;
    struct span rest = span_of(scope), part;
    while (span_split(&rest, '\n', &part))
        count += part.length > 0;
    return count;
}

static void deliver(struct demo_world *world, const json_t *request, const json_t *before)
{
    char now[TIMESTAMP_TEXT_MAX];
    timestamp_format(now, clock_wall_ms());
    const char *id = demo_json_text(request, "data.requestId"), *scope = demo_json_text(request, "data.scope");
    int refs = count_refs(scope);
    bool is_refused = refs == 0 || refs > REFS_MAX;
    const json_t *old = json_object_get(json_object_get(before, "data"), "audit.log");
    char *log = alloc_printf("%s%s %s by %s: %s\n", json_is_string(old) ? json_string_value(old) : "", now, id,
                             demo_json_text(request, "data.requestedBy"),
                             is_refused ? "refused: 1 to 50 refs, ALL_MISSING or CATALOG" : "delivered");
    put(world, PREFIX "-delivery", json_pack("{s:s, s:s, s:s, s:s}", "requestId", id, "state",
                                             is_refused ? "refused" : "delivered", "finishedAt", now, "audit.log", log));
    free(log);
    if (!is_refused)
        put(world, PREFIX "-missing", json_pack("{s:s}", "missing", "ALL_PINS_PRESENT\n"));
}

void demo_cutover_daytwo_tick(struct demo_world *world)
{
    json_t *request = get(world, PREFIX "-request");
    json_t *before = get(world, PREFIX "-delivery");
    const char *id = demo_json_text(request, "data.requestId");
    if (id[0] && strcmp(id, demo_json_text(before, "data.requestId")) != 0)
        deliver(world, request, before);
    json_decref(before);
    json_decref(request);
}
