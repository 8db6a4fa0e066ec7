/* Looks for problems source by source. */
#include "estate/problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "cutover/cutover_alarm.h"
#include "estate/region_name.h"

struct collector {
    struct problem_list *list;
    const struct estate *estate;
    const struct store *store;
    const struct cutover_claim *claim;
    int64_t now_ms;
    struct symptom {
        size_t blocked;        /* releases that wait for one of its releases */
        const struct row *pod; /* one of its pods that fails */
    } *symptoms;               /* by Application: what is told on its line */
};

static struct problem *add(struct collector *collector, enum problem_weight weight, enum tone tone, int region, const char *state)
{
    return problem_list_add(collector->list, weight, tone, region, state);
}

static struct problem *add_row(struct collector *collector, enum problem_weight weight, enum tone tone, const struct row *row, const char *state)
{
    struct problem *problem = add(collector, weight, tone, row_region(row), state);
    if (problem != NULL) {
        problem->kind = row_kind(row);
        sanitize_line_into(problem->key, sizeof problem->key, row_key(row).data, row_key(row).length);
        problem->since_ms = row_time(row, FIELD_READY_CHANGED);
    }
    return problem;
}

static bool lasts(const struct collector *collector, int64_t since_ms, int64_t limit_ms)
{
    return since_ms != TIMESTAMP_NONE && collector->now_ms - since_ms > limit_ms;
}

/* How bad the state of a Flux object is on its own; TONE_GOOD: no problem. */
static enum tone judge(const struct collector *collector, struct release_state state, size_t blocked)
{
    switch (state.phase) {
    case RELEASE_PHASE_FAILED:
    case RELEASE_PHASE_STALLED:
        return TONE_BAD;
    case RELEASE_PHASE_SUSPENDED:
        return blocked > 0 ? TONE_WARN : TONE_PAUSED;
    case RELEASE_PHASE_STALE:
    case RELEASE_PHASE_UNKNOWN:
        return TONE_UNKNOWN;
    case RELEASE_PHASE_PROGRESSING:
    case RELEASE_PHASE_BLOCKED:
        return lasts(collector, state.since_ms, PROBLEM_STUCK_PROGRESS_MS) ? TONE_WARN : TONE_GOOD;
    default:
        return TONE_GOOD;
    }
}

static void collect_node(struct collector *collector, const struct dependency_graph *graph, size_t index, enum problem_weight weight, int region)
{
    const struct dependency_node *node = dependency_graph_at(graph, index);
    char text[HEALTH_CAUSE_MAX];
    if (node->row == NULL && node->blocked > 0) {
        struct problem *ghost = add(collector, weight, TONE_BAD, region, "missing");
        if (ghost != NULL) {
            sanitize_line_into(ghost->key, sizeof ghost->key, node->key.data, node->key.length);
            ghost->blocked = node->blocked;
            problem_list_explain(ghost, "named in dependsOn, but it does not exist");
        }
    }
    bool waits = node->state.phase == RELEASE_PHASE_BLOCKED && node->root != index; /* a symptom: its root is listed */
    if (node->row == NULL || waits)
        return;
    bool in_cycle = node->in_cycle && node->state.phase == RELEASE_PHASE_BLOCKED;
    enum tone tone = in_cycle ? TONE_BAD : judge(collector, node->state, node->blocked);
    if (tone == TONE_GOOD)
        return;
    const struct application *owner = weight == PROBLEM_WEIGHT_RELEASE ? estate_release_owner(collector->estate, node->row) : NULL;
    if (owner != NULL && owner->health.tone <= TONE_WARN) { /* that line tells it */
        collector->symptoms[owner - collector->estate->applications].blocked += node->blocked;
        return;
    }
    struct problem *problem = add_row(collector, weight, tone, node->row, release_state_name(node->state.phase));
    if (problem == NULL)
        return;
    problem->blocked = node->blocked;
    problem_list_explain(problem, "%s", dependency_graph_explain(graph, index, text, sizeof text));
}

