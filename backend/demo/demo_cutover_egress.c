/* Step egress-block-test: lints, the deny-egress policy in every region, call-home probes, the hold with its samples.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/hash_table.h"
#include "base/timestamp.h"
#include "demo/demo_build.h"
#include "demo/demo_cutover_run.h"
#include "demo/demo_flux.h"
#include "demo/demo_flux_scan.h"
#include "demo/demo_json.h"

#define HOLD_S 600
#define SAMPLE_S 30

/* ---- lints ---- */

static bool is_local_url(const char *url)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    size_t length = strcspn(host, "/:");
    static const char *const SUFFIXES[] = {"." DEMO_WORLD_FQDN, ".svc.cluster.local", ".svc"};
    for (size_t i = 0; i < ARRAY_LENGTH(SUFFIXES); i++) {
        size_t suffix = strlen(SUFFIXES[i]);
        if (length > suffix && strncmp(host + length - suffix, SUFFIXES[i], suffix) == 0)
            return true;
    }
    return length == strlen(DEMO_WORLD_FQDN) && strncmp(host, DEMO_WORLD_FQDN, length) == 0;
}

static size_t lint_kind(struct demo_cutover_run *run, int region, enum demo_kind_id kind, const char *path,
                        const char *word)
{
    size_t found = 0, index = 0;
    json_t *object = NULL;
    json_t *objects = demo_store_list(run->world->stores[region], kind, NULL);
    json_array_foreach(objects, index, object) {
        const char *url = demo_json_text(object, path);
        if (is_local_url(url) || demo_flux_is_suspended(object))
            continue;
        demo_cutover_run_log(run, "%s [%s] %s/%s %s", word, demo_world_region(region),
                             demo_json_text(object, "metadata.namespace"), demo_json_text(object, "metadata.name"),
                             url);
        found++;
    }
    json_decref(objects);
    return found;
}

static bool has_pivoted_packages(struct demo_cutover_run *run)
{
    char result[16];
    demo_cutover_status_get_step(run->world, "crossplane-provider-pivot", "result", result, sizeof result);
    return strcmp(result, "success") == 0;
}

static bool lint(struct demo_cutover_run *run)
{
    size_t found = 0;
    for (int region = 0; region < demo_cutover_run_regions(run); region++) {
        found += lint_kind(run, region, DEMO_KIND_GITREPOSITORY, "spec.url", "EXTERNAL-SOURCE");
        found += lint_kind(run, region, DEMO_KIND_HELMREPOSITORY, "spec.url", "EXTERNAL-SOURCE");
        found += lint_kind(run, region, DEMO_KIND_OCIREPOSITORY, "spec.url", "EXTERNAL-SOURCE");
        if (has_pivoted_packages(run)) /* in the older order of steps that comes later */
            found += lint_kind(run, region, DEMO_KIND_PROVIDER, "spec.package", "EXTERNAL-PROVIDER-PACKAGE");
    }
    if (found)
        return demo_cutover_run_fail(run, "%zu sources or packages still point outside", found);
    demo_cutover_run_log(run, "lints: sources, packages, SMTP relay, per-Organization values: CLEAN");
    return true;
}

/* ---- policy ---- */

void demo_cutover_egress_put_policy(struct demo_cutover_run *run, int region)
{
    json_t *policy = demo_build_object(NULL, DEMO_CUTOVER_POLICY,
                                       json_pack("{s:s}", "app.kubernetes.io/part-of", "self-sovereign-cutover"), 0);
    json_object_set_new(policy, "spec",
                        json_pack("{s:{}, s:{s:b, s:b}, s:[{s:[s, s, s, s]}, {s:[s, s, s, s]}, {s:[{s:{s:s}}], "
                                  "s:[{s:[{s:s, s:s}, {s:s, s:s}]}]}]}",
                                  "endpointSelector", "enableDefaultDeny", "egress", 1, "ingress", 0, "egress",
                                  "toCIDR", "10.42.0.0/16", "10.43.0.0/16", "10.96.0.0/12", "212.72.2.0/24",
                                  "toEntities", "kube-apiserver", "host", "remote-node", "cluster", "toEndpoints",
                                  "matchLabels", "k8s-app", "kube-dns", "toPorts", "ports", "port", "53", "protocol",
                                  "UDP", "port", "53", "protocol", "TCP"));
    char now[TIMESTAMP_TEXT_MAX];
    timestamp_format(now, demo_cutover_run_now(run));
    demo_json_set(policy, "metadata.creationTimestamp", json_string(now));
    demo_store_remove(run->world->stores[region], DEMO_KIND_CILIUMCLUSTERWIDENETWORKPOLICY, "", DEMO_CUTOVER_POLICY);
    demo_store_put(run->world->stores[region], DEMO_KIND_CILIUMCLUSTERWIDENETWORKPOLICY, policy, DEMO_CUTOVER_MANAGER);
    demo_cutover_run_log(run, "[%s] egressDeny applied (default-deny=true) \xE2\x80\x94 hidden runtime tethers will now "
                              "surface as NotReady; POLICY_APPLIED=yes",
                         demo_world_region(region));
}

