/* catalyst-api's documents with their traps (contract section 11), and its refusals in words. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/timestamp.h"
#include "sovereign/catalyst_client.h"
#include "sovereign/catalyst_reply.h"
#include "support/leak_check.h"

Test(catalyst_reply, reads_a_running_and_an_empty_cutover)
{
    struct catalyst_cutover cutover;
    struct error err = {0};
    const char *running = "{\"state\":\"tethered\",\"cutoverComplete\":false,\"cutoverStartedAt\":\"2026-07-27T04:56:51Z\",\"currentStep\":\"harbor-prewarm\","
                          "\"currentStepIndex\":2,\"totalSteps\":\"11\",\"progressPercent\":18,\"unknown\":{},\"steps\":["
                          "{\"name\":\"egress-block-test\",\"result\":\"\"},{\"name\":\"harbor-prewarm\",\"result\":\"running\",\"startedAt\":\"2026-07-27T05:00:02Z\","
                          "\"finishedAt\":\"0001-01-01T00:00:00Z\",\"jobName\":\"cutover-harbor-prewarm-1785128211\"}]}";
    cr_assert_eq(catalyst_reply_cutover(span_of(running), &cutover, &err), STATUS_OK, "%s", err.text);
    cr_assert(cutover.step_count == 2 && cutover.total_steps == 11 && cutover.progress_percent == 18);
    cr_assert_eq(cutover.steps[1].finished_ms, TIMESTAMP_NONE);
    cr_assert_eq(cutover.steps[1].started_ms, 1785128402000);
    cr_assert(catalyst_reply_is_running(&cutover));
    cr_assert_eq(catalyst_reply_cutover(span_of("{}"), &cutover, &err), STATUS_OK);
    cr_assert(cutover.step_count == 0 && cutover.started_ms == TIMESTAMP_NONE && !catalyst_reply_is_running(&cutover));
    static const char *const BROKEN[] = {"", "[]", "<html>", "{\"a\":"};
    for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++)
        cr_assert_eq(catalyst_reply_cutover(span_of(BROKEN[i]), &cutover, &err), STATUS_INVALID, "case %zu", i);
    TEST_NO_LEAKS();
}

Test(catalyst_reply, reads_who_we_are_and_events)
{
    struct catalyst_whoami whoami;
    struct catalyst_self self;
    struct catalyst_event event;
    cr_assert_eq(catalyst_reply_whoami(span_of("{\"sub\":\"ops@x\",\"verified\":true,\"tier\":\"owner\",\"orgScoped\":true}"), &whoami, NULL), STATUS_OK);
    cr_assert(strcmp(whoami.email, "ops@x") == 0 && strcmp(whoami.tier, "owner") == 0 && whoami.org_scoped);
    cr_assert_eq(catalyst_reply_self(span_of("{\"deploymentId\":\"9f\",\"sovereignFQDN\":\"acme.example\"}"), &self, NULL), STATUS_OK);
    cr_assert_str_eq(self.fqdn, "acme.example");
    cr_assert_eq(catalyst_reply_event(span_of("{\"time\":\"2026-07-27T05:00:02Z\",\"phase\":\"cutover-step-failed\",\"level\":\"error\",\"message\":\"a\\u001bb\"}"),
                                      &event, NULL), STATUS_OK);
    cr_assert(event.step[0] == '\0' && strcmp(event.message, "a\xef\xbf\xbd" "b") == 0);
}

Test(catalyst_client, explains_every_refusal_of_the_contract)
{
    static const struct {
        int code;
        const char *body;
        enum status status;
        const char *part;
    } CASES[] = {
        {401, "{\"error\":\"unauthenticated\"}\n", STATUS_UNAUTHENTICATED, "not logged in"},
        {403, "{\"error\":\"org-scoped-forbidden\",\"detail\":\"x\"}", STATUS_FORBIDDEN, "one Organization"},
        {409, "{\"error\":\"cutover-in-progress\",\"detail\":\"a cutover is already running on this catalyst-api Pod\"}", STATUS_CONFLICT, "already running"},
        {424, "{\"error\":\"no-steps-found\"}", STATUS_UNSUPPORTED, "no cutover steps"},
        {502, "{\"error\":\"status-read-failed\",\"detail\":\"etcd\"}", STATUS_UNREACHABLE, "status ConfigMap"},
        {502, "{\"error\":\"step-discovery-failed\"}", STATUS_INVALID, "step ConfigMaps"},
        {502, "<html>bad gateway</html>", STATUS_UNREACHABLE, "gateway has no backend"},
        {503, "{\"error\":\"cutover-unconfigured\"}", STATUS_UNSUPPORTED, "does not run in a cluster"},
        {404, "404 page not found\n", STATUS_NOT_FOUND, "404 page not found"},
        {500, "streaming not supported\n", STATUS_INVALID, "streaming not supported"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct error err = {0};
        enum status status = catalyst_client_explain("start", CASES[i].code, span_of(CASES[i].body), &err);
        cr_assert_eq(status, CASES[i].status, "case %zu is %s: %s", i, error_status_name(status), err.text);
        cr_assert(strstr(err.text, CASES[i].part) != NULL, "case %zu: %s", i, err.text);
    }
    TEST_NO_LEAKS();
}
