/* Parses the status ConfigMap's flat map with its traps: region keys below a step, node names with dots, empty text as "not
 * set", zero times, keys of charts older and newer than us (cutover contract 3.3). A step is split off at the last dot, but
 * after ".region." first, which the server itself does not do. */
#include "cutover/cutover_status.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"

static const struct {
    const char *text;
    enum tone tone;
} RESULTS[] = {
    [STEP_RESULT_PENDING] = {"pending", TONE_NEUTRAL}, [STEP_RESULT_RUNNING] = {"running", TONE_PROGRESS},
    [STEP_RESULT_SUCCESS] = {"success", TONE_GOOD},    [STEP_RESULT_FAILED] = {"failed", TONE_BAD},
    [STEP_RESULT_SKIPPED] = {"skipped", TONE_PAUSED},  [STEP_RESULT_UNKNOWN] = {"unknown", TONE_UNKNOWN},
};

static const struct {
    const char *name;
    enum tone tone;
} STATES[] = {
    [CUTOVER_STATE_UNKNOWN] = {"unknown", TONE_UNKNOWN},
    [CUTOVER_STATE_ABSENT] = {"not installed", TONE_UNKNOWN},
    [CUTOVER_STATE_NEVER_STARTED] = {"never started", TONE_NEUTRAL},
    [CUTOVER_STATE_RUNNING] = {"running", TONE_PROGRESS},
    [CUTOVER_STATE_FAILED] = {"failed", TONE_BAD},
    [CUTOVER_STATE_INTERRUPTED] = {"interrupted", TONE_WARN},
    [CUTOVER_STATE_COMPLETE] = {"complete", TONE_GOOD},
    [CUTOVER_STATE_SEALED] = {"sealed", TONE_WARN},
};

enum step_result cutover_status_result(struct span text)
{
    if (span_is_empty(text))
        return STEP_RESULT_PENDING;
    for (enum step_result result = STEP_RESULT_RUNNING; result <= STEP_RESULT_SKIPPED; result++) {
        if (span_equals_text(text, RESULTS[result].text))
            return result;
    }
    return STEP_RESULT_UNKNOWN;
}

const char *cutover_status_result_name(enum step_result result)
{
    return RESULTS[result].text;
}

enum tone cutover_status_result_tone(enum step_result result)
{
    return RESULTS[result].tone;
}

const char *cutover_status_state_name(enum cutover_state state)
{
    return STATES[state].name;
}

enum tone cutover_status_state_tone(enum cutover_state state)
{
    return STATES[state].tone;
}

static void keep(char *out, size_t size, struct span text)
{
    sanitize_line_into(out, size, text.data, text.length);
}

static void oddity(struct cutover_status *status, const char *key, struct span value, const char *what)
{
    if (status->oddity_count == CUTOVER_ODDITIES_MAX)
        return;
    char text[320];
    snprintf(text, sizeof text, "%s '%.*s' %s", key, SPAN_PRINT(span_first(value, 80)), what);
    char *out = status->oddities[status->oddity_count++];
    keep(out, sizeof status->oddities[0], span_of(text));
}

static int number(struct cutover_status *status, const char *key, struct span text)
{
    int64_t value = 0;
    if (span_is_empty(text))
        return -1;
    if (span_to_int64(text, &value) && value >= 0 && value <= INT_MAX)
        return (int)value;
    oddity(status, key, text, "is not a number");
    return -1;
}

static int64_t moment(struct cutover_status *status, const char *key, struct span text)
{
    int64_t at_ms = timestamp_parse(text);
    if (at_ms == TIMESTAMP_NONE && !span_is_empty(text) && !span_starts_with(text, "0001-01-01"))
        oddity(status, key, text, "is not a time");
    return at_ms;
}

static struct cutover_step_claim *stepof(struct cutover_status *status, struct span name)
{
    for (size_t i = 0; i < status->step_count; i++) {
        if (span_equals_text(name, status->steps[i].name))
            return &status->steps[i];
    }
    if (status->step_count == STEP_CATALOGUE_MAX || name.length == 0 || name.length >= STEP_NAME_MAX)
        return NULL;
    struct cutover_step_claim *step = &status->steps[status->step_count++];
    memset(step, 0, sizeof *step);
    step->started_ms = step->finished_ms = TIMESTAMP_NONE;
    keep(step->name, sizeof step->name, name);
    return step;
}

