/* What starting the cutover would do; see cutover_plan.h. */
#include "operation/cutover_plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "sovereign/kind_table.h"

#define STEPS_MAX 64
#define NAMED_MAX 5 /* HelmReleases named in the warning about unsettled ones */

static void predict(struct preparation *preparation, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void predict(struct preparation *preparation, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *raw = alloc_vprintf(format, args);
    va_end(args);
    ARRAY_PUSH(&preparation->prepared->predicted, sanitize_dup(span_of(raw), ERROR_TEXT_MAX));
}

/* ---- the claim ---- */

static void check_claim(struct preparation *preparation, const struct cutover_status *claim)
{
    preparation->prepared->precondition->last_attempt_ms =
        claim->last_attempt_ms != TIMESTAMP_NONE ? claim->last_attempt_ms : claim->started_ms;
    if (claim->is_complete)
        preparation_note(preparation, STATUS_REFUSED, "the cutover is complete, says its status ConfigMap: a start would do nothing");
    else if (claim->state == CUTOVER_STATE_RUNNING && preparation_is_stranded(preparation->context, claim))
        preparation_note(preparation, STATUS_FOUND, "the last attempt claims to be running, but nothing moved for 15 minutes and no Job "
                         "of it is active: a start resumes it");
    else if (claim->state == CUTOVER_STATE_RUNNING)
        preparation_note(preparation, STATUS_CONFLICT, "a cutover is in flight already (step %s)",
                         claim->current_step[0] != '\0' ? claim->current_step : "not named");
    else if (claim->state == CUTOVER_STATE_FAILED)
        preparation_note(preparation, STATUS_OK, "the last attempt failed at %s (%s): a start retries from there", claim->failed_step,
                         claim->last_error);
    else
        preparation_note(preparation, STATUS_OK, claim->state == CUTOVER_STATE_INTERRUPTED ?
                         "the last attempt was interrupted: a start resumes it" : "no cutover was started before");
}

/* ---- the steps ---- */

struct listed {
    char name[64], mode[24];
    int64_t order;
};

struct steps {
    struct listed items[STEPS_MAX];
    size_t count;
};

static enum status take_steps(void *context, struct row_decoder_page *page, bool first, struct error *err)
{
    struct steps *steps = context;
    if (first)
        steps->count = 0;
    for (size_t i = 0; i < page->count && steps->count < STEPS_MAX; i++) {
        struct listed *step = &steps->items[steps->count];
        snprintf(step->name, sizeof step->name, "%.*s", SPAN_PRINT(row_text(page->rows[i], FIELD_STEP_NAME)));
        snprintf(step->mode, sizeof step->mode, "%.*s", SPAN_PRINT(row_text(page->rows[i], FIELD_STEP_MODE)));
        step->order = row_integer(page->rows[i], FIELD_STEP_ORDER, INT64_MAX);
        steps->count += step->name[0] != '\0';
    }
    return STATUS_OK;
}

static int by_order(const void *a, const void *b)
{
    const struct listed *left = a, *right = b;
    return left->order != right->order ? (left->order < right->order ? -1 : 1) : strcmp(left->name, right->name);
}

static void predict_steps(struct preparation *preparation, const struct cutover_status *claim)
{
    struct steps steps = {.count = 0};
    struct error problem;
    struct kube_list list = {.kind = kind_table_get(KIND_ID_CUTOVER_STEPS)};
    if (preparation->client == NULL || kube_client_list(preparation->client, &list, take_steps, &steps, &problem) != STATUS_OK) {
        preparation_note(preparation, STATUS_UNMEASURED, "which steps there are is not known: %s",
                         preparation->client == NULL ? "the primary region cannot be used" : problem.text);
        return;
    }
    if (steps.count == 0) {
        preparation_note(preparation, STATUS_REFUSED, "no cutover steps are installed (no step ConfigMaps in namespace "
                         CUTOVER_STATUS_NAMESPACE "): bp-self-sovereign-cutover is missing");
        return;
    }
    qsort(steps.items, steps.count, sizeof *steps.items, by_order);
    preparation_note(preparation, STATUS_OK, "%zu steps are installed", steps.count);
    predict(preparation, "catalyst-api runs %zu steps one after the other, and stops at the first failure:", steps.count);
    for (size_t i = 0; i < steps.count; i++) {
        const struct cutover_step_claim *step = cutover_status_step(claim, span_of(steps.items[i].name));
        bool done = step != NULL && step->result == STEP_RESULT_SUCCESS;
        predict(preparation, "%2zu. %s%s", i + 1, steps.items[i].name, done ? " (succeeded before: skipped)" : "");
    }
    predict(preparation, "Step catalyst-api-env-patch restarts catalyst-api; the engine resumes by itself.");
    predict(preparation, "It is one way: there is no abort and no way back but a restore from backup.");
}

/* ---- what would stop it ---- */

struct unsettled {
    char names[NAMED_MAX][96];
    size_t count;
};

static enum status take_unsettled(void *context, struct row_decoder_page *page, bool first, struct error *err)
{
    struct unsettled *unsettled = context;
    if (first)
        unsettled->count = 0;
    for (size_t i = 0; i < page->count; i++) {
        const struct row *row = page->rows[i];
        if (row_true(row, FIELD_SUSPENDED) || row_is(row, FIELD_READY, "True"))
            continue;
        if (unsettled->count < NAMED_MAX)
            snprintf(unsettled->names[unsettled->count], 96, "%.*s", SPAN_PRINT(row_name(row)));
        unsettled->count++;
    }
    return STATUS_OK;
}

/* The settled-roll gate of harbor-prewarm refuses while a HelmRelease is not Ready (cutover contract 2.2, A0). */
static void check_settled(struct preparation *preparation)
{
    struct unsettled unsettled = {.count = 0};
    struct kube_list list = {.kind = kind_table_get(KIND_ID_HELMRELEASES)};
    struct error problem;
    if (preparation->client == NULL || kube_client_list(preparation->client, &list, take_unsettled, &unsettled, &problem) != STATUS_OK)
        return;
    if (unsettled.count == 0) {
        preparation_note(preparation, STATUS_OK, "every HelmRelease of the primary region is Ready");
        return;
    }
    char names[400] = "";
    for (size_t i = 0; i < unsettled.count && i < NAMED_MAX; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i == 0 ? "" : ", ", unsettled.names[i]);
    }
    preparation_note(preparation, STATUS_FOUND, "%zu HelmRelease%s not Ready (%s%s): harbor-prewarm refuses to start while that is so",
                     unsettled.count, unsettled.count == 1 ? " is" : "s are", names, unsettled.count > NAMED_MAX ? ", ..." : "");
}

