/* Plan, preflight and preview of changes to a Flux object; see release_plan.h. */
#include "operation/release_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "decode/assignment.h"
#include "sovereign/kind_table.h"

#define REQUESTED_AT "reconcile.fluxcd.io/requestedAt"
#define DIFF_CONTEXT 3
static const char *const VALUES[] = {"spec", "values", NULL};

/* ---- state ---- */

static bool is_suspended(const json_t *live)
{
    return json_is_true(json_object_get(json_object_get(live, "spec"), "suspend"));
}

static void check_state(struct preparation *preparation, const json_t *live)
{
    unsigned needs = preparation->row->needs;
    const char *name = preparation->operation->name;
    char message[160] = "";
    if (json_edit_metadata(live, "deletionTimestamp")[0] != '\0')
        preparation_note(preparation, STATUS_REFUSED, "%s is being deleted", name);
    if ((needs & OPERATION_NEEDS_RUNNING) && is_suspended(live))
        preparation_note(preparation, STATUS_REFUSED, preparation->operation->id == OPERATION_RECONCILE
                         ? "%s is suspended: Flux would ignore the request; resume it first" : "%s is suspended already", name);
    if ((needs & OPERATION_NEEDS_SUSPENDED) && !is_suspended(live))
        preparation_note(preparation, STATUS_REFUSED, "%s is not suspended", name);
    if (preparation->operation->id == OPERATION_RECONCILE && strcmp(json_edit_text(live, "kind"), "HelmRepository") == 0 &&
        strcmp(json_edit_text(json_object_get(live, "spec"), "type"), "oci") == 0)
        preparation_note(preparation, STATUS_REFUSED, "%s is of type oci, which is static: Flux reconciles what uses it, not it", name);
    if (!is_suspended(live) && effect_is_rolling(live, message, sizeof message)) {
        bool refuses = (needs & OPERATION_NEEDS_SETTLED) != 0;
        preparation_note(preparation, refuses ? STATUS_REFUSED : STATUS_FOUND, "%s is in the middle of a roll-out (%s)%s", name, message,
                         refuses ? ": wait until it has ended" : "");
    } else {
        preparation_note(preparation, STATUS_OK, "%s is not in the middle of a roll-out", name);
    }
}

/* ---- requests ---- */

static char *make_equivalent(struct preparation *preparation, const char *body, bool json_patch)
{
    const struct operation *operation = preparation->operation;
    const struct sovereign_region *region = &preparation->context->sovereign->regions[operation->region];
    CLEANUP(alloc_free_pointer) char *quoted = preparation_quote(body), *context = preparation_quote(region->context);
    return alloc_printf("kubectl%s%s -n %s patch %s%s%s %s --type=%s --field-manager=" KUBE_CLIENT_FIELD_MANAGER " -p %s",
                        region->context[0] != '\0' ? " --context " : "", region->context[0] != '\0' ? context : "",
                        operation->namespace, operation->kind->plural, operation->kind->group[0] != '\0' ? "." : "",
                        operation->kind->group, operation->name, json_patch ? "json" : "merge", quoted);
}

static enum status add_request(struct preparation *preparation, struct error *err)
{
    const struct operation *operation = preparation->operation;
    struct precondition *precondition = preparation->prepared->precondition;
    CLEANUP(bytebuf_done) struct bytebuf path;
    bytebuf_init(&path, 4096);
    enum status status = kube_client_object_path(preparation->client, operation->kind, operation->namespace, operation->name, NULL, &path, err);
    if (status != STATUS_OK)
        return status;
    CLEANUP(json_edit_unref) json_t *body = precondition_body(precondition, NULL);
    struct prepared_request request = {
        .method = alloc_strdup("PATCH"),
        .url = alloc_printf("%s%s?fieldManager=" KUBE_CLIENT_FIELD_MANAGER, kube_client_server(preparation->client), bytebuf_text(&path)),
        .content_type = alloc_strdup(kube_client_patch_type(precondition->json_patch ? KUBE_PATCH_JSON : KUBE_PATCH_MERGE)),
        .body = preparation_json(body),
    };
    request.equivalent = make_equivalent(preparation, request.body, precondition->json_patch);
    preparation_add_request(preparation, request);
    return STATUS_OK;
}

/* ---- preview ---- */

