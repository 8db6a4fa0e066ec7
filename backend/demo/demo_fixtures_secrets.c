/* Credentials and configuration of one region. All secret values are made up from the seed at start. */
#include "demo/demo_fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "demo/demo_build.h"
#include "demo/demo_estate.h"
#include "demo/demo_json.h"

#define AGE (DEMO_FIXTURES_AGE_DAYS * DEMO_BUILD_DAY)
#define TLS_SECRET "sovereign-wildcard-tls-acme-example"

struct secret_row {
    const char *name_space, *name, *type, *key;
    const char *value; /* NULL: random */
    bool is_primary_only;
};

static const struct secret_row SECRETS[] = {
    {"gitea", "gitea-admin-secret", "Opaque", "password", NULL, false},
    {"harbor", "harbor-admin", "Opaque", "HARBOR_ADMIN_PASSWORD", NULL, false},
    {"catalyst-system", "catalyst-gitea-token", "Opaque", "token", NULL, false},
    {"catalyst-system", "catalyst-keycloak-client", "Opaque", "client-secret", NULL, false},
    {"org-services", "provisioning-github-token", "Opaque", "GITHUB_TOKEN", NULL, true},
    {"openbao", "openbao-unseal-keys", "Opaque", "key-0", NULL, false},
    {"kube-system", TLS_SECRET, "kubernetes.io/tls", "tls.key", NULL, false},
    {"catalyst", "cutover-secondary-kubeconfigs", "Opaque", "hel.yaml", NULL, true},
};

static void put_secret(struct demo_world *world, int region, const struct secret_row *row)
{
    char random[41], purpose[128];
    snprintf(purpose, sizeof purpose, "secret %s/%s %d", row->name_space, row->name, region);
    struct demo_luck luck = demo_luck_from(world->seed, purpose);
    demo_luck_hex(&luck, random, 40);
    json_t *document = demo_build_object(row->name_space, row->name, NULL, AGE);
    json_object_set_new(document, "type", json_string(row->type));
    json_object_set_new(document, "data",
                        json_pack("{s:o}", row->key, demo_build_base64(row->value ? row->value : random)));
    demo_store_put(world->stores[region], DEMO_KIND_SECRET, document, "helm-controller");
}

static void put_smtp(struct demo_world *world, int region)
{
    json_t *document = demo_build_object("catalyst-system", "sovereign-smtp-credentials", NULL, AGE);
    json_object_set_new(document, "type", json_string("Opaque"));
    json_object_set_new(document, "data",
                        json_pack("{s:o, s:o, s:o}", "smtp-host", demo_build_base64("mail.openova.io"), "smtp-port",
                                  demo_build_base64("587"), "smtp-user",
                                  demo_build_base64("sovereign@" DEMO_WORLD_FQDN)));
    demo_store_put(world->stores[region], DEMO_KIND_SECRET, document, "helm-controller");
}

static json_t *upstream_auth(struct demo_world *world, const char *host)
{
    char random[33];
    struct demo_luck luck = demo_luck_from(world->seed, host);
    demo_luck_hex(&luck, random, 32);
    char *pair = alloc_printf("openova-pull:%s", random);
    json_t *auth = json_pack("{s:o}", "auth", demo_build_base64(pair));
    free(pair);
    return auth;
}

static void put_pull_secret(struct demo_world *world, int region, const char *name_space, bool is_copy)
{
    static const char *const HOSTS[] = {"ghcr.io", "harbor.openova.io", "xpkg.upbound.io"};
    json_t *auths = json_object();
    for (size_t i = 0; i < ARRAY_LENGTH(HOSTS); i++)
        json_object_set_new(auths, HOSTS[i], upstream_auth(world, HOSTS[i]));
    json_t *config = json_pack("{s:o}", "auths", auths);
    char *text = demo_json_dump(config);
    json_decref(config);
    json_t *document = demo_build_object(name_space, "ghcr-pull", NULL, AGE);
    if (is_copy)
        demo_json_set(document, "metadata.annotations",
                      json_pack("{s:s}", "reflector.v1.k8s.emberstack.com/reflects", "flux-system/ghcr-pull"));
    json_object_set_new(document, "type", json_string("kubernetes.io/dockerconfigjson"));
    json_object_set_new(document, "data", json_pack("{s:o}", ".dockerconfigjson", demo_build_base64(text)));
    free(text);
    demo_store_put(world->stores[region], DEMO_KIND_SECRET, document, is_copy ? "reflector" : "cloud-init");
}

static void put_pull_secrets(struct demo_world *world, int region)
{
    static const char *const COPIES[] = {"catalyst-system", "org-services", "coraza", "openbao", "dmz", "mgmt", "rtz",
                                         "vcluster-system"};
    put_pull_secret(world, region, "flux-system", false);
    for (size_t i = 0; i < ARRAY_LENGTH(COPIES); i++)
        put_pull_secret(world, region, COPIES[i], true);
    size_t count = 0;
    const struct demo_estate_organization *organizations = demo_estate_organizations(&count);
    for (size_t i = 0; i < count; i++)
        put_pull_secret(world, region, organizations[i].slug, true);
}

static void put_config(struct demo_world *world, int region, const char *name_space, const char *name,
                       json_t *take_data)
{
    json_t *document = demo_build_object(name_space, name, NULL, AGE);
    json_object_set_new(document, "data", take_data);
    demo_store_put(world->stores[region], DEMO_KIND_CONFIGMAP, document, "helm-controller");
}

static void put_external_secrets(struct demo_world *world, int region)
{
    static const char *const ROWS[][2] = {{"catalyst-system", "catalyst-keycloak-client"},
                                          {"gitea", "gitea-admin-secret"},
                                          {"harbor", "harbor-admin"},
                                          {"catalyst-system", "catalyst-gitea-token"}};
    for (size_t i = 0; i < ARRAY_LENGTH(ROWS); i++) {
        json_t *document = demo_build_object(ROWS[i][0], ROWS[i][1], NULL, AGE);
        json_object_set_new(document, "spec",
                            json_pack("{s:s, s:{s:s, s:s}, s:{s:s}}", "refreshInterval", "1h", "secretStoreRef", "kind",
                                      "ClusterSecretStore", "name", "openbao", "target", "name", ROWS[i][1]));
        json_object_set_new(document, "status", json_pack("{s:o}", "refreshTime", demo_build_ago(1200)));
        demo_build_condition(document, "Ready", "True", "SecretSynced", "Secret was synced", AGE, -1);
        demo_store_put(world->stores[region], DEMO_KIND_EXTERNALSECRET, document, "helm-controller");
    }
}

void demo_fixtures_secrets(struct demo_world *world, int region)
{
    for (size_t i = 0; i < ARRAY_LENGTH(SECRETS); i++)
        if (region == DEMO_WORLD_PRIMARY || !SECRETS[i].is_primary_only)
            put_secret(world, region, &SECRETS[i]);
    put_smtp(world, region);
    put_pull_secrets(world, region);
    put_external_secrets(world, region);
    put_config(world, region, "catalyst-system", "sovereign-fqdn", json_pack("{s:s}", "fqdn", DEMO_WORLD_FQDN));
    put_config(world, region, "catalyst-system", "catalyst-runtime-config",
               json_pack("{s:s, s:s}", "sovereign-console-url", "https://console.openova.io",
                         "sovereign-api-public-url", "https://console.openova.io/sovereign"));
    put_config(world, region, "kube-system", "coredns-custom",
               json_pack("{s:s}", "acme.override", "# pins of the Sovereign's own names"));
}
