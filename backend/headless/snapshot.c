/* Lists kinds of all regions into a store; see snapshot.h. A region's thread only collects rows; the main thread puts them
 * into the store when it has ended. */
#include "headless/snapshot.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "sovereign/kind_table.h"

struct listing {
    struct row **items;
    size_t count, capacity;
    struct error error; /* STATUS_OK: complete */
    size_t before;      /* rows of namespaces listed before this one */
    char namespaces[160]; /* listed one by one, because it may not be listed across all; "": not */
};

struct look {
    const struct snapshot *snapshot;
    const struct session *session;
    int region;
    struct listing listings[SNAPSHOT_KINDS_MAX]; /* as snapshot->kinds */
    pthread_t thread;
    bool started;
};

void snapshot_init(struct snapshot *snapshot)
{
    *snapshot = (struct snapshot){.region = -1, .store = store_new()};
}

void snapshot_done(struct snapshot *snapshot)
{
    store_free(snapshot->store);
}

void snapshot_want_kind(struct snapshot *snapshot, const struct kind *kind)
{
    for (size_t i = 0; i < snapshot->kind_count; i++)
        if (snapshot->kinds[i] == kind)
            return;
    if (kind != NULL && snapshot->kind_count < SNAPSHOT_KINDS_MAX)
        snapshot->kinds[snapshot->kind_count++] = kind;
}

void snapshot_want(struct snapshot *snapshot, const char *kind_id)
{
    snapshot_want_kind(snapshot, kind_table_get(kind_id));
}

/* ---- one region ---- */

static enum status take_page(void *context, struct row_decoder_page *page, bool first, struct error *err)
{
    struct listing *listing = context;
    while (first && listing->count > listing->before)
        row_unref(listing->items[--listing->count]);
    for (size_t i = 0; i < page->count; i++) {
        ARRAY_PUSH(listing, page->rows[i]);
        page->rows[i] = NULL;
    }
    return STATUS_OK;
}

/* Who may not list across all namespaces may in some: the context's and those every Sovereign has are tried. */
static void look_in_namespaces(struct kube_client *client, const struct kube_list *wanted, struct listing *listing)
{
    const char *candidates[] = {kube_client_namespace(client), "flux-system", "catalyst", "catalyst-system"};
    for (size_t i = 0; i < ARRAY_LENGTH(candidates); i++) {
        struct kube_list list = *wanted;
        struct error ignored = {0};
        list.namespace = candidates[i];
        listing->before = listing->count;
        if ((i > 0 && strcmp(candidates[i], candidates[0]) == 0) || kube_client_list(client, &list, take_page, listing, &ignored) != STATUS_OK)
            continue;
        size_t length = strlen(listing->namespaces);
        snprintf(listing->namespaces + length, sizeof listing->namespaces - length, "%s%s", length > 0 ? ", " : "", candidates[i]);
    }
}

static void *look_around(void *context)
{
    struct look *look = context;
    const struct snapshot *snapshot = look->snapshot;
    struct kube_client *client = look->session->sovereign->regions[look->region].client;
    for (size_t i = 0; i < snapshot->kind_count; i++) {
        bool is_first = i == 0; /* selectors are about the kind that was asked for */
        struct kube_list list = {.kind = snapshot->kinds[i], .namespace = is_first ? snapshot->namespace : NULL,
                                 .label_selector = is_first ? snapshot->label_selector : NULL,
                                 .field_selector = is_first ? snapshot->field_selector : NULL};
        struct listing *listing = &look->listings[i];
        if (kube_client_list(client, &list, take_page, listing, &listing->error) == STATUS_OK)
            error_clear(&listing->error);
        else if (listing->error.status == STATUS_FORBIDDEN && list.kind->namespaced && list.kind->namespace == NULL && list.namespace == NULL)
            look_in_namespaces(client, &list, listing);
        else if (listing->error.status == STATUS_INTERRUPTED)
            break;
    }
    return NULL;
}

static enum table_state state_of(enum status status)
{
    switch (status) {
    case STATUS_FORBIDDEN: return TABLE_STATE_FORBIDDEN;
    case STATUS_NOT_FOUND:
    case STATUS_UNSUPPORTED: return TABLE_STATE_ABSENT;
    default: return TABLE_STATE_FAILED;
    }
}

static void store_rows(struct table *table, struct listing *listing)
{
    table_list_begin(table);
    for (size_t i = 0; i < listing->count; i++)
        table_take_row(table, listing->items[i]);
    table_list_end(table);
}

static void note_unknown(struct snapshot *snapshot, const struct error *error)
{
    if (snapshot->status != STATUS_OK)
        return;
    snapshot->status = error->status;
    snapshot->error = *error;
}

/* Main thread: what a region's thread found becomes a table. */
static void store_listing(struct snapshot *snapshot, struct listing *listing, const struct kind *kind, int region)
{
    struct table *table = store_table(snapshot->store, kind, region);
    if (listing->error.status == STATUS_OK) {
        store_rows(table, listing);
    } else if (listing->namespaces[0] != '\0') {
        struct error partial;
        store_rows(table, listing);
        error_set(&partial, STATUS_FORBIDDEN, "%s: %s of %s only: across all namespaces they may not be listed (-n NAMESPACE asks for one)",
                  snapshot->store->regions[region].name, kind->title, listing->namespaces);
        table_set_state(table, TABLE_STATE_PARTIAL, partial.text);
        note_unknown(snapshot, &partial);
    } else {
        for (size_t i = 0; i < listing->count; i++)
            row_unref(listing->items[i]);
        table_set_state(table, state_of(listing->error.status), listing->error.text);
        if (table->state != TABLE_STATE_ABSENT)
            note_unknown(snapshot, &listing->error);
    }
    ARRAY_FREE(listing);
}

