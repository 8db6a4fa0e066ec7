/* Subjects to words as a table; objects from the keys that name one. */
#include "feed/nats_event.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sanitize.h"
#include "base/timestamp.h"

static const struct {
    const char *type; /* subject without "catalyst." */
    const char *words;
    enum tone tone;
} WORDS[] = {
    {"tenant.created", "Organization created", TONE_GOOD},
    {"tenant.deleted", "Organization deleted", TONE_WARN},
    {"tenant.app_install_requested", "Application install requested", TONE_PROGRESS},
    {"tenant.app_uninstall_requested", "Application removal requested", TONE_PROGRESS},
    {"tenant.sandbox_requested", "sandbox requested", TONE_NEUTRAL},
    {"billing.order.placed", "order placed", TONE_NEUTRAL},
    {"payment.received", "payment received", TONE_GOOD},
    {"payment.failed", "payment failed", TONE_BAD},
    {"provision.started", "provisioning started", TONE_PROGRESS},
    {"provision.completed", "provisioning completed", TONE_GOOD},
    {"provision.failed", "provisioning failed", TONE_BAD},
    {"provision.app_ready", "Application ready", TONE_GOOD},
    {"provision.app_removed", "Application removed", TONE_WARN},
    {"provision.app_failed", "Application failed", TONE_BAD},
    {"domain.registered", "domain registered", TONE_NEUTRAL},
    {"domain.verified", "domain verified", TONE_GOOD},
    {"domain.removed", "domain removed", TONE_WARN},
    {"user.login", "user logged in", TONE_NEUTRAL},
    {"user.created", "user created", TONE_NEUTRAL},
    {"usage.recorded", "usage recorded", TONE_NEUTRAL},
};

static void put(char *out, size_t size, const char *raw)
{
    sanitize_line_into(out, size, raw != NULL ? raw : "", raw != NULL ? strlen(raw) : 0);
}

/* Text of the first of the keys that the object has; "" otherwise. */
static const char *first_text(const json_t *object, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_object_get(object, keys[i]));
        if (text != NULL && text[0] != '\0')
            return text;
    }
    return "";
}

#define FIRST_TEXT(object, ...)                                                                                  \
    first_text(object, (const char *const[]){__VA_ARGS__}, ARRAY_LENGTH(((const char *const[]){__VA_ARGS__})))

/* "tenant.quota_changed" becomes "Organization quota changed". */
static void spell(struct span type, char *out, size_t size)
{
    size_t length = 0;
    while (type.length > 0 && length + 1 < size) {
        if (span_starts_with(type, "tenant")) {
            length += (size_t)snprintf(out + length, size - length, "Organization");
            type = span_from(type, 6);
            continue;
        }
        out[length++] = type.data[0] == '.' || type.data[0] == '_' || type.data[0] == '-' ? ' ' : type.data[0];
        type = span_from(type, 1);
    }
    out[length < size ? length : size - 1] = '\0';
}

static void name_event(struct span type, struct timeline_entry *entry)
{
    for (size_t i = 0; i < ARRAY_LENGTH(WORDS); i++)
        if (span_equals_text(type, WORDS[i].type)) {
            snprintf(entry->text, sizeof entry->text, "%s", WORDS[i].words);
            entry->tone = WORDS[i].tone;
            return;
        }
    char spelled[sizeof entry->text];
    spell(type, spelled, sizeof spelled);
    put(entry->text, sizeof entry->text, spelled);
    entry->tone = span_contains(type, "failed") || span_contains(type, "error") ? TONE_BAD : TONE_NEUTRAL;
}

static void append(struct timeline_entry *entry, const char *separator, const char *raw)
{
    size_t length = strlen(entry->text);
    if (raw[0] == '\0' || length + strlen(separator) + 1 >= sizeof entry->text)
        return;
    length += (size_t)snprintf(entry->text + length, sizeof entry->text - length, "%s", separator);
    put(entry->text + length, sizeof entry->text - length, raw);
}