static void collect_graphs(struct collector *collector)
{
    for (int r = 0; r < collector->store->region_count; r++) {
        const struct dependency_graph *releases = collector->estate->releases[r];
        for (size_t i = 0; i < dependency_graph_count(releases); i++)
            collect_node(collector, releases, i, PROBLEM_WEIGHT_RELEASE, r);
        struct dependency_graph *kustomizations = dependency_graph_new(collector->store, KIND_ID_KUSTOMIZATIONS, r);
        for (size_t i = 0; i < dependency_graph_count(kustomizations); i++)
            collect_node(collector, kustomizations, i, PROBLEM_WEIGHT_KUSTOMIZATION, r);
        dependency_graph_free(kustomizations);
    }
}

static void collect_source(struct collector *collector, const struct row *row)
{
    struct release_state state = release_state_of(row);
    enum tone tone = judge(collector, state, 0);
    struct problem *problem = tone == TONE_GOOD ? NULL : add_row(collector, PROBLEM_WEIGHT_SOURCE, tone, row, release_state_name(state.phase));
    if (problem != NULL)
        problem_list_explain(problem, "%.*s", SPAN_PRINT(state.cause));
}

static bool has_pressure(const struct row *row, struct span *which)
{
    struct span rest = row_text(row, FIELD_CONDITIONS), type, status;
    while (row_next_item(&rest, &type, &status))
        if (span_equals_text(status, "True") && (span_ends_with(type, "Pressure") || span_equals_text(type, "NetworkUnavailable"))) {
            *which = type;
            return true;
        }
    return false;
}

static void collect_machine(struct collector *collector, const struct row *row)
{
    struct span which;
    struct problem *problem = NULL;
    if (!row_is(row, FIELD_READY, "True")) {
        problem = add_row(collector, PROBLEM_WEIGHT_NODE, TONE_BAD, row, "NotReady");
        if (problem != NULL)
            problem_list_explain(problem, "%.*s: %.*s", SPAN_PRINT(row_text(row, FIELD_READY_REASON)), SPAN_PRINT(row_text(row, FIELD_READY_MESSAGE)));
    } else if (has_pressure(row, &which)) {
        problem = add_row(collector, PROBLEM_WEIGHT_NODE, TONE_WARN, row, "under pressure");
        if (problem != NULL)
            problem_list_explain(problem, "%.*s", SPAN_PRINT(which));
    } else if (row_true(row, FIELD_SUSPENDED)) {
        problem = add_row(collector, PROBLEM_WEIGHT_NODE, TONE_PAUSED, row, "cordoned");
        if (problem != NULL)
            problem_list_explain(problem, "no new pods are placed on it");
    }
}

static void each_row(struct collector *collector, const char *kind_id, void (*collect)(struct collector *, const struct row *))
{
    for (int r = 0; r < collector->store->region_count; r++) {
        size_t at = 0;
        const struct row *row;
        while ((row = table_next(store_find_table(collector->store, kind_id, r), &at)) != NULL)
            collect(collector, row);
    }
}

/* The line of a failing Application that a pod or workload is a symptom of; ESTATE_NONE. */
static size_t find_failing_owner(const struct collector *collector, const struct row *object)
{
    for (size_t i = 0; i < collector->estate->application_count; i++) {
        const struct application *application = &collector->estate->applications[i];
        for (size_t k = 0; application->health.tone <= TONE_WARN && k < application->release_count; k++)
            if (application_owns(application->releases[k], object))
                return i;
    }
    return ESTATE_NONE;
}

static bool pod_fails(const struct row *pod)
{
    struct span waiting = row_text(pod, FIELD_WAITING);
    return span_ends_with(waiting, "BackOff") || span_starts_with(waiting, "Err") || span_ends_with(waiting, "Error");
}

static void collect_pod(struct collector *collector, const struct row *row)
{
    if (!pod_fails(row))
        return;
    size_t owner = find_failing_owner(collector, row);
    if (owner != ESTATE_NONE) {
        collector->symptoms[owner].pod = row;
        return;
    }
    struct problem *problem = add_row(collector, PROBLEM_WEIGHT_WORKLOAD, TONE_WARN, row, "failing");
    if (problem != NULL)
        problem_list_explain(problem, "%.*s", SPAN_PRINT(row_text(row, FIELD_WAITING)));
}

/* A failing pod says more than its workload being down. */
static bool has_failing_pod(const struct collector *collector, const struct row *workload)
{
    struct span name = row_name(workload);
    size_t at = 0;
    const struct row *pod;
    while ((pod = table_next(store_find_table(collector->store, KIND_ID_PODS, row_region(workload)), &at)) != NULL)
        if (pod_fails(pod) && span_equals(row_namespace(pod), row_namespace(workload)) && row_name(pod).length > name.length &&
            span_equals(span_first(row_name(pod), name.length), name))
            return true;
    return false;
}

