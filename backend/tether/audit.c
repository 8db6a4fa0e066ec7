/* Runs the rules. Every table that is not a complete, live answer leaves a gap beside what its rows still show: a list that
 * is old, partial, refused or empty where it cannot be empty never counts as clean (cutover contract 5.1, #5439). */
#include "tether/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sanitize.h"
#include "tether/node_mirror.h"
#include "tether/rule_table.h"
#include "tether/value_check.h"

struct run {
    const struct store *store;
    struct audit *audit;
    const struct rule *rule;
    const struct row *row; /* of the finding being added */
    int region;
    bool is_redirected; /* all nodes of the region redirect */
};

static const char *const KINDS[] = {
    KIND_ID_GITREPOSITORIES, KIND_ID_HELMREPOSITORIES, KIND_ID_OCIREPOSITORIES, KIND_ID_HELMRELEASES, KIND_ID_DEPLOYMENTS,
    KIND_ID_STATEFULSETS,    KIND_ID_DAEMONSETS,       KIND_ID_PROVIDERS,       KIND_ID_NODES,        KIND_ID_CUTOVER_STATUS,
};

/* Self-references of the cutover itself (cutover contract 2.2 helmrepository-patches, 5.2). */
static const char *const TOLERATED_NAMES[] = {"bp-newapi", "bp-self-sovereign-cutover"};

static const char *const VERDICT_NAMES[] = {
    [AUDIT_VERDICT_TETHERED] = "TETHERED",
    [AUDIT_VERDICT_UNKNOWN] = "UNKNOWN",
    [AUDIT_VERDICT_UNTETHERED] = "UNTETHERED",
    [AUDIT_VERDICT_PROVEN] = "PROVEN",
};

const char *audit_kind(size_t index)
{
    return index < ARRAY_LENGTH(KINDS) ? KINDS[index] : NULL;
}

const char *audit_verdict_name(enum audit_verdict verdict)
{
    return VERDICT_NAMES[verdict];
}

static void keep(char *out, size_t size, struct span text)
{
    sanitize_line_into(out, size, text.data, text.length);
}

static bool istolerated(const struct row *row)
{
    const char *kind = row_kind(row)->id;
    if (strcmp(kind, KIND_ID_HELMRELEASES) != 0 && strcmp(kind, KIND_ID_HELMREPOSITORIES) != 0)
        return false;
    for (size_t i = 0; i < ARRAY_LENGTH(TOLERATED_NAMES); i++) {
        if (span_equals_text(row_name(row), TOLERATED_NAMES[i]))
            return true;
    }
    return false;
}

static bool issource(const struct rule *rule)
{
    return rule->facts[0].field == FIELD_URL;
}

static enum rule_severity weigh(const struct run *run, const struct value_check *check, bool is_suspended)
{
    const struct rule *rule = run->rule;
    if (is_suspended)
        return RULE_SEVERITY_WARN;
    if (rule->redirected_is_info && run->is_redirected)
        return RULE_SEVERITY_INFO;
    bool is_stranger = check->class != HOST_CLASS_MOTHERSHIP && check->class != HOST_CLASS_UPSTREAM;
    return rule->strangers_are_high && is_stranger ? RULE_SEVERITY_HIGH : rule->severity;
}

static void addgap(struct run *run, const char *kind_id, struct span key, const char *why)
{
    struct audit *audit = run->audit;
    audit->counts.gaps++;
    if (run->region >= 0)
        audit->regions[run->region].counts.gaps++;
    for (size_t i = 0; i < audit->gaps.count; i++) {
        struct audit_gap *gap = &audit->gaps.items[i];
        if (gap->rule == run->rule && gap->region == run->region && strcmp(gap->kind_id, kind_id) == 0 &&
            strcmp(gap->why, why) == 0) {
            gap->objects++;
            if (span_compare(key, span_of(gap->first_key)) < 0) /* rows come in the order of a hash */
                keep(gap->first_key, sizeof gap->first_key, key);
            return;
        }
    }
    if (audit->gaps.count == AUDIT_GAPS_MAX) {
        audit->gaps_dropped++;
        return;
    }
    struct audit_gap gap = {.rule = run->rule, .region = run->region, .kind_id = kind_id, .objects = span_is_empty(key) ? 0 : 1};
    keep(gap.why, sizeof gap.why, span_of(why));
    keep(gap.first_key, sizeof gap.first_key, key);
    ARRAY_PUSH(&audit->gaps, gap);
}

/* Some rule looks at single values of this object by name. */
static bool hasdedicatedrule(struct span key)
{
    for (size_t i = 0; i < rule_table_count(); i++) {
        if (rule_table_at(i)->objects != NULL && value_check_covers(rule_table_at(i), key))
            return true;
    }
    return false;
}

