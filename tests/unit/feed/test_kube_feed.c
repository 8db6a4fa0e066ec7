/* A region's feed against a real HTTPS API server: it fills the store, follows changes, says why it cannot, and comes back. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "demo/demo_kinds.h"
#include "sovereign/kind_table.h"
#include "sovereign_fixture.h"
#include "support/fresh_list.h"
#include "support/leak_check.h"

static struct sovereign_fixture fixture;

static const struct table *table_of(const char *kind_id)
{
    return store_find_table(fixture.store, kind_id, 0);
}

static const struct feed_health *lamp(void)
{
    return store_feed(fixture.store, FEED_KIND_KUBE, 0);
}

static bool is_live(struct sovereign_fixture *f)
{
    return lamp()->state == FEED_STATE_LIVE && table_of(KIND_ID_HELMRELEASES)->state == TABLE_STATE_LIVE;
}

static bool is_down(struct sovereign_fixture *f)
{
    return lamp()->state == FEED_STATE_DOWN;
}

static char difference[512];

/* What the console shows of the first region is what a fresh list says now. */
static bool is_fresh(struct sovereign_fixture *f)
{
    return fresh_list_equals_all(f->sovereign->regions[0].client, f->store, 0, difference, sizeof difference);
}

static enum status suspend(json_t *document, void *context, struct error *err)
{
    json_object_set_new(json_object_get(document, "spec"), "suspend", json_boolean(context != NULL));
    return STATUS_OK;
}

static void set_suspended(bool suspended)
{
    cr_assert_eq(demo_store_update(fixture.world.stores[0], DEMO_KIND_HELMRELEASE, "flux-system", "bp-harbor", suspend,
                                   suspended ? &fixture : NULL, "test"), STATUS_OK);
}

static bool harbor_is_suspended(struct sovereign_fixture *f)
{
    const struct row *row = store_find(f->store, KIND_ID_HELMRELEASES, 0, "flux-system", "bp-harbor");
    return row != NULL && row_true(row, FIELD_SUSPENDED);
}

static bool harbor_is_gone(struct sovereign_fixture *f)
{
    return store_find(f->store, KIND_ID_HELMRELEASES, 0, "flux-system", "bp-harbor") == NULL;
}

static bool timeline_has(const char *object, const char *text)
{
    for (size_t i = 0; i < timeline_count(fixture.store->timeline); i++) {
        const struct timeline_entry *entry = timeline_at(fixture.store->timeline, i);
        if (strstr(entry->object, object) != NULL && strstr(entry->text, text) != NULL)
            return true;
    }
    return false;
}

Test(kube_feed, fills_the_store_of_two_regions_and_follows_changes)
{
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_EVERYTHING, .regions = 2});
    cr_assert(sovereign_fixture_until(&fixture, sovereign_fixture_is_settled, 20000));
    static const struct {
        const char *id;
        enum demo_kind_id kind;
    } KINDS[] = {{KIND_ID_HELMRELEASES, DEMO_KIND_HELMRELEASE}, {KIND_ID_HELMREPOSITORIES, DEMO_KIND_HELMREPOSITORY},
                 {KIND_ID_NODES, DEMO_KIND_NODE}, {KIND_ID_DEPLOYMENTS, DEMO_KIND_DEPLOYMENT}};
    for (int region = 0; region < 2; region++)
        for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
            const struct table *table = store_find_table(fixture.store, KINDS[i].id, region);
            cr_assert_eq(table->state, TABLE_STATE_LIVE, "%s: %s", KINDS[i].id, table->reason);
            cr_assert_eq(table->rows.count, demo_store_count(fixture.world.stores[region], KINDS[i].kind), "%s", KINDS[i].id);
        }
    for (size_t i = 0; i < kind_table_count(); i++)
        if (kind_table_at(i)->feed == KIND_FEED_ALWAYS) {
            const struct table *table = table_of(kind_table_at(i)->id);
            cr_assert(table->state == TABLE_STATE_LIVE || table->state == TABLE_STATE_ABSENT, "%s is %s: %s", kind_table_at(i)->id,
                      table_state_name(table->state), table_reason(table));
        }
    cr_assert_str_eq(fixture.store->fqdn, DEMO_WORLD_FQDN);
    cr_assert(table_of(KIND_ID_CUTOVER_STEPS)->rows.count >= 10);
    set_suspended(true);
    cr_assert(sovereign_fixture_until(&fixture, harbor_is_suspended, 5000));
    cr_assert(timeline_has("bp-harbor", "suspended"));
    demo_store_remove(fixture.world.stores[0], DEMO_KIND_HELMRELEASE, "flux-system", "bp-harbor");
    cr_assert(sovereign_fixture_until(&fixture, harbor_is_gone, 5000));
    cr_assert(timeline_has("bp-harbor", "is gone"));
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

