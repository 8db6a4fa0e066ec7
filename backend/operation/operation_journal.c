/* Journal lines of operations; see operation_journal.h. */
#include "operation/operation_journal.h"

#include <openssl/rand.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "operation/operation_table.h"
#include "operation/precondition.h"

/* The person: the one who called sudo, else the login name of our user. */
static void name_person(const struct operation_context *context, char *out, size_t size)
{
    char raw[256], host[80] = "";
    gethostname(host, sizeof host - 1);
    const char *who = context->who;
    const char *sudo = getenv("SUDO_USER");
    struct passwd entry, *found = NULL;
    char storage[4096];
    if (who == NULL && sudo != NULL && sudo[0] != '\0')
        who = sudo;
    if (who == NULL && getpwuid_r(getuid(), &entry, storage, sizeof storage, &found) == 0 && found != NULL)
        who = found->pw_name;
    if (who != NULL)
        snprintf(raw, sizeof raw, "%s@%s", who, host);
    else
        snprintf(raw, sizeof raw, "uid %ld@%s", (long)getuid(), host);
    sanitize_line_into(out, size, raw, strlen(raw));
}

static void name_identity(const struct operation_context *context, const struct operation *operation, char *out, size_t size)
{
    const struct sovereign *sovereign = context->sovereign;
    int region = operation->kind != NULL ? operation->region : sovereign_primary(sovereign);
    out[0] = '\0';
    if (region >= 0 && (size_t)region < sovereign->region_count && sovereign->regions[region].client != NULL)
        snprintf(out, size, "%s", kube_client_user(sovereign->regions[region].client));
}

static json_t *common(const struct operation_context *context, const struct prepared *prepared, const char *phase, const char *id)
{
    const struct operation *operation = prepared->operation;
    const struct sovereign *sovereign = context->sovereign;
    char who[256], identity[160];
    name_person(context, who, sizeof who);
    name_identity(context, operation, identity, sizeof identity);
    json_t *entry = json_object();
    json_object_set_new(entry, "phase", json_string(phase));
    json_object_set_new(entry, "id", json_string(id));
    json_object_set_new(entry, "operation", json_string(operation_table_row(operation->id)->name));
    json_object_set_new(entry, "title", json_string(prepared->title));
    json_object_set_new(entry, "sovereign", json_string(sovereign->name));
    json_object_set_new(entry, "class", json_string(profile_class_name(sovereign->class)));
    json_object_set_new(entry, "who", json_string(who));
    json_object_set_new(entry, "identity", json_string(identity));
    json_object_set_new(entry, "channel", json_string(context->channel != NULL ? context->channel : "command"));
    json_object_set_new(entry, "version", json_string(SOVDECK_VERSION));
    return entry;
}

static json_t *object_json(const struct operation_context *context, const struct prepared *prepared)
{
    const struct operation *operation = prepared->operation;
    if (operation->kind == NULL)
        return json_null();
    const struct precondition *precondition = prepared->precondition;
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:I}", "region", context->sovereign->regions[operation->region].name, "kind",
                     operation->kind->singular, "namespace", operation->namespace, "name", operation->name, "uid",
                     precondition != NULL ? precondition->uid : "", "generation",
                     (json_int_t)(precondition != NULL ? precondition->generation : 0));
}

/* The parts of the preview that say what was to be changed; not the whole preview. */
static void add_plan(json_t *entry, const struct prepared *prepared)
{
    static const char *const PARTS[] = {"requests", "paths", "radius", "warnings", "refusals"};
    json_t *preview = prepared_json(prepared);
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++)
        json_object_set(entry, PARTS[i], json_object_get(preview, PARTS[i]));
    json_decref(preview);
}

static enum status append(const struct operation_context *context, json_t *entry, char head[JOURNAL_HASH_MAX], struct error *err)
{
    CLEANUP(alloc_free_pointer) char *path = context->journal_file != NULL ? alloc_strdup(context->journal_file) : journal_default_path();
    enum status status = journal_append(path, entry, head, err);
    json_decref(entry);
    return status;
}

static void make_id(char id[OPERATION_JOURNAL_ID_MAX])
{
    unsigned char random[8] = {0};
    RAND_bytes(random, sizeof random);
    snprintf(id, OPERATION_JOURNAL_ID_MAX, "%llx-", (unsigned long long)clock_wall_ms());
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(id + strlen(id), 3, "%02x", random[i]);
}

enum status operation_journal_begin(const struct operation_context *context, const struct prepared *prepared, const char *refused,
                                    char id[OPERATION_JOURNAL_ID_MAX], char head[JOURNAL_HASH_MAX], struct error *err)
{
    make_id(id);
    json_t *entry = common(context, prepared, refused != NULL ? "refused" : "before", id);
    json_object_set_new(entry, "object", object_json(context, prepared));
    if (prepared->operation->reason != NULL)
        json_object_set_new(entry, "reason", json_string(prepared->operation->reason));
    if (refused != NULL) {
        enum status status = prepared_is_refused(prepared) ? prepared->refusal_status : STATUS_REFUSED;
        json_object_set_new(entry, "result", json_string(error_status_name(status)));
        json_object_set_new(entry, "text", json_string(refused));
    }
    add_plan(entry, prepared);
    return append(context, entry, head, err);
}

enum status operation_journal_end(const struct operation_context *context, const struct prepared *prepared, const char *id,
                                  struct operation_outcome *outcome, struct error *err)
{
    json_t *entry = common(context, prepared, "after", id);
    json_object_set_new(entry, "object", object_json(context, prepared));
    json_object_set_new(entry, "result", json_string(error_status_name(outcome->status)));
    json_object_set_new(entry, "sent", json_boolean(outcome->sent));
    json_object_set_new(entry, "verified", json_boolean(outcome->verified));
    json_object_set_new(entry, "text", json_string(outcome->text));
    json_object_set_new(entry, "elapsedMs", json_integer(outcome->elapsed_ms));
    return append(context, entry, outcome->journal_head, err);
}
