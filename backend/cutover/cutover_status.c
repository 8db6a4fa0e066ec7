/* Which of the two sources counts, and the state that follows from what it says; the keys themselves are read in
 * cutover_status_keys.c. */
#include "cutover/cutover_status.h"

#include <stdio.h>
#include <string.h>

#include "base/sanitize.h"
#include "base/timestamp.h"
#include "cutover/cutover_status_keys.h"

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
    [CUTOVER_STATE_STRANDED] = {"stranded", TONE_BAD},
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

static void readconfigmap(const struct row *row, struct cutover_status *status)
{
    struct span rest = row_text(row, FIELD_DATA), key, value;
    while (row_next_item(&rest, &key, &value))
        cutover_status_take(status, key, value);
    if (row_is_cut(row, FIELD_DATA))
        cutover_status_keys_oddity(status, "the status ConfigMap", row_name(row), "is too large to be read whole");
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
        struct cutover_step_claim *step = cutover_status_keys_step(status, span_of(api->steps[i].name));
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
    /* a renamed ConfigMap (CATALYST_CUTOVER_STATUS_CONFIGMAP) is not seen: what catalyst-api tells counts then */
    bool is_watched = table != NULL && table->state == TABLE_STATE_LIVE && (row != NULL || api_age_ms < 0);
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
                 row == NULL && table != NULL && table->state == TABLE_STATE_LIVE ? "there is none" : table_reason(table));
    } else {
        snprintf(status->source_text, sizeof status->source_text,
                 "neither the status ConfigMap (%s) nor catalyst-api could be read", table_reason(table));
    }
}

void cutover_status_begin(struct cutover_status *status)
{
    memset(status, 0, sizeof *status);
    status->age_ms = -1;
    status->started_ms = status->last_attempt_ms = status->finished_ms = status->newest_ms = TIMESTAMP_NONE;
    status->current_index = status->total_steps = status->progress_percent = -1;
}

void cutover_status_end(struct cutover_status *status)
{
    status->state = derive(status);
}

void cutover_status_read(const struct store *store, int64_t now_ms, struct cutover_status *status)
{
    cutover_status_begin(status);
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
    cutover_status_end(status);
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
    case CUTOVER_STATE_STRANDED: snprintf(out, size, "stranded%s%s", steps, percent); break;
    case CUTOVER_STATE_FAILED: snprintf(out, size, "failed at %s%s", status->failed_step, percent); break;
    case CUTOVER_STATE_INTERRUPTED: snprintf(out, size, "interrupted%s", percent); break;
    case CUTOVER_STATE_COMPLETE: snprintf(out, size, "complete (seal not read)"); break;
    case CUTOVER_STATE_SEALED:
        snprintf(out, size, "sealed as sovereign, but the status ConfigMap says it is not complete");
        break;
    default: snprintf(out, size, "%s", STATES[status->state].name); break;
    }
}
