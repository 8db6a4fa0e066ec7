/* What a tether rule is: which facts of which objects it looks at, what it takes for a tether, and what mends it (cutover
 * contract 5.3). Rules are data (rule_table.c); audit.c runs them. Immutable; any thread. */
#ifndef TETHER_RULE_H
#define TETHER_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytebuf.h"
#include "store/field.h"
#include "tether/host.h"

/* Rows of the rule table in cutover contract 5.3. A set of fewer rules can never say "untethered". */
#define RULE_CONTRACT_COUNT 80

/* Worst first (cutover contract 5.2). What could not be measured is no severity: it is a gap (audit.h). */
enum rule_severity {
    RULE_SEVERITY_CRIT, /* traffic to the mothership or upstream will happen, or authority is held there */
    RULE_SEVERITY_HIGH, /* the next reconcile, roll or package install will need it */
    RULE_SEVERITY_WARN, /* configured but unused */
    RULE_SEVERITY_INFO, /* redirected, or needed at boot only */
    RULE_SEVERITY_COUNT
};

/* How a value names its host. */
enum rule_value {
    RULE_VALUE_URL,        /* URL, or a bare host with or without path */
    RULE_VALUE_IMAGE,      /* image or package reference: no host means docker.io */
    RULE_VALUE_REPOSITORY, /* path below a registry named elsewhere; judged only when it names a host itself */
    RULE_VALUE_IMAGES,     /* list of image references */
    RULE_VALUE_LEAVES,     /* (path, text) pairs: any text that may hold hosts */
};

enum rule_match {
    RULE_MATCH_NOT_LOCAL,     /* the host is not the Sovereign's own */
    RULE_MATCH_MOTHERSHIP,    /* class M */
    RULE_MATCH_TETHER,        /* class M or U, anywhere in the text */
    RULE_MATCH_OPENOVA_IMAGE, /* ghcr.io/openova-io/… */
};

struct rule_fact {
    enum field field;
    const char *path; /* in the object, for people; "{role}" is the middle of the object's name: bp-{role}-vcluster */
    enum rule_value value;
    bool is_required; /* when absent the chart's default counts, and that is upstream */
};

#define RULE_FACTS_MAX 3
#define RULE_KINDS_MAX 3

struct rule {
    const char *id;    /* "T-HR-01" */
    const char *title; /* what is wrong, one line */
    const char *kinds[RULE_KINDS_MAX];
    const char *objects; /* "namespace/name" separated by spaces; NULL: every object of the kinds */
    struct rule_fact facts[RULE_FACTS_MAX];
    enum rule_match match;
    enum rule_severity severity;
    bool strangers_are_high;   /* a host of neither class M nor U is HIGH */
    bool redirected_is_info;   /* INFO in a region whose nodes all redirect to the local registry */
    bool absent_kind_is_clean; /* the API does not have the kind: nothing to find (Flux extras, Crossplane) */
    bool zero_is_a_gap;        /* no object at all: nothing was measured */
    const char *step;          /* stepName of the cutover step that mends it; NULL: none does */
    const char *remedy;        /* in words; {fqdn} and {role} are filled in */
    const char *patch;         /* merge patch for the object, or NULL */
    char basis;                /* 'V': the source handles exactly this; 'I': the same logic, compiled by the contract */
};

const char *rule_severity_name(enum rule_severity severity); /* "CRIT" */

/* Appends `pattern` with {fqdn} and {role} filled in for an object of that name. */
void rule_expand(const char *pattern, const char *fqdn, struct span object_name, struct bytebuf *out);

#endif
