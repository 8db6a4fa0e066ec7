/* Text and JSON of an audit. Findings of one rule share its title and remedy, so that sixty repositories are sixty lines and
 * not sixty paragraphs. */
#include "tether/audit_report.h"

#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "decode/json_writer.h"
#include "tether/rule_table.h"

static struct span nameof(const struct audit_finding *finding)
{
    struct span key = span_of(finding->key);
    ptrdiff_t slash = span_find_byte(key, '/');
    return slash < 0 ? key : span_from(key, (size_t)slash + 1);
}

static const char *regionof(const struct audit *audit, int region)
{
    return region < 0 ? "" : audit->regions[region].name;
}

void audit_report_object(const struct audit *audit, const struct audit_finding *finding, struct bytebuf *out)
{
    bytebuf_printf(out, "%s %s %s", regionof(audit, finding->region), finding->kind->singular, finding->key);
}

void audit_report_remedy(const struct audit *audit, const struct audit_finding *finding, struct bytebuf *out)
{
    const struct rule *rule = finding->rule;
    if (rule->step != NULL)
        bytebuf_printf(out, "step %s: ", rule->step);
    rule_expand(rule->remedy, audit->fqdn, nameof(finding), out);
    if (rule->patch != NULL) {
        bytebuf_append_text(out, "; merge patch ");
        rule_expand(rule->patch, audit->fqdn, nameof(finding), out);
    }
}

static void textregions(const struct audit *audit, struct bytebuf *out)
{
    bytebuf_printf(out, "\n%-12s %-10s %5s %5s %5s %5s %10s %9s %10s %8s\n", "REGION", "VERDICT", "CRIT", "HIGH", "WARN", "INFO",
                   "TOLERATED", "SUSPENDED", "UNMEASURED", "CHECKED");
    for (int r = 0; r < audit->region_count; r++) {
        const struct audit_region *region = &audit->regions[r];
        const struct audit_counts *counts = &region->counts;
        bytebuf_printf(out, "%-12s %-10s %5zu %5zu %5zu %5zu %10zu %9zu %10zu %8zu\n", region->name,
                       audit_verdict_name(region->verdict), counts->findings[RULE_SEVERITY_CRIT],
                       counts->findings[RULE_SEVERITY_HIGH], counts->findings[RULE_SEVERITY_WARN],
                       counts->findings[RULE_SEVERITY_INFO], counts->tolerated, counts->suspended, counts->gaps, counts->objects);
    }
}

static void textfindings(const struct audit *audit, struct bytebuf *out)
{
    const struct audit_finding *before = NULL;
    for (size_t i = 0; i < audit->findings.count; i++) {
        const struct audit_finding *finding = &audit->findings.items[i];
        bool is_new_group = before == NULL || before->rule != finding->rule || before->severity != finding->severity ||
                            before->is_tolerated != finding->is_tolerated;
        if (is_new_group) {
            const char *word = finding->is_tolerated ? "tolerated" : rule_severity_name(finding->severity);
            bytebuf_printf(out, "\n%s %s  ", word, finding->rule->id);
            rule_expand(finding->rule->title, audit->fqdn, nameof(finding), out);
            bytebuf_append_text(out, "\n  remedy: ");
            audit_report_remedy(audit, finding, out);
            bytebuf_append_byte(out, '\n');
        }
        bytebuf_append_text(out, "  ");
        audit_report_object(audit, finding, out);
        bytebuf_printf(out, "  %s = %s  (%s%s)\n", finding->path, finding->value, host_class_name(finding->class),
                       finding->is_suspended ? ", suspended" : "");
        before = finding;
    }
    if (audit->findings_dropped > 0)
        bytebuf_printf(out, "\n%zu more findings are counted but not listed\n", audit->findings_dropped);
}

