/* The cutover's claim; see cutover_claim.h. Keys are step.<name>.<field> and step.<name>.region.<key>.<field>: a naive split
 * at the last dot would take a region for a step (contract 3.3, parser traps). */
#include "operation/cutover_claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "base/timestamp.h"

static void copy_text(char *out, size_t size, const json_t *data, const char *key)
{
    const char *text = json_edit_text(data, key);
    sanitize_line_into(out, size, text, strlen(text));
}

static void read_row(struct cutover_claim *claim, struct span key, const char *value)
{
    if (!span_starts_with(key, "step.") || span_contains(key, ".region."))
        return;
    if (span_ends_with(key, ".result")) {
        claim->total++;
        claim->succeeded += strcmp(value, "success") == 0;
        claim->running = claim->running || strcmp(value, "running") == 0;
    }
}

void cutover_claim_read(const json_t *data, struct cutover_claim *ret)
{
    *ret = (struct cutover_claim){.last_attempt_ms = TIMESTAMP_NONE, .newest_ms = TIMESTAMP_NONE};
    copy_text(ret->current_step, sizeof ret->current_step, data, "currentStep");
    copy_text(ret->failed_step, sizeof ret->failed_step, data, "failedStep");
    copy_text(ret->last_error, sizeof ret->last_error, data, "lastError");
    ret->complete = strcmp(json_edit_text(data, "cutoverComplete"), "true") == 0;
    int64_t first = timestamp_parse(span_of(json_edit_text(data, "cutoverStartedAt")));
    ret->last_attempt_ms = timestamp_parse(span_of(json_edit_text(data, "cutoverLastAttemptStartedAt")));
    if (ret->last_attempt_ms == TIMESTAMP_NONE)
        ret->last_attempt_ms = first;
    ret->started = ret->last_attempt_ms != TIMESTAMP_NONE;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)data, key, value) {
        const char *text = json_string_value(value);
        if (text == NULL)
            continue;
        read_row(ret, span_of(key), text);
        if (span_ends_with(span_of(key), "At")) {
            int64_t at = timestamp_parse(span_of(text));
            if (at != TIMESTAMP_NONE && at > ret->newest_ms)
                ret->newest_ms = at;
        }
    }
    ret->running = (ret->running || ret->current_step[0] != '\0') && ret->failed_step[0] == '\0' && !ret->complete;
}

bool cutover_claim_succeeded(const json_t *data, const char *step)
{
    char *key = alloc_printf("step.%s.result", step);
    bool succeeded = strcmp(json_edit_text(data, key), "success") == 0;
    free(key);
    return succeeded;
}