static void add_paths(struct preparation *preparation)
{
    const struct precondition *precondition = preparation->prepared->precondition;
    for (size_t i = 0; i < precondition->changes.count; i++) {
        const struct precondition_change *change = &precondition->changes.items[i];
        CLEANUP(alloc_free_pointer) char *path = value_path_text(&change->path);
        struct prepared_path shown = {
            .path = sanitize_dup(span_of(path), 1024),
            .before = change->before != NULL ? preparation_json(change->before) : NULL,
            .after = change->after != NULL ? preparation_json(change->after) : NULL,
        };
        git_verdict_of(precondition->live, &change->path, &shown.git);
        ARRAY_PUSH(&preparation->prepared->paths, shown);
    }
}

/* A verdict that Git reverts is about a Kustomization that works: a suspended one reverts nothing until it is resumed. */
static void weigh_suspended_owner(struct preparation *preparation)
{
    char owner[160];
    git_verdict_owner(preparation->prepared->precondition->live, owner, sizeof owner);
    char *slash = strchr(owner, '/');
    if (slash == NULL)
        return;
    *slash = '\0';
    CLEANUP(json_edit_unref) json_t *kustomization = NULL;
    if (preparation_get(preparation->client, kind_table_get(KIND_ID_KUSTOMIZATIONS), owner, slash + 1, &kustomization, NULL) != STATUS_OK ||
        !is_suspended(kustomization))
        return;
    for (size_t i = 0; i < preparation->prepared->paths.count; i++) {
        struct git_verdict *git = &preparation->prepared->paths.items[i].git;
        if (git->kind == GIT_VERDICT_REVERTS)
            snprintf(git->text, sizeof git->text, "Git will revert this once the Kustomization %s/%s is resumed (it is suspended now)", owner,
                     slash + 1);
    }
}

static enum status dry_run(struct preparation *preparation, json_t **after, struct error *err)
{
    const struct operation *operation = preparation->operation;
    struct precondition *precondition = preparation->prepared->precondition;
    const struct prepared_request *request = &preparation->prepared->requests.items[0];
    CLEANUP(bytebuf_done) struct bytebuf reply;
    bytebuf_init(&reply, KUBE_CLIENT_OBJECT_MAXIMUM);
    enum status status = kube_client_patch(preparation->client, operation->kind, operation->namespace, operation->name,
                                           precondition->json_patch ? KUBE_PATCH_JSON : KUBE_PATCH_MERGE, true,
                                           span_of(request->body), &reply, err);
    if (status != STATUS_OK)
        return status;
    return json_edit_parse("the answer to the dry run", bytebuf_span(&reply), after, err);
}

static enum status preview(struct preparation *preparation, struct error *err)
{
    struct prepared *prepared = preparation->prepared;
    CLEANUP(json_edit_unref) json_t *after = NULL;
    prepared->diff_kind = PREPARED_DIFF_PREDICTED;
    if (prepared->refusals.count == 0) {
        struct error problem;
        enum status status = dry_run(preparation, &after, &problem);
        if (status == STATUS_OK)
            prepared->diff_kind = PREPARED_DIFF_DRY_RUN;
        else if (status == STATUS_FORBIDDEN || status == STATUS_INVALID || status == STATUS_CONFLICT || status == STATUS_NOT_FOUND)
            preparation_note(preparation, status, "the server refuses the change in a dry run: %s", problem.text);
        else if (status == STATUS_UNSUPPORTED)
            preparation_note(preparation, STATUS_UNMEASURED, "the server cannot dry-run this: %s", problem.text);
        else
            return error_set(err, status, "%s", problem.text);
    }
    if (after == NULL)
        after = precondition_apply(prepared->precondition);
    CLEANUP(json_edit_unref) json_t *old = json_diff_strip(prepared->precondition->live), *new = json_diff_strip(after);
    json_diff_make(old, new, DIFF_CONTEXT, &prepared->diff);
    if (prepared->diff_kind == PREPARED_DIFF_DRY_RUN && !precondition_holds(prepared->precondition, after))
        preparation_note(preparation, STATUS_REFUSED, "the server takes the request, but does not keep the change (its schema or an "
                         "admission rule drops it)");
    return STATUS_OK;
}

/* ---- radius ---- */

struct rows {
    struct row **items;
    size_t count, capacity;
};