static struct cutover_region_claim *regionof(struct cutover_step_claim *step, struct span region)
{
    for (size_t i = 0; i < step->region_count; i++) {
        if (span_equals_text(region, step->regions[i].region))
            return &step->regions[i];
    }
    if (step->region_count == STORE_REGIONS_MAX || region.length == 0 || region.length >= sizeof step->regions[0].region)
        return NULL;
    struct cutover_region_claim *claim = &step->regions[step->region_count++];
    memset(claim, 0, sizeof *claim);
    claim->finished_ms = TIMESTAMP_NONE;
    keep(claim->region, sizeof claim->region, region);
    return claim;
}

static ptrdiff_t lastdot(struct span text)
{
    for (size_t i = text.length; i > 0; i--) {
        if (text.data[i - 1] == '.')
            return (ptrdiff_t)i - 1;
    }
    return -1;
}

static bool readregionkey(struct cutover_status *status, struct cutover_step_claim *step, struct span region, struct span field,
                          struct span value)
{
    bool is_result = span_equals_text(field, "result");
    if (!is_result && !span_equals_text(field, "finishedAt"))
        return false;
    struct cutover_region_claim *claim = regionof(step, region);
    if (claim != NULL && is_result)
        claim->result = cutover_status_result(value);
    else if (claim != NULL)
        claim->finished_ms = moment(status, "a region's finishedAt", value);
    return claim != NULL;
}

static bool readstepfield(struct cutover_status *status, struct cutover_step_claim *step, struct span field, struct span value)
{
    if (span_equals_text(field, "startedAt")) {
        step->started_ms = moment(status, step->name, value);
    } else if (span_equals_text(field, "finishedAt")) {
        step->finished_ms = moment(status, step->name, value);
    } else if (span_equals_text(field, "jobName")) {
        keep(step->job, sizeof step->job, value);
    } else if (span_equals_text(field, "result")) {
        step->result = cutover_status_result(value);
        keep(step->text, sizeof step->text, value);
        if (step->result == STEP_RESULT_UNKNOWN)
            oddity(status, step->name, value, "is no known result");
    } else {
        return false;
    }
    return true;
}

static ptrdiff_t findtext(struct span text, const char *needle)
{
    const char *at = text.length == 0 ? NULL : memmem(text.data, text.length, needle, strlen(needle));
    return at == NULL ? -1 : at - text.data;
}

/* `key` is without "step.". False: not a key of a step that we know how to read. */
static bool readstepkey(struct cutover_status *status, struct span key, struct span value)
{
    static const char REGION[] = ".region.";
    ptrdiff_t dot = lastdot(key), region = findtext(key, REGION);
    if (dot <= 0)
        return false;
    struct span field = span_from(key, (size_t)dot + 1);
    size_t region_start = (size_t)region + sizeof REGION - 1;
    if (region > 0 && region_start < (size_t)dot) {
        struct cutover_step_claim *step = stepof(status, span_first(key, (size_t)region));
        return step != NULL &&
               readregionkey(status, step, span_make(key.data + region_start, (size_t)dot - region_start), field, value);
    }
    static const char *const FIELDS[] = {"startedAt", "finishedAt", "jobName", "result"};
    for (size_t i = 0; i < ARRAY_LENGTH(FIELDS); i++) {
        if (span_equals_text(field, FIELDS[i])) {
            struct cutover_step_claim *step = stepof(status, span_first(key, (size_t)dot));
            return step != NULL && readstepfield(status, step, field, value);
        }
    }
    return false;
}

enum scalar { SCALAR_TEXT, SCALAR_TIME, SCALAR_NUMBER, SCALAR_BOOL };