static enum status check_api(struct preparation *preparation, struct error *err)
{
    struct catalyst_client *catalyst = preparation->context->sovereign->catalyst;
    struct catalyst_whoami who;
    if (catalyst == NULL) {
        const struct error *why = &preparation->context->sovereign->catalyst_error;
        preparation_note(preparation, STATUS_UNSUPPORTED, "no catalyst-api is configured, and only it can start a cutover%s%s",
                         why->text[0] != '\0' ? ": " : "", why->text);
        return STATUS_OK;
    }
    enum status status = catalyst_client_whoami(catalyst, &who, err);
    if (status == STATUS_UNAUTHENTICATED && catalyst_client_login(catalyst, NULL) == STATUS_OK)
        status = catalyst_client_whoami(catalyst, &who, err);
    if (status != STATUS_OK)
        return status;
    preparation_note(preparation, STATUS_OK, "catalyst-api knows us as %s (tier %s)", who.email[0] != '\0' ? who.email : "nobody",
                     who.tier[0] != '\0' ? who.tier : "not named");
    if (preparation->context->sovereign->fqdn[0] == '\0' && who.fqdn[0] != '\0')
        preparation->prepared->confirm_name = alloc_strdup(who.fqdn);
    if (who.org_scoped)
        preparation_note(preparation, STATUS_FORBIDDEN, "the session is limited to an Organization: it cannot start a cutover");
    return STATUS_OK;
}

static void add_request(struct preparation *preparation)
{
    struct catalyst_client *catalyst = preparation->context->sovereign->catalyst;
    if (catalyst == NULL)
        return;
    CLEANUP(bytebuf_done) struct bytebuf url;
    bytebuf_init(&url, 1024);
    catalyst_client_start_url(catalyst, &url);
    char *text = sanitize_dup(bytebuf_span(&url), 1024);
    preparation_add_request(preparation, (struct prepared_request){
        .method = alloc_strdup("POST"),
        .url = text,
        .equivalent = alloc_printf("curl -X POST -H \"Authorization: Bearer $CATALYST_TOKEN\" %s", text),
    });
}

enum status cutover_plan_make(struct preparation *preparation, struct error *err)
{
    struct error problem;
    struct cutover_status claim;
    preparation->prepared->precondition = precondition_new(NULL);
    add_request(preparation);
    enum status status = check_api(preparation, err);
    if (status != STATUS_OK)
        return status;
    if (preparation_read_claim(preparation->context, &claim, &problem) != STATUS_OK)
        preparation_note(preparation, STATUS_UNMEASURED, "the cutover's status ConfigMap cannot be read: %s", problem.text);
    else
        check_claim(preparation, &claim);
    predict_steps(preparation, &claim);
    check_settled(preparation);
    preparation->prepared->radius = (struct blast_radius){.known = true, .is_everything = true};
    return STATUS_OK;
}
