/* catalyst-api of the demo over real HTTPS: codes, order of steps, the event stream's rules, login. */
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "demo/demo_catalyst.h"
#include "demo/demo_json.h"
#include "demo/demo_tls.h"
#include "demo_world_fixture.h"
#include "support/leak_check.h"

struct fixture {
    struct demo_world *world;
    struct demo_tls *tls;
    struct demo_tls_pair pair;
    struct demo_catalyst *catalyst;
    char folder[64];
};

struct answer {
    long code;
    CURLcode failure;
    struct bytebuf text;
    json_t *json; /* NULL when it is none */
};

static void set_up(struct fixture *fixture, double speed)
{
    static const struct demo_catalyst_session SESSIONS[] = {{"admin-token", "sre@acme.example", "admin"},
                                                            {"viewer-token", "audit@acme.example", "viewer"},
                                                            {NULL, NULL, NULL}};
    struct error err = {0};
    fixture->world = demo_world_fixture_new(speed);
    fixture->world->cutover = demo_cutover_new(fixture->world);
    strcpy(fixture->folder, "/tmp/sovdeck-test-XXXXXX");
    cr_assert(mkdtemp(fixture->folder));
    cr_assert_eq(demo_tls_new(&fixture->tls, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(demo_tls_server_pair(fixture->tls, NULL, &fixture->pair, &err), STATUS_OK, "%s", err.text);
    struct demo_catalyst_options options = {.world = fixture->world,
                                            .certificate_pem = fixture->pair.certificate_pem,
                                            .key_pem = fixture->pair.key_pem,
                                            .sessions = SESSIONS,
                                            .folder = fixture->folder,
                                            .runner_token = "runner-token"};
    cr_assert_eq(demo_catalyst_start(&fixture->catalyst, &options, &err), STATUS_OK, "%s", err.text);
}

static void tear_down(struct fixture *fixture)
{
    CLEANUP(alloc_free_pointer) char *pin = alloc_printf("%s/pin.txt", fixture->folder);
    demo_cutover_halt(fixture->world->cutover);
    demo_catalyst_stop(fixture->catalyst);
    demo_cutover_free(fixture->world->cutover);
    demo_tls_pair_clear(&fixture->pair);
    demo_tls_free(fixture->tls);
    demo_world_fixture_free(fixture->world);
    unlink(pin);
    rmdir(fixture->folder);
    curl_global_cleanup();
}

static size_t take(char *data, size_t size, size_t count, void *context)
{
    return bytebuf_append(context, data, size * count) ? size * count : 0;
}

/* `token` and `body` may be NULL. */
static struct answer ask(const struct fixture *fixture, const char *method, const char *path, const char *token,
                         const char *body, long timeout_ms)
{
    struct answer answer = {0};
    CLEANUP(alloc_free_pointer)
    char *url = alloc_printf("https://127.0.0.1:%d%s", demo_catalyst_port(fixture->catalyst), path);
    struct curl_blob authority = {(void *)(uintptr_t)demo_tls_ca_pem(fixture->tls),
                                  strlen(demo_tls_ca_pem(fixture->tls)), CURL_BLOB_COPY};
    CURL *curl = curl_easy_init();
    bytebuf_init(&answer.text, 4u << 20);
    bytebuf_append_text(&answer.text, "");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &authority);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.text);
    if (token) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, token);
    }
    if (body)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    answer.failure = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.code);
    curl_easy_cleanup(curl);
    answer.json = json_loadb(bytebuf_text(&answer.text), answer.text.length, 0, NULL);
    return answer;
}

static void clear(struct answer *answer)
{
    bytebuf_done(&answer->text);
    json_decref(answer->json);
}

static void expect(const struct fixture *fixture, const char *method, const char *path, const char *token,
                   const char *body, long code, const char *text)
{
    struct answer answer = ask(fixture, method, path, token, body, 20000);
    cr_assert_eq(answer.code, code, "%s %s: %ld %s", method, path, answer.code, bytebuf_text(&answer.text));
    cr_assert(strstr(bytebuf_text(&answer.text), text), "%s %s: %s", method, path, bytebuf_text(&answer.text));
    clear(&answer);
}