/* The same value of the same object is in the list: under a dedicated rule, or as an image that two containers share. */
static bool isrepeated(const struct run *run, const struct audit_finding *finding)
{
    const struct audit *audit = run->audit;
    bool is_deep_scan = finding->rule->match == RULE_MATCH_TETHER;
    if (is_deep_scan && !hasdedicatedrule(row_key(run->row)))
        return false;
    for (size_t i = audit->findings.count; i > 0 && audit->findings.items[i - 1].region == finding->region; i--) {
        const struct audit_finding *other = &audit->findings.items[i - 1];
        bool is_same_object = other->kind == finding->kind && strcmp(other->key, finding->key) == 0;
        if (is_same_object && strcmp(other->path, finding->path) == 0 && strcmp(other->value, finding->value) == 0 &&
            (is_deep_scan || other->rule == finding->rule))
            return true;
        if (!is_deep_scan && (!is_same_object || other->rule != finding->rule))
            return false;
    }
    return false;
}

static void count(struct audit_counts *counts, const struct audit_finding *finding)
{
    if (finding->is_tolerated) {
        counts->tolerated++;
        return;
    }
    counts->findings[finding->severity]++;
    counts->suspended += finding->is_suspended ? 1 : 0;
}

static void take(void *context, const struct value_check *check)
{
    struct run *run = context;
    struct audit *audit = run->audit;
    if (check->result == VALUE_CHECK_UNDECIDED) {
        addgap(run, row_kind(run->row)->id, row_key(run->row), check->why);
        return;
    }
    struct audit_finding finding = {.rule = run->rule, .kind = row_kind(run->row), .region = run->region, .class = check->class};
    finding.is_suspended = issource(run->rule) && row_true(run->row, FIELD_SUSPENDED);
    finding.is_tolerated = istolerated(run->row);
    finding.severity = weigh(run, check, finding.is_suspended);
    keep(finding.host, sizeof finding.host, span_of(check->host.name));
    keep(finding.key, sizeof finding.key, row_key(run->row));
    keep(finding.path, sizeof finding.path, span_of(check->path));
    keep(finding.value, sizeof finding.value, check->text);
    if (isrepeated(run, &finding))
        return;
    count(&audit->counts, &finding);
    count(&audit->regions[run->region].counts, &finding);
    if (audit->findings.count == AUDIT_FINDINGS_MAX)
        audit->findings_dropped++;
    else
        ARRAY_PUSH(&audit->findings, finding);
}

/* What the state of a table takes away from what its rows show; NULL: nothing. */
static const char *shortcoming(const struct rule *rule, const struct table *table)
{
    if (table != NULL && table->state == TABLE_STATE_ABSENT && rule->absent_kind_is_clean)
        return NULL;
    if (table == NULL || table->state != TABLE_STATE_LIVE)
        return table_reason(table);
    if (table->dropped > 0)
        return "more objects than are kept";
    if (rule->zero_is_a_gap && table->rows.count == 0)
        return "there is not one object of this kind, which cannot be";
    return NULL;
}

static void runkind(struct run *run, const char *kind_id)
{
    const struct table *table = store_find_table(run->store, kind_id, run->region);
    const char *why = shortcoming(run->rule, table);
    if (why != NULL)
        addgap(run, kind_id, SPAN_EMPTY, why[0] == '\0' ? table_state_name(table->state) : why);
    size_t at = 0;
    while ((run->row = table_next(table, &at)) != NULL) {
        if (!value_check_covers(run->rule, row_key(run->row)))
            continue;
        run->audit->counts.objects++;
        run->audit->regions[run->region].counts.objects++;
        value_check_row(run->rule, run->row, run->audit->fqdn, take, run);
    }
}

static void runregion(struct run *run)
{
    struct node_mirror mirror;
    node_mirror_measure(run->store, run->region, &mirror);
    run->is_redirected = node_mirror_is_active(&mirror);
    for (size_t r = 0; r < rule_table_count(); r++) {
        run->rule = rule_table_at(r);
        for (size_t k = 0; k < RULE_KINDS_MAX && run->rule->kinds[k] != NULL; k++)
            runkind(run, run->rule->kinds[k]);
    }
    run->rule = NULL;
}

static int compare(const void *left, const void *right)
{
    const struct audit_finding *a = left, *b = right;
    if (a->is_tolerated != b->is_tolerated)
        return a->is_tolerated ? 1 : -1;
    if (a->severity != b->severity)
        return a->severity < b->severity ? -1 : 1;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    if (a->region != b->region)
        return a->region < b->region ? -1 : 1;
    int order = strcmp(a->kind->id, b->kind->id);
    order = order != 0 ? order : strcmp(a->key, b->key);
    order = order != 0 ? order : strcmp(a->path, b->path);
    return order != 0 ? order : strcmp(a->value, b->value);
}

