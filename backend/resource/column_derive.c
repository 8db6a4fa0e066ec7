/* Cells that need the estate, several facts, or a word of explanation. */
#include "resource/column_derive.h"

#include <string.h>

#include "base/timestamp.h"
#include "estate/region_name.h"
#include "resource/drift.h"
#include "resource/row_state.h"

#define DERIVE(name) \
    void column_derive_##name(const struct column_context *context, const struct row *row, struct column_value *value)

DERIVE(region)
{
    int region = row_region(row);
    if (region >= 0 && region < context->store->region_count)
        column_set_text(value, span_of(context->store->regions[region].name));
}

/* "≠ version": another region says otherwise about the same object. */
DERIVE(drift)
{
    int region;
    const char *word = drift_of(context->store, row, &region);
    if (word == NULL)
        return;
    column_printf(value, "≠ %s", word);
    value->tone = TONE_WARN;
    value->order = 0;
}

DERIVE(state)
{
    struct row_state state;
    row_state_of(context, row, &state);
    column_set_state(value, state.word, state.tone); /* words are never in the state's own buffer */
}

DERIVE(cause)
{
    struct row_state state;
    row_state_of(context, row, &state);
    if (state.cause.data == state.buffer)
        column_printf(value, "%.*s", SPAN_PRINT(state.cause));
    else
        column_set_text(value, state.cause);
}

/* "bp-harbor@1.4.2"; the version alone when the chart comes from a chartRef without a name. */
DERIVE(chart)
{
    struct span chart = row_text(row, FIELD_CHART), version = release_state_revision(row);
    if (span_is_empty(version))
        column_set_text(value, chart);
    else
        column_printf(value, "%.*s@%.*s", SPAN_PRINT(chart), SPAN_PRINT(version));
}

DERIVE(version)
{
    column_set_text(value, release_state_revision(row));
}

DERIVE(source)
{
    struct span name = row_text(row, FIELD_SOURCE_NAME);
    if (!span_is_empty(name))
        column_printf(value, "%.*s/%.*s", SPAN_PRINT(row_text(row, FIELD_SOURCE_KIND)), SPAN_PRINT(name));
}

DERIVE(environments)
{
    const struct organization *entry = context->estate == NULL ? NULL : estate_organization(context->estate, row);
    if (entry != NULL)
        column_set_count(value, (int64_t)entry->environment_count, TONE_NEUTRAL);
}

/* `unknown` of those that are not ready are not known: that is neither a zero nor an alarm. */
static void show_ratio(struct column_value *value, size_t ready, size_t unknown, size_t total)
{
    if (total == 0) {
        column_set_text(value, SPAN_LITERAL("-"));
        value->order = 1000000;
        return;
    }
    if (unknown == total)
        column_printf(value, "?/%zu", total);
    else
        column_printf(value, "%zu/%zu", ready, total);
    value->order = (int64_t)(ready * 1000 / total);
    value->tone = ready == total ? TONE_NEUTRAL : ready + unknown == total ? TONE_UNKNOWN : ready + unknown == 0 ? TONE_BAD : TONE_WARN;
}

DERIVE(applications)
{
    if (context->estate == NULL)
        return;
    const struct organization *organization = estate_organization(context->estate, row);
    const struct environment *environment = organization == NULL ? estate_environment(context->estate, row) : NULL;
    bool is_organization = strcmp(row_kind(row)->id, KIND_ID_ORGANIZATIONS) == 0;
    if (is_organization && organization != NULL)
        show_ratio(value, organization->applications_ready, organization->applications_unknown, organization->application_count);
    else if (!is_organization && (environment = estate_environment(context->estate, row)) != NULL)
        show_ratio(value, environment->applications_ready, environment->applications_unknown, environment->application_count);
}

DERIVE(organization)
{
    const struct application *entry = context->estate == NULL ? NULL : estate_application(context->estate, row);
    if (entry != NULL && entry->organization != ESTATE_NONE)
        column_set_text(value, row_name(context->estate->organizations[entry->organization].row));
    else
        column_set_text(value, row_text(row, FIELD_ORGANIZATION));
}

DERIVE(placement)
{
    column_set_text(value, application_placement(row));
}

DERIVE(regions)
{
    region_name_join(row_text(row, FIELD_REGIONS), value->buffer, sizeof value->buffer);
    if (value->buffer[0] == '\0')
        region_name_join(row_text(row, FIELD_CLUSTER_STATES), value->buffer, sizeof value->buffer);
    column_set_text(value, span_of(value->buffer));
}

/* What is installed; "1.2.0 -> 1.3.0" while the spec asks for another. */
DERIVE(blueprint_version)
{
    struct span wanted = row_text(row, FIELD_BLUEPRINT_VERSION), installed = row_text(row, FIELD_INSTALLED_VERSION);
    if (span_is_empty(installed) || span_is_empty(wanted) || span_equals(installed, wanted))
        column_set_text(value, span_is_empty(installed) ? wanted : installed);
    else
        column_printf(value, "%.*s -> %.*s", SPAN_PRINT(installed), SPAN_PRINT(wanted));
}

DERIVE(releases)
{
    const struct application *entry = context->estate == NULL ? NULL : estate_application(context->estate, row);
    size_t ready = 0;
    for (size_t i = 0; entry != NULL && i < entry->release_count; i++)
        ready += release_state_of(entry->releases[i]).phase == RELEASE_PHASE_READY;
    if (entry != NULL)
        show_ratio(value, ready, 0, entry->release_count);
}

DERIVE(containers)
{
    int64_t total = row_integer(row, FIELD_CONTAINERS, -1), ready = row_integer(row, FIELD_CONTAINERS_READY, 0);
    if (total < 0)
        return;
    column_printf(value, "%lld/%lld", (long long)ready, (long long)total);
    value->order = total == 0 ? 0 : ready * 1000 / total;
}

DERIVE(replicas)
{
    int64_t total = row_integer(row, FIELD_REPLICAS, -1), ready = row_integer(row, FIELD_REPLICAS_READY, 0);
    if (total < 0)
        return;
    column_printf(value, "%lld/%lld", (long long)ready, (long long)total);
    value->order = total == 0 ? 0 : ready * 1000 / total;
    value->tone = ready >= total ? TONE_NEUTRAL : ready == 0 ? TONE_BAD : TONE_WARN;
}

DERIVE(duration)
{
    int64_t started = row_time(row, FIELD_STARTED), finished = row_time(row, FIELD_FINISHED);
    if (started == TIMESTAMP_NONE)
        return;
    int64_t duration = (finished == TIMESTAMP_NONE ? context->now_ms : finished) - started;
    timestamp_format_age(value->buffer, duration);
    value->text = span_of(value->buffer);
    value->order = duration;
}

DERIVE(keys)
{
    struct span rest = row_text(row, FIELD_DATA), first, second;
    int64_t count = 0;
    while (row_next_item(&rest, &first, &second))
        count++;
    column_set_count(value, count, TONE_NEUTRAL);
}

/* How many releases wait for this one. */
DERIVE(blocked)
{
    const struct dependency_node *node = context->estate == NULL ? NULL : estate_release_node(context->estate, row);
    if (node != NULL && node->blocked > 0)
        column_set_count(value, (int64_t)node->blocked, TONE_WARN);
    else
        value->order = 0;
}
