/* Checks that operations share; see preparation.h. */
#include "operation/preparation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "sovereign/kind_table.h"

/* A claim of running that moved no time stamp for so long, without an active Job, is a stranded run (incident 23): the longest
 * step without a Job (registry-pivot) is given 10 min by the engine (contract 3.2). */
#define STRANDED_AFTER_MS 900000

void preparation_note(struct preparation *preparation, enum status status, const char *format, ...)
{
    struct prepared *prepared = preparation->prepared;
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *raw = alloc_vprintf(format, args);
    va_end(args);
    char *text = sanitize_dup(span_of(raw), ERROR_TEXT_MAX);
    ARRAY_PUSH(&prepared->checks, ((struct prepared_check){text, status}));
    if (status == STATUS_OK)
        return;
    if (status == STATUS_FOUND || status == STATUS_UNMEASURED) {
        ARRAY_PUSH(&prepared->warnings, alloc_strdup(text));
        return;
    }
    if (prepared->refusals.count == 0)
        prepared->refusal_status = status;
    ARRAY_PUSH(&prepared->refusals, alloc_strdup(text));
}

const char *preparation_region(const struct operation_context *context, int region)
{
    const struct sovereign *sovereign = context->sovereign;
    return region >= 0 && (size_t)region < sovereign->region_count ? sovereign->regions[region].name : "no region";
}

enum status preparation_client(const struct operation_context *context, int region, struct kube_client **ret, struct error *err)
{
    const struct sovereign *sovereign = context->sovereign;
    if (region < 0 || (size_t)region >= sovereign->region_count)
        return error_set(err, STATUS_USAGE, "there is no region with the index %d", region);
    const struct sovereign_region *at = &sovereign->regions[region];
    if (at->client == NULL) {
        error_set(err, at->error.status != STATUS_OK ? at->error.status : STATUS_UNREACHABLE, "%s", at->error.text);
        return error_prefix(err, "%s cannot be used", at->name);
    }
    *ret = at->client;
    return STATUS_OK;
}

enum status preparation_get(struct kube_client *client, const struct kind *kind, const char *namespace, const char *name,
                            json_t **ret, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf reply;
    bytebuf_init(&reply, KUBE_CLIENT_OBJECT_MAXIMUM);
    enum status status = kube_client_get(client, kind, namespace, name, &reply, err);
    if (status != STATUS_OK)
        return status;
    status = json_edit_parse("the object", bytebuf_span(&reply), ret, err);
    if (status != STATUS_OK)
        return error_prefix(err, "%s: %s %s", kube_client_region(client), kind->singular, name);
    return STATUS_OK;
}

static void check_right(struct preparation *preparation, const char *verb, bool allowed, const char *reason)
{
    const struct operation *operation = preparation->operation;
    char identity[128];
    if (allowed) {
        preparation_note(preparation, STATUS_OK, "may %s %s %s/%s", verb, operation->kind->plural, operation->namespace, operation->name);
        return;
    }
    kube_client_whoami(preparation->client, identity, sizeof identity);
    preparation_note(preparation, STATUS_FORBIDDEN, "%s may not %s %s%s%s in namespace %s on %s%s%s", identity, verb,
                     operation->kind->plural, operation->kind->group[0] != '\0' ? "." : "", operation->kind->group,
                     operation->namespace, kube_client_region(preparation->client), reason[0] != '\0' ? ": " : "", reason);
}

enum status preparation_check_rights(struct preparation *preparation, struct error *err)
{
    const struct operation *operation = preparation->operation;
    for (size_t i = 0; i < OPERATION_VERBS_MAX && preparation->row->verbs[i] != NULL; i++) {
        struct kube_access access = {.verb = preparation->row->verbs[i], .group = operation->kind->group,
                                     .resource = operation->kind->plural, .namespace = operation->namespace, .name = operation->name};
        bool allowed = false;
        char reason[200] = "";
        enum status status = kube_client_can(preparation->client, &access, &allowed, reason, sizeof reason, err);
        if (status == STATUS_FORBIDDEN || status == STATUS_NOT_FOUND || status == STATUS_UNSUPPORTED) {
            preparation_note(preparation, STATUS_UNMEASURED, "the right to %s could not be asked: %s", access.verb, err->text);
            continue;
        }
        if (status != STATUS_OK)
            return status;
        check_right(preparation, access.verb, allowed, reason);
    }
    return STATUS_OK;
}

