/* Names of severities, and the fill-in of a rule's texts for one object. */
#include "tether/rule.h"

#include <string.h>

static const char *const SEVERITY_NAMES[] = {
    [RULE_SEVERITY_CRIT] = "CRIT",
    [RULE_SEVERITY_HIGH] = "HIGH",
    [RULE_SEVERITY_WARN] = "WARN",
    [RULE_SEVERITY_INFO] = "INFO",
};

const char *rule_severity_name(enum rule_severity severity)
{
    return SEVERITY_NAMES[severity];
}

/* "mgmt" of "bp-mgmt-vcluster"; the whole name when it is not of that form. */
static struct span roleof(struct span name)
{
    const size_t around = strlen("bp-") + strlen("-vcluster");
    if (!span_starts_with(name, "bp-") || !span_ends_with(name, "-vcluster") || name.length <= around)
        return name;
    return span_make(name.data + strlen("bp-"), name.length - around);
}

void rule_expand(const char *pattern, const char *fqdn, struct span object_name, struct bytebuf *out)
{
    static const char FQDN[] = "{fqdn}", ROLE[] = "{role}";
    while (*pattern != '\0') {
        if (strncmp(pattern, FQDN, sizeof FQDN - 1) == 0) {
            bytebuf_append_text(out, fqdn[0] == '\0' ? "<fqdn>" : fqdn);
            pattern += sizeof FQDN - 1;
        } else if (strncmp(pattern, ROLE, sizeof ROLE - 1) == 0) {
            bytebuf_append_span(out, roleof(object_name));
            pattern += sizeof ROLE - 1;
        } else {
            bytebuf_append_byte(out, *pattern++);
        }
    }
}
