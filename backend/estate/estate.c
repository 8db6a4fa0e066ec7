/* Builds the snapshot: hold the rows, index them, join upwards by name, judge from the bottom up. */
#include "estate/estate.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "store/row_sort.h"

static const char *const KINDS[] = {KIND_ID_ORGANIZATIONS, KIND_ID_ENVIRONMENTS, KIND_ID_APPLICATIONS, KIND_ID_HELMRELEASES,
                                    KIND_ID_NAMESPACES};

struct owned_release {
    const struct row *release;
    size_t application;
};

struct estate_private {
    uint64_t generations[ARRAY_LENGTH(KINDS)];
    uint64_t graph_generations[STORE_REGIONS_MAX];
    int region_count;
    bool is_built;
    ARRAY(const struct row *) held;
    ARRAY(struct owned_release) owned; /* sorted by the release's region and key */
    struct row_index releases_by_application, applications_by_name, environments_by_name, organizations_by_name;
};

struct estate *estate_new(const struct store *store)
{
    struct estate *estate = alloc_new(struct estate);
    estate->store = store;
    estate->private = alloc_new(struct estate_private);
    return estate;
}

static void clear(struct estate *estate)
{
    struct estate_private *private = estate->private;
    for (size_t i = 0; i < estate->application_count; i++)
        application_done(&estate->applications[i]);
    free(estate->organizations);
    free(estate->environments);
    free(estate->applications);
    estate->organizations = NULL, estate->environments = NULL, estate->applications = NULL;
    estate->organization_count = estate->environment_count = estate->application_count = 0;
    row_index_done(&private->releases_by_application);
    row_index_done(&private->applications_by_name);
    row_index_done(&private->environments_by_name);
    row_index_done(&private->organizations_by_name);
    ARRAY_FREE(&private->owned);
    for (size_t i = 0; i < private->held.count; i++)
        row_unref(private->held.items[i]);
    ARRAY_FREE(&private->held);
}

void estate_free(struct estate *estate)
{
    if (estate == NULL)
        return;
    clear(estate);
    for (size_t r = 0; r < STORE_REGIONS_MAX; r++)
        dependency_graph_free(estate->releases[r]);
    free(estate->private);
    free(estate);
}

static int compare_identity(const struct row *a, const struct row *b)
{
    return row_region(a) != row_region(b) ? row_region(a) - row_region(b) : span_compare(row_key(a), row_key(b));
}

/* The kind's rows of all regions, sorted by region and key, held. */
static const struct row **collect(struct estate *estate, const char *kind_id, size_t *count)
{
    ARRAY(const struct row *) rows = {0};
    for (int r = 0; r < estate->store->region_count; r++) {
        size_t at = 0, first = rows.count;
        const struct row *row;
        while ((row = table_next(store_find_table(estate->store, kind_id, r), &at)) != NULL) {
            ARRAY_PUSH(&rows, row);
            ARRAY_PUSH(&estate->private->held, row_ref(row));
        }
        if (rows.count > first)
            row_sort_by_key(rows.items + first, rows.count - first);
    }
    *count = rows.count;
    return rows.items;
}

static void take_rows(struct estate *estate)
{
    struct estate_private *private = estate->private;
    size_t count;
    const struct row **rows = collect(estate, KIND_ID_ORGANIZATIONS, &count);
    estate->organizations = alloc_zeroed(count + 1, sizeof *estate->organizations);
    for (estate->organization_count = 0; estate->organization_count < count; estate->organization_count++) {
        const struct row *row = rows[estate->organization_count];
        estate->organizations[estate->organization_count] =
            (struct organization){.row = row, .first_environment = ESTATE_NONE, .first_application = ESTATE_NONE};
        row_index_add(&private->organizations_by_name, row_name(row), row);
    }
    free(rows);
    rows = collect(estate, KIND_ID_ENVIRONMENTS, &count);
    estate->environments = alloc_zeroed(count + 1, sizeof *estate->environments);
    for (estate->environment_count = 0; estate->environment_count < count; estate->environment_count++) {
        const struct row *row = rows[estate->environment_count];
        estate->environments[estate->environment_count] = (struct environment){
            .row = row, .organization = ESTATE_NONE, .next_in_organization = ESTATE_NONE, .first_application = ESTATE_NONE};
        row_index_add(&private->environments_by_name, row_name(row), row);
    }
    free(rows);
    rows = collect(estate, KIND_ID_APPLICATIONS, &count);
    estate->applications = alloc_zeroed(count + 1, sizeof *estate->applications);
    for (estate->application_count = 0; estate->application_count < count; estate->application_count++) {
        const struct row *row = rows[estate->application_count];
        estate->applications[estate->application_count] =
            (struct application){.row = row, .organization = ESTATE_NONE, .environment = ESTATE_NONE,
                                 .next_in_organization = ESTATE_NONE, .next_in_environment = ESTATE_NONE};
        row_index_add(&private->applications_by_name, row_name(row), row);
    }
    free(rows);
    for (int r = 0; r < estate->store->region_count; r++) /* held by the graphs */
        for (size_t i = 0; i < dependency_graph_count(estate->releases[r]); i++) {
            const struct row *release = dependency_graph_at(estate->releases[r], i)->row;
            if (release != NULL)
                row_index_add(&private->releases_by_application, row_text(release, FIELD_APPLICATION), release);
        }
    row_index_seal(&private->organizations_by_name);
    row_index_seal(&private->environments_by_name);
    row_index_seal(&private->applications_by_name);
    row_index_seal(&private->releases_by_application);
}