enum status preparation_read_claim(const struct operation_context *context, struct cutover_status *claim, struct error *err)
{
    struct kube_client *client = NULL;
    CLEANUP(json_edit_unref) json_t *map = NULL;
    cutover_status_begin(claim);
    enum status status = preparation_client(context, sovereign_primary(context->sovereign), &client, err);
    if (status != STATUS_OK)
        return status;
    status = preparation_get(client, kind_table_get(KIND_ID_CUTOVER_STATUS), CUTOVER_STATUS_NAMESPACE, CUTOVER_STATUS_NAME, &map, err);
    if (status == STATUS_NOT_FOUND)
        claim->state = CUTOVER_STATE_ABSENT;
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(map, "data"), key, value) {
        if (json_is_string(value))
            cutover_status_take(claim, span_of(key), span_make(json_string_value(value), json_string_length(value)));
    }
    cutover_status_end(claim);
    return STATUS_OK;
}

static enum status count_active(void *context, struct row_decoder_page *page, bool first, struct error *err)
{
    size_t *active = context;
    if (first)
        *active = 0;
    for (size_t i = 0; i < page->count; i++)
        *active += row_integer(page->rows[i], FIELD_ACTIVE, 0) > 0;
    return STATUS_OK;
}

bool preparation_is_stranded(const struct operation_context *context, const struct cutover_status *claim)
{
    if (claim->newest_ms == TIMESTAMP_NONE || clock_wall_ms() - claim->newest_ms < STRANDED_AFTER_MS)
        return false;
    struct kube_client *client = NULL;
    size_t active = 0;
    struct kube_list list = {.kind = kind_table_get(KIND_ID_JOBS), .namespace = CUTOVER_STATUS_NAMESPACE,
                             .label_selector = "app.kubernetes.io/part-of=self-sovereign-cutover"};
    return preparation_client(context, sovereign_primary(context->sovereign), &client, NULL) == STATUS_OK &&
           kube_client_list(client, &list, count_active, &active, NULL) == STATUS_OK && active == 0;
}

void preparation_check_cutover(struct preparation *preparation)
{
    struct error problem;
    struct cutover_status claim;
    if (preparation_read_claim(preparation->context, &claim, &problem) != STATUS_OK) {
        preparation_note(preparation, STATUS_UNMEASURED, "whether a cutover is in flight is not known: %s", problem.text);
        return;
    }
    if (claim.state != CUTOVER_STATE_RUNNING) {
        preparation_note(preparation, STATUS_OK,
                         claim.state == CUTOVER_STATE_ABSENT ? "no cutover is installed" : "no cutover is in flight");
        return;
    }
    bool refuses = (preparation->row->needs & OPERATION_NEEDS_QUIET_CUTOVER) != 0;
    if (preparation_is_stranded(preparation->context, &claim))
        preparation_note(preparation, STATUS_FOUND, "the cutover claims to be running, but nothing moved for 15 minutes and no Job of "
                         "it is active: it looks stranded");
    else
        preparation_note(preparation, refuses ? STATUS_REFUSED : STATUS_FOUND,
                         "a cutover is in flight (step %s): a change now could make it fail%s",
                         claim.current_step[0] != '\0' ? claim.current_step : "not named", refuses ? "; wait until it has ended" : "");
}

char *preparation_json(const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
    return text != NULL ? text : alloc_strdup("null");
}

char *preparation_quote(const char *text)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, 8u << 20);
    bytebuf_append_byte(&out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            bytebuf_append_text(&out, "'\\''");
        else
            bytebuf_append_byte(&out, *text);
    }
    bytebuf_append_byte(&out, '\'');
    return bytebuf_take(&out);
}

void preparation_add_request(struct preparation *preparation, struct prepared_request request)
{
    ARRAY_PUSH(&preparation->prepared->requests, request);
}
