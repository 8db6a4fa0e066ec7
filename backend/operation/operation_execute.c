/* Carries out a prepared operation: journal, check, send, look, verify, journal. A request is sent once; when its reply is
 * lost the object is looked at, and the outcome says so. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "operation/execution.h"
#include "operation/operation_journal.h"
#include "sovereign/kind_table.h"

#define SEND_ATTEMPTS 5 /* 409 only says that somebody wrote between our reading and sending: read, check, send again */
#define LOOK_MS 5000     /* a request whose reply was lost may still be on its way through the server */

void execution_report(struct execution *execution, enum operation_phase phase, const char *text)
{
    if (execution->progress != NULL)
        execution->progress(execution->progress_context, phase, text);
}

enum status execution_conclude(struct execution *execution, enum status status, const char *format, ...)
{
    struct error text;
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *raw = alloc_vprintf(format, args);
    va_end(args);
    error_set(&text, status, "%s", raw);
    execution->outcome->status = status;
    memcpy(execution->outcome->text, text.text, sizeof execution->outcome->text);
    return status;
}

/* The server may or may not have taken the request. */
bool execution_is_lost(enum status status)
{
    return status == STATUS_UNREACHABLE || status == STATUS_TIMEOUT || status == STATUS_UNMEASURED || status == STATUS_INTERRUPTED;
}

/* ---- Kubernetes objects ---- */

static enum status get_now(struct execution *execution, json_t **now, struct error *err)
{
    const struct operation *operation = execution->prepared->operation;
    return preparation_get(execution->client, operation->kind, operation->namespace, operation->name, now, err);
}

/* Nothing in flight that was not when the person looked. */
static enum status check_cutover(struct execution *execution, struct error *err)
{
    struct cutover_status claim;
    if ((execution->row->needs & OPERATION_NEEDS_QUIET_CUTOVER) == 0 || preparation_read_claim(execution->context, &claim, NULL) != STATUS_OK)
        return STATUS_OK;
    if (claim.state != CUTOVER_STATE_RUNNING || preparation_is_stranded(execution->context, &claim))
        return STATUS_OK;
    return error_set(err, STATUS_CONFLICT, "a cutover began since the preview (step %s); nothing was sent", claim.current_step);
}

static bool shows_change(void *context, struct json_value object)
{
    const struct execution *execution = context;
    return precondition_holds_in(execution->prepared->precondition, object);
}

/* The reply was lost: is the change in place, or does it come within a moment? */
static enum status look(struct execution *execution, const struct error *lost)
{
    const struct operation *operation = execution->prepared->operation;
    execution_report(execution, OPERATION_PHASE_LOOK, "the reply was lost: looking at the object");
    CLEANUP(json_edit_unref) json_t *now = NULL;
    struct error problem;
    kube_client_watch_until(execution->client, operation->kind, operation->namespace, operation->name, LOOK_MS, shows_change, execution, NULL);
    if (get_now(execution, &now, &problem) != STATUS_OK)
        return execution_conclude(execution, lost->status == STATUS_INTERRUPTED ? STATUS_INTERRUPTED : STATUS_UNMEASURED,
                        "whether the change arrived is not known (%s) and the object cannot be read (%s): look before doing it again",
                        lost->text, problem.text);
    if (!precondition_holds(execution->prepared->precondition, now))
        return execution_conclude(execution, STATUS_UNMEASURED, "the reply was lost (%s); the object did not show the change when looked at; it was "
                        "not sent again", lost->text);
    execution->generation = json_integer_value(json_object_get(json_object_get(now, "metadata"), "generation"));
    execution->outcome->sent = true;
    return STATUS_OK;
}

static enum status send_once(struct execution *execution, const json_t *now, struct error *err)
{
    const struct operation *operation = execution->prepared->operation;
    struct precondition *precondition = execution->prepared->precondition;
    CLEANUP(json_edit_unref) json_t *body = precondition_body(precondition, json_edit_metadata(now, "resourceVersion")), *answer = NULL;
    CLEANUP(alloc_free_pointer) char *text = preparation_json(body);
    CLEANUP(bytebuf_done) struct bytebuf reply;
    bytebuf_init(&reply, KUBE_CLIENT_OBJECT_MAXIMUM);
    enum status status = kube_client_patch(execution->client, operation->kind, operation->namespace, operation->name,
                                           precondition->json_patch ? KUBE_PATCH_JSON : KUBE_PATCH_MERGE, false, span_of(text), &reply, err);
    if (status != STATUS_OK)
        return status;
    execution->outcome->sent = true;
    if (json_edit_parse("the answer", bytebuf_span(&reply), &answer, NULL) == STATUS_OK)
        execution->generation = json_integer_value(json_object_get(json_object_get(answer, "metadata"), "generation"));
    return STATUS_OK;
}

