/* The whole pipeline against the demo's Kubernetes API over real HTTPS: what is refused and why, what the preview says, what is
 * sent once and only once, what the journal holds. */
#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/array.h"
#include "bench_sovereign.h"
#include "sovereign/kind_table.h"

static struct operation *make(enum operation_id id, const char *name, const char *assignment)
{
    struct operation *operation = operation_new(id, 0, kind_table_get(KIND_ID_HELMRELEASES), "flux-system", name);
    if (assignment != NULL)
        operation_add_assignment(operation, assignment);
    return operation;
}

static struct prepared *prepare(struct bench_sovereign *bench, enum operation_id id, const char *name, const char *assignment)
{
    struct operation *operation = make(id, name, assignment);
    struct prepared *prepared = NULL;
    struct error err = {0};
    enum status status = operation_prepare(&bench->context, operation, &prepared, &err);
    operation_free(operation);
    cr_assert_eq(status, STATUS_OK, "%s", err.text);
    return prepared;
}

static struct operation_outcome execute(struct bench_sovereign *bench, const struct prepared *prepared)
{
    struct operation_outcome outcome;
    cr_assert_not(prepared_is_refused(prepared), "%s", prepared->refusals.items[0]);
    operation_execute(&bench->context, prepared, NULL, NULL, &outcome);
    return outcome;
}

static void expect_value(struct bench_sovereign *bench, const char *release, const char *path, const char *expected)
{
    char *value = bench_sovereign_value(bench, release, path);
    cr_expect_str_eq(value, expected, "%s of %s is %s", path, release, value);
    free(value);
}

static bool diff_has(const struct prepared *prepared, char sign, const char *text)
{
    for (size_t i = 0; i < prepared->diff.count; i++)
        if (prepared->diff.items[i].sign == sign && strstr(prepared->diff.items[i].text, text) != NULL)
            return true;
    return false;
}

Test(operation, suspends_reconciles_and_resumes)
{
    struct bench_sovereign bench;
    bench_sovereign_open(&bench, "fsn", true);
    struct prepared *prepared = prepare(&bench, OPERATION_SUSPEND, "bp-grafana", NULL);
    cr_expect_str_eq(prepared->title, "Suspend HelmRelease flux-system/bp-grafana on fsn");
    cr_expect_eq(prepared->diff_kind, PREPARED_DIFF_DRY_RUN);
    cr_expect(diff_has(prepared, '+', "suspend: true"));
    cr_expect(prepared->is_production && prepared->confirm == PREPARED_CONFIRM_TYPE_NAME, "without a profile the class is production");
    cr_expect_str_eq(prepared->confirm_name, "bp-grafana");
    cr_expect(strstr(prepared->requests.items[0].equivalent, "patch helmreleases.helm.toolkit.fluxcd.io bp-grafana --type=merge") != NULL,
              "%s", prepared->requests.items[0].equivalent);
    struct operation_outcome outcome = execute(&bench, prepared);
    cr_expect_eq(outcome.status, STATUS_OK, "%s", outcome.text);
    cr_expect(outcome.sent && outcome.verified);
    expect_value(&bench, "bp-grafana", "spec.suspend", "true");
    prepared_free(prepared);

    prepared = prepare(&bench, OPERATION_RECONCILE, "bp-grafana", NULL);
    cr_expect(prepared_is_refused(prepared));
    cr_expect_str_eq(prepared->refusals.items[0], "bp-grafana is suspended: Flux would ignore the request; resume it first");
    cr_expect_eq(prepared->refusal_status, STATUS_REFUSED);
    prepared_free(prepared);

    prepared = prepare(&bench, OPERATION_RESUME, "bp-grafana", NULL);
    outcome = execute(&bench, prepared);
    cr_expect_eq(outcome.status, STATUS_OK, "%s", outcome.text);
    prepared_free(prepared);

    prepared = prepare(&bench, OPERATION_RECONCILE, "bp-grafana", NULL);
    outcome = execute(&bench, prepared);
    cr_expect_eq(outcome.status, STATUS_OK, "%s", outcome.text);
    prepared_free(prepared);
    cr_expect_eq(bench_sovereign_journal_lines(&bench), 2 + 1 + 2 + 2);
    bench_sovereign_close(&bench);
}