void demo_cutover_egress_reap(struct demo_world *world)
{
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++)
        demo_store_remove(world->stores[region], DEMO_KIND_CILIUMCLUSTERWIDENETWORKPOLICY, "", DEMO_CUTOVER_POLICY);
}

/* ---- hold ---- */

static void add_not_ready(struct demo_cutover_run *run, int region, enum demo_kind_id kind, struct hash_table *set)
{
    struct demo_snapshot snapshot;
    if (demo_store_snapshot(run->world->stores[region], demo_kinds_at(kind), NULL, 0, &snapshot) != STATUS_OK)
        return;
    for (size_t i = 0; i < snapshot.count; i++) {
        const struct demo_object *object = snapshot.objects[i];
        if (demo_flux_scan_is_ready(object) || demo_flux_scan_is_suspended(object) || demo_flux_scan_is_busy(object))
            continue;
        char *key = alloc_printf("%s %s", demo_world_region(region), object->key);
        hash_table_put(set, span_of(key), set);
        free(key);
    }
    demo_store_release(&snapshot);
}

static void collect_not_ready(struct demo_cutover_run *run, struct hash_table *set)
{
    hash_table_init(set, NULL);
    for (int region = 0; region < demo_cutover_run_regions(run); region++) {
        add_not_ready(run, region, DEMO_KIND_HELMRELEASE, set);
        add_not_ready(run, region, DEMO_KIND_KUSTOMIZATION, set);
    }
}

static bool check_sample(struct demo_cutover_run *run, const struct hash_table *baseline, int elapsed_s)
{
    struct hash_table now;
    collect_not_ready(run, &now);
    struct span key = SPAN_EMPTY;
    char fresh[320] = "";
    for (size_t at = 0; hash_table_next(&now, &at, &key);)
        if (!run->is_instant && !hash_table_get(baseline, key)) {
            if (!fresh[0])
                demo_cutover_run_log(run, "NEW NotReady at %ds (regression):", elapsed_s);
            snprintf(fresh, sizeof fresh, "%.*s", SPAN_PRINT(key));
            demo_cutover_run_log(run, "  NEW %s=False", fresh);
        }
    size_t count = now.count;
    hash_table_done(&now);
    if (fresh[0])
        return demo_cutover_run_fail(run, "NEW NotReady during the hold: %s", fresh);
    demo_cutover_run_log(run, "  sample %d/%ds: NotReady=%zu new=0", elapsed_s, HOLD_S, count);
    return true;
}

static bool is_at_rest(const json_t *release, const void *context)
{
    bool is_busy = demo_json_at(release, "status.conditions[?(@.type==\"Reconciling\")]") != NULL ||
                   demo_json_integer(release, "metadata.generation", 1) !=
                       demo_json_integer(release, "status.observedGeneration", 0);
    bool is_given_up = demo_json_at(release, "status.conditions[?(@.type==\"Stalled\")]") != NULL;
    return demo_flux_is_suspended(release) || is_given_up || (demo_flux_is_ready(release) && !is_busy);
}

/* Upgrades that earlier steps set off may still run; the baseline is taken when they are done. */
static void await_rest(struct demo_cutover_run *run)
{
    for (int region = 0; region < demo_cutover_run_regions(run) && !run->is_instant; region++) {
        struct demo_snapshot snapshot = {0};
        demo_store_snapshot(run->world->stores[region], demo_kinds_at(DEMO_KIND_HELMRELEASE), NULL, 0, &snapshot);
        for (size_t i = 0; i < snapshot.count; i++) {
            const struct demo_object *object = snapshot.objects[i];
            struct demo_cutover_await rest = {
                region, DEMO_KIND_HELMRELEASE, object->name_space, object->name, is_at_rest, NULL, 300};
            if (!demo_flux_scan_is_ready(object) && !demo_cutover_run_await(run, &rest))
                demo_cutover_run_log(run, "[%s] %s is not at rest; it belongs to the baseline",
                                     demo_world_region(region), object->key);
        }
        demo_store_release(&snapshot);
    }
}

