/* Rows of the pivoted Sovereign. */
#include "pivoted.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "support/rows.h"

const char *const PIVOTED_STEPS[PIVOTED_STEP_COUNT] = {
    "gitea-mirror",
    "harbor-projects",
    "harbor-prewarm",
    "registry-pivot",
    "flux-gitrepository-patch",
    "helmrepository-patches",
    "catalyst-api-env-patch",
    "gitea-token-mint",
    "vcluster-registry-pivot",
    "crossplane-provider-pivot",
    "egress-block-test",
};

static char status_data[8192];

#define APPEND(...) snprintf(status_data + strlen(status_data), sizeof status_data - strlen(status_data), __VA_ARGS__)

/* The first `done` steps claim success, the next one `next`. */
void pivoted_claim(struct store *store, size_t done, const char *next, const char *more)
{
    status_data[0] = '\0';
    APPEND("cutoverStartedAt=2026-07-27T04:00:00Z|cutoverLastAttemptStartedAt=2026-07-27T05:00:00Z|totalSteps=11|%s", more);
    for (size_t i = 0; i < PIVOTED_STEP_COUNT; i++) {
        APPEND("|step.%s.result=%s", PIVOTED_STEPS[i], i < done ? "success" : i == done ? next : "");
        if (i <= done)
            APPEND("|step.%s.startedAt=2026-07-27T05:0%d:00Z", PIVOTED_STEPS[i], i % 2 == 0 ? 1 : 2);
        if (i < done)
            APPEND("|step.%s.finishedAt=2026-07-27T05:12:00Z", PIVOTED_STEPS[i]);
    }
    rows_add(store, KIND_ID_CUTOVER_STATUS, 0, "catalyst/self-sovereign-cutover-status", FIELD_DATA, status_data, ROWS_END);
}

static void put_region(struct store *store, int r, bool pivoted)
{
    const char *node = r == 0 ? "fsn1-w1.lan" : "hel1-w1.lan";
    rows_add(store, KIND_ID_NODES, r, node, ROWS_END);
    rows_add(store, KIND_ID_DAEMONSETS, r, "catalyst/registry-pivot", FIELD_REPLICAS, "1", FIELD_REPLICAS_READY, "1", ROWS_END);
    rows_add(store, KIND_ID_GITREPOSITORIES, r, "flux-system/openova", FIELD_URL,
             pivoted ? PIVOTED_GIT : "https://github.com/openova-io/openova", FIELD_GENERATION, "2", FIELD_OBSERVED_GENERATION, "2",
             FIELD_READY, "True", FIELD_REVISION, "main@sha1:abcdef", ROWS_END);
    rows_add(store, KIND_ID_HELMREPOSITORIES, r, "flux-system/bp-harbor", FIELD_URL,
             pivoted ? "oci://registry.acme.example/openova-io" : "oci://ghcr.io/openova-io", ROWS_END);
    rows_add(store, KIND_ID_HELMREPOSITORIES, r, "flux-system/bp-newapi", FIELD_URL, "oci://ghcr.io/openova-io", ROWS_END);
    rows_add(store, KIND_ID_HELMRELEASES, r, "flux-system/bp-catalyst-platform", FIELD_VALUES_IMAGE_REGISTRY,
             pivoted ? "registry.acme.example" : "", ROWS_END);
    rows_add(store, KIND_ID_HELMRELEASES, r, "flux-system/bp-dmz-vcluster", FIELD_VALUES_VCLUSTER_IMAGE,
             pivoted ? "harbor.acme.example/proxy-ghcr/loft-sh/vcluster" : "harbor.openova.io/proxy-ghcr/loft-sh/vcluster",
             FIELD_VALUES_VCLUSTER_REGISTRY, pivoted ? "harbor.acme.example" : "harbor.openova.io", ROWS_END);
    rows_add(store, KIND_ID_PROVIDERS, r, "provider-hcloud", FIELD_PACKAGE,
             pivoted ? "harbor.acme.example/proxy-xpkg/a/b@sha256:00" : "xpkg.upbound.io/a/b:v1", FIELD_INSTALLED, "True",
             FIELD_HEALTHY, "True", ROWS_END);
}

/* Two regions, eleven installed steps; pivoted: as a good run leaves it, with its Jobs. */
struct store *pivoted_new(bool pivoted)
{
    clock_freeze(1000000, PIVOTED_NOW_MS);
    struct store *store = rows_store("fsn1", "hel1", NULL);
    strcpy(store->fqdn, "acme.example");
    for (size_t i = 0; i < PIVOTED_STEP_COUNT; i++) {
        char key[128], order[16], job[128];
        snprintf(key, sizeof key, "catalyst/cutover-step-%02zu-%s", i + 1, PIVOTED_STEPS[i]);
        snprintf(order, sizeof order, "%zu", i + 1);
        snprintf(job, sizeof job, "catalyst/cutover-%s-1785128211", PIVOTED_STEPS[i]);
        bool is_daemonset = strcmp(PIVOTED_STEPS[i], "registry-pivot") == 0;
        rows_add(store, KIND_ID_CUTOVER_STEPS, 0, key, FIELD_STEP_NAME, PIVOTED_STEPS[i], FIELD_STEP_ORDER, order, FIELD_STEP_MODE,
                 is_daemonset ? "daemonset-wait" : "job", FIELD_STEP_POD_SPEC, is_daemonset ? "" : "true", ROWS_END);
        if (pivoted && !is_daemonset)
            rows_add(store, KIND_ID_JOBS, 0, job, FIELD_STEP_NAME, PIVOTED_STEPS[i], FIELD_SUCCEEDED, "1", FIELD_READY, "True",
                     FIELD_CREATED, "2026-07-27T05:01:00Z", ROWS_END);
    }
    for (int r = 0; r < 2; r++)
        put_region(store, r, pivoted);
    rows_add(store, KIND_ID_DEPLOYMENTS, 0, "catalyst-system/catalyst-api", FIELD_ENVIRONMENT_VALUES,
             pivoted ? "X=1|CATALYST_GITOPS_REPO_URL=" PIVOTED_GIT : "X=1", FIELD_REPLICAS, "1", FIELD_REPLICAS_READY, "1",
             ROWS_END);
    rows_all_live(store);
    if (pivoted)
        pivoted_claim(
            store, 11, "",
            "cutoverComplete=true|registriesYamlActive=v2|node.fsn1-w1.lan.registriesYaml=v2|node.hel1-w1.lan.registriesYaml=v2");
    else
        pivoted_claim(store, 0, "", "cutoverComplete=false|registriesYamlActive=v1");
    return store;
}

void pivoted_add_policy(struct store *store, int region, const char *created, const char *deny)
{
    rows_add(store, KIND_ID_EGRESS_POLICIES, region, "cutover-egress-block", FIELD_CREATED, created, FIELD_EGRESS_DEFAULT_DENY,
             deny, ROWS_END);
}

void pivoted_delete_policy(struct store *store, int region)
{
    table_delete(store_table(store, rows_kind(KIND_ID_EGRESS_POLICIES), region), SPAN_LITERAL("cutover-egress-block"));
}

void pivoted_expect(const struct truth_board *board, const char *step, enum truth_verdict verdict, const char *text)
{
    const struct truth_row *row = truth_board_find(board, span_of(step));
    cr_assert_not_null(row, "%s", step);
    cr_assert_eq(row->verdict, verdict, "%s is %s: %s", step, truth_board_verdict_name(row->verdict), row->sentence);
    cr_assert(strstr(row->sentence, text) != NULL, "%s: %s", step, row->sentence);
}
