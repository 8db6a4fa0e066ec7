/* What a region's feed does with less than everything: rights in some namespaces, lists without watches, rights that come and go;
 * kinds that vanish from the server and return; lists as initial events. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "demo/demo_json.h"
#include "demo/demo_kinds.h"
#include "sovereign/kind_table.h"
#include "sovereign_fixture.h"
#include "support/fresh_list.h"
#include "support/leak_check.h"

#define NEVER_MS 30000

static struct sovereign_fixture fixture;
static char difference[512];

static const struct table *table_of(const char *kind_id)
{
    return store_find_table(fixture.store, kind_id, 0);
}

static const struct table *releases(void)
{
    return table_of(KIND_ID_HELMRELEASES);
}

static const struct feed_health *lamp(void)
{
    return store_feed(fixture.store, FEED_KIND_KUBE, 0);
}

static struct kube_client *client(void)
{
    return fixture.sovereign->regions[0].client;
}

static void put_release(const char *namespace, const char *name)
{
    demo_store_put(fixture.world.stores[0], DEMO_KIND_HELMRELEASE,
                   json_pack("{s:{s:s, s:s}, s:{}}", "metadata", "name", name, "namespace", namespace, "spec"), "test");
}

static bool is_partial(struct sovereign_fixture *f)
{
    return releases()->state == TABLE_STATE_PARTIAL;
}

static bool is_live(struct sovereign_fixture *f)
{
    return releases()->state == TABLE_STATE_LIVE;
}

static bool is_stale(struct sovereign_fixture *f)
{
    return releases()->state == TABLE_STATE_STALE;
}

static bool own_namespaces_are_fresh(struct sovereign_fixture *f)
{
    return fresh_list_equals(client(), releases(), "flux-system", difference, sizeof difference) &&
           fresh_list_equals(client(), releases(), "default", difference, sizeof difference);
}

#define NAMESPACED(namespace) \
    {.subject = "limited", .name_space = namespace, .groups = "*", .resources = "helmreleases,pods,jobs", .verbs = "get,list,watch"}

Test(kube_rights, two_namespaces_are_followed_into_one_table)
{
    static const struct demo_grant GRANTS[] = {NAMESPACED("flux-system"), NAMESPACED("default"), {0}};
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_FLUX, .limited_user = true, .grants = GRANTS});
    put_release("default", "mine");
    put_release("elsewhere", "not-mine");
    cr_assert(sovereign_fixture_until(&fixture, is_partial, NEVER_MS), "%s: %s", table_state_name(releases()->state), table_reason(releases()));
    cr_assert_str_eq(table_reason(releases()), "only namespaces default, flux-system (may not list helmreleases across all)");
    cr_assert(!table_is_known(releases()) && table_is_current(releases()));
    cr_assert(sovereign_fixture_until(&fixture, own_namespaces_are_fresh, NEVER_MS), "%s", difference);
    cr_assert_null(store_find(fixture.store, KIND_ID_HELMRELEASES, 0, "elsewhere", "not-mine"));
    cr_assert_eq(lamp()->state, FEED_STATE_LIMITED);
    cr_assert(strstr(lamp()->reason, "may not list ") == lamp()->reason, "%s", lamp()->reason);
    put_release("default", "mine-too");
    demo_store_remove(fixture.world.stores[0], DEMO_KIND_HELMRELEASE, "default", "mine");
    cr_assert(sovereign_fixture_until(&fixture, own_namespaces_are_fresh, NEVER_MS), "%s", difference);
    demo_store_expire(fixture.world.stores[0]); /* both watches list again: each sweeps its own namespace */
    put_release("flux-system", "another");
    cr_assert(sovereign_fixture_until(&fixture, own_namespaces_are_fresh, NEVER_MS), "%s", difference);
    cr_assert(sovereign_fixture_until(&fixture, is_partial, NEVER_MS));
    struct demo_grant everywhere = {.subject = "limited", .groups = "*", .resources = "helmreleases", .verbs = "list,watch"};
    demo_access_grant(fixture.access, &everywhere);
    feed_set_retry(fixture.feeds);
    cr_assert(sovereign_fixture_until(&fixture, is_live, NEVER_MS), "%s: %s", table_state_name(releases()->state), table_reason(releases()));
    cr_assert(fresh_list_equals(client(), releases(), NULL, difference, sizeof difference), "%s", difference);
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

