/* Joins an Application with its HelmReleases and rolls their states up. */
#include "estate/application.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "estate/region_name.h"

struct span application_organization_name(const struct row *row)
{
    struct span name = row_text(row, FIELD_ORGANIZATION);
    if (!span_is_empty(name))
        return name;
    name = row_namespace(row);
    return span_starts_with(name, "org-") ? span_from(name, 4) : name;
}

struct span application_placement(const struct row *row)
{
    static const struct { const char *legacy, *canonical; } WORDS[] = {{"single-region", "singleton"},
                                                                       {"active-hotstandby", "active-hot-standby"}};
    struct span word = row_text(row, FIELD_PLACEMENT);
    for (size_t i = 0; i < ARRAY_LENGTH(WORDS); i++)
        if (span_equals_text(word, WORDS[i].legacy))
            return span_of(WORDS[i].canonical);
    return word;
}

static void add_release(struct application *application, const struct application_sources *sources, const struct row *release)
{
    if (release == NULL || application->release_count == APPLICATION_RELEASES_MAX)
        return;
    for (size_t i = 0; i < application->release_count; i++)
        if (application->releases[i] == release)
            return;
    /* an Application that exists in that region too has its own HelmReleases there */
    int region = row_region(release);
    if (region != row_region(application->row) &&
        table_find(store_find_table(sources->store, KIND_ID_APPLICATIONS, region), row_key(application->row)) != NULL)
        return;
    application->releases = alloc_resize(application->releases, application->release_count + 1, sizeof *application->releases);
    application->releases[application->release_count++] = release;
}

/* Two Organizations may both have an Application "shop": then the label alone does not say whose a HelmRelease is. */
static bool is_ambiguous(const struct application *application, const struct application_sources *sources)
{
    size_t count;
    const struct row_index_entry *same = row_index_get(sources->applications_by_name, row_name(application->row), &count);
    for (size_t i = 0; i < count; i++)
        if (!span_equals(row_namespace(same[i].row), row_namespace(application->row)))
            return true;
    return false;
}

static bool shares_home(const struct application *application, const struct row *release)
{
    struct span namespace = row_namespace(application->row), organization = row_text(release, FIELD_ORGANIZATION);
    return span_equals(row_namespace(release), namespace) || span_equals(row_text(release, FIELD_TARGET_NAMESPACE), namespace) ||
           (!span_is_empty(organization) && span_equals(organization, application_organization_name(application->row)));
}

static void find_by_label(struct application *application, const struct application_sources *sources)
{
    size_t count;
    const struct row_index_entry *found = row_index_get(sources->releases_by_application, row_name(application->row), &count);
    bool ambiguous = count > 0 && is_ambiguous(application, sources);
    for (size_t i = 0; i < count; i++)
        if (!ambiguous || shares_home(application, found[i].row))
            add_release(application, sources, found[i].row);
}

/* From the graph, not from the table: the graph holds its rows. */
static const struct row *find_row(const struct application_sources *sources, int region, struct span namespace, struct span name)
{
    char key[600];
    const struct dependency_graph *graph = sources->graphs[region];
    int length = snprintf(key, sizeof key, "%.*s/%.*s", SPAN_PRINT(namespace), SPAN_PRINT(name));
    if (graph == NULL || length < 0 || (size_t)length >= sizeof key)
        return NULL;
    const struct dependency_node *node = dependency_graph_at(graph, dependency_graph_find(graph, span_make(key, (size_t)length)));
    return node == NULL ? NULL : node->row;
}

static void find_by_name(struct application *application, const struct application_sources *sources, int region, struct span namespace,
                         struct span name)
{
    ptrdiff_t slash = span_find_byte(name, '/');
    if (slash >= 0) {
        namespace = span_first(name, (size_t)slash);
        name = span_from(name, (size_t)slash + 1);
    }
    for (int r = 0; r < sources->store->region_count; r++)
        if (region < 0 || r == region) {
            const struct row *row = NULL;
            if (!span_is_empty(namespace))
                row = find_row(sources, r, namespace, name);
            if (row == NULL && span_is_empty(namespace))
                row = find_row(sources, r, row_namespace(application->row), name);
            if (row == NULL && span_is_empty(namespace))
                row = find_row(sources, r, SPAN_LITERAL("flux-system"), name);
            add_release(application, sources, row);
        }
}

