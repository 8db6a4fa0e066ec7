/* Disaster recovery and access: Continuums, CNPG pairs, user access. Primary region. */
#include "demo/demo_fixtures.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/array.h"
#include "demo/demo_build.h"
#include "demo/demo_json.h"

#define AGE (5 * DEMO_BUILD_DAY)
#define PRIMARY_CLUSTER "hz-fsn-rtz-prod"
#define STANDBY_CLUSTER "hz-hel-rtz-prod"

struct continuum_row {
    const char *organization, *application;
    int lag_seconds, rpo_seconds;
};

static const struct continuum_row CONTINUUMS[] = {{"bluewave", "website", 1, 30},
                                                  {"northwind", "erp", 2, 30},
                                                  {"finovate", "core-db", 0, 5},
                                                  {"platform", "wiki", 4, 60}};

static void put_continuum(struct demo_world *world, const struct continuum_row *row)
{
    char *name = alloc_printf("dr-%s", row->application), *lag = alloc_printf("%ds", row->lag_seconds),
         *rpo = alloc_printf("%ds", row->rpo_seconds);
    json_t *document = demo_build_object(row->organization, name,
                                         json_pack("{s:s}", "openova.io/organization", row->organization), AGE);
    json_object_set_new(document, "spec",
                        json_pack("{s:s, s:s, s:[s], s:{s:s, s:{s:[s, s, s], s:i, s:i}}, s:s, s:s, s:b, s:{s:s}}",
                                  "applicationRef", row->application, "primaryRegion", PRIMARY_CLUSTER,
                                  "hotStandbyRegions", STANDBY_CLUSTER, "leaseClient", "kind", "dns-quorum", "config",
                                  "resolvers", "8.8.8.8", "1.1.1.1", "9.9.9.9", "ttlSeconds", 30, "renewSeconds", 10,
                                  "rto", "60s", "rpo", rpo, "autoFailover", 0, "switchover", "mechanism", "cnpg-pair"));
    json_object_set_new(document, "status",
                        json_pack("{s:s, s:s, s:s, s:o, s:{s:s}, s:s, s:i, s:i}", "phase", "Healthy", "primaryRegion",
                                  PRIMARY_CLUSTER, "leaseHolder", PRIMARY_CLUSTER, "leaseExpiresAt",
                                  demo_build_ago(-30), "replicationLag", STANDBY_CLUSTER, lag, "maxReplicationLag", lag,
                                  "replicationLagSeconds", row->lag_seconds, "observedGeneration", 1));
    demo_build_condition(document, "LeaseHeld", "True", "Renewed", "lease held by " PRIMARY_CLUSTER, AGE, 1);
    demo_build_condition(document, "Ready", "True", "Healthy", "", AGE, 1);
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CONTINUUM, document, "catalyst-api");
    free(name);
    free(lag);
    free(rpo);
}

static void put_pair(struct demo_world *world)
{
    json_t *document = demo_build_object("finovate", "core-db", NULL, AGE);
    json_object_set_new(document, "spec",
                        json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}", "primaryCluster", PRIMARY_CLUSTER, "replicaCluster",
                                  STANDBY_CLUSTER, "primaryRegion", "fsn", "replicaRegion", "hel", "rpoSeconds", 5,
                                  "rtoSeconds", 60));
    json_object_set_new(document, "status",
                        json_pack("{s:s, s:b, s:s, s:i}", "phase", "Streaming", "streaming", 1, "currentPrimaryRegion",
                                  "fsn", "walLagSeconds", 0));
    demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_CNPGPAIR, document, "continuum-controller");
}

static void put_access(struct demo_world *world)
{
    static const char *const ROWS[][2] = {
        {"ops", "admin"}, {"oncall", "operator"}, {"dev", "developer"}, {"audit", "viewer"}};
    for (size_t i = 0; i < ARRAY_LENGTH(ROWS); i++) {
        char *name = alloc_printf("rbac-%s", ROWS[i][0]);
        json_t *document = demo_build_object(NULL, name, NULL, AGE);
        json_object_set_new(document, "spec",
                            json_pack("{s:{s:s++}, s:s, s:s+, s:[{s:s, s:s}]}", "user", "keycloakSubject", ROWS[i][0],
                                      "@", DEMO_WORLD_FQDN, "sovereignRef", DEMO_WORLD_FQDN, "tierRoleRef",
                                      "openova:tier-", ROWS[i][1], "scopes", "key", "openova.io/organization", "value",
                                      "*"));
        json_object_set_new(document, "status", json_pack("{s:s, s:i}", "phase", "Active", "rolebindingsCreated", 1));
        demo_store_put(world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_USERACCESS, document, "catalyst-api");
        free(name);
    }
}

void demo_fixtures_recovery(struct demo_world *world)
{
    for (size_t i = 0; i < ARRAY_LENGTH(CONTINUUMS); i++)
        put_continuum(world, &CONTINUUMS[i]);
    put_pair(world);
    put_access(world);
}
