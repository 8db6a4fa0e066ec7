/* The Kubernetes API over real TLS sockets: lists, forms, watches, writes, rights and faults. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "demo/demo_json.h"
#include "demo_kube_fixture.h"
#include "support/leak_check.h"

#define RELEASES "/apis/helm.toolkit.fluxcd.io/v2/helmreleases"
#define OF_FLUX "/apis/helm.toolkit.fluxcd.io/v2/namespaces/flux-system/helmreleases"
#define TABLE "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

static void touch(struct demo_kube_fixture *fixture, const char *name, const char *value)
{
    json_t *object = demo_store_get(fixture->store, DEMO_KIND_HELMRELEASE, "flux-system", name);
    demo_json_set(object, "metadata.labels.touched", json_string(value));
    demo_store_put(fixture->store, DEMO_KIND_HELMRELEASE, object, "test");
}

Test(demo_kube, pages_are_one_consistent_list)
{
    struct demo_kube_fixture fixture;
    demo_kube_fixture_start(&fixture, 25);
    struct demo_kube_answer page = demo_kube_fixture_get(&fixture, RELEASES "?limit=10");
    cr_assert_eq(page.code, 200);
    cr_assert_eq(json_array_size(json_object_get(page.json, "items")), 10);
    cr_assert_eq(demo_json_integer(page.json, "metadata.remainingItemCount", 0), 15);
    char *version = alloc_strdup(demo_json_text(page.json, "metadata.resourceVersion"));
    demo_store_remove(fixture.store, DEMO_KIND_HELMRELEASE, "flux-system", "bp-015");
    size_t total = 10;
    while (demo_json_text(page.json, "metadata.continue")[0] != '\0') {
        char *path = alloc_printf(RELEASES "?limit=10&continue=%s", demo_json_text(page.json, "metadata.continue"));
        demo_kube_fixture_clear(&page);
        page = demo_kube_fixture_get(&fixture, path);
        free(path);
        cr_assert_eq(page.code, 200);
        cr_assert_str_eq(demo_json_text(page.json, "metadata.resourceVersion"), version);
        total += json_array_size(json_object_get(page.json, "items"));
    }
    cr_assert_eq(total, 25, "the list is as it was when it began: %zu", total);
    demo_kube_fixture_clear(&page);
    free(version);
    demo_kube_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

Test(demo_kube, expired_tokens_and_watches_get_410)
{
    struct demo_kube_fixture fixture;
    demo_kube_fixture_start(&fixture, 5);
    struct demo_kube_answer page = demo_kube_fixture_get(&fixture, RELEASES "?limit=2");
    char *path = alloc_printf(RELEASES "?limit=2&continue=%s", demo_json_text(page.json, "metadata.continue"));
    char *watch = alloc_printf(RELEASES "?watch=1&resourceVersion=%s", demo_json_text(page.json, "metadata.resourceVersion"));
    demo_kube_fixture_clear(&page);
    demo_kube_fixture_fault(&fixture, "{\"expireWatches\":true}");
    page = demo_kube_fixture_get(&fixture, path);
    cr_expect_eq(page.code, 410);
    cr_expect_str_eq(demo_json_text(page.json, "reason"), "Expired");
    demo_kube_fixture_clear(&page);
    page = demo_kube_fixture_get(&fixture, watch);
    cr_expect_eq(page.code, 200, "a watch answers 200 and an ERROR event");
    cr_expect_str_eq(demo_json_text(page.json, "type"), "ERROR");
    cr_expect_eq(demo_json_integer(page.json, "object.code", 0), 410);
    demo_kube_fixture_clear(&page);
    free(path);
    free(watch);
    demo_kube_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

Test(demo_kube, forms)
{
    struct demo_kube_fixture fixture;
    demo_kube_fixture_start(&fixture, 3);
    struct demo_kube_request request = {.path = RELEASES, .accept = TABLE};
    struct demo_kube_answer answer = demo_kube_fixture_ask(&fixture, &request);
    cr_expect_str_eq(demo_json_text(answer.json, "kind"), "Table");
    cr_expect_str_eq(demo_json_text(answer.json, "columnDefinitions[3].name"), "Status");
    cr_expect_str_eq(demo_json_text(answer.json, "rows[1].cells[0]"), "bp-001");
    cr_expect_str_eq(demo_json_text(answer.json, "rows[1].object.kind"), "PartialObjectMetadata");
    cr_expect(demo_json_at(answer.json, "rows[1].object.metadata.managedFields"));
    cr_expect_null(demo_json_at(answer.json, "rows[1].object.spec"));
    demo_kube_fixture_clear(&answer);
    request.path = RELEASES "?includeObject=None";
    answer = demo_kube_fixture_ask(&fixture, &request);
    cr_expect(json_is_null(demo_json_at(answer.json, "rows[0].object")));
    demo_kube_fixture_clear(&answer);
    request = (struct demo_kube_request){.path = RELEASES, .accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"};
    answer = demo_kube_fixture_ask(&fixture, &request);
    cr_expect_str_eq(demo_json_text(answer.json, "kind"), "PartialObjectMetadataList");
    cr_expect_str_eq(demo_json_text(answer.json, "items[2].metadata.name"), "bp-002");
    demo_kube_fixture_clear(&answer);
    request.accept = "application/vnd.kubernetes.protobuf";
    answer = demo_kube_fixture_ask(&fixture, &request);
    cr_expect_eq(answer.code, 406);
    demo_kube_fixture_clear(&answer);
    answer = demo_kube_fixture_get(&fixture, "/api/v1/pods");
    cr_expect_null(demo_json_at(answer.json, "items[0].kind"), "items of built-in lists carry no kind");
    demo_kube_fixture_clear(&answer);
    answer = demo_kube_fixture_get(&fixture, "/apis/helm.toolkit.fluxcd.io/v2beta2/helmreleases");
    cr_expect_str_eq(demo_json_text(answer.json, "items[0].apiVersion"), "helm.toolkit.fluxcd.io/v2beta2");
    demo_kube_fixture_clear(&answer);
    demo_kube_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

/* ---- watches ---- */

