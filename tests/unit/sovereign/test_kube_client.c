/* The blocking client against the demo's real API server, and what every way of not reaching one says. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "demo/demo_access.h"
#include "demo/demo_kube.h"
#include "demo/demo_kubeconfig.h"
#include "sovereign/kind_table.h"
#include "sovereign/sovereign.h"
#include "support/fake_server.h"
#include "support/leak_check.h"

#define RELEASES 23

static struct demo_store *objects;
static struct demo_logs *logs;
static struct demo_access *access_table;
static struct demo_tls *tls, *other_tls;
static struct demo_kube *server;
static struct http_thread *thread;
static char folder[64], config_path[128], distrust_path[128];

static void write_contexts(void)
{
    static const char *const MASTERS[] = {"system:masters", NULL}, *const VIEWERS[] = {"openova:tier-viewer", NULL};
    struct demo_tls_pair admin = {0}, viewer = {0}, expired = {0};
    struct error err = {0};
    cr_assert_eq(demo_tls_client_pair(tls, "admin", MASTERS, 3600000, &admin, &err), STATUS_OK);
    cr_assert_eq(demo_tls_client_pair(tls, "eve", VIEWERS, 3600000, &viewer, &err), STATUS_OK);
    cr_assert_eq(demo_tls_client_pair(tls, "old", MASTERS, -1000, &expired, &err), STATUS_OK);
    int port = demo_kube_port(server), closed = fake_server_free_port();
    struct demo_context contexts[] = {
        {.name = "admin", .cluster = "fsn", .port = port, .pair = &admin},
        {.name = "viewer", .cluster = "fsn", .port = port, .pair = &viewer},
        {.name = "expired", .cluster = "fsn", .port = port, .pair = &expired},
        {.name = "nobody", .cluster = "fsn", .port = port, .token = "wrong"},
        {.name = "refused", .cluster = "closed", .port = closed, .pair = &admin},
    };
    snprintf(config_path, sizeof config_path, "%s/kubeconfig", folder);
    cr_assert_eq(demo_kubeconfig_write(config_path, demo_tls_ca_pem(tls), contexts, 5, &err), STATUS_OK, "%s", err.text);
    snprintf(distrust_path, sizeof distrust_path, "%s/distrust", folder);
    cr_assert_eq(demo_kubeconfig_write(distrust_path, demo_tls_ca_pem(other_tls), contexts, 1, &err), STATUS_OK, "%s", err.text);
    demo_tls_pair_clear(&admin);
    demo_tls_pair_clear(&viewer);
    demo_tls_pair_clear(&expired);
}

static void setup(void)
{
    struct error err = {0};
    strcpy(folder, "/tmp/sovdeck-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(demo_tls_new(&tls, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(demo_tls_new(&other_tls, &err), STATUS_OK, "%s", err.text);
    objects = demo_store_new("fsn", 7);
    logs = demo_logs_new();
    access_table = demo_access_new("none");
    for (int i = 0; i < RELEASES; i++) {
        char name[32];
        snprintf(name, sizeof name, "bp-%02d", i);
        demo_store_put(objects, DEMO_KIND_HELMRELEASE,
                       json_pack("{s:{s:s, s:s}, s:{s:s}}", "metadata", "name", name, "namespace", "flux-system", "spec", "interval", "15m"), "test");
    }
    demo_store_put(objects, DEMO_KIND_OCIREPOSITORY, json_pack("{s:{s:s, s:s}, s:{s:s}}", "metadata", "name", "o", "namespace", "flux-system", "spec", "url", "oci://x"), "test");
    struct demo_kube_options options = {.store = objects, .logs = logs, .access = access_table, .tls = tls};
    cr_assert_eq(demo_kube_start(&server, &options, &err), STATUS_OK, "%s", err.text);
    thread = http_thread_new();
    write_contexts();
    setenv("HOME", folder, 1);
    unsetenv("XDG_CONFIG_HOME");
}

static void teardown(void)
{
    http_thread_free(thread);
    demo_kube_stop(server);
    demo_access_free(access_table);
    demo_logs_free(logs);
    demo_store_free(objects);
    demo_tls_free(tls);
    demo_tls_free(other_tls);
    unlink(config_path);
    unlink(distrust_path);
    rmdir(folder);
}

static struct sovereign *open_context(const char *context)
{
    struct sovereign *sovereign = NULL;
    struct error err = {0};
    struct sovereign_options options = {.kubeconfig = config_path, .context = context};
    cr_assert_eq(sovereign_open(&options, thread, &sovereign, &err), STATUS_OK, "%s", err.text);
    return sovereign;
}

struct collected {
    size_t rows, pages, firsts;
};

static enum status collect(void *context, struct row_decoder_page *page, bool first, struct error *err)
{
    struct collected *collected = context;
    collected->rows += page->count;
    collected->pages++;
    collected->firsts += first;
    return STATUS_OK;
}

Test(kube_client, lists_pages_gets_patches_and_asks_about_rights)
{
    setup();
    struct sovereign *sovereign = open_context("admin");
    struct kube_client *client = sovereign->regions[0].client;
    struct error err = {0};
    struct collected collected = {0};
    cr_assert(sovereign->class == PROFILE_CLASS_PRODUCTION && strcmp(sovereign->name, "admin") == 0);
    struct kube_list list = {.kind = kind_table_get(KIND_ID_HELMRELEASES), .page_items = 10};
    cr_assert_eq(kube_client_list(client, &list, collect, &collected, &err), STATUS_OK, "%s", err.text);
    cr_assert(collected.rows == RELEASES && collected.pages == 3 && collected.firsts == 1);
    char version[DISCOVERY_VERSION_MAX];
    cr_assert_eq(kube_client_version(client, kind_table_get(KIND_ID_OCIREPOSITORIES), version, &err), STATUS_OK, "%s", err.text);
    cr_assert_str_eq(version, "v1beta2");
    struct bytebuf reply;
    bytebuf_init(&reply, KUBE_CLIENT_OBJECT_MAXIMUM);
    cr_assert_eq(kube_client_get(client, list.kind, "flux-system", "bp-07", &reply, &err), STATUS_OK, "%s", err.text);
    cr_assert(strstr(bytebuf_text(&reply), "\"bp-07\"") != NULL);
    struct span patch = SPAN_LITERAL("{\"spec\":{\"suspend\":true}}");
    cr_assert_eq(kube_client_patch(client, list.kind, "flux-system", "bp-07", KUBE_PATCH_MERGE, true, patch, &reply, &err), STATUS_OK, "%s", err.text);
    cr_assert(strstr(bytebuf_text(&reply), "\"suspend\":true") != NULL, "%s", bytebuf_text(&reply));
    json_t *object = demo_store_get(objects, DEMO_KIND_HELMRELEASE, "flux-system", "bp-07");
    cr_assert_null(json_object_get(json_object_get(object, "spec"), "suspend"), "a dry run changes nothing");
    json_decref(object);
    bytebuf_done(&reply);
    cr_assert_eq(kube_client_delete(client, list.kind, "flux-system", "bp-00", "another-uid", false, &err), STATUS_CONFLICT);
    cr_assert_eq(kube_client_delete(client, list.kind, "flux-system", "bp-00", NULL, false, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(demo_store_count(objects, DEMO_KIND_HELMRELEASE), RELEASES - 1);
    char user[64];
    kube_client_whoami(client, user, sizeof user);
    cr_assert_str_eq(user, "admin");
    cr_assert_eq(kube_client_server_version(client, version, sizeof version, &err), STATUS_OK, "%s", err.text);
    cr_assert(version[0] == 'v');
    sovereign_free(sovereign);

    sovereign = open_context("viewer");
    client = sovereign->regions[0].client;
    bool allowed = true;
    struct kube_access may_patch = {.verb = "patch", .group = "helm.toolkit.fluxcd.io", .resource = "helmreleases", .namespace = "flux-system"};
    cr_assert_eq(kube_client_can(client, &may_patch, &allowed, NULL, 0, &err), STATUS_OK, "%s", err.text);
    cr_assert_not(allowed);
    may_patch.verb = "list";
    cr_assert_eq(kube_client_can(client, &may_patch, &allowed, NULL, 0, &err), STATUS_OK, "%s", err.text);
    cr_assert(allowed);
    cr_assert_eq(kube_client_patch(client, list.kind, "flux-system", "bp-07", KUBE_PATCH_MERGE, false, patch, NULL, &err), STATUS_FORBIDDEN);
    cr_assert(strstr(err.text, "viewer: PATCH HelmRelease flux-system/bp-07: 403 Forbidden: ") == err.text, "%s", err.text);
    sovereign_free(sovereign);
    teardown();
    TEST_NO_LEAKS();
}

Test(kube_client, one_sentence_for_every_way_of_not_getting_there)
{
    static const struct {
        const char *context;
        enum status status;
        const char *part;
    } CASES[] = {
        {"refused", STATUS_UNREACHABLE, "refused"},
        {"nobody", STATUS_UNAUTHENTICATED, "401"},
        {"admin", STATUS_NOT_FOUND, "404"},
    };
    setup();
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct sovereign *sovereign = open_context(CASES[i].context);
        struct error err = {0};
        cr_assert_not_null(sovereign->regions[0].client, "%s", sovereign->regions[0].error.text);
        enum status status = kube_client_get(sovereign->regions[0].client, kind_table_get(KIND_ID_HELMRELEASES), "n", "absent", NULL, &err);
        cr_assert_eq(status, CASES[i].status, "%s is %s: %s", CASES[i].context, error_status_name(status), err.text);
        cr_assert(strstr(err.text, CASES[i].part) != NULL && strncmp(err.text, CASES[i].context, strlen(CASES[i].context)) == 0,
                  "%s: %s", CASES[i].context, err.text);
        sovereign_free(sovereign);
    }
    struct sovereign *sovereign = open_context("expired");
    struct error err = {0};
    enum status status = sovereign->regions[0].client == NULL
                             ? sovereign->regions[0].error.status
                             : kube_client_get(sovereign->regions[0].client, kind_table_get(KIND_ID_NODES), NULL, "n", NULL, &err);
    cr_assert(status == STATUS_UNAUTHENTICATED || status == STATUS_UNTRUSTED, "%s: %s", error_status_name(status), err.text);
    sovereign_free(sovereign);
    struct sovereign_options distrust = {.kubeconfig = distrust_path};
    cr_assert_eq(sovereign_open(&distrust, thread, &sovereign, &err), STATUS_OK);
    status = kube_client_get(sovereign->regions[0].client, kind_table_get(KIND_ID_NODES), NULL, "n", NULL, &err);
    cr_assert_eq(status, STATUS_UNTRUSTED, "%s: %s", error_status_name(status), err.text);
    sovereign_free(sovereign);
    sovereign = open_context("absent");
    cr_assert_null(sovereign->regions[0].client);
    cr_assert(strstr(sovereign->regions[0].error.text, "no context 'absent'") != NULL, "%s", sovereign->regions[0].error.text);
    sovereign_free(sovereign);
    teardown();
    TEST_NO_LEAKS();
}

static bool is_suspended(void *context, struct json_value object)
{
    return json_reader_bool(json_reader_get(json_reader_get(object, "spec"), "suspend"), false);
}

static bool is_absent(void *context, struct json_value object)
{
    return json_reader_kind(object) == JSON_KIND_ABSENT;
}

static enum status suspend(json_t *document, void *context, struct error *err)
{
    json_object_set_new(json_object_get(document, "spec"), "suspend", json_true());
    return STATUS_OK;
}

/* Changes the object once the other side has seen it unsuspended. */
static bool is_suspended_later(void *context, struct json_value object)
{
    int *asked = context;
    if (++*asked == 1)
        cr_assert_eq(demo_store_update(objects, DEMO_KIND_HELMRELEASE, "flux-system", "bp-03", suspend, NULL, "test"), STATUS_OK);
    return is_suspended(NULL, object);
}

