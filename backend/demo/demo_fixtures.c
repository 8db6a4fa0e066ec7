/* Puts the parts together, and writes the first Events. */
#include "demo/demo_fixtures.h"

#include "base/array.h"
#include "demo/demo_build.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_json.h"

struct event_row {
    enum demo_kind_id kind;
    const char *name_space, *name;
    struct demo_chronicle_entry entry;
};

static const struct event_row EVENTS[] = {
    {DEMO_KIND_HELMRELEASE,
     "finovate",
     "dashboards",
     {"Warning", "UpgradeFailed",
      "Helm upgrade failed for release finovate/dashboards with chart bp-metabase@1.0.7: context deadline exceeded",
      "helm-controller", 3 * DEMO_BUILD_HOUR}},
    {DEMO_KIND_DEPLOYMENT,
     "northwind",
     "tracking-uat",
     {"Warning", "BackOff", "Back-off restarting failed container tracking-uat in pod", "kubelet", 240}},
    {DEMO_KIND_CERTIFICATE,
     "bluewave",
     "shop-tls",
     {"Normal", "Issuing", "Renewing certificate as renewal was scheduled", "cert-manager", 900}},
    {DEMO_KIND_HELMRELEASE,
     "flux-system",
     "bp-catalyst-platform",
     {"Normal", "UpgradeSucceeded",
      "Helm upgrade succeeded for release catalyst-system/catalyst-platform with chart bp-catalyst-platform@1.4.166",
      "helm-controller", 5 * DEMO_BUILD_HOUR}},
    {DEMO_KIND_ORGANIZATION,
     "",
     "greenfield",
     {"Warning", "IacBootstrapFailed", "robot user 'greenfield-iac': gitea answered 409 Conflict",
      "organization-controller", DEMO_BUILD_DAY}},
    {DEMO_KIND_NODE,
     "",
     "fsn-w2",
     {"Normal", "NodeReady", "Node fsn-w2 status is now: NodeReady", "kubelet", 2 * DEMO_BUILD_DAY}},
};

static void write_events(struct demo_world *world)
{
    for (size_t i = 0; i < ARRAY_LENGTH(EVENTS); i++) {
        json_t *object =
            demo_store_get(world->stores[DEMO_WORLD_PRIMARY], EVENTS[i].kind, EVENTS[i].name_space, EVENTS[i].name);
        if (object)
            demo_chronicle_write(world, DEMO_WORLD_PRIMARY, object, &EVENTS[i].entry);
        json_decref(object);
    }
}

void demo_fixtures_load(struct demo_world *world)
{
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        demo_fixtures_flux(world, region);
        demo_fixtures_workloads(world, region);
        demo_fixtures_platform(world, region);
    }
    demo_fixtures_estate(world);
    demo_fixtures_applications(world);
    demo_fixtures_recovery(world);
    demo_fixtures_cutover(world);
    write_events(world);
}