/* All three entries start with their row: one search serves them. */
static size_t find_entry(const void *entries, size_t count, size_t size, const struct row *row)
{
    size_t low = 0, high = count;
    while (row != NULL && low < high) {
        size_t middle = low + (high - low) / 2;
        const struct row *other = *(const struct row *const *)((const char *)entries + middle * size);
        int order = compare_identity(other, row);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return ESTATE_NONE;
}

/* The row that `name` means for something in `region`: the one there, else the first of another region. */
static const struct row *choose(const struct row_index *index, struct span name, int region)
{
    size_t count;
    const struct row_index_entry *found = row_index_get(index, name, &count);
    for (size_t i = 0; i < count; i++)
        if (row_region(found[i].row) == region)
            return found[i].row;
    return count > 0 ? found[0].row : NULL;
}

static size_t find_organization(const struct estate *estate, struct span name, int region)
{
    return find_entry(estate->organizations, estate->organization_count, sizeof *estate->organizations,
                      choose(&estate->private->organizations_by_name, name, region));
}

static void join_environments(struct estate *estate)
{
    for (size_t i = estate->environment_count; i-- > 0;) {
        struct environment *environment = &estate->environments[i];
        struct span name = row_text(environment->row, FIELD_ORGANIZATION);
        environment->organization = find_organization(estate, name, row_region(environment->row));
        if (environment->organization == ESTATE_NONE)
            continue;
        struct organization *organization = &estate->organizations[environment->organization];
        environment->next_in_organization = organization->first_environment;
        organization->first_environment = i;
        organization->environment_count++;
    }
}

/* Organization of an Application: its own words, its Environment's, its namespace's label. */
static size_t find_owner(const struct estate *estate, const struct application *application)
{
    int region = row_region(application->row);
    size_t found = find_organization(estate, row_text(application->row, FIELD_ORGANIZATION), region);
    if (found == ESTATE_NONE && application->environment != ESTATE_NONE)
        found = estate->environments[application->environment].organization;
    if (found == ESTATE_NONE)
        found = find_organization(estate, application_organization_name(application->row), region);
    if (found == ESTATE_NONE) {
        const struct row *namespace =
            table_find(store_find_table(estate->store, KIND_ID_NAMESPACES, region), row_namespace(application->row));
        if (namespace != NULL)
            found = find_organization(estate, row_text(namespace, FIELD_ORGANIZATION), region);
    }
    return found;
}

static void join_applications(struct estate *estate)
{
    for (size_t i = estate->application_count; i-- > 0;) {
        struct application *application = &estate->applications[i];
        application->environment =
            find_entry(estate->environments, estate->environment_count, sizeof *estate->environments,
                       choose(&estate->private->environments_by_name, row_text(application->row, FIELD_ENVIRONMENT),
                              row_region(application->row)));
        application->organization = find_owner(estate, application);
        if (application->environment != ESTATE_NONE) {
            struct environment *environment = &estate->environments[application->environment];
            application->next_in_environment = environment->first_application;
            environment->first_application = i;
            environment->application_count++;
        }
        if (application->organization != ESTATE_NONE) {
            struct organization *organization = &estate->organizations[application->organization];
            application->next_in_organization = organization->first_application;
            organization->first_application = i;
            organization->application_count++;
        }
    }
}

static int compare_owned(const void *left, const void *right)
{
    const struct owned_release *a = left, *b = right;
    return compare_identity(a->release, b->release);
}

static void judge(struct estate *estate)
{
    struct estate_private *private = estate->private;
    struct application_sources sources = {estate->store, &private->releases_by_application, &private->applications_by_name,
                                          estate->releases};
    for (size_t i = 0; i < estate->application_count; i++) {
        struct application *application = &estate->applications[i];
        application_find_releases(application, &sources);
        application_judge(application, &sources);
        bool ready = application->health.tone == TONE_GOOD, unknown = application->health.tone == TONE_UNKNOWN;
        if (application->environment != ESTATE_NONE) {
            estate->environments[application->environment].applications_ready += ready;
            estate->environments[application->environment].applications_unknown += unknown;
        }
        if (application->organization != ESTATE_NONE) {
            estate->organizations[application->organization].applications_ready += ready;
            estate->organizations[application->organization].applications_unknown += unknown;
        }
        for (size_t k = 0; k < application->release_count; k++)
            ARRAY_PUSH(&private->owned, ((struct owned_release){application->releases[k], i}));
    }
    if (private->owned.count > 0)
        qsort(private->owned.items, private->owned.count, sizeof private->owned.items[0], compare_owned);
    for (size_t i = 0; i < estate->environment_count; i++)
        environment_judge(&estate->environments[i], estate->applications, estate->store);
    for (size_t i = 0; i < estate->organization_count; i++)
        organization_judge(&estate->organizations[i], estate->store);
}

/* Only the regions whose HelmReleases changed. */
static void refresh_graphs(struct estate *estate)
{
    for (int r = 0; r < estate->store->region_count; r++) {
        const struct table *table = store_find_table(estate->store, KIND_ID_HELMRELEASES, r);
        uint64_t generation = table == NULL ? 0 : table->generation + 1;
        if (estate->releases[r] != NULL && estate->private->graph_generations[r] == generation)
            continue;
        dependency_graph_free(estate->releases[r]);
        estate->releases[r] = dependency_graph_new(estate->store, KIND_ID_HELMRELEASES, r);
        estate->private->graph_generations[r] = generation;
    }
}

bool estate_refresh(struct estate *estate)
{
    struct estate_private *private = estate->private;
    uint64_t generations[ARRAY_LENGTH(KINDS)];
    for (size_t i = 0; i < ARRAY_LENGTH(KINDS); i++)
        generations[i] = store_kind_generation(estate->store, KINDS[i]);
    if (private->is_built && private->region_count == estate->store->region_count &&
        memcmp(generations, private->generations, sizeof generations) == 0)
        return false;
    clear(estate);
    memcpy(private->generations, generations, sizeof generations);
    private->region_count = estate->store->region_count;
    private->is_built = true;
    refresh_graphs(estate);
    take_rows(estate);
    join_environments(estate);
    join_applications(estate);
    judge(estate);
    estate->generation++;
    return true;
}

const struct organization *estate_organization(const struct estate *estate, const struct row *row)
{
    size_t at = find_entry(estate->organizations, estate->organization_count, sizeof *estate->organizations, row);
    return at == ESTATE_NONE ? NULL : &estate->organizations[at];
}

const struct environment *estate_environment(const struct estate *estate, const struct row *row)
{
    size_t at = find_entry(estate->environments, estate->environment_count, sizeof *estate->environments, row);
    return at == ESTATE_NONE ? NULL : &estate->environments[at];
}

const struct application *estate_application(const struct estate *estate, const struct row *row)
{
    size_t at = find_entry(estate->applications, estate->application_count, sizeof *estate->applications, row);
    return at == ESTATE_NONE ? NULL : &estate->applications[at];
}

const struct application *estate_release_owner(const struct estate *estate, const struct row *release)
{
    const struct estate_private *private = estate->private;
    size_t at = find_entry(private->owned.items, private->owned.count, sizeof private->owned.items[0], release);
    return at == ESTATE_NONE ? NULL : &estate->applications[private->owned.items[at].application];
}

const struct dependency_node *estate_release_node(const struct estate *estate, const struct row *release)
{
    const struct dependency_graph *graph = estate->releases[row_region(release)];
    return graph == NULL ? NULL : dependency_graph_at(graph, dependency_graph_find(graph, row_key(release)));
}