static int compare_rows(const void *left, const void *right)
{
    const struct row *a = *(const struct row *const *)left, *b = *(const struct row *const *)right;
    return row_region(a) != row_region(b) ? row_region(a) - row_region(b) : span_compare(row_key(a), row_key(b));
}

void application_find_releases(struct application *application, const struct application_sources *sources)
{
    struct span rest, first, second;
    find_by_label(application, sources);
    rest = row_text(application->row, FIELD_BACKING_RELEASE);
    if (row_next_item(&rest, &first, &second) && !span_is_empty(first))
        find_by_name(application, sources, -1, second, first);
    rest = row_text(application->row, FIELD_CLUSTER_RELEASES);
    while (row_next_item(&rest, &first, &second))
        if (!span_is_empty(second))
            find_by_name(application, sources, region_name_find(sources->store, first), SPAN_EMPTY, second);
    if (application->release_count == 0)
        find_by_name(application, sources, -1, row_namespace(application->row), row_name(application->row));
    if (application->release_count > 1)
        qsort(application->releases, application->release_count, sizeof *application->releases, compare_rows);
}

static void judge_phase(struct application *application)
{
    struct health *health = &application->health;
    const struct row *row = application->row;
    struct span phase = row_text(row, FIELD_PHASE), message = row_text(row, FIELD_READY_MESSAGE);
    bool refused = row_is(row, FIELD_READY, "False");
    if (span_is_empty(phase)) {
        /* the controller only observes the HelmRelease of a bootstrap Application: no phase is no news */
        if (!row_true(row, FIELD_BOOTSTRAP) || application->release_count == 0)
            health_add(health, TONE_UNKNOWN, "no status.phase yet");
    } else if (health_tone_of(phase) != TONE_GOOD && !span_is_empty(message)) {
        health_add(health, health_tone_of(phase), "phase %.*s: %.*s", SPAN_PRINT(phase), SPAN_PRINT(message));
    } else {
        health_add(health, health_tone_of(phase), "phase %.*s", SPAN_PRINT(phase));
    }
    if (refused && health_tone_of(phase) != TONE_PROGRESS)
        health_add_ready(health, row_is(row, FIELD_READY_REASON, "InvalidTopology") ? TONE_BAD : TONE_WARN, row);
}

static void judge_clusters(struct application *application)
{
    struct span rest = row_text(application->row, FIELD_CLUSTER_STATES), cluster, state;
    while (row_next_item(&rest, &cluster, &state)) {
        struct span messages = row_text(application->row, FIELD_CLUSTER_MESSAGES), name, message = SPAN_EMPTY, text;
        while (row_next_item(&messages, &name, &text))
            if (span_equals(name, cluster))
                message = text;
        if (span_is_empty(message) && !row_is(application->row, FIELD_READY, "True"))
            message = row_text(application->row, FIELD_READY_MESSAGE);
        health_add(&application->health, health_tone_of(state), "cluster %.*s is %.*s%s%.*s", SPAN_PRINT(region_name_fold(cluster)),
                   SPAN_PRINT(state), span_is_empty(message) ? "" : ": ", SPAN_PRINT(message));
    }
}

static void judge_releases(struct application *application, const struct application_sources *sources)
{
    char text[HEALTH_CAUSE_MAX];
    for (size_t i = 0; i < application->release_count; i++) {
        const struct row *release = application->releases[i];
        int region = row_region(release);
        struct release_state state = release_state_of(release);
        const struct dependency_graph *graph = sources->graphs[region];
        struct span cause = state.cause;
        if (state.phase == RELEASE_PHASE_BLOCKED && graph != NULL)
            cause = span_of(dependency_graph_explain(graph, dependency_graph_find(graph, row_key(release)), text, sizeof text));
        health_add(&application->health, state.tone, "HelmRelease %.*s in %s is %s: %.*s", SPAN_PRINT(row_key(release)),
                   sources->store->regions[region].name, release_state_name(state.phase), SPAN_PRINT(cause));
    }
}

/* Marks the regions that a LIST, or the first parts of PAIRS, name. False: one of them is none of ours. */
static bool mark_regions(const struct store *store, struct span rest, bool marked[STORE_REGIONS_MAX], bool *any)
{
    struct span name, second;
    while (row_next_item(&rest, &name, &second)) {
        if (span_is_empty(region_name_fold(name)))
            continue;
        int region = region_name_find(store, name);
        if (region < 0)
            return false;
        marked[region] = *any = true;
    }
    return true;
}

