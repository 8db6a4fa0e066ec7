/* Transitions as rows of tables: which kinds are followed, which keys of the cutover's status mean what. */
#include "feed/transition.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sanitize.h"
#include "base/timestamp.h"

struct writer {
    struct timeline_entry *entries;
    size_t count;
    int64_t now_ms;
    const struct row *row; /* the newest state */
    enum timeline_source source;
};

static void say(struct writer *writer, enum tone tone, int64_t at_ms, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Parts are sanitized; the whole goes through once more because it may be cut. */
static void say(struct writer *writer, enum tone tone, int64_t at_ms, const char *format, ...)
{
    if (writer->count == TRANSITION_ENTRIES_MAX)
        return;
    struct timeline_entry *entry = &writer->entries[writer->count++];
    *entry = (struct timeline_entry){.at_ms = at_ms != TIMESTAMP_NONE ? at_ms : writer->now_ms, .source = writer->source,
                                     .tone = tone, .region = row_region(writer->row)};
    char text[1024];
    snprintf(text, sizeof text, "%s %.*s", row_kind(writer->row)->singular, SPAN_PRINT(row_key(writer->row)));
    sanitize_line_into(entry->object, sizeof entry->object, text, strlen(text));
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sanitize_line_into(entry->text, sizeof entry->text, text, strlen(text));
}

static bool differs(const struct row *before, const struct row *after, enum field field)
{
    return !span_equals(row_text(before, field), row_text(after, field));
}

/* ---- Flux */

static const char *const FLUX_KINDS[] = {KIND_ID_HELMRELEASES, KIND_ID_KUSTOMIZATIONS, KIND_ID_GITREPOSITORIES,
                                         KIND_ID_HELMREPOSITORIES, KIND_ID_OCIREPOSITORIES};

static void compare_ready(struct writer *writer, const struct row *before, const struct row *after)
{
    bool same_reason = !differs(before, after, FIELD_READY_REASON);
    bool is_false = row_is(after, FIELD_READY, "False");
    if (!differs(before, after, FIELD_READY) && (!is_false || same_reason))
        return;
    struct span reason = row_text(after, FIELD_READY_REASON), message = row_text(after, FIELD_READY_MESSAGE);
    int64_t at_ms = row_time(after, FIELD_READY_CHANGED);
    if (row_is(after, FIELD_READY, "True"))
        say(writer, TONE_GOOD, at_ms, "ready: %.*s", SPAN_PRINT(message));
    else if (is_false)
        say(writer, row_true(after, FIELD_STALLED) || span_contains(reason, "Fail") ? TONE_BAD : TONE_WARN, at_ms,
            "not ready (%.*s): %.*s", SPAN_PRINT(reason), SPAN_PRINT(message));
    else if (span_is_empty(row_text(after, FIELD_READY)))
        say(writer, TONE_UNKNOWN, at_ms, "says nothing about being ready any more");
    else
        say(writer, TONE_PROGRESS, at_ms, "reconciling (%.*s): %.*s", SPAN_PRINT(reason), SPAN_PRINT(message));
}

static void compare_flux(struct writer *writer, const struct row *before, const struct row *after)
{
    if (before == NULL || after == NULL) {
        say(writer, before == NULL ? TONE_NEUTRAL : TONE_WARN, TIMESTAMP_NONE, "%s", before == NULL ? "appeared" : "is gone");
        return;
    }
    compare_ready(writer, before, after);
    if (row_true(before, FIELD_SUSPENDED) != row_true(after, FIELD_SUSPENDED))
        say(writer, row_true(after, FIELD_SUSPENDED) ? TONE_PAUSED : TONE_NEUTRAL, TIMESTAMP_NONE, "%s",
            row_true(after, FIELD_SUSPENDED) ? "suspended" : "resumed");
    if (differs(before, after, FIELD_REVISION) && !span_is_empty(row_text(after, FIELD_REVISION)))
        say(writer, TONE_NEUTRAL, TIMESTAMP_NONE, "revision %.*s, was %.*s", SPAN_PRINT(row_text(after, FIELD_REVISION)),
            SPAN_PRINT(row_text(before, FIELD_REVISION)));
    if (differs(before, after, FIELD_URL))
        say(writer, TONE_NEUTRAL, TIMESTAMP_NONE, "URL %.*s, was %.*s", SPAN_PRINT(row_text(after, FIELD_URL)),
            SPAN_PRINT(row_text(before, FIELD_URL)));
}

/* ---- cutover */

static int64_t step_time(const struct row *row, struct span step, const char *what)
{
    char key[160];
    snprintf(key, sizeof key, "step.%.*s.%s", SPAN_PRINT(step), what);
    return timestamp_parse(row_lookup(row, FIELD_DATA, key));
}

static void say_step(struct writer *writer, struct span step, struct span was, struct span is)
{
    if (span_equals_text(is, "running"))
        say(writer, TONE_PROGRESS, step_time(writer->row, step, "startedAt"), "claim: step %.*s is running", SPAN_PRINT(step));
    else if (span_equals_text(is, "success"))
        say(writer, TONE_GOOD, step_time(writer->row, step, "finishedAt"), "claim: step %.*s succeeded", SPAN_PRINT(step));
    else if (span_equals_text(is, "failed"))
        say(writer, TONE_BAD, step_time(writer->row, step, "finishedAt"), "claim: step %.*s failed", SPAN_PRINT(step));
    else if (is.length == 0)
        say(writer, TONE_WARN, TIMESTAMP_NONE, "claim: step %.*s is pending again, was %.*s", SPAN_PRINT(step), SPAN_PRINT(was));
    else
        say(writer, TONE_NEUTRAL, TIMESTAMP_NONE, "claim: step %.*s is %.*s", SPAN_PRINT(step), SPAN_PRINT(is));
}

/* "step.registry-pivot.result" gives registry-pivot; region keys of a step ("X.region.hel") do not count as steps. */
static bool take_middle(struct span key, const char *prefix, const char *suffix, struct span *middle)
{
    size_t front = strlen(prefix), back = strlen(suffix);
    if (!span_starts_with(key, prefix) || !span_ends_with(key, suffix) || key.length <= front + back)
        return false;
    *middle = span_make(key.data + front, key.length - front - back);
    return true;
}

/* A step's region, "helmrepository-patches.region.hel", in words. */
static void say_region(struct writer *writer, struct span middle, struct span is)
{
    const char *at = memmem(middle.data, middle.length, ".region.", 8);
    struct span step = span_first(middle, (size_t)(at - middle.data)), region = span_from(middle, (size_t)(at - middle.data) + 8);
    bool failed = span_equals_text(is, "failed");
    say(writer, failed ? TONE_BAD : span_equals_text(is, "success") ? TONE_GOOD : TONE_PROGRESS, TIMESTAMP_NONE,
        "claim: step %.*s in region %.*s: %.*s", SPAN_PRINT(step), SPAN_PRINT(region), SPAN_PRINT(is.length > 0 ? is : SPAN_LITERAL("pending")));
}

static void say_complete(struct writer *writer, bool is)
{
    if (is)
        say(writer, TONE_GOOD, timestamp_parse(row_lookup(writer->row, FIELD_DATA, "cutoverFinishedAt")),
            "claim: the cutover is complete (a claim, not a measurement)");
    else
        say(writer, TONE_BAD, TIMESTAMP_NONE, "claim: the cutover is NOT complete any more: the status went backwards");
}

static void compare_key(struct writer *writer, struct span key, struct span was, struct span is)
{
    struct span middle;
    if (span_equals(was, is))
        return;
    if (take_middle(key, "step.", ".result", &middle)) {
        if (span_contains(middle, ".region."))
            say_region(writer, middle, is);
        else
            say_step(writer, middle, was, is);
    } else if (take_middle(key, "node.", ".registriesYaml", &middle)) {
        say(writer, TONE_NEUTRAL, TIMESTAMP_NONE, "claim: node %.*s acknowledged registries %.*s", SPAN_PRINT(middle), SPAN_PRINT(is));
    } else if (span_equals_text(key, "cutoverComplete")) {
        if (span_equals_text(is, "true") || span_equals_text(was, "true"))
            say_complete(writer, span_equals_text(is, "true"));
    } else if (span_equals_text(key, "failedStep") && is.length > 0) {
        say(writer, TONE_BAD, TIMESTAMP_NONE, "claim: stopped at %.*s: %.*s", SPAN_PRINT(is),
            SPAN_PRINT(row_lookup(writer->row, FIELD_DATA, "lastError")));
    } else if (span_equals_text(key, "registriesYamlActive")) {
        say(writer, span_equals_text(is, "rollback") ? TONE_BAD : TONE_NEUTRAL, TIMESTAMP_NONE,
            "claim: registries %.*s, was %.*s", SPAN_PRINT(is), SPAN_PRINT(was));
    } else if (span_equals_text(key, "cutoverLastAttemptStartedAt") && is.length > 0) {
        say(writer, TONE_PROGRESS, timestamp_parse(is), "claim: a cutover attempt began");
    }
}

static void compare_cutover(struct writer *writer, const struct row *before, const struct row *after)
{
    if (before == NULL || after == NULL) {
        say(writer, before == NULL ? TONE_NEUTRAL : TONE_BAD, TIMESTAMP_NONE, "%s",
            before == NULL ? "the cutover's status appeared" : "the cutover's status is gone");
        return;
    }
    struct span rest = row_text(after, FIELD_DATA), key, value;
    while (row_next_item(&rest, &key, &value)) {
        char name[256];
        snprintf(name, sizeof name, "%.*s", SPAN_PRINT(key));
        compare_key(writer, key, row_lookup(before, FIELD_DATA, name), value);
    }
}

size_t transition_compare(const struct row *before, const struct row *after, int64_t now_ms,
                          struct timeline_entry entries[TRANSITION_ENTRIES_MAX])
{
    const struct row *row = after != NULL ? after : before;
    struct writer writer = {.entries = entries, .now_ms = now_ms, .row = row, .source = TIMELINE_SOURCE_FLUX};
    if (strcmp(row_kind(row)->id, KIND_ID_CUTOVER_STATUS) == 0) {
        writer.source = TIMELINE_SOURCE_CUTOVER;
        compare_cutover(&writer, before, after);
        return writer.count;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(FLUX_KINDS); i++)
        if (strcmp(row_kind(row)->id, FLUX_KINDS[i]) == 0)
            compare_flux(&writer, before, after);
    return writer.count;
}
