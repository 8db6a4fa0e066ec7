/* One look after the other; what went backward between two becomes an alarm. */
#include "cutover/cutover_memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/sanitize.h"
#include "base/timestamp.h"

#define NAMED_MAX 4 /* steps named in one alarm */

void cutover_memory_init(struct cutover_memory *memory)
{
    memset(memory, 0, sizeof *memory);
    memory->started_ms = memory->last_attempt_ms = memory->finished_ms = TIMESTAMP_NONE;
}

static void alarm_about(struct cutover_memory *memory, int64_t wall_ms, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void alarm_about(struct cutover_memory *memory, int64_t wall_ms, const char *format, ...)
{
    char text[400];
    if (memory->alarm_count == CUTOVER_MEMORY_ALARMS_MAX) {
        memory->alarms_left_out++;
        return;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct cutover_memory_alarm *alarm = &memory->alarms[memory->alarm_count++];
    alarm->at_ms = wall_ms;
    sanitize_line_into(alarm->text, sizeof alarm->text, text, strlen(text));
}

/* A new attempt whose mirror is older takes the snapshot again: the engine blanks gitea-mirror and what hangs on it, as long as
 * nothing behind has begun (#5437). */
static bool is_snapshot_step(struct span name)
{
    const struct step_facts *facts = step_facts_find(name);
    return facts != NULL && (facts->measure == STEP_MEASURE_GIT_MIRROR || facts->measure == STEP_MEASURE_HARBOR_PROJECTS ||
                             facts->measure == STEP_MEASURE_HARBOR_PREWARM || facts->measure == STEP_MEASURE_REGISTRY_PIVOT);
}

static void look_at_steps(struct cutover_memory *memory, const struct cutover_status *status, int64_t wall_ms)
{
    char names[3 * STEP_NAME_MAX * NAMED_MAX] = "";
    size_t gone = 0, used = 0;
    bool is_new_attempt = status->last_attempt_ms != memory->last_attempt_ms;
    for (size_t i = 0; i < memory->succeeded_count; i++) {
        struct span name = span_of(memory->succeeded[i]);
        const struct cutover_step_claim *claim = cutover_status_step(status, name);
        if ((claim != NULL && claim->result == STEP_RESULT_SUCCESS) || (is_new_attempt && is_snapshot_step(name)))
            continue;
        if (gone++ < NAMED_MAX)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%.*s (now %s)", used > 0 ? ", " : "", SPAN_PRINT(name),
                                     claim == NULL ? "no row" : cutover_status_result_name(claim->result));
    }
    if (gone > 0)
        alarm_about(memory, wall_ms, "%zu step%s went back from success: %s%s", gone, gone == 1 ? "" : "s", names,
                    gone > NAMED_MAX ? ", ..." : "");
}

static void look_at_start(struct cutover_memory *memory, const struct cutover_status *status, int64_t wall_ms)
{
    char before[TIMESTAMP_TEXT_MAX], now[TIMESTAMP_TEXT_MAX];
    if (memory->started_ms == TIMESTAMP_NONE || memory->started_ms == status->started_ms)
        return;
    timestamp_format(before, memory->started_ms);
    timestamp_format(now, status->started_ms);
    alarm_about(memory, wall_ms, "cutoverStartedAt was %s and is %s: the first start is never rewritten, the status was reset", before,
                now[0] != '\0' ? now : "empty");
}

static void compare(struct cutover_memory *memory, const struct cutover_status *status, int64_t wall_ms)
{
    if (memory->was_installed && status->state == CUTOVER_STATE_ABSENT) {
        alarm_about(memory, wall_ms, "the status ConfigMap is gone%s", memory->was_complete ? "; it claimed the cutover was complete" : "");
        return;
    }
    if (memory->was_complete && !status->is_complete)
        alarm_about(memory, wall_ms, "cutoverComplete went back from true to false: the next start repeats the egress hold");
    if (strcmp(memory->registries_active, "v2") == 0 && strcmp(status->registries_active, "v2") != 0)
        alarm_about(memory, wall_ms, "registriesYamlActive went back from v2 to '%s': nodes pull from outside again",
                    status->registries_active);
    look_at_start(memory, status, wall_ms);
    look_at_steps(memory, status, wall_ms);
}

static void remember(struct cutover_memory *memory, const struct cutover_status *status)
{
    memory->is_known = true;
    memory->was_installed = status->state != CUTOVER_STATE_ABSENT;
    memory->was_complete = status->is_complete;
    memory->started_ms = status->started_ms;
    memory->last_attempt_ms = status->last_attempt_ms;
    memory->finished_ms = status->finished_ms;
    memcpy(memory->registries_active, status->registries_active, sizeof memory->registries_active);
    memory->succeeded_count = 0;
    for (size_t i = 0; i < status->step_count; i++)
        if (status->steps[i].result == STEP_RESULT_SUCCESS)
            memcpy(memory->succeeded[memory->succeeded_count++], status->steps[i].name, STEP_NAME_MAX);
}

static bool is_same(const struct cutover_memory *memory, const struct cutover_status *status)
{
    size_t succeeded = 0;
    for (size_t i = 0; i < status->step_count; i++)
        succeeded += status->steps[i].result == STEP_RESULT_SUCCESS;
    for (size_t i = 0; i < memory->succeeded_count; i++) {
        const struct cutover_step_claim *claim = cutover_status_step(status, span_of(memory->succeeded[i]));
        if (claim == NULL || claim->result != STEP_RESULT_SUCCESS)
            return false;
    }
    return memory->is_known && succeeded == memory->succeeded_count && memory->was_installed == (status->state != CUTOVER_STATE_ABSENT) &&
           memory->was_complete == status->is_complete && memory->started_ms == status->started_ms &&
           memory->last_attempt_ms == status->last_attempt_ms && strcmp(memory->registries_active, status->registries_active) == 0;
}

bool cutover_memory_look(struct cutover_memory *memory, const struct cutover_status *status, int64_t wall_ms)
{
    bool counts = status->source == CUTOVER_SOURCE_CONFIG_MAP && status->age_ms == 0;
    if (!counts || is_same(memory, status))
        return false;
    if (memory->is_known)
        compare(memory, status, wall_ms);
    remember(memory, status);
    return true;
}

void cutover_memory_forget_step(struct cutover_memory *memory, struct span step)
{
    for (size_t i = 0; i < memory->succeeded_count; i++) {
        if (!step_facts_same(step, span_of(memory->succeeded[i])))
            continue;
        memmove(memory->succeeded[i], memory->succeeded[--memory->succeeded_count], STEP_NAME_MAX);
        return;
    }
}

void cutover_memory_acknowledge(struct cutover_memory *memory)
{
    memory->alarm_count = memory->alarms_left_out = 0;
}