Test(kube_client, watches_an_object_until_it_shows_the_effect)
{
    setup();
    struct sovereign *sovereign = open_context("admin");
    struct kube_client *client = sovereign->regions[0].client;
    const struct kind *kind = kind_table_get(KIND_ID_HELMRELEASES);
    struct error err = {0};
    int asked = 0;
    cr_assert_eq(kube_client_watch_until(client, kind, "flux-system", "bp-03", 10000, is_suspended_later, &asked, &err), STATUS_OK, "%s", err.text);
    cr_assert(asked >= 2);
    cr_assert_eq(kube_client_watch_until(client, kind, "flux-system", "nothing", 10000, is_absent, NULL, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(kube_client_watch_until(client, kind, "flux-system", "bp-04", 300, is_suspended, NULL, &err), STATUS_TIMEOUT);
    cr_assert(strstr(err.text, "admin: HelmRelease flux-system/bp-04: not seen") == err.text, "%s", err.text);
    atomic_bool cancel = true;
    sovereign_set_cancel(sovereign, &cancel);
    cr_assert_eq(kube_client_watch_until(client, kind, "flux-system", "bp-04", 10000, is_suspended, NULL, &err), STATUS_INTERRUPTED);
    sovereign_free(sovereign);
    teardown();
    TEST_NO_LEAKS();
}

Test(kube_client, knows_the_kinds_of_its_server)
{
    setup();
    struct sovereign *sovereign = open_context("admin");
    struct kube_client *client = sovereign->regions[0].client;
    const struct kind *kind = NULL, *again = NULL;
    struct error err = {0};
    cr_assert_eq(kube_client_find_kind(client, "hr", &kind, &err), STATUS_OK);
    cr_assert_eq(kind, kind_table_get(KIND_ID_HELMRELEASES));
    cr_assert_eq(kube_client_find_kind(client, "cm", &kind, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(kube_client_find_kind(client, "ConfigMap", &again, &err), STATUS_OK, "%s", err.text);
    cr_assert(kind == again && strcmp(kind->id, "configmaps") == 0 && kind->dynamic_count > 0);
    cr_assert_eq(kube_client_find_kind(client, "podz", &kind, &err), STATUS_NOT_FOUND);
    cr_assert(strstr(err.text, "did you mean 'pods'") != NULL, "%s", err.text);
    struct bytebuf path;
    bytebuf_init(&path, 500);
    kube_client_path(&path, kind_table_get(KIND_ID_HELMRELEASES), "v2", "a b", "x/y", "status");
    cr_assert_str_eq(bytebuf_text(&path), "/apis/helm.toolkit.fluxcd.io/v2/namespaces/a%20b/helmreleases/x%2Fy/status");
    bytebuf_clear(&path);
    kube_client_selectors(&path, kind_table_get(KIND_ID_CUTOVER_STATUS));
    cr_assert_str_eq(bytebuf_text(&path), "fieldSelector=metadata.name%3Dself-sovereign-cutover-status");
    bytebuf_done(&path);
    sovereign_free(sovereign);
    teardown();
    TEST_NO_LEAKS();
}
