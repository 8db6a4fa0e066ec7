/* Starting the cutover, against the demo's catalyst-api and Kubernetes API: predicted, confirmed by name, sent once. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/alloc.h"
#include "bench_demo.h"
#include "operation/journal.h"

static struct prepared *prepare(struct bench_demo *bench)
{
    struct operation *operation = operation_new(OPERATION_START_CUTOVER, 0, NULL, NULL, NULL);
    struct prepared *prepared = NULL;
    struct error err = {0};
    enum status status = operation_prepare(&bench->context, operation, &prepared, &err);
    operation_free(operation);
    cr_assert_eq(status, STATUS_OK, "%s", err.text);
    return prepared;
}

/* The next start is answered by closing the connection: before the server looked at it ("drop"), or behind its work ("cut"). */
static void lose_reply(struct bench_demo *bench, const char *action)
{
    struct error err = {0};
    struct http_response response;
    http_response_init(&response, 1 << 16);
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/demo/faults", catalyst_client_url(bench->sovereign->catalyst));
    CLEANUP(alloc_free_pointer) char *rule = alloc_printf("{\"method\":\"POST\",\"url\":\"*cutover/start*\",\"action\":\"%s\",\"afterBytes\":5,\"count\":1}", action);
    struct http_request request = {.method = "POST", .url = url, .identity = catalyst_client_identity(bench->sovereign->catalyst),
                                   .content_type = "application/json", .body = span_of(rule)};
    cr_assert_eq(http_thread_fetch_ok(bench->thread, &request, NULL, &response, &err), STATUS_OK, "%s", err.text);
    http_response_done(&response);
}

Test(start_cutover, is_predicted_sent_once_and_looked_up)
{
    struct bench_demo bench;
    struct operation_outcome outcome;
    bench_demo_open(&bench, NULL);
    struct prepared *prepared = prepare(&bench);
    cr_assert_not(prepared_is_refused(prepared), "%s", prepared->refusals.items[0]);
    cr_expect_str_eq(prepared->title, "Start the cutover of acme.example");
    cr_expect_eq(prepared->confirm, PREPARED_CONFIRM_TYPE_NAME);
    cr_expect_str_eq(prepared->confirm_name, "acme.example");
    cr_expect_eq(prepared->diff_kind, PREPARED_DIFF_NONE);
    cr_expect_geq(prepared->predicted.count, 12, "a line per step");
    cr_expect_str_eq(prepared->requests.items[0].method, "POST");
    cr_expect(strstr(prepared->requests.items[0].equivalent, "$CATALYST_TOKEN") != NULL, "no secret in it");

    lose_reply(&bench, "drop");
    operation_execute(&bench.context, prepared, NULL, NULL, &outcome);
    cr_expect_eq(outcome.status, STATUS_UNMEASURED, "%s", outcome.text);
    cr_expect(strstr(outcome.text, "it was not sent again") != NULL, "%s", outcome.text);
    prepared_free(prepared);

    prepared = prepare(&bench);
    lose_reply(&bench, "cut");
    operation_execute(&bench.context, prepared, NULL, NULL, &outcome);
    cr_expect_eq(outcome.status, STATUS_OK, "it was taken, and found so: %s", outcome.text);
    cr_expect(outcome.sent && outcome.verified);
    prepared_free(prepared);

    prepared = prepare(&bench);
    cr_expect(prepared_is_refused(prepared));
    cr_expect_eq(prepared->refusal_status, STATUS_CONFLICT);
    cr_expect(strstr(prepared->refusals.items[0], "a cutover is in flight already") != NULL, "%s", prepared->refusals.items[0]);
    prepared_free(prepared);

    CLEANUP(alloc_free_pointer) struct journal_verdict *verdict = alloc_new(struct journal_verdict);
    cr_expect_eq(journal_verify(bench.journal, NULL, verdict, NULL), STATUS_OK);
    cr_expect_eq(verdict->lines, 5);
    cr_expect_eq(verdict->findings_total, 0);
    bench_demo_close(&bench);
}
