/* The regions' threads: wait for the next change or the next due action, hand both to the tables below. */
#include "demo/demo_life.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "demo/demo_flux_scan.h"
#include "demo/demo_json.h"
#include "demo/demo_life_region.h"

#define WAIT_MS 50

struct demo_life {
    struct demo_life_region regions[DEMO_WORLD_REGIONS];
    pthread_t threads[DEMO_WORLD_REGIONS];
    atomic_bool is_stopping;
};

struct thread_start {
    struct demo_life *life;
    int region;
};

static enum status edit_finalizers(json_t *object, void *context, struct error *err)
{
    json_object_del(json_object_get(object, "metadata"), "finalizers");
    return STATUS_OK;
}

/* The controllers' last act on a deleted object. */
static void finalize(struct demo_life_region *at, const struct demo_life_due *due)
{
    demo_store_update(at->store, due->kind, due->name_space, due->name, edit_finalizers, NULL, "helm-controller");
}

static const demo_life_fn ACTIONS[DEMO_LIFE_ACTION_COUNT] = {
    [DEMO_LIFE_RELEASE_BEGIN] = demo_life_releases_begin,
    [DEMO_LIFE_RELEASE_FINISH] = demo_life_releases_finish,
    [DEMO_LIFE_RELEASE_ROUTINE] = demo_life_releases_routine,
    [DEMO_LIFE_SOURCE_FETCH] = demo_life_sources_fetch,
    [DEMO_LIFE_SOURCE_TICK] = demo_life_sources_tick,
    [DEMO_LIFE_KUSTOMIZATION_APPLY] = demo_life_kustomizations_apply,
    [DEMO_LIFE_KUSTOMIZATION_TICK] = demo_life_kustomizations_tick,
    [DEMO_LIFE_FINALIZE] = finalize,
    [DEMO_LIFE_REPOSITORY_FETCH] = demo_life_sources_fetch_repository,
    [DEMO_LIFE_WORKLOAD_SYNC] = demo_life_workloads_sync,
    [DEMO_LIFE_POD_START] = demo_life_workloads_start_pod,
    [DEMO_LIFE_PROVIDER_INSTALL] = demo_life_workloads_install_provider,
    [DEMO_LIFE_LEASE_TICK] = demo_life_troubles_renew_leases,
    [DEMO_LIFE_TROUBLE_TICK] = demo_life_troubles_tick,
    [DEMO_LIFE_TROUBLE_HEAL] = demo_life_troubles_heal,
    [DEMO_LIFE_RESTART_TICK] = demo_life_troubles_restart,
};

int64_t demo_life_region_pace(const struct demo_life_region *at, double seconds, int64_t least_ms, int64_t most_ms)
{
    int64_t ms = demo_world_pace_ms(at->world, seconds);
    return ms < least_ms ? least_ms : ms > most_ms ? most_ms : ms;
}

void demo_life_region_plan(struct demo_life_region *at, int64_t delay_ms, enum demo_life_action action,
                           enum demo_kind_id kind, const char *name_space, const char *name)
{
    for (size_t i = 0; i < at->due.count; i++) {
        const struct demo_life_due *due = &at->due.items[i];
        if (due->action == action && due->kind == kind && strcmp(due->name, name) == 0 &&
            strcmp(due->name_space, name_space) == 0)
            return;
    }
    if (at->due.count >= DEMO_LIFE_DUE_MAX)
        return;
    struct demo_life_due due = {clock_monotonic_ms() + delay_ms, action, kind, alloc_strdup(name_space),
                                alloc_strdup(name)};
    ARRAY_PUSH(&at->due, due);
}

static void drop(struct demo_life_due *due)
{
    free(due->name_space);
    free(due->name);
}

static int64_t next_due_ms(const struct demo_life_region *at)
{
    int64_t next = clock_monotonic_ms() + WAIT_MS;
    for (size_t i = 0; i < at->due.count; i++)
        if (at->due.items[i].at_ms < next)
            next = at->due.items[i].at_ms;
    return next;
}