Test(operation, patches_values_and_says_what_git_will_do)
{
    static const struct {
        const char *release, *assignment, *path, *value, *content_type;
        enum git_verdict_kind git;
    } CASES[] = {
        {"bp-mgmt-vcluster", "global.registryMirror=harbor.acme.example", "spec.values.global.registryMirror", "\"harbor.acme.example\"",
         "application/merge-patch+json", GIT_VERDICT_REVERTS},
        {"bp-grafana", "extra.key\\.with\\.dots:=3", "spec.values.extra.key\\.with\\.dots", "3", "application/merge-patch+json",
         GIT_VERDICT_DRIFT},
        {"bp-grafana", "spec.dependsOn[0].name=bp-cert-manager", "spec.dependsOn[0].name", "\"bp-cert-manager\"",
         "application/json-patch+json", GIT_VERDICT_REVERTS},
    };
    struct bench_sovereign bench;
    bench_sovereign_open(&bench, "fsn", false);
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct prepared *prepared = prepare(&bench, OPERATION_PATCH_VALUES, CASES[i].release, CASES[i].assignment);
        cr_assert_not(prepared_is_refused(prepared), "%s", prepared->refusals.items[0]);
        cr_expect_eq(prepared->diff_kind, PREPARED_DIFF_DRY_RUN);
        cr_expect_str_eq(prepared->requests.items[0].content_type, CASES[i].content_type);
        cr_expect_eq(prepared->paths.items[0].git.kind, CASES[i].git, "%s: %s", CASES[i].assignment, prepared->paths.items[0].git.text);
        prepared->deadline_ms = 1; /* nothing reconciles here: only the sending is looked at */
        struct operation_outcome outcome = execute(&bench, prepared);
        cr_expect_eq(outcome.status, STATUS_TIMEOUT, "%s", outcome.text);
        cr_expect(outcome.sent);
        expect_value(&bench, CASES[i].release, CASES[i].path, CASES[i].value);
        prepared_free(prepared);
    }
    bench_sovereign_close(&bench);
}

Test(operation, refuses_with_the_permission_or_the_state)
{
    static const struct {
        enum operation_id id;
        const char *name, *assignment;
        enum status status;
        const char *says;
    } CASES[] = {
        {OPERATION_SUSPEND, "bp-grafana", NULL, STATUS_FORBIDDEN, "may not patch helmreleases.helm.toolkit.fluxcd.io in namespace flux-system on fsn"},
        {OPERATION_SUSPEND, "bp-nothing", NULL, STATUS_NOT_FOUND, "HelmRelease flux-system/bp-nothing does not exist on fsn"},
        {OPERATION_RESUME, "bp-grafana", NULL, STATUS_REFUSED, "bp-grafana is not suspended"},
        {OPERATION_PATCH_VALUES, "bp-mgmt-vcluster", "global.registryMirror=harbor.openova.io", STATUS_REFUSED,
         "nothing would change: the object has these values already"},
    };
    struct bench_sovereign bench;
    bench_sovereign_open(&bench, "fsn-viewer", false);
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        if (i == 1)
            bench_sovereign_become(&bench, "fsn");
        struct prepared *prepared = prepare(&bench, CASES[i].id, CASES[i].name, CASES[i].assignment);
        cr_assert(prepared_is_refused(prepared), "%s was let through", CASES[i].says);
        cr_expect_eq(prepared->refusal_status, CASES[i].status, "%s", prepared->refusals.items[0]);
        cr_expect(strstr(prepared->refusals.items[0], CASES[i].says) != NULL, "%s", prepared->refusals.items[0]);
        cr_expect_eq(bench_sovereign_journal_lines(&bench), i + 1, "a refusal is journalled");
        struct operation_outcome outcome;
        cr_expect_eq(operation_execute(&bench.context, prepared, NULL, NULL, &outcome), CASES[i].status);
        cr_expect_not(outcome.sent);
        prepared_free(prepared);
    }
    bench_sovereign_close(&bench);
}

Test(operation, words_that_make_no_sense_are_usage)
{
    static const struct {
        const char *assignment, *says;
    } CASES[] = {
        {"novalue", "is not PATH=VALUE"},
        {"spec.interval.x=1", "spec.interval is a text, not a map"},
        {"metadata.labels.x=1", "metadata is not changed by a patch of values"},
        {"spec.dependsOn[99].name=x", "there is no [99]"},
    };
    struct bench_sovereign bench;
    bench_sovereign_open(&bench, "fsn", false);
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct operation *operation = make(OPERATION_PATCH_VALUES, "bp-grafana", CASES[i].assignment);
        struct prepared *prepared = NULL;
        struct error err = {0};
        cr_expect_eq(operation_prepare(&bench.context, operation, &prepared, &err), STATUS_USAGE, "%s", CASES[i].assignment);
        cr_expect(strstr(err.text, CASES[i].says) != NULL, "%s", err.text);
        cr_expect_null(prepared);
        operation_free(operation);
    }
    bench_sovereign_close(&bench);
}