Test(kube_feed, says_within_five_seconds_that_the_server_is_gone_and_recovers_within_ten)
{
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_FLUX});
    cr_assert(sovereign_fixture_until(&fixture, is_live, 20000), "%s", lamp()->reason);
    demo_http_pause(demo_kube_http(fixture.kube[0]));
    cr_assert(sovereign_fixture_until(&fixture, is_down, 5000), "the lamp is %s", feed_health_state_name(lamp()->state));
    cr_assert(strstr(lamp()->reason, "127.0.0.1:") != NULL, "%s", lamp()->reason);
    cr_assert(table_of(KIND_ID_HELMRELEASES)->state == TABLE_STATE_STALE && table_of(KIND_ID_HELMRELEASES)->rows.count > 0);
    set_suspended(true);
    struct error err = {0};
    cr_assert_eq(demo_http_resume(demo_kube_http(fixture.kube[0]), &err), STATUS_OK, "%s", err.text);
    int64_t returned_ms = clock_monotonic_ms();
    cr_assert(sovereign_fixture_until(&fixture, is_live, 10000), "the lamp is %s: %s", feed_health_state_name(lamp()->state), lamp()->reason);
    cr_assert(sovereign_fixture_until(&fixture, harbor_is_suspended, 10000 - (clock_monotonic_ms() - returned_ms)));
    cr_assert_eq(lamp()->reconnects, 1);
    cr_assert(sovereign_fixture_until(&fixture, is_fresh, 10000), "%s", difference);
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

Test(kube_feed, finds_a_peer_that_keeps_its_connections_and_answers_nothing)
{
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_FLUX});
    cr_assert(sovereign_fixture_until(&fixture, is_live, 20000), "%s", lamp()->reason);
    sovereign_fixture_fault(&fixture, 0, "POST", "{\"url\": \"/livez*\", \"action\": \"stall\"}");
    cr_assert(sovereign_fixture_until(&fixture, is_down, 6000), "the lamp is %s", feed_health_state_name(lamp()->state));
    sovereign_fixture_fault(&fixture, 0, "DELETE", "");
    cr_assert(sovereign_fixture_until(&fixture, is_live, 10000), "the lamp is %s: %s", feed_health_state_name(lamp()->state), lamp()->reason);
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

static bool releases_failed(struct sovereign_fixture *f)
{
    return table_of(KIND_ID_HELMRELEASES)->state == TABLE_STATE_STALE && table_of(KIND_ID_HELMRELEASES)->broken > 0;
}

Test(kube_feed, keeps_old_rows_when_a_list_is_broken_and_names_it)
{
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_FLUX});
    cr_assert(sovereign_fixture_until(&fixture, is_live, 20000), "%s", lamp()->reason);
    size_t count = table_of(KIND_ID_HELMRELEASES)->rows.count;
    sovereign_fixture_fault(&fixture, 0, "POST", "{\"url\": \"*helmreleases*limit=*\", \"action\": \"break\", \"afterBytes\": 3000}");
    sovereign_fixture_fault(&fixture, 0, "POST", "{\"expireWatches\": true}");
    cr_assert(sovereign_fixture_until(&fixture, releases_failed, 10000), "%s: %s", table_state_name(table_of(KIND_ID_HELMRELEASES)->state),
              table_reason(table_of(KIND_ID_HELMRELEASES)));
    cr_assert(strstr(table_reason(table_of(KIND_ID_HELMRELEASES)), "helmreleases") != NULL, "%s", table_reason(table_of(KIND_ID_HELMRELEASES)));
    cr_assert_eq(table_of(KIND_ID_HELMRELEASES)->rows.count, count);
    cr_assert_eq(lamp()->state, FEED_STATE_LIMITED);
    sovereign_fixture_fault(&fixture, 0, "DELETE", "");
    feed_set_retry(fixture.feeds);
    cr_assert(sovereign_fixture_until(&fixture, is_live, 10000), "%s", lamp()->reason);
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

