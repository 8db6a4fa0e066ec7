/* `sovdeck patch|reconcile|suspend|resume`: an operation without a screen. Also the part that `cutover start` shares. */
#include "headless/operation_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "headless/commands.h"
#include "operation/operation_table.h"
#include "sovereign/kind_table.h"

static bool wants_json(const struct session *session)
{
    return strcmp(arguments_value_or(session->arguments, "--output", "text"), "json") == 0;
}

static void report(void *context, enum operation_phase phase, const char *text)
{
    static const char *const WORDS[] = {"journal", "check", "send", "look", "verify", "done"};
    if (phase != OPERATION_PHASE_DONE)
        session_say("%-7s  %s", WORDS[phase], text);
}

/* ---- output ---- */

static void print_preview(const struct session *session, const struct prepared *prepared)
{
    char *text;
    if (wants_json(session)) {
        json_t *object = prepared_json(prepared);
        json_object_set_new(object, "done", json_false());
        text = json_edit_print_pretty(object);
        json_decref(object);
    } else {
        text = prepared_text(prepared);
    }
    session_print(text);
    free(text);
}

static void print_outcome(const struct session *session, const struct prepared *prepared, const struct operation_outcome *outcome)
{
    if (!wants_json(session)) {
        printf("%s: %s\njournal head %s\n", prepared->title, outcome->text, outcome->journal_head[0] != '\0' ? outcome->journal_head : "none");
        return;
    }
    json_t *object = json_pack("{s:s,s:b,s:s,s:b,s:b,s:s,s:I,s:s}", "title", prepared->title, "done", true, "result",
                               error_status_name(outcome->status), "sent", outcome->sent, "verified", outcome->verified, "text", outcome->text,
                               "elapsedMs", (json_int_t)outcome->elapsed_ms, "journalHead", outcome->journal_head);
    char *text = json_edit_print_pretty(object);
    session_print(text);
    free(text);
    json_decref(object);
}

/* ---- confirmation ---- */

static enum status refuse(const struct operation_context *context, const struct prepared *prepared, struct error *err, const char *why)
{
    struct error problem;
    if (operation_decline(context, prepared, why, &problem) != STATUS_OK)
        session_say("the refusal could not be journalled: %s", problem.text);
    return error_set(err, STATUS_REFUSED, "nothing was changed: %s", why);
}

static enum status confirm(const struct session *session, const struct operation_context *context, const struct prepared *prepared,
                           struct error *err)
{
    const char *given = arguments_value(session->arguments, "--confirm");
    CLEANUP(alloc_free_pointer) char *why = NULL;
    if (!arguments_flag(session->arguments, "--yes"))
        why = alloc_printf("it was not confirmed; to do it add --yes%s%s", prepared->is_production ? " --confirm " : "",
                           prepared->is_production ? prepared->confirm_name : "");
    else if (given != NULL && strcmp(given, prepared->confirm_name) != 0)
        why = alloc_printf("--confirm says '%s', the name is '%s'", given, prepared->confirm_name);
    else if (given == NULL && prepared->is_production)
        why = alloc_printf("this is a production Sovereign: add --confirm %s", prepared->confirm_name);
    return why == NULL ? STATUS_OK : refuse(context, prepared, err, why);
}

enum status operation_command_perform(const struct session *session, const struct operation *operation, struct error *err)
{
    struct operation_context context = {.sovereign = session->sovereign, .channel = "command",
                                        .journal_file = arguments_value(session->arguments, "--journal")};
    bool dry = arguments_flag(session->arguments, "--dry-run"), go = arguments_flag(session->arguments, "--yes") && !dry;
    struct prepared *prepared = NULL;
    enum status status = operation_prepare(&context, operation, &prepared, err);
    if (status != STATUS_OK)
        return status;
    if (!go || prepared_is_refused(prepared))
        print_preview(session, prepared);
    if (prepared_is_refused(prepared)) {
        status = error_set(err, prepared->refusal_status, "refused: %s", prepared->refusals.items[0]);
    } else if (!dry) {
        status = confirm(session, &context, prepared, err);
        if (status == STATUS_OK) {
            for (size_t i = 0; i < prepared->warnings.count; i++)
                session_say("warning  %s", prepared->warnings.items[i]);
            struct operation_outcome outcome;
            status = operation_execute(&context, prepared, report, NULL, &outcome);
            print_outcome(session, prepared, &outcome);
            error_set(err, status, "%s", outcome.text);
        }
    }
    prepared_free(prepared);
    enum status flushed = session_flush(status == STATUS_OK ? err : NULL);
    return status != STATUS_OK ? status : flushed;
}