Test(kube_rights, rights_that_go_leave_old_rows_with_a_reason)
{
    static const struct demo_grant GRANTS[] = {{.subject = "limited", .groups = "*", .resources = "helmreleases", .verbs = "list,watch"}, {0}};
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_FLUX, .limited_user = true, .grants = GRANTS});
    cr_assert(sovereign_fixture_until(&fixture, is_live, NEVER_MS));
    size_t count = releases()->rows.count;
    cr_assert(count > 0);
    demo_access_revoke(fixture.access, "limited");
    demo_store_expire(fixture.world.stores[0]);
    cr_assert(sovereign_fixture_until(&fixture, is_stale, NEVER_MS));
    while (strstr(table_reason(releases()), "403") == NULL)
        cr_assert(sovereign_fixture_until(&fixture, is_stale, NEVER_MS));
    cr_assert_eq(releases()->rows.count, count);
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

static bool is_polled(struct sovereign_fixture *f)
{
    return is_live(f) && strstr(releases()->reason, "listed every 15 s, because it may not be watched") != NULL;
}

static bool lamp_says_so(struct sovereign_fixture *f)
{
    return lamp()->state == FEED_STATE_LIMITED && strstr(lamp()->reason, "may not be watched") != NULL;
}

static bool polled_is_fresh(struct sovereign_fixture *f)
{
    return fresh_list_equals(client(), releases(), NULL, difference, sizeof difference);
}

Test(kube_rights, what_may_not_be_watched_is_listed)
{
    static const struct demo_grant GRANTS[] = {{.subject = "limited", .groups = "*", .resources = "helmreleases", .verbs = "list"}, {0}};
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_FLUX, .limited_user = true, .grants = GRANTS});
    cr_assert(sovereign_fixture_until(&fixture, is_polled, NEVER_MS), "%s: %s", table_state_name(releases()->state), table_reason(releases()));
    cr_assert(sovereign_fixture_until(&fixture, lamp_says_so, NEVER_MS), "%s", lamp()->reason);
    put_release("default", "later");
    feed_set_retry(fixture.feeds); /* instead of waiting for the next poll */
    cr_assert(sovereign_fixture_until(&fixture, polled_is_fresh, NEVER_MS), "%s", difference);
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

static bool all_fresh(struct sovereign_fixture *f)
{
    return fresh_list_equals_all(client(), f->store, 0, difference, sizeof difference);
}

Test(kube_rights, lists_as_initial_events_fill_the_same_tables)
{
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_EVERYTHING, .watch_list = true});
    cr_assert(sovereign_fixture_until(&fixture, sovereign_fixture_is_settled, NEVER_MS));
    cr_assert(sovereign_fixture_until(&fixture, all_fresh, NEVER_MS), "%s", difference);
    feed_set_retry(fixture.feeds); /* by now the server is known to have it: every list comes that way */
    put_release("default", "new");
    demo_store_remove(fixture.world.stores[0], DEMO_KIND_HELMRELEASE, "flux-system", "bp-harbor");
    cr_assert(sovereign_fixture_until(&fixture, is_live, NEVER_MS));
    cr_assert(sovereign_fixture_until(&fixture, all_fresh, NEVER_MS), "%s", difference);
    cr_assert_null(store_find(fixture.store, KIND_ID_HELMRELEASES, 0, "flux-system", "bp-harbor"));
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

static bool lamp_is_live_over_http2(struct sovereign_fixture *f)
{
    return lamp()->state == FEED_STATE_LIVE && strcmp(lamp()->protocol, "HTTP/2") == 0;
}

/* More kinds than one connection may carry streams: none is left waiting, and the probe is not starved. */
Test(kube_rights, every_kind_is_followed_over_few_streams)
{
    static const struct demo_grant GRANTS[] = {{.subject = "limited", .groups = "*", .resources = "*", .verbs = "*"}, {0}};
    if (!nghttpx_available())
        cr_skip("no nghttpx on this machine");
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_FLUX, .limited_user = true, .grants = GRANTS, .streams = 5});
    cr_assert(sovereign_fixture_until(&fixture, lamp_is_live_over_http2, NEVER_MS), "%s: %s (%s)", feed_health_state_name(lamp()->state), lamp()->reason, lamp()->protocol);
    cr_assert(sovereign_fixture_until(&fixture, sovereign_fixture_is_settled, NEVER_MS));
    put_release("default", "late");
    demo_store_remove(fixture.world.stores[0], DEMO_KIND_HELMREPOSITORY, "flux-system", "bp-harbor");
    cr_assert(sovereign_fixture_until(&fixture, all_fresh, NEVER_MS), "%s", difference);
    demo_store_expire(fixture.world.stores[0]);
    put_release("default", "later");
    cr_assert(sovereign_fixture_until(&fixture, all_fresh, NEVER_MS), "%s", difference);
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

