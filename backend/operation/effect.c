/* Reads the effect of an operation off the watched object; see effect.h. */
#include "operation/effect.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/sanitize.h"
#include "base/timestamp.h"

static void note(struct effect_watch *watch, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void note(struct effect_watch *watch, const char *format, ...)
{
    char raw[512];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    sanitize_line_into(watch->text, sizeof watch->text, raw, strlen(raw));
}

static struct json_value condition(struct json_value object, const char *type)
{
    struct json_iterator it = json_reader_iterate(json_reader_get(json_reader_get(object, "status"), "conditions"));
    while (json_reader_next(&it))
        if (span_equals_text(json_reader_string(json_reader_get(it.value, "type")), type))
            return it.value;
    return (struct json_value){0};
}

static struct span text_of(struct json_value object, const char *key)
{
    return json_reader_string(json_reader_get(object, key));
}

/* Generation that the Ready condition speaks about. */
static int64_t ready_generation(struct json_value object, struct json_value ready)
{
    int64_t own = json_reader_integer(json_reader_get(ready, "observedGeneration"), -1);
    return own >= 0 ? own : json_reader_integer(json_reader_get(json_reader_get(object, "status"), "observedGeneration"), -1);
}

/* What Ready says, once it says something definite about `generation`. */
static enum effect judge_ready(struct effect_watch *watch, struct json_value object, int64_t generation)
{
    struct json_value ready = condition(object, "Ready");
    struct span status = text_of(ready, "status"), reason = text_of(ready, "reason"), message = text_of(ready, "message");
    if (!span_equals_text(status, "True") && !span_equals_text(status, "False")) {
        note(watch, "the controller works on it: Ready is %.*s (%.*s)", SPAN_PRINT(status.length > 0 ? status : span_of("absent")),
             SPAN_PRINT(reason));
        return EFFECT_PENDING;
    }
    if (ready_generation(object, ready) < generation) {
        note(watch, "the controller has not looked at generation %lld yet", (long long)generation);
        return EFFECT_PENDING;
    }
    if (span_equals_text(status, "True")) {
        note(watch, "Ready (%.*s)", SPAN_PRINT(reason));
        return EFFECT_SEEN;
    }
    if (span_equals_text(reason, "DependencyNotReady")) {
        note(watch, "waiting: %.*s", SPAN_PRINT(span_first(message, 200)));
        return EFFECT_PENDING;
    }
    note(watch, "not Ready (%.*s): %.*s", SPAN_PRINT(reason), SPAN_PRINT(span_first(message, 200)));
    return EFFECT_BAD;
}

enum effect effect_stored(struct effect_watch *watch, struct json_value object)
{
    if (precondition_holds_in(watch->precondition, object)) {
        watch->stored = true;
        note(watch, "the change is in place");
        return watch->effect = EFFECT_SEEN;
    }
    note(watch, watch->stored ? "the change was put back" : "the change is not in place");
    return watch->effect = watch->stored ? EFFECT_REVERTED : EFFECT_PENDING;
}

enum effect effect_reconciled(struct effect_watch *watch, struct json_value object)
{
    struct span handled = text_of(json_reader_get(object, "status"), "lastHandledReconcileAt");
    if (!span_equals_text(handled, watch->precondition->token)) {
        note(watch, "the controller has not handled the request yet");
        return watch->effect = EFFECT_PENDING;
    }
    return watch->effect = judge_ready(watch, object, json_reader_integer(json_reader_get(json_reader_get(object, "metadata"), "generation"), 0));
}

enum effect effect_rolled_out(struct effect_watch *watch, struct json_value object)
{
    if (effect_stored(watch, object) != EFFECT_SEEN)
        return watch->effect;
    if (span_equals_text(text_of(object, "kind"), "HelmRepository") && span_equals_text(text_of(json_reader_get(object, "spec"), "type"), "oci")) {
        note(watch, "stored; a HelmRepository of type oci is static and has no status");
        return watch->effect = EFFECT_SEEN;
    }
    if (json_reader_bool(json_reader_get(json_reader_get(object, "spec"), "suspend"), false)) {
        note(watch, "stored; the object is suspended, so nothing rolls out until it is resumed");
        return watch->effect = EFFECT_SEEN;
    }
    return watch->effect = judge_ready(watch, object, watch->generation);
}

enum effect effect_cutover_started(struct effect_watch *watch, struct json_value status_config_map)
{
    struct json_value data = json_reader_get(status_config_map, "data");
    struct span current = text_of(data, "currentStep"), failed = text_of(data, "failedStep");
    int64_t attempt = timestamp_parse(text_of(data, "cutoverLastAttemptStartedAt"));
    if (attempt == TIMESTAMP_NONE)
        attempt = timestamp_parse(text_of(data, "cutoverStartedAt"));
    watch->has_attempt = attempt != TIMESTAMP_NONE && attempt != watch->precondition->last_attempt_ms;
    if (span_equals_text(text_of(data, "cutoverComplete"), "true")) {
        note(watch, "the cutover says it is complete");
        return watch->effect = EFFECT_SEEN;
    }
    if (!watch->has_attempt) {
        note(watch, "the status ConfigMap shows no new attempt yet");
        return watch->effect = EFFECT_PENDING;
    }
    if (failed.length > 0) {
        note(watch, "started, and failed at %.*s: %.*s", SPAN_PRINT(failed), SPAN_PRINT(span_first(text_of(data, "lastError"), 160)));
        return watch->effect = EFFECT_BAD;
    }
    if (current.length == 0) {
        note(watch, "a new attempt began, no step runs yet");
        return watch->effect = EFFECT_PENDING;
    }
    note(watch, "running, step %.*s", SPAN_PRINT(current));
    return watch->effect = EFFECT_SEEN;
}

bool effect_is_rolling(const json_t *object, char *text, size_t size)
{
    size_t index;
    json_t *condition_of;
    bool rolling = false;
    json_array_foreach(json_object_get(json_object_get(object, "status"), "conditions"), index, condition_of) {
        const char *type = json_edit_text(condition_of, "type"), *status = json_edit_text(condition_of, "status");
        const char *reason = json_edit_text(condition_of, "reason");
        bool works = (strcmp(type, "Ready") == 0 && strcmp(status, "Unknown") == 0) ||
                     (strcmp(type, "Reconciling") == 0 && strcmp(status, "True") == 0 && strcmp(reason, "ProgressingWithRetry") != 0);
        if (!works)
            continue;
        const char *message = json_edit_text(condition_of, "message");
        sanitize_line_into(text, size, message, strlen(message));
        rolling = true;
    }
    return rolling;
}