/* Nothing of it runs. A workload that is short of some replicas is on its way more often than not. */
static void collect_workload(struct collector *collector, const struct row *row)
{
    if (row_integer(row, FIELD_REPLICAS, 0) <= 0 || row_integer(row, FIELD_REPLICAS_READY, 0) > 0 || row_true(row, FIELD_SUSPENDED) ||
        has_failing_pod(collector, row) || find_failing_owner(collector, row) != ESTATE_NONE)
        return;
    struct problem *problem = add_row(collector, PROBLEM_WEIGHT_WORKLOAD, TONE_WARN, row, "down");
    struct span message = row_text(row, FIELD_READY_MESSAGE);
    if (problem != NULL)
        problem_list_explain(problem, "%.*s", SPAN_PRINT(span_is_empty(message) ? SPAN_LITERAL("none of its replicas is ready") : message));
}

static void collect_provider(struct collector *collector, const struct row *row)
{
    if (!row_is(row, FIELD_HEALTHY, "False") && !row_is(row, FIELD_INSTALLED, "False"))
        return;
    struct problem *problem = add_row(collector, PROBLEM_WEIGHT_WORKLOAD, TONE_WARN, row, "unhealthy");
    if (problem != NULL)
        problem_list_explain(problem, "%.*s", SPAN_PRINT(row_text(row, FIELD_READY_MESSAGE)));
}

/* Regions reconcile the same kit: what is Ready in both at different revisions has drifted apart. Compared with the primary. */
static void collect_skew(struct collector *collector, const char *kind_id)
{
    int primary = store_primary_region(collector->store);
    const struct table *reference = store_find_table(collector->store, kind_id, primary);
    for (int r = 0; r < collector->store->region_count; r++) {
        size_t at = 0;
        const struct row *row;
        while (r != primary && (row = table_next(store_find_table(collector->store, kind_id, r), &at)) != NULL) {
            const struct row *other = table_find(reference, row_key(row));
            if (other == NULL || !release_state_of(row).usable || !release_state_of(other).usable ||
                span_equals(release_state_revision(row), release_state_revision(other)))
                continue;
            struct problem *problem = add_row(collector, PROBLEM_WEIGHT_SKEW, TONE_WARN, row, "at another revision");
            if (problem != NULL)
                problem_list_explain(problem, "%.*s here, %.*s in %s", SPAN_PRINT(release_state_revision(row)),
                                     SPAN_PRINT(release_state_revision(other)), collector->store->regions[primary].name);
        }
    }
}

static void collect_deletions(struct collector *collector)
{
    for (size_t i = 0; i < collector->store->kind_count; i++)
        for (int r = 0; r < collector->store->region_count; r++) {
            size_t at = 0;
            const struct row *row;
            while ((row = table_next(collector->store->kinds[i].tables[r], &at)) != NULL) {
                if (span_is_empty(row_text(row, FIELD_DELETED)) ||
                    !lasts(collector, row_time(row, FIELD_DELETED), PROBLEM_STUCK_DELETE_MS))
                    continue;
                struct problem *problem = add_row(collector, PROBLEM_WEIGHT_DELETION, TONE_WARN, row, "stuck in deletion");
                struct span rest = row_text(row, FIELD_FINALIZERS), finalizer, none;
                if (problem == NULL)
                    continue;
                problem->since_ms = row_time(row, FIELD_DELETED);
                if (row_next_item(&rest, &finalizer, &none))
                    problem_list_explain(problem, "held by finalizer %.*s", SPAN_PRINT(finalizer));
                else
                    problem_list_explain(problem, "no finalizer is named");
            }
        }
}

static struct problem *add_health(struct collector *collector, enum problem_weight weight, const struct row *row, const struct health *health)
{
    struct problem *problem = health->tone > TONE_WARN ? NULL : add_row(collector, weight, health->tone, row, health_name(health->tone));
    if (problem != NULL)
        problem_list_explain(problem, "%s", health->cause);
    return problem;
}