/* ---- the four commands ---- */

/* "NS/NAME", or "NAME" in the context's namespace. */
static enum status read_object(const struct session *session, const char *word, int region, char **namespace, char **name, struct error *err)
{
    const char *slash = strchr(word, '/');
    struct kube_client *client = session->sovereign->regions[region].client;
    *name = alloc_strdup(slash != NULL ? slash + 1 : word);
    if (slash != NULL)
        *namespace = alloc_strndup(word, (size_t)(slash - word));
    else
        *namespace = alloc_strdup(client != NULL ? kube_client_namespace(client) : "default");
    if ((*namespace)[0] == '\0' || (*name)[0] == '\0' || strchr(*name, '/') != NULL)
        return error_set(err, STATUS_USAGE, "'%s' is not NAMESPACE/NAME", word);
    return STATUS_OK;
}

static const char *const CHANGEABLE[] = {KIND_ID_HELMRELEASES, KIND_ID_KUSTOMIZATIONS, KIND_ID_GITREPOSITORIES, KIND_ID_HELMREPOSITORIES,
                                         KIND_ID_OCIREPOSITORIES};

static enum status read_kind(const char *word, enum operation_id id, const struct kind **ret, struct error *err)
{
    const struct kind *kind = kind_table_find(word);
    char hint[NEAREST_HINT_MAX] = "";
    if (kind == NULL) {
        kind_table_hint(hint, word);
        return error_set(err, STATUS_USAGE, "there is no kind '%s'%s", word, hint);
    }
    size_t known = id == OPERATION_PATCH_VALUES ? 1 : ARRAY_LENGTH(CHANGEABLE);
    for (size_t i = 0; i < known; i++)
        if (strcmp(kind->id, CHANGEABLE[i]) == 0) {
            *ret = kind;
            return STATUS_OK;
        }
    return error_set(err, STATUS_USAGE, "%s is not for %s: %s", operation_table_row(id)->name, kind->title,
                     known == 1 ? "only HelmReleases have values" : "only Flux objects are reconciled, suspended and resumed");
}

static enum status run(const struct arguments *arguments, enum operation_id id, struct error *err)
{
    const struct kind *kind = NULL;
    const char *word = id == OPERATION_OVERRIDE_ROLL ? KIND_ID_HELMRELEASES : arguments->operands[0];
    size_t object = id == OPERATION_OVERRIDE_ROLL ? 0 : 1; /* operand that names the object */
    enum status status = read_kind(word, id, &kind, err);
    struct session session = {0};
    if (status == STATUS_OK)
        status = session_open(arguments, &session, err);
    if (status != STATUS_OK)
        return status;
    int region = -1;
    CLEANUP(alloc_free_pointer) char *namespace = NULL;
    CLEANUP(alloc_free_pointer) char *name = NULL;
    status = session_region(&session, &region, err);
    if (region < 0)
        region = sovereign_primary(session.sovereign);
    if (status == STATUS_OK && region < 0)
        status = error_set(err, STATUS_UNREACHABLE, "the Sovereign has no regions");
    if (status == STATUS_OK)
        status = read_object(&session, arguments->operands[object], region, &namespace, &name, err);
    if (status == STATUS_OK) {
        struct operation *operation = operation_new(id, region, kind, namespace, name);
        operation_set_reason(operation, arguments_value(arguments, "--reason"));
        for (size_t i = object + 1; i < arguments->operand_count; i++)
            operation_add_assignment(operation, arguments->operands[i]);
        status = operation_command_perform(&session, operation, err);
        operation_free(operation);
    }
    session_close(&session);
    return status;
}

enum status operation_command_patch(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    return run(arguments, OPERATION_PATCH_VALUES, err);
}

enum status operation_command_reconcile(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    return run(arguments, OPERATION_RECONCILE, err);
}

enum status operation_command_suspend(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    return run(arguments, OPERATION_SUSPEND, err);
}

enum status operation_command_resume(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    return run(arguments, OPERATION_RESUME, err);
}

enum status operation_command_override(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    return run(arguments, OPERATION_OVERRIDE_ROLL, err);
}