static void textgaps(const struct audit *audit, struct bytebuf *out)
{
    if (audit->gaps.count == 0)
        return;
    bytebuf_append_text(out, "\nMEAS  could not be measured, and is not clean\n");
    for (size_t i = 0; i < audit->gaps.count; i++) {
        const struct audit_gap *gap = &audit->gaps.items[i];
        bytebuf_printf(out, "  %s %s %s", regionof(audit, gap->region), gap->rule == NULL ? "-" : gap->rule->id, gap->kind_id);
        if (gap->objects > 0)
            bytebuf_printf(out, " %s", gap->first_key);
        if (gap->objects > 1)
            bytebuf_printf(out, " and %zu more", gap->objects - 1);
        bytebuf_printf(out, ": %s\n", gap->why);
    }
    if (audit->gaps_dropped > 0)
        bytebuf_printf(out, "  and %zu more\n", audit->gaps_dropped);
}

void audit_report_text(const struct audit *audit, struct bytebuf *out)
{
    char measured[TIMESTAMP_TEXT_MAX];
    timestamp_format(measured, audit->measured_ms);
    bytebuf_printf(out, "%s  tether audit of %s (%s)\n%s\nmeasured %s, %zu of %zu rules\n", audit_verdict_name(audit->verdict),
                   audit->sovereign[0] == '\0' ? "a Sovereign" : audit->sovereign,
                   audit->fqdn[0] == '\0' ? "its domain is not known" : audit->fqdn, audit->sentence, measured, audit->rules_run,
                   audit->rules_total);
    textregions(audit, out);
    textfindings(audit, out);
    textgaps(audit, out);
}

static void jsoncounts(struct json_writer *writer, const struct audit_counts *counts)
{
    json_writer_begin_object(writer, "counts");
    json_writer_integer(writer, "critical", (int64_t)counts->findings[RULE_SEVERITY_CRIT]);
    json_writer_integer(writer, "high", (int64_t)counts->findings[RULE_SEVERITY_HIGH]);
    json_writer_integer(writer, "warning", (int64_t)counts->findings[RULE_SEVERITY_WARN]);
    json_writer_integer(writer, "info", (int64_t)counts->findings[RULE_SEVERITY_INFO]);
    json_writer_integer(writer, "tolerated", (int64_t)counts->tolerated);
    json_writer_integer(writer, "suspended", (int64_t)counts->suspended);
    json_writer_integer(writer, "unmeasured", (int64_t)counts->gaps);
    json_writer_integer(writer, "checked", (int64_t)counts->objects);
    json_writer_end(writer);
}

static void jsonregions(struct json_writer *writer, const struct audit *audit)
{
    json_writer_begin_array(writer, "regions");
    for (int r = 0; r < audit->region_count; r++) {
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "name", audit->regions[r].name);
        json_writer_bool(writer, "primary", audit->regions[r].primary);
        json_writer_text(writer, "verdict", audit_verdict_name(audit->regions[r].verdict));
        jsoncounts(writer, &audit->regions[r].counts);
        json_writer_end(writer);
    }
    json_writer_end(writer);
}

static void expanded(struct json_writer *writer, const char *key, const char *pattern, const char *fqdn, struct span name)
{
    CLEANUP(bytebuf_done) struct bytebuf text;
    bytebuf_init(&text, 4096);
    if (pattern != NULL)
        rule_expand(pattern, fqdn, name, &text);
    if (pattern == NULL)
        json_writer_null(writer, key);
    else
        json_writer_span(writer, key, bytebuf_span(&text));
}

static void jsonrules(struct json_writer *writer, const struct audit *audit)
{
    json_writer_begin_array(writer, "rules");
    for (size_t i = 0; i < rule_table_count(); i++) {
        const struct rule *rule = rule_table_at(i);
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "id", rule->id);
        expanded(writer, "title", rule->title, audit->fqdn, SPAN_EMPTY);
        json_writer_text(writer, "severity", rule_severity_name(rule->severity));
        json_writer_text(writer, "step", rule->step);
        json_writer_text(writer, "basis", rule->basis == 'V' ? "verified" : "inferred");
        json_writer_end(writer);
    }
    json_writer_end(writer);
}