static bool readscalar(struct cutover_status *status, struct span key, struct span value)
{
    const struct {
        const char *key;
        enum scalar type;
        void *out;
        size_t size;
    } SCALARS[] = {
        {"cutoverComplete", SCALAR_BOOL, &status->is_complete, 0},
        {"cutoverStartedAt", SCALAR_TIME, &status->started_ms, 0},
        {"cutoverLastAttemptStartedAt", SCALAR_TIME, &status->last_attempt_ms, 0},
        {"cutoverFinishedAt", SCALAR_TIME, &status->finished_ms, 0},
        {"currentStep", SCALAR_TEXT, status->current_step, sizeof status->current_step},
        {"failedStep", SCALAR_TEXT, status->failed_step, sizeof status->failed_step},
        {"lastError", SCALAR_TEXT, status->last_error, sizeof status->last_error},
        {"currentStepIndex", SCALAR_NUMBER, &status->current_index, 0},
        {"totalSteps", SCALAR_NUMBER, &status->total_steps, 0},
        {"progressPercent", SCALAR_NUMBER, &status->progress_percent, 0},
        {"registriesYamlActive", SCALAR_TEXT, status->registries_active, sizeof status->registries_active},
        {"dragonflyUpstream", SCALAR_TEXT, status->dragonfly_upstream, sizeof status->dragonfly_upstream},
        {"settledRollOverrides", SCALAR_TEXT, status->settled_roll_overrides, sizeof status->settled_roll_overrides},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(SCALARS); i++) {
        if (!span_equals_text(key, SCALARS[i].key))
            continue;
        if (SCALARS[i].type == SCALAR_TEXT)
            keep(SCALARS[i].out, SCALARS[i].size, value);
        else if (SCALARS[i].type == SCALAR_TIME)
            *(int64_t *)SCALARS[i].out = moment(status, SCALARS[i].key, value);
        else if (SCALARS[i].type == SCALAR_NUMBER)
            *(int *)SCALARS[i].out = number(status, SCALARS[i].key, value);
        else
            *(bool *)SCALARS[i].out = span_equals_text(value, "true");
        if (SCALARS[i].type == SCALAR_BOOL && !span_equals_text(value, "true") && !span_equals_text(value, "false") &&
            value.length > 0)
            oddity(status, SCALARS[i].key, value, "is neither true nor false");
        return true;
    }
    return false;
}

static void readkey(struct cutover_status *status, struct span key, struct span value)
{
    if (readscalar(status, key, value))
        return;
    if (span_starts_with(key, "step.") && readstepkey(status, span_from(key, strlen("step.")), value))
        return;
    if (span_starts_with(key, "node.") && span_ends_with(key, ".registriesYaml")) {
        status->acknowledged_nodes += span_equals_text(value, "v2") ? 1 : 0;
        return;
    }
    status->unknown_keys++;
}

static void readconfigmap(const struct row *row, struct cutover_status *status)
{
    struct span rest = row_text(row, FIELD_DATA), key, value;
    while (row_next_item(&rest, &key, &value))
        readkey(status, key, value);
    if (row_is_cut(row, FIELD_DATA))
        oddity(status, "the status ConfigMap", row_name(row), "is too large to be read whole");
}

static void readapi(const struct store_catalyst *api, struct cutover_status *status)
{
    status->is_complete = strcmp(api->cutover_state, "sovereign") == 0;
    status->started_ms = api->started_ms;
    status->last_attempt_ms = api->last_attempt_ms;
    status->finished_ms = api->finished_ms;
    keep(status->current_step, sizeof status->current_step, span_of(api->current_step));
    keep(status->failed_step, sizeof status->failed_step, span_of(api->failed_step));
    keep(status->last_error, sizeof status->last_error, span_of(api->last_error));
    status->current_index = api->current_index;
    status->total_steps = api->total_steps;
    status->progress_percent = api->progress_percent;
    for (size_t i = 0; i < api->step_count; i++) {
        struct cutover_step_claim *step = stepof(status, span_of(api->steps[i].name));
        if (step == NULL)
            continue;
        step->result = cutover_status_result(span_of(api->steps[i].result));
        keep(step->text, sizeof step->text, span_of(api->steps[i].result));
        keep(step->job, sizeof step->job, span_of(api->steps[i].job));
        step->started_ms = api->steps[i].started_ms;
        step->finished_ms = api->steps[i].finished_ms;
    }
}

static bool hasrunningstep(const struct cutover_status *status)
{
    for (size_t i = 0; i < status->step_count; i++) {
        if (status->steps[i].result == STEP_RESULT_RUNNING)
            return true;
    }
    return false;
}

static enum cutover_state derive(const struct cutover_status *status)
{
    if (status->is_complete)
        return CUTOVER_STATE_COMPLETE;
    if (status->is_sealed)
        return CUTOVER_STATE_SEALED;
    if (status->failed_step[0] != '\0')
        return CUTOVER_STATE_FAILED;
    if (status->current_step[0] != '\0' || hasrunningstep(status))
        return CUTOVER_STATE_RUNNING;
    return status->started_ms == TIMESTAMP_NONE ? CUTOVER_STATE_NEVER_STARTED : CUTOVER_STATE_INTERRUPTED;
}

