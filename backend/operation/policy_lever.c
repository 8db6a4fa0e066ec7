/* Only what was seen at the preview is deleted: each region's policy by its uid. */
#include "operation/policy_lever.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/sanitize.h"
#include "cutover/cutover_alarm.h"
#include "operation/execution.h"
#include "sovereign/kind_table.h"

#define LOOK_MS 20000

static const struct kind *policies(void)
{
    return kind_table_get(KIND_ID_EGRESS_POLICIES);
}

/* ---- is a test running? */

struct active {
    size_t count;
    char name[128];
};

static enum status take_jobs(void *context, struct row_decoder_page *page, bool first, struct error *err)
{
    struct active *active = context;
    if (first)
        *active = (struct active){0};
    for (size_t i = 0; i < page->count; i++) {
        const struct row *row = page->rows[i];
        bool has_ended = row_true(row, FIELD_READY) || row_true(row, FIELD_STALLED);
        if (has_ended || !row_is(row, FIELD_STEP_NAME, CUTOVER_ALARM_STEP))
            continue;
        if (active->count++ == 0)
            sanitize_line_into(active->name, sizeof active->name, row_name(row).data, row_name(row).length);
    }
    return STATUS_OK;
}

static enum status count_tests(struct kube_client *client, struct active *active, struct error *err)
{
    struct kube_list list = {.kind = kind_table_get(KIND_ID_JOBS), .namespace = CUTOVER_STATUS_NAMESPACE,
                             .label_selector = "app.kubernetes.io/part-of=self-sovereign-cutover"};
    *active = (struct active){0};
    return kube_client_list(client, &list, take_jobs, active, err);
}

static void check_tests(struct preparation *preparation, struct kube_client *client, const char *region)
{
    struct active active;
    struct error problem;
    if (count_tests(client, &active, &problem) != STATUS_OK)
        preparation_note(preparation, STATUS_REFUSED, "%s: whether an egress test runs is not known (%s): deleting its policy would falsify it",
                         region, problem.text);
    else if (active.count > 0)
        preparation_note(preparation, STATUS_REFUSED, "%s: the egress test runs (Job %s): its policy is not leaked, the engine removes it",
                         region, active.name);
    else
        preparation_note(preparation, STATUS_OK, "%s: no egress test runs", region);
}

static void check_claim(struct preparation *preparation)
{
    struct cutover_status *claim = alloc_new(struct cutover_status);
    struct error problem;
    if (preparation_read_claim(preparation->context, claim, &problem) != STATUS_OK) {
        preparation_note(preparation, STATUS_UNMEASURED, "the cutover's status ConfigMap cannot be read: %s", problem.text);
    } else {
        const struct cutover_step_claim *step = cutover_status_step(claim, SPAN_LITERAL(CUTOVER_ALARM_STEP));
        if (step != NULL && step->result == STEP_RESULT_RUNNING)
            preparation_note(preparation, STATUS_FOUND, "the status claims that " CUTOVER_ALARM_STEP " runs, but no Job of it does");
    }
    free(claim);
}

/* ---- plan */

static void add_request(struct preparation *preparation, int region, struct kube_client *client, const char *uid)
{
    CLEANUP(bytebuf_done) struct bytebuf path;
    CLEANUP(alloc_free_pointer) char *context = preparation_quote(preparation->context->sovereign->regions[region].context);
    bool has_context = preparation->context->sovereign->regions[region].context[0] != '\0';
    struct error problem;
    bytebuf_init(&path, 4096);
    if (kube_client_object_path(client, policies(), NULL, CUTOVER_ALARM_POLICY, NULL, &path, &problem) != STATUS_OK)
        return;
    preparation_add_request(preparation, (struct prepared_request){
        .method = alloc_strdup("DELETE"),
        .url = alloc_printf("%s%s", kube_client_server(client), bytebuf_text(&path)),
        .content_type = alloc_strdup("application/json"),
        .body = alloc_printf("{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"preconditions\":{\"uid\":\"%s\"}}", uid),
        .equivalent = alloc_printf("kubectl%s%s delete ciliumclusterwidenetworkpolicies.cilium.io " CUTOVER_ALARM_POLICY, has_context ? " --context " : "",
                                   has_context ? context : ""),
    });
}

static void predict(struct preparation *preparation, const char *region, const char *created)
{
    ARRAY_PUSH(&preparation->prepared->predicted,
               alloc_printf("%s: egress, blocked since %s, is open again; pods that could not pull or attach get on by themselves", region,
                            created[0] != '\0' ? created : "an unknown time"));
}

