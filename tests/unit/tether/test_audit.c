/* The rules, the gaps and the verdict, each trap of cutover contract 5 once. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "decode/json_reader.h"
#include "sovereign/kind_table.h"
#include "support/leak_check.h"
#include "support/rows.h"
#include "tether/audit.h"
#include "tether/audit_report.h"
#include "tether/node_mirror.h"
#include "tether/rule_table.h"
#include "tether/value_check.h"

#define LOCAL_GIT "http://gitea-http.gitea.svc.cluster.local:3000/openova/openova"

static const struct {
    const char *name;
    int nodes;
} REGIONS[] = {{"fsn1", 2}, {"hel1", 1}};

/* A Sovereign without one tether, in two regions. */
static struct store *clean(void)
{
    clock_freeze(1000, 1785128211000);
    struct store *store = rows_store("fsn1", "hel1", NULL);
    strcpy(store->sovereign, "acme");
    strcpy(store->fqdn, "acme.example");
    for (int r = 0; r < 2; r++) {
        rows_add(store, KIND_ID_GITREPOSITORIES, r, "flux-system/openova", FIELD_URL, LOCAL_GIT, ROWS_END);
        rows_add(store, KIND_ID_HELMREPOSITORIES, r, "flux-system/bp-harbor", FIELD_URL, "oci://registry.acme.example/openova-io",
                 ROWS_END);
        rows_add(store, KIND_ID_HELMRELEASES, r, "flux-system/bp-harbor", FIELD_VALUES_SUSPECT,
                 "image.registry=registry.acme.example", ROWS_END);
        rows_add(store, KIND_ID_DEPLOYMENTS, r, "harbor/core", FIELD_IMAGES, "registry.acme.example/openova-io/core:1|alpine:3",
                 ROWS_END);
        rows_add(store, KIND_ID_STATEFULSETS, r, "harbor/db", FIELD_IMAGES, "quay.io/x/y:1", ROWS_END);
        rows_add(store, KIND_ID_DAEMONSETS, r, "kube-system/cilium", FIELD_IMAGES, "quay.io/cilium/cilium:1", ROWS_END);
        for (int n = 0; n < REGIONS[r].nodes; n++) {
            char node[32];
            snprintf(node, sizeof node, "%s-w%d.lan", REGIONS[r].name, n);
            rows_add(store, KIND_ID_NODES, r, node, ROWS_END);
        }
    }
    rows_add(store, KIND_ID_CUTOVER_STATUS, 0, "catalyst/self-sovereign-cutover-status", FIELD_DATA,
             "cutoverComplete=true|registriesYamlActive=v2|node.fsn1-w0.lan.registriesYaml=v2|node.fsn1-w1.lan.registriesYaml=v2",
             ROWS_END);
    rows_all_live(store);
    return store;
}

Test(rule_table, holds_the_ten_rules_of_this_build_in_the_contract_s_order)
{
    static const char *const IDS[] = {"T-GIT-01", "T-HR-01",  "T-OCI-01", "T-REL-01", "T-REL-02",
                                      "T-REL-03", "T-REL-07", "T-IMG-01", "T-IMG-02", "T-XP-01"};
    cr_assert_eq(rule_table_count(), ARRAY_LENGTH(IDS));
    for (size_t i = 0; i < ARRAY_LENGTH(IDS); i++) {
        const struct rule *rule = rule_table_at(i);
        cr_assert_str_eq(rule->id, IDS[i]);
        cr_assert_eq(rule_table_find(IDS[i]), rule);
        cr_assert_not_null(rule->remedy);
        for (size_t k = 0; k < RULE_KINDS_MAX && rule->kinds[k] != NULL; k++) {
            const struct kind *kind = kind_table_get(rule->kinds[k]);
            cr_assert_not_null(kind, "%s: %s", rule->id, rule->kinds[k]);
            for (size_t f = 0; f < RULE_FACTS_MAX && rule->facts[f].path != NULL; f++) {
                bool has = false;
                for (size_t j = 0; j < kind->field_count; j++)
                    has |= kind->fields[j].field == rule->facts[f].field;
                cr_assert(has, "%s: rows of %s do not hold %s", rule->id, kind->id, field_name(rule->facts[f].field));
            }
        }
    }
    cr_assert_null(rule_table_find("T-XXX-01"));
}