Test(demo_catalyst, codes_and_bodies)
{
    static const struct {
        const char *method, *path, *token, *body;
        long code;
        const char *text;
    } CASES[] = {
        {"GET", "/healthz", NULL, NULL, 200, "ok"},
        {"GET", "/api/v1/sovereign/self", NULL, NULL, 200, "\"sovereignFQDN\":\"acme.example\""},
        {"GET", "/api/v1/whoami", NULL, NULL, 401, "{\"error\":\"unauthenticated\"}"},
        {"GET", "/api/v1/whoami", "nobody", NULL, 401, "{\"error\":\"unauthenticated\"}"},
        {"GET", "/api/v1/whoami?access_token=viewer-token", NULL, NULL, 200, "\"tier\":\"viewer\""},
        {"GET", "/api/v1/nothing", "admin-token", NULL, 404, "404 page not found"},
        {"GET", "/api/v1/deployments/other/reconcilers", "admin-token", NULL, 404, "deployment not found"},
        {"POST", "/api/v1/deployments/9f1c2e44d0aa77b1/reconcilers/HelmRelease/flux-system/bp-loki/suspend",
         "viewer-token", "", 403, "forbidden"},
        {"POST", "/api/v1/deployments/9f1c2e44d0aa77b1/reconcilers/HelmRelease/flux-system/bp-loki/suspend",
         "admin-token", "", 200, "\"action\":\"suspend\""},
        {"POST", "/api/v1/deployments/9f1c2e44d0aa77b1/reconcilers/Deployment/x/y/suspend", "admin-token", "", 400,
         "unknown-kind"},
        {"GET", "/api/v1/deployments/9f1c2e44d0aa77b1/reconcilers", "viewer-token", NULL, 200,
         "\"state\":\"Suspended\""},
        {"GET", "/api/v1/deployments/9f1c2e44d0aa77b1/jobs?status=odd", "viewer-token", NULL, 400, "invalid-status"},
        {"GET", "/api/v1/deployments/9f1c2e44d0aa77b1/jobs/9f1c2e44d0aa77b1:cutover", "viewer-token", NULL, 200,
         "\"kind\":\"group\""},
        {"GET", "/api/v1/organizations", "viewer-token", NULL, 200, "\"subdomain\":\"bluewave\""},
        {"POST", "/api/v1/internal/cutover/trigger", NULL, "{}", 401, "missing-bearer"},
        {"POST", "/api/v1/internal/cutover/trigger", "admin-token", "{}", 403, "unauthorized-sa"},
        {"POST", "/api/v1/internal/cutover/trigger", "expired", "{}", 502, "token-review-failed"},
        {"GET", "/api/v1/internal/cutover/trigger", "runner-token", NULL, 405, "method-not-allowed"},
        {"POST", "/api/v1/auth/pin/verify", NULL, "{\"email\":\"a@b\",\"pin\":\"12\"}", 400, "pin-invalid"},
        {"POST", "/api/v1/auth/pin/verify", NULL, "{\"email\":\"a@b\",\"pin\":\"123456\",\"requestId\":\"x\"}", 410,
         "pin-expired"},
        {"POST", "/demo/faults", "viewer-token", "{\"failStep\":null}", 403, ""},
    };
    struct fixture fixture;
    set_up(&fixture, 700);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        expect(&fixture, CASES[i].method, CASES[i].path, CASES[i].token, CASES[i].body, CASES[i].code, CASES[i].text);
    tear_down(&fixture);
    TEST_NO_LEAKS();
}

static void check_order(const struct answer *answer, const char *const *names, size_t count)
{
    const json_t *steps = json_object_get(answer->json, "steps");
    cr_assert_eq(json_array_size(steps), count, "%s", bytebuf_text(&answer->text));
    for (size_t i = 0; i < count; i++)
        cr_assert_str_eq(demo_json_text(json_array_get(steps, i), "name"), names[i], "step %zu", i);
}