struct tale {
    struct demo_kube_fixture *fixture;
    size_t count;
    char types[8][16];
    char names[8][32];
};

/* Every event makes the next one happen, so that nothing waits for time. */
static bool next_chapter(const char *text, void *data)
{
    struct tale *tale = data;
    json_t *event = json_loads(text, 0, NULL);
    snprintf(tale->types[tale->count], sizeof tale->types[0], "%s", demo_json_text(event, "type"));
    snprintf(tale->names[tale->count], sizeof tale->names[0], "%s", demo_json_text(event, "object.metadata.name"));
    json_decref(event);
    switch (tale->count++) {
    case 0: /* bp-001 is there already: bring bp-002 in */
        touch(tale->fixture, "bp-000", "no");
        touch(tale->fixture, "bp-002", "yes");
        return true;
    case 1:
        touch(tale->fixture, "bp-001", "no");
        return true;
    case 2:
        demo_store_remove(tale->fixture->store, DEMO_KIND_HELMRELEASE, "flux-system", "bp-002");
        return true;
    default:
        return false;
    }
}

Test(demo_kube, a_watch_follows_its_selector)
{
    struct demo_kube_fixture fixture;
    struct tale tale = {.fixture = &fixture};
    demo_kube_fixture_start(&fixture, 3);
    touch(&fixture, "bp-001", "yes");
    struct demo_kube_request request = {.path = OF_FLUX "?watch=true&labelSelector=touched%3Dyes", .line = next_chapter, .data = &tale};
    struct demo_kube_answer answer = demo_kube_fixture_ask(&fixture, &request);
    static const char *const wanted[][2] = {{"ADDED", "bp-001"}, {"ADDED", "bp-002"}, {"DELETED", "bp-001"}, {"DELETED", "bp-002"}};
    cr_assert_eq(tale.count, 4, "%zu events: %s", tale.count, answer.text);
    for (size_t i = 0; i < 4; i++) {
        cr_expect_str_eq(tale.types[i], wanted[i][0], "%zu: %s", i, tale.types[i]);
        cr_expect_str_eq(tale.names[i], wanted[i][1], "%zu: %s", i, tale.names[i]);
    }
    demo_kube_fixture_clear(&answer);
    demo_kube_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

Test(demo_kube, a_watch_ends_after_its_timeout)
{
    struct demo_kube_fixture fixture;
    demo_kube_fixture_start(&fixture, 1);
    struct demo_kube_answer answer = demo_kube_fixture_get(&fixture, "/api/v1/nodes?watch=1&timeoutSeconds=1");
    cr_expect_eq(answer.failure, 0);
    cr_expect_str_eq(answer.text, "");
    demo_kube_fixture_clear(&answer);
    demo_kube_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

/* ---- writes and rights ---- */

static const struct {
    enum demo_kube_who who;
    const char *method, *path, *type, *body;
    long code;
    const char *says; /* in the reply */
} calls[] = {
    {WHO_ADMIN, "PATCH", OF_FLUX "/bp-000", "application/merge-patch+json", "{\"spec\":{\"interval\":\"7m\"}}", 200, "\"interval\":\"7m\""},
    {WHO_ADMIN, "PATCH", OF_FLUX "/bp-000?dryRun=All", "application/merge-patch+json", "{\"spec\":{\"interval\":\"8m\"}}", 200, "\"interval\":\"8m\""},
    {WHO_ADMIN, "GET", OF_FLUX "/bp-000", NULL, NULL, 200, "\"interval\":\"7m\""},
    {WHO_ADMIN, "PATCH", OF_FLUX "/bp-000", "application/merge-patch+json", "{\"spec\":{\"interval\":8}}", 422, "FieldValueTypeInvalid"},
    {WHO_ADMIN, "PATCH", OF_FLUX "/bp-000", "application/strategic-merge-patch+json", "{}", 415, "UnsupportedMediaType"},
    {WHO_ADMIN, "PATCH", OF_FLUX "/bp-000", "application/json-patch+json", "[{\"op\":\"test\",\"path\":\"/spec/interval\",\"value\":\"x\"}]", 422, "Invalid"},
    {WHO_ADMIN, "PATCH", OF_FLUX "/bp-000", "application/merge-patch+json", "{\"metadata\":{\"resourceVersion\":\"1\"}}", 409, "the object has been modified"},
    {WHO_ADMIN, "PATCH", OF_FLUX "/bp-000", "application/merge-patch+json", "{\"status\":{\"x\":1}}", 200, "\"Helm install succeeded\""},
    {WHO_ADMIN, "PATCH", OF_FLUX "/bp-000", "application/merge-patch+json", "not json", 400, "BadRequest"},
    {WHO_ADMIN, "PATCH", OF_FLUX "/gone", "application/merge-patch+json", "{}", 404, "helmreleases.helm.toolkit.fluxcd.io \\\"gone\\\" not found"},
    {WHO_ADMIN, "POST", "/api/v1/namespaces/nowhere/configmaps", "application/json", "{\"metadata\":{\"name\":\"a\"}}", 404, "namespaces"},
    {WHO_ADMIN, "POST", "/api/v1/namespaces/default/configmaps", "application/json", "{\"metadata\":{\"name\":\"a\"}}", 201, "\"uid\""},
    {WHO_ADMIN, "POST", "/api/v1/namespaces/default/configmaps", "application/json", "{\"metadata\":{\"name\":\"a\"}}", 409, "AlreadyExists"},
    {WHO_ADMIN, "POST", "/api/v1/namespaces/default/configmaps", "application/json", "{}", 422, "name or generateName is required"},
    {WHO_ADMIN, "POST", "/api/v1/namespaces/default/configmaps", "application/json", "{\"metadata\":{\"name\":\"A_b\"}}", 422, "RFC 1123"},
    {WHO_ADMIN, "DELETE", "/api/v1/namespaces/default/configmaps/a", NULL, NULL, 200, "\"Success\""},
    {WHO_ADMIN, "GET", "/apis/nothing.example/v1/things", NULL, NULL, 404, "NotFound"},
    {WHO_ADMIN, "PUT", "/api/v1/namespaces/default/configmaps", NULL, "{}", 405, "MethodNotAllowed"},
    {WHO_ADMIN, "GET", "/api/v1/namespaces/northwind/pods/web-0/log?container=other", NULL, NULL, 400, "not valid for pod"},
    {WHO_ADMIN, "GET", RELEASES "?resourceVersion=99999999", NULL, NULL, 504, "Too large resource version"},
    {WHO_ADMIN, "GET", RELEASES "?fieldSelector=spec.x%3D1", NULL, NULL, 400, "field label not supported"},
    {WHO_VIEWER, "GET", RELEASES "?limit=1", NULL, NULL, 200, "bp-000"},
    {WHO_VIEWER, "GET", "/api/v1/secrets", NULL, NULL, 403, "cannot list resource \\\"secrets\\\" in API group \\\"\\\" at the cluster scope"},
    {WHO_VIEWER, "PATCH", OF_FLUX "/bp-000", "application/merge-patch+json", "{}", 403, "cannot patch"},
    {WHO_VIEWER, "POST", "/demo/faults", "application/json", "{}", 403, "admin"},
    {WHO_DEVELOPER, "GET", "/api/v1/namespaces/northwind/pods", NULL, NULL, 200, "web-0"},
    {WHO_DEVELOPER, "GET", "/api/v1/pods", NULL, NULL, 403, "Forbidden"},
    {WHO_NOBODY, "GET", RELEASES, NULL, NULL, 401, "Unauthorized"},
    {WHO_NOBODY, "GET", "/livez", NULL, NULL, 401, "Unauthorized"},
    {WHO_DEVELOPER, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "application/json", "{\"spec\":{\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\",\"namespace\":\"northwind\"}}}", 201, "\"allowed\":true"},
    {WHO_DEVELOPER, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "application/json", "{\"spec\":{\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"nodes\"}}}", 201, "\"allowed\":false"},
    {WHO_VIEWER, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "application/json", "{}", 201, "viewer@acme.example"},
};

Test(demo_kube, calls)
{
    struct demo_kube_fixture fixture;
    demo_kube_fixture_start(&fixture, 2);
    for (size_t i = 0; i < ARRAY_LENGTH(calls); i++) {
        struct demo_kube_request request = {.who = calls[i].who, .method = calls[i].method, .path = calls[i].path,
                                            .content_type = calls[i].type, .body = calls[i].body};
        struct demo_kube_answer answer = demo_kube_fixture_ask(&fixture, &request);
        cr_expect_eq(answer.code, calls[i].code, "%s %s: %ld %s", calls[i].method, calls[i].path, answer.code, answer.text);
        cr_expect(strstr(answer.text, calls[i].says), "%s %s says %s", calls[i].method, calls[i].path, answer.text);
        demo_kube_fixture_clear(&answer);
    }
    demo_kube_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

static const struct {
    const char *fault, *path;
    long code;
    bool is_failure, is_json;
} faults[] = {
    {"{\"action\":\"status\",\"url\":\"*/helmreleases*\",\"code\":503,\"retryAfter\":1,\"count\":1}", RELEASES, 503, false, true},
    {"{\"action\":\"status\",\"url\":\"*/helmreleases*\",\"code\":403,\"count\":1}", "/api/v1/pods", 200, false, true},
    {"{\"action\":\"drop\",\"count\":1}", RELEASES, 0, true, false},
    {"{\"action\":\"break\",\"url\":\"*continue=*\",\"afterBytes\":300,\"count\":1}", RELEASES "?limit=1", 200, false, true},
    {"{\"action\":\"break\",\"url\":\"*limit=2*\",\"afterBytes\":300,\"count\":1}", RELEASES "?limit=2", 200, false, false},
    {"{\"action\":\"cut\",\"afterBytes\":300,\"count\":1}", RELEASES, 200, true, false},
    {"{\"action\":\"stall\",\"count\":1}", RELEASES, 0, true, false},
    {"{\"action\":\"stall\",\"delayMs\":60,\"count\":1}", RELEASES, 200, false, true},
    {"{\"action\":\"flood\",\"afterBytes\":300,\"bytes\":3000000,\"count\":1}", RELEASES, 200, false, false},
    {"{\"action\":\"freeze\",\"afterBytes\":300,\"count\":1}", RELEASES, 200, true, false},
};

Test(demo_kube, faults_spoil_replies_and_go_away)
{
    struct demo_kube_fixture fixture;
    demo_kube_fixture_start(&fixture, 5);
    for (size_t i = 0; i < ARRAY_LENGTH(faults); i++) {
        struct demo_kube_request clear = {.method = "DELETE", .path = "/demo/faults"};
        struct demo_kube_request request = {.path = faults[i].path, .timeout_ms = 600};
        struct demo_kube_answer answer = demo_kube_fixture_ask(&fixture, &clear);
        demo_kube_fixture_clear(&answer);
        demo_kube_fixture_fault(&fixture, faults[i].fault);
        answer = demo_kube_fixture_ask(&fixture, &request);
        cr_expect_eq(answer.code, faults[i].code, "%s: %ld", faults[i].fault, answer.code);
        cr_expect_eq(answer.failure != 0, faults[i].is_failure, "%s: curl %d", faults[i].fault, answer.failure);
        cr_expect_eq(answer.json != NULL, faults[i].is_json, "%s: %s", faults[i].fault, answer.text);
        demo_kube_fixture_clear(&answer);
    }
    struct demo_kube_answer answer = demo_kube_fixture_get(&fixture, RELEASES);
    cr_expect_eq(answer.code, 200);
    demo_kube_fixture_clear(&answer);
    demo_kube_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

Test(demo_kube, a_paused_server_comes_back_on_its_port)
{
    struct demo_kube_fixture fixture;
    struct error err;
    demo_kube_fixture_start(&fixture, 1);
    struct demo_http *http = demo_kube_http(demo_gate_kube(fixture.gate, 0));
    demo_http_pause(http);
    struct demo_kube_answer answer = demo_kube_fixture_get(&fixture, "/livez");
    cr_expect_eq(answer.code, 0);
    demo_kube_fixture_clear(&answer);
    cr_assert_eq(demo_http_resume(http, &err), STATUS_OK, "%s", err.text);
    answer = demo_kube_fixture_get(&fixture, "/livez");
    cr_expect_str_eq(answer.text, "ok");
    demo_kube_fixture_clear(&answer);
    demo_kube_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}

/* ---- logs ---- */

static bool follow_log(const char *text, void *data)
{
    struct demo_kube_fixture *fixture = data;
    struct demo_log_key key = {"northwind", "web-0", "web", false};
    if (strcmp(text, "two") == 0)
        demo_logs_append(fixture->logs, &key, "three");
    return strcmp(text, "three") != 0;
}

Test(demo_kube, logs_are_read_and_followed)
{
    struct demo_kube_fixture fixture;
    demo_kube_fixture_start(&fixture, 1);
    struct demo_log_key key = {"northwind", "web-0", "web", false};
    demo_logs_append(fixture.logs, &key, "one");
    demo_logs_append(fixture.logs, &key, "two");
    struct demo_kube_answer answer = demo_kube_fixture_get(&fixture, "/api/v1/namespaces/northwind/pods/web-0/log?tailLines=1");
    cr_expect_str_eq(answer.text, "two\n");
    demo_kube_fixture_clear(&answer);
    struct demo_kube_request request = {.path = "/api/v1/namespaces/northwind/pods/web-0/log?follow=true", .line = follow_log, .data = &fixture};
    answer = demo_kube_fixture_ask(&fixture, &request);
    cr_expect_str_eq(answer.text, "one\ntwo\nthree\n");
    demo_kube_fixture_clear(&answer);
    demo_logs_rotate(fixture.logs, &key);
    answer = demo_kube_fixture_get(&fixture, "/api/v1/namespaces/northwind/pods/web-0/log?previous=true&limitBytes=5");
    cr_expect_str_eq(answer.text, "one\nt");
    demo_kube_fixture_clear(&answer);
    demo_kube_fixture_stop(&fixture);
    TEST_NO_LEAKS();
}