/* A region without a client: every table says why. */
static void give_up(struct look *look)
{
    for (size_t i = 0; i < look->snapshot->kind_count; i++)
        look->listings[i].error = look->session->sovereign->regions[look->region].error;
}

/* ---- all regions ---- */

static void run_looks(struct look *looks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (looks[i].session->sovereign->regions[looks[i].region].client == NULL) {
            give_up(&looks[i]);
            continue;
        }
        looks[i].started = i + 1 < count && pthread_create(&looks[i].thread, NULL, look_around, &looks[i]) == 0;
        if (!looks[i].started)
            look_around(&looks[i]);
    }
    for (size_t i = 0; i < count; i++)
        if (looks[i].started)
            pthread_join(looks[i].thread, NULL);
}

static void fill_names(struct store *store, const struct sovereign *sovereign)
{
    snprintf(store->sovereign, sizeof store->sovereign, "%s", sovereign->name);
    snprintf(store->fqdn, sizeof store->fqdn, "%s", sovereign->fqdn);
    snprintf(store->sovereign_class, sizeof store->sovereign_class, "%s", profile_class_name(sovereign->class));
    for (size_t i = 0; i < sovereign->region_count; i++)
        store_add_region(store, sovereign->regions[i].name, sovereign->regions[i].primary);
}

/* Without a profile the cluster says what the Sovereign is called (ConfigMap catalyst-system/sovereign-fqdn). */
static void learn_fqdn(struct store *store)
{
    const struct row *row;
    const struct table *table = store_find_table(store, KIND_ID_SOVEREIGN_FQDN, store_primary_region(store));
    for (size_t at = 0; table != NULL && store->fqdn[0] == '\0' && (row = table_next(table, &at)) != NULL;)
        snprintf(store->fqdn, sizeof store->fqdn, "%.*s", SPAN_PRINT(row_lookup(row, FIELD_DATA, "fqdn")));
}

static void copy_step(struct store_catalyst *into, size_t at, const struct catalyst_step *step)
{
    snprintf(into->steps[at].name, sizeof into->steps[at].name, "%s", step->name);
    snprintf(into->steps[at].result, sizeof into->steps[at].result, "%s", step->result);
    snprintf(into->steps[at].job, sizeof into->steps[at].job, "%s", step->job);
    into->steps[at].started_ms = step->started_ms;
    into->steps[at].finished_ms = step->finished_ms;
}

static void ask_catalyst(struct snapshot *snapshot, struct catalyst_client *client)
{
    struct catalyst_self self;
    struct catalyst_cutover cutover;
    struct store_catalyst *into = &snapshot->store->catalyst;
    if (catalyst_client_self(client, &self, NULL) == STATUS_OK) {
        snprintf(into->fqdn, sizeof into->fqdn, "%s", self.fqdn);
        snprintf(into->deployment_id, sizeof into->deployment_id, "%s", self.deployment_id);
        if (snapshot->store->fqdn[0] == '\0')
            snprintf(snapshot->store->fqdn, sizeof snapshot->store->fqdn, "%s", self.fqdn);
    }
    enum status status = catalyst_client_cutover(client, &cutover, NULL);
    if (status == STATUS_UNAUTHENTICATED && catalyst_client_login(client, NULL) == STATUS_OK)
        status = catalyst_client_cutover(client, &cutover, NULL);
    if (status != STATUS_OK)
        return;
    into->cutover_known = true;
    into->cutover_read_ms = clock_monotonic_ms();
    snprintf(into->cutover_state, sizeof into->cutover_state, "%s", cutover.state);
    snprintf(into->current_step, sizeof into->current_step, "%s", cutover.current_step);
    snprintf(into->failed_step, sizeof into->failed_step, "%s", cutover.failed_step);
    snprintf(into->last_error, sizeof into->last_error, "%s", cutover.last_error);
    into->current_index = cutover.current_index;
    into->total_steps = cutover.total_steps;
    into->progress_percent = cutover.progress_percent;
    into->started_ms = cutover.started_ms;
    into->last_attempt_ms = cutover.last_attempt_ms;
    into->finished_ms = cutover.finished_ms;
    for (size_t i = 0; i < cutover.step_count && i < ARRAY_LENGTH(into->steps); i++)
        copy_step(into, into->step_count++, &cutover.steps[i]);
}

enum status snapshot_take(struct snapshot *snapshot, const struct session *session, struct error *err)
{
    struct look *looks = alloc_zeroed(STORE_REGIONS_MAX, sizeof *looks);
    size_t count = 0;
    fill_names(snapshot->store, session->sovereign);
    for (int region = 0; region < snapshot->store->region_count; region++)
        if (snapshot->region < 0 || snapshot->region == region)
            looks[count++] = (struct look){.snapshot = snapshot, .session = session, .region = region};
    run_looks(looks, count);
    for (size_t i = 0; i < count; i++)
        for (size_t kind = 0; kind < snapshot->kind_count; kind++)
            store_listing(snapshot, &looks[i].listings[kind], snapshot->kinds[kind], looks[i].region);
    free(looks);
    learn_fqdn(snapshot->store);
    if (!snapshot->without_catalyst && session->sovereign->catalyst != NULL && !atomic_load(session->cancel))
        ask_catalyst(snapshot, session->sovereign->catalyst);
    if (atomic_load(session->cancel))
        return error_set(err, STATUS_INTERRUPTED, "interrupted");
    return STATUS_OK;
}
