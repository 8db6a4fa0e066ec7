/* Reads the conditions of Flux objects the way their controllers mean them. */
#include "flux/release_state.h"

#include <string.h>

#include "base/array.h"
#include "base/timestamp.h"

static const struct {
    const char *name;
    enum tone tone;
} PHASES[RELEASE_PHASE_COUNT] = {
    [RELEASE_PHASE_FAILED] = {"Failed", TONE_BAD},           [RELEASE_PHASE_STALLED] = {"Stalled", TONE_BAD},
    [RELEASE_PHASE_BLOCKED] = {"Blocked", TONE_PROGRESS},    [RELEASE_PHASE_PROGRESSING] = {"Progressing", TONE_PROGRESS},
    [RELEASE_PHASE_SUSPENDED] = {"Suspended", TONE_PAUSED},  [RELEASE_PHASE_STALE] = {"Stale", TONE_UNKNOWN},
    [RELEASE_PHASE_UNKNOWN] = {"Unknown", TONE_UNKNOWN},     [RELEASE_PHASE_READY] = {"Ready", TONE_GOOD},
    [RELEASE_PHASE_STATIC] = {"Static", TONE_NEUTRAL},
};

const char *release_state_name(enum release_phase phase)
{
    return PHASES[phase].name;
}

enum tone release_state_tone(enum release_phase phase)
{
    return PHASES[phase].tone;
}

static const char *const KINDS[] = {KIND_ID_HELMRELEASES, KIND_ID_KUSTOMIZATIONS, KIND_ID_GITREPOSITORIES,
                                    KIND_ID_HELMREPOSITORIES, KIND_ID_OCIREPOSITORIES};

bool release_state_applies(const struct kind *kind)
{
    for (size_t i = 0; i < ARRAY_LENGTH(KINDS); i++)
        if (strcmp(kind->id, KINDS[i]) == 0)
            return true;
    return false;
}

/* Ready's reasons that only repeat what another condition says: the error itself is in Released or TestSuccess. */
static const char *const MIRRORS[] = {"RollbackSucceeded", "RollbackFailed", "UninstallSucceeded", "UninstallFailed",
                                      "RetriesExceeded",   "MissingRollbackTarget", "Stalled"};
static const char *const MOVING[] = {"Progressing", "ProgressingWithRetry", "ReconcileStarted", "Reconciling"};

static bool is_one_of(struct span text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equals_text(text, words[i]))
            return true;
    return false;
}

static bool is_blocked(const struct row *row)
{
    struct span message = row_text(row, FIELD_READY_MESSAGE);
    return row_is(row, FIELD_READY_REASON, "DependencyNotReady") ||
           (span_starts_with(message, "dependency '") && span_contains(message, "is not ready"));
}

static struct span find_cause(const struct row *row)
{
    struct span reason = row_text(row, FIELD_READY_REASON);
    struct span message = row_text(row, FIELD_READY_MESSAGE);
    bool mirrors = is_one_of(reason, MIRRORS, ARRAY_LENGTH(MIRRORS)) ||
                   (row_true(row, FIELD_STALLED) && span_equals(message, row_text(row, FIELD_STALLED_MESSAGE)));
    if (mirrors || span_is_empty(message)) {
        if (row_is(row, FIELD_RELEASED, "False") && !span_is_empty(row_text(row, FIELD_RELEASED_MESSAGE)))
            return row_text(row, FIELD_RELEASED_MESSAGE);
        if (row_is(row, FIELD_TESTED, "False") && !span_is_empty(row_text(row, FIELD_TESTED_MESSAGE)))
            return row_text(row, FIELD_TESTED_MESSAGE);
    }
    if (!span_is_empty(message))
        return message;
    message = row_text(row, FIELD_STALLED_MESSAGE);
    return span_is_empty(message) ? reason : message;
}

static bool is_behind(const struct row *row)
{
    int64_t observed = row_integer(row, FIELD_OBSERVED_GENERATION, -1);
    return observed >= 0 && observed != row_integer(row, FIELD_GENERATION, observed);
}

static enum release_phase find_phase(const struct row *row)
{
    struct span ready = row_text(row, FIELD_READY);
    if (row_true(row, FIELD_SUSPENDED))
        return RELEASE_PHASE_SUSPENDED;
    if (span_is_empty(ready)) {
        if (strcmp(row_kind(row)->id, KIND_ID_HELMREPOSITORIES) == 0 && row_is(row, FIELD_TYPE, "oci"))
            return RELEASE_PHASE_STATIC;
        return row_true(row, FIELD_RECONCILING) ? RELEASE_PHASE_PROGRESSING : RELEASE_PHASE_UNKNOWN;
    }
    if (row_true(row, FIELD_STALLED))
        return RELEASE_PHASE_STALLED;
    if (span_equals_text(ready, "True"))
        return is_behind(row) ? RELEASE_PHASE_STALE : RELEASE_PHASE_READY;
    if (is_blocked(row))
        return RELEASE_PHASE_BLOCKED;
    if (!span_equals_text(ready, "False") || is_one_of(row_text(row, FIELD_READY_REASON), MOVING, ARRAY_LENGTH(MOVING)))
        return RELEASE_PHASE_PROGRESSING;
    return RELEASE_PHASE_FAILED;
}

static struct span describe(const struct row *row, enum release_phase phase)
{
    switch (phase) {
    case RELEASE_PHASE_READY:
    case RELEASE_PHASE_STATIC:
        return SPAN_EMPTY;
    case RELEASE_PHASE_SUSPENDED:
        if (row_is(row, FIELD_READY, "True"))
            return SPAN_LITERAL("its Ready=True is frozen");
        return span_is_empty(find_cause(row)) ? SPAN_LITERAL("nothing is reconciled") : find_cause(row);
    case RELEASE_PHASE_STALE:
        return SPAN_LITERAL("its Ready is of an older generation: the controller has not taken in the present spec");
    case RELEASE_PHASE_UNKNOWN:
        return SPAN_LITERAL("no Ready condition: the controller has not looked at it yet");
    default:
        return find_cause(row);
    }
}

struct release_state release_state_of(const struct row *row)
{
    enum release_phase phase = find_phase(row);
    return (struct release_state){
        .phase = phase,
        .tone = PHASES[phase].tone,
        .cause = describe(row, phase),
        .since_ms = row_time(row, FIELD_READY_CHANGED),
        .usable = row_is(row, FIELD_READY, "True") && !is_behind(row),
    };
}

struct span release_state_revision(const struct row *row)
{
    static const enum field FIELDS[] = {FIELD_REVISION, FIELD_LAST_ATTEMPTED_REVISION, FIELD_CHART_VERSION};
    for (size_t i = 0; i < ARRAY_LENGTH(FIELDS); i++) {
        struct span text = row_text(row, FIELDS[i]);
        if (!span_is_empty(text))
            return text;
    }
    return SPAN_EMPTY;
}
