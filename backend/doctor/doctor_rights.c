/* Discovery and access reviews as lines that say what to add; see doctor_rights.h. */
#include "doctor/doctor_rights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "sovereign/kind_table.h"

#define RULES_MAX 4 /* shown in a remedy; -o json has all */

/* --- kinds --- */

static bool is_first_of_resource(size_t index)
{
    const struct kind *kind = kind_table_at(index);
    for (size_t i = 0; i < index; i++)
        if (strcmp(kind_table_at(i)->plural, kind->plural) == 0 && strcmp(kind_table_at(i)->group, kind->group) == 0)
            return false;
    return true;
}

struct kind_count {
    size_t served, total;
    struct bytebuf missing, unknown;
};

static void count_kind(struct kind_count *count, const struct kind *kind, enum status status)
{
    struct bytebuf *into = status == STATUS_UNSUPPORTED ? &count->missing : &count->unknown;
    count->total++;
    count->served += status == STATUS_OK;
    if (status != STATUS_OK)
        bytebuf_printf(into, "%s%s%s%s", into->length > 0 ? ", " : "", kind->plural, kind->group[0] != '\0' ? "." : "", kind->group);
}

static void note_kinds(struct doctor_look *look, const struct kind_count *count, const struct error *problem)
{
    if (count->missing.length > 0) {
        diagnosis_note(look->section, "kinds", DIAGNOSIS_WARNING, "%zu of %zu served; the server does not have: %s", count->served,
                       count->total, bytebuf_text(&count->missing));
        diagnosis_remedy(look->section, "install their CRDs if this Sovereign should have them; what shows them says 'not on this server' until then");
    } else if (count->unknown.length == 0) {
        diagnosis_note(look->section, "kinds", DIAGNOSIS_OK, "all %zu that sovdeck shows are served", count->total);
    }
    if (count->unknown.length > 0) {
        doctor_look_fail(look, "kinds", problem);
        diagnosis_remedy(look->section, "discovery of %s failed: an aggregated API may be down ('kubectl get apiservices'), or the identity may "
                         "not read it (bind the ClusterRole system:discovery)", bytebuf_text(&count->unknown));
    }
}

void doctor_rights_kinds(struct doctor_look *look, struct kube_client *client)
{
    struct kind_count count = {0};
    struct error problem = {0};
    json_t *facts = json_array();
    bytebuf_init(&count.missing, 4096);
    bytebuf_init(&count.unknown, 4096);
    for (size_t i = 0; i < kind_table_count(); i++) {
        const struct kind *kind = kind_table_at(i);
        char version[DISCOVERY_VERSION_MAX] = "";
        struct error err = {0};
        if (!is_first_of_resource(i))
            continue;
        enum status status = kube_client_version(client, kind, version, &err);
        count_kind(&count, kind, status);
        if (status != STATUS_OK && status != STATUS_UNSUPPORTED)
            problem = err;
        json_array_append_new(facts, json_pack("{s:s,s:s,s:s,s:s}", "kind", kind->singular, "resource", kind->plural, "group", kind->group,
                                               status == STATUS_OK ? "version" : status == STATUS_UNSUPPORTED ? "missing" : "unknown",
                                               status == STATUS_OK ? version : err.text));
    }
    diagnosis_fact(look->section, "kinds", facts);
    note_kinds(look, &count, &problem);
    bytebuf_done(&count.missing);
    bytebuf_done(&count.unknown);
}

/* --- rights --- */

/* What is wrong with the rights of one capability. */
struct verdict {
    size_t missing, optional, local, unknown;
    struct bytebuf what, rules;
    size_t rule_count;
    const char *reason;
};


/* "list watch pods" of the verbs of one row that have the verdict; the index behind the row. */
static size_t take_row(const struct capability_answer *answers, size_t count, size_t at, enum capability_verdict verdict, char *verbs, size_t size)
{
    const struct capability_right *right = answers[at].right;
    verbs[0] = '\0';
    for (; at < count && answers[at].right == right; at++) {
        size_t used = strlen(verbs);
        if (answers[at].verdict == verdict)
            snprintf(verbs + used, size - used, "%s%s", used > 0 ? " " : "", answers[at].verb);
    }
    return at;
}

static void add_what(struct verdict *verdict, const struct capability_answer *answer, const char *verbs)
{
    const struct capability_right *right = answer->right;
    bytebuf_printf(&verdict->what, "%s%s %s%s%s", verdict->what.length > 0 ? ", " : "", verbs, right->resource,
                   right->subresource != NULL ? "/" : "", right->subresource != NULL ? right->subresource : "");
    if (right->namespace != NULL)
        bytebuf_printf(&verdict->what, " in %s", right->namespace);
    if (answer->verdict == CAPABILITY_SOME)
        bytebuf_printf(&verdict->what, " (only in %s)", answer->namespaces);
}

static void add_rule(struct verdict *verdict, const struct capability_right *right, const char *verbs)
{
    if (verdict->rule_count++ >= RULES_MAX)
        return;
    bytebuf_append_text(&verdict->rules, verdict->rules.length > 0 ? ", " : "");
    capability_table_rule(right, verbs, &verdict->rules);
}

