/* The pods of DaemonSet registry-pivot: each looks at registriesYamlActive every 15 s, writes or removes its node's mirror
 * files and acknowledges in the status ConfigMap (cutover contract 2.2). */
#include <stdio.h>
#include <string.h>

#include "demo/demo_cutover_run.h"
#include "demo/demo_flux_scan.h"
#include "demo/demo_json.h"

#define DAEMONSET "registry-pivot"
#define GATEWAY_ADDRESS "203.0.113.10" /* of Service kube-system/cilium-gateway-cilium-gateway */

static bool is_of(const struct demo_object *pod, const char *daemonset)
{
    const char *app = json_string_value(json_object_get(pod->labels, "app"));
    return app && strcmp(app, daemonset) == 0;
}

static void log_of(struct demo_world *world, const struct demo_object *pod, int64_t at_ms, const char *line)
{
    struct demo_log_key key = {DEMO_CUTOVER_NAMESPACE, pod->name, DAEMONSET, false};
    if (at_ms > 0)
        demo_logs_append_at(world->logs[DEMO_WORLD_PRIMARY], &key, at_ms, line);
    else
        demo_logs_append(world->logs[DEMO_WORLD_PRIMARY], &key, line);
}

static void sweep(struct demo_world *world, const struct demo_object *pod, int64_t at_ms)
{
    json_t *document = demo_object_document(pod);
    char key[320], active[16], acknowledged[16];
    snprintf(key, sizeof key, "node.%s.registriesYaml", demo_json_text(document, "spec.nodeName"));
    json_decref(document);
    demo_cutover_status_get(world, "registriesYamlActive", active, sizeof active);
    demo_cutover_status_get(world, key, acknowledged, sizeof acknowledged);
    if (strcmp(active, "v2") == 0 && strcmp(acknowledged, "v2") != 0) {
        log_of(world, pod, at_ms, "[registry-pivot] v2: 13 hosts.toml written, _default removed OK");
        log_of(world, pod, at_ms, "[registry-pivot] pinned " GATEWAY_ADDRESS " " DEMO_CUTOVER_REGISTRY
                                  " in /etc/hosts # managed-by self-sovereign-cutover");
        demo_cutover_status_set(world, key, "v2", NULL);
    } else if (strcmp(active, "v2") != 0 && acknowledged[0] && strcmp(acknowledged, active) != 0) {
        log_of(world, pod, at_ms, "[registry-pivot] rollback: hosts.toml files removed OK");
        demo_cutover_status_set(world, key, active, NULL);
    }
}

/* Calls back for each pod that is Ready; `turn` < 0: for every one, otherwise for one in turn. */
static void sweep_pods(struct demo_world *world, int64_t turn, int64_t at_ms)
{
    struct demo_snapshot snapshot = {0};
    demo_store_snapshot(world->stores[DEMO_WORLD_PRIMARY], demo_kinds_at(DEMO_KIND_POD), DEMO_CUTOVER_NAMESPACE, 0,
                        &snapshot);
    int64_t count = 0, number = 0;
    for (size_t i = 0; i < snapshot.count; i++)
        count += is_of(snapshot.objects[i], DAEMONSET);
    for (size_t i = 0; i < snapshot.count; i++) {
        if (!is_of(snapshot.objects[i], DAEMONSET))
            continue;
        if ((turn < 0 || turn % count == number) && demo_flux_scan_is_ready(snapshot.objects[i]))
            sweep(world, snapshot.objects[i], at_ms);
        number++;
    }
    demo_store_release(&snapshot);
}

void demo_cutover_sweep_tick(struct demo_world *world, size_t turn)
{
    sweep_pods(world, (int64_t)turn, 0);
}

void demo_cutover_sweep_all(struct demo_world *world, int64_t at_ms)
{
    sweep_pods(world, -1, at_ms);
}

size_t demo_cutover_sweep_acknowledged(struct demo_world *world, const char *daemonset)
{
    size_t count = 0;
    struct demo_snapshot snapshot = {0};
    demo_store_snapshot(world->stores[DEMO_WORLD_PRIMARY], demo_kinds_at(DEMO_KIND_POD), DEMO_CUTOVER_NAMESPACE, 0,
                        &snapshot);
    for (size_t i = 0; i < snapshot.count; i++) {
        if (!is_of(snapshot.objects[i], daemonset))
            continue;
        json_t *document = demo_object_document(snapshot.objects[i]);
        char key[320], acknowledged[16];
        snprintf(key, sizeof key, "node.%s.registriesYaml", demo_json_text(document, "spec.nodeName"));
        json_decref(document);
        demo_cutover_status_get(world, key, acknowledged, sizeof acknowledged);
        count += strcmp(acknowledged, "v2") == 0;
    }
    demo_store_release(&snapshot);
    return count;
}