static void jsonfinding(struct json_writer *writer, const struct audit *audit, const struct audit_finding *finding)
{
    struct span key = span_of(finding->key), name = nameof(finding);
    json_writer_begin_object(writer, NULL);
    json_writer_text(writer, "severity", rule_severity_name(finding->severity));
    json_writer_text(writer, "rule", finding->rule->id);
    json_writer_text(writer, "region", regionof(audit, finding->region));
    json_writer_text(writer, "kind", finding->kind->singular);
    json_writer_span(writer, "namespace", span_first(key, key.length > name.length ? key.length - name.length - 1 : 0));
    json_writer_span(writer, "name", name);
    json_writer_text(writer, "path", finding->path);
    json_writer_text(writer, "value", finding->value);
    json_writer_text(writer, "host", finding->host);
    json_writer_text(writer, "hostClass", host_class_name(finding->class));
    json_writer_bool(writer, "tolerated", finding->is_tolerated);
    json_writer_bool(writer, "suspended", finding->is_suspended);
    json_writer_begin_object(writer, "remedy");
    json_writer_text(writer, "step", finding->rule->step);
    expanded(writer, "text", finding->rule->remedy, audit->fqdn, name);
    expanded(writer, "mergePatch", finding->rule->patch, audit->fqdn, name);
    json_writer_end(writer);
    json_writer_end(writer);
}

static void jsongaps(struct json_writer *writer, const struct audit *audit)
{
    json_writer_begin_array(writer, "unmeasured");
    for (size_t i = 0; i < audit->gaps.count; i++) {
        const struct audit_gap *gap = &audit->gaps.items[i];
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "rule", gap->rule == NULL ? NULL : gap->rule->id);
        json_writer_text(writer, "region", gap->region < 0 ? NULL : regionof(audit, gap->region));
        json_writer_text(writer, "kind", gap->kind_id[0] == '\0' ? NULL : gap->kind_id);
        json_writer_integer(writer, "objects", (int64_t)gap->objects);
        json_writer_text(writer, "firstObject", gap->first_key[0] == '\0' ? NULL : gap->first_key);
        json_writer_text(writer, "why", gap->why);
        json_writer_end(writer);
    }
    json_writer_end(writer);
}

static const char *const CLAIM_NAMES[] = {
    [AUDIT_CLAIM_UNKNOWN] = "unknown",
    [AUDIT_CLAIM_NOT_COMPLETE] = "not complete",
    [AUDIT_CLAIM_COMPLETE] = "complete",
};

void audit_report_json(const struct audit *audit, struct bytebuf *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_writer_begin_object(&writer, NULL);
    json_writer_text(&writer, "schema", "sovdeck.audit/1");
    json_writer_text(&writer, "sovereign", audit->sovereign);
    json_writer_text(&writer, "fqdn", audit->fqdn);
    json_writer_time(&writer, "measuredAt", audit->measured_ms);
    json_writer_text(&writer, "verdict", audit_verdict_name(audit->verdict));
    json_writer_text(&writer, "sentence", audit->sentence);
    json_writer_text(&writer, "cutoverClaim", CLAIM_NAMES[audit->claim]);
    json_writer_integer(&writer, "rulesRun", (int64_t)audit->rules_run);
    json_writer_integer(&writer, "rulesTotal", (int64_t)audit->rules_total);
    jsoncounts(&writer, &audit->counts);
    jsonregions(&writer, audit);
    jsonrules(&writer, audit);
    json_writer_begin_array(&writer, "findings");
    for (size_t i = 0; i < audit->findings.count; i++)
        jsonfinding(&writer, audit, &audit->findings.items[i]);
    json_writer_end(&writer);
    json_writer_integer(&writer, "findingsLeftOut", (int64_t)audit->findings_dropped);
    jsongaps(&writer, audit);
    json_writer_integer(&writer, "unmeasuredLeftOut", (int64_t)audit->gaps_dropped);
    json_writer_end(&writer);
}
