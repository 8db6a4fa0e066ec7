/* One small function per kind, found through a table. */
#include "resource/row_state.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/timestamp.h"
#include "cutover/cutover_claim.h"

static void set(struct row_state *state, struct span word, enum tone tone, struct span cause)
{
    state->word = word;
    state->tone = tone;
    state->cause = cause;
}

static void judge_release(const struct column_context *context, const struct row *row, struct row_state *state)
{
    struct release_state release = release_state_of(row);
    struct span cause = release.cause;
    if (release.phase == RELEASE_PHASE_BLOCKED && context->estate != NULL && strcmp(row_kind(row)->id, KIND_ID_HELMRELEASES) == 0) {
        const struct dependency_graph *graph = context->estate->releases[row_region(row)];
        size_t at = graph == NULL ? DEPENDENCY_GRAPH_NONE : dependency_graph_find(graph, row_key(row));
        if (at != DEPENDENCY_GRAPH_NONE)
            cause = span_of(dependency_graph_explain(graph, at, state->buffer, sizeof state->buffer));
    }
    set(state, span_of(release_state_name(release.phase)), release.tone, cause);
}

static void take_health(struct row_state *state, const struct health *health)
{
    if (health == NULL)
        set(state, SPAN_LITERAL("Unknown"), TONE_UNKNOWN, SPAN_LITERAL("not taken in yet"));
    else
        set(state, span_of(health_name(health->tone)), health->tone, span_of(health->cause));
}

static void judge_organization(const struct column_context *context, const struct row *row, struct row_state *state)
{
    const struct organization *entry = context->estate == NULL ? NULL : estate_organization(context->estate, row);
    take_health(state, entry == NULL ? NULL : &entry->health);
}

static void judge_environment(const struct column_context *context, const struct row *row, struct row_state *state)
{
    const struct environment *entry = context->estate == NULL ? NULL : estate_environment(context->estate, row);
    take_health(state, entry == NULL ? NULL : &entry->health);
}

static void judge_application(const struct column_context *context, const struct row *row, struct row_state *state)
{
    const struct application *entry = context->estate == NULL ? NULL : estate_application(context->estate, row);
    take_health(state, entry == NULL ? NULL : &entry->health);
}

static void judge_node(const struct column_context *context, const struct row *row, struct row_state *state)
{
    struct span rest = row_text(row, FIELD_CONDITIONS), type, status;
    if (!row_is(row, FIELD_READY, "True")) {
        set(state, SPAN_LITERAL("NotReady"), TONE_BAD, row_text(row, FIELD_READY_MESSAGE));
        return;
    }
    while (row_next_item(&rest, &type, &status))
        if (span_equals_text(status, "True") && (span_ends_with(type, "Pressure") || span_equals_text(type, "NetworkUnavailable"))) {
            set(state, SPAN_LITERAL("Pressure"), TONE_WARN, type);
            return;
        }
    if (row_true(row, FIELD_SUSPENDED))
        set(state, SPAN_LITERAL("Cordoned"), TONE_PAUSED, SPAN_LITERAL("no new pods are placed on it"));
    else
        set(state, SPAN_LITERAL("Ready"), TONE_GOOD, SPAN_EMPTY);
}

static enum tone tone_of_waiting(struct span reason)
{
    bool bad = span_ends_with(reason, "BackOff") || span_starts_with(reason, "Err") || span_ends_with(reason, "Error") ||
               span_equals_text(reason, "InvalidImageName");
    return bad ? TONE_BAD : TONE_PROGRESS;
}

static void judge_pod(const struct column_context *context, const struct row *row, struct row_state *state)
{
    struct span phase = row_text(row, FIELD_PHASE), waiting = row_text(row, FIELD_WAITING);
    if (!span_is_empty(row_text(row, FIELD_DELETED)))
        set(state, SPAN_LITERAL("Terminating"), TONE_PROGRESS, SPAN_EMPTY);
    else if (!span_is_empty(waiting))
        set(state, waiting, tone_of_waiting(waiting), row_text(row, FIELD_READY_MESSAGE));
    else if (span_equals_text(phase, "Succeeded"))
        set(state, SPAN_LITERAL("Completed"), TONE_NEUTRAL, SPAN_EMPTY);
    else if (span_equals_text(phase, "Running") && !row_is(row, FIELD_READY, "True"))
        set(state, SPAN_LITERAL("NotReady"), TONE_WARN, row_text(row, FIELD_READY_MESSAGE));
    else
        set(state, phase, health_tone_of(phase), row_text(row, FIELD_READY_MESSAGE));
}

static void judge_job(const struct column_context *context, const struct row *row, struct row_state *state)
{
    if (row_true(row, FIELD_STALLED))
        set(state, SPAN_LITERAL("Failed"), TONE_BAD,
            span_is_empty(row_text(row, FIELD_STALLED_MESSAGE)) ? row_text(row, FIELD_READY_REASON) : row_text(row, FIELD_STALLED_MESSAGE));
    else if (row_true(row, FIELD_READY))
        set(state, SPAN_LITERAL("Complete"), TONE_GOOD, SPAN_EMPTY);
    else if (row_true(row, FIELD_SUSPENDED))
        set(state, SPAN_LITERAL("Suspended"), TONE_PAUSED, SPAN_EMPTY);
    else if (row_integer(row, FIELD_ACTIVE, 0) > 0)
        set(state, SPAN_LITERAL("Running"), TONE_PROGRESS, SPAN_EMPTY);
    else
        set(state, SPAN_LITERAL("Pending"), TONE_PROGRESS, SPAN_EMPTY);
}

