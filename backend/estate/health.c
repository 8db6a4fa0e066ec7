/* The order of health and the vocabulary of the custom resources' phases (domain.md sections 2 and 11.4). */
#include "estate/health.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/array.h"
#include "base/sanitize.h"

static const char *const NAMES[] = {
    [TONE_BAD] = "Failed",        [TONE_WARN] = "Degraded", [TONE_PROGRESS] = "Progressing", [TONE_PAUSED] = "Suspended",
    [TONE_UNKNOWN] = "Unknown",   [TONE_GOOD] = "Ready",    [TONE_NEUTRAL] = "",
};

const char *health_name(enum tone tone)
{
    return NAMES[tone];
}

void health_init(struct health *health)
{
    *health = (struct health){.tone = TONE_UNKNOWN};
    snprintf(health->cause, sizeof health->cause, "nothing is known of it yet");
}

void health_add(struct health *health, enum tone tone, const char *format, ...)
{
    if (tone == TONE_NEUTRAL || (health->is_judged && tone >= health->tone))
        return;
    char text[2 * HEALTH_CAUSE_MAX];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    health->is_judged = true;
    health->tone = tone;
    size_t kept = length < 0 ? 0 : (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
    sanitize_line_into(health->cause, sizeof health->cause, text, tone == TONE_GOOD ? 0 : kept);
}

static const struct {
    const char *word;
    enum tone tone;
} WORDS[] = {
    {"Ready", TONE_GOOD},           {"True", TONE_GOOD},           {"Healthy", TONE_GOOD},        {"Running", TONE_GOOD},
    {"Active", TONE_GOOD},          {"Installed", TONE_GOOD},      {"Reconciled", TONE_GOOD},     {"Succeeded", TONE_GOOD},
    {"Streaming", TONE_GOOD},       {"Deployed", TONE_GOOD},       {"Published", TONE_GOOD},      {"Sovereign", TONE_GOOD},
    {"Failed", TONE_BAD},           {"Error", TONE_BAD},           {"False", TONE_BAD},           {"Stalled", TONE_BAD},
    {"Degraded", TONE_WARN},        {"NotReady", TONE_WARN},       {"Drifted", TONE_WARN},        {"FailedOver", TONE_WARN},
    {"Pending", TONE_PROGRESS},     {"Provisioning", TONE_PROGRESS}, {"Installing", TONE_PROGRESS}, {"Updating", TONE_PROGRESS},
    {"Upgrading", TONE_PROGRESS},   {"Progressing", TONE_PROGRESS}, {"Reconciling", TONE_PROGRESS}, {"Uninstalling", TONE_PROGRESS},
    {"Terminating", TONE_PROGRESS}, {"SwitchingOver", TONE_PROGRESS}, {"Bootstrapping", TONE_PROGRESS},
    {"CutoverInProgress", TONE_PROGRESS}, {"Blocked", TONE_PROGRESS}, {"Pending approval", TONE_PROGRESS},
    {"Suspended", TONE_PAUSED},     {"Paused", TONE_PAUSED},       {"Disabled", TONE_NEUTRAL},    {"Draft", TONE_NEUTRAL},
    {"Deprecated", TONE_NEUTRAL},   {"Withdrawn", TONE_NEUTRAL},
};

enum tone health_tone_of(struct span word)
{
    for (size_t i = 0; i < ARRAY_LENGTH(WORDS); i++)
        if (word.length == span_of(WORDS[i].word).length && span_contains_folded(word, span_of(WORDS[i].word)))
            return WORDS[i].tone;
    return TONE_UNKNOWN;
}

void health_add_ready(struct health *health, enum tone tone, const struct row *row)
{
    struct span reason = row_text(row, FIELD_READY_REASON), message = row_text(row, FIELD_READY_MESSAGE);
    health_add(health, tone, "Ready is %.*s%s%.*s%s%.*s", SPAN_PRINT(row_text(row, FIELD_READY)), span_is_empty(reason) ? "" : ": ",
               SPAN_PRINT(reason), span_is_empty(message) ? "" : ": ", SPAN_PRINT(message));
}

void health_add_common(struct health *health, const struct row *row)
{
    if (!span_is_empty(row_text(row, FIELD_DELETED))) {
        struct span rest = row_text(row, FIELD_FINALIZERS), finalizer, none;
        if (row_next_item(&rest, &finalizer, &none))
            health_add(health, TONE_PROGRESS, "being deleted, held by finalizer %.*s", SPAN_PRINT(finalizer));
        else
            health_add(health, TONE_PROGRESS, "being deleted");
    }
    int64_t generation = row_integer(row, FIELD_GENERATION, -1), observed = row_integer(row, FIELD_OBSERVED_GENERATION, -1);
    if (generation >= 0 && observed >= 0 && generation != observed)
        health_add(health, TONE_UNKNOWN, "its status is of generation %lld, its spec of %lld", (long long)observed, (long long)generation);
}