static void run_due(struct demo_life_region *at)
{
    int64_t now_ms = clock_monotonic_ms();
    for (size_t i = 0; i < at->due.count;) {
        struct demo_life_due due = at->due.items[i];
        if (due.at_ms > now_ms) {
            i++;
            continue;
        }
        at->due.items[i] = at->due.items[--at->due.count];
        ACTIONS[due.action](at, &due);
        drop(&due);
    }
}

/* What a changed object of the kind sets in motion. */
static void see(struct demo_life_region *at, const json_t *object, enum demo_kind_id kind, bool is_deleted)
{
    if (!is_deleted && demo_json_at(object, "metadata.deletionTimestamp")) {
        demo_life_region_plan(at, 500, DEMO_LIFE_FINALIZE, kind, demo_json_text(object, "metadata.namespace"),
                              demo_json_text(object, "metadata.name"));
        return;
    }
    switch (kind) {
    case DEMO_KIND_HELMRELEASE:
        if (!is_deleted)
            demo_life_releases_seen(at, object);
        break;
    case DEMO_KIND_GITREPOSITORY:
    case DEMO_KIND_HELMREPOSITORY:
    case DEMO_KIND_KUSTOMIZATION:
        if (!is_deleted)
            demo_life_sources_seen(at, object, kind);
        break;
    case DEMO_KIND_DEPLOYMENT:
    case DEMO_KIND_STATEFULSET:
    case DEMO_KIND_DAEMONSET:
    case DEMO_KIND_POD:
    case DEMO_KIND_PROVIDER: demo_life_workloads_seen(at, object, kind, is_deleted); break;
    default: break;
    }
}

static bool is_watched(enum demo_kind_id kind)
{
    static const enum demo_kind_id KINDS[] = {
        DEMO_KIND_HELMRELEASE,   DEMO_KIND_GITREPOSITORY, DEMO_KIND_HELMREPOSITORY,
        DEMO_KIND_KUSTOMIZATION, DEMO_KIND_DEPLOYMENT,    DEMO_KIND_STATEFULSET,
        DEMO_KIND_DAEMONSET,     DEMO_KIND_POD,           DEMO_KIND_PROVIDER};
    for (size_t i = 0; i < ARRAY_LENGTH(KINDS); i++)
        if (KINDS[i] == kind)
            return true;
    return false;
}

/* An action that was under way when the demo started ends some day. */
static void see_unfinished(struct demo_life_region *at, const json_t *release)
{
    if (demo_json_at(release, "status.conditions[?(@.type==\"Reconciling\")]"))
        demo_life_region_plan(at, demo_life_region_pace(at, 600, 500, 600000), DEMO_LIFE_RELEASE_FINISH,
                              DEMO_KIND_HELMRELEASE, demo_json_text(release, "metadata.namespace"),
                              demo_json_text(release, "metadata.name"));
}

/* Value of a field selector that the object keeps outside its text; "" when the kind has none such. */
static const char *selected(const struct demo_object *object, const char *field)
{
    for (size_t i = 0; i < ARRAY_LENGTH(object->kind->selectable) && object->kind->selectable[i]; i++)
        if (strcmp(object->kind->selectable[i], field) == 0)
            return object->selectable[i];
    return "";
}

/* Most changes of pods and releases need nothing: decoding them would be the bulk of the work. */
static bool is_idle(const struct demo_object *object)
{
    switch (demo_kinds_id(object->kind)) {
    case DEMO_KIND_POD: return strcmp(selected(object, "status.phase"), "Pending") != 0;
    case DEMO_KIND_HELMRELEASE:
        return demo_flux_scan_is_ready(object) && !demo_flux_scan_is_busy(object) && !demo_flux_scan_is_deleting(object) &&
               !demo_flux_scan_is_requested(object) && !demo_flux_scan_is_behind(object);
    default: return false;
    }
}

static void see_event(struct demo_life_region *at, const struct demo_event *event)
{
    enum demo_kind_id kind = demo_kinds_id(event->object->kind);
    bool is_deleted = event->type == DEMO_EVENT_DELETED;
    if (!is_watched(kind) || (!is_deleted && is_idle(event->object)))
        return;
    json_t *document = demo_object_document(event->object);
    see(at, document, kind, is_deleted);
    json_decref(document);
}