static enum status check_and_send(struct execution *execution)
{
    struct error problem;
    enum status status = STATUS_CONFLICT;
    for (int attempt = 0; attempt < SEND_ATTEMPTS && status == STATUS_CONFLICT; attempt++) {
        CLEANUP(json_edit_unref) json_t *now = NULL;
        execution_report(execution, OPERATION_PHASE_CHECK, "checking that the object is as previewed");
        status = check_cutover(execution, &problem);
        if (status == STATUS_OK)
            status = get_now(execution, &now, &problem);
        if (status == STATUS_OK)
            status = precondition_check(execution->prepared->precondition, now, execution->prepared->operation->name, &problem);
        if (status != STATUS_OK)
            return execution_conclude(execution, status, "%s", problem.text);
        execution_report(execution, OPERATION_PHASE_SEND, execution->prepared->requests.items[0].url);
        status = send_once(execution, now, &problem);
    }
    if (execution_is_lost(status))
        return look(execution, &problem);
    if (status != STATUS_OK)
        return execution_conclude(execution, status, "not changed: %s", problem.text);
    return STATUS_OK;
}

/* ---- the cutover ---- */

static bool shows_attempt(void *context, struct json_value status_config_map)
{
    const struct execution *execution = context;
    struct effect_watch watch = {.precondition = execution->prepared->precondition};
    effect_cutover_started(&watch, status_config_map);
    return watch.has_attempt;
}

static int64_t attempt_of(const struct cutover_status *claim)
{
    return claim->last_attempt_ms != TIMESTAMP_NONE ? claim->last_attempt_ms : claim->started_ms;
}

/* When the newest attempt began, as Kubernetes or else catalyst-api says. */
static enum status read_attempt(struct execution *execution, int64_t *ret_ms, struct error *err)
{
    struct catalyst_cutover cutover;
    struct cutover_status claim;
    if (preparation_read_claim(execution->context, &claim, err) == STATUS_OK) {
        *ret_ms = attempt_of(&claim);
        return STATUS_OK;
    }
    enum status status = catalyst_client_cutover(execution->context->sovereign->catalyst, &cutover, err);
    if (status == STATUS_OK)
        *ret_ms = cutover.last_attempt_ms != TIMESTAMP_NONE ? cutover.last_attempt_ms : cutover.started_ms;
    return status;
}

static enum status look_at_cutover(struct execution *execution, const struct error *lost)
{
    execution_report(execution, OPERATION_PHASE_LOOK, "the reply was lost: looking at the cutover's status");
    struct error problem;
    int64_t now_ms = TIMESTAMP_NONE;
    if (execution->client != NULL)
        kube_client_watch_until(execution->client, kind_table_get(KIND_ID_CUTOVER_STATUS), CUTOVER_STATUS_NAMESPACE, CUTOVER_STATUS_NAME,
                                LOOK_MS, shows_attempt, execution, NULL);
    if (read_attempt(execution, &now_ms, &problem) != STATUS_OK)
        return execution_conclude(execution, STATUS_UNMEASURED, "whether the cutover was started is not known (%s; %s): look before doing it again",
                        lost->text, problem.text);
    if (now_ms == execution->prepared->precondition->last_attempt_ms)
        return execution_conclude(execution, STATUS_UNMEASURED, "the reply was lost (%s); the status showed no new attempt when looked at; it was "
                        "not sent again", lost->text);
    execution->outcome->sent = true;
    return STATUS_OK;
}

enum status execution_start_cutover(struct execution *execution)
{
    struct error problem;
    struct catalyst_cutover cutover;
    struct cutover_status claim;
    execution_report(execution, OPERATION_PHASE_CHECK, "checking that no other attempt began");
    if (preparation_read_claim(execution->context, &claim, &problem) == STATUS_OK &&
        attempt_of(&claim) != execution->prepared->precondition->last_attempt_ms)
        return execution_conclude(execution, STATUS_CONFLICT, "the cutover changed since the preview: another attempt began; nothing was sent");
    execution_report(execution, OPERATION_PHASE_SEND, execution->prepared->requests.items[0].url);
    enum status status = catalyst_client_start(execution->context->sovereign->catalyst, &cutover, &problem);
    if (execution_is_lost(status))
        return look_at_cutover(execution, &problem);
    if (status != STATUS_OK)
        return execution_conclude(execution, status, "not started: %s", problem.text);
    execution->outcome->sent = true;
    if (cutover.complete)
        return execution_conclude(execution, STATUS_FOUND, "catalyst-api says the cutover is complete already: nothing was started");
    return STATUS_OK;
}

/* ---- verify ---- */

struct verification {
    struct effect_watch watch;
    enum effect (*seen)(struct effect_watch *watch, struct json_value object);
    struct execution *execution;
    char reported[256];
};

static bool satisfied(void *context, struct json_value object)
{
    struct verification *verification = context;
    if (json_reader_kind(object) == JSON_KIND_ABSENT) {
        snprintf(verification->watch.text, sizeof verification->watch.text, "the object is gone");
        verification->watch.effect = EFFECT_BAD;
        return true;
    }
    enum effect effect = verification->seen(&verification->watch, object);
    if (strcmp(verification->reported, verification->watch.text) != 0) {
        memcpy(verification->reported, verification->watch.text, sizeof verification->reported);
        execution_report(verification->execution, OPERATION_PHASE_VERIFY, verification->watch.text);
    }
    return effect != EFFECT_PENDING;
}