Test(kube_feed, lists_again_instead_of_losing_rows_when_the_inbox_is_full)
{
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_FLUX, .inbox_messages = 6, .inbox_bytes = 600000});
    cr_assert(sovereign_fixture_until(&fixture, is_live, 30000), "%s: %s", lamp()->reason, table_reason(table_of(KIND_ID_HELMRELEASES)));
    cr_assert_eq(table_of(KIND_ID_HELMRELEASES)->rows.count, demo_store_count(fixture.world.stores[0], DEMO_KIND_HELMRELEASE));
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

static bool is_limited(struct sovereign_fixture *f)
{
    return lamp()->state == FEED_STATE_LIMITED && table_of(KIND_ID_HELMRELEASES)->state == TABLE_STATE_LIVE;
}

Test(kube_feed, says_what_the_identity_may_not_list)
{
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_FLUX, .limited_user = true});
    cr_assert(sovereign_fixture_until(&fixture, sovereign_fixture_is_settled, 20000));
    cr_assert(sovereign_fixture_until(&fixture, is_limited, 5000), "%s: %s", feed_health_state_name(lamp()->state), lamp()->reason);
    cr_assert(strstr(lamp()->reason, "may not list ") == lamp()->reason, "%s", lamp()->reason);
    cr_assert_eq(table_of(KIND_ID_NODES)->state, TABLE_STATE_FORBIDDEN);
    cr_assert(strstr(table_reason(table_of(KIND_ID_NODES)), "403") != NULL, "%s", table_reason(table_of(KIND_ID_NODES)));
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

static const struct kind *opened_kind;
static struct error opened_error;
static bool opened_done;

static void opened(void *context, const struct kind *kind, const struct error *err)
{
    opened_kind = kind;
    opened_error = *err;
    opened_done = true;
}

static bool has_opened(struct sovereign_fixture *f)
{
    return opened_done;
}

static bool certificates_are_live(struct sovereign_fixture *f)
{
    const struct table *table = store_find_table(f->store, opened_kind->id, 0);
    return table != NULL && table->state == TABLE_STATE_LIVE;
}

Test(kube_feed, opens_any_kind_of_the_server_with_its_own_columns)
{
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){0});
    demo_store_put(fixture.world.stores[0], DEMO_KIND_CERTIFICATE,
                   json_pack("{s:{s:s, s:s}, s:{}}", "metadata", "name", "tls", "namespace", "ns", "spec"), "test");
    feed_set_open_kind(fixture.feeds, "certs", opened, NULL);
    cr_assert(sovereign_fixture_until(&fixture, has_opened, 10000));
    cr_assert_not_null(opened_kind, "%s", opened_error.text);
    cr_assert_str_eq(opened_kind->id, "certificates.cert-manager.io");
    feed_set_want(fixture.feeds, opened_kind);
    cr_assert(sovereign_fixture_until(&fixture, certificates_are_live, 10000));
    const struct table *table = store_find_table(fixture.store, opened_kind->id, 0);
    size_t at = 0;
    const struct row *row = table_next(table, &at);
    cr_assert_not_null(row);
    cr_assert(span_equals(row_dynamic(row, 0), row_name(row)), "the first column is '%.*s'", SPAN_PRINT(row_dynamic(row, 0)));
    opened_done = false;
    feed_set_open_kind(fixture.feeds, "certificats", opened, NULL);
    cr_assert(sovereign_fixture_until(&fixture, has_opened, 10000));
    cr_assert(opened_kind == NULL && strstr(opened_error.text, "did you mean 'certificates'") != NULL, "%s", opened_error.text);
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}