static void see_kind(struct demo_life *life, struct demo_life_region *at, enum demo_kind_id kind)
{
    struct demo_snapshot snapshot = {0};
    demo_store_snapshot(at->store, demo_kinds_at(kind), NULL, 0, &snapshot);
    for (size_t i = 0; i < snapshot.count && !atomic_load(&life->is_stopping); i++) {
        if (is_idle(snapshot.objects[i]))
            continue;
        json_t *document = demo_object_document(snapshot.objects[i]);
        see(at, document, kind, false);
        if (kind == DEMO_KIND_HELMRELEASE)
            see_unfinished(at, document);
        json_decref(document);
    }
    demo_store_release(&snapshot);
}

static void see_all(struct demo_life *life, struct demo_life_region *at)
{
    for (int kind = 0; kind < DEMO_KIND_COUNT; kind++)
        if (is_watched((enum demo_kind_id)kind))
            see_kind(life, at, (enum demo_kind_id)kind);
}

static void plan_routines(struct demo_life_region *at)
{
    int64_t first_ms = at->world->first_reconcile_s > 0 ? demo_world_pace_ms(at->world, at->world->first_reconcile_s) : 0;
    demo_life_region_plan(at, first_ms > 0 ? first_ms : 300, DEMO_LIFE_SOURCE_TICK, DEMO_KIND_GITREPOSITORY, "", "");
    demo_life_region_plan(at, first_ms + 600, DEMO_LIFE_KUSTOMIZATION_TICK, DEMO_KIND_KUSTOMIZATION, "", "");
    demo_life_region_plan(at, 2000, DEMO_LIFE_RELEASE_ROUTINE, DEMO_KIND_HELMRELEASE, "", "");
    demo_life_region_plan(at, 1000, DEMO_LIFE_LEASE_TICK, DEMO_KIND_CONTINUUM, "", "");
    demo_life_region_plan(at, 20000 + 15000 * at->region, DEMO_LIFE_TROUBLE_TICK, DEMO_KIND_HELMRELEASE, "", "");
    demo_life_region_plan(at, 12000, DEMO_LIFE_RESTART_TICK, DEMO_KIND_POD, "", "");
}

static void live(struct demo_life *life, struct demo_life_region *at)
{
    uint64_t cursor = demo_store_version(at->store);
    see_all(life, at);
    plan_routines(at);
    while (!atomic_load(&life->is_stopping)) {
        int64_t wait_ms = clock_unscale(next_due_ms(at) - clock_monotonic_ms());
        struct demo_event event = {0};
        enum status status = demo_store_next(at->store, NULL, &cursor, wait_ms > 0 ? (int)wait_ms : 0, &event);
        if (status == STATUS_INTERRUPTED)
            return;
        if (status == STATUS_GONE) {
            cursor = demo_store_version(at->store);
            see_all(life, at);
        }
        if (status == STATUS_OK)
            see_event(at, &event);
        demo_event_clear(&event);
        run_due(at);
    }
}

static void *run(void *context)
{
    struct thread_start *start = context;
    live(start->life, &start->life->regions[start->region]);
    free(start);
    return NULL;
}

struct demo_life *demo_life_start(struct demo_world *world)
{
    struct demo_life *life = alloc_new(struct demo_life);
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        struct demo_life_region *at = &life->regions[region];
        at->world = world;
        at->region = region;
        at->store = world->stores[region];
        at->luck = demo_luck_from(world->seed, region == DEMO_WORLD_PRIMARY ? "life fsn" : "life hel");
        struct thread_start *start = alloc_new(struct thread_start);
        *start = (struct thread_start){life, region};
        pthread_create(&life->threads[region], NULL, run, start);
    }
    return life;
}

void demo_life_stop(struct demo_life *life)
{
    if (!life)
        return;
    atomic_store(&life->is_stopping, true);
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        struct demo_life_region *at = &life->regions[region];
        pthread_join(life->threads[region], NULL);
        for (size_t i = 0; i < at->due.count; i++)
            drop(&at->due.items[i]);
        for (size_t i = 0; i < at->broken.count; i++)
            free(at->broken.items[i]);
        ARRAY_FREE(&at->due);
        ARRAY_FREE(&at->broken);
        json_decref(at->artifact);
        free(at->applied);
        free(at->build_error);
    }
    free(life);
}
