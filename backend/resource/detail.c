/* Writes the facts of an object as lines: the state and its cause first, then what the kind has, then its neighbours. */
#include "resource/detail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitize.h"
#include "base/timestamp.h"
#include "estate/region_name.h"
#include "resource/column_table.h"
#include "resource/text_order.h"

#define LINE_MAX_BYTES 2048
#define NEIGHBOURS_MAX 60

static void add(struct detail *detail, enum detail_line_kind kind, enum tone tone, const char *label, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
static void add(struct detail *detail, enum detail_line_kind kind, enum tone tone, const char *label, const char *format, ...)
{
    char text[LINE_MAX_BYTES];
    if (detail->lines.count == DETAIL_LINES_MAX)
        return;
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct span span = span_make(text, length < 0 ? 0 : (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
    ARRAY_PUSH(&detail->lines, ((struct detail_line){kind, tone, label, sanitize_dup(span, sizeof text)}));
}

static void add_title(struct detail *detail, const char *title)
{
    add(detail, DETAIL_LINE_TITLE, TONE_NEUTRAL, NULL, "%s", title);
}

static void add_fact(struct detail *detail, enum tone tone, const char *label, struct span text)
{
    if (!span_is_empty(text))
        add(detail, DETAIL_LINE_FACT, tone, label, "%.*s", SPAN_PRINT(text));
}

static void add_time(struct detail *detail, const struct column_context *context, const char *label, int64_t at_ms)
{
    char stamp[TIMESTAMP_TEXT_MAX], age[TIMESTAMP_TEXT_MAX];
    if (at_ms == TIMESTAMP_NONE)
        return;
    timestamp_format(stamp, at_ms);
    timestamp_format_age(age, context->now_ms - at_ms);
    add(detail, DETAIL_LINE_FACT, TONE_NEUTRAL, label, "%s ago (%s)", age, stamp);
}

/* Facts per kind, in their order. A field is shown as its column would be; derived ones are named by their column's title. */
static const struct fact {
    const char *kind_id, *label;
    enum field field;   /* FIELD_COUNT: `column` */
    const char *column; /* title in column_table */
} FACTS[] = {
    {KIND_ID_HELMRELEASES, "Chart", FIELD_CHART, NULL},
    {KIND_ID_HELMRELEASES, "Version asked for", FIELD_CHART_VERSION, NULL},
    {KIND_ID_HELMRELEASES, "Installed", FIELD_REVISION, NULL},
    {KIND_ID_HELMRELEASES, "Last attempted", FIELD_LAST_ATTEMPTED_REVISION, NULL},
    {KIND_ID_HELMRELEASES, "Source", FIELD_COUNT, "SOURCE"},
    {KIND_ID_HELMRELEASES, "Target namespace", FIELD_TARGET_NAMESPACE, NULL},
    {KIND_ID_HELMRELEASES, "Interval", FIELD_INTERVAL, NULL},
    {KIND_ID_HELMRELEASES, "Failures", FIELD_FAILURES, NULL},
    {KIND_ID_KUSTOMIZATIONS, "Path", FIELD_PATH, NULL},
    {KIND_ID_KUSTOMIZATIONS, "Applied", FIELD_REVISION, NULL},
    {KIND_ID_KUSTOMIZATIONS, "Last attempted", FIELD_LAST_ATTEMPTED_REVISION, NULL},
    {KIND_ID_KUSTOMIZATIONS, "Source", FIELD_COUNT, "SOURCE"},
    {KIND_ID_KUSTOMIZATIONS, "Interval", FIELD_INTERVAL, NULL},
    {KIND_ID_ORGANIZATIONS, "Display name", FIELD_DISPLAY_NAME, NULL},
    {KIND_ID_ORGANIZATIONS, "Kind", FIELD_ORGANIZATION_KIND, NULL},
    {KIND_ID_ORGANIZATIONS, "Tier", FIELD_TIER, NULL},
    {KIND_ID_ORGANIZATIONS, "Billing", FIELD_BILLING, NULL},
    {KIND_ID_ORGANIZATIONS, "vCluster", FIELD_VCLUSTER_NAME, NULL},
    {KIND_ID_ORGANIZATIONS, "Environments", FIELD_COUNT, "ENVS"},
    {KIND_ID_ORGANIZATIONS, "Applications ready", FIELD_COUNT, "APPS"},
    {KIND_ID_ORGANIZATIONS, "Last error", FIELD_LAST_ERROR, NULL},
    {KIND_ID_ENVIRONMENTS, "Organization", FIELD_ORGANIZATION, NULL},
    {KIND_ID_ENVIRONMENTS, "Type", FIELD_ENVIRONMENT_TYPE, NULL},
    {KIND_ID_ENVIRONMENTS, "Placement", FIELD_PLACEMENT, NULL},
    {KIND_ID_ENVIRONMENTS, "Regions", FIELD_COUNT, "REGIONS"},
    {KIND_ID_ENVIRONMENTS, "Applications ready", FIELD_COUNT, "APPS"},
    {KIND_ID_ENVIRONMENTS, "Git branch", FIELD_BRANCH, NULL},
    {KIND_ID_APPLICATIONS, "Organization", FIELD_COUNT, "ORGANIZATION"},
    {KIND_ID_APPLICATIONS, "Environment", FIELD_ENVIRONMENT, NULL},
    {KIND_ID_APPLICATIONS, "Blueprint", FIELD_BLUEPRINT, NULL},
    {KIND_ID_APPLICATIONS, "Version", FIELD_COUNT, "VERSION"},
    {KIND_ID_APPLICATIONS, "Placement", FIELD_COUNT, "PLACEMENT"},
    {KIND_ID_APPLICATIONS, "Regions", FIELD_COUNT, "REGIONS"},
    {KIND_ID_APPLICATIONS, "Primary region", FIELD_PRIMARY_REGION, NULL},
    {KIND_ID_APPLICATIONS, "HelmReleases ready", FIELD_COUNT, "RELEASES"},
    {KIND_ID_APPLICATIONS, "Bootstrap", FIELD_BOOTSTRAP, NULL},
};

static bool add_kind_facts(struct detail *detail, const struct column_context *context, const struct row *row)
{
    struct column_set set;
    bool any = false;
    column_table_build(&set, row_kind(row), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(FACTS); i++) {
        if (strcmp(FACTS[i].kind_id, row_kind(row)->id) != 0)
            continue;
        any = true;
        struct column plain = {.field = FACTS[i].field};
        int at = FACTS[i].column == NULL ? -1 : column_table_find(&set, span_of(FACTS[i].column));
        struct column_value value;
        if (at < 0 && FACTS[i].column != NULL)
            continue;
        column_value(at >= 0 ? &set.columns[at] : &plain, context, row, &value);
        add_fact(detail, value.tone, FACTS[i].label, value.text);
    }
    return any;
}

/* What the state, the conditions and the sections say better. */
static bool is_told_elsewhere(enum field field)
{
    static const enum field FIELDS[] = {FIELD_READY, FIELD_READY_REASON, FIELD_READY_MESSAGE, FIELD_READY_CHANGED, FIELD_CONDITIONS,
                                        FIELD_FINALIZERS, FIELD_OBSERVED_GENERATION, FIELD_STALLED, FIELD_STALLED_MESSAGE,
                                        FIELD_RECONCILING, FIELD_VALUES_SUSPECT, FIELD_ENVIRONMENT_VALUES, FIELD_DATA,
                                        FIELD_REQUESTED_AT, FIELD_HANDLED_AT};
    for (size_t i = 0; i < ARRAY_LENGTH(FIELDS); i++)
        if (FIELDS[i] == field)
            return true;
    return false;
}

static void add_all_facts(struct detail *detail, const struct column_context *context, const struct row *row)
{
    const struct kind *kind = row_kind(row);
    struct column_value value;
    for (size_t i = 0; i < kind->field_count; i++) {
        struct column plain = {.field = kind->fields[i].field};
        if (is_told_elsewhere(plain.field))
            continue;
        column_value(&plain, context, row, &value);
        add_fact(detail, TONE_NEUTRAL, field_name(plain.field), value.text);
    }
    for (size_t i = 0; i < kind->dynamic_count; i++)
        add_fact(detail, TONE_NEUTRAL, kind->dynamic_columns[i], row_dynamic(row, i));
    struct span rest = row_text(row, FIELD_DATA), first, second;
    if (!span_is_empty(rest))
        add_title(detail, "Data");
    while (row_next_item(&rest, &first, &second))
        add(detail, DETAIL_LINE_ITEM, TONE_NEUTRAL, NULL, "%.*s: %.*s", SPAN_PRINT(first), SPAN_PRINT(second));
}

static void add_head(struct detail *detail, const struct column_context *context, const struct row *row)
{
    struct row_state state;
    row_state_of(context, row, &state);
    add_title(detail, row_kind(row)->singular);
    add_fact(detail, state.tone, "State", state.word);
    add_fact(detail, state.tone, "Cause", state.cause);
    add_time(detail, context, "Since", row_time(row, FIELD_READY_CHANGED));
    add_fact(detail, TONE_NEUTRAL, "Region", span_of(context->store->regions[row_region(row)].name));
    add_fact(detail, TONE_NEUTRAL, "Namespace", row_namespace(row));
    add_time(detail, context, "Created", row_time(row, FIELD_CREATED));
    add_time(detail, context, "Deleting since", row_time(row, FIELD_DELETED));
    struct span finalizers = row_text(row, FIELD_FINALIZERS), finalizer, none;
    while (!span_is_empty(row_text(row, FIELD_DELETED)) && row_next_item(&finalizers, &finalizer, &none))
        add_fact(detail, TONE_WARN, "Held by", finalizer);
    int64_t generation = row_integer(row, FIELD_GENERATION, -1), observed = row_integer(row, FIELD_OBSERVED_GENERATION, -1);
    if (generation >= 0 && observed >= 0)
        add(detail, DETAIL_LINE_FACT, generation == observed ? TONE_NEUTRAL : TONE_WARN, "Generation", "%lld, observed %lld",
            (long long)generation, (long long)observed);
    struct span requested = row_text(row, FIELD_REQUESTED_AT);
    if (!span_is_empty(requested) && !span_equals(requested, row_text(row, FIELD_HANDLED_AT)))
        add(detail, DETAIL_LINE_FACT, TONE_PROGRESS, "Reconcile requested", "%.*s, not handled yet", SPAN_PRINT(requested));
}

static void add_conditions(struct detail *detail, const struct row *row)
{
    static const char *const GOOD_WHEN_FALSE[] = {"Stalled", "Reconciling", "FetchFailed", "MemoryPressure", "DiskPressure",
                                                  "PIDPressure", "NetworkUnavailable", "Failed", "Suspended"};
    struct span rest = row_text(row, FIELD_CONDITIONS), type, status;
    if (!span_is_empty(rest))
        add_title(detail, "Conditions");
    while (row_next_item(&rest, &type, &status)) {
        bool inverted = false, is_true = span_equals_text(status, "True");
        for (size_t i = 0; i < ARRAY_LENGTH(GOOD_WHEN_FALSE); i++)
            inverted |= span_equals_text(type, GOOD_WHEN_FALSE[i]);
        enum tone tone = span_equals_text(status, "Unknown") ? TONE_UNKNOWN : is_true != inverted ? TONE_NEUTRAL : TONE_WARN;
        add(detail, DETAIL_LINE_ITEM, tone, NULL, "%.*s: %.*s", SPAN_PRINT(type), SPAN_PRINT(status));
    }
    if (row_is(row, FIELD_RELEASED, "False"))
        add_fact(detail, TONE_BAD, "Released", row_text(row, FIELD_RELEASED_MESSAGE));
    if (row_is(row, FIELD_TESTED, "False"))
        add_fact(detail, TONE_BAD, "Tests", row_text(row, FIELD_TESTED_MESSAGE));
}

static void add_node(struct detail *detail, const struct dependency_node *node)
{
    const char *state = node->row == NULL ? "does not exist" : release_state_name(node->state.phase);
    add(detail, DETAIL_LINE_ITEM, node->state.tone, NULL, "%.*s  %s", SPAN_PRINT(node->key), state);
}

static void add_path(struct detail *detail, const struct dependency_graph *graph, size_t index)
{
    size_t path[32], length = dependency_graph_path(graph, index, path, ARRAY_LENGTH(path));
    if (length < 2)
        return;
    add_title(detail, "Waits, down to the root");
    for (size_t i = 1; i < length && i < ARRAY_LENGTH(path); i++)
        add_node(detail, dependency_graph_at(graph, path[i]));
    const struct dependency_node *root = dependency_graph_at(graph, dependency_graph_at(graph, index)->root);
    add_fact(detail, root->state.tone, "Root cause", root->state.cause);
}

static void add_neighbours(struct detail *detail, const struct dependency_graph *graph, size_t index)
{
    const struct dependency_node *node = dependency_graph_at(graph, index);
    if (node->need_count > 0)
        add_title(detail, "Depends on");
    for (size_t i = 0; i < node->need_count; i++)
        add_node(detail, dependency_graph_at(graph, node->needs[i]));
    if (node->dependent_count == 0)
        return;
    add_title(detail, "Needed by");
    for (size_t i = 0; i < node->dependent_count && i < NEIGHBOURS_MAX; i++)
        add_node(detail, dependency_graph_at(graph, node->dependents[i]));
    size_t all = dependency_graph_reach(graph, index, DEPENDENCY_DIRECTION_DEPENDENTS, NULL, 0);
    if (all > node->dependent_count || node->dependent_count > NEIGHBOURS_MAX)
        add(detail, DETAIL_LINE_ITEM, TONE_NEUTRAL, NULL, "%zu in all, through others", all);
}

static void add_dependencies(struct detail *detail, const struct column_context *context, const struct row *row)
{
    bool is_release = strcmp(row_kind(row)->id, KIND_ID_HELMRELEASES) == 0;
    if (!is_release && strcmp(row_kind(row)->id, KIND_ID_KUSTOMIZATIONS) != 0)
        return;
    struct dependency_graph *own = NULL;
    const struct dependency_graph *graph = is_release && context->estate != NULL ? context->estate->releases[row_region(row)] : NULL;
    if (graph == NULL)
        graph = own = dependency_graph_new(context->store, row_kind(row)->id, row_region(row));
    size_t index = dependency_graph_find(graph, row_key(row));
    if (index != DEPENDENCY_GRAPH_NONE) {
        add_path(detail, graph, index);
        add_neighbours(detail, graph, index);
    }
    dependency_graph_free(own);
}

static void add_history(struct detail *detail, const struct row *row)
{
    struct span rest = row_text(row, FIELD_HISTORY), version, status;
    if (!span_is_empty(rest))
        add_title(detail, "History, newest first");
    while (row_next_item(&rest, &version, &status))
        add(detail, DETAIL_LINE_ITEM, span_equals_text(status, "failed") ? TONE_BAD : TONE_NEUTRAL, NULL, "%.*s  %.*s", SPAN_PRINT(version),
            SPAN_PRINT(status));
}

static void add_owner(struct detail *detail, const struct column_context *context, const struct row *row)
{
    if (context->estate == NULL || strcmp(row_kind(row)->id, KIND_ID_HELMRELEASES) != 0)
        return;
    const struct application *owner = estate_release_owner(context->estate, row);
    if (owner == NULL)
        return;
    add(detail, DETAIL_LINE_FACT, owner->health.tone, "Application", "%.*s, %s", SPAN_PRINT(row_key(owner->row)),
        health_name(owner->health.tone));
    if (owner->organization != ESTATE_NONE)
        add_fact(detail, TONE_NEUTRAL, "Organization", row_name(context->estate->organizations[owner->organization].row));
}

static void add_clusters(struct detail *detail, const struct row *row)
{
    struct span rest = row_text(row, FIELD_CLUSTER_STATES), cluster, state;
    if (!span_is_empty(rest))
        add_title(detail, "Per cluster");
    while (row_next_item(&rest, &cluster, &state)) {
        struct span messages = row_text(row, FIELD_CLUSTER_MESSAGES), name, text, message = SPAN_EMPTY;
        while (row_next_item(&messages, &name, &text))
            if (span_equals(name, cluster))
                message = text;
        struct span region = region_name_fold(cluster);
        add(detail, DETAIL_LINE_ITEM, health_tone_of(state), NULL, "%.*s  %.*s%s%.*s", SPAN_PRINT(span_is_empty(region) ? cluster : region),
            SPAN_PRINT(state), span_is_empty(message) ? "" : "  ", SPAN_PRINT(message));
    }
}

static int compare_children(const void *left, const void *right)
{
    const struct detail_child *a = left, *b = right;
    if (a->tone != b->tone)
        return (int)a->tone - (int)b->tone;
    int order = strcmp(row_kind(a->row)->id, row_kind(b->row)->id);
    if (order == 0)
        order = text_order_compare(row_key(a->row), row_key(b->row));
    return order != 0 ? order : row_region(a->row) - row_region(b->row);
}

static void add_child(struct detail *detail, const struct column_context *context, const struct row *row)
{
    struct row_state state;
    struct detail_child child = {.row = row};
    if (detail->children.count == DETAIL_CHILDREN_MAX) {
        detail->omitted++;
        return;
    }
    row_ref(row);
    row_state_of(context, row, &state);
    child.tone = state.tone;
    sanitize_line_into(child.state, sizeof child.state, state.word.data, state.word.length);
    sanitize_line_into(child.cause, sizeof child.cause, state.cause.data, state.cause.length);
    ARRAY_PUSH(&detail->children, child);
}

/* An Organization's Applications are below their Environments; only those without one are its own. */
static bool is_below_another(const struct column_context *context, const struct row *parent, const struct row *row)
{
    if (strcmp(row_kind(parent)->id, KIND_ID_ORGANIZATIONS) != 0 || strcmp(row_kind(row)->id, KIND_ID_APPLICATIONS) != 0)
        return false;
    const struct application *application = estate_application(context->estate, row);
    return application != NULL && application->environment != ESTATE_NONE;
}

static void add_children(struct detail *detail, const struct column_context *context, const struct row *parent)
{
    const char *kind_id;
    for (size_t i = 0; (kind_id = drill_child_kind(row_kind(parent), i)) != NULL; i++) {
        if (detail->note[0] == '\0')
            store_kind_is_known(context->store, kind_id, detail->note, sizeof detail->note);
        for (int r = 0; r < context->store->region_count; r++) {
            size_t at = 0;
            const struct row *row;
            while ((row = table_next(store_find_table(context->store, kind_id, r), &at)) != NULL)
                if (drill_is_child(context, parent, row) && !is_below_another(context, parent, row))
                    add_child(detail, context, row);
        }
    }
    if (detail->children.count > 0)
        qsort(detail->children.items, detail->children.count, sizeof detail->children.items[0], compare_children);
}

static void empty(struct detail *detail)
{
    for (size_t i = 0; i < detail->lines.count; i++)
        free(detail->lines.items[i].text);
    for (size_t i = 0; i < detail->children.count; i++)
        row_unref(detail->children.items[i].row);
    detail->lines.count = detail->children.count = detail->omitted = 0;
    detail->note[0] = '\0';
}

void detail_build(struct detail *detail, const struct column_context *context, const struct row *row)
{
    empty(detail);
    add_head(detail, context, row);
    add_owner(detail, context, row);
    if (!add_kind_facts(detail, context, row))
        add_all_facts(detail, context, row);
    add_conditions(detail, row);
    add_clusters(detail, row);
    add_dependencies(detail, context, row);
    add_history(detail, row);
    add_children(detail, context, row);
}

void detail_clear(struct detail *detail)
{
    empty(detail);
    ARRAY_FREE(&detail->lines);
    ARRAY_FREE(&detail->children);
}