/* --- kinds that come and go --------------------------------------------------------------------------------------------- */

static bool is_absent(struct sovereign_fixture *f)
{
    return releases()->state == TABLE_STATE_ABSENT;
}

/* How often the requests that the switched faults match were made. */
static json_int_t hits(void)
{
    struct kube_call call = {.path = "/demo/faults"};
    struct bytebuf reply;
    struct error err = {0};
    json_int_t sum = 0;
    size_t index;
    json_t *rule;
    bytebuf_init(&reply, 1 << 20);
    cr_assert_eq(kube_client_call(client(), &call, &reply, &err), STATUS_OK, "%s", err.text);
    json_t *rules = json_loadb(reply.data, reply.length, 0, NULL);
    json_array_foreach(rules, index, rule) {
        sum += demo_json_integer(rule, "hits", 0);
    }
    json_decref(rules);
    bytebuf_done(&reply);
    return sum;
}

Test(kube_rights, a_kind_that_is_removed_is_absent_and_is_found_when_it_returns)
{
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_FLUX});
    cr_assert(sovereign_fixture_until(&fixture, is_live, NEVER_MS));
    sovereign_fixture_fault(&fixture, 0, "POST", "{\"url\": \"/apis/helm.toolkit.fluxcd.io/*\", \"action\": \"status\", \"code\": 404, \"body\": \"404 page not found\"}");
    sovereign_fixture_fault(&fixture, 0, "POST", "{\"url\": \"/apis\", \"action\": \"status\", \"code\": 200, \"body\": \"{\\\"kind\\\":\\\"APIGroupList\\\",\\\"groups\\\":[]}\"}");
    demo_store_expire(fixture.world.stores[0]);
    cr_assert(sovereign_fixture_until(&fixture, is_absent, NEVER_MS), "%s: %s", table_state_name(releases()->state), table_reason(releases()));
    cr_assert_eq(releases()->rows.count, 0, "rows of a kind that is no more");
    cr_assert_leq(hits(), 6, "asked again and again");
    sovereign_fixture_fault(&fixture, 0, "DELETE", "");
    demo_store_put(fixture.world.stores[0], DEMO_KIND_CUSTOMRESOURCEDEFINITION,
                   json_pack("{s:{s:s}, s:{}}", "metadata", "name", "helmreleases.helm.toolkit.fluxcd.io", "spec"), "test");
    cr_assert(sovereign_fixture_until(&fixture, is_live, 15000), "the bell was not heard within a minute's recheck: %s", table_reason(releases()));
    cr_assert(sovereign_fixture_until(&fixture, all_fresh, NEVER_MS), "%s", difference);
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

static bool group_is_away(struct sovereign_fixture *f)
{
    return strstr(table_reason(releases()), "the API service behind /apis/helm.toolkit.fluxcd.io/v2 is away") != NULL;
}

static bool repositories_are_live(struct sovereign_fixture *f)
{
    return table_of(KIND_ID_HELMREPOSITORIES)->state == TABLE_STATE_LIVE;
}

Test(kube_rights, a_broken_group_hides_no_other)
{
    sovereign_fixture_start(&fixture, (struct sovereign_fixture_options){.objects = SOVEREIGN_FIXTURE_FLUX});
    cr_assert(sovereign_fixture_until(&fixture, is_live, NEVER_MS));
    sovereign_fixture_fault(&fixture, 0, "POST", "{\"plainDiscovery\": true}");
    sovereign_fixture_fault(&fixture, 0, "POST", "{\"url\": \"/apis/helm.toolkit.fluxcd.io/*/helmreleases*\", \"action\": \"status\", \"code\": 404}");
    sovereign_fixture_fault(&fixture, 0, "POST", "{\"url\": \"/apis/helm.toolkit.fluxcd.io/*\", \"action\": \"status\", \"code\": 503}");
    demo_store_expire(fixture.world.stores[0]);
    cr_assert(sovereign_fixture_until(&fixture, group_is_away, NEVER_MS), "%s: %s", table_state_name(releases()->state), table_reason(releases()));
    cr_assert_eq(releases()->state, TABLE_STATE_STALE);
    cr_assert(releases()->rows.count > 0, "away is not absent");
    cr_assert(sovereign_fixture_until(&fixture, repositories_are_live, NEVER_MS));
    sovereign_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}