Test(audit, a_partial_rule_set_is_at_best_unknown)
{
    struct store *store = clean();
    struct audit *audit = audit_run(store, NULL);
    cr_assert_eq(audit->findings.count, 0);
    for (size_t i = 0; i < audit->gaps.count; i++)
        cr_log_error("%s %s: %s", audit->gaps.items[i].rule->id, audit->gaps.items[i].kind_id, audit->gaps.items[i].why);
    cr_assert_eq(audit->gaps.count, 0);
    cr_assert_eq(audit->verdict, AUDIT_VERDICT_UNKNOWN);
    cr_assert_eq(audit->rules_run, 10);
    cr_assert_eq(audit->rules_total, 80);
    cr_assert(strstr(audit->sentence, "10 of 80 rules") != NULL, "%s", audit->sentence);
    cr_assert_eq(error_exit_code(audit_status(audit)), 8);
    audit_free(audit);
    store_free(store);
    TEST_NO_LEAKS();
}

/* One object that replaces or joins those of the clean Sovereign, and what the rules say of it. */
static const struct {
    const char *what;
    const char *kind_id, *key;
    enum field field;
    const char *text;
    bool suspended;
    const char *rule; /* NULL: no finding */
    enum rule_severity severity;
    const char *host;
    size_t findings, tolerated, gaps;
} CASES[] = {
    {"Git at github", KIND_ID_GITREPOSITORIES, "flux-system/openova", FIELD_URL, "https://github.com/openova-io/openova", false,
     "T-GIT-01", RULE_SEVERITY_CRIT, "github.com", 1},
    {"Git at a stranger is critical too", KIND_ID_GITREPOSITORIES, "org-a/x", FIELD_URL, "ssh://git@gitlab.test/x", false,
     "T-GIT-01", RULE_SEVERITY_CRIT, "gitlab.test", 1},
    {"Git at a neighbour's look-alike", KIND_ID_GITREPOSITORIES, "org-a/x", FIELD_URL, "https://gitea.evilacme.example/x", false,
     "T-GIT-01", RULE_SEVERITY_CRIT, "gitea.evilacme.example", 1},
    {"charts at ghcr.io", KIND_ID_HELMREPOSITORIES, "flux-system/bp-a", FIELD_URL, "oci://ghcr.io/openova-io", false, "T-HR-01",
     RULE_SEVERITY_CRIT, "ghcr.io", 1},
    {"charts at the mothership", KIND_ID_HELMREPOSITORIES, "flux-system/bp-a", FIELD_URL, "oci://Harbor.OpenOva.io:443/x", false,
     "T-HR-01", RULE_SEVERITY_CRIT, "harbor.openova.io", 1},
    {"charts at a stranger", KIND_ID_HELMREPOSITORIES, "vcluster-system/loft", FIELD_URL, "https://charts.loft.sh", false,
     "T-HR-01", RULE_SEVERITY_HIGH, "charts.loft.sh", 1},
    {"a suspended source is listed, not failed", KIND_ID_HELMREPOSITORIES, "flux-system/bp-a", FIELD_URL,
     "oci://ghcr.io/openova-io", true, "T-HR-01", RULE_SEVERITY_WARN, "ghcr.io", 1},
    {"self-reference is tolerated", KIND_ID_HELMREPOSITORIES, "flux-system/bp-newapi", FIELD_URL, "oci://ghcr.io/openova-io",
     false, "T-HR-01", RULE_SEVERITY_CRIT, "ghcr.io", 0, 1},
    {"harbor. is as local as registry.", KIND_ID_HELMREPOSITORIES, "flux-system/bp-a", FIELD_URL, "oci://harbor.acme.example/x",
     false, NULL},
    {"a repository without url is not clean", KIND_ID_HELMREPOSITORIES, "flux-system/bp-a", FIELD_URL, "", false, NULL, 0, NULL,
     0, 0, 1},
    {"OCI artifacts", KIND_ID_OCIREPOSITORIES, "flux-system/x", FIELD_URL, "oci://ghcr.io/x", false, "T-OCI-01",
     RULE_SEVERITY_HIGH, "ghcr.io", 1},
    {"registry mirror", KIND_ID_HELMRELEASES, "flux-system/bp-sso-bridge", FIELD_VALUES_REGISTRY_MIRROR, "harbor.openova.io",
     false, "T-REL-02", RULE_SEVERITY_CRIT, "harbor.openova.io", 1},
    {"registry mirror of another release is the deep scan's", KIND_ID_HELMRELEASES, "flux-system/bp-x",
     FIELD_VALUES_REGISTRY_MIRROR, "harbor.openova.io", false, NULL},
    {"SSO bridge", KIND_ID_HELMRELEASES, "flux-system/bp-sso-bridge", FIELD_VALUES_IMAGE_REPOSITORY,
     "harbor.openova.io/proxy-dockerhub/alpine/k8s", false, "T-REL-03", RULE_SEVERITY_CRIT, "harbor.openova.io", 1},
    {"SSO bridge at home", KIND_ID_HELMRELEASES, "flux-system/bp-sso-bridge", FIELD_VALUES_IMAGE_REPOSITORY,
     "harbor.acme.example/proxy-dockerhub/alpine/k8s", false, NULL},
    {"deep scan: mothership in a text", KIND_ID_HELMRELEASES, "org-a/app", FIELD_VALUES_SUSPECT,
     "smtp.url=smtp://mail.openova.io:25", false, "T-REL-07", RULE_SEVERITY_HIGH, "mail.openova.io", 1},
    {"deep scan: look-alike and allowed", KIND_ID_HELMRELEASES, "org-a/app", FIELD_VALUES_SUSPECT,
     "a.url=https://harbor.openova.io.evil.test|b.host=pdns.openova.io|c.image=docker.io/x", false, NULL},
    {"deep scan: values cut", KIND_ID_HELMRELEASES, "org-a/app", FIELD_VALUES_SUSPECT, "a.url=x|", false, NULL, 0, NULL, 0, 0, 1},
    {"deep scan: self-reference", KIND_ID_HELMRELEASES, "flux-system/bp-self-sovereign-cutover", FIELD_VALUES_SUSPECT,
     "x.url=https://github.com/openova-io", false, "T-REL-07", RULE_SEVERITY_HIGH, "github.com", 0, 1},
    {"image at the mothership", KIND_ID_DEPLOYMENTS, "a/b", FIELD_IMAGES, "alpine|harbor.openova.io/proxy-dockerhub/alpine/k8s:1",
     false, "T-IMG-01", RULE_SEVERITY_CRIT, "harbor.openova.io", 1},
    {"one image in two containers is one finding", KIND_ID_DAEMONSETS, "a/b", FIELD_IMAGES,
     "harbor.openova.io/x:1|harbor.openova.io/x:1", false, "T-IMG-01", RULE_SEVERITY_CRIT, "harbor.openova.io", 1},
    {"image of ours upstream, nodes redirect", KIND_ID_STATEFULSETS, "a/b", FIELD_IMAGES, "ghcr.io/openova-io/a@sha256:00", false,
     "T-IMG-02", RULE_SEVERITY_INFO, "ghcr.io", 1},
    {"image of others at ghcr.io is another rule's", KIND_ID_STATEFULSETS, "a/b", FIELD_IMAGES,
     "ghcr.io/fluxcd/x:1|ghcr.io/openova-ios/x", false, NULL},
    {"images cut", KIND_ID_STATEFULSETS, "a/b", FIELD_IMAGES, "alpine|", false, NULL, 0, NULL, 0, 0, 2},
    {"provider upstream", KIND_ID_PROVIDERS, "provider-hcloud", FIELD_PACKAGE, "xpkg.upbound.io/x/y:v1", false, "T-XP-01",
     RULE_SEVERITY_CRIT, "xpkg.upbound.io", 1},
    {"provider without a registry means docker.io", KIND_ID_PROVIDERS, "provider-hcloud", FIELD_PACKAGE,
     "crossplane/provider-x:v1", false, "T-XP-01", RULE_SEVERITY_CRIT, "docker.io", 1},
    {"provider at home", KIND_ID_PROVIDERS, "provider-hcloud", FIELD_PACKAGE, "harbor.acme.example/proxy-xpkg/x/y@sha256:00",
     false, NULL},
};