static void take_time(const json_t *object, struct timeline_entry *entry)
{
    int64_t at_ms = timestamp_parse(span_of(FIRST_TEXT(object, "timestamp", "ts", "time", "completed_at")));
    if (at_ms != TIMESTAMP_NONE)
        entry->at_ms = at_ms;
}

static void take_object(struct timeline_entry *entry, const char *what, const char *name)
{
    char raw[sizeof entry->object];
    snprintf(raw, sizeof raw, "%s%s", name[0] != '\0' ? what : "", name);
    put(entry->object, sizeof entry->object, raw);
}

static void read_envelope(const json_t *root, struct timeline_entry *entry)
{
    const json_t *data = json_object_get(root, "data");
    const char *application = FIRST_TEXT(data, "app", "app_name", "application");
    const char *organization = FIRST_TEXT(data, "slug", "tenant_slug", "organization");
    if (organization[0] == '\0')
        organization = FIRST_TEXT(root, "tenant_id");
    if (application[0] != '\0')
        take_object(entry, "Application ", application);
    else if (organization[0] != '\0')
        take_object(entry, "Organization ", organization);
    else
        take_object(entry, "", FIRST_TEXT(data, "name", "id", "email", "domain"));
    append(entry, ": ", FIRST_TEXT(data, "error", "reason", "message", "name", "domain", "email"));
    append(entry, " by ", FIRST_TEXT(data, "actor", "owner_email"));
}

/* Two families with different key names (domain.md 3.6). */
static void read_audit(const json_t *root, struct timeline_entry *entry)
{
    const char *type = FIRST_TEXT(root, "type", "auditType");
    char spelled[128];
    spell(span_of(type), spelled, sizeof spelled);
    put(entry->text, sizeof entry->text, spelled);
    bool bad = strstr(type, "error") != NULL || strstr(type, "lost") != NULL || strstr(type, "breach") != NULL ||
               strstr(type, "collision") != NULL || strcmp(FIRST_TEXT(root, "result"), "denied") == 0 ||
               strcmp(FIRST_TEXT(root, "result"), "error") == 0;
    entry->tone = bad ? TONE_BAD : TONE_NEUTRAL;
    const char *continuum = FIRST_TEXT(root, "continuumName");
    if (continuum[0] != '\0')
        take_object(entry, "Continuum ", continuum);
    else
        take_object(entry, "", FIRST_TEXT(root, "targetApp", "targetUserEmail", "targetUser", "applicationName"));
    append(entry, " ", FIRST_TEXT(root, "step"));
    append(entry, ": ", FIRST_TEXT(root, "message", "detail", "tier"));
    append(entry, " by ", FIRST_TEXT(root, "initiatedBy", "actor"));
}

static void read_bare(const json_t *root, struct timeline_entry *entry)
{
    const json_t *metadata = json_object_get(root, "metadata");
    const char *organization = FIRST_TEXT(metadata, "tenant_id", "organization");
    if (organization[0] != '\0')
        take_object(entry, "Organization ", organization);
    else
        take_object(entry, "", FIRST_TEXT(root, "customer_id", "name", "id"));
    append(entry, ": ", FIRST_TEXT(root, "reason", "message"));
    take_time(metadata, entry);
}

void nats_event_read(struct span subject, struct span payload, int64_t at_ms, struct timeline_entry *entry)
{
    *entry = (struct timeline_entry){.at_ms = at_ms, .source = TIMELINE_SOURCE_NATS, .tone = TONE_NEUTRAL, .region = -1};
    struct span type = span_starts_with(subject, "catalyst.") ? span_from(subject, 9) : subject;
    name_event(type, entry);
    json_t *root = payload.length <= NATS_EVENT_PAYLOAD_MAX && payload.length > 0 ? json_loadb(payload.data, payload.length, 0, NULL)
                                                                                  : NULL;
    if (!json_is_object(root)) {
        append(entry, " ", "(its content is no JSON object)");
        json_decref(root);
        return;
    }
    take_time(root, entry);
    if (span_equals_text(type, "audit") || span_starts_with(type, "audit."))
        read_audit(root, entry);
    else if (json_is_object(json_object_get(root, "data")))
        read_envelope(root, entry);
    else
        read_bare(root, entry);
    json_decref(root);
}