/* Found, absent or unreadable; found ones are put into `found` with their uid. */
static void look_at_region(struct preparation *preparation, int region, json_t *found)
{
    const struct sovereign_region *where = &preparation->context->sovereign->regions[region];
    CLEANUP(json_edit_unref) json_t *live = NULL;
    struct error problem;
    struct kube_client *client = NULL;
    enum status status = preparation_client(preparation->context, region, &client, &problem);
    if (status == STATUS_OK)
        check_tests(preparation, client, where->name);
    if (status == STATUS_OK)
        status = preparation_get(client, policies(), NULL, CUTOVER_ALARM_POLICY, &live, &problem);
    if (status == STATUS_NOT_FOUND || status == STATUS_UNSUPPORTED) {
        preparation_note(preparation, STATUS_OK, "%s: there is no policy " CUTOVER_ALARM_POLICY, where->name);
        return;
    }
    if (status != STATUS_OK) {
        preparation_note(preparation, STATUS_REFUSED, "%s: cannot be looked at (%s): the policy would stay there unseen", where->name, problem.text);
        return;
    }
    const char *uid = json_edit_metadata(live, "uid");
    if (kube_client_delete(client, policies(), NULL, CUTOVER_ALARM_POLICY, uid, true, &problem) != STATUS_OK)
        preparation_note(preparation, problem.status, "%s: the server refuses the deletion in a dry run: %s", where->name, problem.text);
    else
        preparation_note(preparation, STATUS_OK, "%s: the server takes the deletion in a dry run", where->name);
    json_object_set_new(found, where->name, json_string(uid));
    add_request(preparation, region, client, uid);
    CLEANUP(alloc_free_pointer) char *created = sanitize_dup(span_of(json_edit_metadata(live, "creationTimestamp")), 64);
    predict(preparation, where->name, created);
}

enum status policy_lever_plan(struct preparation *preparation, struct error *err)
{
    json_t *found = json_object();
    struct prepared *prepared = preparation->prepared;
    prepared->diff_kind = PREPARED_DIFF_NONE;
    check_claim(preparation);
    for (size_t r = 0; r < preparation->context->sovereign->region_count; r++)
        look_at_region(preparation, (int)r, found);
    if (json_object_size(found) == 0 && prepared->refusals.count == 0)
        preparation_note(preparation, STATUS_NOT_FOUND, "there is no policy " CUTOVER_ALARM_POLICY " in any region: nothing to delete");
    prepared->precondition = precondition_new(found);
    prepared->confirm_name = alloc_strdup(CUTOVER_ALARM_POLICY);
    prepared->radius = (struct blast_radius){.known = true, .is_everything = true};
    return STATUS_OK;
}

/* ---- carry out */

static bool is_gone(void *context, struct json_value object)
{
    return json_reader_kind(object) == JSON_KIND_ABSENT ||
           !span_equals_text(json_reader_string(json_reader_get(json_reader_get(object, "metadata"), "uid")), context);
}

static enum status delete_in(struct execution *execution, int region, char *uid, struct error *err)
{
    struct kube_client *client = NULL;
    struct active active;
    enum status status = preparation_client(execution->context, region, &client, err);
    if (status == STATUS_OK)
        status = count_tests(client, &active, err);
    if (status == STATUS_OK && active.count > 0)
        return error_set(err, STATUS_CONFLICT, "an egress test began since the preview (Job %s)", active.name);
    if (status == STATUS_OK)
        status = kube_client_delete(client, policies(), NULL, CUTOVER_ALARM_POLICY, uid, false, err);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK; /* gone already: somebody else, or the engine itself */
    if (status == STATUS_OK || execution_is_lost(status)) {
        struct error lost = *err;
        enum status seen = kube_client_watch_until(client, policies(), NULL, CUTOVER_ALARM_POLICY, LOOK_MS, is_gone, uid, err);
        return seen == STATUS_OK ? STATUS_OK : status == STATUS_OK ? seen : error_set(err, STATUS_UNMEASURED, "%s", lost.text);
    }
    return status;
}

enum status policy_lever_carry_out(struct execution *execution)
{
    const struct sovereign *sovereign = execution->context->sovereign;
    const json_t *found = execution->prepared->precondition->live;
    char failures[ERROR_TEXT_MAX - 100] = "";
    size_t used = 0, gone = 0;
    enum status worst = STATUS_OK;
    for (size_t r = 0; r < sovereign->region_count; r++) {
        CLEANUP(alloc_free_pointer) char *uid = alloc_strdup(json_edit_text(found, sovereign->regions[r].name));
        struct error problem;
        if (uid[0] == '\0')
            continue;
        execution_report(execution, OPERATION_PHASE_SEND, sovereign->regions[r].name);
        enum status status = delete_in(execution, (int)r, uid, &problem);
        gone += status == STATUS_OK;
        execution->outcome->sent = execution->outcome->sent || status == STATUS_OK;
        if (status == STATUS_OK || used >= sizeof failures - 1)
            continue;
        worst = worst == STATUS_OK ? status : worst;
        used += (size_t)snprintf(failures + used, sizeof failures - used, "%s%s: %.200s", used > 0 ? "; " : "", sovereign->regions[r].name,
                                 problem.text);
    }
    execution->outcome->verified = worst == STATUS_OK;
    if (worst == STATUS_OK)
        return execution_conclude(execution, STATUS_OK, "done: the policy is gone in %zu region%s", gone, gone == 1 ? "" : "s");
    return execution_conclude(execution, gone > 0 ? STATUS_FOUND : worst, "gone in %zu region%s, but not in others: %s", gone,
                              gone == 1 ? "" : "s", failures);
}