static enum status take_rows(void *context, struct row_decoder_page *page, bool first, struct error *err)
{
    struct rows *rows = context;
    while (first && rows->count > 0)
        row_unref(rows->items[--rows->count]);
    for (size_t i = 0; i < page->count; i++) {
        ARRAY_PUSH(rows, page->rows[i]);
        page->rows[i] = NULL;
    }
    return STATUS_OK;
}

static void drop_rows(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        row_unref(rows->items[i]);
    ARRAY_FREE(rows);
}

static void measure_radius(struct preparation *preparation)
{
    struct blast_radius *radius = &preparation->prepared->radius;
    const struct operation *operation = preparation->operation;
    if (preparation->context->radius != NULL) {
        *radius = *preparation->context->radius;
        return;
    }
    CLEANUP(drop_rows) struct rows releases = {0}, applications = {0};
    struct error problem;
    struct kube_client *primary = NULL;
    struct kube_list list = {.kind = kind_table_get(KIND_ID_HELMRELEASES)};
    if (kube_client_list(preparation->client, &list, take_rows, &releases, &problem) != STATUS_OK) {
        *radius = (struct blast_radius){.known = false};
        snprintf(radius->why, sizeof radius->why, "%s", problem.text);
        return;
    }
    list.kind = kind_table_get(KIND_ID_APPLICATIONS);
    if (preparation_client(preparation->context, sovereign_primary(preparation->context->sovereign), &primary, NULL) == STATUS_OK)
        kube_client_list(primary, &list, take_rows, &applications, NULL);
    blast_radius_measure((const struct row *const *)releases.items, releases.count, (const struct row *const *)applications.items,
                         applications.count, operation->namespace, operation->name, radius);
}

/* ---- the four plans ---- */