Test(audit, finds_what_the_contract_calls_a_tether)
{
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        const char *what = CASES[i].what;
        struct store *store = clean();
        rows_add(store, CASES[i].kind_id, 0, CASES[i].key, CASES[i].field, CASES[i].text, FIELD_SUSPENDED,
                 CASES[i].suspended ? "true" : "", ROWS_END);
        struct audit *audit = audit_run(store, NULL);
        size_t found = 0;
        for (int s = 0; s < RULE_SEVERITY_COUNT; s++)
            found += audit->counts.findings[s];
        cr_assert_eq(found, CASES[i].findings, "%s: %zu findings", what, found);
        cr_assert_eq(audit->counts.tolerated, CASES[i].tolerated, "%s: %zu tolerated", what, audit->counts.tolerated);
        cr_assert_eq(audit->counts.gaps, CASES[i].gaps, "%s: %zu gaps", what, audit->counts.gaps);
        cr_assert_eq(audit->findings.count, CASES[i].findings + CASES[i].tolerated, "%s", what);
        if (CASES[i].rule != NULL) {
            const struct audit_finding *finding = &audit->findings.items[0];
            cr_assert_str_eq(finding->rule->id, CASES[i].rule, "%s: %s", what, finding->rule->id);
            cr_assert_eq(finding->severity, CASES[i].severity, "%s: %s", what, rule_severity_name(finding->severity));
            cr_assert_str_eq(finding->host, CASES[i].host, "%s: %s", what, finding->host);
            cr_assert_str_eq(finding->key, CASES[i].key);
        }
        bool serious = CASES[i].findings > 0 && CASES[i].severity <= RULE_SEVERITY_HIGH;
        cr_assert_eq(audit->verdict, serious ? AUDIT_VERDICT_TETHERED : AUDIT_VERDICT_UNKNOWN, "%s", what);
        cr_assert_eq(error_exit_code(audit_status(audit)), serious ? 1 : 8, "%s", what);
        cr_assert_eq(audit->regions[1].verdict, AUDIT_VERDICT_UNKNOWN, "%s: the other region is untouched", what);
        audit_free(audit);
        store_free(store);
    }
    TEST_NO_LEAKS();
}