static void judge_workload(const struct column_context *context, const struct row *row, struct row_state *state)
{
    int64_t wanted = row_integer(row, FIELD_REPLICAS, -1), ready = row_integer(row, FIELD_REPLICAS_READY, 0);
    int64_t generation = row_integer(row, FIELD_GENERATION, -1), observed = row_integer(row, FIELD_OBSERVED_GENERATION, generation);
    if (wanted < 0)
        set(state, SPAN_LITERAL("Unknown"), TONE_UNKNOWN, SPAN_LITERAL("says nothing of its replicas"));
    else if (generation != observed)
        set(state, SPAN_LITERAL("Stale"), TONE_UNKNOWN, SPAN_LITERAL("its status is of an older generation"));
    else if (row_true(row, FIELD_SUSPENDED))
        set(state, SPAN_LITERAL("Paused"), TONE_PAUSED, SPAN_EMPTY);
    else if (wanted == 0)
        set(state, SPAN_LITERAL("Scaled to 0"), TONE_NEUTRAL, SPAN_EMPTY);
    else if (ready >= wanted)
        set(state, SPAN_LITERAL("Ready"), TONE_GOOD, SPAN_EMPTY);
    else
        set(state, ready == 0 ? SPAN_LITERAL("Down") : SPAN_LITERAL("Degraded"), ready == 0 ? TONE_BAD : TONE_WARN,
            row_text(row, FIELD_READY_MESSAGE));
}

static void judge_phase(const struct column_context *context, const struct row *row, struct row_state *state)
{
    struct span phase = row_text(row, FIELD_PHASE);
    if (row_is(row, FIELD_READY, "False"))
        set(state, span_is_empty(phase) ? SPAN_LITERAL("Failed") : phase, TONE_BAD, row_text(row, FIELD_READY_MESSAGE));
    else
        set(state, phase, span_is_empty(phase) ? TONE_UNKNOWN : health_tone_of(phase), SPAN_EMPTY);
}

static void judge_provider(const struct column_context *context, const struct row *row, struct row_state *state)
{
    bool healthy = row_true(row, FIELD_HEALTHY), installed = row_true(row, FIELD_INSTALLED);
    if (span_is_empty(row_text(row, FIELD_HEALTHY)) && span_is_empty(row_text(row, FIELD_INSTALLED)))
        set(state, SPAN_LITERAL("Unknown"), TONE_UNKNOWN, SPAN_LITERAL("no conditions yet"));
    else if (healthy && installed)
        set(state, SPAN_LITERAL("Healthy"), TONE_GOOD, SPAN_EMPTY);
    else
        set(state, installed ? SPAN_LITERAL("Unhealthy") : SPAN_LITERAL("NotInstalled"), TONE_BAD, row_text(row, FIELD_READY_MESSAGE));
}

static void judge_cutover(const struct column_context *context, const struct row *row, struct row_state *state)
{
    struct cutover_claim claim = cutover_claim_of(context->store, context->now_ms);
    snprintf(state->buffer, sizeof state->buffer, "%s", claim.error[0] != '\0' ? claim.error : claim.text);
    set(state, span_of(cutover_claim_name(&claim)), claim.tone, span_of(state->buffer));
}

static const struct {
    const char *kind_id;
    void (*judge)(const struct column_context *context, const struct row *row, struct row_state *state);
} JUDGES[] = {
    {KIND_ID_HELMRELEASES, judge_release},       {KIND_ID_KUSTOMIZATIONS, judge_release},
    {KIND_ID_GITREPOSITORIES, judge_release},    {KIND_ID_HELMREPOSITORIES, judge_release},
    {KIND_ID_OCIREPOSITORIES, judge_release},    {KIND_ID_ORGANIZATIONS, judge_organization},
    {KIND_ID_ENVIRONMENTS, judge_environment},   {KIND_ID_APPLICATIONS, judge_application},
    {KIND_ID_NODES, judge_node},                 {KIND_ID_PODS, judge_pod},
    {KIND_ID_JOBS, judge_job},                   {KIND_ID_DEPLOYMENTS, judge_workload},
    {KIND_ID_STATEFULSETS, judge_workload},      {KIND_ID_DAEMONSETS, judge_workload},
    {KIND_ID_NAMESPACES, judge_phase},           {KIND_ID_BLUEPRINTS, judge_phase},
    {KIND_ID_PROVIDERS, judge_provider},         {KIND_ID_CUTOVER_STATUS, judge_cutover},
};

void row_state_of(const struct column_context *context, const struct row *row, struct row_state *state)
{
    const char *kind_id = row_kind(row)->id;
    set(state, SPAN_EMPTY, TONE_NEUTRAL, SPAN_EMPTY);
    for (size_t i = 0; i < ARRAY_LENGTH(JUDGES); i++)
        if (strcmp(JUDGES[i].kind_id, kind_id) == 0) {
            JUDGES[i].judge(context, row, state);
            return;
        }
}
