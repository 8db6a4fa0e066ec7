/* First the pods (why it cannot get on), then the clock (whether it gets on in time). */
#include "cutover/step_progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sanitize.h"
#include "base/timestamp.h"

#define NAMESPACE "catalyst"

static const struct {
    const char *name;
    enum tone tone;
} TROUBLES[] = {
    [STEP_TROUBLE_NO_POD] = {"no pod", TONE_BAD},
    [STEP_TROUBLE_IMAGE] = {"image cannot be pulled", TONE_BAD},
    [STEP_TROUBLE_MEMORY] = {"out of memory", TONE_BAD},
    [STEP_TROUBLE_CRASH] = {"crashes", TONE_BAD},
    [STEP_TROUBLE_PENDING] = {"pod does not start", TONE_BAD},
    [STEP_TROUBLE_OVER_DEADLINE] = {"over its deadline", TONE_BAD},
    [STEP_TROUBLE_DEADLINE_NEAR] = {"deadline near", TONE_WARN},
    [STEP_TROUBLE_SILENT] = {"no progress", TONE_WARN},
    [STEP_TROUBLE_SLOW] = {"slower than usual", TONE_WARN},
    [STEP_TROUBLE_NONE] = {"", TONE_NEUTRAL},
};

/* What a waiting container says when its image is the reason; others are told as they are. */
static const char *const IMAGE_REASONS[] = {"ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull",
                                            "ImageInspectError", "RegistryUnavailable"};
static const char *const CRASH_REASONS[] = {"CrashLoopBackOff", "RunContainerError", "CreateContainerError",
                                            "CreateContainerConfigError", "StartError"};

const char *step_progress_name(enum step_trouble trouble)
{
    return TROUBLES[trouble].name;
}

