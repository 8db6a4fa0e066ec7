/* The status map key by key, with its traps: region keys below a step, node names with dots, empty text as "not set", zero
 * times, keys of charts older and newer than us (cutover contract 3.3). A step is split off at the last dot, but after
 * ".region." first, which the server itself does not do. */
#include "cutover/cutover_status_keys.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sanitize.h"
#include "base/timestamp.h"

static void keep(char *out, size_t size, struct span text)
{
    sanitize_line_into(out, size, text.data, text.length);
}

void cutover_status_keys_oddity(struct cutover_status *status, const char *key, struct span value, const char *what)
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
    cutover_status_keys_oddity(status, key, text, "is not a number");
    return -1;
}

static int64_t moment(struct cutover_status *status, const char *key, struct span text)
{
    int64_t at_ms = timestamp_parse(text);
    if (at_ms == TIMESTAMP_NONE && !span_is_empty(text) && !span_starts_with(text, "0001-01-01"))
        cutover_status_keys_oddity(status, key, text, "is not a time");
    if (at_ms != TIMESTAMP_NONE && at_ms > status->newest_ms)
        status->newest_ms = at_ms;
    return at_ms;
}

struct cutover_step_claim *cutover_status_keys_step(struct cutover_status *status, struct span name)
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
            cutover_status_keys_oddity(status, step->name, value, "is no known result");
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
        struct cutover_step_claim *step = cutover_status_keys_step(status, span_first(key, (size_t)region));
        return step != NULL &&
               readregionkey(status, step, span_make(key.data + region_start, (size_t)dot - region_start), field, value);
    }
    static const char *const FIELDS[] = {"startedAt", "finishedAt", "jobName", "result"};
    for (size_t i = 0; i < ARRAY_LENGTH(FIELDS); i++) {
        if (span_equals_text(field, FIELDS[i])) {
            struct cutover_step_claim *step = cutover_status_keys_step(status, span_first(key, (size_t)dot));
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
            cutover_status_keys_oddity(status, SCALARS[i].key, value, "is neither true nor false");
        return true;
    }
    return false;
}

void cutover_status_take(struct cutover_status *status, struct span key, struct span value)
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