static void add_application(struct collector *collector, size_t index)
{
    const struct application *application = &collector->estate->applications[index];
    const struct symptom *symptom = &collector->symptoms[index];
    struct problem *problem = add_health(collector, PROBLEM_WEIGHT_APPLICATION, application->row, &application->health);
    if (problem == NULL)
        return;
    problem->blocked = symptom->blocked;
    if (symptom->pod != NULL)
        problem_list_explain(problem, "%s; pod %.*s: %.*s", application->health.cause, SPAN_PRINT(row_name(symptom->pod)),
                             SPAN_PRINT(row_text(symptom->pod, FIELD_WAITING)));
}

static void collect_estate(struct collector *collector)
{
    const struct estate *estate = collector->estate;
    for (size_t i = 0; i < estate->organization_count; i++)
        add_health(collector, PROBLEM_WEIGHT_ORGANIZATION, estate->organizations[i].row, &estate->organizations[i].health);
    for (size_t i = 0; i < estate->environment_count; i++) /* only what its Applications do not tell already */
        if (health_tone_of(row_text(estate->environments[i].row, FIELD_PHASE)) <= TONE_WARN)
            add_health(collector, PROBLEM_WEIGHT_ENVIRONMENT, estate->environments[i].row, &estate->environments[i].health);
    for (size_t i = 0; i < estate->application_count; i++)
        add_application(collector, i);
}

static void collect_feeds(struct collector *collector)
{
    for (size_t i = 0; i < collector->store->feed_count; i++) {
        const struct feed_health *feed = &collector->store->feeds[i];
        bool away = feed->state == FEED_STATE_DOWN || feed->state == FEED_STATE_DENIED;
        if (!away && feed->state != FEED_STATE_LIMITED)
            continue;
        struct problem *problem = add(collector, PROBLEM_WEIGHT_FEED, away && feed->kind == FEED_KIND_KUBE ? TONE_BAD : TONE_WARN, feed->region,
                                      feed_health_state_name(feed->state));
        if (problem == NULL)
            continue;
        snprintf(problem->key, sizeof problem->key, "%s", feed->name);
        problem_list_explain(problem, "%s", feed->reason);
    }
}

static bool feed_is_away(const struct store *store, int region)
{
    for (size_t i = 0; i < store->feed_count; i++)
        if (store->feeds[i].kind == FEED_KIND_KUBE && store->feeds[i].region == region)
            return store->feeds[i].state == FEED_STATE_DOWN || store->feeds[i].state == FEED_STATE_DENIED;
    return false;
}

/* Listing takes a moment; what is absent or off is no problem; what is away is told on the feed's line. */
static bool is_blind(const struct store *store, const struct table *table, int region)
{
    return table != NULL && !table_is_known(table) && !feed_is_away(store, region) && table->state != TABLE_STATE_OFF &&
           table->state != TABLE_STATE_LISTING && table->state != TABLE_STATE_ABSENT;
}

static const char *name_blindness(const struct table *table)
{
    return table->state == TABLE_STATE_PARTIAL ? "partly readable" : "not readable";
}

/* An identity with few rights would fill the screen with one line a kind: from MANY on they are one. */
static void collect_many_tables(struct collector *collector, int region, const char *state, size_t count)
{
    enum { MANY = 4 };
    const struct store *store = collector->store;
    struct problem *one = count < MANY ? NULL : add(collector, PROBLEM_WEIGHT_TABLE, TONE_UNKNOWN, region, state);
    char names[2 * HEALTH_CAUSE_MAX] = "";
    const struct table *first = NULL;
    if (one != NULL)
        snprintf(one->key, sizeof one->key, "%zu kinds", count);
    for (size_t i = 0; i < store->kind_count; i++) {
        const struct table *table = store->kinds[i].tables[region];
        if (!is_blind(store, table, region) || strcmp(name_blindness(table), state) != 0)
            continue;
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s%s", length > 0 ? ", " : "", table->kind->title);
        first = first == NULL ? table : first;
        struct problem *problem = count < MANY ? add(collector, PROBLEM_WEIGHT_TABLE, TONE_UNKNOWN, region, state) : NULL;
        if (problem == NULL)
            continue;
        snprintf(problem->key, sizeof problem->key, "%s", table->kind->title);
        problem_list_explain(problem, "%s", table_reason(table));
    }
    if (one != NULL && first->state == TABLE_STATE_PARTIAL)
        problem_list_explain(one, "%s: %s", table_reason(first), names);
    else if (one != NULL)
        problem_list_explain(one, "%s; %s", names, table_reason(first));
}