static void tell(struct step_progress *ret, enum step_trouble trouble, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The worst stays. */
static void tell(struct step_progress *ret, enum step_trouble trouble, const char *format, ...)
{
    char text[600];
    if (trouble >= ret->trouble)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ret->trouble = trouble;
    ret->tone = TROUBLES[trouble].tone;
    sanitize_line_into(ret->text, sizeof ret->text, text, strlen(text));
}

static bool is_among(const char *const *words, size_t count, struct span word)
{
    for (size_t i = 0; i < count; i++)
        if (span_equals_text(word, words[i]))
            return true;
    return false;
}

static bool is_owned_by(const struct row *pod, const char *kind, const char *name)
{
    struct span rest = row_text(pod, FIELD_OWNER), owner_kind, owner;
    while (row_next_item(&rest, &owner_kind, &owner))
        if (span_equals_text(owner_kind, kind) && span_equals_text(owner, name))
            return true;
    return false;
}

static void judge_pod(const struct row *pod, struct step_progress *ret)
{
    struct span name = row_name(pod), waiting = row_text(pod, FIELD_WAITING), message = row_text(pod, FIELD_WAITING_MESSAGE);
    struct span image = row_text(pod, FIELD_IMAGES), node = row_text(pod, FIELD_NODE), ended = row_text(pod, FIELD_TERMINATED);
    struct span first = SPAN_EMPTY;
    span_split(&image, KIND_ITEM_SEPARATOR, &first);
    message = span_first(message, 200);
    if (is_among(IMAGE_REASONS, ARRAY_LENGTH(IMAGE_REASONS), waiting))
        tell(ret, STEP_TROUBLE_IMAGE, "pod %.*s cannot pull %.*s (%.*s)%s%.*s", SPAN_PRINT(name), SPAN_PRINT(first), SPAN_PRINT(waiting),
             message.length > 0 ? ": " : "", SPAN_PRINT(message));
    else if (span_equals_text(ended, "OOMKilled"))
        tell(ret, STEP_TROUBLE_MEMORY, "pod %.*s was killed for want of memory (OOMKilled)", SPAN_PRINT(name));
    else if (is_among(CRASH_REASONS, ARRAY_LENGTH(CRASH_REASONS), waiting))
        tell(ret, STEP_TROUBLE_CRASH, "pod %.*s: %.*s%s%.*s", SPAN_PRINT(name), SPAN_PRINT(waiting), message.length > 0 ? ": " : "",
             SPAN_PRINT(message));
    else if (row_is(pod, FIELD_PHASE, "Pending") && node.length == 0)
        tell(ret, STEP_TROUBLE_PENDING, "pod %.*s is not scheduled%s%.*s", SPAN_PRINT(name), message.length > 0 ? ": " : "",
             SPAN_PRINT(message));
    else if (row_is(pod, FIELD_PHASE, "Pending") && waiting.length > 0)
        tell(ret, STEP_TROUBLE_PENDING, "pod %.*s on %.*s waits: %.*s%s%.*s", SPAN_PRINT(name), SPAN_PRINT(node), SPAN_PRINT(waiting),
             message.length > 0 ? ": " : "", SPAN_PRINT(message));
}

/* A pod that was made a moment ago may pull its image: only what lasts is trouble, but for refusals, which do not heal. */
static bool is_young(const struct row *pod, int64_t wall_ms)
{
    int64_t created = row_time(pod, FIELD_CREATED);
    struct span waiting = row_text(pod, FIELD_WAITING);
    bool is_refusal = is_among(IMAGE_REASONS, ARRAY_LENGTH(IMAGE_REASONS), waiting) ||
                      is_among(CRASH_REASONS, ARRAY_LENGTH(CRASH_REASONS), waiting) || row_is(pod, FIELD_TERMINATED, "OOMKilled");
    return !is_refusal && created != TIMESTAMP_NONE && wall_ms - created < STEP_PROGRESS_POD_DUE_MS;
}

static void look_at_pods(const struct store *store, const struct step *step, const struct step_job *job, int64_t wall_ms,
                         struct step_progress *ret)
{
    const struct table *table = store_find_table(store, KIND_ID_CUTOVER_PODS, store_primary_region(store));
    bool is_job = step->mode != STEP_MODE_DAEMONSET_WAIT;
    size_t at = 0, pods = 0;
    const struct row *pod;
    if (!table_is_known(table))
        return;
    while ((pod = table_next(table, &at)) != NULL) {
        if (!is_owned_by(pod, is_job ? "Job" : "DaemonSet", is_job ? job->name : step->daemonset))
            continue;
        pods++;
        if (!row_is(pod, FIELD_PHASE, "Succeeded") && !is_young(pod, wall_ms))
            judge_pod(pod, ret);
    }
    bool is_due = job->started_ms != TIMESTAMP_NONE && wall_ms - job->started_ms > STEP_PROGRESS_POD_DUE_MS;
    if (is_job && pods == 0 && job->state == STEP_JOB_ACTIVE && is_due)
        tell(ret, STEP_TROUBLE_NO_POD, "Job %s has no pod: its events say why (quota, admission, or the Job controller is down)", job->name);
}

static void look_at_clock(const struct step *step, const struct step_job *job, int64_t elapsed_ms, int deadline_s,
                          struct step_progress *ret)
{
    char elapsed[TIMESTAMP_TEXT_MAX], deadline[TIMESTAMP_TEXT_MAX];
    const char *usual = step->facts == NULL ? "" : step->facts->usual;
    int64_t usual_ms = step->facts == NULL ? 0 : (int64_t)step->facts->usual_s * 1000, deadline_ms = (int64_t)deadline_s * 1000;
    if (elapsed_ms < 0)
        return;
    timestamp_format_age(elapsed, elapsed_ms);
    timestamp_format_age(deadline, deadline_ms);
    if (deadline_ms > 0 && elapsed_ms > deadline_ms)
        tell(ret, STEP_TROUBLE_OVER_DEADLINE, "runs for %s, over its deadline of %s", elapsed, deadline);
    else if (deadline_ms > 0 && elapsed_ms > deadline_ms / 10 * 9)
        tell(ret, STEP_TROUBLE_DEADLINE_NEAR, "runs for %s of at most %s: then its Job is ended%s", elapsed, deadline,
             job->state == STEP_JOB_ACTIVE ? "" : " (it has no Job now)");
    if (usual_ms > 0 && elapsed_ms > 2 * usual_ms)
        tell(ret, STEP_TROUBLE_SILENT, "runs for %s, usually %s, and nothing in the status changed since: look at its log", elapsed, usual);
    else if (usual_ms > 0 && elapsed_ms > usual_ms)
        tell(ret, STEP_TROUBLE_SLOW, "runs for %s, usually %s", elapsed, usual);
}

void step_progress_read(const struct store *store, const struct step *step, const struct cutover_step_claim *claim,
                        const struct step_job *job, int64_t elapsed_ms, int deadline_s, int64_t wall_ms, struct step_progress *ret)
{
    bool is_on = (claim != NULL && claim->result == STEP_RESULT_RUNNING) || job->state == STEP_JOB_ACTIVE;
    *ret = (struct step_progress){.trouble = STEP_TROUBLE_NONE, .tone = TONE_NEUTRAL};
    if (!is_on)
        return;
    look_at_pods(store, step, job, wall_ms, ret);
    look_at_clock(step, job, elapsed_ms, deadline_s, ret);
}