static void log_baseline(struct demo_cutover_run *run, const struct hash_table *baseline)
{
    struct span key = SPAN_EMPTY;
    demo_cutover_run_log(run, "capturing baseline NotReady set");
    if (baseline->count == 0)
        demo_cutover_run_log(run, "baseline clean \xE2\x80\x94 no pre-existing NotReady items");
    else
        demo_cutover_run_log(run, "baseline pre-existing NotReady items (excluded from regression check):");
    for (size_t at = 0; hash_table_next(baseline, &at, &key);)
        demo_cutover_run_log(run, "  baseline %.*s=False", SPAN_PRINT(key));
}

bool demo_cutover_egress_hold(struct demo_cutover_run *run, int from_s)
{
    struct hash_table baseline;
    collect_not_ready(run, &baseline);
    if (from_s == 0) {
        log_baseline(run, &baseline);
        demo_cutover_run_log(run, "entering %ds survival window \xE2\x80\x94 only NEW NotReady regressions count as failure",
                             HOLD_S);
    }
    bool goes_on = true;
    for (int elapsed_s = from_s + SAMPLE_S; elapsed_s <= HOLD_S && goes_on; elapsed_s += SAMPLE_S)
        goes_on = demo_cutover_run_wait(run, SAMPLE_S) && check_sample(run, &baseline, elapsed_s);
    hash_table_done(&baseline);
    if (goes_on)
        demo_cutover_run_log(run, "window complete; new-regression-cycles=0");
    return goes_on;
}

static bool probe(struct demo_cutover_run *run)
{
    static const char *const URLS[] = {"https://console.openova.io/healthz", "https://github.com/openova-io",
                                       "https://ghcr.io/v2/", "https://harbor.openova.io/v2/"};
    for (size_t i = 0; i < ARRAY_LENGTH(URLS); i++) {
        if (!demo_cutover_run_wait(run, 5))
            return false;
        demo_cutover_run_log(run, "  OK call-home %s: 000 unreachable", URLS[i]);
    }
    return true;
}

static bool roll(struct demo_cutover_run *run)
{
    static const char *const NAMESPACES[] = {"flux-system", "gitea", "harbor", "keycloak", "grafana"};
    for (size_t i = 0; i < ARRAY_LENGTH(NAMESPACES); i++) {
        if (!demo_cutover_run_wait(run, 40))
            return false;
        demo_cutover_run_log(run, "    PASS \xE2\x80\x94 workloads of %s rolled out (images pulled from local registry under deny-egress)", NAMESPACES[i]);
    }
    return true;
}

/* The bootstrap kit must still build and apply before the window (#3695). */
static bool pass_gate(struct demo_cutover_run *run)
{
    static const char *const NAMES[] = {"bootstrap-kit", "sovereign-tls", "org-tenants"};
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES) && !run->is_instant; i++) {
        json_t *there = demo_store_get(run->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_KUSTOMIZATION, "flux-system",
                                       NAMES[i]);
        bool is_ready = there && demo_flux_is_ready(there);
        if (is_ready)
            demo_cutover_run_log(run, "  OK \xE2\x80\x94 kustomization/%s Ready=True (lastAppliedRevision=%s)", NAMES[i],
                                 demo_json_text(there, "status.lastAppliedRevision"));
        else
            demo_cutover_run_log(run, "  FAIL \xE2\x80\x94 kustomization/%s Ready=False: %.300s", NAMES[i],
                                 demo_json_text(there, "status.conditions[?(@.type==\"Ready\")].message"));
        json_decref(there);
        if (!is_ready)
            return demo_cutover_run_fail(run, "host GitOps loop not reconciling (NotReady: %s); sovereignty proof FAILED",
                                         NAMES[i]);
    }
    return true;
}

bool demo_cutover_egress_end(struct demo_cutover_run *run, bool passed)
{
    if (!run->past.leaks_policy) {
        demo_cutover_egress_reap(run->world);
        demo_cutover_run_log(run, "egressDeny removed");
    }
    if (passed)
        demo_cutover_run_log(run, "no new regressions during %ds window \xE2\x80\x94 sovereignty proof PASSED", HOLD_S);
    return passed;
}

bool demo_cutover_egress_test(struct demo_cutover_run *run)
{
    demo_cutover_run_log(run, "verifying post-cutover URLs are local");
    if (!demo_cutover_run_wait(run, 60) || !lint(run) || !pass_gate(run))
        return false;
    demo_cutover_run_log(run, "completeness: every workload image answers HEAD in local Harbor OK");
    if (!demo_cutover_run_wait(run, 120))
        return false;
    for (int region = 0; region < demo_cutover_run_regions(run); region++)
        demo_cutover_egress_put_policy(run, region);
    bool passed = probe(run) && roll(run);
    if (passed)
        await_rest(run);
    return demo_cutover_egress_end(run, passed && demo_cutover_egress_hold(run, 0));
}