/* The regions whose HelmReleases it may have: those it names and those some were found in; without either all of them. A region that
 * is away must say nothing about an Application that does not live there. */
static void find_homes(const struct application *application, const struct store *store, bool home[STORE_REGIONS_MAX])
{
    static const enum field NAMED[] = {FIELD_REGIONS, FIELD_CLUSTER_RELEASES, FIELD_CLUSTER_STATES};
    bool any = false, ours = true;
    for (size_t i = 0; i < ARRAY_LENGTH(NAMED); i++)
        ours = mark_regions(store, row_text(application->row, NAMED[i]), home, &any) && ours;
    for (size_t i = 0; i < application->release_count; i++)
        any = home[row_region(application->releases[i])] = true;
    for (int r = 0; r < store->region_count && (!any || !ours); r++)
        home[r] = true;
}

static bool are_releases_known(const struct application *application, const struct store *store, char *reason, size_t size)
{
    bool home[STORE_REGIONS_MAX] = {false};
    find_homes(application, store, home);
    for (int r = 0; r < store->region_count; r++) {
        const struct table *table = store_find_table(store, KIND_ID_HELMRELEASES, r);
        if (!home[r] || table_is_known(table) || (table != NULL && table->state == TABLE_STATE_ABSENT))
            continue;
        snprintf(reason, size, "%s in %s: %s", KIND_ID_HELMRELEASES, store->regions[r].name, table_reason(table));
        return false;
    }
    return true;
}

void application_judge(struct application *application, const struct application_sources *sources)
{
    char reason[HEALTH_CAUSE_MAX - 64];
    health_init(&application->health);
    /* of equally bad words the first stays: the nearer to what runs, the more it explains */
    judge_releases(application, sources);
    judge_clusters(application);
    judge_phase(application);
    health_add_common(&application->health, application->row);
    if (!are_releases_known(application, sources->store, reason, sizeof reason))
        health_add(&application->health, TONE_UNKNOWN, "its HelmReleases are not known: %s", reason);
    else if (application->release_count == 0)
        health_add(&application->health, TONE_UNKNOWN, "no HelmRelease of it was found");
    const struct table *own = store_find_table(sources->store, KIND_ID_APPLICATIONS, row_region(application->row));
    if (!table_is_current(own))
        health_add(&application->health, TONE_UNKNOWN, "applications are not known any more: %s", table_reason(own));
}

void application_done(struct application *application)
{
    free(application->releases);
}

struct span application_release_namespace(const struct row *release)
{
    struct span target = row_text(release, FIELD_TARGET_NAMESPACE);
    return span_is_empty(target) ? row_namespace(release) : target;
}

/* Flux's default: spec.releaseName, else "targetNamespace-name" with a target namespace, else the name. */
struct span application_release_name(const struct row *release, char *out, size_t size)
{
    struct span name = row_text(release, FIELD_RELEASE_NAME), target = row_text(release, FIELD_TARGET_NAMESPACE);
    if (!span_is_empty(name))
        return name;
    if (span_is_empty(target))
        return row_name(release);
    int length = snprintf(out, size, "%.*s-%.*s", SPAN_PRINT(target), SPAN_PRINT(row_name(release)));
    return span_first(span_of(out), length < 0 ? 0 : (size_t)length);
}

/* helm-controller labels what it applies (not what that makes: pods have it only when the chart copies it); charts label all
 * with the release's name by convention. */
bool application_owns(const struct row *release, const struct row *object)
{
    if (row_region(release) != row_region(object))
        return false;
    struct span applied = row_lookup(object, FIELD_LABELS, "helm.toolkit.fluxcd.io/name");
    struct span applied_from = row_lookup(object, FIELD_LABELS, "helm.toolkit.fluxcd.io/namespace");
    if (!span_is_empty(applied_from))
        return span_equals(applied, row_name(release)) && span_equals(applied_from, row_namespace(release));
    if (!span_equals(row_namespace(object), application_release_namespace(release)))
        return false;
    char composed[512];
    struct span name = application_release_name(release, composed, sizeof composed);
    struct span instance = row_lookup(object, FIELD_LABELS, "app.kubernetes.io/instance");
    if (span_is_empty(instance))
        instance = span_is_empty(applied) ? row_lookup(object, FIELD_LABELS, "release") : applied;
    return !span_is_empty(instance) && (span_equals(instance, name) || span_equals(instance, row_name(release)));
}
