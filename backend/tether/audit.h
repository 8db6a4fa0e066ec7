/* The tether audit: every rule of rule_table.h on every object of every region, the gaps where nothing could be measured,
 * and the verdict (cutover contract 5.3, 5.4). Pure over the store; UI thread. All text sanitized. */
#ifndef TETHER_AUDIT_H
#define TETHER_AUDIT_H

#include "base/array.h"
#include "base/error.h"
#include "store/store.h"
#include "tether/rule.h"

#define AUDIT_FINDINGS_MAX 5000 /* kept; further ones are counted */
#define AUDIT_GAPS_MAX 500

enum audit_verdict {
    AUDIT_VERDICT_TETHERED,   /* a CRIT or HIGH finding */
    AUDIT_VERDICT_UNKNOWN,    /* none, but something was not measured, or the rule set is not the whole contract */
    AUDIT_VERDICT_UNTETHERED, /* measured live and clean */
    AUDIT_VERDICT_PROVEN,     /* and an egress hold, the seal and Git prove it */
};

struct audit_finding {
    const struct rule *rule;
    const struct kind *kind;
    int region;
    enum rule_severity severity;
    bool is_tolerated; /* an intended exception (contract 5.2): shown, counted beside the verdict */
    bool is_suspended; /* the source does not act: WARN */
    enum host_class class;
    char host[HOST_NAME_MAX];
    char key[320]; /* namespace/name */
    char path[256];
    char value[256]; /* its first bytes, whole characters */
};

/* Something that could not be measured. Equal gaps are one, with the number of objects. */
struct audit_gap {
    const struct rule *rule; /* NULL: the audit as a whole */
    int region;              /* -1: none */
    const char *kind_id;     /* "" for none */
    char why[256];
    char first_key[320]; /* "" for the whole kind */
    size_t objects;
};

struct audit_counts {
    size_t objects;                       /* rows looked at, once per rule */
    size_t findings[RULE_SEVERITY_COUNT]; /* without tolerated ones */
    size_t tolerated, suspended;
    size_t gaps;
};

/* What PROVEN needs beyond live objects (cutover contract 5.4); somebody else has seen it. */
struct audit_proof {
    bool hold_was_seen; /* applied in all regions for at least 600 s */
    bool nothing_became_not_ready;
    bool seal_is_present;
    bool git_is_clean;
};

enum audit_claim { AUDIT_CLAIM_UNKNOWN, AUDIT_CLAIM_NOT_COMPLETE, AUDIT_CLAIM_COMPLETE };

struct audit_region {
    char name[32];
    bool primary;
    struct audit_counts counts;
    enum audit_verdict verdict;
};

struct audit {
    char sovereign[64], fqdn[160];
    int64_t measured_ms; /* wall clock */
    struct audit_region regions[STORE_REGIONS_MAX];
    int region_count;
    struct audit_counts counts;
    size_t rules_run, rules_total;
    enum audit_claim claim; /* cutoverComplete of the status ConfigMap */
    enum audit_verdict verdict;
    char sentence[320];                   /* what the verdict rests on */
    ARRAY(struct audit_finding) findings; /* worst first, then rule, region, object, path, value */
    ARRAY(struct audit_gap) gaps;
    size_t findings_dropped, gaps_dropped;
};

/* `proof` may be NULL. Never NULL. */
struct audit *audit_run(const struct store *store, const struct audit_proof *proof);
void audit_free(struct audit *audit);

/* The kinds whose tables an audit reads: whoever wants one has them listed first. NULL behind the last. */
const char *audit_kind(size_t index);

enum audit_verdict audit_decide(const struct audit_counts *counts, size_t rules_run, size_t rules_total,
                                const struct audit_proof *proof);
const char *audit_verdict_name(enum audit_verdict verdict); /* "TETHERED" */

/* How `sovdeck audit` ends: STATUS_FOUND for TETHERED, STATUS_UNMEASURED for UNKNOWN, else STATUS_OK. */
enum status audit_status(const struct audit *audit);

#endif