/* Which source counts: the watched ConfigMap; else whichever of the two is younger. */
static void choose(const struct store *store, const struct table *table, const struct row *row, int64_t now_ms,
                   struct cutover_status *status)
{
    const struct store_catalyst *api = &store->catalyst;
    int64_t api_age_ms = api->cutover_known ? now_ms - api->cutover_read_ms : -1;
    bool is_watched = table != NULL && table->state == TABLE_STATE_LIVE;
    int64_t map_age_ms = row == NULL ? -1 : is_watched ? 0 : now_ms - table->changed_ms;
    char age[TIMESTAMP_TEXT_MAX];
    if (is_watched || (map_age_ms >= 0 && (api_age_ms < 0 || map_age_ms <= api_age_ms))) {
        status->source = CUTOVER_SOURCE_CONFIG_MAP;
        status->age_ms = is_watched ? 0 : map_age_ms;
        timestamp_format_age(age, status->age_ms);
        if (is_watched)
            snprintf(status->source_text, sizeof status->source_text, "status ConfigMap, watched");
        else
            snprintf(status->source_text, sizeof status->source_text, "status ConfigMap as of %s ago: %.120s", age,
                     table_reason(table));
    } else if (api_age_ms >= 0) {
        status->source = CUTOVER_SOURCE_CATALYST_API;
        status->age_ms = api_age_ms;
        timestamp_format_age(age, api_age_ms);
        snprintf(status->source_text, sizeof status->source_text, "catalyst-api, read %s ago (status ConfigMap: %.100s)", age,
                 table_reason(table));
    } else {
        snprintf(status->source_text, sizeof status->source_text,
                 "neither the status ConfigMap (%.100s) nor catalyst-api could be read", table_reason(table));
    }
}

void cutover_status_read(const struct store *store, int64_t now_ms, struct cutover_status *status)
{
    memset(status, 0, sizeof *status);
    status->age_ms = -1;
    status->started_ms = status->last_attempt_ms = status->finished_ms = TIMESTAMP_NONE;
    status->current_index = status->total_steps = status->progress_percent = -1;
    size_t at = 0;
    const struct table *table = store_find_table(store, KIND_ID_CUTOVER_STATUS, store_primary_region(store));
    const struct row *row = table_next(table, &at);
    choose(store, table, row, now_ms, status);
    if (status->source == CUTOVER_SOURCE_NONE)
        return;
    if (status->source == CUTOVER_SOURCE_CATALYST_API) {
        readapi(&store->catalyst, status);
    } else if (row != NULL) {
        readconfigmap(row, status);
        status->is_sealed =
            !status->is_complete && store->catalyst.cutover_known && strcmp(store->catalyst.cutover_state, "sovereign") == 0;
    } else {
        status->state = CUTOVER_STATE_ABSENT;
        snprintf(status->source_text, sizeof status->source_text, "there is no status ConfigMap in namespace catalyst");
        return;
    }
    status->state = derive(status);
}

const struct cutover_step_claim *cutover_status_step(const struct cutover_status *status, struct span name)
{
    const struct cutover_step_claim *found = NULL;
    for (size_t i = 0; i < status->step_count; i++) {
        const struct cutover_step_claim *step = &status->steps[i];
        if (span_equals_text(name, step->name))
            return step;
        if (found == NULL && step_facts_same(name, span_of(step->name)))
            found = step;
    }
    return found;
}

void cutover_status_phrase(const struct cutover_status *status, char *out, size_t size)
{
    char steps[48] = "", percent[16] = "";
    if (status->current_index >= 0 && status->total_steps > 0)
        snprintf(steps, sizeof steps, " %d/%d", status->current_index + 1, status->total_steps);
    if (status->progress_percent >= 0)
        snprintf(percent, sizeof percent, " %d%%", status->progress_percent);
    switch (status->state) {
    case CUTOVER_STATE_RUNNING: snprintf(out, size, "running%s%s", steps, percent); break;
    case CUTOVER_STATE_FAILED: snprintf(out, size, "failed at %s%s", status->failed_step, percent); break;
    case CUTOVER_STATE_INTERRUPTED: snprintf(out, size, "interrupted%s", percent); break;
    case CUTOVER_STATE_COMPLETE: snprintf(out, size, "complete (seal not read)"); break;
    case CUTOVER_STATE_SEALED:
        snprintf(out, size, "sealed as sovereign, but the status ConfigMap says it is not complete");
        break;
    default: snprintf(out, size, "%s", STATES[status->state].name); break;
    }
}