static int comparegaps(const void *left, const void *right)
{
    const struct audit_gap *a = left, *b = right;
    if (a->region != b->region)
        return a->region < b->region ? -1 : 1;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    int order = strcmp(a->kind_id, b->kind_id);
    return order != 0 ? order : strcmp(a->why, b->why);
}

static void settle(struct audit *audit)
{
    if (audit->findings.count > 0)
        qsort(audit->findings.items, audit->findings.count, sizeof *audit->findings.items, compare);
    if (audit->gaps.count > 0)
        qsort(audit->gaps.items, audit->gaps.count, sizeof *audit->gaps.items, comparegaps);
}

static enum audit_claim readclaim(const struct store *store)
{
    const struct row *status = node_mirror_status_row(store, store_primary_region(store));
    if (status == NULL)
        return AUDIT_CLAIM_UNKNOWN;
    return span_equals_text(row_lookup(status, FIELD_DATA, "cutoverComplete"), "true") ? AUDIT_CLAIM_COMPLETE
                                                                                       : AUDIT_CLAIM_NOT_COMPLETE;
}

enum audit_verdict audit_decide(const struct audit_counts *counts, size_t rules_run, size_t rules_total,
                                const struct audit_proof *proof)
{
    if (counts->findings[RULE_SEVERITY_CRIT] + counts->findings[RULE_SEVERITY_HIGH] > 0)
        return AUDIT_VERDICT_TETHERED;
    if (counts->gaps > 0 || rules_run < rules_total)
        return AUDIT_VERDICT_UNKNOWN;
    bool is_proven =
        proof != NULL && proof->hold_was_seen && proof->nothing_became_not_ready && proof->seal_is_present && proof->git_is_clean;
    return is_proven ? AUDIT_VERDICT_PROVEN : AUDIT_VERDICT_UNTETHERED;
}

static void explain(struct audit *audit)
{
    size_t serious = audit->counts.findings[RULE_SEVERITY_CRIT] + audit->counts.findings[RULE_SEVERITY_HIGH];
    char rules[64] = "";
    if (audit->rules_run < audit->rules_total)
        snprintf(rules, sizeof rules, "; %zu of %zu rules", audit->rules_run, audit->rules_total);
    if (serious > 0 && audit->claim == AUDIT_CLAIM_COMPLETE)
        snprintf(audit->sentence, sizeof audit->sentence,
                 "the cutover is claimed complete, but %zu serious findings tie the Sovereign to others%s", serious, rules);
    else if (serious > 0)
        snprintf(audit->sentence, sizeof audit->sentence, "%zu serious findings%s%s", serious, rules,
                 audit->claim == AUDIT_CLAIM_NOT_COMPLETE
                     ? "; the cutover is not complete, so that ties of the cold start are expected"
                     : "");
    else if (audit->counts.gaps > 0)
        snprintf(audit->sentence, sizeof audit->sentence, "no serious finding, but %zu measurements are missing%s",
                 audit->counts.gaps, rules);
    else if (rules[0] != '\0')
        snprintf(audit->sentence, sizeof audit->sentence, "no serious finding by %s: a partial rule set proves nothing",
                 rules + 2);
    else
        snprintf(audit->sentence, sizeof audit->sentence, "no serious finding in any region");
}

struct audit *audit_run(const struct store *store, const struct audit_proof *proof)
{
    struct audit *audit = alloc_new(struct audit);
    struct run run = {.store = store, .audit = audit, .region = -1};
    keep(audit->sovereign, sizeof audit->sovereign, span_of(store->sovereign));
    keep(audit->fqdn, sizeof audit->fqdn, span_of(store->fqdn));
    audit->measured_ms = clock_wall_ms();
    audit->rules_run = rule_table_count();
    audit->rules_total = RULE_CONTRACT_COUNT;
    audit->claim = readclaim(store);
    audit->region_count = store->region_count;
    if (store->region_count == 0)
        addgap(&run, "", SPAN_EMPTY, "no region is configured");
    for (run.region = 0; run.region < store->region_count; run.region++) {
        struct audit_region *region = &audit->regions[run.region];
        keep(region->name, sizeof region->name, span_of(store->regions[run.region].name));
        region->primary = store->regions[run.region].primary;
        runregion(&run);
        region->verdict = audit_decide(&region->counts, audit->rules_run, audit->rules_total, proof);
    }
    settle(audit);
    audit->verdict = audit_decide(&audit->counts, audit->rules_run, audit->rules_total, proof);
    explain(audit);
    return audit;
}

void audit_free(struct audit *audit)
{
    if (audit == NULL)
        return;
    ARRAY_FREE(&audit->findings);
    ARRAY_FREE(&audit->gaps);
    free(audit);
}

enum status audit_status(const struct audit *audit)
{
    switch (audit->verdict) {
    case AUDIT_VERDICT_TETHERED: return STATUS_FOUND;
    case AUDIT_VERDICT_UNKNOWN: return STATUS_UNMEASURED;
    default: return STATUS_OK;
    }
}