Test(audit, judges_the_three_values_of_a_vcluster)
{
    static const struct {
        const char *image, *registry, *repository;
        size_t findings;
        const char *path; /* of the first finding */
    } VCLUSTERS[] = {
        {"harbor.acme.example/proxy-ghcr/loft-sh/vcluster", "harbor.acme.example", "proxy-ghcr/loft-sh/vcluster", 0, NULL},
        {"registry.acme.example/proxy-ghcr/loft-sh/vcluster", "registry.acme.example:443", "", 0, NULL},
        {"harbor.openova.io/proxy-ghcr/loft-sh/vcluster", "harbor.acme.example", "x/y", 1,
         "spec.values.dmzVcluster.image.repository"},
        {"loft-sh/vcluster", "harbor.acme.example", "x/y", 1, "spec.values.dmzVcluster.image.repository"},
        {"", "", "", 2, "spec.values.dmzVcluster.image.repository"},
        {"harbor.acme.example/x", "harbor.acme.example", "harbor.openova.io/x", 1,
         "spec.values.vcluster.controlPlane.statefulSet.image.repository"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(VCLUSTERS); i++) {
        struct store *store = clean();
        rows_add(store, KIND_ID_HELMRELEASES, 1, "flux-system/bp-dmz-vcluster", FIELD_VALUES_VCLUSTER_IMAGE, VCLUSTERS[i].image,
                 FIELD_VALUES_VCLUSTER_REGISTRY, VCLUSTERS[i].registry, FIELD_VALUES_VCLUSTER_REPOSITORY, VCLUSTERS[i].repository,
                 ROWS_END);
        struct audit *audit = audit_run(store, NULL);
        cr_assert_eq(audit->findings.count, VCLUSTERS[i].findings, "case %zu: %zu findings", i, audit->findings.count);
        if (VCLUSTERS[i].path != NULL) {
            cr_assert_str_eq(audit->findings.items[0].rule->id, "T-REL-01");
            cr_assert_eq(audit->findings.items[0].region, 1);
            bool has = false;
            for (size_t f = 0; f < audit->findings.count; f++)
                has |= strcmp(audit->findings.items[f].path, VCLUSTERS[i].path) == 0;
            cr_assert(has, "case %zu", i);
        }
        audit_free(audit);
        store_free(store);
    }
}

Test(audit, the_deep_scan_leaves_alone_what_a_dedicated_rule_found)
{
    struct store *store = clean();
    rows_add(store, KIND_ID_HELMRELEASES, 0, "flux-system/bp-sso-bridge", FIELD_VALUES_REGISTRY_MIRROR, "harbor.openova.io",
             FIELD_VALUES_SUSPECT, "global.registryMirror=harbor.openova.io|other.host=ghcr.io", ROWS_END);
    struct audit *audit = audit_run(store, NULL);
    cr_assert_eq(audit->findings.count, 2);
    cr_assert_str_eq(audit->findings.items[0].rule->id, "T-REL-02");
    cr_assert_str_eq(audit->findings.items[1].rule->id, "T-REL-07");
    cr_assert_str_eq(audit->findings.items[1].path, "spec.values.other.host");
    audit_free(audit);
    store_free(store);
}

Test(audit, a_redirect_counts_only_when_every_node_of_that_region_has_acknowledged)
{
    struct store *store = clean();
    for (int r = 0; r < 2; r++)
        rows_add(store, KIND_ID_DEPLOYMENTS, r, "a/b", FIELD_IMAGES, "ghcr.io/openova-io/a:1", ROWS_END);
    struct audit *audit = audit_run(store, NULL);
    cr_assert_eq(audit->regions[0].counts.findings[RULE_SEVERITY_INFO], 1);
    cr_assert_eq(audit->regions[1].counts.findings[RULE_SEVERITY_HIGH], 1, "hel1 has no acknowledgement");
    audit_free(audit);
    rows_add(store, KIND_ID_NODES, 0, "fsn1-w2.lan", ROWS_END);
    audit = audit_run(store, NULL);
    cr_assert_eq(audit->regions[0].counts.findings[RULE_SEVERITY_HIGH], 1, "a third node has not acknowledged");
    audit_free(audit);
    store_free(store);
}

Test(audit, what_is_not_a_complete_live_list_is_never_clean)
{
    static const struct {
        enum table_state state;
        const char *reason, *why;
    } STATES[] = {
        {TABLE_STATE_FORBIDDEN, "helmreleases: forbidden to sre", "helmreleases: forbidden to sre"},
        {TABLE_STATE_FAILED, "connection refused", "connection refused"},
        {TABLE_STATE_STALE, "", "the feed is away, these are the last known rows"},
        {TABLE_STATE_LISTING, "", "the first list is under way"},
        {TABLE_STATE_ABSENT, "", "the server does not have this kind"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(STATES); i++) {
        struct store *store = clean();
        table_set_state(store_table(store, rows_kind(KIND_ID_HELMRELEASES), 1), STATES[i].state, STATES[i].reason);
        struct audit *audit = audit_run(store, NULL);
        cr_assert_eq(audit->regions[0].counts.gaps, 0);
        cr_assert_eq(audit->regions[1].counts.gaps, 4, "T-REL-01, -02, -03 and -07 in state %zu: %zu", i,
                     audit->regions[1].counts.gaps);
        cr_assert_str_eq(audit->gaps.items[0].why, STATES[i].why);
        cr_assert_eq(audit->regions[1].verdict, AUDIT_VERDICT_UNKNOWN);
        audit_free(audit);
        store_free(store);
    }
}

Test(audit, absent_optional_kinds_are_clean_and_impossible_emptiness_is_not)
{
    struct store *store = clean();
    table_set_state(store_table(store, rows_kind(KIND_ID_PROVIDERS), 0), TABLE_STATE_ABSENT, "");
    table_set_state(store_table(store, rows_kind(KIND_ID_OCIREPOSITORIES), 0), TABLE_STATE_ABSENT, "");
    struct audit *audit = audit_run(store, NULL);
    cr_assert_eq(audit->gaps.count, 0);
    audit_free(audit);
    table_delete(store_table(store, rows_kind(KIND_ID_HELMREPOSITORIES), 0), SPAN_LITERAL("flux-system/bp-harbor"));
    audit = audit_run(store, NULL);
    cr_assert_eq(audit->gaps.count, 1);
    cr_assert_str_eq(audit->gaps.items[0].rule->id, "T-HR-01");
    audit_free(audit);
    store_free(store);

    store = store_new();
    audit = audit_run(store, NULL);
    cr_assert_eq(audit->verdict, AUDIT_VERDICT_UNKNOWN);
    cr_assert_str_eq(audit->gaps.items[0].why, "no region is configured");
    audit_free(audit);
    store_free(store);
}

Test(audit, without_the_domain_own_hosts_are_undecided_and_known_strangers_are_found)
{
    struct store *store = clean();
    store->fqdn[0] = '\0';
    rows_add(store, KIND_ID_HELMREPOSITORIES, 0, "flux-system/bp-b", FIELD_URL, "oci://registry.acme.example/x", ROWS_END);
    struct audit *audit = audit_run(store, NULL);
    cr_assert_eq(audit->findings.count, 0);
    cr_assert_eq(audit->gaps.items[0].objects, 2, "equal gaps are one");
    cr_assert_str_eq(audit->gaps.items[0].first_key, "flux-system/bp-b");
    audit_free(audit);
    rows_add(store, KIND_ID_HELMREPOSITORIES, 0, "flux-system/bp-b", FIELD_URL, "oci://ghcr.io/x", ROWS_END);
    audit = audit_run(store, NULL);
    cr_assert_eq(audit->verdict, AUDIT_VERDICT_TETHERED);
    audit_free(audit);
    store_free(store);
}

Test(audit, decides_by_the_contract)
{
    const struct audit_proof proof = {true, true, true, true}, half = {true, true, false, true};
    struct audit_counts none = {0}, warn = {.findings = {[RULE_SEVERITY_WARN] = 2, [RULE_SEVERITY_INFO] = 1}, .tolerated = 3},
                        high = {.findings = {[RULE_SEVERITY_HIGH] = 1}, .gaps = 4}, gap = {.gaps = 1};
    cr_assert_eq(audit_decide(&none, 80, 80, NULL), AUDIT_VERDICT_UNTETHERED);
    cr_assert_eq(audit_decide(&none, 10, 80, &proof), AUDIT_VERDICT_UNKNOWN);
    cr_assert_eq(audit_decide(&none, 80, 80, &proof), AUDIT_VERDICT_PROVEN);
    cr_assert_eq(audit_decide(&none, 80, 80, &half), AUDIT_VERDICT_UNTETHERED);
    cr_assert_eq(audit_decide(&warn, 80, 80, NULL), AUDIT_VERDICT_UNTETHERED);
    cr_assert_eq(audit_decide(&high, 80, 80, &proof), AUDIT_VERDICT_TETHERED);
    cr_assert_eq(audit_decide(&gap, 80, 80, &proof), AUDIT_VERDICT_UNKNOWN);
}

Test(audit_report, is_the_same_for_the_same_facts_and_puts_the_worst_first)
{
    struct bytebuf texts[2], documents[2];
    for (int turn = 0; turn < 2; turn++) {
        struct store *store = clean();
        for (int i = 0; i < 40; i++) {
            char key[64];
            int number = turn == 0 ? i : 39 - i;
            snprintf(key, sizeof key, "flux-system/bp-%02d", number);
            rows_add(store, KIND_ID_HELMREPOSITORIES, number % 2, key, FIELD_URL, "oci://ghcr.io/openova-io", ROWS_END);
            rows_add(store, KIND_ID_HELMRELEASES, number % 2, key, FIELD_VALUES_SUSPECT, "a.url=https://github.com/\"x\"",
                     ROWS_END);
        }
        rows_add(store, KIND_ID_HELMREPOSITORIES, 0, "flux-system/bp-newapi", FIELD_URL, "oci://ghcr.io/openova-io", ROWS_END);
        table_set_state(store_table(store, rows_kind(KIND_ID_PROVIDERS), 1), TABLE_STATE_FORBIDDEN, "");
        struct audit *audit = audit_run(store, NULL);
        bytebuf_init(&texts[turn], AUDIT_REPORT_MAXIMUM);
        bytebuf_init(&documents[turn], AUDIT_REPORT_MAXIMUM);
        audit_report_text(audit, &texts[turn]);
        audit_report_json(audit, &documents[turn]);
        audit_free(audit);
        store_free(store);
    }
    cr_assert_str_eq(bytebuf_text(&texts[0]), bytebuf_text(&texts[1]));
    cr_assert_str_eq(bytebuf_text(&documents[0]), bytebuf_text(&documents[1]));
    const char *text = bytebuf_text(&texts[0]);
    cr_log_info("%s", text);
    static const char *const ORDER[] = {
        "TETHERED  tether audit of acme (acme.example)\n",
        "claimed complete",
        "measured 2026-07-27T04:56:51Z, 10 of 80 rules\n",
        "REGION",
        "CRIT T-HR-01",
        "step helmrepository-patches",
        "oci://registry.acme.example/openova-io",
        "  fsn1 HelmRepository flux-system/bp-00  spec.url = oci://ghcr.io/openova-io  (upstream)\n",
        "bp-02",
        "  hel1 HelmRepository",
        "HIGH T-REL-07",
        "tolerated T-HR-01",
        "bp-newapi",
        "MEAS",
        "  hel1 T-XP-01 providers: this identity may not list it\n",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(ORDER); i++) {
        const char *found = strstr(text, ORDER[i]);
        cr_assert_not_null(found, "'%s' is missing, or too early, in\n%s", ORDER[i], text);
        text = found;
    }
    struct json_reader *reader = json_reader_new();
    struct json_value root;
    struct error err;
    cr_assert_eq(json_reader_parse(reader, bytebuf_span(&documents[0]), &root, &err), STATUS_OK, "%s", err.text);
    struct json_value findings = json_reader_get(root, "findings");
    cr_assert_eq(json_reader_count(findings), 81);
    struct json_value first = json_reader_at(findings, 0);
    cr_assert(span_equals_text(json_reader_string(json_reader_get(first, "severity")), "CRIT"));
    cr_assert(span_equals_text(json_reader_string(json_reader_get(first, "namespace")), "flux-system"));
    cr_assert(span_equals_text(json_reader_string(json_reader_get(first, "name")), "bp-00"));
    cr_assert(span_equals_text(json_reader_string(json_reader_get(root, "verdict")), "TETHERED"));
    cr_assert_eq(json_reader_integer(json_reader_get(root, "rulesTotal"), 0), 80);
    cr_assert(span_equals_text(
        json_reader_string(json_reader_get(json_reader_at(json_reader_get(root, "unmeasured"), 0), "region")), "hel1"));
    json_reader_free(reader);
    for (int turn = 0; turn < 2; turn++) {
        bytebuf_done(&texts[turn]);
        bytebuf_done(&documents[turn]);
    }
    TEST_NO_LEAKS();
}

Test(node_mirror, names_the_nodes_that_did_not_acknowledge)
{
    struct store *store = clean();
    struct node_mirror mirror;
    node_mirror_measure(store, 0, &mirror);
    cr_assert(node_mirror_is_active(&mirror), "%s", mirror.reason);
    node_mirror_measure(store, 1, &mirror);
    cr_assert_not(mirror.is_known);
    cr_assert(strstr(mirror.reason, "registry-pivot") != NULL, "%s", mirror.reason);
    rows_add(store, KIND_ID_DAEMONSETS, 0, "catalyst/registry-pivot", FIELD_REPLICAS, "7", FIELD_REPLICAS_READY, "6", ROWS_END);
    for (int i = 2; i < 7; i++) {
        char node[32];
        snprintf(node, sizeof node, "fsn1-w%d.lan", i);
        rows_add(store, KIND_ID_NODES, 0, node, ROWS_END);
    }
    node_mirror_measure(store, 0, &mirror);
    cr_assert(mirror.is_known);
    cr_assert_eq(mirror.nodes, 7);
    cr_assert_eq(mirror.acknowledged, 2);
    cr_assert_eq(mirror.ready, 6);
    cr_assert_str_eq(mirror.missing, "fsn1-w2.lan, fsn1-w3.lan, fsn1-w4.lan, fsn1-w5.lan and 1 more");
    rows_add(store, KIND_ID_CUTOVER_STATUS, 0, "catalyst/self-sovereign-cutover-status", FIELD_DATA,
             "registriesYamlActive=v2|node.fsn1-w0.lan.registriesYaml=v2|", ROWS_END);
    node_mirror_measure(store, 0, &mirror);
    cr_assert_not(mirror.is_known, "a status that was cut proves no absence");
    store_free(store);
}