/* Reads the object and starts the precondition. False with STATUS_OK: it does not exist, which was noted. */
static enum status begin(struct preparation *preparation, bool *exists, struct error *err)
{
    const struct operation *operation = preparation->operation;
    json_t *live = NULL;
    *exists = false;
    enum status status = preparation_check_rights(preparation, err);
    if (status != STATUS_OK)
        return status;
    status = preparation_get(preparation->client, operation->kind, operation->namespace, operation->name, &live, err);
    if (status == STATUS_NOT_FOUND) {
        preparation_note(preparation, STATUS_NOT_FOUND, "%s %s/%s does not exist on %s", operation->kind->singular, operation->namespace,
                         operation->name, kube_client_region(preparation->client));
        return STATUS_OK;
    }
    if (status == STATUS_FORBIDDEN) {
        preparation_note(preparation, STATUS_FORBIDDEN, "%s", err->text);
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    preparation->prepared->precondition = precondition_new(live);
    *exists = true;
    return STATUS_OK;
}

static enum status finish(struct preparation *preparation, struct error *err)
{
    struct prepared *prepared = preparation->prepared;
    check_state(preparation, prepared->precondition->live);
    preparation_check_cutover(preparation);
    if (prepared->refusals.count == 0 && precondition_holds(prepared->precondition, prepared->precondition->live))
        preparation_note(preparation, STATUS_REFUSED, "nothing would change: the object has these values already");
    enum status status = add_request(preparation, err);
    if (status != STATUS_OK)
        return status;
    add_paths(preparation);
    weigh_suspended_owner(preparation);
    measure_radius(preparation);
    return preview(preparation, err);
}

static enum status set_and_finish(struct preparation *preparation, const char *const *keys, json_t *value, struct error *err)
{
    struct value_path path = {0};
    value_path_prepend(&path, keys);
    enum status status = precondition_add(preparation->prepared->precondition, &path, value, err);
    value_path_done(&path);
    return status == STATUS_OK ? finish(preparation, err) : status;
}

enum status release_plan_reconcile(struct preparation *preparation, struct error *err)
{
    static const char *const KEYS[] = {"metadata", "annotations", REQUESTED_AT, NULL};
    bool exists;
    enum status status = begin(preparation, &exists, err);
    if (status != STATUS_OK || !exists)
        return status;
    struct precondition *precondition = preparation->prepared->precondition;
    timestamp_format_ms(precondition->token, clock_wall_ms());
    return set_and_finish(preparation, KEYS, json_string(precondition->token), err);
}

static enum status set_suspend(struct preparation *preparation, bool suspend, struct error *err)
{
    static const char *const KEYS[] = {"spec", "suspend", NULL};
    bool exists;
    enum status status = begin(preparation, &exists, err);
    return status != STATUS_OK || !exists ? status : set_and_finish(preparation, KEYS, json_boolean(suspend), err);
}

enum status release_plan_suspend(struct preparation *preparation, struct error *err)
{
    return set_suspend(preparation, true, err);
}

enum status release_plan_resume(struct preparation *preparation, struct error *err)
{
    return set_suspend(preparation, false, err);
}

/* The engine refuses an override of a release that is healthy; of one in the middle of a roll-out check_state refuses it. */
static void check_override(struct preparation *preparation)
{
    const json_t *live = preparation->prepared->precondition->live;
    size_t index;
    json_t *condition;
    json_array_foreach(json_object_get(json_object_get(live, "status"), "conditions"), index, condition) {
        if (strcmp(json_edit_text(condition, "type"), "Ready") == 0 && strcmp(json_edit_text(condition, "status"), "True") == 0)
            preparation_note(preparation, STATUS_REFUSED, "%s is Ready: harbor-prewarm does not wait for it, and refuses an override of a "
                             "release that is well", preparation->operation->name);
    }
    preparation_note(preparation, STATUS_FOUND, "what this release pulls later is not copied for certain: the override is recorded in the "
                     "status, key settledRollOverrides");
}

enum status release_plan_override(struct preparation *preparation, struct error *err)
{
    static const char *const KEYS[] = {"metadata", "annotations", "catalyst.openova.io/cutover-settled-roll-override", NULL};
    const char *reason = preparation->operation->reason;
    bool exists, sets = reason != NULL && reason[0] != '\0';
    enum status status = begin(preparation, &exists, err);
    if (status != STATUS_OK || !exists)
        return status;
    if (sets)
        check_override(preparation);
    return set_and_finish(preparation, KEYS, sets ? json_string(reason) : NULL, err);
}

/* From where a typed path counts. */
static enum status root_path(struct assignment *assignment, const json_t *live, struct error *err)
{
    static const char *const OTHERS[] = {"metadata", "status", "apiVersion", "kind"};
    const char *first = assignment->path.items[0].key;
    if (strcmp(first, "spec") == 0 && assignment->path.count > 1)
        return STATUS_OK;
    const json_t *values = json_object_get(json_object_get(live, "spec"), "values");
    for (size_t i = 0; i < ARRAY_LENGTH(OTHERS); i++)
        if (strcmp(first, OTHERS[i]) == 0 && json_object_get(values, first) == NULL)
            return error_set(err, STATUS_USAGE, "%s is not changed by a patch of values; for a value of that name write "
                             "spec.values.%s", first, first);
    value_path_prepend(&assignment->path, VALUES);
    return STATUS_OK;
}

static enum status add_assignment(struct preparation *preparation, const char *text, struct error *err)
{
    struct precondition *precondition = preparation->prepared->precondition;
    struct assignment assignment = {0};
    json_t *value = NULL;
    enum status status = assignment_parse(text, &assignment, err);
    if (status == STATUS_OK)
        status = root_path(&assignment, precondition->live, err);
    const json_t *existing = status == STATUS_OK ? value_path_get(&assignment.path, precondition->live) : NULL;
    if (status == STATUS_OK)
        status = assignment_value(&assignment, existing, &value, err);
    if (status == STATUS_OK && existing == NULL && value != NULL)
        preparation_note(preparation, STATUS_FOUND, "%s: there is no such value today, it is added%s", text,
                         assignment.typed == NULL ? " as TEXT (PATH:=VALUE for a number or true/false)" : "");
    if (status == STATUS_OK)
        status = precondition_add(precondition, &assignment.path, value, err);
    else
        json_decref(value);
    assignment_done(&assignment);
    return status;
}

enum status release_plan_patch(struct preparation *preparation, struct error *err)
{
    const struct operation *operation = preparation->operation;
    if (operation->assignment_count == 0)
        return error_set(err, STATUS_USAGE, "nothing to patch: give PATH=VALUE or PATH:=JSON");
    if (operation->assignment_count > OPERATION_ASSIGNMENTS_MAX)
        return error_set(err, STATUS_USAGE, "at most %d values are patched at once", OPERATION_ASSIGNMENTS_MAX);
    bool exists;
    enum status status = begin(preparation, &exists, err);
    for (size_t i = 0; status == STATUS_OK && exists && i < operation->assignment_count; i++)
        status = add_assignment(preparation, operation->assignments[i], err);
    return status != STATUS_OK || !exists ? status : finish(preparation, err);
}
