/* Deleting a leaked egress policy: in every region, by uid, never while a test may run. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "bench_demo.h"
#include "sovereign/kind_table.h"

static struct prepared *prepare(struct bench_demo *bench, enum operation_id id, const struct kind *kind, const char *name, const char *reason)
{
    struct operation *operation = operation_new(id, 0, kind, kind == NULL ? NULL : "flux-system", name);
    struct prepared *prepared = NULL;
    struct error err = {0};
    operation_set_reason(operation, reason);
    enum status status = operation_prepare(&bench->context, operation, &prepared, &err);
    operation_free(operation);
    cr_assert_eq(status, STATUS_OK, "%s", err.text);
    return prepared;
}

static bool has_policy(struct bench_demo *bench, int region)
{
    CLEANUP(bytebuf_done) struct bytebuf reply;
    bytebuf_init(&reply, 1 << 20);
    return kube_client_get(bench->sovereign->regions[region].client, kind_table_get(KIND_ID_EGRESS_POLICIES), NULL, "cutover-egress-block",
                           &reply, NULL) == STATUS_OK;
}

/* A Job as the engine makes it, that has not ended. */
static void start_test(struct bench_demo *bench)
{
    struct error err = {0};
    struct kube_call call = {
        .method = "POST", .path = "/apis/batch/v1/namespaces/catalyst/jobs",
        .body = SPAN_LITERAL("{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"cutover-egress-block-test-9\",\"labels\":{"
                             "\"app.kubernetes.io/part-of\":\"self-sovereign-cutover\",\"cutover.openova.io/step\":\"egress-block-test\"}},"
                             "\"spec\":{\"suspend\":true,\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"x\","
                             "\"image\":\"registry.acme.example/x\"}]}}}}")};
    cr_assert_eq(kube_client_call(bench->sovereign->regions[0].client, &call, NULL, &err), STATUS_OK, "%s", err.text);
}

Test(policy_lever, deletes_what_a_test_left_behind_in_every_region)
{
    struct bench_demo bench;
    struct operation_outcome outcome;
    bench_demo_open(&bench, "policy-leaked");
    cr_assert(has_policy(&bench, 0) && has_policy(&bench, 1));
    struct prepared *prepared = prepare(&bench, OPERATION_DELETE_EGRESS_POLICY, NULL, NULL, NULL);
    cr_assert_not(prepared_is_refused(prepared), "%s", prepared->refusals.items[0]);
    cr_expect_eq(prepared->requests.count, 2, "one per region");
    cr_expect_str_eq(prepared->requests.items[0].method, "DELETE");
    cr_expect(strstr(prepared->requests.items[0].body, "preconditions") != NULL, "%s", prepared->requests.items[0].body);
    cr_expect_eq(prepared->confirm, PREPARED_CONFIRM_TYPE_NAME);
    cr_expect_str_eq(prepared->confirm_name, "cutover-egress-block");
    operation_execute(&bench.context, prepared, NULL, NULL, &outcome);
    cr_expect_eq(outcome.status, STATUS_OK, "%s", outcome.text);
    cr_expect_str_eq(outcome.text, "done: the policy is gone in 2 regions");
    cr_expect(outcome.sent && outcome.verified);
    cr_expect(!has_policy(&bench, 0) && !has_policy(&bench, 1));
    prepared_free(prepared);

    prepared = prepare(&bench, OPERATION_DELETE_EGRESS_POLICY, NULL, NULL, NULL);
    cr_expect(prepared_is_refused(prepared) && prepared->refusal_status == STATUS_NOT_FOUND);
    prepared_free(prepared);
    bench_demo_close(&bench);
}

Test(policy_lever, is_refused_while_a_test_runs)
{
    struct bench_demo bench;
    struct operation_outcome outcome;
    bench_demo_open(&bench, "policy-leaked");
    struct prepared *before = prepare(&bench, OPERATION_DELETE_EGRESS_POLICY, NULL, NULL, NULL);
    start_test(&bench);
    struct prepared *during = prepare(&bench, OPERATION_DELETE_EGRESS_POLICY, NULL, NULL, NULL);
    cr_expect(prepared_is_refused(during));
    cr_expect(strstr(during->refusals.items[0], "the egress test runs (Job cutover-egress-block-test-9)") != NULL, "%s", during->refusals.items[0]);
    operation_execute(&bench.context, before, NULL, NULL, &outcome);
    cr_expect(outcome.status != STATUS_OK && strstr(outcome.text, "an egress test began since the preview") != NULL, "%s", outcome.text);
    cr_expect(has_policy(&bench, 0), "nothing was deleted where the test runs");
    prepared_free(before);
    prepared_free(during);
    bench_demo_close(&bench);
}

Test(override_roll, only_for_a_release_that_holds_the_gate)
{
    struct bench_demo bench;
    bench_demo_open(&bench, NULL);
    const struct kind *kind = kind_table_get(KIND_ID_HELMRELEASES);
    struct prepared *prepared = prepare(&bench, OPERATION_OVERRIDE_ROLL, kind, "bp-harbor", "known");
    cr_expect(prepared_is_refused(prepared));
    cr_expect(strstr(prepared->refusals.items[0], "bp-harbor is Ready") != NULL, "%s", prepared->refusals.items[0]);
    prepared_free(prepared);
    bench_demo_close(&bench);
}
