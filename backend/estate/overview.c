/* Counts and health per region, and the problems of all of them. */
#include "estate/overview.h"

#include <stdio.h>

/* True: the count is right, if only of what may be seen; then the region's health says so. */
static bool count_is_right(struct overview_region *region, struct health *health, const struct table *table, const char *what)
{
    if (table != NULL && table->state == TABLE_STATE_PARTIAL) {
        region->is_partial = true;
        health_add(health, TONE_UNKNOWN, "%s in what may be seen: %s", what, table_reason(table));
    }
    return table_is_current(table);
}

static void count_releases(struct overview_region *region, struct health *health, const struct estate *estate, int r)
{
    const struct table *table = store_find_table(estate->store, KIND_ID_HELMRELEASES, r);
    struct dependency_summary sum = dependency_graph_summary(estate->releases[r]);
    region->releases_known = count_is_right(region, health, table, "HelmReleases");
    region->releases_ready = sum.ready;
    region->releases_total = sum.total - sum.suspended;
    region->releases_suspended = sum.suspended;
    region->releases_failed = sum.failed;
    region->releases_blocked = sum.blocked;
    if (sum.failed > 0)
        health_add(health, TONE_BAD, "%zu of %zu HelmReleases failed, %zu wait for them", sum.failed, region->releases_total, sum.blocked);
    if (sum.ghosts > 0 && sum.blocked > 0)
        health_add(health, TONE_WARN, "%zu HelmReleases named in dependsOn do not exist", sum.ghosts);
    if (sum.progressing + sum.blocked > 0)
        health_add(health, TONE_PROGRESS, "%zu HelmReleases are on their way, %zu wait", sum.progressing, sum.blocked);
    if (sum.unknown > 0)
        health_add(health, TONE_UNKNOWN, "%zu HelmReleases do not say what their present spec led to", sum.unknown);
    if (!region->releases_known)
        health_add(health, TONE_UNKNOWN, "HelmReleases are not known: %s", table_reason(table));
}

static void count_nodes(struct overview_region *region, struct health *health, const struct store *store, int r)
{
    const struct table *table = store_find_table(store, KIND_ID_NODES, r);
    size_t at = 0;
    const struct row *row;
    region->nodes_known = table_is_known(table);
    while ((row = table_next(table, &at)) != NULL) {
        region->nodes_total++;
        region->nodes_ready += row_is(row, FIELD_READY, "True");
    }
    if (region->nodes_ready < region->nodes_total)
        health_add(health, region->nodes_ready == 0 ? TONE_BAD : TONE_WARN, "%zu of %zu nodes are not Ready",
                   region->nodes_total - region->nodes_ready, region->nodes_total);
    if (!region->nodes_known)
        health_add(health, TONE_UNKNOWN, "nodes are not known: %s", table_reason(table));
}

static void count_applications(struct overview_region *region, struct health *health, const struct estate *estate, int r)
{
    const struct table *table = store_find_table(estate->store, KIND_ID_APPLICATIONS, r);
    region->applications_known = count_is_right(region, health, table, "Applications") || (table != NULL && table->state == TABLE_STATE_ABSENT);
    for (size_t i = 0; i < estate->application_count; i++) {
        const struct application *application = &estate->applications[i];
        if (row_region(application->row) != r)
            continue;
        region->applications_total++;
        region->applications_ready += application->health.tone == TONE_GOOD;
        region->applications_unknown += application->health.tone == TONE_UNKNOWN;
        if (application->health.tone <= TONE_WARN)
            health_add(health, TONE_WARN, "Application %.*s: %s", SPAN_PRINT(row_key(application->row)), application->health.cause);
    }
    if (!region->applications_known)
        health_add(health, TONE_UNKNOWN, "Applications are not known: %s", table_reason(table));
}

static bool lacks(const struct store *store, const char *kind_id, int r)
{
    const struct table *table = store_find_table(store, kind_id, r);
    return table != NULL && table->state == TABLE_STATE_ABSENT;
}

static void count_region(struct overview *overview, const struct estate *estate, int r)
{
    struct overview_region *region = &overview->regions[r];
    struct health health;
    *region = (struct overview_region){0};
    health_init(&health);
    count_releases(region, &health, estate, r);
    count_nodes(region, &health, estate->store, r);
    count_applications(region, &health, estate, r);
    region->lacks_flux = lacks(estate->store, KIND_ID_HELMRELEASES, r);
    region->lacks_catalyst = lacks(estate->store, KIND_ID_ORGANIZATIONS, r) && lacks(estate->store, KIND_ID_ENVIRONMENTS, r) &&
                             lacks(estate->store, KIND_ID_APPLICATIONS, r);
    for (size_t i = 0; i < estate->store->feed_count; i++) {
        const struct feed_health *feed = &estate->store->feeds[i];
        if (feed->kind == FEED_KIND_KUBE && feed->region == r && (feed->state == FEED_STATE_DOWN || feed->state == FEED_STATE_DENIED))
            health_add(&health, TONE_UNKNOWN, "Kubernetes of this region is %s: %s", feed_health_state_name(feed->state), feed->reason);
    }
    health_add(&health, TONE_GOOD, "%s", "");
    region->tone = health.tone;
    snprintf(region->cause, sizeof region->cause, "%s", health.cause);
}

void overview_build(struct overview *overview, const struct estate *estate, int64_t now_ms)
{
    const struct store *store = estate->store;
    overview->cutover = cutover_claim_of(store, now_ms);
    problem_collect(&overview->problems, estate, &overview->cutover, now_ms);
    overview->region_count = store->region_count;
    overview->organizations = estate->organization_count;
    overview->environments = estate->environment_count;
    overview->tone = store->region_count == 0 ? TONE_UNKNOWN : TONE_GOOD;
    for (int r = 0; r < store->region_count; r++) {
        count_region(overview, estate, r);
        if (overview->regions[r].tone < overview->tone)
            overview->tone = overview->regions[r].tone;
    }
}

void overview_clear(struct overview *overview)
{
    problem_list_clear(&overview->problems);
}
