/* Joins and roll-ups over small estates (domain.md 2.1 to 2.3 and 11.4). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "estate/estate.h"
#include "estate/region_name.h"
#include "support/leak_check.h"
#include "support/rows.h"

static const struct {
    const char *ready, *vcluster, *realm, *iac;
    enum tone tone;
} ORGANIZATIONS[] = {
    {"True", "Ready", "Ready", "Ready", TONE_GOOD},       {"True", "Ready", "Disabled", "Disabled", TONE_GOOD},
    {"True", "Provisioning", "Ready", "Ready", TONE_PROGRESS}, {"True", "Ready", "Failed", "Ready", TONE_BAD},
    {"True", "Ready", "Ready", "Pending", TONE_PROGRESS}, {"False", "Ready", "Ready", "Ready", TONE_BAD},
    {NULL, "Ready", "Ready", "Ready", TONE_UNKNOWN},      {"True", NULL, NULL, NULL, TONE_GOOD},
    {NULL, "Failed", NULL, NULL, TONE_BAD},               {"Unknown", "Ready", NULL, NULL, TONE_PROGRESS},
};

Test(organization, is_the_worst_of_its_four_states)
{
    for (size_t i = 0; i < ARRAY_LENGTH(ORGANIZATIONS); i++) {
        struct store *store = rows_store("fsn1", NULL);
        const struct row *row =
            rows_add(store, KIND_ID_ORGANIZATIONS, 0, "acme", FIELD_READY, ORGANIZATIONS[i].ready, FIELD_VCLUSTER_PHASE,
                     ORGANIZATIONS[i].vcluster, FIELD_REALM_STATE, ORGANIZATIONS[i].realm, FIELD_IAC_STATE, ORGANIZATIONS[i].iac,
                     FIELD_LAST_ERROR, "robot: 401", ROWS_END);
        rows_all_live(store);
        struct organization organization = {.row = row};
        organization_judge(&organization, store);
        cr_assert_eq(organization.health.tone, ORGANIZATIONS[i].tone, "%zu is %s: %s", i, health_name(organization.health.tone),
                     organization.health.cause);
        cr_assert_eq(organization.health.cause[0] == '\0', ORGANIZATIONS[i].tone == TONE_GOOD, "%zu: %s", i, organization.health.cause);
        store_free(store);
    }
    TEST_NO_LEAKS();
}

static struct store *make_estate(void)
{
    struct store *store = rows_store("fsn1", "hel1", NULL);
    rows_add(store, KIND_ID_ORGANIZATIONS, 0, "acme", FIELD_READY, "True", ROWS_END);
    rows_add(store, KIND_ID_ORGANIZATIONS, 0, "bluewave", FIELD_READY, "True", ROWS_END);
    rows_add(store, KIND_ID_ENVIRONMENTS, 0, "acme-prod", FIELD_ORGANIZATION, "acme", FIELD_PHASE, "Ready", ROWS_END);
    rows_add(store, KIND_ID_APPLICATIONS, 0, "acme/shop", FIELD_ENVIRONMENT, "acme-prod", FIELD_PHASE, "Ready", ROWS_END);
    rows_add(store, KIND_ID_APPLICATIONS, 0, "org-bluewave/shop", FIELD_PHASE, "Ready", ROWS_END);
    for (int r = 0; r < 2; r++) {
        rows_add(store, KIND_ID_HELMRELEASES, r, "acme/shop", FIELD_APPLICATION, "shop", FIELD_READY, "True", ROWS_END);
        rows_add(store, KIND_ID_HELMRELEASES, r, "org-bluewave/shop-x", FIELD_APPLICATION, "shop", FIELD_READY, "True", ROWS_END);
    }
    rows_all_live(store);
    return store;
}

static const struct application *application(const struct estate *estate, const char *namespace)
{
    for (size_t i = 0; i < estate->application_count; i++)
        if (span_equals_text(row_namespace(estate->applications[i].row), namespace))
            return &estate->applications[i];
    cr_assert_fail("no application in %s", namespace);
    return NULL;
}

Test(estate, joins_upwards_and_downwards_across_regions)
{
    struct store *store = make_estate();
    struct estate *estate = estate_new(store);
    cr_assert(estate_refresh(estate));
    cr_assert_not(estate_refresh(estate), "nothing changed");
    const struct application *acme = application(estate, "acme"), *blue = application(estate, "org-bluewave");
    cr_assert_eq(acme->release_count, 2, "one in each region, and not those of the other Organization's shop");
    cr_assert_eq(row_region(acme->releases[1]), 1);
    cr_assert_eq(blue->release_count, 2);
    cr_assert(span_equals_text(row_name(estate->organizations[acme->organization].row), "acme"));
    cr_assert(span_equals_text(row_name(estate->organizations[blue->organization].row), "bluewave"), "by its namespace");
    cr_assert_eq(estate->environments[acme->environment].organization, acme->organization);
    cr_assert_eq(estate_release_owner(estate, blue->releases[0]), blue);
    const struct organization *owner = &estate->organizations[acme->organization];
    cr_assert(owner->environment_count == 1 && owner->application_count == 1 && owner->applications_ready == 1);
    cr_assert_eq(acme->health.tone, TONE_GOOD, "%s", acme->health.cause);
    estate_free(estate);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(estate, one_bad_release_in_one_region_shows_all_the_way_up)
{
    struct store *store = make_estate();
    struct estate *estate = estate_new(store);
    estate_refresh(estate);
    rows_add(store, KIND_ID_HELMRELEASES, 1, "acme/shop", FIELD_APPLICATION, "shop", FIELD_READY, "False", FIELD_READY_REASON,
             "UpgradeFailed", FIELD_READY_MESSAGE, "timed out", ROWS_END);
    cr_assert(estate_refresh(estate));
    const struct application *acme = application(estate, "acme");
    cr_assert_eq(acme->health.tone, TONE_BAD);
    cr_assert_str_eq(acme->health.cause, "HelmRelease acme/shop in hel1 is Failed: timed out");
    cr_assert_eq(estate->environments[0].health.tone, TONE_BAD);
    cr_assert_str_eq(estate->environments[0].health.cause, "Application acme/shop: HelmRelease acme/shop in hel1 is Failed: timed out");
    cr_assert_eq(estate->organizations[0].health.tone, TONE_GOOD, "an Organization is its own four states (domain.md 2.1)");
    cr_assert_eq(estate->organizations[0].applications_ready, 0);
    estate_free(estate);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(estate, unknown_is_never_green)
{
    clock_freeze(1000, 0);
    struct store *store = make_estate();
    struct estate *estate = estate_new(store);
    table_set_state(store_table(store, rows_kind(KIND_ID_HELMRELEASES), 1), TABLE_STATE_FORBIDDEN, "403");
    estate_refresh(estate);
    cr_assert_eq(application(estate, "acme")->health.tone, TONE_UNKNOWN);
    cr_assert_str_eq(application(estate, "acme")->health.cause, "its HelmReleases are not known: helmreleases in hel1: 403");
    cr_assert_eq(estate->environments[0].health.tone, TONE_UNKNOWN);
    rows_live(store, KIND_ID_HELMRELEASES, 1);
    estate_refresh(estate);
    cr_assert_eq(application(estate, "acme")->health.tone, TONE_GOOD);
    table_set_state(store_table(store, rows_kind(KIND_ID_APPLICATIONS), 0), TABLE_STATE_STALE, "connection refused");
    estate_refresh(estate);
    cr_assert_eq(application(estate, "acme")->health.tone, TONE_GOOD, "stale for a moment is not unknown");
    clock_freeze(1000 + TABLE_STALE_MAX_MS + 1, 0);
    store_expire(store);
    cr_assert(estate_refresh(estate));
    cr_assert_eq(application(estate, "acme")->health.tone, TONE_UNKNOWN);
    cr_assert_str_eq(application(estate, "acme")->health.cause, "applications are not known any more: connection refused");
    estate_free(estate);
    store_free(store);
    clock_freeze(-1, -1);
}

static const struct {
    const char *name, *phase, *clusters, *messages, *release_ready, *suspended, *bootstrap, *backing, *own_ready, *own_reason;
    enum tone tone;
    const char *cause;
} APPLICATIONS[] = {
    {"phase Ready, nothing runs", .phase = "Ready", .tone = TONE_UNKNOWN, .cause = "no HelmRelease of it was found"},
    {"phase of a word never seen", .phase = "Zombie", .release_ready = "True", .tone = TONE_UNKNOWN, .cause = "phase Zombie"},
    {"one cluster failed", .phase = "Ready", .clusters = "hw-me-east-215-a-rtz-prod=Ready|hw-me-east-215-b-rtz-prod=Failed",
     .messages = "hw-me-east-215-b-rtz-prod=no quota", .release_ready = "True", .tone = TONE_BAD,
     .cause = "cluster me-east-215-b is Failed: no quota"},
    {"suspended", .phase = "Ready", .release_ready = "True", .suspended = "true", .tone = TONE_PAUSED,
     .cause = "HelmRelease acme/shop in fsn1 is Suspended: its Ready=True is frozen"},
    {"degraded phase", .phase = "Degraded", .release_ready = "True", .tone = TONE_WARN, .cause = "phase Degraded"},
    {"bootstrap observes only", .bootstrap = "true", .backing = "bp-gitea=flux-system", .tone = TONE_GOOD, .cause = ""},
    {"invalid topology", .phase = "Pending", .release_ready = "True", .own_ready = "False", .own_reason = "InvalidTopology",
     .tone = TONE_PROGRESS, .cause = "phase Pending"},
    {"refused although Ready", .phase = "Ready", .release_ready = "True", .own_ready = "False", .own_reason = "InvalidTopology",
     .tone = TONE_BAD, .cause = "Ready is False: InvalidTopology"},
};

Test(application, is_the_worst_of_phase_clusters_and_releases)
{
    for (size_t i = 0; i < ARRAY_LENGTH(APPLICATIONS); i++) {
        struct store *store = rows_store("fsn1", NULL);
        rows_add(store, KIND_ID_APPLICATIONS, 0, "acme/shop", FIELD_PHASE, APPLICATIONS[i].phase, FIELD_CLUSTER_STATES,
                 APPLICATIONS[i].clusters, FIELD_CLUSTER_MESSAGES, APPLICATIONS[i].messages, FIELD_BOOTSTRAP, APPLICATIONS[i].bootstrap,
                 FIELD_BACKING_RELEASE, APPLICATIONS[i].backing, FIELD_READY, APPLICATIONS[i].own_ready, FIELD_READY_REASON,
                 APPLICATIONS[i].own_reason, ROWS_END);
        if (APPLICATIONS[i].release_ready != NULL)
            rows_add(store, KIND_ID_HELMRELEASES, 0, "acme/shop", FIELD_READY, APPLICATIONS[i].release_ready, FIELD_SUSPENDED,
                     APPLICATIONS[i].suspended, ROWS_END);
        rows_add(store, KIND_ID_HELMRELEASES, 0, "flux-system/bp-gitea", FIELD_READY, "True", ROWS_END);
        rows_all_live(store);
        struct estate *estate = estate_new(store);
        estate_refresh(estate);
        const struct health *health = &estate->applications[0].health;
        cr_assert_eq(health->tone, APPLICATIONS[i].tone, "%s: %s: %s", APPLICATIONS[i].name, health_name(health->tone), health->cause);
        cr_assert_str_eq(health->cause, APPLICATIONS[i].cause, "%s", APPLICATIONS[i].name);
        estate_free(estate);
        store_free(store);
    }
    TEST_NO_LEAKS();
}

Test(application, in_both_regions_keeps_its_own_releases)
{
    struct store *store = rows_store("fsn1", "hel1", NULL);
    for (int r = 0; r < 2; r++) {
        rows_add(store, KIND_ID_APPLICATIONS, r, "catalyst-system/gitea", FIELD_BOOTSTRAP, "true", FIELD_BACKING_RELEASE,
                 "bp-gitea=flux-system", ROWS_END);
        rows_add(store, KIND_ID_HELMRELEASES, r, "flux-system/bp-gitea", FIELD_READY, r == 0 ? "True" : "False", ROWS_END);
    }
    rows_all_live(store);
    struct estate *estate = estate_new(store);
    estate_refresh(estate);
    cr_assert_eq(estate->applications[0].health.tone, TONE_GOOD);
    cr_assert_eq(estate->applications[1].health.tone, TONE_BAD);
    cr_assert_eq(estate->applications[0].release_count, 1);
    estate_free(estate);
    store_free(store);
}

Test(application, finds_releases_of_its_clusters_and_its_pods)
{
    struct store *store = rows_store("me-east-215-a", "me-east-215-b", NULL);
    rows_add(store, KIND_ID_APPLICATIONS, 0, "acme/shop", FIELD_PHASE, "Ready", FIELD_CLUSTER_RELEASES,
             "hw-me-east-215-b-rtz-prod=shop-b", ROWS_END);
    for (int r = 0; r < 2; r++)
        rows_add(store, KIND_ID_HELMRELEASES, r, "acme/shop-b", FIELD_READY, "True", FIELD_TARGET_NAMESPACE, "acme-apps", ROWS_END);
    const struct row *pod =
        rows_add(store, KIND_ID_PODS, 1, "acme-apps/web-0", FIELD_LABELS, "app.kubernetes.io/instance=acme-apps-shop-b", ROWS_END);
    const struct row *other = rows_add(store, KIND_ID_PODS, 1, "acme-apps/db-0", FIELD_LABELS, "app.kubernetes.io/instance=db", ROWS_END);
    rows_all_live(store);
    struct estate *estate = estate_new(store);
    estate_refresh(estate);
    const struct application *shop = &estate->applications[0];
    cr_assert_eq(shop->release_count, 1);
    cr_assert_eq(row_region(shop->releases[0]), 1);
    cr_assert(application_owns(shop->releases[0], pod));
    cr_assert_not(application_owns(shop->releases[0], other));
    estate_free(estate);
    store_free(store);
}

static const struct {
    const char *name, *folded;
} REGIONS[] = {
    {"fsn", "fsn"}, {"fsn1", "fsn1"}, {"hz-fsn-rtz-prod", "fsn"}, {"hw-me-east-215-a-rtz-prod", "me-east-215-a"},
    {"hz-hel-dmz-prod-acme", "hel"}, {"me-east-215-a", "me-east-215-a"}, {"platform-bootstrap-owned-host", ""}, {"hz-odd", "hz-odd"},
    {"hz-rtz-prod", "hz-rtz-prod"}, {"", ""},
};

Test(region_name, folds_and_matches)
{
    for (size_t i = 0; i < ARRAY_LENGTH(REGIONS); i++)
        cr_assert(span_equals_text(region_name_fold(span_of(REGIONS[i].name)), REGIONS[i].folded), "%s", REGIONS[i].name);
    cr_assert(region_name_matches(span_of("hz-fsn-rtz-prod"), span_of("fsn1")));
    cr_assert_not(region_name_matches(span_of("fsn2"), span_of("fsn1")));
    cr_assert_not(region_name_matches(span_of("me-east-215-a"), span_of("me-east-215-b")));
    char text[64];
    cr_assert_str_eq(region_name_join(span_of("hz-fsn-rtz-prod\x1e" "fsn\x1eplatform-bootstrap-owned-host\x1ehel"), text, sizeof text),
                     "fsn, hel");
}