Test(demo_catalyst, steps_are_alphabetical_and_the_stream_closes_after_a_live_failure)
{
    static const char *const SORTED[] = {"catalyst-api-env-patch", "crossplane-provider-pivot",
                                         "egress-block-test",      "flux-gitrepository-patch",
                                         "gitea-mirror",           "gitea-token-mint",
                                         "harbor-prewarm",         "harbor-projects",
                                         "helmrepository-patches", "registry-pivot",
                                         "vcluster-registry-pivot"};
    static const char *const RUNNING_ORDER[] = {"gitea-mirror",
                                                "harbor-projects",
                                                "harbor-prewarm",
                                                "registry-pivot",
                                                "flux-gitrepository-patch",
                                                "helmrepository-patches",
                                                "catalyst-api-env-patch",
                                                "gitea-token-mint",
                                                "vcluster-registry-pivot",
                                                "crossplane-provider-pivot",
                                                "egress-block-test"};
    struct fixture fixture;
    set_up(&fixture, 60); /* the run takes two seconds to its failure: time to connect to its stream */
    struct answer answer = ask(&fixture, "GET", "/api/v1/sovereign/cutover/status", "viewer-token", NULL, 20000);
    check_order(&answer, SORTED, 11);
    cr_assert_str_eq(demo_json_text(answer.json, "state"), "tethered");
    cr_assert_not(json_object_get(answer.json, "currentStep"), "an empty text is left out");
    clear(&answer);

    demo_cutover_set_failure(fixture.world->cutover, "harbor-projects");
    answer = ask(&fixture, "POST", "/api/v1/sovereign/cutover/start", "admin-token", "", 20000);
    cr_assert_eq(answer.code, 200);
    check_order(&answer, RUNNING_ORDER, 11);
    clear(&answer);
    answer = ask(&fixture, "GET", "/api/v1/sovereign/cutover/events", "viewer-token", NULL, 30000);
    const char *text = bytebuf_text(&answer.text);
    bool saw_live_end = answer.failure == CURLE_OK;
    cr_assert(strstr(text, "event: cutover-status\ndata: {\"time\":"), "%s", text);
    cr_assert(strstr(text, "\"message\":\"{\\\"currentStep\\\":"), "the snapshot is JSON inside JSON: %s", text);
    cr_assert(saw_live_end, "the stream did not close: %s", text);
    cr_assert(strstr(strstr(text, "event: cutover-status"), "event: cutover-step-failed"),
              "it closed without a live end: %s", text);
    clear(&answer);
    expect(&fixture, "GET", "/api/v1/sovereign/cutover/status", "viewer-token", NULL, 200,
           "\"failedStep\":\"harbor-projects\"");

    answer = ask(&fixture, "GET", "/api/v1/sovereign/cutover/events", "viewer-token", NULL, 700);
    text = bytebuf_text(&answer.text);
    cr_assert_eq(answer.failure, CURLE_OPERATION_TIMEDOUT, "after the end the stream stays open and silent");
    cr_assert(strstr(text, "event: cutover-step-failed") < strstr(text, "event: cutover-status"),
              "replay first, then the snapshot: %s", text);
    clear(&answer);
    tear_down(&fixture);
    TEST_NO_LEAKS();
}

Test(demo_catalyst, a_pin_lets_in_once)
{
    struct fixture fixture;
    set_up(&fixture, 700);
    struct answer issued =
        ask(&fixture, "POST", "/api/v1/auth/pin/issue", NULL, "{\"email\":\"ops@acme.example\"}", 20000);
    cr_assert_eq(issued.code, 200);
    expect(&fixture, "POST", "/api/v1/auth/pin/issue", NULL, "{\"email\":\"ops@acme.example\"}", 429,
           "pin-rate-limited");
    CLEANUP(alloc_free_pointer) char *path = alloc_printf("%s/pin.txt", fixture.folder);
    char pin[8] = "";
    FILE *file = fopen(path, "r");
    cr_assert(file && fgets(pin, 7, file));
    fclose(file);
    CLEANUP(alloc_free_pointer)
    char *wrong = alloc_printf("{\"email\":\"ops@acme.example\",\"pin\":\"%c%.5s\",\"requestId\":\"%s\"}",
                               pin[0] == '9' ? '0' : pin[0] + 1, pin + 1, demo_json_text(issued.json, "requestId"));
    CLEANUP(alloc_free_pointer)
    char *right = alloc_printf("{\"email\":\"ops@acme.example\",\"pin\":\"%s\",\"requestId\":\"%s\"}", pin,
                               demo_json_text(issued.json, "requestId"));
    clear(&issued);
    expect(&fixture, "POST", "/api/v1/auth/pin/verify", NULL, wrong, 401, "\"attemptsRemaining\":2");
    expect(&fixture, "POST", "/api/v1/auth/pin/verify", NULL, right, 200, "{\"ok\":true}");
    expect(&fixture, "POST", "/api/v1/auth/pin/verify", NULL, right, 410, "pin-expired");
    tear_down(&fixture);
    TEST_NO_LEAKS();
}