static void collect_tables(struct collector *collector)
{
    static const char *const STATES[] = {"not readable", "partly readable"};
    const struct store *store = collector->store;
    for (int region = 0; region < store->region_count; region++)
        for (size_t state = 0; state < 2; state++) {
            size_t count = 0;
            for (size_t i = 0; i < store->kind_count; i++) {
                const struct table *table = store->kinds[i].tables[region];
                count += is_blind(store, table, region) && strcmp(name_blindness(table), STATES[state]) == 0;
            }
            if (count > 0)
                collect_many_tables(collector, region, STATES[state], count);
        }
}

static void collect_cutover(struct collector *collector)
{
    const struct cutover_claim *claim = collector->claim;
    bool moving = claim->state == CUTOVER_STATE_RUNNING, stranded = claim->state == CUTOVER_STATE_STRANDED;
    bool interrupted = claim->state == CUTOVER_STATE_INTERRUPTED;
    if (moving || stranded || interrupted || claim->state == CUTOVER_STATE_FAILED) {
        struct problem *problem = add(collector, PROBLEM_WEIGHT_CUTOVER, claim->tone, -1, cutover_claim_name(claim));
        if (problem != NULL) {
            snprintf(problem->key, sizeof problem->key, "%s", claim->step);
            problem->since_ms = claim->attempt_ms != TIMESTAMP_NONE ? claim->attempt_ms : claim->started_ms;
            problem_list_explain(problem, "%s", moving ? claim->text
                                     : claim->error[0] != '\0' ? claim->error
                                     : interrupted ? "it was started and is not complete, and no step runs: a start resumes it"
                                     : stranded  ? "the status says running, but no Job of the step is active: a start resumes it"
                                                 : "no lastError was written");
        }
    }
    /* rule T-NET-04: the policy of the egress test outlived it */
    struct cutover_status *status = alloc_new(struct cutover_status);
    cutover_status_read(collector->store, clock_monotonic_ms(), status);
    for (int r = 0; r < collector->store->region_count; r++) {
        const struct row *policy = store_find(collector->store, KIND_ID_EGRESS_POLICIES, r, NULL, CUTOVER_ALARM_POLICY);
        if (policy == NULL || !cutover_alarm_is_leaked(collector->store, r, status, collector->now_ms))
            continue;
        struct problem *problem = add_row(collector, PROBLEM_WEIGHT_CUTOVER, TONE_BAD, policy, "leaked");
        if (problem == NULL)
            continue;
        problem->since_ms = row_time(policy, FIELD_CREATED);
        problem_list_explain(problem, "it blocks egress although no egress test runs: delete it in every region");
    }
    free(status);
}

void problem_collect(struct problem_list *list, const struct estate *estate, const struct cutover_claim *claim, int64_t now_ms)
{
    problem_list_empty(list);
    struct collector collector = {list, estate, estate->store, claim, now_ms,
                                  alloc_zeroed(estate->application_count + 1, sizeof(struct symptom))};
    collect_feeds(&collector);
    collect_cutover(&collector);
    each_row(&collector, KIND_ID_NODES, collect_machine);
    collect_graphs(&collector);
    each_row(&collector, KIND_ID_GITREPOSITORIES, collect_source);
    each_row(&collector, KIND_ID_HELMREPOSITORIES, collect_source);
    each_row(&collector, KIND_ID_OCIREPOSITORIES, collect_source);
    each_row(&collector, KIND_ID_PODS, collect_pod);
    each_row(&collector, KIND_ID_DEPLOYMENTS, collect_workload);
    each_row(&collector, KIND_ID_STATEFULSETS, collect_workload);
    each_row(&collector, KIND_ID_DAEMONSETS, collect_workload);
    collect_estate(&collector);
    each_row(&collector, KIND_ID_PROVIDERS, collect_provider);
    collect_skew(&collector, KIND_ID_HELMRELEASES);
    collect_skew(&collector, KIND_ID_GITREPOSITORIES);
    collect_tables(&collector);
    collect_deletions(&collector);
    free(collector.symptoms);
    problem_list_settle(list);
}