static size_t weigh_row(struct verdict *verdict, const struct capability_answer *answers, size_t count, size_t at)
{
    static const enum capability_verdict LACKING[] = {CAPABILITY_NO, CAPABILITY_SOME};
    const struct capability_answer *first = &answers[at];
    char verbs[80];
    size_t behind = at;
    for (size_t i = 0; i < ARRAY_LENGTH(LACKING); i++) {
        behind = take_row(answers, count, at, LACKING[i], verbs, sizeof verbs);
        if (verbs[0] == '\0')
            continue;
        const struct capability_answer *lacking = first;
        while (lacking->verdict != LACKING[i])
            lacking++;
        add_what(verdict, lacking, verbs);
        add_rule(verdict, first->right, verbs);
        *(LACKING[i] == CAPABILITY_SOME ? &verdict->local : first->right->is_optional ? &verdict->optional : &verdict->missing) += 1;
    }
    for (; at < behind; at++)
        if (answers[at].verdict == CAPABILITY_UNKNOWN) {
            verdict->unknown++;
            verdict->reason = answers[at].reason;
        }
    return behind;
}

static void note_capability(struct diagnosis_section *section, const char *name, const struct verdict *verdict, const char *user)
{
    const char *what = bytebuf_text(&verdict->what);
    if (verdict->missing > 0)
        diagnosis_bad(section, name, STATUS_FORBIDDEN, "not allowed: %s", what);
    else if (verdict->optional > 0)
        diagnosis_note(section, name, DIAGNOSIS_WARNING, "not allowed: %s", what);
    else if (verdict->local > 0)
        diagnosis_note(section, name, DIAGNOSIS_WARNING, "allowed in some namespaces: %s", what);
    else if (verdict->unknown > 0)
        diagnosis_note(section, name, DIAGNOSIS_WARNING, "could not be asked: %s", verdict->reason);
    else
        diagnosis_note(section, name, DIAGNOSIS_OK, "allowed");
    if (verdict->rule_count > 0)
        diagnosis_remedy(section, "bind %s to a ClusterRole with the rule%s %s%s", user, verdict->rule_count > 1 ? "s" : "",
                         bytebuf_text(&verdict->rules), verdict->rule_count > RULES_MAX ? " and further ones (-o json lists all)" : "");
    else if (verdict->unknown > 0)
        diagnosis_remedy(section, "every identity may ask about itself through the ClusterRole system:basic-user: have it bound again, or run doctor "
                         "again when the server answers");
}

void doctor_rights_note(struct diagnosis_section *section, const struct capability_answer *answers, size_t count, const char *user)
{
    for (size_t at = 0; at < count;) {
        const char *name = answers[at].right->capability;
        struct verdict verdict = {0};
        bytebuf_init(&verdict.what, 4096);
        bytebuf_init(&verdict.rules, 4096);
        while (at < count && strcmp(answers[at].right->capability, name) == 0)
            at = weigh_row(&verdict, answers, count, at);
        note_capability(section, name, &verdict, user);
        bytebuf_done(&verdict.what);
        bytebuf_done(&verdict.rules);
    }
}

static json_t *answer_fact(const struct capability_answer *answer)
{
    static const char *const VERDICTS[] = {
        [CAPABILITY_YES] = "yes", [CAPABILITY_SOME] = "some", [CAPABILITY_NO] = "no", [CAPABILITY_UNKNOWN] = "unknown"};
    const struct capability_right *right = answer->right;
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:s}", "capability", right->capability, "verb", answer->verb, "group", right->group,
                     "resource", right->resource, "subresource", right->subresource != NULL ? right->subresource : "", "namespace",
                     right->namespace != NULL ? right->namespace : "", "required", (int)!right->is_optional, "allowed",
                     VERDICTS[answer->verdict], "namespaces", answer->namespaces, "reason",
                     answer->verdict == CAPABILITY_UNKNOWN ? answer->reason : "");
}

static void add_namespace(const char **namespaces, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(namespaces[i], name) == 0)
            return;
    namespaces[(*count)++] = name;
}

void doctor_rights_ask(struct doctor_look *look, struct kube_client *client, const char *user)
{
    struct capability_answer *answers = alloc_zeroed(CAPABILITY_TABLE_RIGHTS_MAX, sizeof *answers);
    const char *namespaces[CAPABILITY_CHECK_NAMESPACES_MAX + 1] = {NULL};
    size_t named = 0, count = capability_check_expand(answers);
    add_namespace(namespaces, &named, kube_client_namespace(client));
    add_namespace(namespaces, &named, "flux-system");
    add_namespace(namespaces, &named, "catalyst");
    add_namespace(namespaces, &named, "catalyst-system");
    capability_check_ask(client, answers, count, namespaces);
    json_t *facts = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(facts, answer_fact(&answers[i]));
    diagnosis_fact(look->section, "rights", facts);
    doctor_rights_note(look->section, answers, count, user);
    free(answers);
}