Test(operation, a_change_since_the_preview_is_a_conflict_that_says_what)
{
    struct bench_sovereign bench;
    bench_sovereign_open(&bench, "fsn", false);
    struct prepared *prepared = prepare(&bench, OPERATION_PATCH_VALUES, "bp-mgmt-vcluster", "global.registryMirror=harbor.acme.example");
    bench_sovereign_meddle(&bench, "bp-mgmt-vcluster", "{\"spec\":{\"values\":{\"global\":{\"registryMirror\":\"elsewhere.example\"}}}}");
    struct operation_outcome outcome = execute(&bench, prepared);
    cr_expect_eq(outcome.status, STATUS_CONFLICT, "%s", outcome.text);
    cr_expect(strstr(outcome.text, "spec.values.global.registryMirror is now \"elsewhere.example\" (previewed: \"harbor.openova.io\")") != NULL,
              "%s", outcome.text);
    cr_expect_not(outcome.sent);
    expect_value(&bench, "bp-mgmt-vcluster", "spec.values.global.registryMirror", "\"elsewhere.example\"");
    prepared_free(prepared);

    /* A status or annotation that changes meanwhile is no conflict. */
    prepared = prepare(&bench, OPERATION_SUSPEND, "bp-grafana", NULL);
    bench_sovereign_meddle(&bench, "bp-grafana", "{\"metadata\":{\"annotations\":{\"note\":\"x\"}}}");
    outcome = execute(&bench, prepared);
    cr_expect_eq(outcome.status, STATUS_OK, "%s", outcome.text);
    prepared_free(prepared);
    bench_sovereign_close(&bench);
}

Test(operation, a_lost_reply_is_looked_up_and_never_repeated)
{
    struct bench_sovereign bench;
    bench_sovereign_open(&bench, "fsn", false);
    struct prepared *prepared = prepare(&bench, OPERATION_SUSPEND, "bp-grafana", NULL);
    bench_sovereign_fault(&bench, "{\"method\":\"PATCH\",\"url\":\"*bp-grafana*\",\"action\":\"cut\",\"afterBytes\":10,\"count\":1}");
    struct operation_outcome outcome = execute(&bench, prepared);
    cr_expect_eq(outcome.status, STATUS_OK, "the change is there: %s", outcome.text);
    cr_expect(outcome.sent && outcome.verified);
    prepared_free(prepared);

    prepared = prepare(&bench, OPERATION_SUSPEND, "bp-loki", NULL);
    bench_sovereign_fault(&bench, "{\"method\":\"PATCH\",\"url\":\"*bp-loki*\",\"action\":\"drop\",\"count\":1}");
    outcome = execute(&bench, prepared);
    cr_expect_eq(outcome.status, STATUS_UNMEASURED, "%s", outcome.text);
    cr_expect(strstr(outcome.text, "it was not sent again") != NULL, "%s", outcome.text);
    expect_value(&bench, "bp-loki", "spec.suspend", "absent");
    prepared_free(prepared);
    cr_expect_eq(bench_sovereign_journal_lines(&bench), 4);
    bench_sovereign_close(&bench);
}

Test(operation, no_journal_no_write)
{
    struct bench_sovereign bench;
    bench_sovereign_open(&bench, "fsn", false);
    struct prepared *prepared = prepare(&bench, OPERATION_SUSPEND, "bp-grafana", NULL);
    bench.context.journal_file = "/proc/nowhere/journal.jsonl";
    struct operation_outcome outcome = execute(&bench, prepared);
    cr_expect_eq(outcome.status, STATUS_REFUSED);
    cr_expect(strstr(outcome.text, "no journal, no write: ") != NULL, "%s", outcome.text);
    prepared_free(prepared);
    bench.context.journal_file = bench.journal;
    prepared = prepare(&bench, OPERATION_SUSPEND, "bp-grafana", NULL);
    cr_expect_not(prepared_is_refused(prepared), "it was not suspended before");
    prepared_free(prepared);
    bench_sovereign_close(&bench);
}

Test(operation, keeps_off_while_a_cutover_runs)
{
    struct bench_sovereign bench;
    bench_sovereign_open(&bench, "fsn", false);
    struct error err = {0};
    static const char RUNNING[] = "{\"data\":{\"currentStep\":\"harbor-prewarm\",\"step.harbor-prewarm.result\":\"running\"}}";
    struct prepared *early = prepare(&bench, OPERATION_SUSPEND, "bp-grafana", NULL);
    cr_assert_eq(kube_client_patch(bench_sovereign_client(&bench), kind_table_get(KIND_ID_CUTOVER_STATUS), "catalyst",
                                   "self-sovereign-cutover-status", KUBE_PATCH_MERGE, false, span_of(RUNNING), NULL, &err), STATUS_OK, "%s", err.text);
    struct prepared *prepared = prepare(&bench, OPERATION_SUSPEND, "bp-grafana", NULL);
    cr_expect(prepared_is_refused(prepared));
    cr_expect(strstr(prepared->refusals.items[0], "a cutover is in flight (step harbor-prewarm)") != NULL, "%s", prepared->refusals.items[0]);
    prepared_free(prepared);
    prepared = prepare(&bench, OPERATION_RECONCILE, "bp-grafana", NULL);
    cr_expect_not(prepared_is_refused(prepared), "a reconcile is only warned about");
    cr_expect_eq(prepared->warnings.count, 1);
    prepared_free(prepared);
    struct operation_outcome outcome = execute(&bench, early);
    cr_expect_eq(outcome.status, STATUS_CONFLICT, "previewed before, begun since: %s", outcome.text);
    prepared_free(early);
    bench_sovereign_close(&bench);
}