static enum status conclude_effect(struct execution *execution, const struct effect_watch *watch)
{
    execution->outcome->verified = watch->effect == EFFECT_SEEN;
    switch (watch->effect) {
    case EFFECT_SEEN: return execution_conclude(execution, STATUS_OK, "done: %s", watch->text);
    case EFFECT_BAD: return execution_conclude(execution, STATUS_FOUND, "sent and taken, but %s", watch->text);
    case EFFECT_REVERTED: return execution_conclude(execution, STATUS_FOUND, "sent and taken, but %s (Git, most likely)", watch->text);
    case EFFECT_PENDING: break;
    }
    return execution_conclude(execution, STATUS_TIMEOUT, "sent and taken; %s", watch->text);
}

static enum status verify(struct execution *execution)
{
    const struct operation *operation = execution->prepared->operation;
    bool is_cutover = operation->kind == NULL;
    struct verification verification = {.watch = {.precondition = execution->prepared->precondition, .generation = execution->generation},
                                        .seen = execution->row->seen, .execution = execution};
    struct error problem;
    if (execution->client == NULL)
        return execution_conclude(execution, STATUS_UNMEASURED, "sent and taken; the effect cannot be watched: the primary region cannot be used");
    execution_report(execution, OPERATION_PHASE_VERIFY, execution->prepared->effect);
    enum status status = kube_client_watch_until(execution->client, is_cutover ? kind_table_get(KIND_ID_CUTOVER_STATUS) : operation->kind,
                                                 is_cutover ? CUTOVER_STATUS_NAMESPACE : operation->namespace,
                                                 is_cutover ? CUTOVER_STATUS_NAME : operation->name, execution->prepared->deadline_ms,
                                                 satisfied, &verification, &problem);
    if (status == STATUS_OK)
        return conclude_effect(execution, &verification.watch);
    char deadline[TIMESTAMP_TEXT_MAX];
    timestamp_format_age(deadline, execution->prepared->deadline_ms);
    if (status == STATUS_TIMEOUT)
        return execution_conclude(execution, STATUS_TIMEOUT, "sent and taken, but the effect was not seen within %s: %s", deadline,
                        verification.watch.text[0] != '\0' ? verification.watch.text : problem.text);
    return execution_conclude(execution, status == STATUS_INTERRUPTED ? status : STATUS_UNMEASURED,
                    "sent and taken; the effect could not be watched: %s", problem.text);
}

/* ---- the whole ---- */

static void run(struct execution *execution)
{
    enum status status = execution->row->carry_out != NULL ? execution->row->carry_out(execution) : check_and_send(execution);
    if (status == STATUS_OK && execution->row->seen != NULL)
        verify(execution);
}

static void finish(struct execution *execution, const char *id, int64_t started_ms)
{
    struct error problem;
    struct operation_outcome *outcome = execution->outcome;
    outcome->elapsed_ms = clock_monotonic_ms() - started_ms;
    if (operation_journal_end(execution->context, execution->prepared, id, outcome, &problem) != STATUS_OK) {
        CLEANUP(alloc_free_pointer) char *text = alloc_strdup(outcome->text);
        execution_conclude(execution, outcome->status == STATUS_OK ? STATUS_IO : outcome->status, "%s; but the journal's line after could not be written: %s",
                 text, problem.text);
    }
    execution_report(execution, OPERATION_PHASE_DONE, outcome->text);
}

enum status operation_execute(const struct operation_context *context, const struct prepared *prepared,
                              void (*progress)(void *progress_context, enum operation_phase phase, const char *text),
                              void *progress_context, struct operation_outcome *outcome)
{
    *outcome = (struct operation_outcome){0};
    struct execution execution = {.context = context, .prepared = prepared, .row = operation_table_row(prepared->operation->id),
                                  .outcome = outcome, .progress = progress, .progress_context = progress_context};
    if (prepared_is_refused(prepared))
        return execution_conclude(&execution, prepared->refusal_status, "refused: %s", prepared->refusals.items[0]);
    int region = prepared->operation->kind != NULL ? prepared->operation->region : sovereign_primary(context->sovereign);
    struct error problem;
    preparation_client(context, region, &execution.client, &problem);
    char id[OPERATION_JOURNAL_ID_MAX];
    execution_report(&execution, OPERATION_PHASE_JOURNAL, "writing the journal's line before");
    if (operation_journal_begin(context, prepared, NULL, id, outcome->journal_head, &problem) != STATUS_OK)
        return execution_conclude(&execution, STATUS_REFUSED, "no journal, no write: %s", problem.text);
    int64_t started_ms = clock_monotonic_ms();
    run(&execution);
    finish(&execution, id, started_ms);
    return outcome->status;
}
